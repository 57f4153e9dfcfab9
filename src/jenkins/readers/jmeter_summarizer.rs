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
            let pushed = Summary::of(&line).map_or(Ok(None), |summary| summary.push(fold))?;
            let expected = "a summary: label = count … Avg: Min: Max: Err: n (percent%)";
            pushed.ok_or_else(|| Unread::at(&path, number, expected, quoted(&line)))
        }
        None => Ok(()),
    }
}

/// What the summariser's line tells.
struct Summary<'a> {
    label: &'a str,
    start_ms: i64,
    samples: i64,
    average: i64,
    min: i64,
    max: i64,
    errors: Option<i64>,
    /// As written: the plugin shows it so.
    percent: &'a str,
}

impl<'a> Summary<'a> {
    /// The fields in their order; `None` where one of them is not there.
    fn of(line: &'a str) -> Option<Summary<'a>> {
        let date = line.split_once("INFO").map_or(line, |(date, _)| date);
        let start_ms = dates::CSV_PATTERNS.into_iter().find_map(|pattern| dates::parse(date, pattern));
        let (label, rest) = after(line, MARK)?.split_once('=')?;
        let samples = integer(word(rest)?)?;
        let (average, rest) = number_after(rest, "Avg:")?;
        let (min, rest) = number_after(rest, "Min:")?;
        let (max, rest) = number_after(rest, "Max:")?;
        let rest = after(rest, "Err:")?;
        let percent = after(rest, "(")?.split('%').next()?;
        let start_ms = start_ms.or_else(|| integer(date))?;
        Some(Summary { label: label.trim(), start_ms, samples, average, min, max, errors: word(rest).and_then(integer), percent })
    }

    /// Hands it over; `None` where the percentage is no number.
    fn push(&self, fold: &mut Fold<'_>) -> Result<Option<()>, Unread> {
        let Some(percent) = decimal(self.percent) else { return Ok(None) };
        let numbers = [("samples", self.samples), ("average", self.average), ("min", self.min), ("max", self.max)];
        fold.side_fields.extend(numbers.map(|(name, value)| (name.to_string(), value.to_string())));
        fold.side_fields.insert("error_percent".to_string(), self.percent.to_string());
        let failures = self.errors.unwrap_or_else(|| (percent / 100.0 * self.samples as f64).ceil() as i64);
        fold.push(&Sample {
            label: self.label,
            start_ms: self.start_ms,
            duration_ms: self.average,
            is_ok: true,
            summary: Some(Summed { plugin_errors: percent as f32, requests: self.samples, failures }),
            ..Sample::default()
        })?;
        Ok(Some(()))
    }
}

/// The integer behind the first `mark`, and the text that begins with it.
fn number_after<'a>(text: &'a str, mark: &str) -> Option<(i64, &'a str)> {
    let rest = after(text, mark)?;
    Some((integer(word(rest)?)?, rest))
}
