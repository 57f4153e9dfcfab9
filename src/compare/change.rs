//! One series against its accepted counterparts, statistic by statistic.

use super::noise::band;
use crate::model::{Change, Series, Statistic, Summary};
use std::collections::BTreeMap;

/// With this many accepted runs the noise between runs is known, and evidence from within a run is no longer asked.
const RUNS_OF_A_BAND: usize = 3;

/// Every statistic known now and in an accepted run, newest first. Empty without accepted runs.
pub fn changes(accepted: &[&Series], series: &Series) -> BTreeMap<Statistic, Change> {
    let Some(newest) = accepted.first() else { return BTreeMap::new() };
    let known = statistics(series.judged(), newest.judged());
    known.filter_map(|statistic| Some((statistic, change(accepted, series, statistic)?))).collect()
}

/// The same over every attempt, where failed ones make a difference.
pub fn changes_of_all(accepted: &[&Series], series: &Series) -> BTreeMap<Statistic, Change> {
    let differs = |one: &Series| one.summary_ok.is_some() && one.summary.errors > 0;
    let Some(newest) = accepted.first().filter(|_| differs(series) || accepted.iter().any(|one| differs(one))) else {
        return BTreeMap::new();
    };
    let of_all = |statistic: Statistic| {
        let values: Vec<f64> = accepted.iter().filter_map(|one| one.summary.get(statistic)).collect();
        let change = Change::of_values(*values.first()?, series.summary.get(statistic)?);
        Some((statistic, banded(change, &values, 0.0)))
    };
    statistics(&series.summary, &newest.summary).filter_map(of_all).collect()
}

fn change(accepted: &[&Series], series: &Series, statistic: Statistic) -> Option<Change> {
    let values: Vec<f64> = accepted.iter().filter_map(|one| one.statistic(statistic)).collect();
    let newest = accepted.first()?;
    let change = if values.len() < RUNS_OF_A_BAND { Change::between(newest, series, statistic) } else { None };
    let change = match change {
        Some(change) => change,
        None => Change::of_values(*values.first()?, series.statistic(statistic)?),
    };
    Some(banded(change, &values, series.log_error(statistic).unwrap_or(0.0)))
}

/// Moves a change from the newest accepted value to the middle of them all.
fn banded(change: Change, accepted: &[f64], error: f64) -> Change {
    let logs: Option<Vec<f64>> = accepted.iter().map(|value| (*value > 0.0).then(|| value.ln())).collect();
    let (Some(log_ratio), Some(band)) = (change.log_ratio, logs.and_then(|logs| band(&logs, error))) else {
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

/// What a change can be asked of; counts and error rates are no ratios.
fn statistics<'a>(after: &'a Summary, before: &'a Summary) -> impl Iterator<Item = Statistic> + 'a {
    let percentiles = after.percentiles.keys().chain(before.percentiles.keys().filter(|p| !after.percentiles.contains_key(p)));
    [Statistic::Mean, Statistic::Stddev, Statistic::Min, Statistic::Max, Statistic::Throughput]
        .into_iter()
        .chain(percentiles.map(|p| Statistic::Percentile(*p)))
}
