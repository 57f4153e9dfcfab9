//! Change points of a series: E-divisive (Matteson and James, 2014) finds where, Student's t says whether.
//!
//! Where the levels of both sides differ most, Q(τ) is largest; both sides are then searched again. MongoDB tests a candidate by
//! permutations. We take the windows and the t-test of Hunter (2023) instead: a result that is the same every time, without a
//! seed, at a small part of the cost, and whose p-value may be as small as the evidence is (199 permutations never show less
//! than 0.005). The p-value is that of one split, and many were looked at: the more places there are, the smaller it has to be.

use super::student::student_cdf;
use crate::limits::{CHANGE_POINT_STEP, CHANGE_POINT_WINDOW};

/// p-value up to which a change point is kept, and over all places of a series together (Bonferroni), which is less in series of
/// more than 17 values.
pub const CHANGE_POINT_LEVEL: f64 = 0.001;
pub const CHANGE_POINT_LEVEL_OF_SERIES: f64 = 0.01;
/// How many times the level a candidate may have at first: its neighbours may make it a better one.
const WEAK: f64 = 10.0;
/// Values that make a level: before the first change, and after each one.
pub const VALUES_BEFORE: usize = 3;
pub const VALUES_AFTER: usize = 5;
/// Share of the largest value that arithmetic may lose.
const ROUNDING: f64 = 1e-12;

/// A place where the level of a series changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// The first value of the new level.
    pub index: usize,
    /// Two-sided, of Student's t with pooled variance between the levels on both sides, up to the change points beside it.
    pub p_value: f64,
}

/// The change points of a series in ascending order. Levels that differ by less than `least` are one. None are seen in fewer
/// than `VALUES_BEFORE + VALUES_AFTER` values, and none where a value is not finite.
pub fn change_points(values: &[f64], least: f64) -> Vec<ChangePoint> {
    if values.iter().any(|value| !value.is_finite()) {
        return Vec::new();
    }
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let level = level(values.len());
    merged(values, candidates(values, WEAK * level), (level, least.max(ROUNDING * largest)))
}

/// The largest p-value of a change point among so many values.
fn level(count: usize) -> f64 {
    let places = (count + 1).saturating_sub(VALUES_BEFORE + VALUES_AFTER);
    CHANGE_POINT_LEVEL.min(CHANGE_POINT_LEVEL_OF_SERIES / places.max(1) as f64)
}

/// Q(τ) for τ from 2 to κ − 2, where τ values are left of the split: τ(κ−τ)/κ · (2·mean|x−y| − mean|x−x′| − mean|y−y′|), the last
/// two over pairs. Empty for fewer than 4 values.
pub fn divergence(values: &[f64]) -> Vec<f64> {
    let count = values.len();
    let distances = |value: f64, others: &[f64]| others.iter().map(|other| (value - other).abs()).sum::<f64>();
    // Sums of distances within the left part, within the right part and between them, while values go over one by one.
    let (mut left, mut between) = (0.0, 0.0);
    let mut right: f64 = values.iter().enumerate().map(|(at, value)| distances(*value, values.get(at + 1..).unwrap_or_default())).sum();
    let mut found = Vec::with_capacity(count.saturating_sub(3));
    for (at, value) in values.iter().enumerate() {
        let (before, after) =
            (distances(*value, values.get(..at).unwrap_or_default()), distances(*value, values.get(at..).unwrap_or_default()));
        (left, right, between) = (left + before, right - after, between + after - before);
        let (tau, rest) = (at + 1, count - at - 1);
        if tau >= 2 && rest >= 2 {
            let (x, y) = (tau as f64, rest as f64);
            let within = left / (x * (x - 1.0) / 2.0) + right / (y * (y - 1.0) / 2.0);
            found.push(x * y / (x + y) * (2.0 * between / (x * y) - within));
        }
    }
    found
}

