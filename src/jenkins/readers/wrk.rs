//! wrk's text: one sample a file, whatever it measured.

use super::Unread;
use super::words::word;
use crate::jenkins::arithmetic::integer;
use crate::jenkins::fold::{Fold, Sample, Summed};
use crate::source::{Source, quoted};

/// What the lines tell.
#[derive(Debug, Default)]
struct Told {
    label: Option<String>,
    average_ms: i64,
    max_ms: Option<i64>,
    requests: Option<i64>,
    /// Answers that wrk counts as errors.
    errors: Option<i64>,
    /// Requests without an answer, which the plugin passes over.
    socket_errors: i64,
}

/// Reads a result.
pub(super) fn read(source: Source, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let path = source.name().to_string();
    let mut lines = source.lines()?;
    let mut told = Told::default();
    while let Some(line) = lines.next()? {
        told.line(line.text).map_err(|expected| Unread::at(&path, line.number, expected, quoted(line.text)))?;
    }
    let side = [("max", told.max_ms), ("samples", told.requests), ("errors", told.errors)];
    fold.side_fields.extend(side.into_iter().filter_map(|(name, value)| Some((name.to_string(), value?.to_string()))));
    let errors = told.errors.unwrap_or(0);
    let label = told.label.ok_or_else(|| Unread::at(&path, 0, "a line `Running …`", "none"))?;
    fold.push(&Sample {
        label: &label,
        // The plugin takes the time of reading: it starts nowhere.
        start_ms: 0,
        duration_ms: told.average_ms,
        is_ok: true,
        summary: Some(Summed {
            plugin_errors: errors as f32,
            requests: told.requests.unwrap_or(0),
            failures: errors.saturating_add(told.socket_errors),
        }),
        ..Sample::default()
    })
}

impl Told {
    /// Takes a line; the error is what it should have been.
    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        let line = line.to_lowercase();
        let bare = without_units(&line);
        let words: Vec<&str> = bare.split_whitespace().collect();
        let as_written: Vec<&str> = line.split_whitespace().collect();
        let (first, second) = match words.as_slice() {
            [first, second, ..] => (*first, *second),
            _ => return Err("a line of at least two words"),
        };
        match first {
            "running" => self.label = Some(words.get(4).ok_or("`Running <time> test @ <url>`")?.to_string()),
            "latency" if second != "distribution" => {
                let time = |index: usize| as_written.get(index).and_then(|text| milliseconds(text));
                self.average_ms = time(1).ok_or("`Latency <average> <deviation> <max>`")?;
                self.max_ms = Some(time(3).ok_or("`Latency <average> <deviation> <max>`")?);
            }
            "non-2xx" => {
                let count = words.get(4).and_then(|text| text.parse::<i32>().ok());
                self.errors = Some(i64::from(count.ok_or("`Non-2xx or 3xx responses: <count>`")?));
            }
            "socket" => {
                let counts = words.iter().filter_map(|text| integer(text.trim_end_matches(',')));
                self.socket_errors = counts.fold(0, i64::saturating_add);
            }
            count if second == "requests" && integer(count).is_some() => {
                word(&line).filter(|_| as_written.len() > 2).ok_or("`<count> requests in …`")?;
                self.requests = integer(count);
            }
            _ => {}
        }
        Ok(())
    }
}

/// The line as the plugin splits it: with what it takes for units deleted, wherever they stand.
fn without_units(line: &str) -> String {
    let mut bare = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        let is_kb = |tail: &str| !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if c.is_ascii_digit() && behind.starts_with('s') {
            bare.push(c);
            rest = behind.get(1..).unwrap_or_default();
        } else if let Some(tail) = rest.strip_prefix("ms").or_else(|| rest.strip_prefix("mb")).or_else(|| rest.strip_prefix('%')) {
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix("kb").filter(|tail| is_kb(tail)) {
            rest = tail;
        } else {
            bare.push(c);
            rest = behind;
        }
    }
    bare
}

/// A time in the plugin's units: of the letters only `s`, `m`, `h` are seen, so microseconds read as seconds.
fn milliseconds(text: &str) -> Option<i64> {
    let unit: String = text.chars().filter(|c| matches!(c, 's' | 'm' | 'h')).collect();
    let value: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let factor = match unit.as_str() {
        "ms" => 1.0,
        "s" => 1000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        _ => 0.0,
    };
    let ms = (value.parse::<f64>().ok()? * factor).floor();
    Some(i64::from(ms as i32))
}
