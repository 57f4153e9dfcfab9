//! From folded values to the numbers of a summary, and the merging of two series of the same key.

use super::Rejected;
use super::fold::Folded;
use crate::model::{Distribution, Percentile, Series, Summary};
use crate::stats::Moments;
use std::collections::BTreeMap;

/// The summary of all values of the parts together; `errors` is left 0.
pub(super) fn summary(parts: &[&Folded]) -> Summary {
    let mut moments = Moments::default();
    parts.iter().for_each(|part| moments.merge(&part.moments));
    let mut steps: Vec<(f64, u64)> = parts.iter().flat_map(|part| part.distribution.steps()).collect();
    if parts.len() > 1 {
        steps.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    }
    Summary { precision: precision(parts, &moments), percentiles: percentiles(&steps, &moments), ..of_moments(&moments) }
}

fn of_moments(moments: &Moments) -> Summary {
    Summary {
        count: moments.count(),
        mean: moments.mean(),
        stddev: moments.stddev(),
        min: moments.min(),
        max: moments.max(),
        ..Summary::default()
    }
}

/// Nearest-rank percentiles of values in ascending order. Bucket edges never leave the range of the values.
fn percentiles(steps: &[(f64, u64)], moments: &Moments) -> BTreeMap<Percentile, f64> {
    let (Some(min), Some(max)) = (moments.min(), moments.max()) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    let mut steps = steps.iter();
    let (mut seen, mut value) = (0, min);
    for percentile in Percentile::STANDARD {
        while seen < percentile.rank(moments.count()) {
            let Some((next, times)) = steps.next() else { break };
            seen += times;
            value = next.clamp(min, max);
        }
        found.insert(percentile, value);
    }
    found
}

/// Largest relative error, where a part is a histogram: its bucket's width, or the rounding of small values to integers.
fn precision(parts: &[&Folded], moments: &Moments) -> Option<f64> {
    let rounding = moments.min().filter(|min| *min > 0.0).map_or(0.0, |min| (0.5 / min).min(1.0));
    let width = |part: &&Folded| match &part.distribution {
        Distribution::Histogram(histogram) => Some(histogram.precision().max(rounding)),
        _ => None,
    };
    parts.iter().filter_map(width).reduce(f64::max)
}

/// Why a series cannot be taken as well; one label and metric is one thing in a run.
pub(super) fn two_things(label: &str, metric: &str, why: &str) -> Rejected {
    Rejected(format!("the series {label:?} {metric:?} {why}; judge them as suites of their own"))
}

/// Adds the same series of another recording.
pub(super) fn merge(into: &mut Series, other: Series) -> Result<(), Rejected> {
    let reject = |why: &str| Err(two_things(&other.key.label, &other.key.metric, why));
    if (&into.unit, into.better, into.evidence) != (&other.unit, other.better, other.evidence) {
        return reject("comes twice and means two things");
    }
    if into.distribution.count() != into.judged().count || other.distribution.count() != other.judged().count {
        return reject("comes twice and its single values are not known");
    }
    match (&mut into.distribution, &other.distribution) {
        (Distribution::Values(mine), Distribution::Values(more)) => mine.extend(more),
        (Distribution::Histogram(mine), Distribution::Histogram(more)) => mine.merge(more),
        (Distribution::Counts { step: a, counts }, Distribution::Counts { step: b, counts: more }) if a == b => counts.merge(more),
        (Distribution::Unknown, Distribution::Unknown) => {}
        _ => return reject("comes twice and its values were kept in different forms"),
    }
    let moments = merged_moments(into.judged(), other.judged());
    let judged =
        Summary { percentiles: percentiles(&into.distribution.steps(), &moments), ..merged_summary(into.judged(), other.judged()) };
    if into.summary.errors == 0 && other.summary.errors == 0 {
        into.summary_ok = into.summary_ok.is_some().then(|| judged.clone());
        into.summary = judged;
    } else {
        // The values of the failed attempts are not kept, so the percentiles over all attempts are not known.
        into.summary = merged_summary(&into.summary, &other.summary);
        into.summary_ok = Some(judged);
    }
    other.error_kinds.into_iter().for_each(|(kind, times)| *into.error_kinds.entry(kind).or_insert(0) += times);
    Ok(())
}

/// Everything but the percentiles. Throughput is that of one recording after the other.
fn merged_summary(a: &Summary, b: &Summary) -> Summary {
    let seconds =
        |summary: &Summary| summary.throughput.filter(|rate| *rate > 0.0).map(|rate| (summary.count - summary.errors) as f64 / rate);
    let throughput = match (seconds(a), seconds(b)) {
        (Some(first), Some(second)) => Some((a.count - a.errors + b.count - b.errors) as f64 / (first + second)),
        _ => None,
    };
    Summary {
        errors: a.errors + b.errors,
        throughput,
        precision: a.precision.into_iter().chain(b.precision).reduce(f64::max),
        ..of_moments(&merged_moments(a, b))
    }
}

fn merged_moments(a: &Summary, b: &Summary) -> Moments {
    let mut merged = Moments::default();
    for summary in [a, b] {
        if let (Some(mean), Some(min), Some(max)) = (summary.mean, summary.min, summary.max) {
            merged.merge(&Moments::of_summary(summary.count, mean, summary.stddev.unwrap_or(0.0), min, max));
        }
    }
    merged
}
