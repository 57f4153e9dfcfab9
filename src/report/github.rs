//! Workflow commands that GitHub Actions shows beside the changed lines.

use super::escape::{workflow_data, workflow_property};
use super::{Entry, Needs, Style, document, facts};
use crate::limits::ANNOTATIONS_MAX;
use crate::model::{Finding, Verdict};
use crate::output::{Output, OutputError, Report};
use std::io::Write;

pub const ENTRY: Entry = Entry { name: "github", about: "annotations for GitHub Actions", needs: Needs::Outcome, extension: "txt", open };

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::open(out, style, render)
}

fn render(report: &Report<'_>, style: &Style) -> Result<String, OutputError> {
    let suites = facts::suites(report, style);
    let crossed = facts::crossed(&suites);
    let mut text: String = crossed.iter().take(ANNOTATIONS_MAX).map(|finding| annotation(finding)).collect();
    let more = crossed.len().saturating_sub(ANNOTATIONS_MAX);
    let rest = if more > 0 { format!("; {more} more that did not pass are in the report") } else { String::new() };
    let verdict = report.outcome.verdict.word();
    for caveat in facts::caveats(report.outcome) {
        text.push_str(&format!("::notice title={verdict}::{}\n", workflow_data(&caveat)));
    }
    text.push_str(&format!("::notice title={verdict}::{}\n", workflow_data(&format!("{}{rest}", facts::headline(report.outcome)))));
    Ok(text)
}

fn annotation(finding: &Finding) -> String {
    let level = if finding.verdict == Verdict::Unstable { "warning" } else { "error" };
    let series = format!("{} {} {}", finding.suite, finding.key.label, facts::measure(finding));
    let title = workflow_property(&format!("{} {}", finding.verdict.word(), series.split_whitespace().collect::<Vec<_>>().join(" ")));
    let place =
        finding.place.as_ref().map_or_else(String::new, |place| format!("file={},line={},", workflow_property(&place.path), place.line));
    format!("::{level} {place}title={title}::{}\n", workflow_data(&finding.sentence))
}
