//! Counters that a server shows, before and after a load: what one request makes it do, whatever machine it runs on.

mod exposition;
mod json;

use crate::limits::{COUNTER_NAME_BYTES_MAX, COUNTERS_MAX, COUNTERS_NOTED_MAX, SCRAPE_BYTES_MAX, SCRAPE_TIMEOUT};
use crate::model::{Better, Note, Series, SeriesKey, Unit, metric};
use crate::net;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::AtomicBool;
use wildmatch::WildMatch;

/// Why there are no counters: which URL, what was expected, what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrapeError(String);

impl fmt::Display for ScrapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScrapeError {}

/// What the counters of a server stood at: name (with its labels) and value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counters(BTreeMap<String, f64>);

impl Counters {
    /// Reads them at an `http://` URL: Prometheus text, or a JSON object as Go's expvar and go-metrics show it.
    pub fn read(url: &str, interrupted: &AtomicBool) -> Result<Counters, ScrapeError> {
        let refused = |why: String| ScrapeError(format!("scrape: the counters at {url} could not be read: {why}"));
        let body = net::fetch(url, SCRAPE_BYTES_MAX, SCRAPE_TIMEOUT, interrupted).map_err(|error| refused(error.0))?;
        Counters::parse(&body).map_err(refused)
    }

    /// The counters of a document; an error where it shows none.
    fn parse(body: &[u8]) -> Result<Counters, String> {
        let text = str::from_utf8(body).map_err(|_| "expected UTF-8 text".to_string())?;
        let counters = if text.trim_start().starts_with('{') { json::counters(text)? } else { exposition::counters(text)? };
        if counters.is_empty() {
            return Err("expected counters (Prometheus text or a JSON object), found none".to_string());
        }
        Ok(Counters(counters))
    }
}

/// Three readings: two in a row before the load, so that what a reading itself adds is known and taken off; one after it.
#[derive(Debug, Clone)]
pub struct Readings {
    pub first: Counters,
    pub second: Counters,
    pub after: Counters,
}

impl Readings {
    /// By how much each counter rose for each completed request, and what is to be said about the others. `only` are globs
    /// of names; empty: all. An error where they match none.
    pub fn per_request(&self, only: &[String], completed: u64) -> Result<(Vec<Series>, Vec<Note>), ScrapeError> {
        let patterns: Vec<WildMatch> = only.iter().map(|pattern| WildMatch::new(pattern)).collect();
        let is_asked = |name: &str| {
            let bare = name.split('{').next().unwrap_or(name);
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name) || pattern.matches(bare))
        };
        let (mut series, mut fallen, mut beyond) = (Vec::new(), Vec::new(), 0u64);
        let gone = self.second.0.keys().filter(|name| !self.after.0.contains_key(*name) && is_asked(name));
        fallen.extend(gone.map(String::as_str));
        for (name, after) in self.after.0.iter().filter(|(name, _)| is_asked(name)) {
            match self.rise(name, *after) {
                None => fallen.push(name),
                Some(_) if series.len() == COUNTERS_MAX || name.len() > COUNTER_NAME_BYTES_MAX => beyond += 1,
                Some(rise) => series.push(per_request(name, rise, completed)),
            }
        }
        if series.is_empty() && fallen.is_empty() && beyond == 0 {
            let shown = self.after.0.len();
            return Err(ScrapeError(format!("scrape_match: none of the {shown} counters that the server shows has such a name")));
        }
        Ok((series, fallen_note(&fallen).into_iter().chain(beyond_note(beyond)).collect()))
    }

    /// By how much a counter rose under the load; `None` where it fell, which no counter does in a server that lives on. One
    /// that was not shown before stood at 0: labels appear when they are first counted.
    fn rise(&self, name: &str, after: f64) -> Option<f64> {
        let at = |counters: &Counters| counters.0.get(name).copied().unwrap_or(0.0);
        let (first, second) = (at(&self.first), at(&self.second));
        let by_reading = second - first;
        (by_reading >= 0.0 && after >= second).then(|| (after - second - by_reading).max(0.0))
    }
}

fn per_request(name: &str, rise: f64, completed: u64) -> Series {
    let (unit, scale) = unit(name);
    let key = SeriesKey::new(name, metric::COUNTER_PER_REQUEST);
    Series::point(key, unit, Better::Lower, rise * scale / completed.max(1) as f64)
}

/// What a counter counts, as its name says (Prometheus and OpenMetrics: the unit is the last word before `_total`, `_sum`;
/// Go: `TotalAlloc`, `PauseTotalNs`), and what makes a value of it one in that unit.
fn unit(name: &str) -> (Unit, f64) {
    let bare = name.split('{').next().unwrap_or(name);
    let stem = bare.strip_suffix("_total").or_else(|| bare.strip_suffix("_sum")).unwrap_or(bare);
    let last = stem.rsplit(['_', '.', ':']).next().unwrap_or(stem);
    match last {
        "bytes" | "TotalAlloc" => (Unit::Bytes, 1.0),
        "seconds" => (Unit::Ns, 1e9),
        "milliseconds" => (Unit::Ns, 1e6),
        "microseconds" => (Unit::Ns, 1e3),
        "nanoseconds" | "ns" | "PauseTotalNs" => (Unit::Ns, 1.0),
        _ => (Unit::Count, 1.0),
    }
}

fn fallen_note(fallen: &[&str]) -> Option<Note> {
    let named: Vec<&str> = fallen.iter().take(COUNTERS_NOTED_MAX).copied().collect();
    (!fallen.is_empty()).then(|| {
        Note::text(format!(
            "{} scraped counters fell or vanished under the load and are no series (a restart, or no counters): {}{}",
            fallen.len(),
            named.join(", "),
            if fallen.len() > named.len() { ", …" } else { "" }
        ))
    })
}

fn beyond_note(beyond: u64) -> Option<Note> {
    let text = || format!("{beyond} further scraped counters are not kept, the bound is {COUNTERS_MAX}; choose with scrape_match");
    (beyond > 0).then(|| Note::text(text()))
}

#[cfg(test)]
mod tests;
