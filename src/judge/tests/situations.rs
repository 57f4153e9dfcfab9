//! The table of situations of CONTRACT, each row that is decided here, and the worked examples of the statistics page.

use super::{
    MS, P95, absolute, accepted, accepted_points, check, elsewhere, error_rule, load, nothing, outcome, point, policy, relative, requests,
    rule, run_of, samples, usual,
};
use crate::compare::compare;
use crate::judge::{Attempts, Policy, Rule, Statistics, UnknownEnvironment, conclude, judge, no_verdict};
use crate::model::{Better, FindingKind, LoadModel, Percentile, Run, Series, SeriesKey, Shard, Statistic, Summary, Verdict};

#[test]
fn what_was_not_measured_is_not_judged() {
    check(accepted_points(&[1.0; 3]), run_of(vec![]), &usual(), Verdict::NoVerdict, "nothing was measured");
    let refused = || vec![requests("GET /", 1.0, 50, 50, "connect"), requests("GET /a", 1.0, 50, 50, "timeout-response")];
    check(nothing(), run_of(refused()), &usual(), Verdict::NoVerdict, "none of 50 requests got an answer (");
    let lost = || run_of(vec![requests("GET /", 1.0, 50, 50, "timeout"), requests("GET /a", 1.0, 50, 50, "protocol")]);
    check(nothing(), lost(), &usual(), Verdict::NoVerdict, "none of 50 requests got an answer (");
    let bad = || run_of(vec![requests("GET /", 1.0, 50, 50, "timeout"), requests("GET /a", 1.0, 50, 50, "http-5xx")]);
    check(nothing(), bad(), &usual(), Verdict::Fail, "GET /a error rate is 100%");
    let mut one_answers = refused();
    one_answers.push(requests("GET /b", 1.0, 50, 0, ""));
    check(nothing(), run_of(one_answers), &usual(), Verdict::Fail, "GET /a error rate is 100%");
    let cut = Run { partial: true, ..run_of(vec![requests("GET /", 1.0, 50, 0, "")]) };
    check(nothing(), cut, &usual(), Verdict::NoVerdict, "the run is cut");
    let given_up =
        |errors| Run { partial: true, aborted: Some("p99 > 2s".into()), ..run_of(vec![requests("GET /", 1.0, 50, errors, "http-5xx")]) };
    check(nothing(), given_up(0), &usual(), Verdict::NoVerdict, "the run was given up, so it cannot pass: p99 > 2s");
    check(nothing(), given_up(40), &usual(), Verdict::Fail, "GET / error rate is 80%");
    let outcome = conclude(&usual(), &[], vec![no_verdict("shop", "the server was not ready in 30 s", "neverslower run shop")]);
    assert_eq!((outcome.verdict, outcome.exit_code, outcome.findings().count()), (Verdict::NoVerdict, 4, 1));
}

#[test]
fn a_shard_is_not_judged_alone() {
    let part = |partial, late| Run {
        shard: Shard::new(2, 3),
        partial,
        load: load(LoadModel::Open, late, 100.0),
        ..run_of(vec![requests("GET /", 1.0, 1000, 900, "http-5xx")])
    };
    check(nothing(), part(false, 0), &usual(), Verdict::Pass, "shard 2 of 3 is not judged alone");
    check(nothing(), part(true, 0), &usual(), Verdict::NoVerdict, "the run is cut");
    check(nothing(), part(false, 500), &usual(), Verdict::NoVerdict, "due requests more than 10 ms late");
}

#[test]
fn errors_are_judged_before_durations() {
    let answered = |errors| run_of(vec![requests("GET /", 5.0 * MS, 1000, errors, "http-5xx")]);
    check(nothing(), answered(1000), &usual(), Verdict::Fail, "GET / error rate is 100% (1000 of 1000), limit 3%");
    check(nothing(), answered(31), &usual(), Verdict::Fail, "mostly http-5xx");
    check(nothing(), answered(30), &usual(), Verdict::Unstable, "is 3% (30 of 1000), limit 1%; at least 2.17%");
    check(nothing(), answered(10), &usual(), Verdict::Pass, "is 1% (10 of 1000), limit 1%; at most");
    let twenty_times_slower = run_of(vec![requests("GET /", 100.0 * MS, 1000, 500, "http-5xx")]);
    let found = outcome(&accepted(vec![answered(0)]), twenty_times_slower, &usual());
    let kinds: Vec<FindingKind> = found.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::ErrorRate, FindingKind::Relative]);
    let rising = policy(vec![Rule { statistic: Some(Statistic::ErrorRate), ..rule(None, relative(0.5)) }, rule(relative(0.1), None)]);
    let after = |errors, count| run_of(vec![requests("GET /", 5.0 * MS, count, errors, "http-5xx")]);
    check(accepted(vec![after(0, 3822); 3]), after(1, 3822), &rising, Verdict::Pass, "with probability 50%");
    check(accepted(vec![after(3, 1000); 3]), after(12, 1000), &rising, Verdict::Unstable, "with probability 1.72%");
    check(accepted(vec![after(3, 1000); 3]), after(90, 1000), &rising, Verdict::Fail, "was 0.3% and is 9%");
}

