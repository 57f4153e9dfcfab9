//! An exact value → count table for integers of limited variety, such as whole milliseconds.

use std::collections::BTreeMap;

/// Values below this are counted in a dense array, which is what makes recording a memory access and nothing more.
const DENSE: u64 = 4096;

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
        if value < DENSE {
            let index = value as usize;
            if index >= self.dense.len() {
                self.dense.resize(index + 1, 0);
            }
            if let Some(slot) = self.dense.get_mut(index) {
                *slot += times;
            }
        } else {
            *self.sparse.entry(value).or_insert(0) += times;
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

    /// Distinct values that took memory beyond the dense array.
    pub fn sparse_len(&self) -> usize {
        self.sparse.len()
    }

    /// Value and count, ascending by value.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let dense = self.dense.iter().enumerate().filter(|(_, times)| **times > 0).map(|(value, times)| (value as u64, *times));
        dense.chain(self.sparse.iter().map(|(value, times)| (*value, *times)))
    }

    /// The value at a 1-based rank of the sorted values; `None` for rank 0 or beyond the total.
    pub fn value_at_rank(&self, rank: u64) -> Option<u64> {
        if rank == 0 {
            return None;
        }
        let mut seen = 0;
        self.iter()
            .find(|(_, times)| {
                seen += times;
                seen >= rank
            })
            .map(|(value, _)| value)
    }
}
