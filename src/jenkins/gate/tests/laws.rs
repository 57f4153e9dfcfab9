//! What must hold for all numbers.

use super::expert::{absolute, expert};
use super::{build, collected, failing, judged, report, settings};
use crate::jenkins::{BuildResult, Collected, Constraint, Escalation, FileNumbers, Settings};
use crate::model::Verdict;
use proptest::prelude::{ProptestConfig, Strategy, prop_assert, prop_assert_eq, proptest};

/// Files with labels and times, from a few names so that some pair.
fn files(times: std::ops::Range<i64>) -> impl Strategy<Value = Vec<FileNumbers>> {
    let labels = proptest::collection::btree_map("[a-cA-C]|https?:x", times, 1..5);
    proptest::collection::btree_map("[a-e]", labels, 1..4).prop_map(|files| {
        let of = |(name, labels): (&String, &std::collections::BTreeMap<String, i64>)| {
            let labels: Vec<(&str, i64)> = labels.iter().map(|(label, ms)| (label.as_str(), *ms)).collect();
            report(&format!("{name}.jtl"), &labels)
        };
        files.iter().map(of).collect()
    })
}

fn slower(failed: f64, unstable: f64) -> Settings {
    Settings {
        mode_of_threshold: true,
        compare_build_previous: true,
        relative_failed_threshold_positive: failed,
        relative_unstable_threshold_positive: unstable,
        ..settings()
    }
}

fn turned(collected: &Collected) -> Collected {
    let mut turned = collected.clone();
    for parser in &mut turned.parsers {
        parser.reports.reverse();
        parser.reports.iter_mut().for_each(|report| report.labels.reverse());
    }
    turned
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Each label against itself; other labels of the same key in other files are other values.
    #[test]
    fn a_build_against_itself_breaches_nothing(ms in 1i64..1_000_000, limit in 0.01f64..50.0) {
        let files = vec![report("a.jtl", &[("x", ms), ("y", ms + 7)])];
        let history = [build(9, Some(BuildResult::Success), files.clone())];
        prop_assert_eq!(judged(&slower(limit, limit / 2.0), &collected(files.clone()), &history).verdict, Verdict::Pass);
        let itself = Settings { compare_build_previous: false, nth_build_number: 10, ..slower(limit, limit / 2.0) };
        prop_assert_eq!(judged(&itself, &collected(files), &[]).verdict, Verdict::Pass);
    }

    #[test]
    fn order_does_not_matter(before in files(0..50), after in files(0..50), failed in -1.0f64..100.0) {
        let history = [build(9, Some(BuildResult::Success), before)];
        let after = collected(after);
        for settings in [slower(failed, 10.0), Settings { error_failed_threshold: 5.0, ..settings() }] {
            prop_assert_eq!(judged(&settings, &after, &history).verdict, judged(&settings, &turned(&after), &history).verdict);
        }
    }

    #[test]
    fn another_file_or_constraint_never_makes_it_better(shares in proptest::collection::vec(0i64..10, 1..6), limit in 0i64..10) {
        let settings = Settings { error_failed_threshold: limit as f64, error_unstable_threshold: 3.0, ..settings() };
        let files: Vec<FileNumbers> =
            shares.iter().enumerate().map(|(at, errors)| failing(&format!("{at}.jtl"), *errors, 100, *errors as f64)).collect();
        let mut worst = Verdict::Pass;
        for count in 1..=files.len() {
            let verdict = judged(&settings, &collected(files[..count].to_vec()), &[]).verdict;
            prop_assert!(verdict >= worst);
            worst = verdict;
        }
        let levels = [Escalation::Information, Escalation::Warning, Escalation::Error];
        let constraints: Vec<Constraint> = shares
            .iter()
            .map(|share| Constraint { escalation_level: levels[*share as usize % 3], ..absolute(share + limit) })
            .collect();
        let mut worst = Verdict::Pass;
        for count in 1..=constraints.len() {
            let verdict = judged(&expert(constraints[..count].to_vec()), &collected(super::expert::cart(9)), &[]).verdict;
            prop_assert!(verdict >= worst);
            worst = verdict;
        }
    }

    /// More errors, or more time, never make it better.
    #[test]
    fn worse_numbers_never_get_a_better_verdict(errors in 0i64..50, more in 0i64..50, ms in 1i64..1000, later in 0i64..1000) {
        let settings = Settings { error_failed_threshold: 20.0, error_unstable_threshold: 5.0, ..settings() };
        let share = |errors: i64| judged(&settings, &collected(vec![failing("a.jtl", errors, 100, errors as f64)]), &[]).verdict;
        prop_assert!(share(errors) <= share(errors + more));
        let history = [build(9, Some(BuildResult::Success), super::expert::cart(500))];
        let time = |ms: i64| judged(&slower(20.0, 10.0), &collected(super::expert::cart(ms)), &history).verdict;
        prop_assert!(time(ms) <= time(ms + later));
    }
}
