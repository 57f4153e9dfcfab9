//! Worked examples, what each guard does, and the laws of the procedure.

mod levels;

use super::{LOOKS, Levels, confirmed, needs_confirmation, paired};
use crate::model::{Better, Bound, Doubt, Order, Pair, PairLimits, PairedChange, Sides, Verdict};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

/// `docs/STATISTICS.md`, interleaved comparison; base is 1,000,000 throughout.
const HEAD: [f64; 28] = [
    1031200.0, 1004100.0, 1058700.0, 1019800.0, 989300.0, 1042500.0, 1012400.0, 1027900.0, 1036800.0, 1008800.0, 1071300.0, 1015600.0,
    997500.0, 1029100.0, 1047200.0, 1021700.0, 1010900.0, 1033400.0, 983100.0, 1026300.0, 1016100.0, 1052600.0, 1000700.0, 1038900.0,
    1024800.0, 1013200.0, 1064400.0, 1018600.0,
];
const ONE: f64 = 0.03;

fn pairs(heads: &[f64]) -> Vec<Pair> {
    let order = |round: u32| if round.is_multiple_of(3) { Order::HeadFirst } else { Order::BaseFirst };
    let pair =
        |(round, head): (u32, &f64)| Pair { round, order: order(round), value: Sides { base: 1e6, head: *head }, wall: None, mean: None };
    (0..).zip(heads).map(pair).collect()
}

fn scaled(factor: f64) -> Vec<Pair> {
    pairs(&HEAD.map(|head| (head * factor).round()))
}

fn limits(unstable: Option<f64>, fail: Option<f64>) -> PairLimits {
    PairLimits { unstable, fail, better: Better::Lower }
}

fn at_three(pairs: &[Pair]) -> PairedChange {
    paired(pairs, &limits(None, Some(ONE)), Levels::of(1))
}

fn percent(log: f64) -> f64 {
    100.0 * log.exp_m1()
}

/// Verdict, pairs used, estimate and interval in per cent, p-values.
#[track_caller]
fn check(found: &PairedChange, verdict: Verdict, pairs: u32, [estimate, low, high]: [f64; 3], [p_fail, p_pass]: [f64; 2]) {
    assert_eq!((found.verdict, found.pairs_used), (verdict, pairs));
    let (found_low, found_high) = found.interval.unwrap();
    for (found, expected) in [(percent(found.estimate), estimate), (percent(found_low), low), (percent(found_high), high)] {
        assert!((found - expected).abs() < 5.1e-5, "{found} is not {expected} %");
    }
    for (found, expected) in [(found.p_fail, p_fail), (found.p_pass, p_pass)] {
        assert!((found - expected).abs() < 5.1e-8 || (found / expected - 1.0).abs() < 1e-4, "{found} is not {expected}");
    }
}

#[test]
fn worked_examples() {
    check(&at_three(&scaled(1.0)), Verdict::Fail, 28, [2.3839, 1.5836, 3.3385], [0.000024151, 0.0891169]);
    check(&at_three(&scaled(0.98)), Verdict::Pass, 8, [0.2801, -1.5982, 2.2323], [0.6796875, 0.0078125]);
    check(&at_three(&scaled(1.02)), Verdict::Fail, 14, [4.3838, 3.0810, 5.7665], [0.000061035, 0.9852295]);
    for (pairs, estimate, p_fail, p_pass) in
        [(8, 2.3266, 0.0390625, 0.23046875), (14, 2.3370, 0.0042725, 0.1629028), (20, 2.2945, 0.00084496, 0.0768232)]
    {
        let found = at_three(&scaled(1.0)[..pairs]);
        assert_eq!((found.verdict, found.is_final, found.doubt), (Verdict::Unstable, false, Some(Doubt::TooFew)));
        assert!((percent(found.estimate) - estimate).abs() < 5.1e-5 && (found.p_pass - p_pass).abs() < 5.1e-8);
        assert!((found.p_fail / p_fail - 1.0).abs() < 1e-4);
    }
}

