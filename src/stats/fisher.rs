//! Fisher's exact test of two rates.

use super::beta::ln_gamma;

/// Below this share of the sum a further term of the tail no longer counts.
const NEGLIGIBLE: f64 = 1e-17;

/// One-sided p-value that `after` has no higher rate than `before`, each given as (hits, attempts): the hypergeometric
/// probability of at least as many hits on the side after, given the hits of both together.
pub fn fisher_higher(before: (u64, u64), after: (u64, u64)) -> f64 {
    let (n, m) = (before.1 as f64, after.1 as f64);
    let hits = (before.0 + after.0) as f64;
    let ln_choose = |n: f64, k: f64| ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    let mut here = after.0 as f64;
    let most = hits.min(m);
    if here > most || hits > n + m {
        return 1.0;
    }
    let mut term = (ln_choose(m, here) + ln_choose(n, hits - here) - ln_choose(n + m, hits)).exp();
    let mut sum = 0.0;
    // Terms rise up to the mode and fall after it: only a falling one may end the sum.
    let mut last = 0.0;
    while here <= most && (term > last || term > sum * NEGLIGIBLE) {
        sum += term;
        last = term;
        term *= (m - here) * (hits - here) / ((here + 1.0) * (n - hits + here + 1.0));
        here += 1.0;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::fisher_higher;

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
}
