//! A series: one label and one metric over a run.

use super::{Better, Percentile, Statistic, Summary, Unit, metric};
use crate::stats::{Counts, Histogram, Sketch};
use std::collections::BTreeMap;

/// Wall times of one process run from which on their lower quartile is paired: of fewer it would be the minimum.
const TIMES_OF_A_QUARTER: u64 = 4;

/// What identifies a series within a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    pub label: String,
    pub metric: String,
}

impl SeriesKey {
    /// A key from its two parts.
    pub fn new(label: impl Into<String>, metric: impl Into<String>) -> Self {
        SeriesKey { label: label.into(), metric: metric.into() }
    }
}

/// What kind of knowledge a series holds; it decides which mathematics is honest (`docs/ARCHITECTURE.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Base and head measured alternately.
    Pairs,
    /// Single values, or a full histogram of them.
    Samples,
    /// Count, mean and deviation.
    Spread,
    /// One bare number.
    Point,
}

impl Evidence {
    /// Name in stored files.
    pub fn as_str(self) -> &'static str {
        match self {
            Evidence::Pairs => "pairs",
            Evidence::Samples => "samples",
            Evidence::Spread => "spread",
            Evidence::Point => "point",
        }
    }

    /// The evidence with that stored name.
    pub fn from_name(name: &str) -> Option<Evidence> {
        [Evidence::Pairs, Evidence::Samples, Evidence::Spread, Evidence::Point].into_iter().find(|e| e.as_str() == name)
    }
}

/// The values behind a summary, as far as they were kept. In the series' unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Distribution {
    /// Only the summary is known.
    #[default]
    Unknown,
    /// Every value, in the order measured.
    Values(Vec<f64>),
    /// Exact counts of multiples of `step` (whole milliseconds: step 1,000,000).
    Counts { step: u64, counts: Counts },
    /// Counts in buckets of relative width ≤ 10⁻³.
    Histogram(Histogram),
    /// What an accepted run kept: counts in wider buckets.
    Sketch(Sketch),
}

impl Distribution {
    /// Values known.
    pub fn count(&self) -> u64 {
        match self {
            Distribution::Unknown => 0,
            Distribution::Values(values) => values.len() as u64,
            Distribution::Counts { counts, .. } => counts.total(),
            Distribution::Histogram(histogram) => histogram.total(),
            Distribution::Sketch(sketch) => sketch.total(),
        }
    }

    /// Value and count pairs, ascending by value; empty when unknown.
    pub fn steps(&self) -> Vec<(f64, u64)> {
        match self {
            Distribution::Unknown => Vec::new(),
            Distribution::Values(values) => {
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                sorted.into_iter().map(|value| (value, 1)).collect()
            }
            Distribution::Counts { step, counts } => counts.iter().map(|(value, times)| ((value * step) as f64, times)).collect(),
            Distribution::Histogram(histogram) => histogram.iter().map(|(value, times)| (value as f64, times)).collect(),
            Distribution::Sketch(sketch) => sketch.iter().collect(),
        }
    }

    /// The value at a 1-based rank; `None` for rank 0 or beyond the count.
    pub fn value_at_rank(&self, rank: u64) -> Option<f64> {
        match self {
            Distribution::Unknown => None,
            Distribution::Values(values) => {
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                sorted.get(usize::try_from(rank.checked_sub(1)?).ok()?).copied()
            }
            Distribution::Counts { step, counts } => counts.value_at_rank(rank).map(|value| (value * step) as f64),
            Distribution::Histogram(histogram) => histogram.value_at_rank(rank).map(|value| value as f64),
            Distribution::Sketch(sketch) => sketch.value_at_rank(rank),
        }
    }

    /// Nearest-rank percentile.
    pub fn percentile(&self, percentile: Percentile) -> Option<f64> {
        self.value_at_rank(percentile.rank(self.count()))
    }
}

