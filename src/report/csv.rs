//! One row a series: every number of its summary, in the series' own unit.

use super::escape::push_csv;
use super::{Entry, Needs, Style, document};
use crate::model::{Percentile, Run, Series};
use crate::output::{Output, OutputError, Report};
use std::io::Write;

pub const ENTRY: Entry = Entry { name: "csv", about: "one row of numbers for each series", needs: Needs::Run, extension: "csv", open };

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::open(out, style, render)
}

/// `count` and `errors` are of all attempts; `of` says which attempts the numbers after it describe.
const HEADER: &str = "suite,label,metric,unit,evidence,count,errors,throughput,of,mean,stddev,min,max,p50,p90,p95,p99,p99.9";

fn render(report: &Report<'_>, style: &Style) -> Result<String, OutputError> {
    let runs: Vec<_> = report.runs.iter().filter(|run| style.suite.as_ref().is_none_or(|only| *only == run.suite)).collect();
    if runs.iter().all(|run| run.series.is_empty()) {
        return Err(OutputError("a table of series needs at least one, found none; nothing was measured or read".to_string()));
    }
    let mut out = HEADER.as_bytes().to_vec();
    out.push(b'\n');
    for run in runs {
        for series in run.series.values() {
            push_row(&mut out, run, series);
        }
    }
    String::from_utf8(out).map_err(|error| OutputError(error.to_string()))
}

fn push_row(out: &mut Vec<u8>, run: &Run, series: &Series) {
    let judged = series.judged();
    let of = if series.summary_ok.is_some() { "ok" } else { "all" };
    for field in [&run.suite, &series.key.label, &series.key.metric, series.unit.as_str(), series.evidence.as_str()] {
        push_csv(out, field);
        out.push(b',');
    }
    let throughput = number(series.summary.throughput);
    out.extend_from_slice(format!("{},{},{throughput},{of}", series.summary.count, series.summary.errors).as_bytes());
    let percentiles = Percentile::STANDARD.iter().map(|percentile| judged.percentiles.get(percentile).copied());
    for value in [judged.mean, judged.stddev, judged.min, judged.max].into_iter().chain(percentiles) {
        out.push(b',');
        out.extend_from_slice(number(value).as_bytes());
    }
    out.push(b'\n');
}

/// The shortest form that reads back as the same number; empty where it is not known.
fn number(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(String::new, |value| value.to_string())
}
