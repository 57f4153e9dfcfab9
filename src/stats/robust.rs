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

/// The value at rank ⌈share · n⌉ of sorted values, at least the first; `None` without values.
pub fn nearest_rank<T: Copy>(sorted: &[T], share: f64) -> Option<T> {
    // Not beyond the last through rounding.
    let rank = ((share * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len().max(1));
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::{median, nearest_rank, scaled_mad};

    fn check(values: &[f64], expected_median: Option<f64>, expected_mad: Option<f64>) {
        assert_eq!((median(values), scaled_mad(values).map(|mad| mad / 1.4826)), (expected_median, expected_mad));
    }

    #[test]
    fn odd_even_and_none() {
        check(&[3.0, 1.0, 2.0, 100.0, 2.0], Some(2.0), Some(1.0));
        check(&[4.0, 1.0], Some(2.5), Some(1.5));
        check(&[], None, None);
    }

    #[test]
    fn ranks_are_of_values_that_are_there() {
        let values: Vec<u64> = (1..=10).collect();
        let at = |share: f64| nearest_rank(&values, share);
        assert_eq!([at(0.0), at(0.25), at(0.5), at(0.99), at(1.0)], [Some(1), Some(3), Some(5), Some(10), Some(10)]);
        assert_eq!(nearest_rank::<u64>(&[], 0.5), None);
    }
}
