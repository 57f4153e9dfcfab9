//! Base and head measured alternately: what an interleaved comparison rests on.

use super::{SeriesKey, Statistic};
use std::collections::BTreeMap;

/// Which side of a pair was measured first. A coin decides it for each pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    BaseFirst,
    HeadFirst,
}

impl Order {
    /// Name in files of pairs.
    pub fn as_str(self) -> &'static str {
        match self {
            Order::BaseFirst => "base-first",
            Order::HeadFirst => "head-first",
        }
    }

    /// The order with that name.
    pub fn from_name(name: &str) -> Option<Order> {
        [Order::BaseFirst, Order::HeadFirst].into_iter().find(|order| order.as_str() == name)
    }
}

/// A number of each side, in the series' unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sides {
    pub base: f64,
    pub head: f64,
}

/// One round of one series: one process run of each side, one number of each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub round: u32,
    pub order: Order,
    /// What is judged.
    pub value: Sides,
    /// Wall time of the same runs, where CPU time is judged: it sees waiting, which CPU time does not.
    pub wall: Option<Sides>,
    /// Mean of the same runs, where another statistic is judged: it sees a tail.
    pub mean: Option<Sides>,
}

/// What was paired: a statistic of each process run of a series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairKey {
    pub series: SeriesKey,
    pub statistic: Statistic,
}

/// The pairs of a run, each list in the order measured.
pub type Pairs = BTreeMap<PairKey, Vec<Pair>>;