#[test]
fn counters_that_repeat_exactly_are_judged_exactly() {
    let counter = |value: f64| run_of(vec![point("sql_queries_total", "counter_per_request", value)]);
    let before = |values: &[f64]| accepted(values.iter().map(|value| counter(*value)).collect());
    let default =
        policy(vec![Rule { is_default: true, metric: Some("counter_per_request".to_string()), ..rule(relative(0.0), relative(0.05)) }]);
    let own = policy(vec![Rule { metric: Some("counter_per_request".to_string()), ..rule(relative(0.0), relative(0.05)) }]);
    check(before(&[3.0; 3]), counter(4.0), &default, Verdict::Fail, "rose from 3 to 4 (+33.3%), limit +5%; exact");
    check(before(&[3.0; 3]), counter(3.0), &default, Verdict::Pass, "exact: it repeats for the same code");
    check(before(&[3.0; 3]), counter(3.01), &default, Verdict::Unstable, "limit +0%; exact");
    check(before(&[0.0; 3]), counter(1.0), &own, Verdict::Fail, "exact");
    // Without three equal accepted runs a limit of one's own is judged by the noise band, the default one not at all.
    check(before(&[3.0, 3.0]), counter(4.0), &own, Verdict::Unstable, "with 2 accepted runs the noise between runs is taken as 10%");
    check(before(&[3.0, 3.0, 3.1]), counter(4.0), &own, Verdict::Unstable, "with 3 accepted runs the noise between runs");
    let found = outcome(&before(&[3.0, 3.0, 3.1]), counter(4.0), &policy(vec![default.rules[0].clone(), rule(relative(0.1), None)]));
    assert!(found.notes.iter().any(|note| note.text.contains("it was not the same in three accepted runs")), "{:?}", found.notes);
    // It is not the machine's: three equal runs of another one judge as well.
    check(elsewhere(vec![counter(3.0); 3]), counter(4.0), &default, Verdict::Fail, "exact");
    // Who takes the counter away does not get a green gate for it.
    check(before(&[3.0; 3]), run_of(vec![point("sort", "time", 1.0)]), &default, Verdict::Unstable, "did not come");
}

/// Some of which failed, of another metric than latency.
fn requests_of(label: &str, metric: &str, value: f64) -> Series {
    let latency = requests(label, value, 1000, 900, "");
    Series { key: SeriesKey::new(label, metric), ..latency }
}

#[test]
fn what_answers_tell_of_themselves_is_no_request_and_no_latency() {
    let told = |value: f64| run_of(vec![requests("GET /", 5.0 * MS, 1000, 0, ""), requests_of("GET / [db]", "server_timing", value)]);
    let by_latency =
        policy(vec![error_rule(), Rule { metric: Some("latency".to_string()), ..rule(relative(0.1), None) }, rule(None, relative(0.1))]);
    let found = outcome(&accepted(vec![told(1.0 * MS); 3]), told(100.0 * MS), &by_latency);
    assert!(found.findings.iter().all(|finding| finding.key.label == "GET /"), "{:?}", found.findings);
    let named = policy(vec![Rule { metric: Some("server_timing".to_string()), ..rule(None, relative(0.1)) }]);
    check(accepted(vec![told(1.0 * MS); 8]), told(100.0 * MS), &named, Verdict::Fail, "GET / [db] server_timing");
    let without = run_of(vec![requests("GET /", 5.0 * MS, 1000, 0, "")]);
    let kept = outcome(&accepted(vec![told(1.0 * MS); 3]), without, &usual());
    assert!(kept.findings.iter().all(|finding| finding.kind != FindingKind::Missing), "{:?}", kept.findings);
}

