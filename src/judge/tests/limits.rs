//! Every kind of limit just under, at and just over itself, in both directions, and with nothing to judge.

use super::{absolute, accepted, accepted_points, check, elsewhere, nothing, outcome, point, policy, relative, rule, run_of, samples};
use crate::judge::{Limit, Policy, Rule, Statistics};
use crate::model::{Before, Better, Finding, FindingKind, Percentile, Run, STATISTIC_WORDS, Series, Statistic, Summary, Verdict};

const VALUES: [f64; 10] = [102.1, 99.4, 101.0, 100.3, 98.7, 100.9, 101.8, 99.9, 100.2, 103.0];

fn band() -> Option<Limit> {
    Some(Limit::Band { text: "noise band".into() })
}

fn plain(rules: Vec<Rule>) -> Policy {
    Policy { statistics: Statistics::Plain, ..policy(rules) }
}

fn of(metric: &str, value: f64) -> Run {
    run_of(vec![point("sort", metric, value)])
}

fn runs_of(metric: &str, values: &[f64]) -> Before {
    accepted(values.iter().map(|value| of(metric, *value)).collect())
}

/// The verdict of one rule on one metric, each value with what it must be.
#[track_caller]
fn table(before: &Before, metric: &str, policy: &Policy, rows: &[(f64, Verdict)]) {
    for (value, expected) in rows {
        let found = outcome(before, of(metric, *value), policy);
        let said: Vec<&str> = found.findings.iter().map(|finding| finding.sentence.as_str()).collect();
        assert_eq!(found.verdict, *expected, "{value}: {}", said.join("\n"));
    }
}

use Verdict::{Fail, NoVerdict, Pass, Unstable};

#[test]
fn plain_percentages() {
    let times = plain(vec![rule(relative(0.05), relative(0.10))]);
    table(
        &runs_of("time", &[1000.0]),
        "time",
        &times,
        &[(1050.0, Pass), (1050.1, Unstable), (1100.0, Unstable), (1100.1, Fail), (1.0, Pass)],
    );
    let rates = plain(vec![Rule { metric: Some("throughput".into()), ..rule(relative(-0.05), relative(-0.10)) }]);
    let rows = [(950.0, Pass), (949.9, Unstable), (900.0, Unstable), (899.9, Fail), (9000.0, Pass)];
    table(&runs_of("throughput", &[1000.0]), "throughput", &rates, &rows);
    table(&runs_of("time", &[0.0]), "time", &times, &[(0.0, Pass), (1.0, NoVerdict)]);
}

#[test]
fn counts_that_repeat_exactly() {
    let any = policy(vec![Rule { metric: Some("allocations".into()), ..rule(relative(0.0), relative(0.05)) }]);
    let rows = [(99.0, Pass), (100.0, Pass), (101.0, Unstable), (105.0, Unstable), (106.0, Fail), (0.0, Pass)];
    // Ten runs without any variance, on this machine and on another.
    table(&runs_of("allocations", &[100.0; 10]), "allocations", &any, &rows);
    table(&elsewhere(vec![of("allocations", 100.0)]), "allocations", &any, &rows);
    table(&runs_of("allocations", &[0.0]), "allocations", &any, &[(0.0, Pass), (1.0, Fail)]);
    let unstable_only = policy(vec![Rule { metric: Some("allocations".into()), ..rule(relative(0.5), None) }]);
    table(&runs_of("allocations", &[0.0]), "allocations", &unstable_only, &[(0.0, Pass), (1.0, Unstable)]);
    // What repeats exactly differs by nothing, so its noise band is none.
    let banded = policy(vec![Rule { metric: Some("allocations".into()), ..rule(None, band()) }]);
    table(&runs_of("allocations", &[100.0; 10]), "allocations", &banded, &[(99.0, Pass), (100.0, Pass), (101.0, Fail)]);
    // Times of another environment judge nothing.
    let times = policy(vec![rule(None, relative(0.05))]);
    check(elsewhere(vec![of("time", 1.0)]), of("time", 100.0), &times, Unstable, "times were not compared");
}

