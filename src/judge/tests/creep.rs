//! Many small steps against a pinned run, and baselines of few sessions.

use super::{accepted, accepted_points, point, policy, relative, rule, run_of, samples};
use crate::compare::compare;
use crate::judge::{Policy, Rule, Statistics, judge};
use crate::model::{
    Band, Change, Changes, ComparedSeries, Comparison, Finding, FindingKind, Pinned, Run, SeriesKey, Statistic, SuiteOutcome, Verdict,
};

fn timed(value: f64) -> Run {
    run_of(vec![point("sort", "time", value)])
}

/// A comparison with accepted values, newest first, that also stands against a pinned run: with its own centre and the noise of
/// the accepted runs, in which two single values differ by √2.
fn pinned(newest_first: &[f64], pin: Run, run: Run, policy: &Policy) -> Comparison {
    let asked = policy.asked();
    let against_pin = compare(&accepted(vec![pin]), run.clone(), &asked);
    let mut comparison = compare(&accepted_points(newest_first), run, &asked);
    let since = |key: &SeriesKey, compared: &ComparedSeries| -> Changes {
        let change = |statistic: Statistic| {
            let (own, known) = (*against_pin.series[key].changes.get(&statistic)?, compared.changes.get(&statistic)?.band?);
            let widening = (2.0 / (1.0 + 1.0 / f64::from(known.runs))).sqrt();
            Some((statistic, Change { band: Some(Band { scale: known.scale * widening, centre: own.before.ln(), ..known }), ..own }))
        };
        asked.iter().copied().filter_map(change).collect()
    };
    comparison.baseline.pinned = Some(Pinned { commit: Some("1a2b3c4d5e6f7a8b".into()), accepted_ns: Some(1_795_428_000_000_000_000) });
    for (key, compared) in &mut comparison.series {
        compared.pinned = Some(since(key, compared));
    }
    comparison
}

fn of_pin(outcome: &SuiteOutcome) -> Option<&Finding> {
    outcome.findings.iter().find(|finding| finding.kind == FindingKind::Pinned)
}

/// Ten steps of +2 %, each accepted, under a limit of 5 %; the first step against the first run is step 1.
fn steps(policy: &Policy) -> Vec<(Verdict, Option<Verdict>)> {
    let value = |step: i32| 1e6 * 1.02f64.powi(step);
    let judged = |step: i32| {
        let newest_first: Vec<f64> = (0..step).rev().map(value).collect();
        let outcome = judge(&pinned(&newest_first, timed(value(0)), timed(value(step)), policy), policy);
        let of_baseline = outcome.findings.iter().find(|finding| finding.kind == FindingKind::Relative).unwrap().verdict;
        (of_baseline, of_pin(&outcome).map(|finding| finding.verdict))
    };
    (1..=10).map(judged).collect()
}

#[test]
fn ten_small_steps_do_not_vanish() {
    let plain = Policy { statistics: Statistics::Plain, ..policy(vec![rule(None, relative(0.05))]) };
    let found = steps(&plain);
    // The pinned run is the only accepted one at step 1: nothing more can be said of it.
    assert_eq!(found[0], (Verdict::Pass, None));
    assert_eq!(found[1], (Verdict::Pass, Some(Verdict::Pass)));
    for (step, verdicts) in found.iter().enumerate().skip(2) {
        assert_eq!(*verdicts, (Verdict::Pass, Some(Verdict::Fail)), "step {}", step + 1);
    }
    let sound = policy(vec![rule(None, relative(0.05))]);
    for (step, (_, of_pin)) in steps(&sound).iter().enumerate().skip(1) {
        assert!(of_pin.is_some_and(|verdict| verdict != Verdict::Pass), "step {}", step + 1);
    }
}

#[test]
fn the_pin_is_judged_with_the_noise_of_the_accepted_runs() {
    let limited = policy(vec![rule(relative(0.05), relative(0.10))]);
    let judged = |pin: f64, after: f64| {
        let outcome = judge(&pinned(&[1e6; 10], timed(pin), timed(after), &limited), &limited);
        let finding = of_pin(&outcome).cloned().unwrap();
        (finding.verdict, finding.sentence, outcome.verdict)
    };
    let (verdict, sentence, suite) = judged(8e5, 1e6);
    assert_eq!((verdict, suite), (Verdict::Fail, Verdict::Fail));
    let told = "sort p50 rose from 800 µs to 1 ms (+25%) against the run pinned on 2026-11-23 (commit 1a2b3c4d5e), limit +10%; beyond the noise of 10 accepted runs; `accept --pin` moves the pin";
    assert_eq!(sentence, told);
    assert_eq!(judged(1e6, 1e6).0, Verdict::Pass);
    assert_eq!(judged(1.3e6, 1e6).0, Verdict::Pass);
    assert_eq!(judged(0.94e6, 1e6).0, Verdict::Unstable);
    // √2 of the noise, not √(1 + 1/N) of it: with s = 0.001 a pass ends a little sooner than against the accepted runs.
    let high = |worse: f64| worse * 0.05f64.ln_1p().exp();
    assert_eq!(judged(1e6 / high(0.9970), 1e6).0, Verdict::Pass);
    assert_eq!(judged(1e6 / high(0.9980), 1e6).0, Verdict::Unstable);
    let accepted = compare(&accepted_points(&[1e6; 10]), timed(high(0.9980) * 1e6), &limited.asked());
    assert_eq!(judge(&accepted, &limited).verdict, Verdict::Pass);
}