#[test]
fn a_late_generator_voids_an_open_loop() {
    let measured = |load| Run { load, ..run_of(vec![requests("GET /", 100.0 * MS, 1000, 900, "http-5xx")]) };
    check(
        nothing(),
        measured(load(LoadModel::Open, 11, 100.0)),
        &usual(),
        Verdict::NoVerdict,
        "11 of 1000 due requests more than 10 ms late",
    );
    check(nothing(), measured(load(LoadModel::Open, 0, 98.9)), &usual(), Verdict::NoVerdict, "98.9/s where 100/s was asked (-1.1%)");
    check(nothing(), measured(load(LoadModel::Open, 0, f64::NAN)), &usual(), Verdict::NoVerdict, "not the server");
    check(nothing(), measured(load(LoadModel::Open, 10, 99.1)), &usual(), Verdict::Fail, "error rate");
    check(nothing(), measured(load(LoadModel::Closed, 500, 100.0)), &usual(), Verdict::Fail, "in a closed loop this is only a note");
}

#[test]
fn what_the_configuration_names_must_come() {
    let measured = || run_of(vec![point("sort", "time", 1.0)]);
    let expecting = Policy { expect: vec!["sort".into(), "search".into()], ..usual() };
    check(nothing(), measured(), &expecting, Verdict::NoVerdict, "\"search\" is expected");
    let here = Rule { suite: "shop".into(), label: "serch".into(), ..rule(None, absolute(5.0, "5ns")) };
    check(nothing(), measured(), &policy(vec![here.clone()]), Verdict::NoVerdict, "label \"serch\") matches no series");
    let foreign = Rule { suite: "other".into(), ..here.clone() };
    check(nothing(), measured(), &policy(vec![foreign]), Verdict::Pass, "baseline None");
    let nowhere = |suite: &str, is_selection| {
        let policy = Policy { is_selection, ..policy(vec![Rule { suite: suite.into(), ..here.clone() }]) };
        let run = measured();
        let suites = vec![judge(&compare(&nothing(), run.clone(), &policy.asked()), &policy)];
        let outcome = conclude(&policy, &[&run], suites);
        (outcome.verdict, outcome.findings().count(), outcome.notes.len())
    };
    assert_eq!(nowhere("*", false), (Verdict::NoVerdict, 1, 0));
    assert_eq!(nowhere("*", true), (Verdict::Pass, 0, 1));
    assert_eq!(nowhere("shop", false), (Verdict::NoVerdict, 1, 0));
    let unknown = policy(vec![Rule { statistic: Some(Statistic::Max), ..rule(None, absolute(5.0, "5ns")) }]);
    check(nothing(), measured(), &unknown, Verdict::NoVerdict, "sort max: the source does not tell");
}

#[test]
fn baselines_that_are_not_there() {
    let measured = || run_of(vec![point("sort", "time", 1.0)]);
    check(nothing(), measured(), &usual(), Verdict::Pass, "baseline None");
    check(nothing(), measured(), &Policy { require_baseline: true, ..usual() }, Verdict::NoVerdict, "a baseline is required");
    let other = || elsewhere(vec![measured()]);
    check(other(), measured(), &usual(), Verdict::Unstable, "run `neverslower accept` here (\"lab\")");
    check(other(), measured(), &Policy { unknown_environment: UnknownEnvironment::Pass, ..usual() }, Verdict::Pass, "were not compared");
    let strict = Policy { unknown_environment: UnknownEnvironment::NoVerdict, ..usual() };
    check(other(), measured(), &strict, Verdict::NoVerdict, "were not compared");
    check(other(), measured(), &Policy { require_baseline: true, ..usual() }, Verdict::NoVerdict, "none compares");
}

#[test]
fn series_that_vanish_or_appear() {
    let before = || accepted(vec![run_of(vec![point("sort", "time", 1e6), point("search", "time", 1e6)]); 3]);
    let after = |label: &str| run_of(vec![point("sort", "time", 1e6), point(label, "time", 1e6)]);
    check(
        before(),
        run_of(vec![point("sort", "time", 1e6)]),
        &usual(),
        Verdict::Unstable,
        "search time is in the baseline but did not come",
    );
    check(before(), after("lookup"), &usual(), Verdict::Unstable, "was it renamed to \"lookup\"?");
    let found =
        outcome(&before(), run_of(vec![point("sort", "time", 1e6), point("search", "time", 1e6), point("new", "time", 1.0)]), &usual());
    assert_eq!((found.verdict, found.new.len(), found.missing.len(), found.compared), (Verdict::Pass, 1, 0, 2));
    let many = (0..30).map(|i| point(&format!("b{i}"), "time", 1e6)).chain([point("sort", "time", 1e6)]).collect();
    let found = outcome(&accepted(vec![run_of(many)]), run_of(vec![point("sort", "time", 1e6)]), &usual());
    assert_eq!(found.findings.iter().filter(|finding| finding.kind == FindingKind::Missing).count(), 21);
}

