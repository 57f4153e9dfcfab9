//! JMeter's log: the last line that its summariser wrote.

use super::Unread;
use super::words::{after, word};
use crate::jenkins::arithmetic::{decimal, integer};
use crate::jenkins::dates;
use crate::jenkins::fold::{Fold, Sample, Summed};
use crate::source::{Source, quoted};

const MARK: &str = "Summariser:";

/// Reads a log. Without such a line there are no samples.
pub(super) fn read(source: Source, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let path = source.name().to_string();
    let mut lines = source.lines()?;
    let mut last = None;
    while let Some(line) = lines.next()? {
        if memchr::memmem::find(line.text.as_bytes(), MARK.as_bytes()).is_some() && line.text.contains('=') {
            last = Some((line.number, line.text.to_string()));
        }
    }
    match last {
        Some((number, line)) => {
            let expected = "a summary: label = count … Avg: Min: Max: Err: n (percent%)";
            summary(&line, fold)?.ok_or_else(|| Unread::at(&path, number, expected, quoted(&line)))
        }
        None => Ok(()),
    }
}

/// The fields in their order; `Some` where all are there.
fn summary(line: &str, fold: &mut Fold<'_>) -> Result<Option<()>, Unread> {
    let Some((sample, label, side)) = fields(line) else { return Ok(None) };
    fold.side_fields.extend(side.map(|(name, value)| (name.to_string(), value)));
    fold.push(&Sample { label: &label, ..sample })?;
    Ok(Some(()))
}

/// The sample without its label, the label, and what the plugin keeps beside.
fn fields(line: &str) -> Option<(Sample<'static>, String, [(&'static str, String); 5])> {
    let date = line.split_once("INFO").map_or(line, |(date, _)| date);
    let start_ms = dates::CSV_PATTERNS.into_iter().find_map(|pattern| dates::parse(date, pattern));
    let start_ms = start_ms.or_else(|| integer(date))?;
    let (label, rest) = after(line, MARK)?.split_once('=')?;
    let count = integer(word(rest)?)?;
    let rest = after(rest, "Avg:")?;
    let average = integer(word(rest)?)?;
    let rest = after(rest, "Min:")?;
    let min = integer(word(rest)?)?;
    let rest = after(rest, "Max:")?;
    let max = integer(word(rest)?)?;
    let rest = after(rest, "Err:")?;
    let errors = word(rest).and_then(integer);
    let percent = after(rest, "(")?.split('%').next()?;
    let plugin_errors = decimal(percent)? as f32;
    let failures = errors.unwrap_or_else(|| (f64::from(plugin_errors) / 100.0 * count as f64).ceil() as i64);
    let summary = Some(Summed { plugin_errors, requests: count, failures });
    let sample = Sample { start_ms, duration_ms: average, is_ok: true, summary, ..Sample::default() };
    let side = [
        ("samples", count.to_string()),
        ("average", average.to_string()),
        ("min", min.to_string()),
        ("max", max.to_string()),
        ("error_percent", percent.to_string()),
    ];
    Some((sample, label.trim().to_string(), side))
}
