//! Folds the values of one series as they come.

use crate::limits::KEPT_VALUES_PER_SERIES;
use crate::model::Distribution;
use crate::stats::{Counts, Histogram, Moments};

/// Nanoseconds of a millisecond: most tools know nothing finer.
const MS: u64 = 1_000_000;

/// What a recorder keeps of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Every value while that is cheap: whole milliseconds are counted, others kept up to the bounds of `limits`.
    Exact,
    /// Histograms from the first value on, as live load needs them: constant memory, mergeable with other generators.
    Histogram,
}

/// The values of one series, in the cheapest form that is still exact; beyond the bounds a histogram.
#[derive(Debug, Default)]
pub(super) enum Fold {
    #[default]
    Empty,
    /// Whole milliseconds.
    Millis(Counts),
    /// Sizes in bytes.
    Sizes(Counts),
    Values(Vec<f64>),
    /// The moments are of the values themselves, not of the buckets.
    Histogram(Box<Histogram>, Moments),
}

impl Fold {
    /// Adds a duration in ns.
    #[inline]
    pub(super) fn time(&mut self, ns: u64, keep: Keep) {
        match self {
            Fold::Millis(counts) if ns.is_multiple_of(MS) => counts.add(ns / MS, 1),
            _ => self.time_otherwise(ns, keep),
        }
    }

    fn time_otherwise(&mut self, ns: u64, keep: Keep) {
        match self {
            Fold::Empty if keep == Keep::Histogram => {
                self.spill();
                self.time_otherwise(ns, keep);
            }
            Fold::Empty if ns.is_multiple_of(MS) => {
                let mut counts = Counts::default();
                counts.add(ns / MS, 1);
                *self = Fold::Millis(counts);
            }
            Fold::Millis(counts) if counts.total() >= KEPT_VALUES_PER_SERIES as u64 => {
                self.spill();
                self.time_otherwise(ns, keep);
            }
            Fold::Millis(counts) => {
                let repeated = |(value, times): (u64, u64)| std::iter::repeat_n((value * MS) as f64, times as usize);
                let values: Vec<f64> = counts.iter().flat_map(repeated).collect();
                *self = Fold::Values(values);
                self.value(ns as f64);
            }
            Fold::Histogram(histogram, moments) => {
                histogram.add(ns, 1);
                moments.add(ns as f64);
            }
            Fold::Empty | Fold::Sizes(_) | Fold::Values(_) => self.value(ns as f64),
        }
    }

    /// Adds a number of bytes.
    #[inline]
    pub(super) fn size(&mut self, bytes: u64) {
        match self {
            Fold::Sizes(counts) => counts.add(bytes, 1),
            Fold::Empty => {
                let mut counts = Counts::default();
                counts.add(bytes, 1);
                *self = Fold::Sizes(counts);
            }
            _ => self.value(bytes as f64),
        }
    }

    /// Adds a value of any unit.
    pub(super) fn value(&mut self, value: f64) {
        match self {
            Fold::Empty => *self = Fold::Values(vec![value]),
            Fold::Values(values) if values.len() < KEPT_VALUES_PER_SERIES => values.push(value),
            Fold::Histogram(histogram, moments) => {
                histogram.add(value.max(0.0).round() as u64, 1);
                moments.add(value);
            }
            _ => {
                self.spill();
                self.value(value);
            }
        }
    }

    /// Adds counts that were made elsewhere, in ns.
    pub(super) fn histogram(&mut self, other: &Histogram) {
        self.spill();
        if let Fold::Histogram(histogram, moments) = self {
            histogram.merge(other);
            moments.merge(&other.moments());
        }
    }

    /// Gives the single values up for a histogram.
    pub(super) fn spill(&mut self) {
        if matches!(self, Fold::Histogram(..)) {
            return;
        }
        let folded = std::mem::take(self).finish();
        let mut histogram = Histogram::new();
        folded.distribution.steps().into_iter().for_each(|(value, times)| histogram.add(value.max(0.0).round() as u64, times));
        *self = Fold::Histogram(Box::new(histogram), folded.moments);
    }

    /// Memory taken by counts, in values.
    pub(super) fn slots(&self) -> usize {
        match self {
            Fold::Millis(counts) | Fold::Sizes(counts) => counts.slots(),
            _ => 0,
        }
    }

    /// Single values kept.
    pub(super) fn kept(&self) -> usize {
        match self {
            Fold::Values(values) => values.len(),
            _ => 0,
        }
    }

    /// The moments and the values. Moments of counts are taken here and not for every value: the same numbers for less.
    pub(super) fn finish(self) -> Folded {
        let mut moments = Moments::default();
        let distribution = match self {
            Fold::Empty => Distribution::Unknown,
            Fold::Millis(counts) => {
                counts.iter().for_each(|(value, times)| moments.add_times((value * MS) as f64, times));
                Distribution::Counts { step: MS, counts }
            }
            Fold::Sizes(counts) => {
                counts.iter().for_each(|(value, times)| moments.add_times(value as f64, times));
                Distribution::Counts { step: 1, counts }
            }
            Fold::Values(values) => {
                values.iter().for_each(|value| moments.add(*value));
                Distribution::Values(values)
            }
            Fold::Histogram(histogram, of_values) => {
                moments = of_values;
                Distribution::Histogram(*histogram)
            }
        };
        Folded { moments, distribution }
    }
}

/// What is known of the values at the end.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub(super) moments: Moments,
    pub(super) distribution: Distribution,
}
