//! One series against its accepted counterparts, statistic by statistic.

use super::noise::{Known, band, band_around, distinct};
use crate::model::{Change, Changes, Percentile, Series, Statistic};
use std::collections::BTreeSet;

/// With accepted runs of this many sessions the noise between runs is known, and evidence from within a run is no longer asked.
const SESSIONS_OF_A_BAND: u32 = 3;
const MEDIAN: Statistic = Statistic::Percentile(Percentile::P50);

/// The same series of an accepted run.
#[derive(Debug, Clone, Copy)]
pub struct Accepted<'a> {
    pub series: &'a Series,
    /// Start of the session of measuring that the run is of.
    pub session: Option<u64>,
}

/// The asked statistics, as far as they are known now and in an accepted run; `accepted` is newest first.
pub fn changes(asked: &BTreeSet<Statistic>, accepted: &[Accepted<'_>], series: &Series) -> Changes {
    ratios(asked, series).filter_map(|statistic| Some((statistic, change(accepted, series, statistic)?))).collect()
}

/// The same against the pinned run; the accepted runs tell how much noise there is.
pub fn changes_since(pinned: &Series, asked: &BTreeSet<Statistic>, accepted: &[Accepted<'_>], series: &Series) -> Changes {
    let since = |statistic: Statistic| {
        let values: Vec<(f64, Option<u64>)> = values(accepted, |one| one.statistic(statistic));
        let change = if distinct(values.iter().map(|(_, session)| *session)) < SESSIONS_OF_A_BAND {
            Change::between(pinned, series, statistic)?
        } else {
            Change::of_values(pinned.statistic(statistic)?, series.statistic(statistic)?)
        };
        let error = series.log_error(statistic).unwrap_or(0.0);
        let band = change.log_ratio.and(logs(&values)).map(|logs| band_around(change.before.ln(), &logs, error));
        Some((statistic, Change { band, ..change }))
    };
    ratios(asked, series).filter_map(since).collect()
}

/// A number of each accepted run that knows it.
fn values(accepted: &[Accepted<'_>], of: impl Fn(&Series) -> Option<f64>) -> Vec<(f64, Option<u64>)> {
    accepted.iter().filter_map(|one| Some((of(one.series)?, one.session))).collect()
}

/// Their logarithms; `None` if one is not positive.
fn logs(values: &[(f64, Option<u64>)]) -> Option<Vec<Known>> {
    values.iter().map(|(value, session)| (*value > 0.0).then(|| Known { log: value.ln(), session: *session })).collect()
}

/// What can be judged by its ratio: counts and error rates cannot.
fn ratios(asked: &BTreeSet<Statistic>, series: &Series) -> impl Iterator<Item = Statistic> {
    let is_ratio = |statistic: &Statistic| !matches!(statistic, Statistic::ErrorRate | Statistic::Count);
    let usual = series.usual_statistic();
    asked.iter().map(move |statistic| if *statistic == MEDIAN { usual } else { *statistic }).filter(is_ratio)
}

/// The same over every attempt, where failed ones make a difference.
pub fn changes_of_all(asked: &BTreeSet<Statistic>, accepted: &[Accepted<'_>], series: &Series) -> Option<Changes> {
    let differs = |one: &Series| one.summary_ok.is_some() && one.summary.errors > 0;
    if !differs(series) && !accepted.iter().any(|one| differs(one.series)) {
        return None;
    }
    let of_all = |statistic: Statistic| {
        let values = values(accepted, |one| one.summary.get(statistic));
        let change = Change::of_values(values.first()?.0, series.summary.get(statistic)?);
        Some((statistic, banded(change, &values, 0.0)))
    };
    Some(ratios(asked, series).filter_map(of_all).collect())
}

fn change(accepted: &[Accepted<'_>], series: &Series, statistic: Statistic) -> Option<Change> {
    let values = values(accepted, |one| one.statistic(statistic));
    let newest = accepted.first()?.series;
    let change = if distinct(values.iter().map(|(_, session)| *session)) < SESSIONS_OF_A_BAND {
        Change::between(newest, series, statistic)
    } else {
        None
    };
    let change = match change {
        Some(change) => change,
        None => Change::of_values(values.first()?.0, series.statistic(statistic)?),
    };
    Some(banded(change, &values, series.log_error(statistic).unwrap_or(0.0)))
}

/// Moves a change from the newest accepted value to the middle of them all.
fn banded(change: Change, accepted: &[(f64, Option<u64>)], error: f64) -> Change {
    let (Some(log_ratio), Some(band)) = (change.log_ratio, logs(accepted).and_then(|logs| band(&logs, error))) else {
        return Change { log_ratio: None, within: None, within_upper: None, ..change };
    };
    let moved = change.before.ln() - band.centre;
    Change {
        log_ratio: Some(log_ratio + moved),
        within: change.within.map(|(low, high)| (low + moved, high + moved)),
        within_upper: change.within_upper.map(|upper| upper + moved),
        band: Some(band),
        ..change
    }
}
