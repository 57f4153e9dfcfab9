//! What a Taurus file tells: totals by group, no samples.

use super::arithmetic::{div, round2, trunc};
use super::numbers::{Numbers, Percentiles};

/// A file's groups.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// The whole report, unless it is missing or filtered out.
    pub(super) whole: Option<Group>,
    /// Each label's key, the label as first seen, and the group seen last.
    pub(super) labels: Vec<(String, String, Group)>,
    /// `TestDuration` in whole milliseconds.
    pub(super) duration_ms: Option<i64>,
}

/// One group's numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Group {
    pub(super) succeeded: i64,
    pub(super) failed: i64,
    pub(super) average_ms: i64,
    pub(super) percentiles_ms: Percentiles,
    pub(super) bytes: i64,
    pub(super) throughput: i64,
}

impl Totals {
    /// Adds a label's group, in place of an earlier one of equal key.
    pub(super) fn push(&mut self, key: String, label: &str, group: Group) {
        match self.labels.iter_mut().find(|(known, _, _)| *known == key) {
            Some((_, _, known)) => *known = group,
            None => self.labels.push((key, label.to_string(), group)),
        }
    }

    /// Requests per second of the whole report.
    fn throughput(&self, group: &Group) -> i64 {
        match self.duration_ms {
            // The inner quotient is in 32 bits, as in the plugin.
            Some(ms) => trunc(div(group.samples() as f64, f64::from((ms as f32 / 1000.0).ceil()))),
            None => group.throughput,
        }
    }

    /// The whole report's numbers but for its error percent, which depends on what else the step reads.
    pub(super) fn whole_numbers(&self) -> Numbers {
        let Some(group) = &self.whole else { return Numbers::default() };
        let (bytes, samples) = (group.bytes as f64, group.samples());
        Numbers {
            throughput_rps: self.throughput(group) as f64,
            total_traffic_kb: round2(bytes),
            average_size_kb: if samples == 0 { 0.0 } else { round2(bytes / samples as f64) },
            ..group.numbers()
        }
    }
}

impl Group {
    /// Requests that the group stands for.
    pub(super) fn samples(&self) -> i64 {
        self.succeeded.saturating_add(self.failed)
    }

    /// Those of a label: without sizes and rate.
    pub(super) fn numbers(&self) -> Numbers {
        Numbers {
            samples: self.samples(),
            errors: self.failed,
            average_ms: self.average_ms,
            median_ms: self.percentiles_ms.p50,
            percentiles_ms: self.percentiles_ms,
            min_ms: self.percentiles_ms.p0,
            max_ms: self.percentiles_ms.p100,
            ..Numbers::default()
        }
    }
}
