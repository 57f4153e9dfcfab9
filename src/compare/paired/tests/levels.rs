//! A small simulation of what `cargo bench --bench gate` shows at length: error levels under noise that is not normal, drifts and
//! has modes. Deterministic by its seeds.

use super::{ONE, limits};
use crate::compare::paired::{LOOKS, Levels, paired};
use crate::model::{Order, Pair, Sides, Verdict};
use crate::stats::{random_word, signed_rank_p};

/// A number in 0 to 1.
fn share(seed: u64, k: u64) -> f64 {
    (random_word(seed, k) >> 11) as f64 / (1u64 << 53) as f64
}

/// Pairs in the order of a coin, of runs that drift upward, remember, and fall into two modes 8 % apart; white noise of `width` is
/// the mean of three even ones.
fn pairs(seed: u64, slower: f64, width: f64, is_wild: bool) -> Vec<Pair> {
    let mut remembered = 0.0;
    let mut run = |k: u64| {
        let white = (share(seed, 4 * k) + share(seed, 4 * k + 1) + share(seed, 4 * k + 2) - 1.5) * 2.0 * width;
        if !is_wild {
            return white;
        }
        remembered = 0.9 * remembered + 0.3 * white;
        let mode = if random_word(seed, k / 7) & 1 == 1 { 1.08f64.ln() } else { 0.0 };
        let outlier = if share(seed, 4 * k + 3) < 0.05 { 0.4 } else { 0.0 };
        white + remembered + mode + outlier + 0.002 * k as f64
    };
    let pair = |round: u32| {
        let k = 2 * u64::from(round);
        let (first, second) = (run(k), run(k + 1));
        let is_base_first = random_word(!seed, u64::from(round)) >> 63 == 1;
        let (order, base, head) = if is_base_first { (Order::BaseFirst, first, second) } else { (Order::HeadFirst, second, first) };
        Pair { round, order, value: Sides { base: base.exp(), head: head.exp() * (1.0 + slower) }, wall: None, mean: None }
    };
    (0..80).map(pair).collect()
}

/// How often of `gates` each verdict comes, and the pairs used in the mean.
fn counts(gates: u64, slower: f64, width: f64, is_wild: bool) -> (u64, u64, f64) {
    let (mut fail, mut pass, mut used) = (0, 0, 0);
    for seed in 0..gates {
        let found = paired(&pairs(seed, slower, width, is_wild), &limits(None, Some(ONE)), Levels::of(1));
        fail += u64::from(found.verdict == Verdict::Fail);
        pass += u64::from(found.verdict == Verdict::Pass);
        used += u64::from(found.pairs_used);
    }
    (fail, pass, used as f64 / gates as f64)
}

#[test]
fn unchanged_code_does_not_fail_and_passes_early() {
    let (fail, pass, used) = counts(500, 0.0, 0.017, false);
    assert!(fail == 0 && pass >= 490 && used < 16.0, "{fail} {pass} {used}");
    // However wild the noise: at most 1.4 in a thousand.
    let (fail, _, _) = counts(500, 0.0, 0.03, true);
    assert!(fail <= 2, "{fail}");
}

#[test]
fn slower_code_fails_and_seldom_passes() {
    let (fail, pass, used) = counts(200, 0.03, 0.017, false);
    assert!(fail >= 186 && pass <= 6 && used < 33.0, "{fail} {pass} {used}");
    let (fail, pass, used) = counts(200, 0.05, 0.017, false);
    assert!(fail >= 198 && pass == 0 && used < 21.0, "{fail} {pass} {used}");
    let (fail, _, _) = counts(200, -0.05, 0.017, false);
    assert_eq!(fail, 0);
}

/// Code that is as slow as the limit passes with at most 5 %, and seven looks cost what they are known to cost: more than one look,
/// less than seven.
#[test]
fn the_levels_are_those_that_were_promised() {
    let (_, pass, _) = counts(400, ONE, 0.04, false);
    assert!((1..=32).contains(&pass), "{pass}");
    let alarms = |looks: &[usize], level: f64| {
        let is_alarm = |seed: &u64| {
            let values: Vec<f64> = (0..80).map(|k| share(*seed, k) - 0.5).collect();
            looks.iter().any(|look| signed_rank_p(&values[..*look], 0.0) <= level)
        };
        (0..4000).filter(is_alarm).count()
    };
    // 0.0392 of 4000 are 157, ± 3.5 standard deviations.
    let all = alarms(&LOOKS, 0.05 / 5.0);
    assert!((114..=200).contains(&all), "{all}");
    assert!(alarms(&[80], 0.05 / 5.0) < 70);
}
