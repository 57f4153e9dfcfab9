//! Worked examples, computed by full enumeration, and the laws of the test.

use super::{WalshAverages, signed_rank_index, signed_rank_p, tails};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, proptest};

#[track_caller]
fn check(values: &[f64], shift: f64, expected: f64) {
    let found = signed_rank_p(values, shift);
    assert!((found - expected).abs() <= 1e-9 * expected, "{found} is not {expected}");
}

/// Every assignment of signs to the distances, one by one.
fn enumerated(values: &[f64], shift: f64) -> f64 {
    let mut sorted: Vec<f64> = values.iter().map(|value| (value - shift).abs()).collect();
    sorted.sort_by(f64::total_cmp);
    let doubled = |distance: f64| {
        let below = sorted.iter().filter(|other| distance - **other > 1e-12).count();
        let same = sorted.iter().filter(|other| (distance - **other).abs() <= 1e-12).count();
        2 * below + same + 1
    };
    let moved: Vec<f64> = values.iter().map(|value| value - shift).filter(|moved| moved.abs() > 1e-12).collect();
    let ranks: Vec<usize> = moved.iter().map(|moved| doubled(moved.abs())).collect();
    let seen: usize = moved.iter().zip(&ranks).filter(|(moved, _)| **moved > 0.0).map(|(_, rank)| rank).sum();
    let sum = |signs: u32| ranks.iter().enumerate().filter(|(i, _)| signs >> i & 1 == 1).map(|(_, rank)| rank).sum::<usize>();
    let cases = 1u32 << ranks.len();
    (0..cases).filter(|signs| sum(*signs) >= seen).count() as f64 / f64::from(cases)
}

#[test]
fn ties_and_zeros() {
    check(&[0.012, -0.004, 0.021, 0.009, 0.015], 0.0, 2.0 / 32.0);
    check(&[1.0, 1.0, -1.0, 2.0, 3.0, 3.0], 0.0, 4.0 / 64.0);
    check(&[0.0, 1.0, 1.0, -1.0, 2.0, 3.0], 0.0, 4.0 / 32.0);
    check(&[0.0, 0.0, -1.0, -2.0, 3.0, 4.0], 0.0, 6.0 / 16.0);
    check(&[-3.0, -3.0, 0.0, 5.0, 5.0, 7.0, 9.0, -1.0], 0.0, 19.0 / 128.0);
    check(&[0.0; 3], 0.0, 1.0);
    check(&[], 0.0, 1.0);
}

#[test]
fn the_classical_table() {
    let tail = |n: usize, sum: usize| tails(n).get(sum).copied().unwrap();
    let close = |found: f64, expected: f64| assert!((found - expected).abs() <= 1e-9 * expected, "{found} is not {expected}");
    for (sum, of_16384) in [(105, 1.0), (103, 3.0), (102, 5.0)] {
        close(tail(14, sum), of_16384 / 16384.0);
    }
    // Given to twelve and to nine places.
    assert!((tail(80, 2346) - 0.000_196_727_932).abs() < 5e-13);
    assert!((tail(80, 2345) - 0.000_200_598_483).abs() < 5e-13);
    assert!((tail(80, 2000) - 0.034_282_644_1).abs() < 5e-11);
    close(tail(80, 0), 1.0);
    assert_eq!(tails(80).len(), 3241);
    // All of 80 above: a probability of 2⁻⁸⁰ is not lost.
    close(tail(80, 3240), 0.5f64.powi(80));
}

#[test]
fn indices_of_the_intervals() {
    let row = |n: usize| [0.0002, 0.01, 0.025].map(|tail| signed_rank_index(n, tail));
    assert_eq!(row(8), [0, 2, 4]);
    assert_eq!(row(14), [3, 16, 22]);
    assert_eq!(row(20), [18, 44, 53]);
    assert_eq!(row(28), [56, 102, 117]);
    assert_eq!(row(40), [156, 239, 265]);
    assert_eq!(row(56), [375, 515, 558]);
    assert_eq!(row(80), [895, 1137, 1212]);
    assert_eq!((signed_rank_index(5, 0.025), signed_rank_index(6, 0.025)), (0, 1));
    // Beyond the tables that are kept.
    assert!(signed_rank_index(90, 0.025) > 1212);
}