/// `docs/STATISTICS.md`: noise band with T = 5%.
#[test]
fn noise_band_examples() {
    let values = [102.1, 99.4, 101.0, 100.3, 98.7, 100.9, 101.8, 99.9, 100.2, 103.0];
    let limit = || policy(vec![rule(None, relative(0.05))]);
    let judged = |value: f64| outcome(&accepted_points(&values), run_of(vec![point("sort", "time", value)]), &limit()).findings.remove(0);
    let rows = [
        (100.6, Verdict::Pass, None),
        (104.0, Verdict::Unstable, Some((3.3802, -2.9260, 6.1937))),
        (107.5, Verdict::Unstable, Some((6.8593, 0.3409, 9.7675))),
        (112.0, Verdict::Fail, Some((11.3325, 4.5412, 14.3625))),
    ];
    for (value, verdict, numbers) in rows {
        let finding = judged(value);
        assert_eq!(finding.verdict, verdict, "{}", finding.sentence);
        let Some((change, low, high)) = numbers else { continue };
        let interval = finding.interval_percent.unwrap();
        for (found, expected) in [(finding.change_percent.unwrap(), change), (interval.0, low), (interval.1, high)] {
            assert!((found - expected).abs() <= 5.1e-5, "{found} is not {expected}");
        }
        let detectable = 100.0 * ((4.506528 * 0.01396640f64).exp() * (1.0 + 0.05 / 6.0) - 1.0);
        assert!((finding.detectable_percent.unwrap() - detectable).abs() < 1e-3);
    }
}

#[test]
fn a_young_baseline_fails_only_what_nobody_calls_noise() {
    let after = |value: f64| run_of(vec![point("sort", "time", value)]);
    check(accepted_points(&[1e6]), after(20e6), &usual(), Verdict::Fail, "sort p50 rose from 1 ms to 20 ms (+1900%), limit +10%");
    check(accepted_points(&[1e6]), after(20e6), &usual(), Verdict::Fail, "is taken as 10%, and this is beyond it");
    check(
        accepted_points(&[1e6]),
        after(1.08e6),
        &usual(),
        Verdict::Unstable,
        "accept 2 more unchanged runs for a verdict, 7 more runs to see smaller ones",
    );
    check(accepted_points(&[1e6]), after(1e6), &usual(), Verdict::Unstable, "a change of +67.6% would have failed");
    check(accepted_points(&[1e6; 3]), after(1e6), &usual(), Verdict::Pass, "3 accepted runs");
    check(accepted_points(&[1e6; 3]), after(1.08e6), &usual(), Verdict::Unstable, "accept 5 more unchanged runs to see smaller ones");
    // Few runs may show more noise than the prior; then that is what is told.
    let wide = accepted_points(&[1e6, 1.8e6, 1e6]);
    check(wide, after(1.5e6), &usual(), Verdict::Unstable, "with 3 accepted runs the noise between runs looks like 33.9%");
    let floored = policy(vec![Rule { floor: Some(2.0 * MS), ..rule(relative(0.05), relative(0.10)) }]);
    check(accepted_points(&[1e6]), after(2.9e6), &floored, Verdict::Pass, "within the floor of 2 ms");
    check(accepted_points(&[0.0]), after(1.9e6), &floored, Verdict::Pass, "within the floor of 2 ms");
    check(accepted_points(&[1e6]), after(4e6), &floored, Verdict::Fail, "beyond it");
    check(accepted_points(&[0.0; 9]), after(4e6), &floored, Verdict::NoVerdict, "give it an absolute limit");
    let values = |at: f64| (0..60).map(|i| at + f64::from(i % 7)).collect::<Vec<_>>();
    let sampled = |at: f64| run_of(vec![samples("sort", values(at))]);
    check(accepted(vec![sampled(1000.0)]), sampled(1000.0), &usual(), Verdict::Pass, "noise between runs not yet known (1 accepted run)");
    check(accepted(vec![sampled(1000.0)]), sampled(1070.0), &usual(), Verdict::Unstable, "limit +5%");
}

