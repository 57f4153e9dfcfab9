//! A change against the accepted runs: `+5%`, `noise band`.

use super::change::Asked;
use super::finding::subject;
use super::paired::is_paired;
use super::rule::{Attempts, Kind};
use super::selection::Selected;
use super::threshold::{Case, Found, Threshold};
use crate::model::{Better, Change, FindingKind, Note, Verdict, metric};

pub struct Relative;

impl Threshold for Relative {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let mut widened = Vec::new();
        for selected in case.selection.of_kind(Kind::Relative).filter(|selected| is_compared(selected) && !is_paired(case, selected)) {
            let kind = FindingKind::Relative;
            match (selected.better(), change(selected)) {
                (Better::Unknown, _) => case.cannot_judge(selected, kind, "nobody says whether more of it is better or worse", found),
                (..) if is_left_alone(selected) => {
                    case.cannot_judge(selected, kind, "it was not the same in three accepted runs or more", found);
                }
                (_, None) => case.cannot_judge(selected, kind, "this statistic is not known now and in the baseline", found),
                (better, Some(change)) => {
                    let asked = Asked { case, selected, change, before: before(change), better, kind, against: "" };
                    let finding = asked.finding();
                    if finding.verdict == Verdict::Pass && !selected.limits.is_one_of(&finding.threshold) {
                        widened.push(format!("{}: judged at {} for its noise", subject(selected), finding.threshold));
                    }
                    found.findings.push(finding);
                }
            }
        }
        // What passed is folded away in reports, and a wider limit is to be told each time.
        if let Some(first) = widened.first() {
            let more = widened.len() - 1;
            let others = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            found.notes.push(Note::text(format!("{first}, a limit widened by `widen_to`{others}")));
        }
    }
}

/// A new series and another environment have nothing to be compared with; both are said elsewhere.
pub fn is_compared(selected: &Selected<'_>) -> bool {
    selected.compared.is_some_and(|one| one.comparable && one.before_errors.is_some())
}

/// A default limit of counters speaks of those that repeat exactly; of the others only their user knows what they may do.
fn is_left_alone(selected: &Selected<'_>) -> bool {
    let is_exact = selected.compared.is_some_and(|one| one.is_exact);
    selected.rule.is_default && !is_exact && metric::may_repeat_exactly(&selected.series.key.metric)
}

/// The change of the attempts that the rule looks at.
pub fn change<'a>(selected: &Selected<'a>) -> Option<&'a Change> {
    let compared = selected.compared?;
    let of_all = compared.changes_all.as_ref().filter(|_| selected.rule.of == Attempts::All);
    selected.after.and(of_all.unwrap_or(&compared.changes).get(&selected.statistic))
}

/// The value accepted: with several runs, their middle.
pub fn before(change: &Change) -> f64 {
    match (change.log_ratio, change.band) {
        (Some(delta), Some(band)) if band.runs > 1 => change.after / delta.exp(),
        _ => change.before,
    }
}
