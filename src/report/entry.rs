//! A line of the table of reports.

use crate::output::Output;
use std::fmt;
use std::io::Write;

/// What a report is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Every request, while it is read or made.
    Samples,
    /// The recording of one suite or of several.
    Run,
    /// The verdict, and the recordings it rests on.
    Outcome,
}

/// How a report is to look. What does not concern a report is ignored by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// Colour in addition to words.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Everything, the passing series too.
    pub verbose: bool,
    /// Only this suite of the outcome; the verdict in a headline stays that of the whole.
    pub suite: Option<String>,
    /// Files written by the same command, for the reader to open.
    pub files: Vec<String>,
    /// Concurrency, for formats that state it with every request.
    pub workers: u32,
    /// Edges of the buckets of `hist`, ns, ascending; none: its own.
    pub edges_ns: Vec<u64>,
}

/// For a place that is no terminal.
impl Default for Style {
    fn default() -> Self {
        Style { color: false, width: 80, verbose: false, suite: None, files: Vec::new(), workers: 1, edges_ns: Vec::new() }
    }
}

/// One report.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Name for `--report`, `--to` and `list reports`.
    pub name: &'static str,
    /// One line for `list reports`.
    pub about: &'static str,
    pub needs: Needs,
    /// Of a file that holds it, without the dot.
    pub extension: &'static str,
    pub open: fn(Box<dyn Write>, &Style) -> Box<dyn Output>,
}

/// A report that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownReport {
    pub name: String,
    pub nearest: Option<&'static str>,
}

impl UnknownReport {
    /// The error for `name`, with the nearest of the known ones where one is near.
    pub(super) fn new(name: &str, known: &[Entry]) -> UnknownReport {
        let distance = |entry: &Entry| strsim::damerau_levenshtein(entry.name, &name.to_lowercase());
        let nearest = known.iter().min_by_key(|entry| distance(entry)).filter(|entry| distance(entry) <= entry.name.len().div_ceil(2));
        UnknownReport { name: name.chars().take(crate::limits::QUOTED_CHARS_MAX).collect(), nearest: nearest.map(|entry| entry.name) }
    }
}

impl fmt::Display for UnknownReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected the name of a report, found {:?}; ", self.name)?;
        match self.nearest {
            Some(nearest) => write!(f, "did you mean {nearest:?}? "),
            None => Ok(()),
        }?;
        f.write_str("`neverslower list reports` shows them all")
    }
}

impl std::error::Error for UnknownReport {}
