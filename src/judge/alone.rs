//! A shard of a load test says nothing of the whole: all of them are judged together, once.

use super::threshold::{Case, Found, Threshold};
use crate::model::{Note, Verdict};

pub struct Alone;

impl Threshold for Alone {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let Some(shard) = case.comparison.run.shard else { return };
        let sentence = format!("shard {} of {} is not judged alone: give the files of all shards to `check`", shard.index, shard.total);
        // Passing findings are folded away, and this one must be seen.
        found.notes.push(Note::text(sentence.as_str()));
        found.findings.push(case.suite_finding(Verdict::Pass, sentence));
    }

    fn voids(&self) -> bool {
        true
    }
}
