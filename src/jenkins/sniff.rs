//! Which parser a file is for, by its first line, in the plugin's order.

use super::numbers::Parser;
use super::readers::root;
use super::{Abort, Settings};
use crate::source::{Head, Input, Source, SourceError, quoted};

/// Anywhere in JMeter's log, whose first lines tell nothing.
const SUMMARISER: &str = "Summariser: Generate Summary Results";
/// How an Access database begins.
const ACCESS: &[u8] = b"\x00\x01\x00\x00Standard Jet DB";
/// Columns of Locust's statistics.
const LOCUST: [&str; 10] = [
    "Type",
    "Name",
    "Request Count",
    "Failure Count",
    "Median Response Time",
    "Average Response Time",
    "Min Response Time",
    "Max Response Time",
    "Average Content Size",
    "Requests/s",
];

/// A file and its parser.
pub(super) struct Sniffed {
    pub(super) parser: Parser,
    pub(super) input: Input,
    /// Already open, because what comes from a pipe cannot be opened again.
    pub(super) opened: Option<Source>,
}

/// Opens an input as the plugin sees it: verbatim; `strict` undoes what wraps the text.
pub(super) fn open(input: &Input, settings: &Settings) -> Result<Source, SourceError> {
    if settings.strict { Source::open(input) } else { Source::open_verbatim(input) }
}

/// Looks at an input. One that is empty or like nothing known fails the step.
pub(super) fn sniff(input: &Input, settings: &Settings) -> Result<Sniffed, Abort> {
    let source = open(input, settings)?;
    if source.head().bytes.is_empty() {
        return Err(Abort::at(&input.name(), "results", "nothing: the file is empty"));
    }
    let is_pipe = matches!(input, Input::Stdin);
    if let Some(known) = by_first_line(source.head(), &input.name()) {
        return Ok(Sniffed { parser: known?, input: input.clone(), opened: is_pipe.then_some(source) });
    }
    // What is left needs a look at all lines, and then a second opening.
    let input = if is_pipe { Input::bytes(&input.name(), source.document()?) } else { input.clone() };
    let mut lines = open(&input, settings)?.lines()?;
    let mut is_summariser = false;
    while let Some(line) = lines.next()? {
        is_summariser |= memchr::memmem::find(line.text.as_bytes(), SUMMARISER.as_bytes()).is_some();
        if is_summariser {
            return Ok(Sniffed { parser: Parser::JmeterSummarizer, input, opened: None });
        }
    }
    let head = open(&input, settings)?;
    match by_content(head.head()) {
        Some(parser) => Ok(Sniffed { parser, input, opened: None }),
        None => Err(unknown(&input.name(), &first_line(head.head()))),
    }
}

/// The first tests; `None` where none of them applies.
fn by_first_line(head: &Head, path: &str) -> Option<Result<Parser, Abort>> {
    let line = first_line(head);
    let lower = line.to_lowercase();
    let has = |name: &str| lower.contains(name);
    if line.starts_with("<?xml") {
        return Some(by_root(head).ok_or_else(|| unknown(path, &root(head).unwrap_or(line))));
    }
    let is_iago = line.strip_prefix("INF [").is_some_and(|rest| rest.contains("] stats:"));
    let is_wrk = line.strip_prefix("Running ").is_some_and(|rest| rest.contains("s test @"));
    if is_iago {
        Some(Ok(Parser::Iago))
    } else if is_wrk {
        Some(Ok(Parser::Wrk))
    } else if has("timestamp") && has("elapsed") && (has("url") || has("label")) {
        Some(Ok(Parser::JMeterCsv))
    } else if head.bytes.starts_with(ACCESS) && head.bytes.len() > ACCESS.len() {
        // The plugin first looks for the summariser in it, but no database of LoadRunner holds lines of JMeter's log.
        Some(Ok(Parser::LoadRunner))
    } else {
        None
    }
}

/// The last tests.
fn by_content(head: &Head) -> Option<Parser> {
    let line = first_line(head).replace('"', "");
    let names: Vec<&str> = line.split(',').collect();
    if LOCUST.iter().all(|name| names.contains(name)) {
        return Some(Parser::Locust);
    }
    by_root(head)
}

fn by_root(head: &Head) -> Option<Parser> {
    match root(head)?.as_str() {
        "testResults" => Some(Parser::JMeter),
        "testsuite" | "testsuites" => Some(Parser::JUnit),
        "FinalStatus" => Some(Parser::Taurus),
        _ => None,
    }
}

fn first_line(head: &Head) -> String {
    let end = memchr::memchr2(b'\n', b'\r', &head.bytes).unwrap_or(head.bytes.len());
    String::from_utf8_lossy(head.bytes.get(..end).unwrap_or_default()).into_owned()
}

fn unknown(path: &str, found: &str) -> Abort {
    let expected = "results of JMeter, JUnit, Taurus, wrk, Iago, LoadRunner or Locust";
    Abort::at(path, expected, quoted(found))
}

#[cfg(test)]
mod tests;