#[test]
fn what_it_could_have_seen() {
    let twenty = at_three(&scaled(1.0)[..20]);
    assert_eq!(twenty.pairs_needed, Some(21));
    assert!((percent(twenty.detectable.unwrap()) - 3.4669).abs() < 5.1e-5);
    let failed = at_three(&scaled(1.0));
    assert!((percent(failed.detectable.unwrap()) - 2.7910).abs() < 5.1e-5);
    assert_eq!(failed.pairs_needed, None);
    // Eight pairs can prove no slowdown; a pass has excluded the limit.
    assert!((percent(at_three(&scaled(0.98)).detectable.unwrap()) - 3.0).abs() < 1e-9);
}

#[test]
fn levels_shrink_with_the_suite() {
    let level = |series: u32| Levels::of(series).fail;
    for (series, expected) in [(0, 2e-4), (1, 2e-4), (20, 2e-4), (50, 8e-5), (100, 4e-5), (1000, 4e-6)] {
        assert!((level(series) / expected - 1.0).abs() < 1e-12);
    }
    assert!((Levels::of(7).pass - 0.01).abs() < 1e-12);
    // All pairs far above: a look can fail as soon as 2⁻ⁿ is small enough.
    let slow = pairs(&(0..80).map(|i| 1.5e6 + f64::from(i)).collect::<Vec<_>>());
    let used = |series: u32| paired(&slow, &limits(None, Some(ONE)), Levels::of(series)).pairs_used;
    assert_eq!([1, 65, 66, 100, 1000].map(used), [14, 14, 20, 20, 20]);
}

/// Pairs whose ratios scatter evenly around `factor` by ± `width`.
fn around(factor: f64, width: f64, count: u32) -> Vec<Pair> {
    let head = |i: u32| 1e6 * factor * (1.0 + width * (f64::from(i * 37 % 80) / 39.5 - 1.0));
    pairs(&(0..count).map(head).collect::<Vec<_>>())
}

#[test]
fn two_limits() {
    let both = limits(Some(0.05), Some(0.10));
    let judged = |pairs: &[Pair]| {
        let found = paired(pairs, &both, Levels::of(1));
        (found.verdict, found.bound, found.doubt, found.is_final)
    };
    assert_eq!(judged(&around(1.0, 0.02, 80)), (Verdict::Pass, Bound::Unstable, None, true));
    assert_eq!(judged(&around(1.05, 0.02, 80)), (Verdict::Unstable, Bound::Unstable, None, true));
    assert_eq!(judged(&around(1.12, 0.02, 80)), (Verdict::Fail, Bound::Fail, None, true));
    assert_eq!(judged(&around(1.03, 0.6, 80)), (Verdict::Unstable, Bound::Unstable, Some(Doubt::Spread), true));
    // A limit that is only unstable never fails.
    let mild = paired(&around(1.5, 0.02, 80), &limits(Some(0.05), None), Levels::of(1));
    assert_eq!((mild.verdict, mild.bound), (Verdict::Unstable, Bound::Unstable));
}

#[test]
fn where_more_is_better() {
    let rates = PairLimits { unstable: None, fail: Some(-0.03), better: Better::Higher };
    let judged = |factor: f64| paired(&around(factor, 0.01, 80), &rates, Levels::of(1));
    assert_eq!(judged(1.0).verdict, Verdict::Pass);
    let dropped = judged(0.95);
    let (low, high) = dropped.interval.unwrap();
    assert_eq!(dropped.verdict, Verdict::Fail);
    assert!(dropped.estimate < 0.0 && low <= dropped.estimate && dropped.estimate <= high);
    assert!(judged(1.3).verdict == Verdict::Pass && !judged(0.95).is_improved);
    // A drop to nothing cannot be asked for: neither passes nor fails.
    let absurd = PairLimits { fail: Some(-1.0), ..rates };
    assert_eq!(paired(&around(0.5, 0.01, 80), &absurd, Levels::of(1)).verdict, Verdict::Unstable);
}

