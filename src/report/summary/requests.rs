//! The page of requests: the sections of hey's report, in its order, with how the generator did on the first screen.

use super::super::bars::{bar, even_edges};
use super::super::escape::log;
use super::super::table::{self, Column};
use super::health;
use crate::limits::{ERROR_EXAMPLES_MAX, ERROR_KINDS_MAX};
use crate::model::humanize::quantity;
use crate::model::{Overall, Percentile, Run, Unit, metric};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Percentiles shown, in parts per 100,000.
const SHOWN: [u32; 8] = [10_000, 25_000, 50_000, 75_000, 90_000, 95_000, 99_000, 99_900];
/// Rows of the histogram, as in hey.
const ROWS: usize = 11;
/// Columns of its longest bar.
const BAR: usize = 40;
/// Columns of the name of a line about the generator, and of the whole line.
const NAME: usize = 12;
const TEXT: usize = 96;

/// Everything that is told of requests.
pub fn sections(run: &Run, latency: &Overall, text: &mut String) {
    summary(run, latency, text);
    if let Some(load) = &run.load {
        section("Generator health", health::lines(run, load).iter().flat_map(|(name, value)| wrapped(name, value)), text);
    }
    section("Response time histogram", histogram(latency).into_iter(), text);
    section("Latency distribution", percentiles(latency).into_iter(), text);
    section("Details", phases(run).into_iter(), text);
    section("Status code distribution", run.status_codes.iter().map(|(code, count)| format!("[{code}]\t{count} responses")), text);
    section("Error distribution", errors(run).into_iter(), text);
}

/// A title and its lines, two spaces in; nothing where there is none.
fn section(title: &str, lines: impl Iterator<Item = String>, text: &mut String) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "\n{title}:");
    for line in lines {
        let _ = writeln!(text, "  {}", line.replace('\t', "  ").trim_end());
    }
}

/// A name and its text, which goes on below itself where it is long.
fn wrapped(name: &str, text: &str) -> Vec<String> {
    let mut lines = vec![format!("{name:<NAME$}")];
    for word in text.split(' ') {
        let is_full = lines.last().is_some_and(|line| line.chars().count() + word.chars().count() > TEXT);
        if is_full {
            lines.push(" ".repeat(NAME));
        }
        if let Some(line) = lines.last_mut() {
            let gap = if line.ends_with(' ') && line.chars().count() <= NAME { "" } else { " " };
            line.push_str(gap);
            line.push_str(word);
        }
    }
    lines
}

fn summary(run: &Run, latency: &Overall, text: &mut String) {
    let ns = |value: f64| quantity(value, &Unit::Ns);
    let total = run.load.as_ref().map_or(run.duration_ns, |load| load.measured_ns);
    let size = Overall::of(run, metric::BYTES_IN).and_then(|size| Some((size.sum?, size.count)));
    let wire = if run.load.is_some() { " on the wire" } else { "" };
    let bytes = |value: f64| quantity(value, &Unit::Bytes);
    let failed = if latency.errors > 0 { format!("{} of {} failed", latency.errors, latency.count) } else { String::new() };
    let lines = [
        ("Total", (total > 0).then(|| ns(total as f64))),
        ("Slowest", latency.max.map(ns)),
        ("Fastest", latency.min.map(ns)),
        ("Average", latency.mean.map(ns)),
        ("Requests/sec", latency.throughput.map(|rate| quantity(rate, &Unit::PerSecond))),
        ("Failed", Some(failed).filter(|failed| !failed.is_empty())),
        ("Total data", size.map(|(total, _)| format!("{}{wire}", bytes(total)))),
        ("Size/request", size.map(|(total, count)| bytes(total / count as f64))),
    ];
    let of = match (latency.errors, latency.has_success()) {
        (0, _) => "",
        (_, true) => " (times and rate of the successful requests)",
        (_, false) => " (no request succeeded; times of the failed ones)",
    };
    section(
        &format!("Summary{of}"),
        lines.into_iter().filter_map(|(name, value)| Some(format!("{:<15}{}", format!("{name}:"), value?))),
        text,
    );
}

