//! Units and directions.

use std::fmt;

/// The unit in which the values of a series are stored. Times are always nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    Ns,
    Bytes,
    Count,
    Ratio,
    PerSecond,
    /// The tool's own word, e.g. `chars/op`.
    Other(String),
}

impl Unit {
    /// The unit's name in stored files: `ns`, `bytes`, `count`, `ratio`, `per_second`, or the tool's own word.
    pub fn as_str(&self) -> &str {
        match self {
            Unit::Ns => "ns",
            Unit::Bytes => "bytes",
            Unit::Count => "count",
            Unit::Ratio => "ratio",
            Unit::PerSecond => "per_second",
            Unit::Other(word) => word,
        }
    }

    /// The unit with that stored name; every unknown word is the tool's own.
    pub fn from_name(name: &str) -> Unit {
        match name {
            "ns" => Unit::Ns,
            "bytes" => Unit::Bytes,
            "count" => Unit::Count,
            "ratio" => Unit::Ratio,
            "per_second" => Unit::PerSecond,
            word => Unit::Other(word.to_string()),
        }
    }

    /// Whether values are durations, and so do not cross from one environment to another.
    pub fn is_time(&self) -> bool {
        matches!(self, Unit::Ns)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which direction is better. A unit nobody knows has none: it is never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    Lower,
    Higher,
    Unknown,
}

impl Better {
    /// Name in stored files.
    pub fn as_str(self) -> &'static str {
        match self {
            Better::Lower => "lower",
            Better::Higher => "higher",
            Better::Unknown => "unknown",
        }
    }

    /// The direction with that stored name; an unknown name has no direction.
    pub fn from_name(name: &str) -> Better {
        match name {
            "lower" => Better::Lower,
            "higher" => Better::Higher,
            _ => Better::Unknown,
        }
    }
}
