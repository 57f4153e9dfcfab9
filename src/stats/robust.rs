//! Location and scale that one wild value cannot move.

/// Makes the median absolute deviation of normal values their standard deviation.
const NORMAL: f64 = 1.4826;

/// Median, the mean of the two middle values for an even number; `None` without values.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(lower + (upper - lower) / 2.0)
}

/// 1.4826 × the median distance from the median; `None` without values.
pub fn scaled_mad(values: &[f64]) -> Option<f64> {
    let centre = median(values)?;
    let distances: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    Some(NORMAL * median(&distances)?)
}

#[cfg(test)]
mod tests {
    use super::{median, scaled_mad};

    fn check(values: &[f64], expected_median: Option<f64>, expected_mad: Option<f64>) {
        assert_eq!((median(values), scaled_mad(values).map(|mad| mad / 1.4826)), (expected_median, expected_mad));
    }

    #[test]
    fn odd_even_and_none() {
        check(&[3.0, 1.0, 2.0, 100.0, 2.0], Some(2.0), Some(1.0));
        check(&[4.0, 1.0], Some(2.5), Some(1.5));
        check(&[], None, None);
    }
}
