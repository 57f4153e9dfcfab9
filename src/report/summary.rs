//! What was measured, for people: requests in the layout that hey made familiar, everything else as a row of numbers for
//! each series. No verdict.

mod health;
mod requests;

use super::escape::log;
use super::table::{self, Column};
use super::{Entry, Needs, Style, document, facts};
use crate::limits::TEXT_COLUMNS_MAX;
use crate::model::humanize::quantity;
use crate::model::{Overall, Percentile, Run, Series, Statistic, Unit, metric};
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
    if run.partial {
        let _ = writeln!(text, "  PARTIAL: interrupted or cut; this is what was measured until then.");
    }
    if let Some(reason) = &run.aborted {
        let _ = writeln!(text, "  GIVEN UP: {}", log(reason));
    }
    let latency = Overall::of(run, metric::LATENCY);
    if let Some(latency) = &latency {
        requests::sections(run, latency, text);
    }
    let width = if style.verbose { None } else { Some(style.width.min(TEXT_COLUMNS_MAX)) };
    let rows = rows(run, style, latency.is_some());
    if !rows.is_empty() {
        let indent = if latency.is_some() { "\nSeries:\n" } else { "" };
        text.push_str(indent);
        for line in table::lines(&COLUMNS, &rows, width) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    if !run.notes.is_empty() && latency.is_some() {
        text.push('\n');
    }
    for note in &run.notes {
        let _ = writeln!(text, "  note: {}", log(&facts::note(note)));
    }
}

/// Of requests, the latency of each label where there are several, and what is no request's; the rest is in the stored run,
/// or with `-v`.
fn rows(run: &Run, style: &Style, has_requests: bool) -> Vec<Vec<Option<String>>> {
    let labels = run.series.keys().filter(|key| key.metric == metric::LATENCY).count();
    let is_shown = |series: &&Series| match series.key.metric.as_str() {
        _ if style.verbose || !has_requests => true,
        metric::LATENCY => labels > 1,
        metric::SERVER_TIMING | metric::COUNTER_PER_REQUEST => true,
        name => !metric::is_auxiliary(name),
    };
    run.series.values().filter(is_shown).map(row).collect()
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
