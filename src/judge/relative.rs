//! A change against the baseline: `+5%`.

use super::evidence::{Bar, Evidence, PRIOR_SCALE, runs_missing, turned};
use super::finding::{counted, movement, subject};
use super::rule::{Attempts, Kind, Limit, Statistics};
use super::selection::Selected;
use super::threshold::{Case, Found, Reading, Threshold, exceeds};
use crate::model::humanize::quantity;
use crate::model::{Better, Change, Finding, FindingKind, Unit, Verdict, metric};

pub struct Relative;

impl Threshold for Relative {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        for selected in case.selection.of_kind(Kind::Relative) {
            // A new series and another environment have nothing to be compared with; both are said elsewhere.
            let Some(compared) = selected.compared.filter(|one| one.comparable && one.before_errors.is_some()) else { continue };
            if selected.rule.is_default && !compared.is_exact && metric::may_repeat_exactly(&selected.series.key.metric) {
                case.cannot_judge(selected, FindingKind::Relative, "it did not repeat exactly in three accepted runs", found);
                continue;
            }
            let of_all = compared.changes_all.as_ref().filter(|_| selected.rule.of == Attempts::All);
            let change = of_all.unwrap_or(&compared.changes).get(&selected.statistic);
            match (selected.after.and(change), selected.better()) {
                (None, _) => {
                    case.cannot_judge(selected, FindingKind::Relative, "this statistic is not known now and in the baseline", found);
                }
                (_, Better::Unknown) => {
                    case.cannot_judge(selected, FindingKind::Relative, "nobody says whether more of it is better or worse", found);
                }
                (Some(change), better) => {
                    let finding = judge(case, selected, change, better);
                    found.findings.push(finding.unwrap_or_else(|reason| case.no_verdict(selected, FindingKind::Relative, &reason)));
                }
            }
        }
    }
}

fn judge(case: &Case<'_>, selected: &Selected<'_>, change: &Change, better: Better) -> Result<Finding, String> {
    let limits = [selected.limits.unstable, selected.limits.fail];
    if limits.into_iter().flatten().any(|limit| bar(limit, better).is_none()) {
        return Err("its limit can never be reached; where higher is better a drop is less than 100%".to_string());
    }
    let is_exact = selected.compared.is_some_and(|compared| compared.is_exact);
    match (case.policy.statistics, Evidence::of(change, better)) {
        _ if is_exact => Ok(exact(case, selected, change, better, "; exact: it repeats for the same code")),
        (Statistics::Sound, Some(evidence)) => Ok(sound(case, selected, change, better, evidence)),
        (Statistics::Plain, _) if change.before > 0.0 => {
            Ok(exact(case, selected, change, better, "; a plain percentage, without noise model"))
        }
        _ if change.before == change.after || is_floored(selected, change.before, change.after) => {
            Ok(exact(case, selected, change, better, ""))
        }
        _ => Err(no_ratio(selected, change)),
    }
}

fn no_ratio(selected: &Selected<'_>, change: &Change) -> String {
    let value = |value: f64| quantity(value, &selected.unit());
    format!("it was {} and is {}, of which there is no percentage; give it an absolute limit", value(change.before), value(change.after))
}

fn bar(limit: &Limit, better: Better) -> Option<Bar> {
    match limit {
        Limit::Relative { change, .. } => Bar::of(*change, better),
        Limit::Absolute { .. } | Limit::Band { .. } => None,
    }
}

/// Without noise model: worse by strictly more than the limit is worse.
fn exact(case: &Case<'_>, selected: &Selected<'_>, change: &Change, better: Better, how: &str) -> Finding {
    let Change { before, after, .. } = *change;
    let floored = is_floored(selected, before, after);
    let (verdict, text) = selected.limits.decide(|limit| match limit {
        Limit::Relative { .. } if floored => Reading::Within,
        Limit::Relative { change, .. } => {
            let crossed = match better {
                Better::Higher => exceeds(before * (1.0 - change.abs()), after),
                _ => exceeds(after, before * (1.0 + change)),
            };
            if crossed { Reading::Crossed } else { Reading::Within }
        }
        Limit::Absolute { .. } | Limit::Band { .. } => Reading::Unclear,
    });
    let change_percent = (before > 0.0).then(|| 100.0 * (after / before - 1.0));
    let reason = if floored { floor_reason(selected) } else { how.to_string() };
    let sentence = format!("{} {}, limit {text}{reason}", subject(selected), movement(before, after, &selected.unit(), change_percent));
    let finding = case.finding(selected, FindingKind::Relative, verdict, sentence);
    Finding { threshold: text.to_string(), before: Some(before), change_percent, ..finding }
}

fn sound(case: &Case<'_>, selected: &Selected<'_>, change: &Change, better: Better, evidence: Evidence) -> Finding {
    let delta = turned(evidence.worse, better);
    // With several accepted runs, before is their middle.
    let before = if evidence.runs > 1 { change.after / delta.exp() } else { change.before };
    let floored = is_floored(selected, before, change.after);
    let (verdict, text) = selected.limits.decide(|limit| match bar(limit, better) {
        _ if floored => Reading::Within,
        Some(bar) => evidence.read(bar),
        None => Reading::Unclear,
    });
    let to_percent = |worse: f64| 100.0 * turned(worse, better).exp_m1();
    let detectable = selected.limits.gravest().and_then(|limit| bar(limit, better)).map(|bar| to_percent(evidence.detectable(bar)).abs());
    let interval = evidence.high.map(|high| (to_percent(evidence.low), to_percent(high)));
    let interval_percent = interval.map(|(a, b)| (a.min(b), a.max(b)));
    let change_percent = Some(100.0 * delta.exp_m1());
    let reason = if floored { floor_reason(selected) } else { reason(verdict, evidence, detectable) };
    let moved = movement(before, change.after, &selected.unit(), change_percent);
    let sentence = format!("{} {moved}, limit {text}{reason}", subject(selected));
    let finding = case.finding(selected, FindingKind::Relative, verdict, sentence);
    Finding {
        threshold: text.to_string(),
        before: Some(before),
        change_percent,
        interval_percent,
        detectable_percent: detectable,
        ..finding
    }
}

/// Why the evidence says so, and what would make it say more.
fn reason(verdict: Verdict, evidence: Evidence, detectable: Option<f64>) -> String {
    let runs = counted(u64::from(evidence.runs), "accepted run");
    let share = |share: f64| quantity(share, &Unit::Ratio);
    let prior = format!("with {runs} the noise between runs is taken as {}", share(PRIOR_SCALE));
    match verdict {
        Verdict::Pass if evidence.is_within_only() => format!("; noise between runs not yet known ({runs})"),
        Verdict::Pass => format!("; {runs}"),
        Verdict::Fail if evidence.is_young() => format!("; {prior}, and this is beyond it"),
        Verdict::Fail => format!("; beyond the noise of {runs}"),
        _ => {
            let seen = detectable.map(|change| format!(" a change of {} would have failed", share(change / 100.0))).unwrap_or_default();
            match runs_missing(evidence.runs) {
                0 => format!("; it could be the noise of {runs}:{seen}"),
                missing => format!("; {prior}:{seen}; accept {missing} more unchanged runs to see smaller changes"),
            }
        }
    }
}

fn is_floored(selected: &Selected<'_>, before: f64, after: f64) -> bool {
    selected.rule.floor.is_some_and(|floor| (after - before).abs() < floor)
}

fn floor_reason(selected: &Selected<'_>) -> String {
    let floor = selected.rule.floor.unwrap_or(0.0);
    format!("; within the floor of {}", quantity(floor, &selected.unit()))
}
