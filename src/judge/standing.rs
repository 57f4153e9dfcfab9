//! Where the suite stands before any limit: cut runs, no baseline, a baseline of another environment.

use super::rule::{Kind, UnknownEnvironment};
use super::threshold::{Case, Found, Threshold};
use crate::model::{BaselineKind, Note, Verdict};

pub struct Standing;

impl Threshold for Standing {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let facts = &case.comparison.baseline;
        if let Some(reason) = &case.comparison.run.aborted {
            // What it measured may still fail a threshold, which is graver.
            let sentence = format!("the run was given up, so it cannot pass: {reason}");
            found.findings.push(case.suite_finding(Verdict::NoVerdict, sentence));
        } else if case.comparison.run.partial {
            let sentence = "the run is cut: its input ends half-way or it was interrupted, so it cannot pass".to_string();
            found.findings.push(case.suite_finding(Verdict::NoVerdict, sentence));
        }
        if case.policy.require_baseline && facts.runs == 0 {
            let sentence = format!("a baseline is required, and none compares; {}", ways_out(case));
            found.findings.push(case.suite_finding(Verdict::NoVerdict, sentence));
            return;
        }
        match facts.kind {
            BaselineKind::OtherEnvironment => other_environment(case, found),
            // The reports say of each suite what it was compared with, and of a first use what to do.
            BaselineKind::None | BaselineKind::Committed | BaselineKind::File | BaselineKind::Build(_) | BaselineKind::Interleaved => {}
        }
    }
}

/// One sentence for all the times that were not judged, with the verdict of the policy.
fn other_environment(case: &Case<'_>, found: &mut Found) {
    let mut skipped = case.selection.of_kind(Kind::Relative).filter(|one| one.compared.is_none_or(|compared| !compared.comparable));
    if skipped.next().is_none() {
        return;
    }
    let verdict = match case.policy.unknown_environment {
        UnknownEnvironment::Pass => Verdict::Pass,
        UnknownEnvironment::Unstable => Verdict::Unstable,
        UnknownEnvironment::NoVerdict => Verdict::NoVerdict,
    };
    let sentence = format!("times were not compared: no baseline was accepted on an environment like this one; {}", ways_out(case));
    if verdict == Verdict::Pass {
        // What passed is folded away, and this must not be.
        found.notes.push(Note::text(sentence.clone()));
    }
    found.findings.push(case.suite_finding(verdict, sentence));
}

fn ways_out(case: &Case<'_>) -> String {
    let here = &case.comparison.run.environment.key;
    let others = &case.comparison.baseline.environments;
    if others.is_empty() {
        return "run `neverslower accept`".to_string();
    }
    format!(
        "run `neverslower accept` here ({here:?}), or give this class of machines a name with `environment = …`; known: {}",
        others.join(", ")
    )
}