#[test]
fn exact_rules() {
    let plain = Policy { statistics: Statistics::Plain, ..usual() };
    let after = |value: f64| run_of(vec![point("sort", "time", value)]);
    check(accepted_points(&[1000.0]), after(1100.0), &plain, Verdict::Unstable, "limit +5%; a plain percentage");
    check(accepted_points(&[1000.0]), after(1100.1), &plain, Verdict::Fail, "limit +10%");
    check(accepted_points(&[1000.0]), after(1050.0), &plain, Verdict::Pass, "limit +5%");
    let counted = |value: f64| run_of(vec![point("sort", "allocations", value)]);
    let exact = policy(vec![Rule { metric: Some("alloc*".into()), ..rule(relative(0.0), relative(0.05)) }]);
    for before in [accepted(vec![counted(100.0)]), elsewhere(vec![counted(100.0)])] {
        check(before.clone(), counted(100.0), &exact, Verdict::Pass, "stayed at 100");
        check(before.clone(), counted(101.0), &exact, Verdict::Unstable, "rose from 100 to 101 (+1%), limit +0%; exact");
        check(before.clone(), counted(106.0), &exact, Verdict::Fail, "limit +5%");
        check(before, counted(90.0), &exact, Verdict::Pass, "fell from 100 to 90");
    }
    check(accepted(vec![counted(0.0)]), counted(3.0), &exact, Verdict::Fail, "rose from 0 to 3, limit +5%");
}

#[test]
fn absolute_limits_need_evidence() {
    let values = |n: u32| (1..=n).map(|i| f64::from(i) * MS).collect::<Vec<_>>();
    let limit = |ms: f64| policy(vec![Rule { statistic: Some(P95), ..rule(None, absolute(ms * MS, "the limit")) }]);
    let sampled = |n| run_of(vec![samples("sort", values(n))]);
    // x_(962) is the upper 95% bound of p95 of 1000 values.
    check(nothing(), sampled(1000), &limit(962.0), Verdict::Pass, "with 95% certainty it is within 962 ms");
    check(nothing(), sampled(1000), &limit(961.0), Verdict::Unstable, "it lies between");
    check(nothing(), sampled(1000), &limit(900.0), Verdict::Fail, "with 99.9% certainty it is beyond 92");
    check(nothing(), sampled(58), &limit(5000.0), Verdict::Unstable, "58 values give no upper bound of p95: at least 59 are needed");
    check(nothing(), run_of(vec![point("sort", "time", 5.0 * MS)]), &limit(5.0), Verdict::Pass, "is 5 ms, limit the limit");
    check(nothing(), run_of(vec![point("sort", "time", 5.1 * MS)]), &limit(5.0), Verdict::Fail, "is 5.1 ms");
    let least = policy(vec![Rule { metric: Some("throughput".into()), ..rule(absolute(100.0, "100"), absolute(50.0, "50")) }]);
    check(nothing(), run_of(vec![point("sort", "throughput", 99.0)]), &least, Verdict::Unstable, "is 99, limit 100");
    check(nothing(), run_of(vec![point("sort", "throughput", 49.0)]), &least, Verdict::Fail, "is 49, limit 50");
    let unknown = Series { better: Better::Unknown, ..point("sort", "chars", 5.0) };
    let named = policy(vec![Rule { metric: Some("chars".into()), ..rule(None, absolute(9.0, "9")) }]);
    check(nothing(), run_of(vec![unknown]), &named, Verdict::NoVerdict, "better or worse");
}

