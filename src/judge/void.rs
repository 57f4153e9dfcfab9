//! Voids a run in which nothing was measured, or in which nobody answered.

use super::threshold::{Case, Found, Threshold};
use crate::model::{Series, Verdict, error_kind};

pub struct Void;

impl Threshold for Void {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let run = &case.comparison.run;
        let sentence = if run.is_empty() {
            "nothing was measured: the run holds no value at all".to_string()
        } else {
            let Some((kind, attempts)) = unanswered(run.series.values()) else { return };
            format!("none of {attempts} requests got an answer ({kind}); is the server up at that address?")
        };
        found.findings.push(case.suite_finding(Verdict::NoVerdict, sentence));
    }

    fn voids(&self) -> bool {
        true
    }
}

/// The most frequent error kind and the attempts, where every attempt of every series failed without an answer.
fn unanswered<'a>(series: impl Iterator<Item = &'a Series>) -> Option<(&'a str, u64)> {
    let attempted: Vec<&Series> = series.filter(|one| one.counts_errors() && one.summary.count > 0).collect();
    let is_lost =
        |one: &&Series| one.summary.errors == one.summary.count && one.error_kinds.keys().all(|kind| error_kind::is_unanswered(kind));
    if !attempted.iter().all(is_lost) {
        return None;
    }
    let kinds = attempted.iter().flat_map(|one| &one.error_kinds);
    let (kind, _) = kinds.max_by_key(|(_, times)| **times)?;
    Some((kind, attempted.iter().map(|one| one.summary.count).max()?))
}
