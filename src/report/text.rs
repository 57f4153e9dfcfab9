//! The report for the terminal: the verdict first, then why, then the numbers. Understood without colour, in 80 columns,
//! by ear.

use super::escape::{log, shorten};
use super::page::Page;
use super::table::{self, Column};
use super::{Entry, Needs, Style, document, facts};
use crate::limits::{QUOTED_CHARS_MAX, TEXT_ROWS_MAX, TEXT_SENTENCES_MAX};
use crate::model::{Finding, Outcome, Run, SuiteOutcome, Verdict};
use crate::output::{Output, OutputError, Report};
use std::io::Write;

pub const ENTRY: Entry =
    Entry { name: "text", about: "verdict, reasons and numbers for the terminal", needs: Needs::Outcome, extension: "txt", open };

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::open(out, style, render)
}

const COLUMNS: [Column; 8] = [
    column("verdict", false, None),
    column("label", false, Some(12)),
    column("metric", false, Some(11)),
    column("before", true, None),
    column("after", true, None),
    column("change", true, None),
    Column { title: "interval", is_number: true, least: None, is_optional: true },
    Column { title: "limit", is_number: true, least: None, is_optional: true },
];

const fn column(title: &'static str, is_number: bool, least: Option<usize>) -> Column {
    Column { title, is_number, least, is_optional: false }
}

fn render(report: &Report<'_>, style: &Style) -> Result<String, OutputError> {
    let mut page = Page { text: String::new(), style };
    let suites = facts::suites(report, style);
    page.headline(report.outcome);
    page.reasons(&facts::crossed(&suites), report.outcome);
    page.quarantined(&facts::quarantined(&suites), report.outcome);
    let next_steps = facts::next_steps(report.outcome);
    if !next_steps.is_empty() {
        page.next_steps(next_steps);
    }
    for (suite, run) in &suites {
        page.suite(suite, *run);
    }
    let mut notes: Vec<String> = report.outcome.notes.iter().map(facts::note).collect();
    for (suite, _) in &suites {
        let prefix = facts::prefix(&suite.suite, report.outcome);
        notes.extend(facts::notes(suite).into_iter().map(|note| format!("{prefix}{note}")));
    }
    page.notes(&notes);
    page.files(&style.files);
    let is_folded = !style.verbose && suites.iter().any(|(suite, _)| facts::passed(suite) > 0);
    if is_folded {
        page.text.push_str("\n-v lists what passed.\n");
    }
    Ok(page.text)
}

