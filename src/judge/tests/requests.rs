//! Requests: errors before times, names that changed, and absolute limits of their percentiles.

use super::{MS, absolute, accepted, check, nothing, outcome, point, policy, requests, rule, run_of, samples, usual};
use crate::judge::{Policy, Rule, Statistics};
use crate::model::{FindingKind, Percentile, Run, Series, SeriesKey, Statistic, Verdict};

#[test]
fn failing_errors_say_of_what_the_times_are() {
    let run = || run_of(vec![requests("GET /", 1.0 * MS, 1000, 40, "http-5xx")]);
    check(nothing(), run(), &usual(), Verdict::Fail, "mostly http-5xx; its times are those of the 960 successful attempts only");
    let all = run_of(vec![requests("GET /", 1.0 * MS, 1000, 1000, "http-5xx")]);
    let found = outcome(&nothing(), all, &usual());
    assert!(found.verdict == Verdict::Fail && !found.findings[0].sentence.contains("times"), "{}", found.findings[0].sentence);
    let before = accepted(vec![run_of(vec![requests("GET /", MS, 1000, 0, ""), point("gone", "time", 1.0)]); 9]);
    let kinds: Vec<FindingKind> = outcome(&before, run(), &usual()).findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::ErrorRate, FindingKind::Missing, FindingKind::Relative]);
}

/// The first rule that matches a label and a metric judges its errors: stricter ones for what must not fail.
#[test]
fn error_rates_by_label_and_metric() {
    let rate = |label: &str, metric: Option<&str>, fail: f64, text: &str| Rule {
        label: label.into(),
        metric: metric.map(str::to_string),
        statistic: Some(Statistic::ErrorRate),
        ..rule(None, absolute(fail, text))
    };
    let rules = policy(vec![rate("GET /pay*", None, 0.0, "0%"), rate("*", Some("lat*"), 0.05, "5%")]);
    let run = |pay: u64, other: u64| {
        run_of(vec![requests("GET /pay/1", MS, 1000, pay, "http-5xx"), requests("GET /", MS, 1000, other, "http-5xx")])
    };
    check(nothing(), run(0, 50), &rules, Verdict::Pass, "GET / error rate is 5% (50 of 1000), limit 5%");
    check(nothing(), run(1, 0), &rules, Verdict::Fail, "GET /pay/1 error rate is 0.1% (1 of 1000), limit 0%");
    check(nothing(), run(0, 51), &rules, Verdict::Fail, "GET / error rate is 5.1% (51 of 1000), limit 5%");
    let unmatched = policy(vec![rate("GET /gone", None, 0.0, "0%"), rate("*", None, 0.05, "5%")]);
    assert_eq!(outcome(&nothing(), run(0, 0), &unmatched).findings.len(), 2, "said at the end, over all suites");
}

/// What is asked about each label that is gone.
fn renamed(gone: &[&str], came: &[&str]) -> Vec<String> {
    let of = |labels: &[&str]| {
        let series = labels.iter().flat_map(|label| [point(label, "time", 1.0), point(label, "allocations", 1.0)]);
        run_of(series.chain([point("same", "time", 1.0)]).collect())
    };
    let found = outcome(&accepted(vec![of(gone); 3]), of(came), &usual());
    let missing = found.findings.iter().filter(|finding| finding.kind == FindingKind::Missing && finding.key.metric == "time");
    let asked = |sentence: &str| sentence.split_once("renamed to ").map_or("", |(_, rest)| rest.split('?').next().unwrap()).to_string();
    missing.map(|finding| format!("{} {}", finding.key.label, asked(&finding.sentence))).collect()
}

#[test]
fn renaming_is_asked_and_never_guessed() {
    assert_eq!(renamed(&["search"], &["lookup"]), ["search \"lookup\""]);
    let pairs = renamed(&["sort/10", "sort/100", "parse"], &["sorting/100", "sorting/10", "render"]);
    assert_eq!(pairs, ["parse ", "sort/10 \"sorting/10\"", "sort/100 \"sorting/100\""]);
    assert_eq!(renamed(&["sort", "sort2"], &["sort3"]), ["sort \"sort3\"", "sort2 "]);
    assert_eq!(renamed(&["a", "b"], &[]), ["a ", "b "]);
}

fn latencies(n: u32) -> Series {
    let values = samples("GET /", (1..=n).map(|i| f64::from(i) * MS).collect());
    Series { key: SeriesKey::new("GET /", "latency"), ..values }
}

fn limit(p: Percentile, ms: f64) -> Policy {
    policy(vec![Rule { statistic: Some(Statistic::Percentile(p)), ..rule(None, absolute(ms * MS, "the limit")) }])
}

/// `docs/STATISTICS.md`: below 100 requests beyond the percentile a pass needs every request within.
#[test]
fn few_requests_beyond_a_percentile_do_not_pass() {
    let run = |n| -> Run { run_of(vec![latencies(n)]) };
    let p95 = |ms| limit(Percentile::P95, ms);
    // 2000 requests: 100 beyond p95, and x_(1917) is its upper bound.
    check(nothing(), run(2000), &p95(1917.0), Verdict::Pass, "with 95% certainty it is within 1.92 s");
    check(nothing(), run(2000), &p95(1916.0), Verdict::Unstable, "it lies between");
    let told = "1999 requests, which wait for each other, show that it is within only where all of them are, and the worst is 2 s: 2000 are needed";
    check(nothing(), run(1999), &p95(1998.0), Verdict::Unstable, told);
    check(nothing(), run(1999), &p95(1999.0), Verdict::Pass, "with 95% certainty it is within 2 s");
    check(nothing(), run(58), &p95(5000.0), Verdict::Unstable, "58 values give no upper bound of p95: at least 59 are needed");
    // What is certainly beyond fails, however few.
    check(nothing(), run(1000), &p95(900.0), Verdict::Fail, "with 99.9% certainty it is beyond 92");
    check(nothing(), run(1000), &limit(Percentile::P99, 250.0), Verdict::Fail, "beyond");
    check(nothing(), run(1000), &limit(Percentile::P99, 999.0), Verdict::Unstable, "10000 are needed");
    let plain = Policy { statistics: Statistics::Plain, ..p95(1900.0) };
    check(nothing(), run(1999), &plain, Verdict::Pass, "is 1.9 s, limit");
    // Repetitions of a benchmark do not wait for each other.
    let benchmark = run_of(vec![samples("sort", (1..=1000).map(|i| f64::from(i) * MS).collect())]);
    check(nothing(), benchmark, &p95(962.0), Verdict::Pass, "with 95% certainty it is within 962 ms");
}
