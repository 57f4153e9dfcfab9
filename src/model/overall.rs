//! All requests of a run together, whichever label they have: what a person asks for first.

use super::{Percentile, Run, Series, Statistic};
use crate::stats::Histogram;

/// One metric over every label that has it. Of the successful attempts; where none succeeded, of all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overall {
    /// Attempts.
    pub count: u64,
    /// Failed ones among them.
    pub errors: u64,
    pub mean: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// All values of all attempts together.
    pub sum: Option<f64>,
    /// Successful operations per second.
    pub throughput: Option<f64>,
    /// Value and count, ascending; empty unless every label's values were kept.
    steps: Vec<(f64, u64)>,
    /// Of the only label, where there is but one: it may know percentiles without its values.
    only: Option<Series>,
}

impl Overall {
    /// `None` where no label has the metric.
    pub fn of(run: &Run, metric: &str) -> Option<Overall> {
        let all: Vec<&Series> = run.series.values().filter(|series| series.key.metric == metric && series.summary.count > 0).collect();
        let succeeded: Vec<&Series> = all.iter().copied().filter(|series| series.judged().count > 0).collect();
        let first = all.first()?;
        let summaries: Vec<_> =
            if succeeded.is_empty() { all.iter().map(|s| &s.summary).collect() } else { succeeded.iter().map(|s| s.judged()).collect() };
        let attempts: u64 = summaries.iter().map(|summary| summary.count).sum();
        let weighted = summaries.iter().map(|summary| Some(summary.mean? * summary.count as f64)).sum::<Option<f64>>();
        let is_kept = succeeded.iter().all(|series| series.distribution.count() > 0);
        let steps = if is_kept { merged(&succeeded) } else { Vec::new() };
        Some(Overall {
            count: all.iter().map(|series| series.summary.count).sum(),
            errors: all.iter().map(|series| series.summary.errors).sum(),
            mean: weighted.map(|sum| sum / attempts as f64),
            min: summaries.iter().filter_map(|summary| summary.min).reduce(f64::min),
            max: summaries.iter().filter_map(|summary| summary.max).reduce(f64::max),
            sum: all.iter().map(|series| Some(series.summary.mean? * series.summary.count as f64)).sum(),
            throughput: all.iter().map(|series| series.summary.throughput).sum(),
            steps,
            only: (all.len() == 1).then(|| (*first).clone()),
        })
    }

    /// Whether any attempt succeeded.
    pub fn has_success(&self) -> bool {
        self.count > self.errors
    }

    /// One statistic; `None` where it is not known.
    pub fn get(&self, statistic: Statistic) -> Option<f64> {
        match statistic {
            Statistic::Mean => self.mean.filter(|_| self.has_success()),
            Statistic::Min => self.min.filter(|_| self.has_success()),
            Statistic::Max => self.max.filter(|_| self.has_success()),
            Statistic::Stddev => None,
            Statistic::Percentile(percentile) => self.percentile(percentile),
            Statistic::ErrorRate => (self.count > 0).then(|| self.errors as f64 / self.count as f64),
            Statistic::Throughput => self.throughput,
            Statistic::Count => Some(self.count as f64),
        }
    }

    /// Nearest rank over the successful attempts of all labels.
    pub fn percentile(&self, percentile: Percentile) -> Option<f64> {
        match &self.only {
            Some(series) => series.statistic(Statistic::Percentile(percentile)).filter(|_| self.has_success()),
            None => self.at_rank(percentile.rank(self.known())),
        }
    }

    /// Successful attempts whose values were kept.
    pub fn known(&self) -> u64 {
        self.steps.iter().map(|(_, times)| times).sum()
    }

    fn at_rank(&self, rank: u64) -> Option<f64> {
        let mut below = rank.checked_sub(1)?;
        for (value, times) in &self.steps {
            if below < *times {
                return Some(*value);
            }
            below -= times;
        }
        None
    }

    /// How many values lie from each edge up to, and without, the next one; the last stretch has no end. Values below the
    /// first edge are in none. Edges ascend.
    pub fn counts(&self, edges: &[f64]) -> Vec<u64> {
        let mut counts = vec![0; edges.len()];
        for (value, times) in &self.steps {
            let above = edges.partition_point(|edge| edge <= value);
            if let Some(count) = above.checked_sub(1).and_then(|index| counts.get_mut(index)) {
                *count += times;
            }
        }
        counts
    }
}

