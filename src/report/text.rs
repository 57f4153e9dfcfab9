//! The report for the terminal: the verdict first, then why, then the numbers. Understood without colour, in 80 columns,
//! by ear.

use super::escape::{log, shorten};
use super::table::{self, Column};
use super::{Entry, Needs, Style, document, facts};
use crate::limits::{REPORT_ROWS_MAX, TEXT_COLUMNS_MAX, TEXT_COLUMNS_MIN, TEXT_ROWS_MAX, TEXT_SENTENCES_MAX};
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
    column("label", false, Some(14)),
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
    for (suite, run) in &suites {
        page.suite(suite, *run);
    }
    let mut notes: Vec<String> = report.outcome.notes.iter().map(facts::note).collect();
    for (suite, _) in &suites {
        let prefix = facts::prefix(&suite.suite, report.outcome);
        notes.extend(facts::notes(suite).into_iter().map(|note| format!("{prefix}{note}")));
    }
    page.list("Notes", &notes);
    if facts::is_first_use(report.outcome) {
        page.next_steps(&report.outcome.next_steps);
    }
    page.files(&style.files);
    Ok(page.text)
}

struct Page<'a> {
    text: String,
    style: &'a Style,
}

impl Page<'_> {
    fn headline(&mut self, outcome: &Outcome) {
        self.told(outcome.verdict, &facts::headline(outcome));
        for caveat in facts::caveats(outcome) {
            self.wrapped("", &caveat);
        }
    }

    /// One sentence for each crossed threshold, and the command that shows it again.
    fn reasons(&mut self, crossed: &[&Finding], outcome: &Outcome) {
        let shown = crossed.len().min(self.rows(TEXT_SENTENCES_MAX));
        let mut findings = crossed.iter().take(shown).peekable();
        while let Some(finding) = findings.next() {
            self.text.push('\n');
            let prefix = facts::prefix(&finding.suite, outcome);
            self.told(finding.verdict, &format!("{prefix}{}", finding.sentence));
            if let Some(place) = &finding.place {
                self.wrapped("  ", &format!("Limit {}, set at {}:{}.", finding.threshold, place.path, place.line));
            }
            // Findings of one suite share the command: once, below the last of them.
            if findings.peek().is_none_or(|next| next.reproduce != finding.reproduce) && !finding.reproduce.is_empty() {
                self.command("Reproduce: ", &finding.reproduce);
            }
        }
        if crossed.len() > shown {
            self.text.push('\n');
            self.wrapped("", &format!("And {} more that did not pass, in the table below.", crossed.len() - shown));
        }
    }

    /// What a suite was compared with, and the numbers of what did not pass; of everything where all is asked for.
    fn suite(&mut self, suite: &SuiteOutcome, run: Option<&Run>) {
        self.text.push('\n');
        let recording = run.map_or_else(String::new, |run| format!(". Measured {}", facts::recording(run)));
        self.told(suite.verdict, &format!("{}: {}{recording}", suite.suite, facts::baseline(&suite.baseline)));
        let mut listed: Vec<_> = facts::GRAVEST_FIRST
            .iter()
            .filter(|verdict| self.style.verbose || **verdict != Verdict::Pass)
            .flat_map(|verdict| suite.findings.iter().filter(move |finding| finding.verdict == *verdict))
            // About the suite as a whole: its sentence stands above.
            .filter(|finding| !finding.key.label.is_empty())
            .collect();
        let left_out = listed.len().saturating_sub(self.rows(TEXT_ROWS_MAX));
        listed.truncate(self.rows(TEXT_ROWS_MAX));
        if !listed.is_empty() {
            let rows: Vec<_> = listed.iter().map(|finding| row(finding, self.style.verbose)).collect();
            let width = (!self.style.verbose).then_some(self.width());
            for (index, line) in table::lines(&COLUMNS, &rows, width).iter().enumerate() {
                let verdict = index.checked_sub(1).and_then(|index| listed.get(index)).map(|finding| finding.verdict);
                let line = verdict.map_or_else(|| line.clone(), |verdict| line.replacen(verdict.word(), &self.word(verdict), 1));
                self.line(&line);
            }
        }
        if left_out > 0 {
            self.line(&format!("  {left_out} more rows, in outcome.json"));
        }
        let passed = suite.findings.iter().filter(|finding| finding.verdict == Verdict::Pass).count();
        if passed > 0 && !self.style.verbose {
            self.line(&format!("  {passed} passed (-v lists them)"));
        }
    }

    fn next_steps(&mut self, steps: &[String]) {
        self.text.push('\n');
        self.wrapped("", "Nothing compared yet: a later run can only be slower than one that you accepted. To change that:");
        for step in steps {
            self.command("", step);
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

    fn list(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.text.push('\n');
        self.line(title);
        let shown = items.len().min(self.rows(TEXT_ROWS_MAX));
        for item in items.iter().take(shown) {
            self.wrapped("  ", item);
        }
        if items.len() > shown {
            self.line(&format!("  and {} more", items.len() - shown));
        }
    }

    /// A verdict and what is to be said with it.
    fn told(&mut self, verdict: Verdict, text: &str) {
        let start = self.text.len();
        self.wrapped("", &format!("{}: {text}", verdict.word()));
        let colored = self.word(verdict);
        self.text.replace_range(start..start + verdict.word().len(), &colored);
    }

    /// Foreign words, broken between words; lines after the first are indented by two more.
    fn wrapped(&mut self, indent: &str, text: &str) {
        let mut line = indent.to_string();
        let mut is_empty = true;
        for word in log(text).split_whitespace() {
            let room = self.width() - indent.len() - 2;
            let word = if self.style.verbose { word.into() } else { shorten(word, room) };
            if !is_empty && line.chars().count() + 1 + word.chars().count() > self.width() {
                self.line(&line);
                line = format!("{indent}  ");
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(&word);
            is_empty = false;
        }
        self.line(&line);
    }

    /// Something to copy: never broken.
    fn command(&mut self, title: &str, text: &str) {
        self.line(&format!("  {title}{}", log(text)));
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn word(&self, verdict: Verdict) -> String {
        // SGR: bold, then red, magenta, yellow or green.
        let color = match verdict {
            Verdict::Fail => 31,
            Verdict::NoVerdict => 35,
            Verdict::Unstable => 33,
            Verdict::Pass => 32,
        };
        if self.style.color { format!("\u{1b}[1;{color}m{}\u{1b}[0m", verdict.word()) } else { verdict.word().to_string() }
    }

    fn width(&self) -> usize {
        self.style.width.clamp(TEXT_COLUMNS_MIN, TEXT_COLUMNS_MAX)
    }

    fn rows(&self, usual: usize) -> usize {
        if self.style.verbose { REPORT_ROWS_MAX } else { usual }
    }
}

fn row(finding: &Finding, verbose: bool) -> Vec<Option<String>> {
    vec![
        Some(finding.verdict.word().to_string()),
        Some(log(&finding.key.label)),
        Some(log(&facts::measure(finding))),
        facts::before(finding).map(|value| log(&value)),
        facts::after(finding).map(|value| log(&value)),
        facts::change(finding),
        facts::interval(finding),
        verbose.then(|| log(&finding.threshold)).filter(|limit| !limit.is_empty()),
    ]
}
