//! What was measured, for people: how the load went, and a row of numbers for each series. No verdict.

use super::escape::log;
use super::table::{self, Column};
use super::{Entry, Needs, Style, document};
use crate::limits::{ERROR_KINDS_MAX, TEXT_COLUMNS_MAX};
use crate::model::humanize::quantity;
use crate::model::{LoadFacts, LoadModel, Percentile, Run, Series, Statistic, TransportFacts, Unit, metric};
use crate::output::{Output, OutputError, Report};
use std::fmt::Write as _;
use std::io::Write;

pub const ENTRY: Entry =
    Entry { name: "summary", about: "what was measured, in numbers for people", needs: Needs::Run, extension: "txt", open };

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::open(out, style, render)
}

fn render(report: &Report<'_>, style: &Style) -> Result<String, OutputError> {
    let mut text = String::new();
    for run in report.runs.iter().filter(|run| style.suite.as_deref().is_none_or(|only| only == run.suite)) {
        page(run, style, &mut text);
    }
    if text.is_empty() {
        return Err(OutputError("a summary needs at least one measured suite, found none".to_string()));
    }
    Ok(text)
}

fn page(run: &Run, style: &Style, text: &mut String) {
    let _ = writeln!(text, "{}", log(&run.suite));
    for (name, value) in run.load.iter().flat_map(load_lines) {
        let _ = writeln!(text, "  {name:<12}{value}");
    }
    if let Some(reason) = &run.aborted {
        let _ = writeln!(text, "  {:<12}{}", "given up", log(reason));
    }
    for (label, kind, count) in errors(run) {
        let _ = writeln!(text, "  {:<12}{}: {count} × {}", "error", log(label), log(kind));
    }
    let is_shown = |series: &&Series| style.verbose || run.load.as_ref().is_none_or(|load| is_main(&series.key.metric, load.model));
    let rows: Vec<_> = run.series.values().filter(is_shown).map(row).collect();
    let width = if style.verbose { None } else { Some(style.width.min(TEXT_COLUMNS_MAX)) };
    for line in table::lines(&COLUMNS, &rows, width) {
        text.push_str(&line);
        text.push('\n');
    }
    for note in &run.notes {
        let _ = writeln!(text, "  note: {}", log(&note.text));
    }
}

/// Of a load test, what people ask for first; the rest is in the stored run, or with `-v`. In a closed loop nothing waits
/// before it is sent, so that service time says the same as latency.
fn is_main(name: &str, model: LoadModel) -> bool {
    match name {
        metric::LATENCY | metric::CPU_PER_REQUEST => true,
        metric::SERVICE_TIME | metric::SCHEDULE_LAG => model == LoadModel::Open,
        _ => false,
    }
}

fn load_lines(load: &LoadFacts) -> Vec<(&'static str, String)> {
    let model = match load.model {
        LoadModel::Open => "open loop: the schedule decides when requests start",
        LoadModel::Closed => "closed loop: percentiles are conditional on waiting for each answer",
    };
    let mut lines = vec![
        ("load", format!("{model}, {} connections", load.connections)),
        ("requests", format!("{} planned, {} answered, {} failed, {} unsent", load.planned, load.completed, load.failed, load.unsent)),
        ("time", quantity(load.measured_ns as f64, &Unit::Ns)),
    ];
    if let (Some(planned), Some(achieved)) = (load.rate_planned, load.rate_achieved) {
        lines.push(("rate", format!("{} asked, {} achieved", quantity(planned, &Unit::PerSecond), quantity(achieved, &Unit::PerSecond))));
        let limit = quantity(load.max_lag_ns as f64, &Unit::Ns);
        lines.push(("generator", format!("{} of {} requests handled more than {limit} late", load.late, load.planned)));
    }
    lines.extend(load.schedule.clone().map(|schedule| ("schedule", schedule)));
    lines.extend(load.transport.iter().flat_map(transport_lines));
    if load.reconnects > 0 {
        lines.push(("reconnects", load.reconnects.to_string()));
    }
    lines
}

fn transport_lines(transport: &TransportFacts) -> Vec<(&'static str, String)> {
    let streams = transport.streams.map_or_else(String::new, |streams| format!(" ({streams} at a time on each connection)"));
    let mut lines = vec![("server", format!("{}, {}{streams}", transport.addresses.join(" "), transport.protocol))];
    if transport.retries > 0 {
        lines.push(("retries", format!("{} requests that the server had not looked at", transport.retries)));
    }
    if let Some(tls) = &transport.tls {
        let trust = if tls.verified { "verified" } else { "NOT VERIFIED" };
        let handshakes = if tls.resumption { format!("{} sessions resumed", tls.resumed) } else { "full handshakes".to_string() };
        lines.push(("TLS", format!("{}, {}, {trust}, {handshakes}", tls.version, tls.cipher)));
    }
    if transport.redirects > 0 {
        lines.push(("redirects", format!("{} followed", transport.redirects)));
    }
    lines
}

/// Label, class and number of the failures.
fn errors(run: &Run) -> impl Iterator<Item = (&str, &str, u64)> {
    let latencies = run.series.values().filter(|series| series.key.metric == metric::LATENCY);
    let kinds =
        latencies.flat_map(|series| series.error_kinds.iter().map(|(kind, count)| (series.key.label.as_str(), kind.as_str(), *count)));
    kinds.take(ERROR_KINDS_MAX)
}

const COLUMNS: [Column; 11] = [
    Column { title: "label", is_number: false, least: Some(10), is_optional: false },
    Column { title: "metric", is_number: false, least: Some(8), is_optional: false },
    number("samples", true),
    number("failed", false),
    number("rate", true),
    number("mean", true),
    number("p50", false),
    number("p95", false),
    number("p99", false),
    number("p99.9", true),
    number("max", false),
];

const fn number(title: &'static str, is_optional: bool) -> Column {
    Column { title, is_number: true, least: None, is_optional }
}

fn row(series: &Series) -> Vec<Option<String>> {
    let of = |statistic: Statistic| series.statistic(statistic).map(|value| quantity(value, &series.unit));
    let percentiles = [Percentile::P50, Percentile::P95, Percentile::P99, Percentile::P999].map(|p| of(Statistic::Percentile(p)));
    let names = [log(&series.key.label), log(&series.key.metric), series.judged().count.to_string()].map(Some);
    let failed = series.summary_ok.as_ref().map(|_| series.summary.errors.to_string());
    let rate = series.summary.throughput.map(|rate| quantity(rate, &Unit::PerSecond));
    names.into_iter().chain([failed, rate, of(Statistic::Mean)]).chain(percentiles).chain([of(Statistic::Max)]).collect()
}
