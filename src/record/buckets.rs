//! A coarse histogram of durations, small enough for one in every window of a run.

use crate::limits::WINDOW_BUCKETS;

/// Finest difference that is told apart, as a power of two of ns (about a microsecond).
const UNIT_BITS: u32 = 10;
/// Buckets of every doubling, as a power of two.
const FRACTION_BITS: u32 = 4;
const FRACTIONS: u64 = 1 << FRACTION_BITS;

/// Counts in buckets no wider than a sixteenth of their value, or than a microsecond. Takes room from the first value on.
#[derive(Debug, Clone, Default)]
pub(super) struct Buckets(Option<Box<[u32; WINDOW_BUCKETS]>>);

impl Buckets {
    /// Counts a duration; one beyond an hour is counted as an hour.
    #[inline]
    pub(super) fn add(&mut self, ns: u64) {
        let counts = self.0.get_or_insert_with(|| Box::new([0; WINDOW_BUCKETS]));
        if let Some(count) = counts.get_mut(index(ns)) {
            *count = count.saturating_add(1);
        }
    }

    /// Adds all counts of `other`.
    pub(super) fn merge(&mut self, other: &Buckets) {
        match (&mut self.0, &other.0) {
            (Some(mine), Some(more)) => mine.iter_mut().zip(more.iter()).for_each(|(one, other)| *one = one.saturating_add(*other)),
            (none, more) => *none = none.take().or_else(|| more.clone()),
        }
    }

    /// The middle of the bucket that holds the nearest rank of a share of the values; `None` without any.
    pub(super) fn value_at(&self, share: f64) -> Option<u64> {
        let counts = self.0.as_ref()?;
        let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
        let rank = ((total as f64 * share).ceil() as u64).max(1);
        let mut below = 0;
        let found = counts.iter().position(|count| {
            below += u64::from(*count);
            below >= rank
        });
        found.map(middle_ns)
    }
}

#[inline]
fn index(ns: u64) -> usize {
    let units = ns >> UNIT_BITS;
    if units < FRACTIONS {
        return units as usize;
    }
    let shift = units.ilog2() - FRACTION_BITS;
    let doubling = u64::from(shift + 1) * FRACTIONS;
    ((doubling + (units >> shift) - FRACTIONS) as usize).min(WINDOW_BUCKETS - 1)
}

fn middle_ns(index: usize) -> u64 {
    let (doubling, fraction) = (index as u64 / FRACTIONS, index as u64 % FRACTIONS);
    let (lowest, width_bits) = match doubling {
        0 => (fraction, 0),
        doubling => ((FRACTIONS + fraction) << (doubling - 1), doubling as u32 - 1),
    };
    (lowest << UNIT_BITS) + ((1 << (UNIT_BITS + width_bits)) / 2)
}

#[cfg(test)]
mod tests {
    use super::Buckets;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    /// Median and p99 of what was counted, within 3.2 %.
    #[track_caller]
    fn check(values: impl Iterator<Item = u64>, median: u64, p99: u64) {
        let mut buckets = Buckets::default();
        values.for_each(|ns| buckets.add(ns));
        for (share, expected) in [(0.5, median), (0.99, p99)] {
            let found = buckets.value_at(share).unwrap();
            assert!(found.abs_diff(expected) <= expected / 31, "{found} is not {expected}");
        }
    }

    #[test]
    fn percentiles_are_right_to_three_per_cent() {
        check((1..=1000).map(|us| us * 1_000_000), 500_000_000, 990_000_000);
        check((1..=100).map(|us| us * 50_000), 2_500_000, 4_950_000);
        check(std::iter::once(3_600_000_000_000), 3_600_000_000_000, 3_600_000_000_000);
        assert_eq!(Buckets::default().value_at(0.5), None);
    }

    proptest! {
        #[test]
        fn a_value_is_found_near_where_it_was_put(ns in 0u64..3_600_000_000_000, other in 0u64..3_600_000_000_000) {
            let mut buckets = Buckets::default();
            buckets.add(ns);
            let found = buckets.value_at(0.5).unwrap();
            prop_assert!(found.abs_diff(ns) <= (ns / 32).max(512), "{} for {}", found, ns);
            let mut both = Buckets::default();
            both.add(other);
            both.merge(&buckets);
            buckets.add(other);
            prop_assert_eq!(both.value_at(0.99), buckets.value_at(0.99));
        }
    }
}
