//! JMeter's CSV: columns by a header line that is itself split by a rougher rule than the rows.

use super::Unread;
use crate::jenkins::arithmetic::{boolean, integer};
use crate::jenkins::dates;
use crate::jenkins::fold::{Fold, Sample};
use crate::source::{CsvRecord, Source, digits, quoted};

const BYTES_PER_KB: f64 = 1024.0;
/// Delimiters that mean something else as a regular expression, which is what the plugin splits the header by; and the quote.
const NOT_PLAIN: &[u8] = b".$|()[{^?*+\\\"";

/// Places of the columns.
#[derive(Debug, Clone, Copy)]
struct Columns {
    time: usize,
    elapsed: usize,
    code: usize,
    success: usize,
    bytes: usize,
    sent_bytes: Option<usize>,
    label: usize,
}

/// How the times of a file are written: the first row decides.
#[derive(Debug, Clone, Copy)]
enum Clock {
    EpochMs,
    Date(&'static str),
}

/// Reads a file with a header line.
pub(super) fn read(source: Source, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let path = source.name().to_string();
    let head = String::from_utf8_lossy(&source.head().bytes).into_owned();
    let header = head.split(['\n', '\r']).next().unwrap_or_default();
    let (delimiter, columns) = columns(&path, header)?;
    let mut records = source.csv(delimiter)?;
    let mut clock = None;
    let mut is_header = true;
    while let Some(record) = records.next()? {
        if record.is_malformed {
            return Err(Unread::at(&path, record.line, "a delimiter or line break behind a closing quote", "other text or none"));
        }
        if !std::mem::take(&mut is_header) {
            row(&path, &record, &columns, &mut clock, fold)?;
        }
    }
    Ok(())
}

/// Delimiter and columns of a header.
fn columns(path: &str, header: &str) -> Result<(u8, Columns), Unread> {
    let delimiter = header.chars().find(|c| !c.is_alphabetic());
    let Some(delimiter) = delimiter.filter(|c| !NOT_PLAIN.contains(&u8::try_from(*c).unwrap_or(b'"'))).filter(char::is_ascii) else {
        return Err(Unread::at(path, 1, "a header of unquoted names with a plain delimiter", quoted(header)));
    };
    let names: Vec<&str> = header.split(delimiter).collect();
    let find = |name: &str| names.iter().rposition(|known| known.eq_ignore_ascii_case(name));
    let need = |name: &str| find(name).ok_or_else(|| Unread::at(path, 1, &format!("a column {name}"), quoted(header)));
    let label = names.iter().position(|name| name.eq_ignore_ascii_case("URL") || name.eq_ignore_ascii_case("label"));
    let columns = Columns {
        time: need("timeStamp")?,
        elapsed: need("elapsed")?,
        code: need("responseCode")?,
        success: need("success")?,
        bytes: need("bytes")?,
        sent_bytes: find("sentBytes"),
        label: label.ok_or_else(|| Unread::at(path, 1, "a column label or URL", quoted(header)))?,
    };
    Ok((delimiter as u8, columns))
}

#[inline]
fn row(path: &str, record: &CsvRecord<'_>, columns: &Columns, clock: &mut Option<Clock>, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let number = |index: usize, what: &str| {
        let text = record.get(index);
        let fast = text.and_then(|text| digits(text.as_bytes())).and_then(|value| i64::try_from(value).ok());
        fast.or_else(|| integer(text?)).ok_or_else(|| Unread::text(path, record.line, what, text))
    };
    let text = |index: usize, what: &str| record.get(index).ok_or_else(|| Unread::at(path, record.line, what, "a shorter row"));
    let duration_ms = number(columns.elapsed, "elapsed in whole milliseconds")?;
    let bytes = number(columns.bytes, "bytes as an integer")?;
    let sent = columns.sent_bytes.map_or(Ok(0), |index| number(index, "sentBytes as an integer"))?;
    fold.push(&Sample {
        label: text(columns.label, "a label")?,
        start_ms: time(path, record, text(columns.time, "a time")?, clock)?,
        duration_ms,
        is_ok: boolean(text(columns.success, "success")?),
        code: text(columns.code, "a response code")?,
        size_kb: bytes.wrapping_add(sent) as f64 / BYTES_PER_KB,
        summary: None,
    })
}

#[inline]
fn time(path: &str, record: &CsvRecord<'_>, text: &str, clock: &mut Option<Clock>) -> Result<i64, Unread> {
    let form = *clock.get_or_insert_with(|| {
        let date = dates::CSV_PATTERNS.into_iter().find(|pattern| dates::parse(text, pattern).is_some());
        date.map_or(Clock::EpochMs, Clock::Date)
    });
    let time = match form {
        Clock::EpochMs => digits(text.as_bytes()).and_then(|ms| i64::try_from(ms).ok()).or_else(|| integer(text)),
        Clock::Date(pattern) => dates::parse(text, pattern),
    };
    time.ok_or_else(|| Unread::text(path, record.line, "a time in the form of the first row", Some(text)))
}
