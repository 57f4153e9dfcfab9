//! A test case: one finding of one suite.

use crate::limits::{CASE_NAME_CHARS_MAX, CASE_TEXT_BYTES_MAX, DETAILED_CASES_MAX};
use crate::model::{Finding, Place, Run, Statistic, SuiteOutcome, Unit, Verdict};
use crate::report::escape::{shorten, xml};
use crate::report::facts;
use std::borrow::Cow;
use std::collections::HashSet;

/// How a case ended, in JUnit's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Passed,
    /// With its type.
    Failure(&'static str),
    Error,
    Skipped,
}

impl Ending {
    /// What is in quarantine is skipped with its reason: it neither failed the job nor passed.
    fn of(finding: &Finding) -> Ending {
        if finding.quarantined.is_some() { Ending::Skipped } else { finding.verdict.into() }
    }
}

impl From<Verdict> for Ending {
    fn from(verdict: Verdict) -> Ending {
        match verdict {
            Verdict::Pass => Ending::Passed,
            Verdict::Fail => Ending::Failure("regression"),
            Verdict::Unstable => Ending::Failure("unstable"),
            Verdict::NoVerdict => Ending::Error,
        }
    }
}

/// What is written of a case; nothing escaped yet.
pub struct Case {
    /// Unique in its suite and without measured values, so that it has a history.
    pub name: String,
    pub ending: Ending,
    /// The verdict in one line.
    pub message: String,
    /// The numbers behind the verdict; left out where a suite has so many cases that its file would be too large.
    pub properties: Vec<(&'static str, String)>,
    /// The line of the configuration that declares the threshold.
    pub place: Option<Place>,
    /// `None`: a share of the suite's time.
    pub duration_ns: Option<u64>,
}

impl Case {
    /// The verdict, and below it the numbers line by line: some readers show only the message, some only this text.
    /// Escaped, as its message is already, and no longer than readers take.
    pub fn text<'a>(&self, message: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(message);
        for (name, value) in &self.properties {
            let line = format!("\n{name}: {}", xml(value));
            if text.len() + line.len() > CASE_TEXT_BYTES_MAX {
                break;
            }
            text.to_mut().push_str(&line);
        }
        text
    }
}

/// The cases of a suite; at least one, because a suite without is dropped by readers.
pub fn of_suite(suite: &SuiteOutcome) -> Vec<Case> {
    let mut names = HashSet::new();
    let numbers = if suite.findings.len() <= DETAILED_CASES_MAX { properties } else { |_: &Finding| Vec::new() };
    let mut cases: Vec<_> = suite.findings.iter().map(|finding| of_finding(finding, numbers(finding), &mut names)).collect();
    let is_told = suite.verdict == Verdict::Pass || suite.findings.iter().any(|finding| finding.verdict == suite.verdict);
    if !is_told {
        let message = format!("{}: the suite as a whole; baseline: {}", suite.verdict.word(), facts::baseline(&suite.baseline));
        cases.push(about_suite(suite.verdict.into(), message, &mut names));
    } else if cases.is_empty() {
        let message = format!("nothing was judged; baseline: {}", facts::baseline(&suite.baseline));
        cases.push(about_suite(Ending::Skipped, message, &mut names));
    }
    cases
}

/// Recordings that nobody judged: a case for each series, skipped, with the mean of a time as its own.
pub fn of_run(run: &Run) -> Vec<Case> {
    let mut names = HashSet::new();
    let series = run.series.values().map(|series| Case {
        name: unique(&format!("{} {}", series.key.label, series.key.metric), &mut names),
        ending: Ending::Skipped,
        message: "measured, not judged".to_string(),
        properties: vec![("count", series.summary.count.to_string()), ("errors", series.summary.errors.to_string())],
        place: None,
        duration_ns: series.judged().mean.filter(|_| series.unit == Unit::Ns).map(|mean| mean.round() as u64),
    });
    let mut cases: Vec<_> = series.collect();
    if cases.is_empty() {
        cases.push(about_suite(Ending::Error, "nothing was measured".to_string(), &mut names));
    }
    cases
}

fn about_suite(ending: Ending, message: String, names: &mut HashSet<String>) -> Case {
    Case { name: unique("suite", names), ending, message, properties: Vec::new(), place: None, duration_ns: None }
}

fn of_finding(finding: &Finding, properties: Vec<(&'static str, String)>, names: &mut HashSet<String>) -> Case {
    let name = match finding.key.label.as_str() {
        "" => facts::kind(finding.kind).to_string(),
        label => {
            let statistic = finding.statistic.map_or_else(String::new, |statistic: Statistic| format!(" {statistic}"));
            format!("{label} {}{statistic}", finding.key.metric)
        }
    };
    // A service level and a regression limit on the same statistic are two cases.
    let name = if names.contains(&*shown(&name)) { format!("{name} ({})", facts::kind(finding.kind)) } else { name };
    Case {
        name: unique(&name, names),
        ending: Ending::of(finding),
        message: format!("{}: {}", facts::ending(finding), finding.sentence),
        properties,
        place: finding.place.clone(),
        duration_ns: None,
    }
}

/// As readers will show it, cut to what they take.
fn shown(name: &str) -> Cow<'_, str> {
    match xml(name) {
        Cow::Borrowed(name) => shorten(name, CASE_NAME_CHARS_MAX),
        Cow::Owned(name) => Cow::Owned(shorten(&name, CASE_NAME_CHARS_MAX).into_owned()),
    }
}

/// The name itself, or with a number where it was taken.
fn unique(name: &str, names: &mut HashSet<String>) -> String {
    let name = shorten(name, CASE_NAME_CHARS_MAX);
    let candidates = std::iter::once(name.to_string()).chain((2..).map(|number: u64| format!("{name} #{number}")));
    // Compared as escaped: two control characters become the same replacement.
    candidates.into_iter().find(|candidate| names.insert(shown(candidate).into_owned())).unwrap_or_default()
}

fn properties(finding: &Finding) -> Vec<(&'static str, String)> {
    let text = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
    let all = [
        ("before", facts::before(finding)),
        ("after", facts::after(finding)),
        ("change", facts::change(finding)),
        ("interval", facts::interval(finding)),
        ("limit", text(&finding.threshold)),
        ("detectable", facts::detectable(finding)),
        ("samples", Some(finding.samples).filter(|samples| *samples > 0).map(|samples| samples.to_string())),
        ("confirmation", facts::confirmation(finding)),
        ("pairs", finding.pairs_used.map(|pairs| pairs.to_string())),
        ("reproduce", text(&finding.reproduce)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
