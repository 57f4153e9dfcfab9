//! The relative mode (5.3): every label against the same label of an earlier build.

use super::baseline::Baseline;
use super::input::{Named, few, quoted};
use super::ledger::{Ledger, Subject, measured, of, stored};
use super::value::Values;
use crate::jenkins::arithmetic::{breach, div, print_f64, round};
use crate::jenkins::names::{folded, key};
use crate::jenkins::{LabelNumbers, Metered, Settings};
use crate::limits::MISSING_FINDINGS_MAX;
use crate::model::{Finding, FindingKind, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A label of the baseline and one of the current build whose keys are equal ignoring case.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    pub before: &'a LabelNumbers,
    pub after: &'a LabelNumbers,
    pub after_report: &'a Named<'a>,
}

/// How much a value changed, in per cent with two decimals; a base of 0 gives 9.223372036854776E16, even for 0.
pub fn change_percent(before: i64, after: i64) -> f64 {
    let difference = after as f64 - before as f64;
    round(div(difference * 100.0, before as f64) * 100.0) as f64 / 100.0
}

/// The metric of `config_type`; `None` for a word that the plugin does not know and so never finds a difference in.
pub fn metric(config_type: &str) -> Option<Metered> {
    [("ART", Metered::Average), ("MRT", Metered::Median), ("PRT", Metered::Line90)]
        .into_iter()
        .find(|(name, _)| config_type.eq_ignore_ascii_case(name))
        .map(|(_, metered)| metered)
}

/// The relative mode over all labels of all reports. Gives the pairs, in the order of the baseline's labels.
pub fn judge<'a>(settings: &Settings, before: &'a Baseline<'a>, after: &'a [Named<'a>], ledger: &mut Ledger) -> Vec<Pair<'a>> {
    let pairs = pairs(before, after, ledger);
    let Some(metered) = metric(&settings.config_type) else {
        let sentence = format!("config_type {} is none of ART, MRT, PRT, so every difference is 0", quoted(&settings.config_type));
        ledger.fail_open(14, None, Verdict::NoVerdict, &sentence);
        return pairs;
    };
    for pair in &pairs {
        let finding = finding(settings, metered, pair);
        ledger.findings.extend(finding);
    }
    pairs
}

fn pairs<'a>(before: &'a Baseline<'a>, after: &'a [Named<'a>], ledger: &mut Ledger) -> Vec<Pair<'a>> {
    let mut by_key: BTreeMap<String, Vec<(&Named<'a>, &LabelNumbers)>> = BTreeMap::new();
    for named in after {
        for label in &named.numbers.labels {
            by_key.entry(folded(&key(&label.label))).or_default().push((named, label));
        }
    }
    let mut pairs = Vec::new();
    let mut lost = Vec::new();
    let mut seen = BTreeSet::new();
    for before_report in &before.reports {
        for label in &before_report.numbers.labels {
            let key = folded(&key(&label.label));
            match by_key.get(&key) {
                Some(found) => {
                    let pair = |(after_report, after): &(&'a Named<'a>, &'a LabelNumbers)| Pair { before: label, after, after_report };
                    pairs.extend(found.iter().map(pair));
                }
                None => lost.push(Subject { report: &before_report.name, label: Some(&label.label) }),
            }
            seen.insert(key);
        }
    }
    unpaired(&lost, by_key.iter().filter(|(key, _)| !seen.contains(*key)).flat_map(|(_, found)| found), ledger);
    pairs
}

/// Case 13: labels on one side only. A lost one is unstable in strict mode, a new one is noted.
fn unpaired<'a>(lost: &[Subject<'_>], new: impl Iterator<Item = &'a (&'a Named<'a>, &'a LabelNumbers)>, ledger: &mut Ledger) {
    let one_by_one = if ledger.is_strict { MISSING_FINDINGS_MAX } else { 0 };
    for subject in lost.iter().take(one_by_one) {
        let sentence = format!("{} is in the baseline and did not come (fail-open case 13)", quoted(subject.name()));
        ledger.find(of(Some(*subject), FindingKind::Missing, Verdict::Unstable, sentence));
    }
    if lost.len() > one_by_one {
        let names: Vec<&str> = lost.iter().skip(one_by_one).map(Subject::name).collect();
        ledger.fail_open(13, None, Verdict::Unstable, &format!("in the baseline, and did not come: {}", few(&names)));
    }
    let new: Vec<&str> = new.map(|(_, label)| label.label.as_str()).collect();
    if !new.is_empty() {
        ledger.remark(13, &format!("new, and compared with nothing: {}", few(&new)), "that is noted, too");
    }
}

/// Limits of one direction, failed first.
fn limits(settings: &Settings, change: f64) -> (&'static str, [f64; 2]) {
    if change < 0.0 {
        ("-", [settings.relative_failed_threshold_negative, settings.relative_unstable_threshold_negative])
    } else {
        ("+", [settings.relative_failed_threshold_positive, settings.relative_unstable_threshold_positive])
    }
}

/// `None` where no limit is set on either side: nothing is judged then.
fn finding(settings: &Settings, metered: Metered, pair: &Pair<'_>) -> Option<Finding> {
    let is_set = |change: f64| limits(settings, change).1.into_iter().any(|limit| limit >= 0.0);
    if !is_set(1.0) && !is_set(-1.0) {
        return None;
    }
    let (numbers, values) = (&pair.after.numbers, Values::of(settings));
    let subject = Subject { report: &pair.after_report.name, label: Some(&pair.after.label) };
    let before = values.value(&pair.before.numbers, metered);
    let after = values.value(numbers, metered);
    let blank = measured(subject, FindingKind::Relative, metered, after.unwrap_or(0.0), numbers.samples);
    let (Some(before), Some(after)) = (before, after) else {
        let sentence = format!("{}: no sample is left to compare", quoted(subject.name()));
        return Some(Finding { after: None, verdict: Verdict::NoVerdict, sentence, ..blank });
    };
    // Strict mode does not round.
    let change = if settings.strict { div((after - before) * 100.0, before) } else { change_percent(before as i64, after as i64) };
    let (sign, [failed, unstable]) = limits(settings, change);
    let crossed = |limit: f64| limit >= 0.0 && breach(change.abs(), limit);
    let shown = |limit: f64| format!("{sign}{limit}%");
    let (verdict, threshold, words) = match (crossed(failed), crossed(unstable)) {
        (true, _) => (Verdict::Fail, shown(failed), format!("beyond the failed limit {}", shown(failed))),
        (false, true) => (Verdict::Unstable, shown(unstable), format!("beyond the unstable limit {}", shown(unstable))),
        _ => match [failed, unstable].into_iter().find(|limit| *limit >= 0.0) {
            Some(limit) => (Verdict::Pass, shown(limit), format!("within the limit {}", shown(limit))),
            None => (Verdict::Pass, String::new(), "no limit in this direction".to_string()),
        },
    };
    let verb = if after > before {
        "rose"
    } else if after < before {
        "fell"
    } else {
        "stayed"
    };
    let sentence = format!(
        "{} {}: {verb} from {before} ms to {after} ms ({}{} %), {words}; an exact rule without noise model",
        quoted(subject.name()),
        name(metered),
        if change > 0.0 { "+" } else { "" },
        print_f64(change)
    );
    let before_ns = stored(metered, before);
    Some(Finding { verdict, threshold, before: Some(before_ns), change_percent: Some(change), sentence, ..blank })
}

/// The word for a metered value in sentences.
fn name(metered: Metered) -> &'static str {
    match metered {
        Metered::Median => "median",
        Metered::Line90 => "90% line",
        _ => "average",
    }
}
