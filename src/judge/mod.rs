//! Judges a comparison by thresholds. Pure.

mod absolute;
mod alone;
pub mod condition;
mod edited;
mod error_rate;
mod evidence;
mod expected;
pub mod expression;
mod finding;
mod missing;
mod relative;
mod rule;
mod schedule_lag;
mod selection;
mod standing;
mod threshold;
mod void;
mod within_run;

pub use rule::{Attempts, Kind, Limit, Policy, Quarantine, Rule, Statistics, UnknownEnvironment};
pub use threshold::{Case, Found, Threshold};

use crate::model::{BaselineFacts, Comparison, FindingKind, Note, Outcome, Run, SeriesKey, SuiteOutcome, Verdict};
use selection::Selection;
use std::collections::BTreeSet;

/// Every kind of threshold, in the order judged: what voids the measurement first, errors before durations.
static THRESHOLDS: [&dyn Threshold; 11] = [
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
    &within_run::WithinRun,
];

/// One suite's verdict, with a finding for every series judged. `conclude` makes the outcome of all suites.
pub fn judge(comparison: &Comparison, policy: &Policy) -> SuiteOutcome {
    let case = Case { comparison, policy, selection: Selection::new(comparison, policy) };
    let mut found = Found { notes: comparison.run.notes.clone(), ..Found::default() };
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
        let judged = found.findings.iter().any(|finding| finding.kind == FindingKind::ErrorRate);
        let verdict = if judged { Verdict::Unstable } else { Verdict::NoVerdict };
        let sentence = "no threshold judges any value of this run; add one that names its metric and statistic".to_string();
        found.findings.push(case.suite_finding(verdict, sentence));
    }
}

/// The outcome of a suite that could not be measured; the sentence names the place and the way out.
pub fn no_verdict(suite: &str, sentence: impl Into<String>, reproduce: &str) -> SuiteOutcome {
    SuiteOutcome {
        suite: suite.to_string(),
        verdict: Verdict::NoVerdict,
        baseline: BaselineFacts::default(),
        compared: 0,
        findings: vec![finding::of_suite(suite, reproduce, Verdict::NoVerdict, sentence.into())],
        new: Vec::new(),
        missing: Vec::new(),
        notes: Vec::new(),
        duration_ns: 0,
    }
}

/// The outcome of all suites. `runs` are those that were measured: if that is every suite, the user's rules that found no
/// series in any of them are no verdict, shown in the first suite; a note where only some suites were selected.
pub fn conclude(policy: &Policy, runs: &[&Run], mut suites: Vec<SuiteOutcome>) -> Outcome {
    let mut notes = Vec::new();
    if runs.len() == suites.len()
        && let Some(first) = suites.first_mut()
    {
        let measured: BTreeSet<&str> = runs.iter().map(|run| run.suite.as_str()).collect();
        // A rule that names one suite was already judged with it.
        let judged = |suite: &str| !selection::is_glob(suite) && measured.contains(suite);
        // Where suites were selected, a rule for others has nothing to say.
        let concerns =
            |rule: &Rule| !policy.is_selection || runs.iter().any(|run| wildmatch::WildMatch::new(&rule.suite).matches(&run.suite));
        for rule in selection::unmatched_everywhere(policy, runs).into_iter().filter(|rule| !judged(&rule.suite) && concerns(rule)) {
            let finding = expected::unmatched(rule, finding::of_suite(&first.suite, &policy.reproduce, Verdict::NoVerdict, String::new()));
            if policy.is_selection {
                notes.push(Note {
                    path: rule.place.as_ref().map(|p| p.path.clone()),
                    line: rule.place.as_ref().map(|p| p.line),
                    text: finding.sentence,
                });
            } else {
                first.findings.insert(0, finding);
                first.verdict = first.verdict.max(Verdict::NoVerdict);
            }
        }
    }
    Outcome { notes, ..Outcome::of(suites) }
}

#[cfg(test)]
mod tests;
