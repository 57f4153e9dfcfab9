//! A series against another of the same run: holds on any machine, and needs no baseline.

use super::finding::{quoted, subject};
use super::rule::{Kind, Limit, Statistics};
use super::selection::Selected;
use super::threshold::{Case, Found, Reading, Threshold, exceeds};
use crate::model::humanize::{percent, quantity};
use crate::model::{Better, Change, Finding, FindingKind, SeriesKey, metric};

pub struct WithinRun;

impl Threshold for WithinRun {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        for selected in case.selection.of_kind(Kind::WithinRun) {
            match judge(case, selected) {
                Ok(finding) => found.findings.push(finding),
                Err(reason) => found.findings.push(case.no_verdict(selected, FindingKind::WithinRun, &reason)),
            }
        }
    }
}

fn judge(case: &Case<'_>, selected: &Selected<'_>) -> Result<Finding, String> {
    let against = selected.rule.against.as_deref().unwrap_or_default();
    let key = SeriesKey::new(against, selected.series.key.metric.as_str());
    let other = case.comparison.run.series.get(&key).filter(|other| other.unit == selected.series.unit);
    let other = other.ok_or_else(|| format!("{:?}, which it is held against, did not come", quoted(against)))?;
    let better = selected.better();
    if better == Better::Unknown {
        return Err("nobody says whether more of it is better or worse".to_string());
    }
    let change = Change::between(other, selected.series, selected.statistic)
        .filter(|change| change.before > 0.0 && change.after >= 0.0)
        .ok_or_else(|| format!("there is no ratio to {:?}", quoted(against)))?;
    let needs_evidence = case.policy.statistics == Statistics::Sound && !metric::is_deterministic(&key.metric);
    Ok(finding(case, selected, &change, needs_evidence, better))
}

fn finding(case: &Case<'_>, selected: &Selected<'_>, change: &Change, needs_evidence: bool, better: Better) -> Finding {
    let ratio = change.after / change.before;
    let is_worse = |ratio: f64, limit: f64| if better == Better::Higher { exceeds(limit, ratio) } else { exceeds(ratio, limit) };
    let ends = match change.within {
        Some((low, high)) if needs_evidence => Some((low.exp(), high.exp())),
        None if needs_evidence => None,
        _ => Some((ratio, ratio)),
    };
    // The end of the interval that speaks for the series, and the one that speaks against it.
    let turned = ends.map(|(low, high)| if better == Better::Higher { (high, low) } else { (low, high) });
    let (verdict, text) = selected.limits.decide(|limit| {
        let Limit::Relative { change, .. } = limit else { return Reading::Unclear };
        let limit = 1.0 + change;
        match turned {
            Some((best, _)) if is_worse(best, limit) && is_worse(ratio, limit) => Reading::Crossed,
            Some((_, worst)) if !is_worse(worst, limit) => Reading::Within,
            _ => Reading::Unclear,
        }
    });
    let interval_percent = change.within.map(|(low, high)| (100.0 * low.exp_m1(), 100.0 * high.exp_m1()));
    let reason = match (needs_evidence, interval_percent) {
        (true, Some((low, high))) => format!("; between {} and {} by the values of this run", percent(low), percent(high)),
        (true, None) => "; single numbers do not tell how noisy they are: measure more values".to_string(),
        (false, _) => String::new(),
    };
    let unit = selected.unit();
    let change_percent = 100.0 * (ratio - 1.0);
    let sentence = format!(
        "{} is {} against {} of {} ({}), limit {text}{reason}",
        subject(selected),
        quantity(change.after, &unit),
        quantity(change.before, &unit),
        quoted(selected.rule.against.as_deref().unwrap_or_default()),
        percent(change_percent)
    );
    Finding {
        threshold: text.to_string(),
        before: Some(change.before),
        change_percent: Some(change_percent),
        interval_percent,
        ..case.finding(selected, FindingKind::WithinRun, verdict, sentence)
    }
}
