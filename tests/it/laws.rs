//! Laws of the gate as a whole, through real texts and files: parse, compare, judge, accept, find, compare again.

use neverslower::baseline::{self, Acceptance, Store};
use neverslower::compare::compare;
use neverslower::format;
use neverslower::judge::{Limit, Policy, Rule, Statistics, UnknownEnvironment, judge};
use neverslower::model::{BaselineKind, Environment, Run, SeriesKey, SuiteOutcome, Verdict};
use neverslower::record::{Keep, Recorder};
use neverslower::source::Input;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tempfile::TempDir;

const SECOND: u64 = 1_000_000_000;
const START: u64 = 1_800_000_000 * SECOND;

/// A benchmark: its values in ns, and its allocations.
type Bench = (Vec<f64>, u64);

/// What `go test -bench` prints of them, series after series or turned.
fn text(benches: &[Bench], factor: f64, is_turned: bool) -> String {
    let line = |name: usize, value: f64, count: u64| format!("BenchmarkB{name}-2 10 {} ns/op 8 B/op {count} allocs/op\n", value * factor);
    let of = |(name, (values, count)): (usize, &Bench)| values.iter().map(|value| line(name, *value, *count)).collect::<String>();
    let mut blocks: Vec<String> = benches.iter().enumerate().map(of).collect();
    if is_turned {
        blocks.reverse();
    }
    format!("goos: linux\n{}", blocks.concat())
}

/// Run number `number` with that output.
fn run(text: &str, number: u64) -> Run {
    let mut recorder = Recorder::new(Keep::Exact);
    let input = Input::Bytes { name: "bench.txt".to_string(), bytes: text.as_bytes().into() };
    format::read(&input, None, &mut recorder).unwrap();
    let environment = Environment { key: "lab".to_string(), ..Environment::default() };
    Run { environment, started_ns: Some(START + number * SECOND), ..recorder.finish("bench") }
}

fn limit(change: f64) -> Option<Limit> {
    Some(Limit::Relative { change, text: format!("{:+}%", change * 100.0) })
}

fn rule(metric: Option<&str>, unstable: Option<Limit>, fail: Option<Limit>) -> Rule {
    Rule { metric: metric.map(str::to_string), unstable, fail, ..Rule::everywhere() }
}

/// Times by 5 % and 10 %, or by the noise; whatever repeats exactly by any increase and 5 %.
fn policy(is_banded: bool, statistics: Statistics) -> Policy {
    let unstable = if is_banded { Some(Limit::Band { text: "noise band".to_string() }) } else { limit(0.05) };
    Policy {
        rules: vec![rule(None, unstable, limit(0.10)), rule(Some("allocations"), limit(0.0), limit(0.05))],
        statistics,
        unknown_environment: UnknownEnvironment::Unstable,
        require_baseline: true,
        expect: Vec::new(),
        measured_noise: None,
        quarantine: Vec::new(),
        now_ns: START,
        reproduce: String::new(),
        is_selection: false,
    }
}

/// The verdict on a run beside what the file holds.
fn judged(store: &Path, run: Run, policy: &Policy) -> SuiteOutcome {
    let before = baseline::find(&Store::Directory(store.to_path_buf()), &run.environment, &run.suite).unwrap();
    assert_eq!(before.facts.kind, BaselineKind::Committed);
    judge(&compare(&before, run, &policy.asked()), policy)
}

fn accept(store: &Path, run: &Run, new_levels: &BTreeSet<SeriesKey>, pin: bool) {
    let chosen = run.series.keys().cloned().collect();
    let (runs, reasons) = (std::slice::from_ref(run), BTreeMap::new());
    let acceptance = Acceptance { runs, chosen: &chosen, reasons: &reasons, new_levels, pin, keep_runs: 10, now_ns: START };
    baseline::accept(store, &acceptance, None).unwrap();
}

/// A file with the same output accepted so many times, the first of them pinned.
fn accepted(text: &str, times: u64) -> TempDir {
    let store = tempfile::tempdir().unwrap();
    (0..times).for_each(|number| accept(store.path(), &run(text, number), &BTreeSet::new(), number == 0));
    store
}