/// N = 10, s = 0.0139664, f = 4.506528 (`noise_band_examples`): beyond 100.59955·e^(f·s) = 107.135.
#[test]
fn worse_than_the_noise_band() {
    let failing = policy(vec![rule(None, band())]);
    table(&runs_of("time", &VALUES), "time", &failing, &[(50.0, Pass), (107.13, Pass), (107.14, Fail)]);
    let inverse: Vec<f64> = VALUES.iter().map(|value| 1.0 / value).collect();
    let rates = policy(vec![Rule { metric: Some("throughput".into()), ..rule(band(), None) }]);
    table(&runs_of("throughput", &inverse), "throughput", &rates, &[(1.0 / 107.13, Pass), (1.0 / 107.14, Unstable), (1.0, Pass)]);
    let floored = policy(vec![Rule { floor: Some(20.0), ..rule(None, band()) }]);
    table(&runs_of("time", &VALUES), "time", &floored, &[(120.59, Pass), (120.61, Fail)]);
    // Three runs: beyond t(0.999, 2)·√(4/3)·0.001 = 2.6% nobody can say that it is noise, and from +65% that it is not.
    let rows = [(100.0, Pass), (102.6, Pass), (102.62, Unstable), (164.0, Unstable), (165.0, Fail)];
    table(&runs_of("time", &[100.0; 3]), "time", &failing, &rows);
    table(&runs_of("time", &[100.0; 2]), "time", &failing, &[(100.0, Unstable), (165.0, Fail)]);
    check(runs_of("time", &VALUES), of("time", 110.0), &failing, Fail, "limit noise band; beyond the noise of 10 accepted runs");
    check(runs_of("time", &VALUES), of("time", 110.0), &plain(vec![rule(None, band())]), NoVerdict, "plain statistics know no noise band");
    table(&runs_of("time", &[0.0; 9]), "time", &failing, &[(0.0, Pass), (1.0, NoVerdict)]);
    check(nothing(), of("time", 1.0), &failing, Pass, "baseline None");
}

#[test]
fn a_noise_band_beside_a_percentage() {
    let mixed = policy(vec![rule(band(), relative(0.10))]);
    table(&runs_of("time", &VALUES), "time", &mixed, &[(100.0, Pass), (107.5, Unstable), (112.0, Fail)]);
    // Wide noise hides what may be a failure: within the band is then no pass.
    let wide: Vec<f64> = VALUES.iter().map(|value| 100.0 * (value / 100.0f64).powi(6)).collect();
    check(runs_of("time", &wide), of("time", 104.0), &mixed, Unstable, "too noisy to judge at +10%, could see +48.3%");
}

/// An improvement never needs more evidence than a small slowdown, which the floor lets through.
#[test]
fn the_floor_is_for_the_worse() {
    let times = policy(vec![Rule { floor: Some(20.0), ..rule(None, relative(0.05)) }]);
    let rows = [(1.0, Pass), (79.0, Pass), (100.0, Pass), (119.9, Pass), (120.0, Unstable), (190.0, Fail)];
    table(&runs_of("time", &[100.0]), "time", &times, &rows);
    let rates = Rule { metric: Some("throughput".into()), floor: Some(20.0), ..rule(None, relative(-0.05)) };
    let rows = [(900.0, Pass), (121.0, Pass), (80.1, Pass), (80.0, Unstable), (50.0, Fail)];
    table(&runs_of("throughput", &[100.0]), "throughput", &policy(vec![rates]), &rows);
}

