//! How far one series lies from another, by what is known of both.

use super::{Change, Distribution, Percentile, Series, Statistic, Summary};
use crate::stats::{Shift, Spread, lower_rank, percentile_shift, rank_shift, spread_shift, upper_rank};

/// Width of a two-sided 95 % interval of a normal value, in standard errors.
const INTERVAL_IN_ERRORS: f64 = 2.0 * 1.96;

impl Change {
    /// One number against another, without evidence about their noise.
    pub fn of_values(before: f64, after: f64) -> Change {
        let log_ratio = (before > 0.0 && after > 0.0).then(|| after.ln() - before.ln());
        Change { before, after, log_ratio, band: None, within: None, within_upper: None }
    }

    /// A statistic of one series against the same of another, with the within-run interval where both sides hold evidence:
    /// Welch for means, Mann–Whitney for medians of kept values, order statistics for every other percentile. `None` where
    /// the statistic is not known on both sides.
    pub fn between(before: &Series, after: &Series, statistic: Statistic) -> Option<Change> {
        let mut change = Change::of_values(before.statistic(statistic)?, after.statistic(statistic)?);
        if let Some(shift) = within(before, after, statistic).filter(|_| change.log_ratio.is_some()) {
            change.within = (shift.low.is_finite() && shift.high.is_finite()).then_some((shift.low, shift.high));
            change.within_upper = shift.upper.is_finite().then_some(shift.upper);
        }
        Some(change)
    }
}

impl Series {
    /// Standard error of the logarithm of a statistic from the values within this run, at least that of its rounding; `None`
    /// where too little is known.
    pub fn log_error(&self, statistic: Statistic) -> Option<f64> {
        match statistic {
            Statistic::Mean => {
                let Spread { count, mean, stddev } = spread(self.judged())?;
                (count > 1 && mean > 0.0).then(|| stddev / mean / (count as f64).sqrt())
            }
            Statistic::Percentile(p) => {
                // The deviation of an error that is anywhere within ± the precision.
                let rounding = self.judged().precision.map(|precision| precision / 3f64.sqrt());
                self.percentile_error(p).into_iter().chain(rounding).reduce(f64::max)
            }
            _ => None,
        }
    }

    fn percentile_error(&self, p: Percentile) -> Option<f64> {
        // Ranks beyond the sample are taken at its ends: an underestimate, but a stated one.
        let (n, ranked) = (self.distribution.count(), Ranked::of(&self.distribution));
        let low = ranked.log_at(lower_rank(n, p.fraction(), 0.025).unwrap_or(1))?;
        let high = ranked.log_at(upper_rank(n, p.fraction(), 0.025).unwrap_or(n))?;
        Some((high - low) / INTERVAL_IN_ERRORS)
    }
}

/// Values by rank, sorted no more than once.
enum Ranked<'a> {
    Sorted(Vec<f64>),
    Counted(&'a Distribution),
}

impl<'a> Ranked<'a> {
    fn of(distribution: &'a Distribution) -> Ranked<'a> {
        match distribution {
            Distribution::Values(values) => {
                let mut sorted = values.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                Ranked::Sorted(sorted)
            }
            other => Ranked::Counted(other),
        }
    }

    /// Logarithm of the value at a 1-based rank; `None` beyond the ranks and for a value that is not positive.
    fn log_at(&self, rank: u64) -> Option<f64> {
        let value = match self {
            Ranked::Sorted(values) => values.get(usize::try_from(rank.checked_sub(1)?).ok()?).copied(),
            Ranked::Counted(distribution) => distribution.value_at_rank(rank),
        };
        value.filter(|value| *value > 0.0).map(f64::ln)
    }
}

impl Distribution {
    /// By how much of itself a value read back may lie above the true one.
    pub fn relative_width(&self) -> f64 {
        match self {
            Distribution::Histogram(histogram) => histogram.precision(),
            Distribution::Sketch(sketch) => sketch.precision(),
            _ => 0.0,
        }
    }
}

fn within(before: &Series, after: &Series, statistic: Statistic) -> Option<Shift> {
    match statistic {
        Statistic::Mean => spread_shift(spread(before.judged())?, spread(after.judged())?),
        Statistic::Percentile(p) => match (&before.distribution, &after.distribution) {
            (Distribution::Unknown, _) | (_, Distribution::Unknown) => None,
            (Distribution::Values(a), Distribution::Values(b)) if p == Percentile::P50 => rank_shift(&sorted_logs(a)?, &sorted_logs(b)?),
            (a, b) => {
                let (before, after) = (Ranked::of(a), Ranked::of(b));
                let sides = ((a.count(), |rank| before.log_at(rank)), (b.count(), |rank| after.log_at(rank)));
                let shift = percentile_shift(p.fraction(), sides.0, sides.1)?;
                // Values are upper edges of their buckets; a lower bound needs the lower edge.
                let (below_before, below_after) = (a.relative_width(), b.relative_width());
                Some(Shift { low: shift.low - below_after, high: shift.high + below_before, upper: shift.upper + below_before })
            }
        },
        _ => None,
    }
}

fn spread(summary: &Summary) -> Option<Spread> {
    Some(Spread { count: summary.count, mean: summary.mean?, stddev: summary.stddev? })
}

/// Logarithms in ascending order; `None` if a value is not positive.
fn sorted_logs(values: &[f64]) -> Option<Vec<f64>> {
    let mut logs = values.iter().map(|value| (*value > 0.0).then(|| value.ln())).collect::<Option<Vec<_>>>()?;
    logs.sort_unstable_by(f64::total_cmp);
    Some(logs)
}