fn some_benches() -> impl Strategy<Value = Vec<Bench>> {
    let values = prop_oneof![
        proptest::collection::vec(90.0f64..110.0, 1..40),
        proptest::collection::vec(1e3f64..9e3, 1..8),
        proptest::collection::vec(1e6f64..1.02e6, 20..80),
        Just(vec![0.25]),
    ];
    proptest::collection::vec((values, prop_oneof![Just(0u64), 1u64..1_000_000]), 1..5)
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Not by rounding, not by the pin, not by the sketch of many values; and three accepted runs are enough for a pass where
    /// the run's own values do not differ by more than the limit.
    #[test]
    fn a_run_against_itself_never_fails(benches in some_benches(), times in 1u64..5, is_banded in any::<bool>()) {
        let text = text(&benches, 1.0, false);
        let store = accepted(&text, times);
        let outcome = judged(store.path(), run(&text, times), &policy(is_banded, Statistics::Sound));
        let told: Vec<&String> = outcome.findings.iter().map(|finding| &finding.sentence).collect();
        prop_assert!(outcome.verdict <= Verdict::Unstable && outcome.missing.is_empty() && outcome.new.is_empty(), "{told:#?}");
        let is_exact = benches.iter().all(|(values, _)| values.iter().all(|value| *value == values[0]));
        prop_assert!(outcome.verdict == Verdict::Pass || times < 3 || !is_exact, "{told:#?}");
        let plain = judged(store.path(), run(&text, times), &policy(false, Statistics::Plain));
        prop_assert_eq!(plain.verdict, Verdict::Pass);
        // Nor does it move to another level.
        prop_assert!(baseline::moved(&outcome).is_empty());
    }

    #[test]
    fn worse_is_never_judged_better(
        benches in some_benches(),
        times in 1u64..10,
        after in 0.5f64..3.0,
        more in 1.0f64..3.0,
        sound in any::<bool>(),
    ) {
        let store = accepted(&text(&benches, 1.0, false), times);
        let policy = policy(false, if sound { Statistics::Sound } else { Statistics::Plain });
        let verdict = |factor: f64| judged(store.path(), run(&text(&benches, factor, false), times), &policy).verdict;
        prop_assert!(gravity(verdict(after)) <= gravity(verdict(after * more)));
    }

    #[test]
    fn the_order_of_series_does_not_matter(benches in some_benches(), times in 1u64..5, after in 0.5f64..3.0) {
        let (one, other) = (accepted(&text(&benches, 1.0, false), times), accepted(&text(&benches, 1.0, true), times));
        let policy = policy(false, Statistics::Sound);
        let judged = |store: &TempDir, is_turned| judged(store.path(), run(&text(&benches, after, is_turned), times), &policy).findings;
        let findings = judged(&one, false);
        prop_assert_eq!(&findings, &judged(&one, true));
        prop_assert_eq!(&findings, &judged(&other, false));
    }

    /// What is accepted as another level is the bar from then on: the same run is never red, and no slower one is green by what
    /// was accepted before.
    #[test]
    fn a_new_level_is_the_bar(base in 100.0f64..1e6, times in 8u64..12, factor in prop_oneof![0.1f64..0.5, 2.0f64..9.0]) {
        let bench = |value: f64| text(&[(vec![value], 3)], 1.0, false);
        let store = accepted(&bench(base), times);
        let policy = policy(false, Statistics::Sound);
        let moved = run(&bench(base * factor), times);
        let levels = baseline::moved(&judged(store.path(), moved.clone(), &policy));
        prop_assert_eq!(levels.len(), 1, "the times, and not the allocations");
        accept(store.path(), &moved, &levels, true);
        let verdict = |value: f64| judged(store.path(), run(&bench(value), times + 1), &policy).verdict;
        prop_assert_eq!(verdict(base * factor), Verdict::Unstable, "one run is no evidence yet");
        prop_assert_eq!(verdict(base * factor * 2.0), Verdict::Fail);
        (1..4).for_each(|number| accept(store.path(), &run(&bench(base * factor), times + number), &BTreeSet::new(), false));
        prop_assert_eq!(verdict(base * factor), Verdict::Pass);
        prop_assert_eq!(verdict(base * factor * 2.0), Verdict::Fail);
    }
}
