//! What two process runs give: a pair of each series that is judged.

use crate::measure::interleave::Turn;
use crate::model::{Pair, PairKey, Run, Series, SeriesKey, Sides, Statistic, metric};
use std::collections::BTreeSet;

/// Shares of wall time between which the CPU time of a process stands for it: it computes, on one core.
const COMPUTES: std::ops::RangeInclusive<f64> = 0.9..=1.1;

/// The pair of one series; `None` where a side did not give a positive number.
pub fn pair(key: &PairKey, runs: Sides<&Run>, turn: &Turn) -> Option<Pair> {
    let value = sides(&key.series, runs, |series| series.statistic(key.statistic))?;
    // CPU time sees no waiting.
    let waits = SeriesKey::new(key.series.label.as_str(), metric::TIME);
    let wall = if key.series.metric == metric::CPU_TIME {
        sides(&waits, runs, |series| series.statistic(series.paired_statistic()))
    } else {
        None
    };
    // A median and a lower quartile see no tail.
    let mean = sides(&key.series, runs, |series| series.statistic(Statistic::Mean).filter(|_| series.judged().count > 1));
    Some(Pair { round: turn.round, order: turn.order, value, wall, mean })
}

fn sides(key: &SeriesKey, runs: Sides<&Run>, number: impl Fn(&Series) -> Option<f64>) -> Option<Sides<f64>> {
    let of = |run: &Run| number(run.series.get(key)?).filter(|value| *value > 0.0 && value.is_finite());
    Some(Sides { base: of(runs.base)?, head: of(runs.head)? })
}

/// Of the series that tell of the same work, those that are not judged: wall time where the work computes on one core, which
/// is judged by its CPU time; else the CPU time. It is decided by runs of base alone, never by the comparison itself.
pub fn set_aside(base: &[Run]) -> BTreeSet<SeriesKey> {
    let labels: BTreeSet<&str> = base.iter().flat_map(|run| run.series.keys()).map(|key| key.label.as_str()).collect();
    let aside = |label: &str| {
        let of = |run: &Run, name: &str| {
            run.series.get(&SeriesKey::new(label, name)).and_then(|series| series.statistic(series.paired_statistic()))
        };
        let mut shares: Vec<f64> = base
            .iter()
            .filter_map(|run| Some(of(run, metric::CPU_TIME)? / of(run, metric::TIME)?))
            .filter(|share| share.is_finite())
            .collect();
        shares.sort_by(f64::total_cmp);
        // Whoever else uses the core takes wall time only: the quarter with the highest shares tells of the work itself.
        let best = shares.get(shares.len() - shares.len().div_ceil(4)..)?;
        let share = best.iter().sum::<f64>() / best.len() as f64;
        let name = if COMPUTES.contains(&share) { metric::TIME } else { metric::CPU_TIME };
        (!best.is_empty()).then(|| SeriesKey::new(label, name))
    };
    labels.into_iter().filter_map(aside).collect()
}
