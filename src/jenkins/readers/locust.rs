//! Locust's statistics: a summary a row, columns by position.

use super::Unread;
use crate::jenkins::arithmetic::{decimal, trunc};
use crate::jenkins::fold::{Fold, Sample, Summed};
use crate::source::{CsvRecord, Source};

/// The row that sums up the others.
const TOTAL: &str = "Aggregated";

/// Columns that are read.
const NAME: usize = 1;
const REQUESTS: usize = 2;
const FAILURES: usize = 3;
const AVERAGE: usize = 5;
const MIN: usize = 6;
const MAX: usize = 7;
const CONTENT_SIZE: usize = 8;

/// Reads a table with its header, whose names do not matter.
pub(super) fn read(source: Source, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let path = source.name().to_string();
    let mut records = source.csv(b',')?;
    let mut rows = -1_i64;
    let mut has_total = false;
    while let Some(record) = records.next()? {
        if record.is_malformed {
            return Err(Unread::at(&path, record.line, "a comma or line break behind a closing quote", "other text or none"));
        }
        rows += 1;
        if rows > 0 {
            has_total |= row(&path, &record, fold)?;
        }
    }
    if has_total {
        fold.side_fields.insert("samples".to_string(), (rows - 1).to_string());
    }
    Ok(())
}

/// Takes a row; whether it is the total.
fn row(path: &str, record: &CsvRecord<'_>, fold: &mut Fold<'_>) -> Result<bool, Unread> {
    let number = |index: usize, what: &str| {
        let text = record.get(index);
        text.and_then(decimal).map(trunc).ok_or_else(|| Unread::text(path, record.line, what, text))
    };
    let name = record.get(NAME).ok_or_else(|| Unread::at(path, record.line, "a name in column 2", "a shorter row"))?;
    let (requests, failures) = (number(REQUESTS, "a number of requests")?, number(FAILURES, "a number of failures")?);
    let average = number(AVERAGE, "an average response time")?;
    let (min, max) = (number(MIN, "a shortest response time")?, number(MAX, "a longest response time")?);
    let size = number(CONTENT_SIZE, "an average content size")?;
    // The plugin divides integers here, and that by zero is an error.
    let share = failures.checked_div(requests).ok_or_else(|| Unread::at(path, record.line, "requests", "0"))?;
    if name == TOTAL {
        let side = [("average", average), ("min", min), ("max", max)];
        fold.side_fields.extend(side.map(|(name, value)| (name.to_string(), value.to_string())));
        return Ok(true);
    }
    fold.push(&Sample {
        label: name,
        // The plugin takes the time of reading: all rows start at once.
        start_ms: 0,
        duration_ms: average,
        is_ok: failures == 0,
        code: "",
        size_kb: size.wrapping_mul(requests) as f64,
        summary: Some(Summed { plugin_errors: share as f32, requests, failures }),
    })?;
    Ok(false)
}