#[test]
fn too_noisy_says_what_it_could_see() {
    let limited = |widen_to| policy(vec![Rule { widen_to, ..rule(relative(0.05), relative(0.10)) }]);
    let wide: Vec<f64> = VALUES.iter().map(|value| 100.0 * (value / 100.0f64).powi(2)).collect();
    let judged = |value: f64, widen_to| outcome(&runs_of("time", &wide), of("time", value), &limited(widen_to));
    let finding = |value: f64, widen_to| judged(value, widen_to).findings.remove(0);
    let noisy = finding(101.0, None);
    assert_eq!((noisy.verdict, noisy.threshold.as_str()), (Unstable, "+5%"));
    assert!(noisy.sentence.contains("too noisy to judge at +5%, could see +14.4%: the noise of 10 accepted runs"), "{}", noisy.sentence);
    let widened = finding(101.0, Some(0.20));
    assert_eq!((widened.verdict, widened.threshold.as_str()), (Pass, "+14.4%"));
    let told = "limit +5% widened to +14.4%, the smallest change that its noise lets it see; 10 accepted runs";
    assert!(widened.sentence.contains(told), "{}", widened.sentence);
    assert_eq!(finding(101.0, Some(0.1435)).verdict, Unstable, "14.36% is a little more than allowed");
    assert_eq!(finding(101.0, Some(0.1437)).verdict, Pass);
    // A pass needs the same evidence against the wider limit; a fail keeps its own.
    assert_eq!(finding(111.0, Some(0.50)).verdict, Unstable);
    assert_eq!(finding(130.0, Some(0.50)).verdict, Fail);
    assert_eq!(finding(130.0, None).verdict, Fail);
    // What is not hidden by noise is not widened.
    let quiet = outcome(&runs_of("time", &[100.0; 10]), of("time", 104.99), &limited(Some(0.50)));
    assert_eq!((quiet.verdict, quiet.findings[0].threshold.as_str()), (Unstable, "+5%"));
    assert!(quiet.findings[0].sentence.contains("it lies between"), "{}", quiet.findings[0].sentence);
    // Turned round: a drop.
    let inverse: Vec<f64> = wide.iter().map(|value| 1e4 / value).collect();
    let rates = Rule { metric: Some("throughput".into()), widen_to: Some(0.20), ..rule(None, relative(-0.05)) };
    let told = "sort throughput p50: judged at -12.6% for its noise, a limit widened by `widen_to`";
    check(runs_of("throughput", &inverse), of("throughput", 99.0), &policy(vec![rates.clone()]), Pass, told);
    check(runs_of("throughput", &inverse), of("throughput", 99.0), &policy(vec![rates]), Pass, "limit -5% widened to -12.6%");
}

#[test]
fn too_fast_to_be_believed() {
    let limit = |change: f64, text: &str| Some(Limit::Relative { change, text: text.into() });
    let times = |statistics| Policy { statistics, ..policy(vec![Rule { too_fast: limit(-0.9, "-90%"), ..rule(None, relative(0.10)) }]) };
    let rates = Rule { too_fast: limit(9.0, "+900%"), metric: Some("throughput".into()), ..rule(None, relative(-0.10)) };
    for statistics in [Statistics::Plain, Statistics::Sound] {
        let rows = [(1000.0, Pass), (100.1, Pass), (100.0, Pass), (99.9, Unstable), (0.0, Unstable)];
        let rows = if statistics == Statistics::Plain { &rows[..] } else { &rows[..4] };
        table(&runs_of("time", &[1000.0; 9]), "time", &times(statistics), rows);
        let policy = Policy { statistics, ..policy(vec![rates.clone()]) };
        table(&runs_of("throughput", &[100.0; 9]), "throughput", &policy, &[(100.0, Pass), (1000.0, Pass), (1001.0, Unstable)]);
    }
    let told = "sort p50 fell from 1 µs to 10 ns (-99%), better by more than -90%: a benchmark so much faster is usually broken";
    check(runs_of("time", &[1000.0; 9]), of("time", 10.0), &times(Statistics::Sound), Unstable, told);
    let floored = policy(vec![Rule { too_fast: limit(-0.9, "-90%"), floor: Some(2000.0), ..rule(None, relative(0.10)) }]);
    table(&runs_of("time", &[1000.0; 9]), "time", &floored, &[(10.0, Pass)]);
    check(nothing(), of("time", 10.0), &times(Statistics::Sound), Pass, "baseline None");
    // Against the other series of the run.
    let values = |at: f64| (0..60).map(|i| at + f64::from(i % 7)).collect::<Vec<_>>();
    let pair = |buffer: f64| run_of(vec![samples("plus", values(1000.0)), samples("buffer", values(buffer))]);
    let within = Rule { label: "buffer".into(), against: Some("plus".into()), too_fast: limit(-0.9, "-90%"), ..rule(None, relative(-0.5)) };
    check(nothing(), pair(400.0), &policy(vec![within.clone()]), Pass, "limit -50%");
    check(
        nothing(),
        pair(40.0),
        &policy(vec![within]),
        Unstable,
        "buffer p50 is 43 ns against 1 µs of plus (-95.7%), better by more than -90%",
    );
}

