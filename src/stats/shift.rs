//! How far one sample lies above another, on the scale of their logarithms, from within-run evidence alone.

use super::binomial::{lower_rank, upper_rank};
use super::student::student_quantile;

/// A two-sided 95 % interval and a one-sided 95 % upper bound of a difference. Infinite where the evidence has no bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    pub low: f64,
    pub high: f64,
    pub upper: f64,
}

/// Count, mean and standard deviation of one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub count: u64,
    pub mean: f64,
    pub stddev: f64,
}

/// The logarithm of the ratio of two means by Welch's method; `None` below two values a side or for means that are not
/// positive.
pub fn spread_shift(before: Spread, after: Spread) -> Option<Shift> {
    if before.count < 2 || after.count < 2 || before.mean <= 0.0 || after.mean <= 0.0 {
        return None;
    }
    let estimate = (after.mean / before.mean).ln();
    let square_error = |side: Spread| (side.stddev / side.mean).powi(2) / side.count as f64;
    let (a, b) = (square_error(before), square_error(after));
    let error = (a + b).sqrt();
    if error == 0.0 {
        return Some(Shift { low: estimate, high: estimate, upper: estimate });
    }
    let degrees = (a + b).powi(2) / (a * a / (before.count - 1) as f64 + b * b / (after.count - 1) as f64);
    let two_sided = student_quantile(0.975, degrees) * error;
    Some(Shift { low: estimate - two_sided, high: estimate + two_sided, upper: estimate + student_quantile(0.95, degrees) * error })
}

/// One percentile of two samples of sizes n and m by the order statistics of each: `value` gives the logarithm at a rank,
/// before and after. Each side takes half of the error, so the bounds are on the safe side.
pub fn percentile_shift(
    p: f64,
    (n, before): (u64, impl Fn(u64) -> Option<f64>),
    (m, after): (u64, impl Fn(u64) -> Option<f64>),
) -> Option<Shift> {
    if n == 0 || m == 0 {
        return None;
    }
    let above = |value: Option<f64>| value.unwrap_or(f64::INFINITY);
    let below = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
    let bound = |tail: f64| above(upper_rank(m, p, tail).and_then(&after)) - below(lower_rank(n, p, tail).and_then(&before));
    let low = below(lower_rank(m, p, 0.0125).and_then(&after)) - above(upper_rank(n, p, 0.0125).and_then(&before));
    Some(Shift { low, high: bound(0.0125), upper: bound(0.025) })
}

#[cfg(test)]
mod tests {
    use super::{Spread, percentile_shift, spread_shift};

    fn check(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 5e-5, "{found} is not {expected}");
    }

    /// `docs/STATISTICS.md`, worked example: n 30, mean 120, deviation 9 against 30, 126, 10.
    #[test]
    fn spread() {
        let (before, after) = (Spread { count: 30, mean: 120.0, stddev: 9.0 }, Spread { count: 30, mean: 126.0, stddev: 10.0 });
        let shift = spread_shift(before, after).unwrap();
        check(shift.low.exp_m1() * 100.0, 0.892_0);
        check(shift.high.exp_m1() * 100.0, 9.275_3);
        let mirrored = spread_shift(after, before).unwrap();
        check(mirrored.low, -shift.high);
        assert_eq!(spread_shift(Spread { count: 1, ..before }, after), None);
        assert_eq!(spread_shift(Spread { mean: 0.0, ..before }, after), None);
    }

    #[test]
    fn percentile_without_enough_values_has_no_bound() {
        let rank = |rank: u64| Some(rank as f64);
        let shift = percentile_shift(0.99, (100, rank), (100, rank)).unwrap();
        assert_eq!((shift.high, shift.upper, shift.low), (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY));
        let shift = percentile_shift(0.5, (100, rank), (100, rank)).unwrap();
        assert!(shift.low < 0.0 && shift.upper > 0.0 && shift.upper <= shift.high);
    }
}
