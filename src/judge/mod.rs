//! Judges a comparison by thresholds. Pure.

mod absolute;
mod alone;
mod change;
mod checkup;
pub mod condition;
mod edited;
mod error_rate;
mod evidence;
mod expected;
pub mod expression;
mod finding;
mod history;
mod missing;
mod paired;
mod pairing;
mod pinned;
mod prior;
mod quarantine;
mod relative;
mod rule;
mod schedule_lag;
mod selection;
mod standing;
mod threshold;
mod too_fast;
mod void;
mod within_run;

pub use checkup::checkup;
pub use history::{Watched, watched};
pub use prior::told as prior;
pub use rule::{Attempts, Design, Kind, Limit, Policy, Quarantine, Rule, Statistics, UnknownEnvironment};
pub use threshold::{Case, Found, Threshold};

use crate::model::{Comparison, Finding, FindingKind, Note, Outcome, Run, SeriesKey, SuiteOutcome, Verdict};
use selection::Selection;
use std::collections::BTreeSet;

/// Every kind of threshold, in the order judged: what voids the measurement first, errors before durations.
static THRESHOLDS: [&dyn Threshold; 14] = [
    &void::Void,
    &schedule_lag::ScheduleLag,
    &standing::Standing,
    &alone::Alone,
    &edited::Edited,
    &expected::Expected,
    &error_rate::ErrorRate,
    &missing::Missing,
    &absolute::Absolute,
    &relative::Relative,
    &paired::Paired,
    &pinned::Pinned,
    &within_run::WithinRun,
    &too_fast::TooFast,
];

/// One suite's verdict, with a finding for every series judged. `conclude` makes the outcome of all suites.
pub fn judge(comparison: &Comparison, policy: &Policy) -> SuiteOutcome {
    let case = Case { comparison, policy, selection: Selection::new(comparison, policy) };
    // Nearly always there is a finding for what was selected.
    let findings = Vec::with_capacity(case.selection.selected.len());
    let mut found = Found { findings, notes: comparison.run.notes.clone(), ..Found::default() };
    let mut is_void = false;
    for threshold in THRESHOLDS {
        let earlier = found.findings.len();
        threshold.judge(&case, &mut found);
        is_void = threshold.voids() && found.findings.len() > earlier;
        if is_void {
            break;
        }
    }
    if !is_void {
        unguarded(&case, &mut found);
        quarantine::apply(&case, &mut found);
    }
    let stepped_back = |(reason, (example, series)): (&str, (String, u64))| {
        let others = if series > 1 { format!(" (and {} more)", series - 1) } else { String::new() };
        Note::text(format!("{example}{others}: {reason}, so the default limit does not judge it"))
    };
    found.notes.extend(found.skipped.into_iter().map(stepped_back));
    let mut findings = found.findings;
    findings.sort_by_key(|finding| finding.kind);
    let compared: BTreeSet<&SeriesKey> =
        findings.iter().filter(|one| one.kind == FindingKind::Relative && one.before.is_some()).map(|one| &one.key).collect();
    SuiteOutcome {
        suite: comparison.run.suite.clone(),
        verdict: findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Pass),
        baseline: comparison.baseline.clone(),
        compared: compared.len() as u64,
        new: comparison.new.clone(),
        missing: comparison.missing.clone(),
        notes: found.notes,
        duration_ns: comparison.run.duration_ns,
        findings,
    }
}

/// A baseline that compares and limits that reach nothing in the run: nobody may take that for a pass.
fn unguarded(case: &Case<'_>, found: &mut Found) {
    let is_guard = |kind: FindingKind| matches!(kind, FindingKind::Absolute | FindingKind::Relative | FindingKind::WithinRun);
    let comes_again = case.comparison.series.values().any(|one| one.before_errors.is_some());
    if comes_again && !found.findings.iter().any(|finding| is_guard(finding.kind)) {
        let rates = || found.findings.iter().filter(|finding| finding.kind == FindingKind::ErrorRate);
        let is_judged = rates().next().is_some();
        if is_judged && rates().all(|finding| finding.verdict > Verdict::Pass) {
            // Where attempts fail there may be no values, and the errors are told already.
            return;
        }
        let verdict = if is_judged { Verdict::Unstable } else { Verdict::NoVerdict };
        let sentence = "no threshold judges any value of this run; add one that names its metric and statistic".to_string();
        found.findings.push(case.suite_finding(verdict, sentence));
    }
}

/// The outcome of a suite that could not be measured; the sentence names the place and the way out.
pub fn no_verdict(suite: &str, sentence: impl Into<String>, reproduce: &str) -> SuiteOutcome {
    let findings = vec![finding::of_suite(suite, reproduce, Verdict::NoVerdict, sentence.into())];
    SuiteOutcome { findings, ..SuiteOutcome::new(suite, Verdict::NoVerdict) }
}

/// The outcome of all suites. `runs` are those that were measured: if that is every suite, the user's rules and quarantines
/// that found no series in any of them are no verdict, shown in the first suite; a note where only some suites were selected.
pub fn conclude(policy: &Policy, runs: &[&Run], mut suites: Vec<SuiteOutcome>) -> Outcome {
    let mut notes = Vec::new();
    let idle = if runs.len() == suites.len() { idle(policy, runs, &suites) } else { Vec::new() };
    if let Some(first) = suites.first_mut() {
        for finding in idle {
            if policy.is_selection {
                notes.push(Note {
                    path: finding.place.as_ref().map(|place| place.path.clone()),
                    line: finding.place.as_ref().map(|place| place.line),
                    text: finding.sentence,
                });
            } else {
                first.verdict = first.verdict.max(finding.verdict);
                first.findings.insert(0, finding);
            }
        }
    }
    Outcome { notes, ..Outcome::of(suites) }
}

/// What the user wrote for several suites and what matches in none of them, as findings of the first suite.
fn idle(policy: &Policy, runs: &[&Run], suites: &[SuiteOutcome]) -> Vec<Finding> {
    let measured: BTreeSet<&str> = runs.iter().map(|run| run.suite.as_str()).collect();
    // What names one suite was already judged with it; where suites were selected, what is for others has nothing to say.
    let judged = |suite: &str| !selection::is_glob(suite) && measured.contains(suite);
    let concerns = |suite: &str| !policy.is_selection || runs.iter().any(|run| wildmatch::WildMatch::new(suite).matches(&run.suite));
    let is_told = |suite: &str| !judged(suite) && concerns(suite);
    let first = suites.first().map(|suite| suite.suite.as_str()).unwrap_or_default();
    let blank = || finding::of_suite(first, &policy.reproduce, Verdict::NoVerdict, String::new());
    let rules = selection::unmatched_everywhere(policy, runs).into_iter().filter(|rule| is_told(&rule.suite));
    let entries = quarantine::unmatched_everywhere(policy, runs, suites).into_iter().filter(|entry| is_told(&entry.suite));
    rules.map(|rule| expected::unmatched(rule, blank())).chain(entries.map(|entry| quarantine::unmatched(entry, blank()))).collect()
}

#[cfg(test)]
mod tests;
