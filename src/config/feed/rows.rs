//! The rows of a file: CSV with a header line, or JSON lines.

use crate::config::error::{ConfigError, cut};
use crate::config::value::parse_placeholder;
use crate::limits::{FEED_BYTES_MAX, FEED_COLUMNS_MAX, FEED_ROWS_MAX};
use crate::model::Rows;
use crate::source::{Input, Source, SourceError};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Integers up to here are exact in JSON as everybody reads it: 2⁵³.
const JSON_INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

/// Reads a file below a directory; errors call it as the user did.
pub fn read(directory: &Path, path: &Path) -> Result<Rows, ConfigError> {
    let name = path.display().to_string();
    let place = |error: SourceError| {
        let place = if error.line > 0 { format!("{name}:{}", error.line) } else { name.clone() };
        ConfigError::new(place, "rows of values: CSV with a header line, or JSON lines", error.found)
    };
    let source = Source::open(&Input::File(directory.join(path))).map_err(place)?;
    let mut filling = Filling { name: &name, rows: Rows::default() };
    if is_json(path, &source.head().bytes) {
        filling.json_lines(source).map_err(|error| error.or_placed(place))?;
    } else {
        filling.csv(source).map_err(|error| error.or_placed(place))?;
    }
    if filling.rows.is_empty() {
        return Err(ConfigError::new(name, "at least one row of values", "none"));
    }
    Ok(filling.rows)
}

/// By its ending where that says it, else by its first character.
fn is_json(path: &Path, head: &[u8]) -> bool {
    match path.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase).as_deref() {
        Some("json" | "jsonl" | "ndjson") => true,
        Some("csv" | "tsv") => false,
        _ => head.trim_ascii_start().starts_with(b"{"),
    }
}

/// What stands in the header line between two names.
fn delimiter(head: &[u8]) -> u8 {
    let header = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|delimiter| header.contains(delimiter)).unwrap_or(b',')
}

/// A mistake in the bytes, or in what they say.
enum Mistake {
    Source(SourceError),
    Said(ConfigError),
}

impl Mistake {
    fn or_placed(self, place: impl Fn(SourceError) -> ConfigError) -> ConfigError {
        match self {
            Mistake::Source(error) => place(error),
            Mistake::Said(error) => error,
        }
    }
}

impl From<SourceError> for Mistake {
    fn from(error: SourceError) -> Mistake {
        Mistake::Source(error)
    }
}

impl From<ConfigError> for Mistake {
    fn from(error: ConfigError) -> Mistake {
        Mistake::Said(error)
    }
}

struct Filling<'a> {
    name: &'a str,
    rows: Rows,
}

impl Filling<'_> {
    fn error(&self, line: u64, column: usize, expected: impl Into<String>, found: impl Into<String>) -> ConfigError {
        ConfigError::new(format!("{}:{line}:{column}", self.name), expected, found)
    }

    fn csv(&mut self, source: Source) -> Result<(), Mistake> {
        let delimiter = delimiter(&source.head().bytes);
        let mut records = source.csv(delimiter)?;
        while let Some(record) = records.next()? {
            let line = record.line;
            if record.is_malformed {
                return Err(self.error(line, 1, "quotes around whole values, and doubled within them", "other ones").into());
            }
            if self.rows.columns().is_empty() {
                let column = |index| {
                    let before = record.text.get(..record.span(index).start as usize).unwrap_or_default();
                    before.rsplit('\n').next().unwrap_or_default().chars().count() + 1
                };
                let names: Vec<(usize, &str)> = (0..record.len()).map(|index| (column(index), record.get(index).unwrap_or(""))).collect();
                self.begin(line, &names)?;
                continue;
            }
            let (expected, found) = (self.rows.columns().len(), record.len());
            if found != expected {
                return Err(self.error(line, 1, format!("{expected} values, as in the header"), found.to_string()).into());
            }
            self.make_room(line)?;
            record.iter().for_each(|value| self.rows.push(value));
        }
        if records.is_lossy() {
            return Err(ConfigError::new(self.name, "values in UTF-8", "other bytes").into());
        }
        Ok(())
    }

    fn json_lines(&mut self, source: Source) -> Result<(), Mistake> {
        let mut lines = source.lines()?;
        while let Some(line) = lines.next()? {
            let number = line.number;
            if line.text.trim().is_empty() {
                continue;
            }
            let row: BTreeMap<String, Value> = serde_json::from_str(line.text).map_err(|error| {
                let expected = "a row such as {\"user\":\"ann\",\"age\":7} in one line";
                let what = if error.is_eof() { "one that ends too early" } else { "another text" };
                self.error(number, error.column().max(1), expected, what)
            })?;
            if self.rows.columns().is_empty() {
                self.begin(number, &row.keys().map(|name| (1, name.as_str())).collect::<Vec<_>>())?;
            }
            if !row.keys().eq(self.rows.columns()) {
                let expected = format!("the keys of the first row: {}", self.rows.columns().join(", "));
                let found = row.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                return Err(self.error(number, 1, expected, cut(&found)).into());
            }
            self.make_room(number)?;
            for (name, value) in row {
                match text(&value) {
                    Some(text) => self.rows.push(&text),
                    None => {
                        let expected = format!("a text, a number of up to 15 digits, true or false for `{name}`");
                        return Err(self.error(number, 1, expected, "another value").into());
                    }
                }
            }
        }
        Ok(())
    }

    /// The names of the columns, each with its place in the line.
    fn begin(&mut self, line: u64, names: &[(usize, &str)]) -> Result<(), ConfigError> {
        let mut columns: Vec<String> = Vec::new();
        for (column, name) in names {
            let parsed = parse_placeholder(name.trim());
            let name = parsed.map_err(|mistake| self.error(line, *column, mistake.expected, mistake.found))?;
            if columns.contains(&name) {
                return Err(self.error(line, *column, "a name for each column", format!("`{name}` again")));
            }
            columns.push(name);
        }
        if columns.is_empty() || columns.len() > FEED_COLUMNS_MAX {
            return Err(self.error(line, 1, format!("1 to {FEED_COLUMNS_MAX} columns"), columns.len().to_string()));
        }
        self.rows = Rows::new(columns);
        Ok(())
    }

    fn make_room(&self, line: u64) -> Result<(), ConfigError> {
        if self.rows.len() >= FEED_ROWS_MAX {
            return Err(self.error(line, 1, format!("at most {FEED_ROWS_MAX} rows"), "one more"));
        }
        if self.rows.bytes() > FEED_BYTES_MAX {
            return Err(self.error(line, 1, format!("at most {FEED_BYTES_MAX} bytes of values"), "more"));
        }
        Ok(())
    }
}

/// A value as it stands in a request; `None` for what stands for no one text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(word) => Some(word.to_string()),
        Value::Number(number) => {
            // An integer that is too long was rounded when it was read.
            let is_exact = number.is_u64() || number.is_i64() || number.as_f64().is_some_and(|value| value.abs() < JSON_INTEGER_MAX);
            is_exact.then(|| number.to_string())
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