#[test]
fn too_few_pairs_and_void_ones() {
    let few = at_three(&around(1.5, 0.01, 7));
    assert_eq!((few.verdict, few.is_final, few.pairs_needed), (Verdict::NoVerdict, false, Some(8)));
    assert_eq!(at_three(&[]).verdict, Verdict::NoVerdict);
    let spoiled = |voids: usize| {
        let mut pairs = around(1.5, 0.01, 40);
        pairs.iter_mut().take(voids).for_each(|pair| pair.value = Sides::VOID);
        at_three(&pairs)
    };
    assert_eq!((spoiled(4).verdict, spoiled(4).pairs, spoiled(4).void), (Verdict::Fail, 36, 4));
    assert_eq!((spoiled(5).verdict, spoiled(5).doubt), (Verdict::NoVerdict, Some(Doubt::Void)));
    assert_eq!(Sides { base: 0.0, head: 1.0 }.log_ratio(), None);
}

#[test]
fn one_order_proves_no_slowdown() {
    let ordered = |factor: f64| {
        let mut pairs = around(factor, 0.01, 80);
        pairs.iter_mut().for_each(|pair| pair.order = Order::BaseFirst);
        at_three(&pairs)
    };
    assert_eq!((ordered(1.1).verdict, ordered(1.1).doubt), (Verdict::Unstable, Some(Doubt::OneOrder)));
    assert_eq!(ordered(1.0).verdict, Verdict::Pass);
}

/// The value is alike on both sides; what else the runs tell is worse by `slower`.
fn guarded(slower: f64, of_wall: bool, count: u32) -> PairedChange {
    let mut pairs = around(1.0, 0.005, count);
    for (pair, other) in pairs.iter_mut().zip(around(slower, 0.01, count)) {
        let sides = Some(other.value);
        (pair.wall, pair.mean) = if of_wall { (sides, None) } else { (None, sides) };
    }
    at_three(&pairs)
}

#[test]
fn guards_make_a_pass_unstable_and_never_a_fail() {
    for (is_wall, doubt) in [(true, Doubt::SlowerInWaiting), (false, Doubt::Tail)] {
        let found = guarded(1.2, is_wall, 80);
        assert_eq!((found.verdict, found.doubt, found.is_final), (Verdict::Unstable, Some(doubt), true));
        // The first look lets the value pass, and no eight pairs can prove the guard: measured on, if there is more.
        assert_eq!(found.pairs_used, 14);
        let eight = guarded(1.2, is_wall, 8);
        assert_eq!((eight.verdict, eight.is_final), (Verdict::Pass, false));
        // Twice the limit counts, not the limit.
        assert_eq!((guarded(1.03, is_wall, 80).verdict, guarded(0.5, is_wall, 80).verdict), (Verdict::Pass, Verdict::Pass));
        assert_eq!(guarded(1.0, is_wall, 80).pairs_used, 8);
    }
}

#[test]
fn what_explains_pairs_that_prove_nothing() {
    let noisy = around(1.02, 0.6, 80);
    assert_eq!(at_three(&noisy).doubt, Some(Doubt::Spread));
    assert_eq!(at_three(&noisy[..30]).doubt, Some(Doubt::TooFew));
    let mut modes = around(1.015, 0.06, 80);
    // Two of five runs of either side are slow, independently.
    modes.iter_mut().filter(|pair| pair.round % 5 < 2).for_each(|pair| pair.value.head *= 2.0);
    modes.iter_mut().filter(|pair| pair.round / 5 % 5 > 2).for_each(|pair| pair.value.base *= 2.0);
    let found = at_three(&modes);
    assert_eq!((found.verdict, found.doubt), (Verdict::Unstable, Some(Doubt::TwoModes)));
    let mut waiting = noisy.clone();
    waiting.iter_mut().for_each(|pair| pair.wall = Some(Sides { base: pair.value.base * 1.5, head: pair.value.head * 1.5 }));
    assert_eq!(at_three(&waiting).doubt, Some(Doubt::Waiting));
}

