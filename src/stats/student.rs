//! Student's t distribution.

use super::beta::{incomplete_beta, ln_gamma};

/// Steps of the inversion; three or four suffice, the bound only ends what cannot converge.
const STEPS_MAX: usize = 60;

/// P(T ≤ t) with `degrees` > 0 degrees of freedom, which need not be whole.
pub fn student_cdf(t: f64, degrees: f64) -> f64 {
    let tail = 0.5 * incomplete_beta(degrees / 2.0, 0.5, degrees / (degrees + t * t));
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The t with P(T ≤ t) = `probability`; infinite at 0 and 1. Newton's method on the distribution function, kept inside a
/// bracket that halves whenever a step would leave it.
pub fn student_quantile(probability: f64, degrees: f64) -> f64 {
    if probability < 0.5 {
        return -student_quantile(1.0 - probability, degrees);
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    let ln_front = ln_gamma((degrees + 1.0) / 2.0) - ln_gamma(degrees / 2.0) - 0.5 * (degrees * std::f64::consts::PI).ln();
    let density = |t: f64| (ln_front - 0.5 * (degrees + 1.0) * (t * t / degrees).ln_1p()).exp();
    let (mut low, mut high) = (0.0, 1.0);
    while student_cdf(high, degrees) < probability {
        low = high;
        high *= 4.0;
    }
    let mut t = low + 0.5 * (high - low);
    for _ in 0..STEPS_MAX {
        let excess = student_cdf(t, degrees) - probability;
        if excess > 0.0 {
            high = t
        } else {
            low = t
        }
        let newton = t - excess / density(t);
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let step = (next - t).abs();
        t = next;
        if step <= 1e-10 * t.max(1.0) {
            break;
        }
    }
    t
}

#[cfg(test)]
mod tests {
    use super::{student_cdf, student_quantile};

    fn check(probability: f64, degrees: f64, expected: f64) {
        let found = student_quantile(probability, degrees);
        assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "t({probability}, {degrees}) = {found}, not {expected}");
        let back = student_cdf(found, degrees);
        assert!((back - probability).abs() < 1e-7, "P(T ≤ {found}) = {back}, not {probability} at {degrees}");
        assert!((student_quantile(1.0 - probability, degrees) + found).abs() < 1e-6 * found.max(1.0));
    }

    #[test]
    fn closed_forms_and_tables() {
        check(0.975, 1.0, 12.706_204_736);
        check(0.999, 1.0, 318.308_838_986);
        check(0.95, 2.0, 2.919_985_580);
        check(0.999, 9.0, 4.296_805_663);
        check(0.975, 30.0, 2.042_272_456);
        check(0.5, 7.0, 0.0);
        check(0.975, 1e5, 1.959_987_7);
    }

    /// `docs/STATISTICS.md`, noise band: t·√(1 + 1/N) for N accepted runs.
    #[test]
    fn band_factors() {
        let factor = |level: f64, runs: f64| student_quantile(level, runs - 1.0) * (1.0 + 1.0 / runs).sqrt();
        let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
        let fail = [8.0, 10.0, 20.0].map(|runs| rounded(factor(0.999, runs)));
        let pass = [3.0, 5.0, 8.0, 10.0, 20.0].map(|runs| rounded(factor(0.95, runs)));
        assert_eq!(fail, [5.076, 4.507, 3.668]);
        assert_eq!(pass, [3.372, 2.335, 2.010, 1.923, 1.772]);
        assert!((factor(0.999, 10.0) - 4.506_528).abs() < 1e-6);
        assert!((factor(0.95, 10.0) - 1.922_585).abs() < 1e-6);
    }
}
