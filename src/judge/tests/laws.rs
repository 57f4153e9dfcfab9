//! What must hold for all numbers, and how often unchanged code is called slower.

use super::{accepted, accepted_points, outcome, point, policy, relative, rule, run_of, samples, usual};
use crate::judge::{Limit, Policy, Quarantine, Rule, Statistics};
use crate::model::{Finding, Run, Verdict};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

/// A small seeded generator (SplitMix64) and the normal numbers it makes.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn value(&mut self, spread: f64) -> f64 {
        1e6 * (spread * self.normal()).exp()
    }
}

/// Share of fail, pass and unstable over seeded trials: N accepted runs, then one that is slower by `slowdown`.
fn rates(accepted_runs: usize, spread: f64, slowdown: f64, trials: u32) -> (f64, f64, f64) {
    let mut noise = Noise(accepted_runs as u64 + 17);
    let policy = policy(vec![rule(None, relative(0.05))]);
    let mut counts = (0, 0, 0);
    for _ in 0..trials {
        let before: Vec<f64> = (0..accepted_runs).map(|_| noise.value(spread)).collect();
        let run = run_of(vec![point("sort", "time", noise.value(spread) * (1.0 + slowdown))]);
        match outcome(&accepted_points(&before), run, &policy).verdict {
            Verdict::Fail => counts.0 += 1,
            Verdict::Pass => counts.1 += 1,
            _ => counts.2 += 1,
        }
    }
    let share = |count: u32| f64::from(count) / f64::from(trials);
    (share(counts.0), share(counts.1), share(counts.2))
}

/// Unchanged code: a fail is a deviation beyond t at 0.999, so at most one in a thousand, whatever the spread.
#[test]
fn unchanged_code_fails_no_more_often_than_stated() {
    for accepted_runs in [8, 10, 20] {
        for spread in [0.01, 0.10] {
            let (fail, ..) = rates(accepted_runs, spread, 0.0, 5000);
            assert!(fail <= 0.002, "{accepted_runs} accepted runs, spread {spread}: {fail}");
        }
    }
    assert_eq!(rates(1, 0.05, 0.0, 5000).0, 0.0);
    let (_, pass, _) = rates(10, 0.01, 0.0, 1000);
    assert!(pass > 0.95, "{pass}");
}

#[test]
fn injected_slowdowns_are_found() {
    assert_eq!(rates(1, 0.05, 19.0, 500).0, 1.0);
    let (fail, pass, _) = rates(10, 0.01, 0.12, 1000);
    assert!(fail > 0.95 && pass == 0.0, "{fail} {pass}");
}

/// Verdicts in the order in which a growing value meets them.
fn gravity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Unstable => 1,
        Verdict::Fail => 2,
        Verdict::NoVerdict => 3,
    }
}

/// Rules on a change, of every form.
fn some_rule() -> impl Strategy<Value = Rule> {
    let band = || Some(Limit::Band { text: "noise band".to_string() });
    let limits = prop_oneof![
        Just((relative(0.05), relative(0.10))),
        Just((None, relative(0.05))),
        Just((relative(0.20), None)),
        Just((band(), relative(0.10))),
        Just((band(), band())),
        Just((None, band())),
    ];
    let widen_to = prop_oneof![Just(None), (0.21f64..2.0).prop_map(Some)];
    let floor = prop_oneof![Just(None), (0.0f64..0.3).prop_map(Some)];
    (limits, widen_to, floor).prop_map(|((unstable, fail), widen_to, floor)| Rule { widen_to, floor, ..rule(unstable, fail) })
}

/// Accepted values that differ a little or a lot.
fn some_values() -> impl Strategy<Value = Vec<f64>> {
    let narrow = || proptest::collection::vec(0.99f64..1.01, 1..12);
    prop_oneof![narrow(), proptest::collection::vec(0.7f64..1.4, 1..12), narrow().prop_map(|values| vec![1.0; values.len()])]
}