#[test]
fn improvement_is_told_and_never_fails() {
    let faster = at_three(&around(0.9, 0.01, 80));
    // The first look lets it pass, before eight pairs can prove an improvement.
    assert_eq!((faster.verdict, faster.pairs_used, faster.is_improved), (Verdict::Pass, 8, false));
    let slowly = paired(&around(0.9, 0.01, 80), &limits(None, Some(ONE)), Levels { pass: 1e-3, ..Levels::of(1) });
    assert_eq!((slowly.verdict, slowly.pairs_used, slowly.is_improved), (Verdict::Pass, 14, true));
}

#[test]
fn a_confirmation_only_takes_back() {
    let (failed, passed) = (at_three(&around(1.1, 0.01, 80)), at_three(&around(1.0, 0.01, 80)));
    let second = paired(&around(1.05, 0.01, 80), &limits(None, Some(ONE)), Levels::of_confirmation());
    assert_eq!(confirmed(failed, &second).verdict, Verdict::Fail);
    let unconfirmed = confirmed(failed, &passed);
    assert_eq!((unconfirmed.verdict, unconfirmed.doubt), (Verdict::Unstable, Some(Doubt::Unconfirmed)));
    assert_eq!(confirmed(passed, &failed).verdict, Verdict::Pass);
    assert!(needs_confirmation(&failed, 1e6, 1_001_000.0) && !needs_confirmation(&failed, 1e6, 1_003_000.0));
    assert!(!needs_confirmation(&passed, 1e6, 1e6) && !needs_confirmation(&failed, 0.0, 1e6));
}

/// Scaled and swapped, as far as the verdict is concerned.
fn swapped(pairs: &[Pair]) -> Vec<Pair> {
    let swap = |pair: &Pair| Pair { value: Sides { base: pair.value.head, head: pair.value.base }, ..*pair };
    pairs.iter().map(swap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn unit_changes_nothing(heads in proptest::collection::vec(0.9e6f64..1.2e6, 8..80), scale in 0.001f64..1000.0) {
        let there = at_three(&pairs(&heads));
        let scaled: Vec<Pair> = pairs(&heads)
            .into_iter()
            .map(|pair| Pair { value: Sides { base: pair.value.base * scale, head: pair.value.head * scale }, ..pair })
            .collect();
        let back = at_three(&scaled);
        prop_assert_eq!((there.verdict, there.pairs_used), (back.verdict, back.pairs_used));
        prop_assert!((there.estimate - back.estimate).abs() < 1e-9);
    }

    /// What fails cannot fail with exchanged sides, and the other side's improvement is the same evidence.
    #[test]
    fn exchanged_sides_never_both_fail(heads in proptest::collection::vec(0.9e6f64..1.2e6, 8..80)) {
        let (there, back) = (at_three(&pairs(&heads)), at_three(&swapped(&pairs(&heads))));
        prop_assert!(there.verdict != Verdict::Fail || back.verdict != Verdict::Fail);
        if there.pairs_used == back.pairs_used {
            prop_assert_eq!(there.estimate, -back.estimate);
            prop_assert!(there.verdict != Verdict::Fail || back.is_improved);
        }
    }

    /// Pairs that come after a decision change nothing, and a decision falls at a look.
    #[test]
    fn it_stops_at_the_first_decision(heads in proptest::collection::vec(0.98e6f64..1.08e6, 8..80)) {
        let whole = at_three(&pairs(&heads));
        if whole.is_final {
            prop_assert!(LOOKS.contains(&(whole.pairs_used as usize)));
            let first = at_three(&pairs(&heads[..whole.pairs_used as usize]));
            prop_assert_eq!((first.verdict, first.estimate, first.pairs_used), (whole.verdict, whole.estimate, whole.pairs_used));
        }
    }
}
