//! Series of the baseline that did not come: whoever deletes a slow benchmark does not get a green gate for it.

use super::finding::quoted;
use super::threshold::{Case, Found, Threshold};
use crate::limits::{MISSING_FINDINGS_MAX, RENAMES_TRIED_MAX};
use crate::model::{Finding, FindingKind, SeriesKey, Verdict, metric};
use std::collections::{BTreeMap, BTreeSet};

/// Share of their characters in which two names must agree for one to be suggested for the other.
const LIKENESS: f64 = 0.5;

pub struct Missing;

impl Threshold for Missing {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let is_missed = |key: &&SeriesKey| !metric::comes_and_goes(&key.metric);
        let missing: Vec<&SeriesKey> = case.comparison.missing.iter().filter(is_missed).collect();
        let new: Vec<&SeriesKey> = case.comparison.new.iter().filter(is_missed).collect();
        let renamed = renamed(&missing, &new);
        for key in missing.iter().take(MISSING_FINDINGS_MAX) {
            let renamed = renamed.get(key.label.as_str()).map(|label| format!(" (was it renamed to {:?}?)", quoted(label)));
            let renamed = renamed.unwrap_or_default();
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

/// Labels that did not come, each with the new label that it may go by now. A question to the user, never a guess that is
/// acted on. The only one that is gone and the only one that is new belong together, however unlike; else the likest names
/// first, each but once, and none that are more different than alike. A label is renamed with all its metrics or not at all.
fn renamed<'a>(missing: &[&'a SeriesKey], new: &[&'a SeriesKey]) -> BTreeMap<&'a str, &'a str> {
    let labels = |keys: &[&'a SeriesKey]| {
        let mut labels: BTreeMap<&'a str, BTreeSet<&'a str>> = BTreeMap::new();
        for key in keys {
            labels.entry(key.label.as_str()).or_default().insert(key.metric.as_str());
        }
        labels
    };
    let (gone, came) = (labels(missing), labels(new));
    let is_single = gone.len() == 1 && came.len() == 1;
    let mut pairs = Vec::new();
    for (old, metrics) in gone.iter().take(RENAMES_TRIED_MAX) {
        for (label, _) in came.iter().take(RENAMES_TRIED_MAX).filter(|(_, others)| metrics.is_subset(others)) {
            let likeness = strsim::normalized_damerau_levenshtein(quoted(old).as_str(), quoted(label).as_str());
            if is_single || likeness > LIKENESS {
                pairs.push((likeness, *old, *label));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut renamed, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for (_, old, label) in pairs {
        if !renamed.contains_key(old) && taken.insert(label) {
            renamed.insert(old, label);
        }
    }
    renamed
}

fn finding(case: &Case<'_>, key: SeriesKey, sentence: String) -> Finding {
    let sentence = sentence + "; if that is meant, accept this run";
    Finding { key, kind: FindingKind::Missing, ..case.suite_finding(Verdict::Unstable, sentence) }
}
