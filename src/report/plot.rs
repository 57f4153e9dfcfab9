//! Response times as a picture: over time, and as a curve of percentiles. One SVG file that opens without a script.

mod panel;

use super::drawing::nice_step;
use super::escape::xml;
use super::{Entry, Needs, Style, document, drawing};
use crate::model::humanize::quantity;
use crate::model::{Overall, Percentile, Run, Unit, metric};
use crate::output::{Output, OutputError, Report};
use panel::Panel;
use std::fmt::Write as _;
use std::io::Write;

pub const ENTRY: Entry = Entry {
    name: "plot",
    about: "response times over time and by percentile, as one SVG picture",
    needs: Needs::Run,
    extension: "svg",
    open,
};

const WIDTH: f64 = 900.0;
/// Height of one suite's part.
const HEIGHT: f64 = 620.0;
/// Points of the percentile curve.
const POINTS: u32 = 200;
/// Nines beyond which no percentile is known to `Percentile`.
const NINES_MAX: f64 = 5.0;
const MEAN: &str = drawing::BLUE;
const MAX: &str = drawing::ORANGE;
const ERRORS: &str = drawing::RED;

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::open(out, style, render)
}

fn render(report: &Report<'_>, style: &Style) -> Result<String, OutputError> {
    let wanted = report.runs.iter().filter(|run| style.suite.as_deref().is_none_or(|only| only == run.suite));
    let runs: Vec<(&Run, Overall)> = wanted.filter_map(|run| Some((run, Overall::of(run, metric::LATENCY)?))).collect();
    if runs.is_empty() {
        return Err(OutputError("a plot of response times needs at least one request, found none".to_string()));
    }
    let mut svg = drawing::open(WIDTH, HEIGHT * runs.len() as f64, "img", "Response times");
    for (index, (run, latency)) in runs.iter().enumerate() {
        let _ = writeln!(svg, "<g transform=\"translate(0 {})\">", HEIGHT * index as f64);
        let _ = writeln!(svg, "<text x=\"70\" y=\"24\" font-size=\"16\">{}</text>", xml(&headline(run, latency)));
        over_time(run, &mut svg);
        by_percentile(latency, &mut svg);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn headline(run: &Run, latency: &Overall) -> String {
    let of = |parts: u32| Percentile::from_parts(parts).and_then(|percentile| latency.percentile(percentile));
    let shown = [("p50", 50_000), ("p95", 95_000), ("p99", 99_000)];
    let known = shown.iter().filter_map(|(name, parts)| Some(format!("{name} {}", quantity(of(*parts)?, &Unit::Ns))));
    let counts = format!("{} requests, {} failed", latency.count, latency.errors);
    let partial = if run.partial { "partial: ".to_string() } else { String::new() };
    [format!("{partial}{}: {counts}", run.suite)].into_iter().chain(known).collect::<Vec<_>>().join(", ")
}

fn time(ns: f64) -> String {
    if ns == 0.0 { "0".to_string() } else { quantity(ns, &Unit::Ns) }
}

/// Mean and slowest of each window of time, and where requests failed.
fn over_time(run: &Run, svg: &mut String) {
    let seconds = |ns: u64| ns as f64 / 1e9;
    let end = run.windows.last().map_or(0.0, |window| seconds(window.start_ns + window.width_ns));
    let highest = run.windows.iter().map(|window| window.latency_max_ns as f64).fold(0.0, f64::max);
    let panel = Panel { top: 60.0, x_max: end, y_max: highest };
    let step = nice_step(end, 8);
    let ticks = (0..=8).map(|tick| f64::from(tick) * step).take_while(|at| *at <= end * 1.001);
    panel.frame("time since the start", ticks.map(|at| (at, time(at * 1e9))), svg);
    let middle = |start_ns: u64, width_ns: u64| seconds(start_ns) + seconds(width_ns) / 2.0;
    let busy = || run.windows.iter().filter(|window| window.count > 0);
    panel.line(busy().map(|w| (middle(w.start_ns, w.width_ns), w.latency_max_ns as f64)), MAX, svg);
    panel.line(busy().map(|w| (middle(w.start_ns, w.width_ns), w.latency_mean_ns)), MEAN, svg);
    let mut legend = vec![("mean of each window", MEAN), ("slowest", MAX)];
    if run.windows.iter().any(|window| window.errors > 0) {
        legend.push(("share that failed, full height is all", ERRORS));
    }
    for window in run.windows.iter().filter(|window| window.errors > 0) {
        let share = window.errors as f64 / window.count.max(1) as f64;
        panel.column((seconds(window.start_ns), seconds(window.width_ns)), share, ERRORS, svg);
    }
    panel.legend(&legend, svg);
}

/// The time within which each share of the requests was answered; the axis stretches the tail by its nines.
fn by_percentile(latency: &Overall, svg: &mut String) {
    let nines = (latency.known().max(1) as f64).log10().clamp(1.0, NINES_MAX);
    let at = |nines: f64| {
        let parts = (100_000.0 * (1.0 - 10f64.powf(-nines))).round() as u32;
        latency.percentile(Percentile::from_parts(parts)?)
    };
    let points: Vec<(f64, f64)> =
        (0..=POINTS).map(|n| nines * f64::from(n) / f64::from(POINTS)).filter_map(|x| Some((x, at(x)?))).collect();
    let highest = points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let panel = Panel { top: 350.0, x_max: nines, y_max: highest };
    let ticks = [(0.0, "0"), (0.301, "p50"), (1.0, "p90"), (2.0, "p99"), (3.0, "p99.9"), (4.0, "p99.99"), (5.0, "p99.999")];
    let shown = ticks.iter().filter(|(at, _)| *at <= nines * 1.001).map(|(at, name)| (*at, (*name).to_string()));
    panel.frame("share of the successful requests", shown, svg);
    panel.line(points.into_iter(), MEAN, svg);
    panel.legend(&[("answered within this time", MEAN)], svg);
}
