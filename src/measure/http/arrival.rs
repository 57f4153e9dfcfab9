//! The intended start of slot k: a pure function of the schedule, so that pacing has no memory and cannot drift.
//!
//! An even schedule starts slot k when the cumulative count of arrivals reaches k; that count is inverted exactly, in
//! integers, and rounded down to the nanosecond. A Poisson schedule starts it when the count reaches the sum of k + 1
//! exponential gaps, each a function of the seed and its number alone: every generator of a sharded test walks over the
//! same sums, in order and without storing them. A trace starts it where its file says.

mod poisson;
mod rates;

pub use rates::Rates;

use poisson::gap;
use rates::{NANOSLOT, SLOT};
use std::fmt;
use std::sync::Arc;

/// Intended starts, ns after the start of the schedule; never earlier than the one before.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// As far apart as the rates say.
    Even(Rates),
    Poisson(Rates, u64),
    /// Ascending.
    Trace(Arc<[u64]>),
}

/// A place in a schedule; it only moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Number of the slot, from 0.
    pub slot: u64,
    /// Its intended start. Beyond the last slot of a trace: that of the last one.
    pub start_ns: u64,
    /// Poisson: the gaps up to this slot, in 10⁻⁹ of the mean gap.
    gaps: u128,
}

impl Schedule {
    /// Slot `number`. Costs a step for each slot before it where starts are random, else one.
    pub fn at(&self, number: u64) -> Cursor {
        let gaps = match self {
            Schedule::Poisson(_, seed) => (0..=number).map(|k| u128::from(gap(*seed, k))).sum(),
            _ => 0,
        };
        let mut cursor = Cursor { slot: number, start_ns: 0, gaps };
        cursor.start_ns = self.start_ns(&cursor);
        cursor
    }

    /// The slot `step` after this one.
    #[inline]
    pub fn after(&self, mut cursor: Cursor, step: u64) -> Cursor {
        if let Schedule::Poisson(_, seed) = self {
            let skipped = cursor.slot + 1..=cursor.slot.saturating_add(step);
            cursor.gaps = skipped.fold(cursor.gaps, |gaps, k| gaps + u128::from(gap(*seed, k)));
        }
        cursor.slot = cursor.slot.saturating_add(step);
        cursor.start_ns = self.start_ns(&cursor);
        cursor
    }

    #[inline]
    fn start_ns(&self, cursor: &Cursor) -> u64 {
        match self {
            Schedule::Even(rates) => rates.when(u128::from(cursor.slot) * SLOT),
            Schedule::Poisson(rates, _) => rates.when(cursor.gaps.saturating_mul(NANOSLOT)),
            Schedule::Trace(starts_ns) => {
                let slot = usize::try_from(cursor.slot).unwrap_or(usize::MAX);
                starts_ns.get(slot).or(starts_ns.last()).copied().unwrap_or(0)
            }
        }
    }

    /// Whole slots that lie, on average, before a time: ⌊cumulative count⌋, or those of a trace.
    pub fn count_before(&self, time_ns: u64) -> u64 {
        match self {
            Schedule::Even(rates) | Schedule::Poisson(rates, _) => rates.count_before(time_ns),
            Schedule::Trace(starts_ns) => starts_ns.partition_point(|start_ns| *start_ns < time_ns) as u64,
        }
    }

    /// The rate per second, where it is the same all the time and starts are even.
    pub fn constant_rate(&self) -> Option<f64> {
        match self {
            Schedule::Even(rates) => rates.constant(),
            _ => None,
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Schedule::Even(rates) => rates.fmt(f),
            Schedule::Poisson(rates, seed) => write!(f, "{rates}, Poisson with seed {seed}"),
            Schedule::Trace(starts_ns) => write!(f, "{} recorded starts", starts_ns.len()),
        }
    }
}

#[cfg(test)]
mod tests;
