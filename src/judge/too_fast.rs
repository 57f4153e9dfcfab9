//! An improvement too large to be believed: answers that are errors, work that is no longer done.

use super::change::is_floored;
use super::finding::{movement, quoted, subject};
use super::paired::{self, is_paired};
use super::relative::{before, change, is_compared};
use super::rule::{Kind, Limit};
use super::selection::Selected;
use super::threshold::{Case, Found, Threshold, exceeds};
use crate::model::humanize::{percent, quantity};
use crate::model::{Better, Finding, FindingKind, SeriesKey, Verdict};

pub struct TooFast;

impl Threshold for TooFast {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        for selected in case.selection.of_kind(Kind::Relative).filter(|selected| is_compared(selected)) {
            let sides = if is_paired(case, selected) {
                paired::change(case, selected).map(paired::sides)
            } else {
                change(selected).map(|change| (before(change), change.after))
            };
            let Some((before, after)) = sides.filter(|_| selected.rule.too_fast.is_some()) else { continue };
            let told = |change_percent| movement(before, after, &selected.unit(), Some(change_percent));
            found.findings.extend(judged(case, selected, before, after, told));
        }
        for selected in case.selection.of_kind(Kind::WithinRun).filter(|selected| selected.rule.too_fast.is_some()) {
            let against = selected.rule.against.as_deref().unwrap_or_default();
            let key = SeriesKey::new(against, selected.series.key.metric.as_str());
            let other = case.comparison.run.series.get(&key).filter(|other| other.unit == selected.series.unit);
            let (Some(other), Some(after)) = (other.and_then(|other| other.statistic(selected.statistic)), selected.after) else {
                continue;
            };
            let value = |value: f64| quantity(value, &selected.unit());
            let told = |change: f64| format!("is {} against {} of {} ({})", value(after), value(other), quoted(against), percent(change));
            found.findings.extend(judged(case, selected, other, after, told));
        }
    }
}

/// A finding only where the limit is crossed: every series has one of its other limits anyway.
fn judged(case: &Case<'_>, selected: &Selected<'_>, before: f64, after: f64, told: impl Fn(f64) -> String) -> Option<Finding> {
    let Some(Limit::Relative { change, text }) = &selected.rule.too_fast else { return None };
    // How many times better: -90% of a time and +900% of a rate are both ten times.
    let times = change.ln_1p().abs().exp();
    let is_beyond = match selected.better() {
        Better::Lower => exceeds(before, after * times),
        Better::Higher => exceeds(after, before * times),
        Better::Unknown => false,
    };
    if before <= 0.0 || !is_beyond || is_floored(selected, before, after) {
        return None;
    }
    let change_percent = 100.0 * (after / before - 1.0);
    let sentence = format!(
        "{} {}, better by more than {text}: a benchmark so much faster is usually broken (errors, empty work); \
         look at what it does, and accept it if that is right",
        subject(selected),
        told(change_percent)
    );
    let finding = case.finding(selected, FindingKind::TooFast, Verdict::Unstable, sentence);
    Some(Finding { threshold: text.clone(), before: Some(before), change_percent: Some(change_percent), ..finding })
}