#[test]
fn a_pin_alone_is_not_judged_twice_and_counts_exactly() {
    let limited = policy(vec![rule(None, relative(0.10))]);
    let alone = judge(&pinned(&[1e6], timed(1e6), timed(1e6), &limited), &limited);
    assert!(of_pin(&alone).is_none());
    let exact = policy(vec![Rule { metric: Some("allocations".into()), ..rule(None, relative(0.05)) }]);
    let counted = |value: f64| run_of(vec![point("sort", "allocations", value)]);
    let mut comparison = compare(&accepted(vec![counted(104.0)]), counted(106.0), &exact.asked());
    let against_pin = compare(&accepted(vec![counted(100.0)]), counted(106.0), &exact.asked());
    for (key, compared) in &mut comparison.series {
        compared.pinned = Some(against_pin.series[key].changes.clone());
    }
    let found = judge(&comparison, &exact);
    assert_eq!((found.findings[0].verdict, of_pin(&found).unwrap().verdict), (Verdict::Pass, Verdict::Fail));
    assert!(of_pin(&found).unwrap().sentence.contains("(+6%) against the run pinned, limit +5%; exact"));
}

/// The same comparison as if its accepted runs were of so many sessions.
fn of_sessions(mut comparison: Comparison, sessions: u32, policy: &Policy) -> Comparison {
    for compared in comparison.series.values_mut() {
        let changes = policy.asked().into_iter().filter_map(|statistic: Statistic| {
            let mut change = *compared.changes.get(&statistic)?;
            change.band = change.band.map(|band| Band { sessions, ..band });
            Some((statistic, change))
        });
        compared.changes = changes.collect::<Changes>();
    }
    comparison
}

/// Ten accepted runs are a baseline that decides alone, once they are of three sessions.
#[test]
fn runs_in_a_row_are_one_session() {
    let limited = policy(vec![rule(None, relative(0.10))]);
    let judged = |after: f64, sessions: u32| {
        let comparison = compare(&accepted_points(&[1e6; 10]), timed(after), &limited.asked());
        let finding = judge(&of_sessions(comparison, sessions, &limited), &limited).findings.remove(0);
        (finding.verdict, finding.sentence)
    };
    for (sessions, same, worse, gross) in [
        (1, Verdict::Unstable, Verdict::Unstable, Verdict::Fail),
        (2, Verdict::Unstable, Verdict::Unstable, Verdict::Fail),
        (3, Verdict::Pass, Verdict::Fail, Verdict::Fail),
        (10, Verdict::Pass, Verdict::Fail, Verdict::Fail),
    ] {
        let found = (judged(1e6, sessions).0, judged(1.2e6, sessions).0, judged(2e6, sessions).0);
        assert_eq!(found, (same, worse, gross), "{sessions} sessions");
    }
    let sentence = judged(1e6, 2).1;
    let told = "with 10 accepted runs of 2 sessions the noise between runs is taken as 10%: a change of +67.6% would have failed; accept 1 more session for a verdict";
    assert!(sentence.contains(told), "{sentence}");
    assert!(judged(1.2e6, 5).1.contains("beyond the noise of 10 accepted runs of 5 sessions"));
}

/// Before three sessions a pass rests on the values of both runs.
#[test]
fn within_run_evidence_passes_until_sessions_are_there() {
    let values = (0..60).map(|i| 1000.0 + f64::from(i % 7)).collect::<Vec<_>>();
    let run = || run_of(vec![samples("sort", values.clone())]);
    let limited = policy(vec![rule(None, relative(0.10))]);
    let comparison = compare(&accepted(vec![run(), run()]), run(), &limited.asked());
    let finding = judge(&of_sessions(comparison, 1, &limited), &limited).findings.remove(0);
    assert_eq!(finding.verdict, Verdict::Pass, "{}", finding.sentence);
    assert!(finding.sentence.contains("noise between runs not yet known (2 accepted runs of 1 session)"), "{}", finding.sentence);
}
