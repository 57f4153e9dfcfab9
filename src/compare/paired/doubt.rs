//! What makes a pass of the judged value doubtful, and what explains pairs that prove nothing.

use super::gate::{Bar, LOOKS, Levels};
use crate::model::{Better, Doubt, Pair, PairLimits, Sides};
use crate::stats::median;

/// Guards fail at this many times the limit.
const GUARD: f64 = 2.0;
/// CPU time below this share of wall time: the rest is waiting.
const BUSY: f64 = 0.9;
/// How far the centres of two modes must lie apart, and which share of the runs each holds.
const MODES_APART: f64 = 0.03;
const MODE_SHARE: f64 = 0.2;
/// The same in deviations within the modes: halves of one normal distribution are 2.7 apart, of an even one 3.5.
const MODES_APART_IN_DEVIATIONS: f64 = 5.0;

/// What the guards say of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarded {
    Clear,
    /// So few pairs cannot fail at all, and a guard's estimate is as large as a failure's.
    Suspicious,
    Failed(Doubt),
}

/// Other numbers of the same runs, which see what the judged one does not. They never make a fail.
pub struct Guards<'a> {
    pairs: &'a [&'a Pair],
    mean: Option<Bar>,
    wall: Option<Bar>,
    mean_better: Better,
    levels: Levels,
}

impl<'a> Guards<'a> {
    pub fn of(pairs: &'a [&'a Pair], limits: &PairLimits, levels: Levels) -> Guards<'a> {
        let bar = |better: Better| limits.strictest().and_then(|limit| Bar::of(GUARD * limit, better));
        let wall = limits.strictest().and_then(|limit| Bar::of(GUARD * limit.abs(), Better::Lower));
        Guards { pairs, mean: bar(limits.better), wall, mean_better: limits.better, levels }
    }

    /// What they say when the first `pairs` of them let the value pass.
    pub fn after(&self, pairs: usize) -> Guarded {
        let used = self.pairs.get(..pairs).unwrap_or_default();
        let logs = |sides: fn(&Pair) -> Option<Sides>, better: Better| -> Vec<f64> {
            used.iter().filter_map(|pair| Some(super::turned(sides(pair)?.log_ratio()?, better))).collect()
        };
        let mean = self.read(self.mean, &logs(|pair| pair.mean, self.mean_better), Doubt::Tail);
        let wall = self.read(self.wall, &logs(|pair| pair.wall, Better::Lower), Doubt::SlowerInWaiting);
        match (mean, wall) {
            (Guarded::Failed(_), _) => mean,
            (_, Guarded::Failed(_)) => wall,
            (Guarded::Clear, Guarded::Clear) => Guarded::Clear,
            _ => Guarded::Suspicious,
        }
    }

    fn read(&self, bar: Option<Bar>, worse: &[f64], doubt: Doubt) -> Guarded {
        let Some(bar) = bar.filter(|_| !worse.is_empty()) else { return Guarded::Clear };
        let fails = |pairs: usize| worse.get(..pairs).is_some_and(|seen| bar.fails(seen, self.levels));
        if LOOKS.into_iter().any(fails) {
            Guarded::Failed(doubt)
        } else if bar.is_suspicious(worse, self.levels) {
            Guarded::Suspicious
        } else {
            Guarded::Clear
        }
    }
}

/// What can be seen in pairs that prove nothing, besides that they differ.
pub fn visible(pairs: &[&Pair]) -> Option<Doubt> {
    let logs = |side: fn(&Sides) -> f64| -> Vec<f64> { pairs.iter().map(|pair| side(&pair.value).ln()).collect() };
    if has_two_modes(logs(|sides| sides.base)) || has_two_modes(logs(|sides| sides.head)) {
        return Some(Doubt::TwoModes);
    }
    let busy = |pair: &&Pair| pair.wall.into_iter().flat_map(|wall| [pair.value.base / wall.base, pair.value.head / wall.head]).collect();
    let shares: Vec<f64> = pairs.iter().flat_map(|pair| -> Vec<f64> { busy(pair) }).filter(|share| share.is_finite()).collect();
    median(&shares).filter(|share| *share < BUSY).map(|_| Doubt::Waiting)
}

/// Whether values fall into two groups: some split leaves a fifth on either side, and the groups are far apart beside their own
/// width.
fn has_two_modes(mut logs: Vec<f64>) -> bool {
    logs.sort_unstable_by(f64::total_cmp);
    let least = (MODE_SHARE * logs.len() as f64).ceil().max(2.0);
    // Distances from one of them, so that no digits are lost in their squares.
    let origin = logs.first().copied().unwrap_or(0.0);
    let sums = |(sum, squares): (f64, f64), log: f64| (sum + log - origin, squares + (log - origin).powi(2));
    let (sum, squares) = logs.iter().fold((0.0, 0.0), |known, log| sums(known, *log));
    let mut below = (0.0, 0.0);
    (1..logs.len()).zip(&logs).any(|(count, log)| {
        below = sums(below, *log);
        let (low, high) = (count as f64, (logs.len() - count) as f64);
        let (low_mean, high_mean) = (below.0 / low, (sum - below.0) / high);
        let within = (squares - low * low_mean.powi(2) - high * high_mean.powi(2)).max(0.0);
        let deviation = (within / (low + high - 2.0)).sqrt();
        let is_apart = high_mean - low_mean > MODES_APART.ln_1p().max(MODES_APART_IN_DEVIATIONS * deviation);
        low >= least && high >= least && is_apart
    })
}
