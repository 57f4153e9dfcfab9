//! The share of failed attempts. Judged before every duration: fast errors are no speed.

use super::finding::subject;
use super::rule::{Kind, Limit};
use super::selection::Selected;
use super::threshold::{Case, Found, Reading, Threshold, exceeds};
use crate::model::humanize::quantity;
use crate::model::{Finding, FindingKind, Unit, Verdict};
use crate::stats::{fisher_higher, rate_lower_bound, rate_upper_bound};

/// One-sided level of the bound that is shown.
const BOUND_TAIL: f64 = 0.05;
/// A rise that chance explains less often than this is a rise.
const CERTAIN: f64 = 0.001;
/// A rise that chance explains more often than this is none.
const CHANCE: f64 = 0.05;

pub struct ErrorRate;

impl Threshold for ErrorRate {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        for selected in case.selection.of_error_rates() {
            match (selected.kind, selected.after) {
                (_, None) => case.cannot_judge(selected, FindingKind::ErrorRate, "no attempt was counted", found),
                (Kind::Absolute, Some(after)) => found.findings.push(absolute(case, selected, after)),
                (Kind::Relative, Some(after)) => found.findings.extend(relative(case, selected, after)),
                (Kind::WithinRun, Some(_)) => {
                    case.cannot_judge(selected, FindingKind::ErrorRate, "an error rate is not compared within a run", found);
                }
            }
        }
    }
}

fn absolute(case: &Case<'_>, selected: &Selected<'_>, after: f64) -> Finding {
    let (verdict, text) = selected.limits.decide(|limit| match limit {
        Limit::Absolute { value, .. } if exceeds(after, *value) => Reading::Crossed,
        Limit::Absolute { .. } => Reading::Within,
        Limit::Relative { .. } | Limit::Band { .. } => Reading::Unclear,
    });
    let (count, errors) = (selected.series.summary.count, selected.series.summary.errors);
    let share = |share: f64| quantity(share, &Unit::Ratio);
    let bound = if verdict == Verdict::Pass {
        format!("at most {} with 95% certainty", share(rate_upper_bound(errors, count, BOUND_TAIL)))
    } else {
        format!("at least {} with 95% certainty{}{}", share(rate_lower_bound(errors, count, BOUND_TAIL)), kinds(selected), rest(selected))
    };
    let sentence = format!("{} is {} ({errors} of {count}), limit {text}; {bound}", subject(selected), share(after));
    Finding { threshold: text.to_string(), ..case.finding(selected, FindingKind::ErrorRate, verdict, sentence) }
}

/// `; mostly http-5xx`, where the kinds are known.
fn kinds(selected: &Selected<'_>) -> String {
    let most = selected.series.error_kinds.iter().max_by_key(|(_, times)| **times);
    most.map(|(kind, _)| format!("; mostly {kind}")).unwrap_or_default()
}

/// `; its times are those of the 40 successful attempts only`: who reads a speed beside this rate must know of what.
fn rest(selected: &Selected<'_>) -> String {
    let ok = selected.series.summary_ok.as_ref().map_or(0, |ok| ok.count);
    if ok == 0 { String::new() } else { format!("; its times are those of the {ok} successful attempts only") }
}

/// Against the accepted rate by Fisher's exact test, never by the ratio of two rates. Nothing to say without a baseline.
fn relative(case: &Case<'_>, selected: &Selected<'_>, after: f64) -> Option<Finding> {
    let (count_before, errors_before) = selected.compared?.before_errors.filter(|(count, _)| *count > 0)?;
    let before = errors_before as f64 / count_before as f64;
    let chance = fisher_higher((errors_before, count_before), (selected.series.summary.errors, selected.series.summary.count));
    let (verdict, text) = selected.limits.decide(|limit| match limit {
        Limit::Relative { change, .. } if !exceeds(after, before * (1.0 + change)) || chance > CHANCE => Reading::Within,
        Limit::Relative { .. } if chance <= CERTAIN => Reading::Crossed,
        _ => Reading::Unclear,
    });
    let share = |share: f64| quantity(share, &Unit::Ratio);
    let sentence = format!(
        "{} was {} and is {}, limit {text}; chance alone would do this with probability {}{}",
        subject(selected),
        share(before),
        share(after),
        share(chance),
        if verdict == Verdict::Pass { String::new() } else { rest(selected) }
    );
    let finding = case.finding(selected, FindingKind::ErrorRate, verdict, sentence);
    let change_percent = (before > 0.0).then(|| 100.0 * (after / before - 1.0));
    Some(Finding { threshold: text.to_string(), before: Some(before), change_percent, ..finding })
}
