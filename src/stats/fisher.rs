//! Fisher's exact test of two rates.

use super::beta::ln_gamma;

/// Below this share of the sum a further term of the tail no longer counts.
const NEGLIGIBLE: f64 = 1e-17;

/// One-sided p-value that `after` has no higher rate than `before`, each given as (hits, attempts): the hypergeometric
/// probability of at least as many hits on the side after, given the hits of both together.
pub fn fisher_higher(before: (u64, u64), after: (u64, u64)) -> f64 {
    let (n, m) = (before.1 as f64, after.1 as f64);
    let hits = before.0 as f64 + after.0 as f64;
    let ln_choose = |n: f64, k: f64| ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    let (least, most) = ((hits - n).max(0.0), hits.min(m));
    let found = after.0 as f64;
    if !(least..=most).contains(&found) {
        return 1.0;
    }
    let chance = |k: f64| (ln_choose(m, k) + ln_choose(n, hits - k) - ln_choose(n + m, hits)).exp();
    // Summed away from the mode, where terms only fall: a first term on the far side of it may round to nothing.
    let mode = ((hits + 1.0) * (m + 1.0) / (n + m + 2.0)).floor();
    if found > mode {
        tail(chance(found), found, |k| (k < most).then(|| (m - k) * (hits - k) / ((k + 1.0) * (n - hits + k + 1.0))), 1.0)
    } else if found > least {
        let below = found - 1.0;
        1.0 - tail(chance(below), below, |k| (k > least).then(|| k * (n - hits + k) / ((m - k + 1.0) * (hits - k + 1.0))), -1.0)
    } else {
        1.0
    }
}

/// The sum of falling terms from `k` on, each a ratio of the one before, until none is left or they no longer count.
fn tail(mut term: f64, mut k: f64, ratio: impl Fn(f64) -> Option<f64>, step: f64) -> f64 {
    let mut sum = term;
    while let Some(ratio) = ratio(k) {
        term *= ratio;
        if term <= sum * NEGLIGIBLE {
            break;
        }
        sum += term;
        k += step;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::fisher_higher;
    use proptest::prelude::{prop_assert, proptest};

    fn check(before: (u64, u64), after: (u64, u64), expected: f64) {
        let found = fisher_higher(before, after);
        assert!((found - expected).abs() < 5e-9, "{found} is not {expected}");
    }

    /// `docs/STATISTICS.md`, worked examples, and the table of the lady tasting tea.
    #[test]
    fn worked_examples() {
        check((0, 3822), (1, 3822), 0.5);
        check((3, 1000), (12, 1000), 0.017_245_71);
        check((1, 4), (3, 4), 17.0 / 70.0);
        check((0, 10), (0, 10), 1.0);
        check((10, 10), (0, 10), 1.0);
    }

    /// A rate that fell is no rise, however far it fell; and one of fewer attempts than hits is no table at all.
    #[test]
    fn far_from_the_mode() {
        check((50_000, 100_000), (10_000, 100_000), 1.0);
        check((10_000, 100_000), (50_000, 100_000), 0.0);
        check((0, 10), (11, 10), 1.0);
        check((11, 10), (0, 10), 1.0);
    }

    proptest! {
        /// Against the sum over every table with the same margins.
        #[test]
        fn agrees_with_enumeration(n in 1u64..40, m in 1u64..40, a in 0u64..40, b in 0u64..40) {
            let (a, b) = (a.min(n), b.min(m));
            let choose = |n: u64, k: u64| (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64);
            let table = |k: u64| choose(m, k) * choose(n, a + b - k);
            let (least, most) = ((a + b).saturating_sub(n), (a + b).min(m));
            let all: f64 = (least..=most).map(table).sum();
            let higher: f64 = (b..=most).map(table).sum();
            prop_assert!((fisher_higher((a, n), (b, m)) - higher / all).abs() < 1e-9);
        }
    }
}
