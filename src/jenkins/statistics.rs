//! A file's fold becomes its numbers: section by section what the plugin computes of its samples.

use super::arithmetic::{div, round, round2, trunc};
use super::fold::{Fold, LabelFold};
use super::numbers::{FileNumbers, LabelNumbers, Numbers, Parser, Percentiles};

/// How the error percent of a whole report comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorFormula {
    /// Failed out of all samples.
    Samples,
    /// Sum of the summary errors by number of labels: what the plugin does once some parsers are configured.
    SummaryErrors,
    /// `strict`: failed out of all requests where samples stand for several; also leaves failed durations out of both sides of the
    /// average.
    Honest,
}

/// Durations by value, ascending.
struct Ranked {
    values: Vec<(i64, u64)>,
    count: u64,
}

impl Ranked {
    fn new<'a>(labels: impl IntoIterator<Item = &'a LabelFold>) -> Ranked {
        let mut values: Vec<(i64, u64)> = labels.into_iter().flat_map(|label| &label.counts).map(|(ms, count)| (*ms, *count)).collect();
        values.sort_unstable();
        Ranked { count: values.iter().map(|(_, count)| count).sum(), values }
    }

    /// The plugin's percentile: one before the truncated rank, no interpolation.
    fn percentile(&self, percent: f64) -> i64 {
        let index = trunc(self.count as f64 * (percent / 100.0)).saturating_sub(1);
        let index = u64::try_from(index).unwrap_or(0).min(self.count.saturating_sub(1));
        let mut before = 0;
        let at = self.values.iter().find(|(_, count)| {
            before += count;
            before > index
        });
        at.map_or(0, |(ms, _)| *ms)
    }

    fn percentiles(&self) -> Percentiles {
        Percentiles {
            p0: self.percentile(0.0),
            p50: self.percentile(50.0),
            p90: self.percentile(90.0),
            p95: self.percentile(95.0),
            p100: self.percentile(100.0),
        }
    }
}

/// The numbers of one file.
pub(super) fn file_numbers(file: &str, parser: Parser, fold: &Fold<'_>, formula: ErrorFormula) -> FileNumbers {
    let (mut labels, numbers) = match &fold.totals {
        None => (fold.labels().iter().map(|label| of_label(label, formula)).collect(), whole(fold, formula)),
        Some(totals) => {
            let of_group = |label: &String, numbers: Numbers| LabelNumbers {
                label: label.clone(),
                numbers: Numbers { error_percent: label_errors(numbers.errors, numbers.samples), ..numbers },
            };
            let labels: Vec<LabelNumbers> = totals.labels.iter().map(|(_, label, group)| of_group(label, group.numbers())).collect();
            let mut numbers = totals.whole_numbers();
            numbers.error_percent = match formula {
                ErrorFormula::SummaryErrors => summary_errors(numbers.errors as f32, labels.len()),
                _ => report_errors(numbers.errors, numbers.samples),
            };
            (labels, numbers)
        }
    };
    labels.sort_by(|a, b| a.label.encode_utf16().cmp(b.label.encode_utf16()));
    FileNumbers { file: file.to_string(), parser, numbers, side_fields: fold.side_fields.clone(), labels }
}

/// The error percent that the file's own content gives, whatever the plugin makes of it.
pub(super) fn honest_error_percent(fold: &Fold<'_>) -> f64 {
    match &fold.totals {
        Some(totals) => totals.whole.map_or(0.0, |group| report_errors(group.failed, group.samples())),
        None => whole(fold, ErrorFormula::Honest).error_percent,
    }
}

fn of_label(label: &LabelFold, formula: ErrorFormula) -> LabelNumbers {
    let mut numbers = of_samples(&[label], formula);
    numbers.error_percent = label_errors(numbers.errors, numbers.samples);
    LabelNumbers { label: label.label.clone(), numbers }
}

fn whole(fold: &Fold<'_>, formula: ErrorFormula) -> Numbers {
    let labels: Vec<&LabelFold> = fold.labels().iter().collect();
    let mut numbers = of_samples(&labels, formula);
    numbers.error_percent = match formula {
        ErrorFormula::SummaryErrors => summary_errors(fold.plugin_errors, labels.len()),
        _ => report_errors(numbers.errors, numbers.samples),
    };
    numbers
}

/// All but the error percent, over the samples of these labels.
fn of_samples(labels: &[&LabelFold], formula: ErrorFormula) -> Numbers {
    let sum = |of: fn(&LabelFold) -> i64| labels.iter().map(|label| of(label)).fold(0, i64::saturating_add);
    let (samples, ranked) = (sum(|label| label.samples), Ranked::new(labels.iter().copied()));
    let size_kb: f64 = labels.iter().map(|label| label.size_kb).fold(0.0, |sum, kb| sum + kb);
    let percentiles_ms = ranked.percentiles();
    let is_honest = formula == ErrorFormula::Honest;
    let among = if is_honest { ranked.count as i64 } else { samples };
    let total_ms: i128 = labels.iter().map(|label| label.total_ms).sum();
    let mut http_codes: Vec<String> = labels.iter().flat_map(|label| &label.codes).cloned().collect();
    http_codes.sort_unstable();
    http_codes.dedup();
    // Formats without codes leave only the empty one.
    http_codes.retain(|code| !code.is_empty() || labels.iter().any(|label| label.codes.len() > 1));
    let (shown, errors) = match is_honest {
        true => (sum(LabelFold::honest_samples), sum(LabelFold::honest_errors)),
        false => (samples, sum(|label| label.errors)),
    };
    Numbers {
        samples: shown,
        errors,
        error_percent: 0.0,
        average_ms: total_ms.checked_div(i128::from(among)).unwrap_or(0) as i64,
        median_ms: percentiles_ms.p50,
        percentiles_ms,
        min_ms: percentiles_ms.p0,
        max_ms: percentiles_ms.p100,
        throughput_rps: throughput(labels, samples),
        average_size_kb: if samples == 0 { 0.0 } else { round2(size_kb / samples as f64) },
        total_traffic_kb: round2(size_kb),
        http_codes,
    }
}

impl LabelFold {
    /// Requests where the file tells them, else samples.
    fn honest_samples(&self) -> i64 {
        if self.has_requests { self.requests } else { self.samples }
    }

    fn honest_errors(&self) -> i64 {
        if self.has_requests { self.failures } else { self.errors }
    }
}

/// Samples by the seconds between the first start and the last end.
fn throughput(labels: &[&LabelFold], samples: i64) -> f64 {
    let spans = labels.iter().filter_map(|label| label.span);
    let span = spans.reduce(|(from, to), (start, end)| (from.min(start), to.max(end)));
    match span.map(|(from, to)| to.saturating_sub(from)) {
        None => 0.0,
        Some(0) => samples as f64,
        Some(ms) => samples as f64 / (ms as f64 / 1000.0),
    }
}

/// A label's, whose zero by zero is what Java makes of it.
fn label_errors(errors: i64, samples: i64) -> f64 {
    round(div(errors as f64, samples as f64) * 100.0 * 1000.0) as f64 / 1000.0
}

fn report_errors(errors: i64, samples: i64) -> f64 {
    if samples == 0 { 0.0 } else { label_errors(errors, samples) }
}

fn summary_errors(errors: f32, labels: usize) -> f64 {
    if labels == 0 { 0.0 } else { round(f64::from(errors / labels as f32) * 1000.0) as f64 / 1000.0 }
}

#[cfg(test)]
mod tests;
