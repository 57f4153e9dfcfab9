//! Exponential gaps from a counter: gap k depends on the seed and on k alone, and is the same bits on every machine.

use crate::stats::random_word;

/// 2⁻⁵³.
const UNIT: f64 = 1.0 / 9_007_199_254_740_992.0;

/// Gap before slot `k`, in 10⁻⁹ of the mean gap: −ln u for the k-th uniform u in (0, 1).
#[inline]
pub fn gap(seed: u64, k: u64) -> u64 {
    // The middle of one of 2⁵³ equal parts: never 0 and never 1.
    let uniform = ((random_word(seed, k) >> 11) as f64 + 0.5) * UNIT;
    (negative_ln(uniform) * 1e9).round() as u64
}

/// −ln x for x in (0, 1), of operations that IEEE 754 rounds the same everywhere; the system's own logarithm does not.
/// ln x = e·ln 2 + 2·artanh((m − 1)/(m + 1)) for x = m·2ᵉ with m around 1; the series is exact to the last bits.
fn negative_ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exponent = f64::from(i32::try_from(bits >> 52).unwrap_or(0) - 1023);
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | (1023 << 52));
    if mantissa > std::f64::consts::SQRT_2 {
        (mantissa, exponent) = (mantissa / 2.0, exponent + 1.0);
    }
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let series = (0..=10u32).rev().fold(0.0, |sum, n| sum * square + 1.0 / f64::from(2 * n + 1));
    -(exponent * std::f64::consts::LN_2 + 2.0 * s * series)
}

#[cfg(test)]
mod tests {
    use super::{gap, negative_ln};
    use proptest::prelude::{prop_assert, proptest};

    #[test]
    fn gaps_are_the_same_for_ever() {
        // Stored seeds would mean other schedules if one of these changed.
        let found: Vec<u64> = (0..3).map(|k| gap(7, k)).chain([gap(8, 0)]).collect();
        assert_eq!(found, [645_603_618, 1_196_867_993, 60_816_144, 76_718_429]);
    }

    #[test]
    fn gaps_are_exponential() {
        let gaps: Vec<f64> = (0..100_000).map(|k| gap(1, k) as f64 / 1e9).collect();
        let count = gaps.len() as f64;
        let mean = gaps.iter().sum::<f64>() / count;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count;
        assert!((mean - 1.0).abs() < 0.01 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        // Neighbours know nothing of each other.
        let together = gaps.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>() / count;
        assert!(together.abs() < 0.015, "{together}");
        for (beyond, share) in [(0.5, 0.6065), (1.0, 0.3679), (3.0, 0.0498)] {
            let found = gaps.iter().filter(|gap| **gap > beyond).count() as f64 / count;
            assert!((found - share).abs() < 0.005, "{beyond}: {found}");
        }
    }

    proptest! {
        #[test]
        fn the_logarithm_is_a_logarithm(x in 1e-17f64..1.0) {
            prop_assert!((negative_ln(x) + x.ln()).abs() <= 4e-16 * (1.0 + x.ln().abs()), "{}", x);
        }
    }
}