/// Candidates of overlapping windows: however long the series is, what lies far away does not blur a change, and the work stays
/// linear.
fn candidates(values: &[f64], level: f64) -> Vec<usize> {
    let (mut found, mut start) = (Vec::new(), 0);
    loop {
        let end = (start + CHANGE_POINT_WINDOW).min(values.len());
        let before = found.len();
        split(values, (start, end), level, &mut found);
        if end == values.len() {
            return found;
        }
        let last = found.get(before..).and_then(<[usize]>::last).copied();
        start = last.unwrap_or(0).max(start + CHANGE_POINT_STEP);
    }
}

/// Adds the change points between `start` and `end`, ascending. Where the best split leaves too few values for a level, those few
/// are put aside: another split would be in the wrong place.
fn split(values: &[f64], (start, end): (usize, usize), level: f64, found: &mut Vec<usize>) {
    let part = values.get(start..end).unwrap_or_default();
    let places = divergence(part).into_iter().enumerate();
    let Some((index, _)) = places.max_by(|(_, one), (_, other)| one.total_cmp(other)) else { return };
    let place = start + index + 2;
    let least_before = if start == 0 { VALUES_BEFORE } else { VALUES_AFTER };
    if end - place < VALUES_AFTER {
        split(values, (start, place), level, found);
    } else if place - start < least_before {
        split(values, (place, end), level, found);
    } else if p_value(values, start, place, end) <= level {
        split(values, (start, place), level, found);
        found.push(place);
        split(values, (place, end), level, found);
    }
}

/// Drops the least certain candidate until every one is certain, then the smallest until every one is large enough.
fn merged(values: &[f64], mut indices: Vec<usize>, (level, least): (f64, f64)) -> Vec<ChangePoint> {
    loop {
        let judged: Vec<(ChangePoint, f64)> = indices.iter().enumerate().map(|(at, index)| judged(values, &indices, at, *index)).collect();
        let uncertain = judged.iter().filter(|(point, _)| point.p_value > level);
        let small = judged.iter().filter(|(_, size)| *size < least);
        let weakest = uncertain.max_by(|(one, _), (other, _)| one.p_value.total_cmp(&other.p_value));
        let Some((dropped, _)) = weakest.or_else(|| small.min_by(|(_, one), (_, other)| one.total_cmp(other))) else {
            return judged.into_iter().map(|(point, _)| point).collect();
        };
        indices.retain(|index| *index != dropped.index);
    }
}

/// A candidate between its neighbours, and by how much the levels beside it differ.
fn judged(values: &[f64], indices: &[usize], at: usize, index: usize) -> (ChangePoint, f64) {
    let start = at.checked_sub(1).and_then(|before| indices.get(before)).copied().unwrap_or(0);
    let end = indices.get(at + 1).copied().unwrap_or(values.len());
    let mean = |from: usize, to: usize| Part::of(values.get(from..to).unwrap_or_default()).mean;
    (ChangePoint { index, p_value: p_value(values, start, index, end) }, (mean(index, end) - mean(start, index)).abs())
}

/// Count, mean and sum of squared deviations.
struct Part {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Part {
    fn of(values: &[f64]) -> Part {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        Part { count, mean, squares: values.iter().map(|value| (value - mean).powi(2)).sum() }
    }
}

/// Of the levels left and right of `index`; levels without any deviation that differ at all are certainly two.
fn p_value(values: &[f64], start: usize, index: usize, end: usize) -> f64 {
    let part = |from: usize, to: usize| Part::of(values.get(from..to).unwrap_or_default());
    let (left, right) = (part(start, index), part(index, end));
    let (difference, degrees) = ((right.mean - left.mean).abs(), left.count + right.count - 2.0);
    let error = ((left.squares + right.squares) / degrees * (1.0 / left.count + 1.0 / right.count)).sqrt();
    match difference / error {
        t if t.is_finite() => 2.0 * student_cdf(-t, degrees),
        _ if difference > 0.0 => 0.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests;
