//! How a baseline is read: line by line as `text.rs` wrote it. Whatever differs was not written by `accept`, and is refused
//! with its place.

use super::error::BaselineError;
use super::file::WAY_OUT;
use super::layout::{BASELINE_SCHEMA, Block, Differences, Entry, Kept, Pin, StoredBaseline, not_empty};
use super::seal::Seal;
use super::text::{BETTER, BLOCK_BEGIN, BLOCK_END, ENTRIES_BEGIN, ENTRIES_END, ENTRY, LABEL, METRIC, SEAL, SERIES_BEGIN, SERIES_END, UNIT};
use super::words;
use crate::limits::{KEEP_RUNS_MAX, QUOTED_CHARS_MAX};
use crate::model::{Better, Environment, Evidence, SeriesKey, Summary, Unit};
use crate::stats::Sketch;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::iter::Peekable;
use std::str::Lines;

/// Reads a text of today's schema.
pub fn read(shown: &str, text: &str) -> Result<StoredBaseline, BaselineError> {
    let mut reader = Reader { shown, lines: text.lines().peekable(), number: 0, entries: 1 };
    let mut head = String::new();
    loop {
        let line = reader.next()?;
        if line == SERIES_BEGIN {
            break;
        }
        head.push_str(line);
        head.push('\n');
    }
    let mut blocks: Vec<(SeriesKey, Block)> = Vec::new();
    while reader.lines.peek() != Some(&SERIES_END) {
        let (key, block) = reader.block()?;
        if blocks.last().is_some_and(|(last, _)| *last >= key) {
            return Err(reader.wrong("series in order, each once", &format!("{:?} {:?}", key.label, key.metric), 1));
        }
        blocks.push((key, block));
    }
    reader.next()?;
    let (head_lines, series_end) = (head.lines().count(), reader.number);
    for line in reader.lines.by_ref() {
        head.push_str(line);
        head.push('\n');
    }
    let header: Header = serde_json::from_str(&head).map_err(|error| {
        let behind = if error.line() > head_lines { series_end - head_lines } else { 0 };
        let found = message(&error);
        BaselineError::new(shown, format!("a baseline of {BASELINE_SCHEMA}"), &found, WAY_OUT).at(error.line() + behind, error.column())
    })?;
    let Header { suite, environment, .. } = header;
    let environment = Environment { key: environment.key, hard: environment.hard, drift: environment.drift };
    not_empty(shown, StoredBaseline { suite, environment, blocks: blocks.into_iter().collect() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    #[allow(dead_code, reason = "known before it is read")]
    schema: IgnoredAny,
    suite: String,
    environment: HeaderEnvironment,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderEnvironment {
    key: String,
    hard: BTreeMap<String, String>,
    drift: BTreeMap<String, String>,
}

/// A line of a block as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    commit: Option<String>,
    #[serde(default)]
    drift: Differences,
    #[serde(default)]
    error_kinds: BTreeMap<String, u64>,
    #[serde(deserialize_with = "words::evidence")]
    evidence: Evidence,
    #[serde(default)]
    hard: Differences,
    #[serde(default, deserialize_with = "words::level")]
    level: bool,
    #[serde(default = "unpinned", deserialize_with = "words::pin")]
    pin: Pin,
    #[serde(default)]
    reason: Option<String>,
    #[serde(deserialize_with = "words::time")]
    recorded: u64,
    #[serde(default)]
    samples: Vec<f64>,
    #[serde(default, deserialize_with = "words::time_if_any")]
    session: Option<u64>,
    #[serde(default, deserialize_with = "sketch")]
    sketch: Option<Sketch>,
    summary: Summary,
    #[serde(default)]
    summary_ok: Option<Ok>,
}

fn unpinned() -> Pin {
    Pin::No
}

fn sketch<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Sketch>, D::Error> {
    Sketch::from_text(<&str>::deserialize(input)?).map(Some).map_err(D::Error::custom)
}

/// The summary of the successful attempts; `true` where it is that of all.
enum Ok {
    Same,
    Own(Summary),
}

impl<'de> Deserialize<'de> for Ok {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Ok, D::Error> {
        struct OkVisitor;
        impl<'de> Visitor<'de> for OkVisitor {
            type Value = Ok;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a summary or true")
            }

            fn visit_bool<E: Error>(self, same: bool) -> Result<Ok, E> {
                if same { Ok(Ok::Same) } else { Err(E::custom("`false` for a summary")) }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Ok, A::Error> {
                Summary::deserialize(MapAccessDeserializer::new(map)).map(Ok::Own)
            }
        }
        input.deserialize_any(OkVisitor)
    }
}

impl From<Line> for Entry {
    fn from(line: Line) -> Entry {
        let kept = match line.sketch {
            Some(sketch) => Kept::Sketch(sketch),
            None if line.samples.is_empty() => Kept::Nothing,
            None => Kept::Values(line.samples),
        };
        let summary_ok = line.summary_ok.map(|ok| match ok {
            Ok::Same => line.summary.clone(),
            Ok::Own(summary) => summary,
        });
        Entry {
            recorded_ns: line.recorded,
            session_ns: line.session,
            commit: line.commit,
            reason: line.reason,
            pin: line.pin,
            is_new_level: line.level,
            hard: line.hard,
            drift: line.drift,
            evidence: line.evidence,
            summary: line.summary,
            summary_ok,
            kept,
            error_kinds: line.error_kinds,
        }
    }
}

struct Reader<'a> {
    shown: &'a str,
    lines: Peekable<Lines<'a>>,
    /// Of the last line read, 1-based.
    number: usize,
    /// Entries of the block before: how much room the next one needs.
    entries: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<&'a str, BaselineError> {
        self.number += 1;
        self.lines.next().ok_or_else(|| self.wrong("a whole baseline", "its end", 1))
    }

    /// A block, its seal checked.
    fn block(&mut self) -> Result<(SeriesKey, Block), BaselineError> {
        let mut seal = Seal::default();
        self.fixed(BLOCK_BEGIN)?;
        let better = self.member(BETTER, &mut seal)?;
        let direction = Better::from_name(&better);
        if direction.as_str() != better {
            return Err(self.wrong("`lower`, `higher` or `unknown`", &better, BETTER.len() + 1));
        }
        seal.line(self.fixed(ENTRIES_BEGIN)?);
        let entries = self.entries(&mut seal)?;
        let label = self.member(LABEL, &mut seal)?;
        let metric = self.member(METRIC, &mut seal)?;
        let written = self.member(SEAL, &mut Seal::default())?;
        let seal_line = self.number;
        let unit = self.member(UNIT, &mut seal)?;
        let end = self.next()?;
        if end.strip_suffix(',').unwrap_or(end) != BLOCK_END {
            return Err(self.wrong("the end of a series", end, 1));
        }
        if seal.text() != written {
            let expected = format!("series {label:?} {metric:?} as accept wrote it");
            let found = format!("an edit by hand or a merge (its seal would be {:?}, not {written:?})", seal.text());
            return Err(BaselineError::new(self.shown, expected, &found, WAY_OUT).at(seal_line, SEAL.len() + 1));
        }
        Ok((SeriesKey::new(label, metric), Block { unit: Unit::from_name(&unit), better: direction, entries }))
    }

    fn entries(&mut self, seal: &mut Seal) -> Result<Vec<Entry>, BaselineError> {
        let mut entries: Vec<Entry> = Vec::with_capacity(self.entries);
        loop {
            let line = self.next()?;
            seal.line(line);
            if line == ENTRIES_END {
                break;
            }
            let json = line.strip_prefix(ENTRY).ok_or_else(|| self.wrong("an accepted run", line, 1))?;
            let entry: Line = self.json(json.strip_suffix(',').unwrap_or(json), ENTRY.len())?;
            if entries.last().is_some_and(|newer| newer.recorded_ns <= entry.recorded) {
                return Err(self.wrong("accepted runs, newest first and each once", "one that is not older", 1));
            }
            entries.push(entry.into());
        }
        self.entries = entries.len().min(KEEP_RUNS_MAX as usize);
        if entries.is_empty() { Err(self.wrong("at least one accepted run", "none", 1)) } else { Ok(entries) }
    }

    /// A line that is always the same.
    fn fixed(&mut self, expected: &str) -> Result<&'a str, BaselineError> {
        let line = self.next()?;
        if line == expected { Ok(line) } else { Err(self.wrong(&format!("`{}`", expected.trim()), line.trim(), 1)) }
    }

    /// The text behind the beginning of a line.
    fn member(&mut self, begin: &str, seal: &mut Seal) -> Result<Cow<'a, str>, BaselineError> {
        let line = self.next()?;
        seal.line(line);
        let Some(json) = line.strip_prefix(begin) else {
            return Err(self.wrong(&format!("`{}`", begin.trim()), line.trim(), 1));
        };
        let json = json.strip_suffix(',').unwrap_or(json);
        // Nearly every text is one without escapes, which is what stands between its quotes.
        let is_plain = |text: &&str| !text.bytes().any(|byte| byte == b'"' || byte == b'\\' || byte < b' ');
        match json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).filter(is_plain) {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.json(json, begin.len()).map(Cow::Owned),
        }
    }

    fn json<T: Deserialize<'a>>(&self, json: &'a str, before: usize) -> Result<T, BaselineError> {
        serde_json::from_str(json)
            .map_err(|error| self.wrong(&format!("a baseline of {BASELINE_SCHEMA}"), &message(&error), before + error.column()))
    }

    fn wrong(&self, expected: &str, found: &str, column: usize) -> BaselineError {
        let found: String = found.chars().take(QUOTED_CHARS_MAX).collect();
        BaselineError::new(self.shown, expected, &found, WAY_OUT).at(self.number, column)
    }
}

/// What a JSON error says, without the place that it counts.
fn message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_string()
}
