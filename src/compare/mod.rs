//! Puts a run beside its baseline. Pure.

mod change;
mod history;
mod noise;
mod paired;

pub use paired::{LOOKS, Levels, compare_pairs, confirmed, needs_confirmation, paired};

use crate::limits::BAND_RUNS_MAX;
use crate::model::{Before, ComparedSeries, Comparison, Run, Series, SeriesKey, Statistic, metric};
use change::Accepted;
use std::collections::btree_map::Iter;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;

pub use history::trend;

/// Accepted runs from which on a value that was the same in all of them is taken to repeat exactly.
const RUNS_OF_REPETITION: usize = 3;

/// The run beside the accepted runs: the asked statistics (`Policy::asked`), what vanished, what is new. Times meet only
/// accepted runs of the same environment; what repeats exactly meets those of any. Accepted runs need not hold every series:
/// what any of them holds belongs to the baseline.
pub fn compare(before: &Before, run: Run, asked: &BTreeSet<Statistic>) -> Comparison {
    let source = if before.runs.is_empty() { &before.elsewhere } else { &before.runs };
    let newest = source.first().map(|run| &run.environment.key);
    let mut walks: Vec<Walk<'_>> = source.iter().map(|one| Walk::along(one, Some(&one.environment.key) == newest)).collect();
    let mut missing = BTreeSet::new();
    let mut beside = Vec::with_capacity(run.series.len());
    for (key, series) in &run.series {
        let found: Vec<Accepted<'_>> = walks.iter_mut().filter_map(|walk| walk.to(key, &mut missing)).collect();
        if found.first().is_some_and(|newest| newest.series.unit != series.unit) {
            missing.insert(key);
        }
        beside.push((key.clone(), compared(before, series, &found, asked)));
    }
    walks.iter_mut().for_each(|walk| walk.rest(&mut missing));
    let may_miss = |key: &SeriesKey| {
        let known = source.iter().filter_map(|run| run.series.get(key)).take(BAND_RUNS_MAX);
        may_compare(before, || is_exact(&key.metric, known))
    };
    let missing = missing.into_iter().filter(|key| may_miss(key)).cloned().collect();
    let is_new = |one: &ComparedSeries| one.comparable && one.before_errors.is_none();
    let new = beside.iter().filter(|(_, one)| is_new(one)).map(|(key, _)| key.clone()).collect();
    let series: BTreeMap<SeriesKey, ComparedSeries> = beside.into_iter().collect();
    Comparison { baseline: before.facts.clone(), series, paired: BTreeMap::new(), missing, new, run }
}

/// Whether accepted runs can judge such a series at all.
fn may_compare(before: &Before, is_exact: impl FnOnce() -> bool) -> bool {
    !before.runs.is_empty() || (!before.elsewhere.is_empty() && is_exact())
}

/// Whether any difference to the accepted runs is a change: the metric repeats exactly, or it could and did, in three at least
/// and in all of them. Times never do: baselines round them.
fn is_exact<'a>(name: &str, mut accepted: impl Iterator<Item = &'a Series>) -> bool {
    if !metric::may_repeat_exactly(name) {
        return metric::is_deterministic(name);
    }
    let value = |one: &Series| one.statistic(one.usual_statistic());
    let Some(newest) = accepted.next().filter(|newest| !newest.unit.is_time()) else { return false };
    let mut runs = 1;
    accepted.inspect(|_| runs += 1).all(|one| value(one) == value(newest)) && runs >= RUNS_OF_REPETITION
}

/// The series of an accepted run in order, beside those of the run: both are sorted, so nothing has to be searched.
struct Walk<'a> {
    series: Peekable<Iter<'a, SeriesKey, Series>>,
    session: Option<u64>,
    /// Whether what it holds and the run does not is missing.
    is_whole: bool,
}

impl<'a> Walk<'a> {
    fn along(run: &'a Run, is_whole: bool) -> Walk<'a> {
        Walk { series: run.series.iter().peekable(), session: run.session_ns, is_whole }
    }

    /// The series of this key; what lies before it is missing.
    fn to(&mut self, key: &SeriesKey, missing: &mut BTreeSet<&'a SeriesKey>) -> Option<Accepted<'a>> {
        while let Some((passed, _)) = self.series.next_if(|(next, _)| *next < key) {
            self.is_whole.then(|| missing.insert(passed));
        }
        let (_, series) = self.series.next_if(|(next, _)| *next == key)?;
        Some(Accepted { series, session: self.session })
    }

    fn rest(&mut self, missing: &mut BTreeSet<&'a SeriesKey>) {
        missing.extend(self.series.by_ref().filter(|_| self.is_whole).map(|(key, _)| key));
    }
}

fn compared(before: &Before, series: &Series, found: &[Accepted<'_>], asked: &BTreeSet<Statistic>) -> ComparedSeries {
    let alike = found.iter().filter(|one| one.series.unit == series.unit);
    let mut accepted: Vec<Accepted<'_>> = alike.take(BAND_RUNS_MAX).copied().collect();
    let is_exact = is_exact(&series.key.metric, accepted.iter().map(|one| one.series));
    let comparable = may_compare(before, || is_exact);
    if !comparable {
        accepted.clear();
    }
    let pinned = before.pinned.as_ref().and_then(|pinned| pinned.series.get(&series.key)).filter(|one| one.unit == series.unit);
    ComparedSeries {
        comparable,
        is_exact,
        before_errors: accepted.first().map(|newest| (newest.series.summary.count, newest.series.summary.errors)),
        changes: change::changes(asked, &accepted, series),
        changes_all: change::changes_of_all(asked, &accepted, series),
        pinned: pinned.map(|pinned| change::changes_since(pinned, asked, &accepted, series)),
    }
}

#[cfg(test)]
mod tests;
