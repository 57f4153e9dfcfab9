//! A failure that is measured again before it turns red. What is counted is told: a finding that failed in every measurement
//! stays a failure, one that did not becomes unstable, and none ever becomes a pass. One rule for every kind of finding.

use crate::model::{Confirmation, Finding, Note, SuiteOutcome, Verdict};

/// One more measurement: what was judged of it, or why there is nothing to judge.
pub type Again = Result<SuiteOutcome, String>;

/// Whether measuring again can still change the verdict: something failed in every measurement so far.
pub fn is_open(first: &SuiteOutcome, again: &[Again]) -> bool {
    first.findings.iter().filter(|finding| finding.verdict == Verdict::Fail).any(|finding| {
        let counted = count(finding, again);
        counted.failed == counted.measured
    })
}

/// The outcome of all measurements together. A measurement that could not be made, or a finding that a measurement has no
/// verdict on, counts for nothing: it does not clear what failed before.
pub fn confirmed(first: SuiteOutcome, again: Vec<Again>) -> SuiteOutcome {
    if again.is_empty() {
        return first;
    }
    let mut findings: Vec<Finding> = first.findings.iter().map(|finding| weighed(finding, &again)).collect();
    for finding in again.iter().flatten().flat_map(|outcome| &outcome.findings).filter(|finding| finding.verdict == Verdict::Fail) {
        // Of what the first measurement did not bring.
        if !findings.iter().any(|known| is_same(known, finding)) {
            let verdict = Verdict::Unstable;
            findings.push(told(Finding { verdict, ..finding.clone() }, Confirmation { measured: 1, failed: 1 }));
        }
    }
    let mut notes = first.notes.clone();
    notes.extend(again.iter().filter_map(|one| void(one)).map(|why| Note::text(format!("measured again without a verdict: {why}"))));
    let again_ns: u64 = again.iter().flatten().map(|outcome| outcome.duration_ns).sum();
    SuiteOutcome {
        verdict: findings.iter().map(|finding| finding.verdict).max().unwrap_or(first.verdict),
        duration_ns: first.duration_ns.saturating_add(again_ns),
        findings,
        notes,
        ..first
    }
}

/// A finding of the first measurement in the light of all of them.
fn weighed(finding: &Finding, again: &[Again]) -> Finding {
    let counted = count(finding, again);
    if counted.failed == 0 || finding.verdict == Verdict::NoVerdict {
        return finding.clone();
    }
    // The numbers that are shown are those of a measurement that failed.
    let failed = std::iter::once(finding).chain(counterparts(finding, again)).find(|one| one.verdict == Verdict::Fail);
    let verdict = if counted.failed == counted.measured { Verdict::Fail } else { Verdict::Unstable };
    told(Finding { verdict, ..failed.unwrap_or(finding).clone() }, counted)
}

fn told(finding: Finding, counted: Confirmation) -> Finding {
    let Confirmation { measured, failed } = counted;
    let plural = if measured == 1 { "" } else { "s" };
    Finding {
        sentence: format!("{}; failed in {failed} of {measured} measurement{plural}", finding.sentence),
        confirmation: Some(counted),
        ..finding
    }
}

/// In how many measurements the finding was judged, and in how many it failed.
fn count(finding: &Finding, again: &[Again]) -> Confirmation {
    let judged = std::iter::once(finding).chain(counterparts(finding, again)).filter(|one| one.verdict != Verdict::NoVerdict);
    judged.fold(Confirmation { measured: 0, failed: 0 }, |counted, one| Confirmation {
        measured: counted.measured + 1,
        failed: counted.failed + u32::from(one.verdict == Verdict::Fail),
    })
}

fn counterparts<'a>(finding: &'a Finding, again: &'a [Again]) -> impl Iterator<Item = &'a Finding> {
    again.iter().flatten().filter_map(move |outcome| outcome.findings.iter().find(|other| is_same(finding, other)))
}

/// Whether two findings are of the same rule on the same series.
fn is_same(one: &Finding, other: &Finding) -> bool {
    (&one.key, one.kind, one.statistic, &one.place) == (&other.key, other.kind, other.statistic, &other.place)
}

/// Why a measurement as a whole gave no verdict.
fn void(again: &Again) -> Option<&str> {
    match again {
        Err(reason) => Some(reason),
        Ok(outcome) => {
            let about_all = |finding: &&Finding| finding.verdict == Verdict::NoVerdict && finding.key.label.is_empty();
            outcome.findings.iter().find(about_all).map(|finding| finding.sentence.as_str())
        }
    }
}

#[cfg(test)]
mod tests;
