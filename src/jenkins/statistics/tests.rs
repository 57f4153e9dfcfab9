use super::{ErrorFormula, file_numbers, summary_errors};
use crate::jenkins::filter::{Filter, Memory};
use crate::jenkins::fold::{Fold, Sample};
use crate::jenkins::names::key;
use crate::jenkins::{FileNumbers, Numbers, Parser, Settings};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

/// Samples as (label, start, duration, is_ok).
fn numbers(samples: &[(&str, i64, i64, bool)], exclude: bool, formula: ErrorFormula) -> FileNumbers {
    let settings = Settings { exclude_response_time: exclude, ..Settings::of_plugin(Vec::new()) };
    let filter = Filter::new(None);
    let mut fold = Fold::new(&settings, Memory::new(&filter));
    for (label, start_ms, duration_ms, is_ok) in samples {
        let (start_ms, duration_ms, is_ok) = (*start_ms, *duration_ms, *is_ok);
        fold.push(&Sample { label, start_ms, duration_ms, is_ok, ..Sample::default() }).unwrap();
    }
    file_numbers("f", Parser::JMeter, &fold, formula)
}

fn of(durations: &[(i64, bool)], exclude: bool, formula: ErrorFormula) -> Numbers {
    let samples: Vec<(&str, i64, i64, bool)> = durations.iter().map(|(ms, is_ok)| ("a", 0, *ms, *is_ok)).collect();
    let file = numbers(&samples, exclude, formula);
    assert_eq!(file.numbers, file.labels[0].numbers, "one label is the whole report");
    file.numbers
}

#[test]
fn example_1_average_and_percentiles() {
    let found = of(&[12, 15, 20, 31, 44, 58, 90].map(|ms| (ms, true)), false, ErrorFormula::Samples);
    let percentiles = found.percentiles_ms;
    assert_eq!((found.average_ms, found.median_ms, found.min_ms, found.max_ms), (38, 20, 12, 90));
    assert_eq!([percentiles.p0, percentiles.p50, percentiles.p90, percentiles.p95, percentiles.p100], [12, 20, 58, 58, 90]);
}

#[test]
fn example_2_the_rank_is_truncated_in_binary() {
    let values: Vec<(i64, u64)> = (0..100).map(|value| (value, 1)).collect();
    assert_eq!(super::Ranked { values, count: 100 }.percentile(29.0), 27);
}

#[test]
fn example_3_failed_samples_stay_in_the_denominator() {
    let samples = [(240, true), (300, true), (360, true), (9000, false), (20, false)];
    let found = of(&samples, true, ErrorFormula::Samples);
    assert_eq!((found.average_ms, found.median_ms, found.percentiles_ms.p90, found.max_ms), (180, 240, 300, 360));
    assert_eq!((found.error_percent, found.samples, found.errors), (40.0, 5, 2));
    assert_eq!(of(&samples, true, ErrorFormula::Honest).average_ms, 300);
    assert_eq!(of(&[(9000, false)], true, ErrorFormula::Honest).average_ms, 0);
}

#[test]
fn examples_4_and_5_error_percent() {
    let check = |errors: usize, samples: usize, expected: f64| {
        let all: Vec<(i64, bool)> = (0..samples).map(|index| (1, index >= errors)).collect();
        assert_eq!(of(&all, false, ErrorFormula::Samples).error_percent, expected);
    };
    check(2, 7, 28.571);
    check(1, 50, 2.0);
    check(0, 3, 0.0);
    assert_eq!([summary_errors(2.5, 1), summary_errors(7.0, 3), summary_errors(1.0, 0)], [2.5, 2.333, 0.0]);
}

#[test]
fn example_14_keys() {
    let check = |label: &str, expected: &str| assert_eq!(key(label), expected, "{label:?}");
    check("https://shop/a:b", "__shop_a_b");
    check("hhttp:ttps:x", "x");
    let file = numbers(&[("a/b", 0, 1, true), ("a:b", 0, 3, true)], false, ErrorFormula::Samples);
    assert_eq!((file.labels.len(), file.labels[0].label.as_str(), file.labels[0].numbers.average_ms), (1, "a/b", 2));
}

#[test]
fn example_20_throughput() {
    let found = numbers(&[("a", 1000, 200, true), ("b", 1500, 700, true), ("a", 2400, 100, true)], false, ErrorFormula::Samples);
    assert_eq!(found.numbers.throughput_rps, 2.0);
    assert_eq!(numbers(&[("a", 5, 0, true), ("a", 5, 0, true)], false, ErrorFormula::Samples).numbers.throughput_rps, 2.0);
    assert_eq!(numbers(&[], false, ErrorFormula::Samples).numbers, Numbers::default());
}

#[test]
fn labels_go_by_utf_16() {
    let file = numbers(&[("\u{ff41}", 0, 1, true), ("\u{1f600}", 0, 1, true), ("b", 0, 1, true)], false, ErrorFormula::Samples);
    let labels: Vec<&str> = file.labels.iter().map(|label| label.label.as_str()).collect();
    assert_eq!(labels, ["b", "\u{1f600}", "\u{ff41}"]);
}

/// The definition, word by word, over a plain sorted list.
fn naive(sorted: &[i64], percent: f64) -> i64 {
    let index = (sorted.len() as f64 * (percent / 100.0)).trunc() - 1.0;
    sorted[index.clamp(0.0, sorted.len() as f64 - 1.0) as usize]
}

proptest! {
    #[test]
    fn agrees_with_the_definition(samples in proptest::collection::vec((0usize..4, -5i64..60, any::<bool>()), 1..200), exclude: bool) {
        let names = ["a", "b/", "b:", "\u{1f600}"];
        let given: Vec<(&str, i64, i64, bool)> = samples.iter().map(|(label, ms, is_ok)| (names[*label], 0, *ms, *is_ok)).collect();
        let found = numbers(&given, exclude, ErrorFormula::Samples);
        let mut included: Vec<i64> = given.iter().filter(|(_, _, _, is_ok)| *is_ok || !exclude).map(|(_, _, ms, _)| *ms).collect();
        included.sort_unstable();
        prop_assert_eq!(found.numbers.samples as usize, given.len());
        prop_assert_eq!(found.numbers.average_ms, included.iter().sum::<i64>() / given.len() as i64);
        if !included.is_empty() {
            let percentiles = found.numbers.percentiles_ms;
            for (percent, value) in [(0.0, percentiles.p0), (50.0, percentiles.p50), (90.0, percentiles.p90), (95.0, percentiles.p95)] {
                prop_assert_eq!(value, naive(&included, percent));
            }
            prop_assert_eq!(percentiles.p100, naive(&included, 100.0));
        }
        prop_assert!(found.labels.is_sorted_by(|a, b| a.label.encode_utf16().lt(b.label.encode_utf16())));
        prop_assert_eq!(found.labels.iter().map(|label| label.numbers.samples).sum::<i64>(), found.numbers.samples);
        prop_assert_eq!(found.labels.iter().map(|label| label.numbers.errors).sum::<i64>(), found.numbers.errors);
    }

    #[test]
    fn any_percentile_agrees(mut values in proptest::collection::vec(0i64..50, 1..120), percent in 0.0f64..=100.0) {
        values.sort_unstable();
        let mut counted: Vec<(i64, u64)> = Vec::new();
        for value in &values {
            match counted.last_mut() {
                Some((known, count)) if known == value => *count += 1,
                _ => counted.push((*value, 1)),
            }
        }
        let ranked = super::Ranked { values: counted, count: values.len() as u64 };
        prop_assert_eq!(ranked.percentile(percent), naive(&values, percent));
    }
}
