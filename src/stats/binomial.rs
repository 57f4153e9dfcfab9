//! The binomial distribution: confidence bounds of percentiles by order statistics, and of rates.

use super::beta::incomplete_beta;
use crate::limits::REMEMBERED_RANKS_MAX;
use std::cell::RefCell;
use std::collections::HashMap;

/// P(B ≤ k) for B ~ Binomial(n, p); `k` below zero is given as `None`.
fn cdf(k: Option<u64>, n: u64, p: f64) -> f64 {
    match k {
        None => 0.0,
        Some(k) if k >= n => 1.0,
        Some(k) => incomplete_beta((n - k) as f64, k as f64 + 1.0, 1.0 - p),
    }
}

/// The largest 1-based rank l of n sorted values with P(B ≤ l − 1) ≤ `tail`: x_(l) is a lower confidence bound of the
/// p-quantile at level 1 − `tail`. `None` where n is too small for one.
pub fn lower_rank(n: u64, p: f64, tail: f64) -> Option<u64> {
    let first_above = remembered(n, p, tail, || first_rank(n, |rank| cdf(rank.checked_sub(1), n, p) > tail));
    first_above.checked_sub(1).filter(|rank| *rank > 0)
}

/// The smallest 1-based rank u with P(B ≤ u − 1) ≥ 1 − `tail`: x_(u) is an upper confidence bound of the p-quantile at
/// level 1 − `tail`. `None` where n is too small for one.
pub fn upper_rank(n: u64, p: f64, tail: f64) -> Option<u64> {
    let rank = remembered(n, p, 1.0 - tail, || first_rank(n, |rank| cdf(rank.checked_sub(1), n, p) >= 1.0 - tail));
    (rank <= n && n > 0).then_some(rank)
}

/// Series of one run mostly have the same few sizes: a rank costs far more than looking it up.
fn remembered(n: u64, p: f64, level: f64, rank: impl FnOnce() -> u64) -> u64 {
    thread_local! {
        static RANKS: RefCell<HashMap<(u64, u64, u64), u64>> = RefCell::default();
    }
    RANKS.with_borrow_mut(|ranks| {
        if ranks.len() >= REMEMBERED_RANKS_MAX {
            ranks.clear();
        }
        *ranks.entry((n, p.to_bits(), level.to_bits())).or_insert_with(rank)
    })
}

/// The first rank in 1..=n for which a condition that only turns true once holds; n + 1 where it never does.
fn first_rank(n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (1, n + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// One-sided lower confidence bound of a rate at level 1 − `tail`, from `hits` of `n` (Clopper and Pearson, 1934).
pub fn rate_lower_bound(hits: u64, n: u64, tail: f64) -> f64 {
    if hits == 0 || n == 0 {
        return 0.0;
    }
    // P(B ≥ hits) at rate p is I_p(hits, n − hits + 1).
    solve(|p| incomplete_beta(hits as f64, (n - hits.min(n)) as f64 + 1.0, p), tail)
}

/// One-sided upper confidence bound of a rate at level 1 − `tail`, from `hits` of `n`.
pub fn rate_upper_bound(hits: u64, n: u64, tail: f64) -> f64 {
    if hits >= n {
        return 1.0;
    }
    if hits == 0 {
        return 1.0 - tail.powf(1.0 / n as f64);
    }
    // P(B > hits) at rate p is I_p(hits + 1, n − hits); the bound is where P(B ≤ hits) falls to the tail.
    solve(|p| incomplete_beta(hits as f64 + 1.0, (n - hits) as f64, p), 1.0 - tail)
}

/// Where a function rising from 0 to 1 takes a value, by bisection.
fn solve(rising: impl Fn(f64) -> f64, value: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if rising(middle) < value { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::{cdf, lower_rank, rate_lower_bound, rate_upper_bound, upper_rank};

    /// Two-sided 95 % ranks with their coverage, and the one-sided ones.
    fn check(n: u64, p: f64, (l, u, coverage): (u64, Option<u64>, Option<f64>), one_sided: (u64, u64)) {
        assert_eq!((lower_rank(n, p, 0.025), upper_rank(n, p, 0.025)), (Some(l), u), "n = {n}, p = {p}");
        if let (Some(u), Some(coverage)) = (u, coverage) {
            let found = cdf(Some(u - 1), n, p) - cdf(Some(l - 1), n, p);
            assert!((found - coverage).abs() < 5e-7, "coverage {found}, not {coverage}");
        }
        assert_eq!((lower_rank(n, p, 0.05), upper_rank(n, p, 0.05)), (Some(one_sided.0), Some(one_sided.1)), "n = {n}, p = {p}");
    }

    /// `docs/STATISTICS.md`, worked examples: order statistics at 95 %.
    #[test]
    fn worked_examples() {
        check(20, 0.50, (6, Some(15), Some(0.958611)), (6, 15));
        check(100, 0.50, (40, Some(61), Some(0.964800)), (42, 59));
        check(1000, 0.95, (936, Some(964), Some(0.958095)), (938, 962));
        check(800, 0.99, (786, Some(798), Some(0.969816)), (787, 797));
        check(10_000, 0.99, (9880, Some(9920), Some(0.955755)), (9883, 9917));
        check(10_000, 0.999, (9983, Some(9997), Some(0.975457)), (9985, 9996));
        check(300, 0.99, (293, None, None), (294, 300));
    }

    #[test]
    fn smallest_samples_that_have_a_bound() {
        let smallest = |p: f64, holds: &dyn Fn(u64, f64) -> bool| (1..5000).find(|n| holds(*n, p)).unwrap();
        let upper = |n: u64, p: f64| upper_rank(n, p, 0.05).is_some();
        let both = |n: u64, p: f64| upper_rank(n, p, 0.025).is_some() && lower_rank(n, p, 0.025).is_some();
        assert_eq!([0.5, 0.9, 0.95, 0.99, 0.999].map(|p| smallest(p, &upper)), [5, 29, 59, 299, 2995]);
        assert_eq!([0.5, 0.9, 0.95, 0.99, 0.999].map(|p| smallest(p, &both)), [6, 36, 72, 368, 3688]);
        assert_eq!((lower_rank(0, 0.5, 0.05), upper_rank(0, 0.5, 0.05)), (None, None));
    }

    #[test]
    fn bounds_of_rates() {
        assert!((rate_lower_bound(12, 1000, 0.05) - 0.006_938_39).abs() < 5e-9);
        assert!((rate_upper_bound(0, 1000, 0.05) - (1.0 - 0.05f64.powf(0.001))).abs() < 1e-9);
        assert_eq!((rate_lower_bound(0, 10, 0.05), rate_upper_bound(10, 10, 0.05)), (0.0, 1.0));
    }
}
