//! Our own plain format, for programs whose output nobody else reads (docs/FORMATS.md): words, CSV or JSON lines.

use super::oddities::Oddities;
use super::{Claim, ReadError, Reader};
use crate::model::{Better, RunFacts, Sample, Unit, Value, metric};
use crate::record::Sink;
use crate::source::{Head, Line, Source, decimal, quoted};
use serde::Deserialize;
use std::collections::BTreeMap;

/// `plain`.
pub(super) struct Plain;

/// First line of the forms of words and of CSV.
const FIRST_LINE: &str = "# neverslower plain v1";
/// What the first object of JSON lines says.
const SCHEMA: &str = "neverslower.plain.v1";

const CUT_LINE: &str = "the last line has no line break: it may be cut, and is not counted";
const NOT_A_NUMBER: &str = "a value that is no finite number: absent";
const HINT: &str = "docs/FORMATS.md shows the plain format; names with blanks stand in double quotes";
const WORDS: &str = "`name value unit` or `name metric value unit`";
const OBJECT: &str = "{\"name\": …, \"value\": …, \"unit\": …}";

impl Reader for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn about(&self) -> &'static str {
        "our own plain form, `name value unit` a line, also as CSV and JSON lines; repeated names are samples"
    }

    fn detect(&self, head: &Head) -> Claim {
        let text = String::from_utf8_lossy(&head.bytes);
        let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let is_ours = first == FIRST_LINE || schema(first).is_some_and(|schema| schema == SCHEMA);
        if !head.is_directory && is_ours { Claim::Certain } else { Claim::No }
    }

    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let mut reading = Reading {
            path: source.name().to_string(),
            layout: None,
            values: 0,
            units: BTreeMap::new(),
            oddities: Oddities::default(),
            sink,
        };
        let mut is_cut = false;
        let mut lines = source.lines()?;
        while let Some(line) = lines.next()? {
            let text = line.text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            if line.is_terminated || (text.starts_with('{') && text.ends_with('}')) {
                reading.line(&line)?;
            } else {
                reading.oddities.add(CUT_LINE, || line.number);
                is_cut = true;
            }
        }
        if reading.values == 0 {
            return Err(ReadError::at(&reading.path, 0, "values", "none", HINT));
        }
        let Reading { path, oddities, .. } = reading;
        sink.facts(RunFacts { partial: is_cut, ..RunFacts::default() });
        oddities.notes(&path).for_each(|note| sink.note(note));
        Ok(())
    }
}

/// The schema that an object names.
fn schema(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct First {
        schema: String,
    }
    serde_json::from_str::<First>(line).ok().map(|first| first.schema)
}

/// How values are written; the first line that is no comment shows it.
enum Layout {
    Words,
    /// The columns of a CSV header.
    Columns(Vec<String>),
    Objects,
}

/// One value as written.
#[derive(Default)]
struct Written {
    name: String,
    metric: Option<String>,
    value: String,
    unit: String,
    better: Option<String>,
    /// 1-based column of the value; 0 where it is not known.
    column: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    name: String,
    metric: Option<String>,
    value: Option<f64>,
    unit: String,
    better: Option<String>,
}

struct Reading<'a> {
    path: String,
    layout: Option<Layout>,
    values: u64,
    /// Of each label and metric, so that no series mixes two.
    units: BTreeMap<(String, String), Unit>,
    oddities: Oddities,
    sink: &'a mut dyn Sink,
}

