//! What can be wrong with a baseline, as `path:line:column: expected …, found …; way out`.

use crate::limits::QUOTED_CHARS_MAX;
use std::fmt;

/// A baseline that cannot be read, trusted or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineError {
    pub path: String,
    /// 1-based; 0 when the place is the file as a whole.
    pub line: usize,
    /// 1-based; 0 when unknown.
    pub column: usize,
    pub expected: String,
    pub found: String,
    /// What to do about it.
    pub way_out: String,
}

impl BaselineError {
    /// An error about a file as a whole; foreign text is cut.
    pub fn new(path: impl Into<String>, expected: impl Into<String>, found: &str, way_out: impl Into<String>) -> BaselineError {
        let found = found.chars().take(QUOTED_CHARS_MAX).collect();
        BaselineError { path: path.into(), line: 0, column: 0, expected: expected.into(), found, way_out: way_out.into() }
    }

    /// The same with its place.
    pub fn at(self, line: usize, column: usize) -> BaselineError {
        BaselineError { line, column, ..self }
    }
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": expected {}, found {}; {}", self.expected, self.found, self.way_out)
    }
}

impl std::error::Error for BaselineError {}
