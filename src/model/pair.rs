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

/// One of each side: where nothing else is said a number, in the series' unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sides<T = f64> {
    pub base: T,
    pub head: T,
}

impl<T> Sides<T> {
    /// What is made of each.
    pub fn map<U>(self, mut make: impl FnMut(T) -> U) -> Sides<U> {
        Sides { base: make(self.base), head: make(self.head) }
    }

    /// By reference.
    pub fn as_ref(&self) -> Sides<&T> {
        Sides { base: &self.base, head: &self.head }
    }
}

impl Sides {
    /// What a process run that failed or told nothing leaves behind.
    pub const VOID: Sides = Sides { base: f64::NAN, head: f64::NAN };

    /// ln(head) − ln(base): exactly the negative with exchanged sides. `None` where a number is not positive: such a pair is void.
    pub fn log_ratio(self) -> Option<f64> {
        let is_sound = |value: f64| value > 0.0 && value.is_finite();
        (is_sound(self.base) && is_sound(self.head)).then(|| self.head.ln() - self.base.ln())
    }
}

/// One round of one series: one process run of each side, one number of each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub round: u32,
    pub order: Order,
    /// What is judged; void where it is not positive on both sides.
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
