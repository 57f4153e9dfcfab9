//! Iago's statistics log: a summary a line.

use super::{Reading, Unread};
use crate::jenkins::dates;
use crate::jenkins::fold::{Fold, Sample, Summed};
use crate::source::{Source, quoted};
use serde_json::{Map, Value};

/// Reads a log in which every line is a record.
pub(super) fn read(source: Source, reading: Reading<'_>, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let path = source.name().to_string();
    let mut lines = source.lines()?;
    while let Some(line) = lines.next()? {
        let sample = sample(line.text).ok_or_else(|| {
            Unread::at(&path, line.number, "`INF [date] stats: {…}` with requests, success and latencies", quoted(line.text))
        })?;
        fold.push(&Sample { label: reading.report_name, ..sample })?;
    }
    Ok(())
}

fn sample(line: &str) -> Option<Sample<'static>> {
    // Of several records on a line the last one counts, with the date of the first.
    let (date, json) = line.strip_prefix("INF [")?.strip_suffix('}')?.rsplit_once("] stats: {")?;
    let start_ms = dates::parse(date, dates::IAGO_PATTERN)?;
    let stats: Map<String, Value> = serde_json::from_str(&format!("{{{json}}}")).ok()?;
    let number = |name: &str| stats.get(name).and_then(Value::as_i64);
    let average = number("client/request_latency_ms_average")?;
    number("client/request_latency_ms_minimum")?;
    number("client/request_latency_ms_maximum")?;
    number("client/sent_bytes")?;
    let requests = number("client/requests")?;
    let invalid = match stats.get("validationErrors") {
        None => 0,
        Some(Value::Object(errors)) => errors.values().try_fold(0_i64, |sum, count| sum.checked_add(count.as_i64()?))?,
        Some(_) => return None,
    };
    let failures = requests.checked_sub(number("client/success")?)?.checked_add(invalid)?;
    let summary = Some(Summed { plugin_errors: failures as f32, requests, failures });
    Some(Sample { start_ms, duration_ms: average, is_ok: true, summary, ..Sample::default() })
}
