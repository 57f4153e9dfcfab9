use super::{VALUES_AFTER, VALUES_BEFORE, change_points, divergence};
use proptest::prelude::*;

/// The change points of a series, levels as close as they like.
#[track_caller]
fn check(values: &[f64], expected: &[usize]) {
    let found: Vec<usize> = change_points(values, 0.0).iter().map(|point| point.index).collect();
    assert_eq!(found, expected, "{values:?}");
}

/// Noise that is the same every time: normal enough (the sum of twelve uniform values), deviation 1.
fn noise(seed: u64, count: usize) -> Vec<f64> {
    let mut state = (seed + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let mut uniform = || {
        // Steele, Lea and Flood, 2014: SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..count).map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect()
}

/// Levels of so many values each, with noise of deviation 1.
fn levels(seed: u64, levels: &[(usize, f64)]) -> Vec<f64> {
    let plain: Vec<f64> = levels.iter().flat_map(|(count, level)| std::iter::repeat_n(*level, *count)).collect();
    noise(seed, plain.len()).iter().zip(plain).map(|(noise, level)| noise + level).collect()
}

/// `docs/STATISTICS.md`, change points.
#[test]
fn worked_example() {
    let values = [10.0, 11.0, 10.0, 12.0, 11.0, 20.0, 21.0, 19.0, 20.0, 22.0];
    let expected = [10.114_286, 19.8, 26.64, 42.0, 26.64, 15.0, 10.114_286];
    let found = divergence(&values);
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 5e-7), "{found:?}");
    check(&values, &[5]);
    // t = 9.6 / √((2.8 + 5.2)/8 · (1/5 + 1/5)) = 15.179 with 8 degrees of freedom.
    let p_value = change_points(&values, 0.0)[0].p_value;
    assert!((p_value / 3.514_854_004e-7 - 1.0).abs() < 1e-8, "{p_value:e}");
}

#[test]
fn a_level_needs_its_values() {
    let step = |before: usize, after: usize| [vec![1.0; before], vec![2.0; after]].concat();
    check(&step(VALUES_BEFORE, VALUES_AFTER), &[VALUES_BEFORE]);
    check(&step(VALUES_BEFORE, VALUES_AFTER - 1), &[]);
    check(&step(VALUES_BEFORE - 1, VALUES_AFTER), &[]);
    check(&step(20, VALUES_AFTER), &[20]);
    // Too young to speak of, and no reason to see it elsewhere or to overlook what came before.
    check(&levels(5, &[(20, 0.0), (4, 30.0)]), &[]);
    check(&levels(5, &[(12, 0.0), (12, 9.0), (4, 30.0)]), &[12]);
    check(&[1.0, 2.0], &[]);
    check(&[], &[]);
}

#[test]
fn several_changes_are_found_in_long_series() {
    check(&levels(1, &[(30, 0.0), (30, 5.0), (60, 2.0), (20, 7.0), (60, 0.0)]), &[30, 60, 120, 140]);
    // Across the border of windows too.
    for at in [24, 25, 26, 49, 50, 51, 74, 75, 76] {
        check(&levels(2, &[(at, 0.0), (120 - at, 9.0)]), &[at]);
    }
}

#[test]
fn what_is_no_change_of_level_is_none() {
    check(&[7.0; 200], &[]);
    check(&(0..40).map(|at| f64::from(at % 2)).collect::<Vec<_>>(), &[]);
    let mut outlier = noise(3, 40);
    outlier[20] = 500.0;
    check(&outlier, &[]);
    check(&[1.0, 1.0, 1.0, 1.0, 1.0, f64::NAN, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0], &[]);
}

#[test]
fn levels_that_hardly_differ_are_one() {
    let values = [vec![1000.0; 10], vec![1001.0; 10]].concat();
    assert_eq!((change_points(&values, 0.5).len(), change_points(&values, 1.5).len()), (1, 0));
}

/// Of 1000 series of noise at most so many show a change point that is not there.
#[track_caller]
fn check_false(count: usize, most: usize, series: impl Fn(u64, usize) -> Vec<f64>) {
    let wrong = (0..1000).filter(|seed| !change_points(&series(*seed, count), 0.0).is_empty()).count();
    assert!(wrong <= most, "{wrong} of 1000 series of {count} values");
}

#[test]
fn noise_seldom_looks_like_a_change() {
    check_false(10, 15, noise);
    check_false(20, 15, noise);
    check_false(100, 15, noise);
    // One in twenty values is far away.
    let tailed = |seed: u64, count: usize| {
        let (noise, other) = (noise(seed, count), noise(seed + 1000, count));
        noise.iter().zip(other).map(|(value, other)| if other > 1.645 { value + 20.0 } else { *value }).collect()
    };
    check_false(100, 40, tailed);
}

#[test]
fn steps_are_seldom_missed() {
    let found = |size: f64| (0..200).filter(|seed| !change_points(&levels(*seed, &[(6, 0.0), (6, size)]), 0.0).is_empty()).count();
    assert!(found(5.0) >= 190, "{} of 200", found(5.0));
    assert!(found(1.0) <= 40, "{} of 200", found(1.0));
}

proptest! {
    /// Neither where zero lies nor the unit changes anything; mirrored, the places stay.
    #[test]
    fn shift_and_scale_change_nothing(seed in 0u64..1000, step in 0.0..8.0f64, shift in -1e3..1e3f64, power in -6i32..7) {
        let values = levels(seed, &[(12, 0.0), (15, step)]);
        let places = |values: &[f64]| change_points(values, 0.0).iter().map(|point| point.index).collect::<Vec<_>>();
        let scale = 10f64.powi(power);
        prop_assert_eq!(places(&values), places(&values.iter().map(|value| (value + shift) * scale).collect::<Vec<_>>()));
        prop_assert_eq!(places(&values), places(&values.iter().map(|value| -value).collect::<Vec<_>>()));
    }

    /// Every level is long enough, and every change point certain.
    #[test]
    fn levels_are_long_enough(values in proptest::collection::vec(-5.0..5.0f64, 0..160)) {
        let found = change_points(&values, 0.0);
        prop_assert!(found.iter().all(|point| point.p_value <= super::CHANGE_POINT_LEVEL));
        let ends: Vec<usize> = found.iter().map(|point| point.index).chain([values.len()]).collect();
        prop_assert!(ends.windows(2).all(|pair| pair[1] - pair[0] >= VALUES_AFTER));
        prop_assert!(found.first().is_none_or(|first| first.index >= VALUES_BEFORE));
    }
}
