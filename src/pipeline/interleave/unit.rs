//! What is measured as a whole: a benchmark of a program, a program, a phase of load. It is open until every series of it is
//! decided.

use super::pairing;
use crate::compare::{self, LOOKS, Levels};
use crate::limits::{VOID_PAIRS_AT_ONCE, VOID_PAIRS_MAX};
use crate::measure::interleave::Turn;
use crate::model::{PairKey, PairLimits, Pairs, Run, Sides, Work};
use std::collections::BTreeMap;

/// Of this many pairs one may be void (`docs/STATISTICS.md`, pairs).
const PAIRS_FOR_A_VOID: usize = 10;

/// One of them, with what was measured so far.
pub struct Unit {
    /// The label that its work is narrowed to.
    pub label: Option<String>,
    pub work: Work,
    pub limits: BTreeMap<PairKey, PairLimits>,
    pub pairs: Pairs,
    pub runs: Sides<Vec<Run>>,
    /// Why a pair is void, of each that is.
    pub void: Vec<String>,
    /// Length of a pair, ns: of the last one, and before the first as calibrated.
    pub pair_ns: u64,
    is_open: bool,
}

impl Unit {
    /// Nothing measured yet.
    pub fn new(label: Option<String>, work: Work, pair_ns: u64) -> Unit {
        let (limits, pairs) = (BTreeMap::new(), Pairs::new());
        Unit { label, work, limits, pairs, runs: Sides::default(), void: Vec::new(), pair_ns, is_open: true }
    }

    /// Whether a further pair could change a verdict.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Pairs measured, valid or not.
    pub fn measured(&self) -> usize {
        self.runs.head.len() + self.void.len()
    }

    /// Series that are not decided.
    pub fn undecided(&self) -> usize {
        if self.is_open { self.limits.len() } else { 0 }
    }

    /// Takes what both sides of a pair gave.
    pub fn take(&mut self, turn: &Turn, runs: Sides<Run>, levels: Levels) {
        let mut missing = None;
        for key in self.limits.keys() {
            match pairing::pair(key, runs.as_ref(), turn) {
                Some(pair) => self.pairs.entry(key.clone()).or_default().push(pair),
                None => missing = Some(format!("{} {} is not there on both sides, or not positive", key.series.label, key.series.metric)),
            }
        }
        self.runs.base.push(runs.base);
        self.runs.head.push(runs.head);
        match missing {
            Some(reason) => self.reject(reason),
            None => self.is_open &= self.is_undecided(levels),
        }
    }

    /// Counts a pair of which a side could not be measured; with too many of them nothing can be decided any more.
    pub fn reject(&mut self, reason: String) {
        self.void.push(reason);
        let is_hopeless = self.runs.head.is_empty() && self.void.len() >= VOID_PAIRS_AT_ONCE;
        self.is_open &= !is_hopeless && self.void.len() <= VOID_PAIRS_MAX;
    }

    /// Whether too many pairs are void to judge the others.
    pub fn is_void(&self) -> bool {
        self.void.len() * PAIRS_FOR_A_VOID > self.measured()
    }

    fn is_undecided(&self, levels: Levels) -> bool {
        if self.limits.is_empty() {
            return false;
        }
        let valid = self.pairs.values().map(Vec::len).max().unwrap_or_default();
        if !LOOKS.contains(&valid) {
            return true;
        }
        self.limits.iter().any(|(key, limits)| {
            let pairs = self.pairs.get(key).map(Vec::as_slice).unwrap_or_default();
            !compare::paired(pairs, limits, levels).is_final
        })
    }
}