#[test]
fn estimate_and_interval() {
    let values = [0.031, 0.012, 0.045, -0.008, 0.027, 0.019, 0.038, 0.005, 0.052, 0.024];
    let mut averages = WalshAverages::of(&values);
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    close(averages.median().unwrap(), 0.025);
    let interval = |averages: &mut WalshAverages, tail: f64| averages.ends(signed_rank_index(10, tail)).unwrap();
    let ((low, high), (lower, higher)) = (interval(&mut averages, 0.025), interval(&mut averages, 0.005));
    for (found, expected) in [(low, 0.0115), (high, 0.038), (lower, 0.005), (higher, 0.045)] {
        close(found, expected);
    }
    check(&values, 0.0, 3.0 / 1024.0);
    check(&values, 1.005f64.ln(), 5.0 / 1024.0);
    check(&values, 1.01f64.ln(), 25.0 / 1024.0);
    check(&values.map(|value| -value), -(1.03f64.ln()), 221.0 / 1024.0);
    assert_eq!((averages.at(0), averages.at(56), averages.ends(0)), (None, None, None));
    assert_eq!(WalshAverages::of(&[]).median(), None);
    assert_eq!(WalshAverages::of(&[3.0, 5.0]).median(), Some(4.0));
}

fn coarse() -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec(-6i32..=6, 0..11).prop_map(|steps| steps.into_iter().map(f64::from).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// With as many ties and zeros as there can be.
    #[test]
    fn every_p_value_is_the_enumerated_one(values in coarse(), shift in -3i32..=3) {
        let (found, expected) = (signed_rank_p(&values, f64::from(shift)), enumerated(&values, f64::from(shift)));
        prop_assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    /// The interval is the test inverted.
    #[test]
    fn a_small_p_value_is_an_end_beyond_the_shift(
        values in proptest::collection::vec(-1.0f64..1.0, 6..40),
        shift in -1.0f64..1.0,
        level in (Just(()), 0.0001f64..0.2).prop_map(|(_, level)| level),
    ) {
        let k = signed_rank_index(values.len(), level);
        let is_beyond = WalshAverages::of(&values).at(k).is_some_and(|end| end > shift);
        prop_assert_eq!(signed_rank_p(&values, shift) <= level, is_beyond);
    }

    /// Whatever was asked before.
    #[test]
    fn averages_are_found_as_by_sorting(values in coarse(), asked in proptest::collection::vec(0usize..70, 1..12)) {
        let mut sorted: Vec<f64> = (0..values.len()).flat_map(|i| values[i..].iter().map(move |v| (i, *v))).map(|(i, v)| (values[i] + v) / 2.0).collect();
        sorted.sort_by(f64::total_cmp);
        let mut averages = WalshAverages::of(&values);
        for k in asked {
            prop_assert_eq!(averages.at(k), k.checked_sub(1).and_then(|index| sorted.get(index).copied()));
        }
    }

    #[test]
    fn p_falls_as_the_shift_does(values in coarse(), (low, high) in (-4.0f64..4.0, -4.0f64..4.0)) {
        prop_assert!(signed_rank_p(&values, low.min(high)) <= signed_rank_p(&values, low.max(high)) + 1e-12);
    }

    #[test]
    fn turning_the_values_turns_estimate_and_interval(values in proptest::collection::vec(-1.0f64..1.0, 6..40)) {
        let turned: Vec<f64> = values.iter().map(|value| -value).collect();
        let k = signed_rank_index(values.len(), 0.025);
        let (mut there, mut back) = (WalshAverages::of(&values), WalshAverages::of(&turned));
        let ((low, high), (turned_low, turned_high)) = (there.ends(k).unwrap(), back.ends(k).unwrap());
        prop_assert_eq!((low, high), (-turned_high, -turned_low));
        prop_assert_eq!(there.median().unwrap(), -back.median().unwrap());
        // What is above and what is below make everything, and what lies at the border twice.
        prop_assert!(signed_rank_p(&values, 0.0) + signed_rank_p(&turned, 0.0) >= 1.0 - 1e-12);
    }
}
