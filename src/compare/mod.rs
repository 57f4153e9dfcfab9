//! Puts a run beside its baseline. Pure.

mod change;
mod noise;

use crate::limits::BAND_RUNS_MAX;
use crate::model::{Before, ComparedSeries, Comparison, Run, Series, SeriesKey, Statistic, metric};
use std::collections::{BTreeMap, BTreeSet};

/// Accepted runs from which on a value that was the same in all of them is taken to repeat exactly.
const RUNS_OF_REPETITION: usize = 3;

/// The run beside the accepted runs: the asked statistics (`Policy::asked`), what vanished, what is new. Times meet only
/// accepted runs of the same environment; what repeats exactly meets those of any.
pub fn compare(before: &Before, run: Run, asked: &BTreeSet<Statistic>) -> Comparison {
    let series: BTreeMap<SeriesKey, ComparedSeries> =
        run.series.iter().map(|(key, series)| (key.clone(), beside(before, series, asked))).collect();
    let known = before.runs.first().or(before.elsewhere.first());
    let counterpart = |key: &SeriesKey, one: &Series| run.series.get(key).is_some_and(|other| other.unit == one.unit);
    let missing = known.into_iter().flat_map(|known| &known.series);
    let missing = missing.filter(|(key, one)| may_compare(before, one) && !counterpart(key, one));
    let missing = missing.map(|(key, _)| key.clone()).collect();
    let new = series.iter().filter(|(_, compared)| compared.comparable && compared.before_errors.is_none());
    let new = new.map(|(key, _)| key.clone()).collect();
    Comparison { baseline: before.facts.clone(), series, missing, new, run }
}

/// Whether accepted runs can judge such a series at all.
fn may_compare(before: &Before, series: &Series) -> bool {
    let is_exact = || metric::is_deterministic(&series.key.metric) || has_repeated_exactly(&accepted(before, series));
    !before.runs.is_empty() || (!before.elsewhere.is_empty() && is_exact())
}

/// Whether what could repeat exactly did: at least three accepted runs, all of one value. Times never do: baselines round them.
fn has_repeated_exactly(accepted: &[&Series]) -> bool {
    let Some(newest) = accepted.first().filter(|_| accepted.len() >= RUNS_OF_REPETITION) else { return false };
    let value = |one: &Series| one.statistic(one.usual_statistic());
    let is_candidate = metric::may_repeat_exactly(&newest.key.metric) && !newest.unit.is_time() && value(newest).is_some();
    is_candidate && accepted.iter().all(|one| value(one) == value(newest))
}

/// The same series of the accepted runs, newest first; of another environment where this one has none.
fn accepted<'a>(before: &'a Before, series: &Series) -> Vec<&'a Series> {
    let source = if before.runs.is_empty() { &before.elsewhere } else { &before.runs };
    let alike = source.iter().filter_map(|run| run.series.get(&series.key)).filter(|one| one.unit == series.unit);
    alike.take(BAND_RUNS_MAX).collect()
}

fn beside(before: &Before, series: &Series, asked: &BTreeSet<Statistic>) -> ComparedSeries {
    let accepted = accepted(before, series);
    let is_exact = metric::is_deterministic(&series.key.metric) || has_repeated_exactly(&accepted);
    let comparable = !before.runs.is_empty() || (is_exact && !before.elsewhere.is_empty());
    let accepted = if comparable { accepted } else { Vec::new() };
    ComparedSeries {
        comparable,
        is_exact,
        before_errors: accepted.first().map(|newest| (newest.summary.count, newest.summary.errors)),
        changes: change::changes(asked, &accepted, series),
        changes_all: change::changes_of_all(asked, &accepted, series),
        pinned: None,
    }
}

#[cfg(test)]
mod tests;