fn timed(value: f64) -> Run {
    run_of(vec![point("sort", "time", value)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn worse_is_never_judged_better(before in some_values(), rule in some_rule(), after in 0.5f64..3.0, more in 1.0f64..3.0) {
        let policy = policy(vec![rule]);
        let verdict = |value: f64| outcome(&accepted_points(&before), timed(value), &policy).verdict;
        prop_assert!(gravity(verdict(after)) <= gravity(verdict(after * more)));
    }

    /// Never red; and green wherever there is evidence for a verdict: exact rules, three accepted runs, values on both sides.
    #[test]
    fn a_run_against_itself_never_fails(
        rule in some_rule(),
        value in 0.001f64..1e9,
        runs in 1usize..12,
        spread in 0.0f64..0.5,
        sound in any::<bool>(),
    ) {
        let is_banded = [&rule.unstable, &rule.fail].into_iter().flatten().any(|limit| matches!(limit, Limit::Band { .. }));
        let statistics = if sound { Statistics::Sound } else { Statistics::Plain };
        let asked = Policy { statistics, ..policy(vec![rule]) };
        let bare = outcome(&accepted_points(&vec![value; runs]), timed(value), &asked).verdict;
        let expected = match (sound, is_banded) {
            (false, true) => Verdict::NoVerdict,
            (true, _) if runs < 3 => bare.min(Verdict::Unstable),
            _ => Verdict::Pass,
        };
        prop_assert_eq!(bare, expected);
        let values = || run_of(vec![samples("sort", (0..60).map(|i| value * (1.0 + spread * f64::from(i % 7))).collect())]);
        let sampled = outcome(&accepted(vec![values(); runs]), values(), &Policy { statistics: Statistics::Sound, ..asked }).verdict;
        prop_assert!(sampled <= Verdict::Unstable);
        prop_assert!(is_banded || spread > 0.001 || sampled == Verdict::Pass, "{sampled}");
    }

    #[test]
    fn widening_only_makes_unstable_things_pass(before in some_values(), rule in some_rule(), after in 0.3f64..3.0, to in 0.21f64..2.0) {
        let verdict = |widen_to| {
            let policy = policy(vec![Rule { widen_to, ..rule.clone() }]);
            outcome(&accepted_points(&before), timed(after), &policy).verdict
        };
        let (narrow, widened) = (verdict(None), verdict(Some(to)));
        prop_assert!(narrow == widened || (narrow, widened) == (Verdict::Unstable, Verdict::Pass), "{narrow} {widened}");
    }

    #[test]
    fn quarantine_only_lowers(before in some_values(), rule in some_rule(), after in 0.3f64..3.0, label in "[a-z*?]{1,4}") {
        let series = |value: f64| run_of(vec![point("a", "time", value), point("sort", "time", value), point("gone", "time", 1.0)]);
        let earlier = accepted(before.iter().map(|value| series(*value)).collect());
        let run = run_of(vec![point("a", "time", after), point("sort", "time", after)]);
        let judged = |quarantine: Vec<Quarantine>| {
            let policy = Policy { quarantine, ..policy(vec![rule.clone()]) };
            outcome(&earlier, run.clone(), &policy).findings
        };
        let (text, suite, metric) = ("2026-12-31".to_string(), "*".to_string(), "*".to_string());
        let entry = Quarantine { suite, label, metric, reason: "flaky".to_string(), until_ns: 1, until: text, place: None };
        let (free, lowered) = (judged(Vec::new()), judged(vec![entry]));
        prop_assert_eq!(free.len(), lowered.len());
        for (free, lowered) in free.iter().zip(&lowered) {
            prop_assert!(lowered.verdict <= free.verdict && lowered.quarantined.is_some() == (lowered.verdict != free.verdict));
        }
    }

    /// Rules for different labels, in any order, and series in any order: the same findings.
    #[test]
    fn order_matters_only_where_the_first_match_wins(before in some_values(), after in 0.5f64..3.0, one in some_rule(), two in some_rule()) {
        let rules = vec![Rule { label: "a*".into(), ..one }, Rule { label: "b*".into(), ..two }];
        let series = |value: f64| vec![point("a1", "time", value), point("a2", "time", 1.0), point("b1", "time", value)];
        let judged = |rules: Vec<Rule>, is_turned: bool| -> Vec<Finding> {
            let run = |value: f64| {
                let mut series = series(value);
                if is_turned {
                    series.reverse();
                }
                run_of(series)
            };
            outcome(&accepted(before.iter().map(|value| run(*value)).collect()), run(after), &policy(rules)).findings
        };
        let turned = rules.iter().rev().cloned().collect();
        prop_assert_eq!(judged(rules, false), judged(turned, true));
    }

    #[test]
    fn a_slower_run_never_gets_a_better_verdict(
        before in proptest::collection::vec(0.9f64..1.1, 1..12),
        after in 0.5f64..3.0,
        more in 1.0f64..3.0,
        sound in any::<bool>(),
    ) {
        let statistics = if sound { Statistics::Sound } else { Statistics::Plain };
        let policy = Policy { statistics, ..usual() };
        let verdict = |value: f64| outcome(&accepted_points(&before), run_of(vec![point("sort", "time", value)]), &policy).verdict;
        prop_assert!(gravity(verdict(after)) <= gravity(verdict(after * more)));
    }

    #[test]
    fn scaling_both_sides_changes_nothing(
        before in proptest::collection::vec(0.9f64..1.1, 1..12),
        after in 0.5f64..3.0,
        exponent in -6i32..20,
    ) {
        // A power of two, so that no rounding of the values themselves enters.
        let judged = |scale: f64| {
            let scaled: Vec<f64> = before.iter().map(|value| value * scale).collect();
            outcome(&accepted_points(&scaled), run_of(vec![point("sort", "time", after * scale)]), &usual()).verdict
        };
        prop_assert_eq!(judged(1.0), judged(2f64.powi(exponent)));
    }

    /// A rate of which more is better is as bad when it falls by 1 − 1/(1 + T) as a time that rises by T.
    #[test]
    fn turning_the_direction_turns_the_verdict(before in proptest::collection::vec(0.9f64..1.1, 8..12), after in 0.5f64..3.0) {
        let limit = 0.10;
        let times = policy(vec![rule(None, relative(limit))]);
        let rates = policy(vec![Rule { metric: Some("throughput".into()), ..rule(None, relative(1.0 / (1.0 + limit) - 1.0)) }]);
        let inverse: Vec<Run> = before.iter().map(|value| run_of(vec![point("sort", "throughput", 1.0 / value)])).collect();
        let slower = outcome(&accepted_points(&before), run_of(vec![point("sort", "time", after)]), &times).findings.remove(0);
        let lower = outcome(&accepted(inverse), run_of(vec![point("sort", "throughput", 1.0 / after)]), &rates).findings.remove(0);
        // The allowance (a sixth of the limit) is not exactly the same fraction of both: leave its surroundings out.
        if slower.interval_percent.is_none_or(|(low, _)| (low - 100.0 * limit / 6.0).abs() > 0.5) {
            prop_assert_eq!(slower.verdict, lower.verdict);
        }
    }
}
