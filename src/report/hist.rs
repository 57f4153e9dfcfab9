//! Counts of response times between edges that the user names: the `hist[0,2ms,10ms]` of vegeta's users.

use super::bars::{bar, decimal_edges};
use super::escape::log;
use super::table::{self, Column};
use super::{Entry, Needs, Style, document};
use crate::model::humanize::quantity;
use crate::model::{Overall, Run, Unit, metric};
use crate::output::{Output, OutputError, Report};
use std::fmt::Write as _;
use std::io::Write;

pub const ENTRY: Entry = Entry {
    name: "hist",
    about: "response times between edges: `hist[0,2ms,10ms]`; without edges, round ones",
    needs: Needs::Run,
    extension: "txt",
    open,
};

/// Columns of the longest bar.
const BAR: usize = 40;

const COLUMNS: [Column; 4] = [
    Column { title: "Bucket", is_number: false, least: None, is_optional: false },
    Column { title: "#", is_number: true, least: None, is_optional: false },
    Column { title: "%", is_number: true, least: None, is_optional: false },
    Column { title: "Histogram", is_number: false, least: None, is_optional: true },
];

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::open(out, style, render)
}

fn render(report: &Report<'_>, style: &Style) -> Result<String, OutputError> {
    let runs: Vec<&Run> = report.runs.iter().filter(|run| style.suite.as_deref().is_none_or(|only| only == run.suite)).collect();
    let mut text = String::new();
    for run in &runs {
        let Some(latency) = Overall::of(run, metric::LATENCY) else { continue };
        if runs.len() > 1 {
            let _ = writeln!(text, "{}", log(&run.suite));
        }
        if latency.has_success() && latency.known() == 0 {
            let expected = "a histogram needs the single response times, or a histogram of them";
            return Err(OutputError(format!("{expected}; {:?} holds only a summary", run.suite)));
        }
        table_of(&latency, &style.edges_ns, &mut text);
    }
    if text.is_empty() {
        return Err(OutputError("a histogram of response times needs at least one request, found none".to_string()));
    }
    Ok(text)
}

fn table_of(latency: &Overall, edges_ns: &[u64], text: &mut String) {
    let edges: Vec<f64> = if edges_ns.is_empty() { decimal_edges(latency) } else { edges_ns.iter().map(|edge| *edge as f64).collect() };
    // Every value is in a bucket, as vegeta does it.
    let from_zero = Some(0.0).filter(|_| edges.first().is_some_and(|first| *first > 0.0));
    let edges: Vec<f64> = from_zero.into_iter().chain(edges).collect();
    let counts = latency.counts(&edges);
    let (total, most) = (latency.known(), counts.iter().max().copied().unwrap_or(0));
    let ns = |value: f64| if value == 0.0 { "0".to_string() } else { quantity(value, &Unit::Ns) };
    let rows = edges.iter().enumerate().zip(&counts).map(|((index, edge), count)| {
        let end = edges.get(index + 1).map_or_else(|| "∞".to_string(), |next| ns(*next));
        let share = if total == 0 { 0.0 } else { 100.0 * *count as f64 / total as f64 };
        [format!("[{}, {end})", ns(*edge)), count.to_string(), format!("{share:.2}"), bar(*count, most, BAR)].map(Some).to_vec()
    });
    for line in table::lines(&COLUMNS, &rows.collect::<Vec<_>>(), None) {
        text.push_str(line.trim_start());
        text.push('\n');
    }
    if latency.errors > 0 {
        let _ = writeln!(text, "{} of {} requests failed and are not in it", latency.errors, latency.count);
    }
}
