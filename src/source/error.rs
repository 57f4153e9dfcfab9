//! What can be wrong with bytes before anyone knows their format.

use crate::limits::QUOTED_CHARS_MAX;
use std::fmt;

/// An input whose bytes cannot be had: where, what was expected, what was found, the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    pub path: String,
    /// 1-based; 0 when the place is the input as a whole.
    pub line: u64,
    pub expected: String,
    pub found: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl SourceError {
    /// An error about the input as a whole.
    pub fn whole(path: &str, expected: &str, found: impl Into<String>, hint: &str) -> SourceError {
        SourceError { path: path.to_string(), line: 0, expected: expected.to_string(), found: found.into(), hint: hint.to_string() }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": expected {}, found {}", self.expected, self.found)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for SourceError {}

/// Foreign text as errors show it: escaped, in quotes, cut at `limits::QUOTED_CHARS_MAX`.
pub fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    format!("{short:?}{rest}")
}
