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
    Summary {
        precision: precision(parts, &moments),
        percentiles: percentiles(&steps, moments.count(), moments.min().zip(moments.max())),
        ..of_moments(&moments)
    }
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

/// Nearest-rank percentiles of values in ascending order. Bucket edges never leave the range of the values, where it is known.
fn percentiles(steps: &[(f64, u64)], count: u64, range: Option<(f64, f64)>) -> BTreeMap<Percentile, f64> {
    let (Some((first, _)), Some((last, _))) = (steps.first(), steps.last()) else { return BTreeMap::new() };
    let (min, max) = range.unwrap_or((*first, *last));
    let mut found = BTreeMap::new();
    let mut steps = steps.iter();
    let (mut seen, mut value) = (0, min);
    for percentile in Percentile::STANDARD {
        while seen < percentile.rank(count) {
            let Some((next, times)) = steps.next() else { break };
            seen += times;
            value = next.max(min).min(max);
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
        // Where every attempt failed there is no value to add.
        (_, Distribution::Unknown) => {}
        (mine @ Distribution::Unknown, more) => *mine = more.clone(),
        (Distribution::Values(mine), Distribution::Values(more)) => mine.extend(more),
        (Distribution::Histogram(mine), Distribution::Histogram(more)) => mine.merge(more),
        (Distribution::Counts { step: a, counts }, Distribution::Counts { step: b, counts: more }) if a == b => counts.merge(more),
        _ => return reject("comes twice and its values were kept in different forms"),
    }
    let mut judged = merged_summary(into.judged(), other.judged());
    judged.percentiles = percentiles(&into.distribution.steps(), judged.count, judged.min.zip(judged.max));
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

/// Everything but the percentiles. Throughput is that of one recording after the other. What one side does not tell is not
/// known of both.
fn merged_summary(a: &Summary, b: &Summary) -> Summary {
    let succeeded = |summary: &Summary| summary.count.saturating_sub(summary.errors) as f64;
    let seconds = |summary: &Summary| summary.throughput.filter(|rate| *rate > 0.0).map(|rate| succeeded(summary) / rate);
    let known = merged_moments(a, b).map(|moments| of_moments(&moments)).unwrap_or_default();
    let tells_deviation = [a, b].into_iter().all(|summary| summary.count < 2 || summary.stddev.is_some());
    Summary {
        count: a.count.saturating_add(b.count),
        errors: a.errors.saturating_add(b.errors),
        stddev: known.stddev.filter(|_| tells_deviation),
        throughput: seconds(a).zip(seconds(b)).map(|(first, second)| (succeeded(a) + succeeded(b)) / (first + second)),
        precision: a.precision.into_iter().chain(b.precision).reduce(f64::max),
        ..known
    }
}

fn merged_moments(a: &Summary, b: &Summary) -> Option<Moments> {
    let mut merged = Moments::default();
    for summary in [a, b].into_iter().filter(|summary| summary.count > 0) {
        let stddev = summary.stddev.unwrap_or(0.0);
        merged.merge(&Moments::of_summary(summary.count, summary.mean?, stddev, summary.min?, summary.max?));
    }
    Some(merged)
}