fn histogram(latency: &Overall) -> Vec<String> {
    if latency.known() == 0 {
        return Vec::new();
    }
    let edges = even_edges(latency, ROWS, latency.percentile(Percentile::P99));
    // A bucket ends with its upper edge: what lies below the next edge but not below this one.
    let lower: Vec<f64> = std::iter::once(0.0).chain(edges.iter().take(edges.len().saturating_sub(1)).copied()).collect();
    let counts = latency.counts(&lower);
    let most = counts.iter().max().copied().unwrap_or(0);
    let shown: Vec<(String, String)> =
        edges.iter().zip(&counts).map(|(edge, count)| (quantity(*edge, &Unit::Ns), format!("[{count}]"))).collect();
    let widest = |of: fn(&(String, String)) -> &String| shown.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (edge_width, count_width) = (widest(|row| &row.0), widest(|row| &row.1));
    let line = |((edge, count), times): (&(String, String), &u64)| {
        format!("{edge:>edge_width$} {count:<count_width$} |{}", bar(*times, most, BAR))
    };
    shown.iter().zip(&counts).map(line).collect()
}

fn percentiles(latency: &Overall) -> Vec<String> {
    let known = SHOWN.into_iter().filter_map(|parts| {
        let percentile = Percentile::from_parts(parts)?;
        let value = quantity(latency.percentile(percentile)?, &Unit::Ns);
        Some(format!("{:>5} in {value}", format!("{}%", f64::from(parts) / 1000.0)))
    });
    known.collect()
}

const PHASES: [(&str, &str); 5] = [
    (metric::QUEUE_WAIT, "waiting for a connection"),
    (metric::CONNECT, "connecting"),
    (metric::FIRST_BYTE, "first byte"),
    (metric::SERVICE_TIME, "whole answer"),
    (metric::SCHEDULE_LAG, "generator's own lag"),
];

const COLUMNS: [Column; 7] =
    [word("phase"), number("requests"), number("average"), number("fastest"), number("p50"), number("p99"), number("slowest")];

const fn word(title: &'static str) -> Column {
    Column { title, is_number: false, least: None, is_optional: false }
}

const fn number(title: &'static str) -> Column {
    Column { title, is_number: true, least: None, is_optional: false }
}

/// A row for each phase that was measured.
fn phases(run: &Run) -> Vec<String> {
    let rows: Vec<Vec<Option<String>>> = PHASES
        .iter()
        .filter_map(|(name, words)| {
            let phase = Overall::of(run, name)?;
            let ns = |value: Option<f64>| value.map(|value| quantity(value, &Unit::Ns));
            let of = |percentile: Percentile| ns(phase.percentile(percentile));
            let numbers = [ns(phase.mean), ns(phase.min), of(Percentile::P50), of(Percentile::P99), ns(phase.max)];
            Some([Some((*words).to_string()), Some(phase.count.to_string())].into_iter().chain(numbers).collect())
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    table::lines(&COLUMNS, &rows, None).into_iter().map(|line| line.trim_start_matches("  ").to_string()).collect()
}

/// Failures by class, the most frequent first, each with a few of the messages that came with it.
fn errors(run: &Run) -> Vec<String> {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let latencies = run.series.values().filter(|series| series.key.metric == metric::LATENCY);
    for (kind, count) in latencies.flat_map(|series| &series.error_kinds) {
        *kinds.entry(kind).or_default() += count;
    }
    let mut sorted: Vec<(&str, u64)> = kinds.into_iter().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let line = |(kind, count): (&str, u64)| {
        let examples = examples(run, kind);
        let examples = if examples.is_empty() { String::new() } else { format!(": {}", examples.join("; ")) };
        format!("[{count}]\t{}{}", log(kind), log(&examples))
    };
    sorted.into_iter().take(ERROR_KINDS_MAX).map(line).collect()
}

/// What failures of a class said, each text once.
fn examples(run: &Run, kind: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for exemplar in run.exemplars.iter().filter(|exemplar| exemplar.error.as_deref() == Some(kind)) {
        let text = format!("{} {}", exemplar.code, exemplar.detail).trim().to_string();
        if !text.is_empty() && !texts.contains(&text) && texts.len() < ERROR_EXAMPLES_MAX {
            texts.push(text);
        }
    }
    texts
}