impl Page<'_> {
    fn headline(&mut self, outcome: &Outcome) {
        self.told(outcome.verdict, &format!("{}: {}", outcome.verdict.word(), facts::headline(outcome)));
        for caveat in facts::caveats(outcome) {
            self.wrapped("", &caveat);
        }
    }

    fn next_steps(&mut self, steps: &[String]) {
        self.text.push('\n');
        self.wrapped("", facts::FIRST_USE);
        for step in steps {
            self.command("", step);
        }
    }

    /// One sentence for each crossed threshold, and the command that shows it again.
    fn reasons(&mut self, crossed: &[&Finding], outcome: &Outcome) {
        let shown = crossed.len().min(self.rows(TEXT_SENTENCES_MAX));
        let mut findings = crossed.iter().take(shown).peekable();
        while let Some(finding) = findings.next() {
            self.text.push('\n');
            let suite = facts::prefix(&finding.suite, outcome);
            let place = finding.place.as_ref().map_or_else(String::new, |place| format!(" ({}:{})", place.path, place.line));
            self.told(finding.verdict, &format!("{}: {suite}{}{place}", finding.verdict.word(), finding.sentence));
            // Findings of one suite share the command: once, below the last of them.
            if findings.peek().is_none_or(|next| next.reproduce != finding.reproduce) && !finding.reproduce.is_empty() {
                self.command("Reproduce: ", &finding.reproduce);
            }
        }
        if crossed.len() > shown {
            self.text.push('\n');
            self.wrapped("", &format!("And {} more that did not pass; their numbers are below.", crossed.len() - shown));
        }
    }

    /// What would not have passed, and why it is let through: never out of sight.
    fn quarantined(&mut self, findings: &[&Finding], outcome: &Outcome) {
        if findings.is_empty() {
            return;
        }
        self.text.push('\n');
        let shown = findings.len().min(self.rows(TEXT_SENTENCES_MAX));
        for finding in findings.iter().take(shown) {
            let suite = facts::prefix(&finding.suite, outcome);
            self.wrapped("", &format!("{}: {suite}{}", facts::ending(finding), finding.sentence));
        }
        if findings.len() > shown {
            self.line(&format!("  and {} more in quarantine", findings.len() - shown));
        }
    }

    /// How a suite was measured and what it was compared with; the numbers of what did not pass, or of everything.
    fn suite(&mut self, suite: &SuiteOutcome, run: Option<&Run>) {
        self.text.push('\n');
        let passed = match suite.findings.len() {
            0 => "nothing was judged".to_string(),
            all => format!("{} of {all} passed", facts::passed(suite)),
        };
        self.told(suite.verdict, &format!("{}: {}, {passed}", suite.suite, suite.verdict.word()));
        if let Some(run) = run {
            self.wrapped("  ", &format!("Measured: {}", facts::recording(run)));
        }
        self.wrapped("  ", &format!("Baseline: {}", facts::baseline(&suite.baseline)));
        self.table(suite);
    }

    fn table(&mut self, suite: &SuiteOutcome) {
        let mut listed: Vec<_> = facts::GRAVEST_FIRST
            .iter()
            .flat_map(|verdict| suite.findings.iter().filter(move |finding| finding.verdict == *verdict))
            .filter(|finding| self.style.verbose || finding.verdict != Verdict::Pass || finding.quarantined.is_some())
            // About the suite as a whole: its sentence stands above.
            .filter(|finding| !finding.key.label.is_empty())
            .collect();
        let left_out = listed.len().saturating_sub(self.rows(TEXT_ROWS_MAX));
        listed.truncate(self.rows(TEXT_ROWS_MAX));
        if listed.is_empty() {
            return;
        }
        let rows: Vec<_> = listed.iter().map(|finding| row(finding)).collect();
        let mut lines = table::lines(&COLUMNS, &rows, (!self.style.verbose).then_some(self.width())).into_iter();
        lines.by_ref().take(1).for_each(|header| self.line(&header));
        for (line, finding) in lines.zip(listed) {
            self.colored(&(line + "\n"), finding.verdict);
        }
        if left_out > 0 {
            self.line(&format!("  and {left_out} more, all of them in outcome.json"));
        }
    }

    fn notes(&mut self, notes: &[String]) {
        if notes.is_empty() {
            return;
        }
        self.text.push_str("\nNotes\n");
        let shown = notes.len().min(self.rows(TEXT_SENTENCES_MAX));
        for note in notes.iter().take(shown) {
            self.wrapped("  ", note);
        }
        if notes.len() > shown {
            self.line(&format!("  and {} more", notes.len() - shown));
        }
    }

    fn files(&mut self, files: &[String]) {
        if files.is_empty() {
            return;
        }
        self.text.push_str("\nFiles\n");
        for file in files {
            self.command("", file);
        }
    }
}

fn row(finding: &Finding) -> Vec<Option<String>> {
    vec![
        Some(facts::ending(finding).to_string()),
        Some(shorten(&log(&finding.key.label), QUOTED_CHARS_MAX).into_owned()),
        Some(log(&facts::measure(finding))),
        facts::before(finding).map(|value| log(&value)),
        facts::after(finding).map(|value| log(&value)),
        facts::change(finding),
        facts::interval(finding),
        Some(log(&finding.threshold)).filter(|limit| !limit.is_empty()),
    ]
}