impl Reading<'_> {
    fn line(&mut self, line: &Line<'_>) -> Result<(), ReadError> {
        let written = match &self.layout {
            None => {
                let (layout, is_header) = self.first(line)?;
                self.layout = Some(layout);
                return if is_header { Ok(()) } else { self.line(line) };
            }
            Some(Layout::Words) => self.words(line)?,
            Some(Layout::Columns(columns)) => self.row(columns, line)?,
            Some(Layout::Objects) => self.object(line)?,
        };
        self.value(&written, line.number)
    }

    /// The layout, and whether the line that shows it holds no value itself.
    fn first(&self, line: &Line<'_>) -> Result<(Layout, bool), ReadError> {
        if line.text.trim_start().starts_with('{') {
            return match schema(line.text) {
                Some(found) if found != SCHEMA => Err(self.error(line.number, 0, SCHEMA, format!("{found:?}"))),
                schema => Ok((Layout::Objects, schema.is_some())),
            };
        }
        let columns: Vec<String> = fields(line.text, Some(',')).into_iter().flatten().map(|(_, name)| name).collect();
        if !["name", "value", "unit"].iter().all(|needed| columns.iter().any(|column| column == needed)) {
            return Ok((Layout::Words, false));
        }
        match columns.iter().find(|column| !["name", "metric", "value", "unit", "better"].contains(&column.as_str())) {
            Some(other) => Err(self.error(line.number, 0, "the columns name, metric, value, unit and better", quoted(other))),
            None => Ok((Layout::Columns(columns), true)),
        }
    }

    fn words(&self, line: &Line<'_>) -> Result<Written, ReadError> {
        let not_so = || self.error(line.number, 0, WORDS, quoted(line.text));
        let mut words = fields(line.text, None).ok_or_else(not_so)?;
        let better = words.pop_if(|(_, word)| word.starts_with("better=")).map(|(_, word)| word.replacen("better=", "", 1));
        let unit = words.pop().ok_or_else(not_so)?.1;
        let (column, value) = words.pop().ok_or_else(not_so)?;
        let mut names = words.into_iter().map(|(_, word)| word);
        let name = names.next().ok_or_else(not_so)?;
        let metric = names.next();
        if names.next().is_some() {
            return Err(not_so());
        }
        Ok(Written { name, metric, value, unit, better, column })
    }

    fn row(&self, columns: &[String], line: &Line<'_>) -> Result<Written, ReadError> {
        let expected = || format!("{} fields", columns.len());
        let row = fields(line.text, Some(',')).filter(|row| row.len() == columns.len());
        let row = row.ok_or_else(|| self.error(line.number, 0, &expected(), quoted(line.text)))?;
        let mut written = Written::default();
        for (column, (at, field)) in columns.iter().zip(row) {
            let field_if_any = Some(field.clone()).filter(|field| !field.is_empty());
            match column.as_str() {
                "name" => written.name = field,
                "metric" => written.metric = field_if_any,
                "value" => (written.value, written.column) = (field, at),
                "unit" => written.unit = field,
                _ => written.better = field_if_any,
            }
        }
        Ok(written)
    }

    fn object(&self, line: &Line<'_>) -> Result<Written, ReadError> {
        let object: Object = serde_json::from_str(line.text)
            .map_err(|error| self.error(line.number, error.column() as u64, OBJECT, format!("{} ({error})", quoted(line.text))))?;
        let Object { name, metric, value, unit, better } = object;
        let value = value.map_or_else(|| "null".to_string(), |value| value.to_string());
        Ok(Written { name, metric, value, unit, better, column: 0 })
    }

    fn value(&mut self, written: &Written, line: u64) -> Result<(), ReadError> {
        if written.name.is_empty() || written.unit.is_empty() {
            return Err(self.error(line, 0, "a name and a unit", "an empty one"));
        }
        let (unit, factor) = unit_of(&written.unit);
        let metric = written.metric.as_deref().unwrap_or(if unit.is_time() { metric::TIME } else { unit.as_str() });
        let better = match written.better.as_deref() {
            None => usual_direction(metric, &unit),
            Some(word @ ("lower" | "higher" | "unknown")) => Better::from_name(word),
            Some(other) => return Err(self.error(line, 0, "better=lower, higher or unknown", quoted(other))),
        };
        let value = match decimal(&written.value) {
            Some(value) if value >= 0.0 => value * factor,
            None if written.value.parse::<f64>().is_ok() || ["-", "", "null"].contains(&written.value.as_str()) => {
                self.oddities.add(NOT_A_NUMBER, || line);
                return Ok(());
            }
            _ => return Err(self.error(line, written.column, "a number that is not negative", quoted(&written.value))),
        };
        let first = self.units.entry((written.name.clone(), metric.to_string())).or_insert_with(|| unit.clone());
        if *first != unit {
            let expected = format!("{first} as before for {:?} {metric:?}", written.name);
            return Err(self.error(line, 0, &expected, quoted(&written.unit)));
        }
        self.values += 1;
        let value = Value { label: &written.name, metric, unit: &unit, better, value, failed: false };
        self.sink.sample(&Sample::Value(&value)).map_err(|rejected| ReadError::rejected(&self.path, line, rejected))
    }

    fn error(&self, line: u64, column: u64, expected: &str, found: impl Into<String>) -> ReadError {
        ReadError { column, ..ReadError::at(&self.path, line, expected, found, HINT) }
    }
}

/// Fields with their 1-based byte columns, between separators (`None`: blanks). A field in double quotes holds separators, and a
/// quote written twice. `None` where a quotation is not closed, or goes on behind its end.
fn fields(line: &str, separator: Option<char>) -> Option<Vec<(u64, String)>> {
    let is_end = |c: char| separator.map_or(c.is_ascii_whitespace(), |separator| c == separator);
    let line = line.trim_end();
    let mut found = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_ascii_start();
        if separator.is_none() && rest.is_empty() {
            return Some(found);
        }
        let column = (line.len() - rest.len()) as u64 + 1;
        let mut field = String::new();
        match rest.strip_prefix('"') {
            Some(mut quoted) => loop {
                let (part, behind) = quoted.split_once('"')?;
                field.push_str(part);
                match behind.strip_prefix('"') {
                    Some(more) => (quoted, field) = (more, field + "\""),
                    None => break rest = behind,
                }
            },
            None => {
                let end = rest.find(is_end).unwrap_or(rest.len());
                let (bare, behind) = rest.split_at_checked(end)?;
                field.push_str(bare.trim_end());
                rest = behind;
            }
        }
        found.push((column, field));
        match rest.chars().next() {
            None => return Some(found),
            Some(c) if is_end(c) => rest = rest.get(c.len_utf8()..)?,
            Some(_) => return None,
        }
    }
}

/// Stored unit and factor of a written one; a unit nobody knows keeps its word.
fn unit_of(word: &str) -> (Unit, f64) {
    match word {
        "ns" => (Unit::Ns, 1.0),
        "us" | "µs" | "μs" => (Unit::Ns, 1e3),
        "ms" => (Unit::Ns, 1e6),
        "s" => (Unit::Ns, 1e9),
        "B" => (Unit::Bytes, 1.0),
        "kB" => (Unit::Bytes, 1e3),
        "MB" => (Unit::Bytes, 1e6),
        "GB" => (Unit::Bytes, 1e9),
        "KiB" => (Unit::Bytes, 1024.0),
        "MiB" => (Unit::Bytes, 1_048_576.0),
        "GiB" => (Unit::Bytes, 1_073_741_824.0),
        other => (Unit::from_name(other), 1.0),
    }
}

/// Of a metric that everybody knows its own; less time and fewer bytes are better; of anything else nothing is known.
fn usual_direction(name: &str, unit: &Unit) -> Better {
    match metric::known(name).filter(|known| known.unit == *unit) {
        Some(known) => known.better,
        None if matches!(unit, Unit::Ns | Unit::Bytes) => Better::Lower,
        None => Better::Unknown,
    }
}

#[cfg(test)]
mod tests;