#[test]
fn within_a_run() {
    let values = |at: f64| (0..60).map(|i| at + f64::from(i % 7)).collect::<Vec<_>>();
    let pair = |buffer: f64| run_of(vec![samples("plus", values(1000.0)), samples("buffer", values(buffer))]);
    let twice = Rule { label: "buffer".into(), against: Some("plus".into()), ..rule(None, relative(-0.5)) };
    let judged = |rule: Rule| policy(vec![rule]);
    check(nothing(), pair(400.0), &judged(twice.clone()), Verdict::Pass, "buffer p50 is 403 ns against 1 µs of plus (-59.8%), limit -50%");
    check(nothing(), pair(600.0), &judged(twice.clone()), Verdict::Fail, "limit -50%");
    check(nothing(), pair(498.5), &judged(twice.clone()), Verdict::Unstable, "by the values of this run");
    let bare = |value| run_of(vec![point("plus", "time", 1000.0), point("buffer", "time", value)]);
    check(nothing(), bare(600.0), &judged(twice.clone()), Verdict::Unstable, "measure more values");
    let plain = Policy { statistics: Statistics::Plain, ..judged(twice.clone()) };
    check(nothing(), bare(600.0), &plain, Verdict::Fail, "(-40%)");
    check(nothing(), bare(500.0), &plain, Verdict::Pass, "(-50%)");
    // The series that the pattern's others are held against is not held against itself.
    let all = Rule { label: "*".into(), ..twice.clone() };
    check(nothing(), pair(400.0), &judged(all.clone()), Verdict::Pass, "buffer p50 is 403 ns");
    assert_eq!(outcome(&nothing(), pair(400.0), &judged(all.clone())).findings.len(), 1);
    check(
        nothing(),
        run_of(vec![samples("plus", values(1.0))]),
        &judged(Rule { suite: "shop".into(), ..all }),
        Verdict::NoVerdict,
        "matches no series",
    );
    let gone = Rule { against: Some("pluss".into()), ..twice };
    check(nothing(), pair(400.0), &judged(gone), Verdict::NoVerdict, "\"pluss\", which it is held against, did not come");
}

#[test]
fn the_first_rule_wins_per_statistic_and_kind() {
    let rules = vec![
        Rule { label: "sort".into(), ..rule(None, relative(0.50)) },
        rule(relative(0.05), absolute(10.0 * MS, "10ms")),
        Rule { statistic: Some(P95), ..rule(None, absolute(5.0 * MS, "5ms")) },
        Rule { label: "so*".into(), ..rule(None, absolute(1.0, "1ns")) },
    ];
    let found = outcome(&accepted_points(&[MS; 9]), run_of(vec![point("sort", "time", MS)]), &policy(rules));
    let thresholds: Vec<&str> = found.findings.iter().map(|finding| finding.threshold.as_str()).collect();
    assert_eq!(thresholds, ["10ms", "5ms", "+50%"]);
}

#[test]
fn rules_that_reach_nothing_are_no_pass() {
    let throughput = |value| run_of(vec![point("sort", "throughput", value)]);
    let defaults = || policy(vec![Rule { is_default: true, ..rule(relative(0.05), relative(0.10)) }]);
    check(accepted(vec![throughput(5.0)]), throughput(1.0), &defaults(), Verdict::NoVerdict, "no threshold judges any value");
    let p95_only = || policy(vec![error_rule(), Rule { statistic: Some(Statistic::Max), is_default: true, ..rule(None, relative(0.1)) }]);
    let answered = || run_of(vec![requests("GET /", MS, 100, 0, ""), requests("GET /a", MS, 100, 0, "")]);
    check(accepted(vec![answered()]), answered(), &p95_only(), Verdict::Unstable, "GET / max (and 1 more): this statistic is not known");
}

/// `of = "all"`: the failed attempts' times count too, on both sides.
#[test]
fn all_attempts_or_the_successful_ones() {
    let answered = |all: f64, errors| {
        let bare = requests("GET /", MS, 1000, errors, "http-5xx");
        run_of(vec![Series { summary: Summary { percentiles: [(Percentile::P95, all)].into(), ..bare.summary.clone() }, ..bare }])
    };
    let of = |of| policy(vec![Rule { statistic: Some(P95), of, ..rule(None, relative(0.10)) }]);
    let before = || accepted(vec![answered(MS, 0); 9]);
    check(before(), answered(9.0 * MS, 5), &of(Attempts::Ok), Verdict::Pass, "stayed at 1 ms");
    check(before(), answered(9.0 * MS, 5), &of(Attempts::All), Verdict::Fail, "rose from 1 ms to 9 ms");
    // Nothing is put in the place of what the baseline does not tell of all attempts.
    let untold = Series { summary: Summary { count: 1000, errors: 5, ..Summary::default() }, ..requests("GET /", MS, 1000, 5, "http-5xx") };
    check(
        accepted(vec![run_of(vec![untold]); 9]),
        answered(9.0 * MS, 5),
        &of(Attempts::All),
        Verdict::NoVerdict,
        "not known now and in the baseline",
    );
    check(accepted(vec![answered(9.0 * MS, 5); 9]), answered(MS, 0), &of(Attempts::All), Verdict::Pass, "fell from 9 ms to 1 ms");
}
