//! The plugin's nine readers: which fields it takes, and on what it gives a file up. What it does with a file that it gives up is
//! not theirs to say.

mod iago;
mod jmeter;
mod jmeter_csv;
mod jmeter_summarizer;
mod junit;
mod load_runner;
mod locust;
mod taurus;
mod words;
mod wrk;
mod xml;

use super::fold::Fold;
use super::numbers::Parser;
use crate::source::{Source, SourceError, quoted};

pub(super) use xml::root;

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// The plugin drops the file: number of the fail-open case, and what was expected and found where.
    Dropped { case: u8, reason: String },
    /// The plugin would read it, we cannot, and to go on would be to judge without it.
    Abort(String),
}

impl Unread {
    /// Something else than expected, at a line (1-based; 0: the file as a whole).
    pub(super) fn at(path: &str, line: u64, expected: &str, found: impl Into<String>) -> Unread {
        let (path, expected) = (path.to_string(), expected.to_string());
        SourceError { path, line, expected, found: found.into(), hint: String::new() }.into()
    }

    /// A text that is not what its field must be.
    fn text(path: &str, line: u64, expected: &str, found: Option<&str>) -> Unread {
        Unread::at(path, line, expected, found.map_or_else(|| "none".to_string(), quoted))
    }

    /// The filter is none.
    pub(super) fn filter(why: &str) -> Unread {
        Unread::Dropped { case: 6, reason: why.to_string() }
    }
}

impl From<SourceError> for Unread {
    fn from(error: SourceError) -> Unread {
        Unread::Dropped { case: 1, reason: error.to_string() }
    }
}

/// How a file is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    /// Base name of the file as the plugin shows it.
    pub(super) report_name: &'a str,
    /// Read what is there where the plugin stumbles over its wrapping.
    pub(super) strict: bool,
}

/// Reads a file as one parser does.
pub(super) fn read(parser: Parser, source: Source, reading: Reading<'_>, fold: &mut Fold<'_>) -> Result<(), Unread> {
    match parser {
        Parser::JMeter => jmeter::read(source, reading, fold),
        Parser::JMeterCsv => jmeter_csv::read(source, fold),
        Parser::JUnit => junit::read(source, fold),
        Parser::JmeterSummarizer => jmeter_summarizer::read(source, fold),
        Parser::Taurus => taurus::read(source, fold),
        Parser::Wrk => wrk::read(source, fold),
        Parser::Iago => iago::read(source, reading, fold),
        Parser::LoadRunner => load_runner::read(&source),
        Parser::Locust => locust::read(source, fold),
    }
}

#[cfg(test)]
mod tests;
