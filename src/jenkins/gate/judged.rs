//! What judging a step gives, and how the reports of this program see it.

use super::build::Build;
use super::constraint::{Evaluated, Relation};
use super::input::Named;
use super::ledger::{Ledger, STEP};
use crate::jenkins::names::suite_name;
use crate::jenkins::written::WrittenFile;
use crate::model::{BaselineFacts, BaselineKind, Finding, FindingKind, Note, Outcome, SeriesKey, SuiteOutcome, Verdict};
use std::collections::BTreeSet;

/// The verdict on a step, and all that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// SUCCESS is pass, UNSTABLE unstable, FAILURE fail.
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    /// The fail-open cases that were met.
    pub notes: Vec<Note>,
    /// What the plugin would have written.
    pub files: Vec<WrittenFile>,
    /// Names of the reports judged, without extension: their suites.
    pub suites: Vec<String>,
    /// The builds compared with.
    pub baseline: BaselineFacts,
}

impl Judged {
    /// The gravest finding decides: assigning a result can only worsen the build.
    pub(super) fn of(ledger: Ledger, reports: &[Named<'_>], files: Vec<WrittenFile>, baseline: BaselineFacts) -> Judged {
        let mut seen = BTreeSet::new();
        let names = reports.iter().map(|named| suite_name(&named.name));
        let (findings, notes) = ledger.finish();
        Judged {
            verdict: findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Pass),
            suites: names.filter(|name| seen.insert(name.clone())).collect(),
            baseline,
            findings,
            notes,
            files,
        }
    }

    /// With what another step found in the same files.
    pub fn and(mut self, other: Judged) -> Judged {
        self.verdict = self.verdict.max(other.verdict);
        self.findings.extend(other.findings);
        let new = other.notes.into_iter().filter(|note| !self.notes.contains(note)).collect::<Vec<_>>();
        self.notes.extend(new);
        self.files.retain(|file| !other.files.iter().any(|one| (one.folder, &one.path) == (file.folder, &file.path)));
        self.files.extend(other.files);
        let new = other.suites.into_iter().filter(|suite| !self.suites.contains(suite)).collect::<Vec<_>>();
        self.suites.extend(new);
        if self.baseline.kind == BaselineKind::None {
            self.baseline = other.baseline;
        }
        self
    }

    /// One suite a result file, because people look for a file by its name, its sentences are prefixed by it and each gets a JUnit
    /// file of its own; what concerns the step as a whole stands first, in a suite `jenkins`. Notes belong to the outcome:
    /// they tell what the profile does, not what a file holds. `reproduce` is the command that shows it again.
    pub fn outcome(self, reproduce: &str) -> Outcome {
        let mut names: Vec<String> = Vec::new();
        let is_known = |names: &[String], name: &str| names.iter().any(|known| known == name);
        let found = self.findings.iter().map(|finding| finding.suite.clone());
        let step = self.findings.iter().any(|finding| finding.suite == STEP) || (self.suites.is_empty() && self.findings.is_empty());
        for name in step.then(|| STEP.to_string()).into_iter().chain(self.suites.iter().cloned()).chain(found) {
            if !is_known(&names, &name) {
                names.push(name);
            }
        }
        let mut suites: Vec<SuiteOutcome> = names.into_iter().map(|name| suite(name, &self.baseline)).collect();
        for mut finding in self.findings {
            finding.reproduce = reproduce.to_string();
            if let Some(suite) = suites.iter_mut().find(|suite| suite.suite == finding.suite) {
                suite.verdict = suite.verdict.max(finding.verdict);
                suite.findings.push(finding);
            }
        }
        for suite in &mut suites {
            let compared = suite.findings.iter().filter(|one| one.kind == FindingKind::Relative && one.before.is_some());
            let keys: BTreeSet<&SeriesKey> = compared.map(|finding| &finding.key).collect();
            suite.compared = keys.len() as u64;
        }
        Outcome { notes: self.notes, ..Outcome::of(suites) }
    }
}

fn suite(name: String, baseline: &BaselineFacts) -> SuiteOutcome {
    SuiteOutcome { baseline: baseline.clone(), ..SuiteOutcome::new(name, Verdict::Pass) }
}

/// The build of the relative mode.
pub(super) fn of_build(build: &Build) -> BaselineFacts {
    BaselineFacts { kind: BaselineKind::Build(build.number), accepted_ns: Some(build.started_ns), runs: 1, ..BaselineFacts::default() }
}

/// The builds that relative constraints looked at; as many as the one that looked at most.
pub(super) fn of_builds(evaluated: &[Evaluated]) -> BaselineFacts {
    let builds = evaluated.iter().filter_map(|one| match one.relation {
        Relation::Relative { measure: Some(measure), .. } => Some(measure.builds),
        _ => None,
    });
    match builds.max() {
        Some(builds) if builds > 0 => BaselineFacts {
            kind: BaselineKind::File,
            path: Some("earlier builds".to_string()),
            runs: u32::try_from(builds).unwrap_or(u32::MAX),
            ..BaselineFacts::default()
        },
        _ => BaselineFacts::default(),
    }
}
