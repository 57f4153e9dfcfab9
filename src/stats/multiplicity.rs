//! Many p-values at once.

/// Adjusted p-values of Benjamini and Hochberg (1995), in the order given: of those at most q, a share of q is expected to be
/// false.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut descending: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    descending.sort_by(|a, b| b.1.total_cmp(&a.1));
    let m = p_values.len();
    let mut least = 1.0f64;
    let mut adjusted: Vec<(usize, f64)> = (1..=m)
        .rev()
        .zip(descending)
        .map(|(rank, (place, p))| {
            least = least.min(p * m as f64 / rank as f64);
            (place, least)
        })
        .collect();
    adjusted.sort_by_key(|(place, _)| *place);
    adjusted.into_iter().map(|(_, p)| p).collect()
}

#[cfg(test)]
mod tests {
    use super::benjamini_hochberg;

    fn check(p_values: &[f64], expected: &[f64]) {
        let found = benjamini_hochberg(p_values);
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?} is not {expected:?}");
    }

    #[test]
    fn worked_example_in_any_order() {
        check(&[0.0004, 0.0093, 0.012, 0.0301, 0.041, 0.32], &[0.0024, 0.024, 0.024, 0.04515, 0.0492, 0.32]);
        check(&[0.32, 0.012, 0.0004, 0.041, 0.0093, 0.0301], &[0.32, 0.024, 0.0024, 0.0492, 0.024, 0.04515]);
        check(&[], &[]);
        check(&[0.9, 0.95], &[0.95, 0.95]);
    }
}
