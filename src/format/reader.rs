//! The contract of a format.

use crate::record::{Rejected, Sink};
use crate::source::{Head, Source, SourceError};
use std::fmt;

/// How sure a reader is that an input is its own, from the first bytes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    No,
    /// Could also be another format: used only when nobody is certain, and only when one reader says so.
    Maybe,
    Certain,
}

/// An input that cannot be trusted: where, what was expected, what was found, the way out. Shown as
/// `path:line:column: expected …, found …; hint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    pub path: String,
    /// 1-based; 0 when the place is the input as a whole.
    pub line: u64,
    /// 1-based byte column; 0 when unknown.
    pub column: u64,
    pub expected: String,
    pub found: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl ReadError {
    /// An error in a line (0: the input as a whole).
    pub fn at(path: &str, line: u64, expected: &str, found: impl Into<String>, hint: &str) -> ReadError {
        let (path, expected, hint) = (path.to_string(), expected.to_string(), hint.to_string());
        ReadError { path, line, column: 0, expected, found: found.into(), hint }
    }

    /// What the sink would not take.
    pub fn rejected(path: &str, line: u64, rejected: Rejected) -> ReadError {
        ReadError::at(path, line, "what a run can hold", rejected.0, "")
    }
}

impl From<SourceError> for ReadError {
    fn from(error: SourceError) -> ReadError {
        ReadError { path: error.path, line: error.line, column: 0, expected: error.expected, found: error.found, hint: error.hint }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        write!(f, ": expected {}, found {}", self.expected, self.found)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for ReadError {}

/// Reads the result files of one tool.
pub trait Reader: Sync {
    /// Name for `--format`, `list formats`.
    fn name(&self) -> &'static str;
    /// One line for `list formats`.
    fn about(&self) -> &'static str;
    /// Whether the input is this tool's, judged by content; a wrong file extension never matters.
    fn detect(&self, head: &Head) -> Claim;
    /// Pushes everything in the input into the sink. Recoverable oddities become notes, a cut input sets the fact
    /// `partial`; an input that shows nothing is an error.
    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError>;
}
