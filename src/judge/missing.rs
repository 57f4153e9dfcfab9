//! Series of the baseline that did not come: whoever deletes a slow benchmark does not get a green gate for it.

use super::finding::quoted;
use super::threshold::{Case, Found, Threshold};
use crate::limits::MISSING_FINDINGS_MAX;
use crate::model::{Finding, FindingKind, SeriesKey, Verdict, metric};

pub struct Missing;

impl Threshold for Missing {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let is_missed = |key: &&SeriesKey| !metric::comes_and_goes(&key.metric);
        let missing: Vec<&SeriesKey> = case.comparison.missing.iter().filter(is_missed).collect();
        let new: Vec<&SeriesKey> = case.comparison.new.iter().filter(is_missed).collect();
        for key in missing.iter().take(MISSING_FINDINGS_MAX) {
            let renamed = match (missing.as_slice(), new.as_slice()) {
                ([_], [new]) if new.metric == key.metric => format!("; was it renamed to {:?}?", quoted(&new.label)),
                _ => String::new(),
            };
            let sentence = format!("{} {} is in the baseline but did not come{renamed}", quoted(&key.label), key.metric);
            found.findings.push(finding(case, (*key).clone(), sentence));
        }
        if missing.len() > MISSING_FINDINGS_MAX {
            let sentence = format!(
                "{} series of the baseline did not come, {} more than are listed",
                missing.len(),
                missing.len() - MISSING_FINDINGS_MAX
            );
            found.findings.push(finding(case, SeriesKey::new("", ""), sentence));
        }
    }
}

fn finding(case: &Case<'_>, key: SeriesKey, sentence: String) -> Finding {
    let sentence = sentence + "; accept a run without it if that is meant";
    Finding { key, kind: FindingKind::Missing, ..case.suite_finding(Verdict::Unstable, sentence) }
}
