//! Why a measurement came to nothing.

use crate::limits;
use crate::record::Rejected;
use std::fmt;

/// Why there is nothing (more) to judge. Whoever was started for it is gone when this is returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeasureError {
    /// The user asked to stop; what was measured until then is in the sink.
    Interrupted,
    /// The program is not there or cannot be started; for people.
    NotStarted(String),
    /// For people: what was run, what was expected, how it ended, the way out.
    Failed(String),
}

impl fmt::Display for MeasureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MeasureError::Interrupted => f.write_str("interrupted"),
            MeasureError::NotStarted(sentence) | MeasureError::Failed(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for MeasureError {}

impl From<Rejected> for MeasureError {
    fn from(rejected: Rejected) -> Self {
        MeasureError::Failed(rejected.0)
    }
}

/// A command as errors quote it: on one line, cut.
pub(super) fn quoted(command: &str) -> String {
    let plain: String = command.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut cut: String = plain.trim().chars().take(limits::QUOTED_CHARS_MAX).collect();
    if cut.len() < plain.trim().len() {
        cut.push('…');
    }
    format!("`{cut}`")
}
