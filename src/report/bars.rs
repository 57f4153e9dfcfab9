//! Bars of text, and the edges of the buckets that they stand for.

use crate::model::Overall;

/// What a bar is made of; one that is not empty has at least one.
const FULL: &str = "■";

/// A bar for `count` where the longest, for `most`, takes `width` columns.
pub fn bar(count: u64, most: u64, width: usize) -> String {
    let share = if most == 0 { 0.0 } else { count as f64 / most as f64 };
    let columns = ((share * width as f64).round() as usize).max(usize::from(count > 0));
    FULL.repeat(columns)
}

/// Upper edges of `rows` buckets of the same width; where few values are far away, the last bucket holds those, so that the
/// others still show the shape of the rest. `tail`: where far away begins, such as p99.
pub fn even_edges(latency: &Overall, rows: usize, tail: Option<f64>) -> Vec<f64> {
    let (Some(min), Some(max)) = (latency.min, latency.max) else { return Vec::new() };
    let is_far = |tail: &f64| max - min > FAR * (tail - min) && *tail > min;
    let (end, rows) = match tail.filter(is_far) {
        Some(tail) => (tail, rows - 1),
        None => (max, rows),
    };
    let step = (end - min) / rows as f64;
    let even = (1..=rows).map(|row| min + step * row as f64);
    let mut edges: Vec<f64> = if step > 0.0 { even.collect() } else { vec![max] };
    if end < max {
        edges.push(max);
    }
    edges
}

/// How many times farther than the tail's beginning the largest value lies before it gets a bucket of its own.
const FAR: f64 = 2.0;

/// Edges that ascend as 1, 2, 5, 10 … from 0 over the smallest to the largest value: for whoever names none.
pub fn decimal_edges(latency: &Overall) -> Vec<f64> {
    let (Some(min), Some(max)) = (latency.min, latency.max) else { return vec![0.0] };
    let decades = (0..=12).map(|power| 10f64.powi(power));
    let all: Vec<f64> = decades.flat_map(|decade| [1.0, 2.0, 5.0].map(|digit| digit * decade)).collect();
    let below = all.iter().rposition(|edge| *edge <= min).unwrap_or(0);
    let kept = all.iter().skip(below).take_while(|edge| **edge <= max).copied();
    std::iter::once(0.0).chain(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::{bar, decimal_edges, even_edges};
    use crate::model::Overall;

    fn between(min: f64, max: f64) -> Overall {
        let mut overall = Overall::default();
        (overall.min, overall.max) = (Some(min), Some(max));
        overall
    }

    #[track_caller]
    fn check(found: &[f64], expected: &[f64]) {
        assert_eq!(found, expected);
    }

    #[test]
    fn bars_grow_with_their_count_and_never_vanish() {
        assert_eq!([0, 1, 50, 100].map(|count| bar(count, 100, 4).chars().count()), [0, 1, 2, 4]);
        assert_eq!(bar(0, 0, 4), "");
    }

    #[test]
    fn far_values_get_one_bucket() {
        check(&even_edges(&between(0.0, 8.0), 4, None), &[2.0, 4.0, 6.0, 8.0]);
        check(&even_edges(&between(0.0, 100.0), 4, Some(6.0)), &[2.0, 4.0, 6.0, 100.0]);
        check(&even_edges(&between(0.0, 8.0), 4, Some(6.0)), &[2.0, 4.0, 6.0, 8.0]);
        check(&even_edges(&between(5.0, 5.0), 4, Some(5.0)), &[5.0]);
        check(&even_edges(&Overall::default(), 4, None), &[]);
    }

    #[test]
    fn edges_nobody_named_are_round() {
        check(&decimal_edges(&between(150.0, 2100.0)), &[0.0, 100.0, 200.0, 500.0, 1000.0, 2000.0]);
        check(&decimal_edges(&Overall::default()), &[0.0]);
    }
}
