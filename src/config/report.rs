//! Kinds of reports as they are typed: a name, for `hist` with the edges of its buckets.

use super::error::{ConfigError, known, typed};
use super::plan::Tables;
use crate::judge::expression::{ExpressionError, parse_duration};
use crate::limits::HISTOGRAM_EDGES_MAX;
use std::path::PathBuf;

/// The one kind that takes an argument.
const WITH_EDGES: &str = "hist";
const EDGES: &str = "edges of buckets such as `hist[0,2ms,10ms]`";

/// `--report KIND[=PATH]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRequest {
    pub kind: String,
    /// The edges of `hist[0,2ms,10ms]`, ns.
    pub edges_ns: Vec<u64>,
    /// Standard output when absent.
    pub path: Option<PathBuf>,
}

impl ReportRequest {
    /// A report on standard output.
    pub fn new(kind: &str) -> ReportRequest {
        ReportRequest { kind: kind.to_string(), edges_ns: Vec::new(), path: None }
    }
}

/// A kind with its argument, to standard output.
pub fn parse(flag: &str, text: &str, tables: &Tables<'_>) -> Result<ReportRequest, ConfigError> {
    let name = text.split('[').next().unwrap_or(text);
    known(flag, name, tables.reports, "a report of `neverslower list reports`")?;
    Ok(ReportRequest { edges_ns: typed(flag, text, |text| edges(name, text))?, ..ReportRequest::new(name) })
}

/// The edges in ns; none where none are typed.
fn edges(name: &str, text: &str) -> Result<Vec<u64>, ExpressionError> {
    let argument = text.strip_prefix(name).unwrap_or_default();
    if argument.is_empty() {
        return Ok(Vec::new());
    }
    let wrong = |column: usize, expected: &str, found: &str| ExpressionError {
        column,
        expected: expected.to_string(),
        found: if found.is_empty() { "the end".to_string() } else { format!("`{found}`") },
    };
    let start = name.chars().count() + 1;
    if name != WITH_EDGES {
        return Err(wrong(start, &format!("nothing after `{name}`"), argument));
    }
    let inside = argument.strip_prefix('[').unwrap_or_default();
    let Some(inside) = inside.strip_suffix(']') else {
        return Err(wrong(text.chars().count() + 1, "`]`", ""));
    };
    let mut edges: Vec<u64> = Vec::new();
    let mut column = start + 1;
    for word in inside.split(',') {
        let trimmed = word.trim();
        let at = column + word.chars().take_while(|c| c.is_whitespace()).count();
        if trimmed.is_empty() {
            return Err(wrong(at, EDGES, ""));
        }
        let edge = edge(trimmed).map_err(|error| ExpressionError { column: at + error.column - 1, ..error })?;
        if edges.last().is_some_and(|last| *last >= edge) {
            return Err(wrong(at, "an edge above the one before", trimmed));
        }
        if edges.len() >= HISTOGRAM_EDGES_MAX {
            return Err(wrong(at, &format!("at most {HISTOGRAM_EDGES_MAX} edges"), trimmed));
        }
        edges.push(edge);
        column += word.chars().count() + 1;
    }
    Ok(edges)
}

/// A time; 0 needs no unit.
fn edge(text: &str) -> Result<u64, ExpressionError> {
    if text == "0" {
        return Ok(0);
    }
    Ok(u64::try_from(parse_duration(text)?.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::config::plan::Tables;

    const TABLES: Tables<'_> = Tables { formats: &[], reports: &[("hist", ""), ("json", "")] };

    /// The kind and its edges, or the error.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = parse("--report", text, &TABLES);
        let shown = found.map_or_else(|error| error.to_string(), |report| format!("{} {:?}", report.kind, report.edges_ns));
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_histogram_takes_its_edges() {
        check("json", "json []");
        check("hist", "hist []");
        check("hist[0,2ms,10ms]", "hist [0, 2000000, 10000000]");
        check("hist[ 1ms , 1s500ms ]", "hist [1000000, 1500000000]");
    }

    #[test]
    fn mistakes_have_their_column() {
        check("jsn", "--report: expected a report of `neverslower list reports`, found `jsn`; did you mean `json`?\n | jsn\n | ^^^");
        check("json[1ms]", "--report: expected nothing after `json`, found `[1ms]`\n | json[1ms]\n |     ^^^^^");
        check("hist[0,2ms", "--report: expected `]`, found the end\n | hist[0,2ms\n |           ^");
        check("hist[]", "--report: expected edges of buckets such as `hist[0,2ms,10ms]`, found the end\n | hist[]\n |      ^");
        check("hist[0,2]", "--report: expected a unit: ns, us, ms, s, m or h, found the end\n | hist[0,2]\n |         ^");
        check(
            "hist[0, fast]",
            "--report: expected a duration such as `10s`, `1m30s` or `250ms`, found `fast`\n | hist[0, fast]\n |         ^^^^^",
        );
        check("hist[2ms,1ms]", "--report: expected an edge above the one before, found `1ms`\n | hist[2ms,1ms]\n |          ^^^^");
    }
}
