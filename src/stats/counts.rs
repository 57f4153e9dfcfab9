//! An exact value → count table for integers of limited variety, such as whole milliseconds.

use std::collections::BTreeMap;

/// Values below this may be counted in a dense array, which is what makes recording a memory access and nothing more.
const DENSE: u64 = 4096;
/// The dense array grows to at most this many slots a value counted, so that a series of few values stays small.
const SLOTS_PER_VALUE: u64 = 4;

/// How often each integer value occurred; exact percentiles in memory that grows with the *distinct* values only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    dense: Vec<u64>,
    sparse: BTreeMap<u64, u64>,
    total: u64,
}

impl Counts {
    /// Counts one value `times` times.
    #[inline]
    pub fn add(&mut self, value: u64, times: u64) {
        self.total += times;
        match self.dense.get_mut(usize::try_from(value).unwrap_or(usize::MAX)) {
            Some(slot) => *slot += times,
            None => self.add_beyond(value, times),
        }
    }

    fn add_beyond(&mut self, value: u64, times: u64) {
        if value >= DENSE || value > self.total.saturating_mul(SLOTS_PER_VALUE) {
            *self.sparse.entry(value).or_insert(0) += times;
            return;
        }
        self.dense.resize(value as usize + 1, 0);
        let above = self.sparse.split_off(&(value + 1));
        for (moved, counted) in std::mem::replace(&mut self.sparse, above) {
            if let Some(slot) = self.dense.get_mut(moved as usize) {
                *slot += counted;
            }
        }
        if let Some(slot) = self.dense.get_mut(value as usize) {
            *slot += times;
        }
    }

    /// Adds all counts of `other`.
    pub fn merge(&mut self, other: &Counts) {
        for (value, times) in other.iter() {
            self.add(value, times);
        }
    }

    /// Values counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Memory taken, in values: slots of the dense array and distinct values beyond it.
    pub fn slots(&self) -> usize {
        self.dense.len() + self.sparse.len()
    }

    /// Value and count, ascending by value.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let dense = self.dense.iter().enumerate().filter(|(_, times)| **times > 0).map(|(value, times)| (value as u64, *times));
        dense.chain(self.sparse.iter().map(|(value, times)| (*value, *times)))
    }

    /// The value at a 1-based rank of the sorted values; `None` for rank 0 or beyond the total.
    pub fn value_at_rank(&self, rank: u64) -> Option<u64> {
        at_rank(self.iter(), rank)
    }
}

/// The value at a 1-based rank of ascending values and their counts.
pub(super) fn at_rank<V>(steps: impl IntoIterator<Item = (V, u64)>, rank: u64) -> Option<V> {
    let mut below = rank.checked_sub(1)?;
    for (value, times) in steps {
        if below < times {
            return Some(value);
        }
        below -= times;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Counts;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn knows_every_value_at_its_rank(mut values in proptest::collection::vec(0u64..9000, 1..300)) {
            let mut counts = Counts::default();
            values.iter().for_each(|value| counts.add(*value, 1));
            prop_assert_eq!(counts.total(), values.len() as u64);
            prop_assert!(counts.slots() <= values.len() * 5 + 1);
            let mut twice = counts.clone();
            twice.merge(&counts);
            values.sort_unstable();
            prop_assert_eq!(counts.value_at_rank(0), None);
            for (index, value) in values.iter().enumerate() {
                prop_assert_eq!(counts.value_at_rank(index as u64 + 1), Some(*value));
                prop_assert_eq!(twice.value_at_rank(index as u64 * 2 + 1), Some(*value));
            }
            prop_assert_eq!(counts.value_at_rank(values.len() as u64 + 1), None);
        }
    }
}
