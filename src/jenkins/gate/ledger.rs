//! What judging writes down: findings, and for every fail-open case of the plugin a note, or in strict mode a verdict.

use crate::jenkins::Metered;
use crate::jenkins::names::suite_name;
use crate::limits::NOTES_MAX;
use crate::model::{Better, Finding, FindingKind, Note, Percentile, SeriesKey, Statistic, Unit, Verdict, metric};
use std::collections::BTreeSet;

/// The suite of findings about the step as a whole.
pub const STEP: &str = "jenkins";

/// What a finding is about: a label of a report, or the report as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub report: &'a str,
    /// `None`: the whole report, shown under its name.
    pub label: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// The whole report of that name.
    pub fn report(report: &'a str) -> Subject<'a> {
        Subject { report, label: None }
    }

    /// As a sentence begins: the label, else the report's name.
    pub fn name(&self) -> &'a str {
        self.label.unwrap_or(self.report)
    }
}

/// Findings and notes, in the order made.
#[derive(Debug)]
pub struct Ledger {
    pub is_strict: bool,
    pub findings: Vec<Finding>,
    notes: Vec<Note>,
    /// Fail-open cases met so far.
    pub cases: BTreeSet<u8>,
    /// Notes beyond the bound.
    left_out: usize,
}

impl Ledger {
    pub fn new(is_strict: bool) -> Ledger {
        Ledger { is_strict, findings: Vec::new(), notes: Vec::new(), cases: BTreeSet::new(), left_out: 0 }
    }

    /// A case in which the plugin fails open. The profile keeps its verdict and notes the case; strict mode finds `strict`.
    pub fn fail_open(&mut self, case: u8, subject: Option<Subject<'_>>, strict: Verdict, sentence: &str) {
        self.cases.insert(case);
        if self.is_strict {
            self.find(of(subject, FindingKind::Suite, strict, format!("{sentence} (fail-open case {case})")));
        } else {
            let says = strict.word();
            self.note(format!("fail-open case {case}: {sentence}; kept as the plugin does, strict mode says {says}"));
        }
    }

    /// A case that changes numbers and not by itself the verdict; `strictly` is what strict mode does about it.
    pub fn remark(&mut self, case: u8, sentence: &str, strictly: &str) {
        self.cases.insert(case);
        let text = match self.is_strict {
            true => format!("fail-open case {case}: {sentence}; strict mode: {strictly}"),
            false => format!("fail-open case {case}: {sentence}; kept as the plugin does, in strict mode {strictly}"),
        };
        self.note(text);
    }

    fn note(&mut self, text: String) {
        if self.notes.len() < NOTES_MAX { self.notes.push(Note::text(text)) } else { self.left_out += 1 }
    }

    /// All notes, and how many there would have been.
    pub fn finish(mut self) -> (Vec<Finding>, Vec<Note>) {
        if self.left_out > 0 {
            self.notes.push(Note::text(format!("and {} more such notes", self.left_out)));
        }
        (self.findings, self.notes)
    }

    /// A finding about the step as a whole.
    pub fn step(&mut self, verdict: Verdict, sentence: impl Into<String>) {
        self.find(of(None, FindingKind::Suite, verdict, sentence.into()));
    }

    pub fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

/// A finding without numbers; without a subject about the step as a whole.
pub fn of(subject: Option<Subject<'_>>, kind: FindingKind, verdict: Verdict, sentence: String) -> Finding {
    let (suite, key) = match subject {
        Some(subject) => (suite_name(subject.report), SeriesKey::new(subject.name(), metric::LATENCY)),
        None => (STEP.to_string(), SeriesKey::new("", "")),
    };
    Finding { key, kind, better: Better::Lower, ..Finding::of_suite(suite, verdict, sentence) }
}

/// A finding on a measured value, which is given as the plugin holds it: milliseconds, or per cent of errors.
pub fn measured(subject: Subject<'_>, kind: FindingKind, what: Metered, value: f64, samples: i64) -> Finding {
    Finding {
        statistic: Some(statistic(what)),
        unit: if what == Metered::ErrorPercent { Unit::Ratio } else { Unit::Ns },
        after: Some(stored(what, value)),
        samples: u64::try_from(samples).unwrap_or(0),
        ..of(Some(subject), kind, Verdict::Pass, String::new())
    }
}

/// The value in the unit of the model: nanoseconds, or a share.
pub fn stored(what: Metered, value: f64) -> f64 {
    if what == Metered::ErrorPercent { value / 100.0 } else { value * 1e6 }
}

fn statistic(what: Metered) -> Statistic {
    match what {
        Metered::Average => Statistic::Mean,
        Metered::Median => Statistic::Percentile(Percentile::P50),
        Metered::Line90 => Statistic::Percentile(Percentile::P90),
        Metered::Line95 => Statistic::Percentile(Percentile::P95),
        Metered::Maximum => Statistic::Max,
        Metered::Minimum => Statistic::Min,
        Metered::ErrorPercent => Statistic::ErrorRate,
    }
}