/// Everything known of one label and metric after a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub key: SeriesKey,
    pub unit: Unit,
    pub better: Better,
    pub evidence: Evidence,
    /// Over every attempt.
    pub summary: Summary,
    /// Over the successful attempts: what latency thresholds judge. Absent where the source cannot tell them apart.
    pub summary_ok: Option<Summary>,
    /// The values behind `summary_ok`, or behind `summary` where that is absent.
    pub distribution: Distribution,
    /// Failed attempts by class.
    pub error_kinds: BTreeMap<String, u64>,
}

impl Series {
    /// A series of which one bare number is known.
    pub fn point(key: SeriesKey, unit: Unit, better: Better, value: f64) -> Series {
        let summary = Summary {
            count: 1,
            mean: Some(value),
            min: Some(value),
            max: Some(value),
            percentiles: [(Percentile::P50, value)].into(),
            ..Summary::default()
        };
        Series {
            key,
            unit,
            better,
            evidence: Evidence::Point,
            summary,
            summary_ok: None,
            distribution: Distribution::Unknown,
            error_kinds: BTreeMap::new(),
        }
    }

    /// The one number that a process run gives of this series: of several wall times the lower quartile, which other work on the
    /// machine moves least, else the usual statistic.
    pub fn paired_statistic(&self) -> Statistic {
        let is_of_times = self.key.metric == metric::TIME && self.judged().count >= TIMES_OF_A_QUARTER;
        let quarter = Statistic::Percentile(Percentile::P25);
        if is_of_times && self.statistic(quarter).is_some() { quarter } else { self.usual_statistic() }
    }

    /// The summary that thresholds judge: of the successful attempts where they are known apart.
    pub fn judged(&self) -> &Summary {
        self.summary_ok.as_ref().unwrap_or(&self.summary)
    }

    /// One judged statistic: error rate, count and throughput over all attempts, everything else of the successful ones.
    /// A percentile that the summary does not carry is taken from the distribution.
    pub fn statistic(&self, statistic: Statistic) -> Option<f64> {
        match statistic {
            Statistic::ErrorRate | Statistic::Count | Statistic::Throughput => self.summary.get(statistic),
            Statistic::Percentile(p) => self.judged().get(statistic).or_else(|| self.distribution.percentile(p)),
            other => self.judged().get(other),
        }
    }

    /// The statistic meant where none is named: the median, or the mean where the source gives nothing else.
    pub fn usual_statistic(&self) -> Statistic {
        let median = Statistic::Percentile(Percentile::P50);
        let only_mean = self.statistic(median).is_none() && self.statistic(Statistic::Mean).is_some();
        if only_mean { Statistic::Mean } else { median }
    }

    /// Whether the series counts attempts that can fail (requests, command runs).
    pub fn counts_errors(&self) -> bool {
        self.summary_ok.is_some() || self.summary.errors > 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Distribution, Evidence, Series, SeriesKey};
    use crate::model::{Better, Unit, metric};

    /// What stands for a process run that gave these values.
    fn check(metric: &str, values: &[f64], statistic: &str, value: f64) {
        let mut series = Series::point(SeriesKey::new("x", metric), Unit::Ns, Better::Lower, values[0]);
        if values.len() > 1 {
            series.evidence = Evidence::Samples;
            series.distribution = Distribution::Values(values.to_vec());
            series.summary.percentiles.clear();
            series.summary.count = values.len() as u64;
        }
        let found = (series.paired_statistic().to_string(), series.statistic(series.paired_statistic()));
        assert_eq!(found, (statistic.to_string(), Some(value)), "{metric} {values:?}");
    }

    #[test]
    fn a_process_run_gives_one_value() {
        check(metric::TIME, &[7.0], "p50", 7.0);
        check(metric::TIME, &[9.0, 1.0, 5.0], "p50", 5.0);
        check(metric::TIME, &[9.0, 1.0, 5.0, 7.0], "p25", 1.0);
        check(metric::TIME, &[80.0, 10.0, 50.0, 30.0, 70.0, 60.0, 20.0, 40.0], "p25", 20.0);
        check(metric::CPU_TIME, &[80.0, 10.0, 50.0, 30.0, 70.0, 60.0, 20.0, 40.0], "p50", 40.0);
        check(metric::INSTRUCTIONS, &[5.0], "p50", 5.0);
    }
}
