//! What is measured as a whole: a benchmark of a program, a program, a phase of load. It is open until every series of it is
//! decided.

use super::pairing;
use crate::compare::{self, LOOKS, Levels};
use crate::limits::{VOID_PAIRS_AT_ONCE, VOID_PAIRS_MAX};
use crate::measure::interleave::Turn;
use crate::model::{Pair, PairKey, PairLimits, Pairs, Run, SeriesKey, Sides, Work};
use std::collections::BTreeMap;

/// One of them, with what was measured so far.
pub struct Unit {
    /// The label that its work is narrowed to.
    pub label: Option<String>,
    /// How a process run of each side is measured; `None` of what is not measured again.
    pub works: Option<Sides<Work>>,
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
    pub fn new(label: Option<String>, works: Sides<Work>, pair_ns: u64) -> Unit {
        let (limits, pairs) = (BTreeMap::new(), Pairs::new());
        Unit { label, works: Some(works), limits, pairs, runs: Sides::default(), void: Vec::new(), pair_ns, is_open: true }
    }

    /// A benchmark that only one side has, measured.
    pub fn alone(label: &str, runs: Sides<Vec<Run>>) -> Unit {
        let (label, limits, pairs) = (Some(label.to_string()), BTreeMap::new(), Pairs::new());
        Unit { label, works: None, limits, pairs, runs, void: Vec::new(), pair_ns: 0, is_open: false }
    }

    /// Whether a further pair could change a verdict.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Series that are not decided.
    pub fn undecided(&self) -> usize {
        if self.is_open { self.limits.len() } else { 0 }
    }

    /// Takes what both sides of a pair gave.
    pub fn take(&mut self, turn: &Turn, runs: Sides<Run>, levels: Levels) {
        for key in self.limits.keys() {
            let pair = pairing::pair(key, runs.as_ref(), turn).unwrap_or_else(|| {
                let SeriesKey { label, metric } = &key.series;
                self.void.push(format!("{label} {metric} is not there on both sides, or not positive"));
                void(turn)
            });
            self.pairs.entry(key.clone()).or_default().push(pair);
        }
        self.runs.base.push(runs.base);
        self.runs.head.push(runs.head);
        self.is_open &= self.is_undecided(levels) && !self.is_hopeless();
    }

    /// Takes a pair of which a side could not be measured: void for every series.
    pub fn reject(&mut self, turn: &Turn, reason: String) {
        self.void.push(reason);
        for key in self.limits.keys() {
            self.pairs.entry(key.clone()).or_default().push(void(turn));
        }
        self.is_open &= !self.is_hopeless();
    }

    /// Whether so many pairs are void that the others will not be judged, or as if none will ever be valid.
    fn is_hopeless(&self) -> bool {
        self.void.len() > VOID_PAIRS_MAX || (self.valid() == 0 && self.void.len() >= VOID_PAIRS_AT_ONCE)
    }

    /// Valid pairs of the series that has most.
    fn valid(&self) -> usize {
        let valid = |pairs: &Vec<Pair>| pairs.iter().filter(|pair| pair.value.log_ratio().is_some()).count();
        if self.limits.is_empty() { self.runs.head.len() } else { self.pairs.values().map(valid).max().unwrap_or_default() }
    }

    fn is_undecided(&self, levels: Levels) -> bool {
        // Between the looks nothing is asked; without limits one pair tells all there is.
        let is_look = LOOKS.contains(&self.valid());
        !self.limits.is_empty()
            && (!is_look
                || self.limits.iter().any(|(key, limits)| {
                    let pairs = self.pairs.get(key).map(Vec::as_slice).unwrap_or_default();
                    !compare::paired(pairs, limits, levels).is_final
                }))
    }
}

fn void(turn: &Turn) -> Pair {
    Pair { round: turn.round, order: turn.order, value: Sides::VOID, wall: None, mean: None }
}
