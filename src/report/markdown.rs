//! `report.md`: for a pull request, a step summary, an archive.

use super::escape::{code, markdown, shorten};
use super::{Entry, Needs, Style, document, facts};
use crate::limits::{MARKDOWN_BYTES_MAX, QUOTED_CHARS_MAX, REPORT_ROWS_MAX};
use crate::model::{Finding, Outcome, Run, SuiteOutcome, Verdict};
use crate::output::{Output, OutputError, Report};
use std::io::Write;

pub const ENTRY: Entry =
    Entry { name: "markdown", about: "the report as Markdown, as written to report.md", needs: Needs::Outcome, extension: "md", open };

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::open(out, style, render)
}

/// By which a comment of ours is found again. First line of the body.
const MARKER: &str = "<!-- neverslower:report:default -->";
/// Kept free for what closes the document.
const RESERVE_BYTES: usize = 4 * 1024;

fn render(report: &Report<'_>, style: &Style) -> Result<String, OutputError> {
    let suites = facts::suites(report, style);
    let outcome = report.outcome;
    let mut page = Page(format!("{MARKER}\n## {}: {}\n", outcome.verdict.word(), facts::headline(outcome)));
    for caveat in facts::caveats(outcome) {
        page.paragraph(&caveat);
    }
    let crossed = facts::crossed(&suites);
    page.reasons(&crossed);
    page.table(&crossed, REPORT_ROWS_MAX);
    let quarantined = facts::quarantined(&suites);
    page.details(&format!("{} in quarantine", quarantined.len()), !quarantined.is_empty(), |page| {
        page.reasons(&quarantined);
        page.table(&quarantined, REPORT_ROWS_MAX);
    });
    if !facts::next_steps(outcome).is_empty() {
        page.next_steps(outcome);
    }
    let is_passed = |finding: &Finding| finding.verdict == Verdict::Pass && finding.quarantined.is_none();
    let passed: Vec<_> = outcome.findings().filter(|f| is_passed(f) && suites.iter().any(|(s, _)| s.suite == f.suite)).collect();
    page.details(&format!("{} passed", passed.len()), !passed.is_empty(), |page| page.table(&passed, usize::MAX));
    page.details("What was measured, and what it was compared with", !suites.is_empty(), |page| page.suites(&suites));
    let notes = notes(outcome, &suites);
    page.details(&format!("Notes ({})", notes.len()), !notes.is_empty(), |page| page.bullets(&notes));
    Ok(page.0)
}

fn notes(outcome: &Outcome, suites: &[(&SuiteOutcome, Option<&Run>)]) -> Vec<String> {
    let mut notes: Vec<_> = outcome.notes.iter().map(|note| markdown(&facts::note(note))).collect();
    for (suite, _) in suites {
        let prefix = facts::prefix(&suite.suite, outcome);
        notes.extend(facts::notes(suite).iter().map(|note| markdown(&format!("{prefix}{note}"))));
    }
    notes
}

struct Page(String);

impl Page {
    fn paragraph(&mut self, text: &str) {
        self.0.push_str(&format!("\n{}\n", markdown(text)));
    }

    /// Adds each text while there is room, at most `rows`; says how many are left out.
    fn push_all(&mut self, texts: impl ExactSizeIterator<Item = String>, rows: usize) {
        let count = texts.len();
        for (done, text) in texts.enumerate() {
            if done >= rows || self.0.len() + text.len() + RESERVE_BYTES > MARKDOWN_BYTES_MAX {
                self.0.push_str(&format!("\n{} more are left out here; all of them are in outcome.json.\n", count - done));
                return;
            }
            self.0.push_str(&text);
        }
    }

    fn bullets(&mut self, items: &[String]) {
        self.0.push('\n');
        self.push_all(items.iter().map(|item| format!("- {item}\n")), usize::MAX);
    }