/// A series of which every statistic is known.
fn known(factor: f64) -> Series {
    let percentiles = Percentile::STANDARD.iter().map(|p| (*p, 1e6 * factor)).collect();
    let some = |value: f64| Some(value * factor);
    let (mean, stddev, min, max) = (some(1e6), some(1e4), some(9e5), some(2e6));
    let ok = Summary { count: 1000, mean, stddev, min, max, percentiles, ..Summary::default() };
    // Slower, and with more errors.
    let summary = Summary { errors: (10.0 * factor) as u64, throughput: Some(500.0 / factor), ..ok.clone() };
    Series { better: Better::Lower, summary, summary_ok: Some(ok), ..point("GET /", "latency", 0.0) }
}

/// Every word for a statistic as an absolute, a relative and a within-run limit: it turns red for something twice as bad, it
/// passes what is as it was, and what cannot be judged says why.
#[test]
fn every_statistic_of_every_kind() {
    for word in STATISTIC_WORDS.iter().map(|(word, _)| *word) {
        let statistic: Statistic = word.parse().unwrap();
        let verdict = |rule: Rule, factor: f64| {
            let policy = plain(vec![Rule { statistic: Some(statistic), label: "GET /".into(), ..rule }]);
            let other = Series { key: crate::model::SeriesKey::new("other", "latency"), ..known(1.0) };
            let found = outcome(&accepted(vec![run_of(vec![known(1.0), other.clone()])]), run_of(vec![known(factor), other]), &policy);
            let is_of_limit = |finding: &&Finding| finding.statistic == Some(statistic);
            let finding = found.findings.iter().find(is_of_limit).unwrap_or_else(|| panic!("{word}: nothing said"));
            (finding.verdict, finding.sentence.clone())
        };
        let as_now = known(1.0).statistic(statistic).unwrap();
        let worse = if statistic == Statistic::Throughput { -0.25 } else { 0.5 };
        let rules = [
            ("absolute", rule(None, absolute(as_now * (1.0 + worse), "limit"))),
            ("relative", rule(None, relative(worse))),
            ("within", Rule { against: Some("other".into()), ..rule(None, relative(worse)) }),
        ];
        for (kind, rule) in rules {
            let (before, after) = (verdict(rule.clone(), 1.0), verdict(rule, 2.2));
            match (statistic, kind) {
                (Statistic::Count, _) => assert!(before.0 == NoVerdict && before.1.contains("nobody says"), "{kind} {word}: {before:?}"),
                (Statistic::ErrorRate, "within") => {
                    assert!(before.0 == NoVerdict && before.1.contains("not compared within a run"), "{before:?}");
                }
                // 22 of 1000 after 10 of 1000: chance alone would do this with 2.5%.
                (Statistic::ErrorRate, "relative") => assert_eq!((before.0, after.0), (Pass, Unstable), "{after:?}"),
                _ => assert_eq!((before.0, after.0), (Pass, Fail), "{kind} {word}: {before:?} {after:?}"),
            }
        }
    }
}

#[test]
fn a_limit_that_nothing_can_reach_is_no_pass() {
    let rates = policy(vec![Rule { metric: Some("throughput".into()), ..rule(None, relative(-1.0)) }]);
    check(runs_of("throughput", &[9.0; 9]), of("throughput", 9.0), &rates, NoVerdict, "its limit can never be reached");
    let kind = outcome(&accepted_points(&[1.0; 9]), of("time", 1.0), &policy(vec![rule(None, relative(0.1))])).findings[0].kind;
    assert_eq!(kind, FindingKind::Relative);
}