/// The values of one label as they are; of several in buckets, so that many labels take no more room than one.
fn merged(all: &[&Series]) -> Vec<(f64, u64)> {
    if let [only] = all {
        return only.distribution.steps();
    }
    let mut histogram = Histogram::new();
    let steps = all.iter().flat_map(|series| series.distribution.steps());
    steps.for_each(|(value, times)| histogram.add(value.max(0.0).round() as u64, times));
    histogram.iter().map(|(value, times)| (value as f64, times)).collect()
}

#[cfg(test)]
mod tests {
    use super::Overall;
    use crate::model::{Better, Distribution, Evidence, Percentile, Run, Series, SeriesKey, Summary, Unit, metric};

    /// Labels with the values of their successful attempts and the number of failed ones.
    fn run(labels: &[(&str, &[f64], u64)]) -> Run {
        let series = labels.iter().map(|(label, values, failed)| {
            let sum: f64 = values.iter().sum();
            let ok = Summary {
                count: values.len() as u64,
                mean: (!values.is_empty()).then(|| sum / values.len() as f64),
                min: values.iter().copied().reduce(f64::min),
                max: values.iter().copied().reduce(f64::max),
                ..Summary::default()
            };
            let key = SeriesKey::new(*label, metric::LATENCY);
            let series = Series {
                key: key.clone(),
                unit: Unit::Ns,
                better: Better::Lower,
                evidence: Evidence::Samples,
                summary: Summary { count: ok.count + failed, errors: *failed, throughput: Some(1.0), ..ok.clone() },
                summary_ok: Some(ok),
                distribution: if values.is_empty() { Distribution::Unknown } else { Distribution::Values(values.to_vec()) },
                error_kinds: Default::default(),
            };
            (key, series)
        });
        Run { series: series.collect(), ..Run::default() }
    }

    /// Attempts, errors, mean, smallest, largest, median.
    #[track_caller]
    fn check(labels: &[(&str, &[f64], u64)], expected: (u64, u64, Option<f64>, Option<f64>, Option<f64>, Option<f64>)) {
        let found = Overall::of(&run(labels), metric::LATENCY).unwrap();
        assert_eq!((found.count, found.errors, found.mean, found.min, found.max, found.percentile(Percentile::P50)), expected);
    }

    #[test]
    fn labels_count_by_their_attempts() {
        check(&[("a", &[1.0, 2.0, 3.0], 0)], (3, 0, Some(2.0), Some(1.0), Some(3.0), Some(2.0)));
        check(&[("a", &[1.0, 2.0, 3.0], 1), ("b", &[10.0], 0)], (5, 1, Some(4.0), Some(1.0), Some(10.0), Some(2.0)));
        check(&[("a", &[1.0, 3.0], 0), ("b", &[], 7)], (9, 7, Some(2.0), Some(1.0), Some(3.0), Some(1.0)));
        check(&[("a", &[], 2), ("b", &[], 7)], (9, 9, None, None, None, None));
        assert_eq!(Overall::of(&run(&[]), metric::LATENCY), None);
    }

    #[test]
    fn the_sum_is_of_every_attempt() {
        let sum = |labels: &[(&str, &[f64], u64)]| Overall::of(&run(labels), metric::LATENCY).unwrap().sum;
        assert_eq!(sum(&[("a", &[1.0, 3.0], 1), ("b", &[4.0], 0)]), Some(10.0));
        assert_eq!(sum(&[("a", &[1.0], 0), ("b", &[], 2)]), None, "what the failed ones took is not known");
    }

    #[test]
    fn buckets_hold_their_lower_edge() {
        let found = Overall::of(&run(&[("a", &[1.0, 2.0, 2.0, 5.0], 0), ("b", &[0.0], 3)]), metric::LATENCY).unwrap();
        assert_eq!(found.counts(&[0.0, 2.0, 5.0]), [2, 2, 1]);
        assert_eq!(found.counts(&[2.0, 100.0]), [3, 0]);
        assert_eq!(found.counts(&[]), [0; 0]);
    }
}
