//! The same relative rules against the pinned run: many small steps, each within its limit, do not vanish.

use super::change::Asked;
use super::relative::{change, is_compared};
use super::rule::Kind;
use super::threshold::{Case, Found, Threshold};
use crate::model::{Better, Change, Finding, FindingKind, Note, Pinned as Facts, Verdict};

pub struct Pinned;

impl Threshold for Pinned {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let against = words(case.comparison.baseline.pinned.as_ref());
        let mut untold = 0u64;
        for selected in case.selection.of_kind(Kind::Relative).filter(|selected| is_compared(selected)) {
            let Some(pinned) = selected.compared.and_then(|one| one.pinned.as_ref()) else { continue };
            if selected.mixes_failures() {
                untold += 1;
                continue;
            }
            // What cannot be judged against the accepted runs was said there.
            let (Some(accepted), Some(pinned)) = (change(selected), pinned.get(&selected.statistic)) else { continue };
            if selected.better() == Better::Unknown || is_the_same(accepted, pinned) {
                continue;
            }
            let (before, better, kind) = (pinned.before, selected.better(), FindingKind::Pinned);
            let asked = Asked { case, selected, change: pinned, before, better, kind, against: &against };
            found.findings.push(movable(asked.finding()));
        }
        if untold > 0 {
            let text = format!("{untold} limits of all attempts were not held{against}, of which the successful ones are known");
            found.notes.push(Note::text(text));
        }
    }
}

/// Accepting a run does not move the pin; whoever means to must know how.
fn movable(finding: Finding) -> Finding {
    if matches!(finding.verdict, Verdict::Pass | Verdict::NoVerdict) {
        return finding;
    }
    Finding { sentence: format!("{}; `accept --pin` moves the pin", finding.sentence), ..finding }
}

/// Whether the pinned run is all that was accepted: then it was judged already.
fn is_the_same(accepted: &Change, pinned: &Change) -> bool {
    accepted.band.is_none_or(|band| band.runs <= 1) && accepted.before == pinned.before
}

/// ` against the run pinned on 2026-11-23 (commit 1a2b3c4d5e)`.
fn words(facts: Option<&Facts>) -> String {
    let time = facts.and_then(|facts| jiff::Timestamp::from_nanosecond(i128::from(facts.accepted_ns?)).ok());
    let day = time.map(|time| format!(" on {}", time.strftime("%Y-%m-%d"))).unwrap_or_default();
    let commit = facts.and_then(|facts| facts.commit.as_ref());
    let commit = commit.map(|commit| format!(" (commit {})", commit.chars().take(10).collect::<String>())).unwrap_or_default();
    format!(" against the run pinned{day}{commit}")
}
