//! A limit on one statistic, as people write it: `p99 > 200ms`.

use super::Statistic;
use std::fmt;

/// On which side of its limit a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Strictly more.
    Above,
    AtLeast,
    /// Strictly less.
    Below,
    AtMost,
}

impl Side {
    /// As people write it.
    pub fn symbol(self) -> &'static str {
        match self {
            Side::Above => ">",
            Side::AtLeast => ">=",
            Side::Below => "<",
            Side::AtMost => "<=",
        }
    }
}

/// `error rate > 1%`, `p99 > 2s`, `throughput < 500/s`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub statistic: Statistic,
    pub side: Side,
    /// In the unit of the statistic: ns, a share of one, per second, or a count.
    pub limit: f64,
    /// The limit as written.
    pub limit_text: String,
}

impl Condition {
    /// Whether it holds for a value of the statistic.
    pub fn holds(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value > self.limit,
            Side::AtLeast => value >= self.limit,
            Side::Below => value < self.limit,
            Side::AtMost => value <= self.limit,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.statistic, self.side.symbol(), self.limit_text)
    }
}