    /// A sentence each, and below the last one of a suite the command that shows it again.
    fn reasons(&mut self, crossed: &[&Finding]) {
        let following = crossed.iter().skip(1).map(Some).chain([None]);
        let reason = |(finding, next): (&&Finding, Option<&&Finding>)| {
            let place = finding.place.as_ref().map_or_else(String::new, |place| format!(" ({}:{})", place.path, place.line));
            let sentence = markdown(&format!("{}{place}", finding.sentence));
            let mut text = format!("- **{}** {}: {sentence}", facts::ending(finding), code(&finding.suite));
            if !finding.reproduce.is_empty() && next.is_none_or(|next| next.reproduce != finding.reproduce) {
                text.push_str(&format!("<br>Reproduce: {}", code(&finding.reproduce)));
            }
            text + "\n"
        };
        if !crossed.is_empty() {
            self.0.push('\n');
            let texts: Vec<_> = crossed.iter().zip(following).take(REPORT_ROWS_MAX).map(reason).collect();
            self.push_all(texts.into_iter(), REPORT_ROWS_MAX);
        }
    }

    fn table(&mut self, findings: &[&Finding], rows: usize) {
        if findings.is_empty() {
            return;
        }
        self.0.push_str("\n| verdict | suite | label | metric | before | after | change | interval | limit |\n");
        self.0.push_str("|---|---|---|---|--:|--:|--:|--:|--:|\n");
        self.push_all(findings.iter().map(|finding| row(finding)), rows);
    }

    fn suites(&mut self, suites: &[(&SuiteOutcome, Option<&Run>)]) {
        self.0.push_str(
            "\n| suite | verdict | measured | baseline | baseline file | environment | commit |\n|---|---|---|---|---|---|---|\n",
        );
        let row = |(suite, run): &(&SuiteOutcome, Option<&Run>)| {
            let cells = [
                code(&suite.suite),
                suite.verdict.word().to_string(),
                run.map_or_else(String::new, |run| markdown(&facts::recording(run))),
                markdown(&facts::baseline(&suite.baseline)),
                suite.baseline.path.as_deref().map_or_else(String::new, code),
                run.map_or_else(String::new, |run| markdown(&run.environment.key)),
                run.and_then(|run| run.commit.as_deref()).map_or_else(String::new, code),
            ];
            format!("| {} |\n", cells.join(" | "))
        };
        self.push_all(suites.iter().map(row), REPORT_ROWS_MAX);
    }

    fn next_steps(&mut self, outcome: &Outcome) {
        self.paragraph(facts::FIRST_USE);
        let steps: Vec<_> = outcome.next_steps.iter().map(|step| code(step)).collect();
        self.bullets(&steps);
    }

    /// Folded away, because it is not what a reader comes for.
    fn details(&mut self, summary: &str, is_there: bool, body: impl FnOnce(&mut Self)) {
        // What does not even leave room for its summary is not begun, so that every tag that is opened is closed.
        if is_there && self.0.len() + RESERVE_BYTES / 2 < MARKDOWN_BYTES_MAX {
            self.0.push_str(&format!("\n<details><summary>{summary}</summary>\n"));
            body(self);
            self.0.push_str("\n</details>\n");
        }
    }
}

fn row(finding: &Finding) -> String {
    let label = if finding.key.label.is_empty() { "(the suite)".to_string() } else { code(&shorten(&finding.key.label, QUOTED_CHARS_MAX)) };
    let prose = |text: Option<String>| text.map_or_else(String::new, |text| markdown(&text));
    let cells = [
        facts::ending(finding).to_string(),
        code(&finding.suite),
        label,
        markdown(&facts::measure(finding)),
        prose(facts::before(finding)),
        prose(facts::after(finding)),
        facts::change(finding).unwrap_or_default(),
        facts::interval(finding).unwrap_or_default(),
        markdown(&finding.threshold),
    ];
    format!("| {} |\n", cells.join(" | "))
}
