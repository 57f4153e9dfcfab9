//! Puts a run beside its baseline. Pure.

mod change;
mod noise;

use crate::limits::BAND_RUNS_MAX;
use crate::model::{Before, ComparedSeries, Comparison, Run, Series, SeriesKey, Statistic, metric};
use std::collections::{BTreeMap, BTreeSet};

/// The run beside the accepted runs: the asked statistics (`Policy::asked`), what vanished, what is new. Times meet only
/// accepted runs of the same environment; deterministic metrics meet those of any.
pub fn compare(before: &Before, run: Run, asked: &BTreeSet<Statistic>) -> Comparison {
    let series: BTreeMap<SeriesKey, ComparedSeries> =
        run.series.iter().map(|(key, series)| (key.clone(), beside(before, series, asked))).collect();
    let known = before.runs.first().or(before.elsewhere.first());
    let counterpart = |key: &SeriesKey, one: &Series| run.series.get(key).is_some_and(|other| other.unit == one.unit);
    let missing = known.into_iter().flat_map(|known| &known.series);
    let missing = missing.filter(|(key, one)| may_compare(before, key) && !counterpart(key, one));
    let missing = missing.map(|(key, _)| key.clone()).collect();
    let new = series.iter().filter(|(_, compared)| compared.comparable && compared.before_errors.is_none());
    let new = new.map(|(key, _)| key.clone()).collect();
    Comparison { baseline: before.facts.clone(), series, missing, new, run }
}

/// Whether accepted runs can judge such a series at all.
fn may_compare(before: &Before, key: &SeriesKey) -> bool {
    !before.runs.is_empty() || (metric::is_deterministic(&key.metric) && !before.elsewhere.is_empty())
}

fn beside(before: &Before, series: &Series, asked: &BTreeSet<Statistic>) -> ComparedSeries {
    let comparable = may_compare(before, &series.key);
    let source = if before.runs.is_empty() { &before.elsewhere } else { &before.runs };
    let accepted: Vec<&Series> = if comparable {
        let alike = source.iter().filter_map(|run| run.series.get(&series.key)).filter(|one| one.unit == series.unit);
        alike.take(BAND_RUNS_MAX).collect()
    } else {
        Vec::new()
    };
    ComparedSeries {
        comparable,
        before_errors: accepted.first().map(|newest| (newest.summary.count, newest.summary.errors)),
        changes: change::changes(asked, &accepted, series),
        changes_all: change::changes_of_all(asked, &accepted, series),
        pinned: None,
    }
}

#[cfg(test)]
mod tests;
