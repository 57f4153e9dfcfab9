//! The group-sequential procedure of an interleaved comparison (`docs/STATISTICS.md`): after 8, 14, … 80 pairs the exact
//! signed-rank test asks whether head is proven slower, or proven not slower; whatever is neither goes on.

mod doubt;
mod gate;

use crate::limits::PAIRS_MAX;
use crate::model::{Better, Bound, Comparison, Doubt, Order, Pair, PairKey, PairLimits, PairedChange, Verdict};
use crate::stats::{WalshAverages, median, signed_rank_index};
use doubt::{Guarded, Guards};
use gate::{Bar, Bars};
use std::collections::BTreeMap;

pub use gate::{LOOKS, Levels};

/// Half of what a two-sided 95 % interval leaves out, and its width in standard errors.
const INTERVAL_TAIL: f64 = 0.025;
const INTERVAL_IN_ERRORS: f64 = 3.92;
/// 95 % of a normal distribution lie above −1.645 standard errors.
const POWER: f64 = 1.645;
/// Standard errors that the allowance and the limit must be apart for a verdict to be likely.
const ERRORS_APART: f64 = 4.7;
/// Pairs of one order from which on it is no accident.
const PAIRS_OF_AN_ORDER: usize = 14;
/// Of this many pairs one may be void.
const PAIRS_FOR_A_VOID: usize = 10;
/// Instructions that moved by less than this share do not explain a slowdown.
const INSTRUCTIONS_MOVED: f64 = 0.002;

/// Judges every series of the run's pairs that has limits. The error levels are divided by the number of series that could fail
/// when the pairs were measured, else by the number of those that are judged.
pub fn compare_pairs(comparison: &mut Comparison, limits: &BTreeMap<PairKey, PairLimits>) {
    let run = &comparison.run;
    let judged = || limits.iter().filter_map(|(key, limits)| Some((key, run.pairs.get(key)?, limits)));
    let series = run.pair_facts.series.unwrap_or_else(|| u32::try_from(judged().count()).unwrap_or(u32::MAX));
    let levels = Levels::of(series);
    let changes = judged().map(|(key, pairs, limits)| (key.clone(), paired(pairs, limits, levels))).collect();
    comparison.paired = changes;
}

/// What these pairs of one series, in the order measured, say against its limits: all looks that they reach, up to the first
/// that decides.
pub fn paired(pairs: &[Pair], limits: &PairLimits, levels: Levels) -> PairedChange {
    let valid: Vec<(&Pair, f64)> = pairs.iter().filter_map(|pair| Some((pair, pair.value.log_ratio()?))).take(PAIRS_MAX).collect();
    let worse: Vec<f64> = valid.iter().map(|(_, log)| turned(*log, limits.better)).collect();
    let sound: Vec<&Pair> = valid.iter().map(|(pair, _)| *pair).collect();
    let void = pairs.iter().filter(|pair| pair.value.log_ratio().is_none()).count();
    let bars = Bars::of(limits);
    let guards = Guards::of(&sound, limits, levels);
    let reached = walk(&worse, &bars, levels, &guards);
    let reached = hedged(reached, &sound, void);
    let used = sound.get(..reached.pairs).unwrap_or_default();
    let seen = worse.get(..reached.pairs).unwrap_or_default();
    measured(reached, Seen { pairs: used, worse: seen, limits, bar: bars.get(reached.bound), levels }, sound.len(), void)
}

/// Where the looks ended.
#[derive(Debug, Clone, Copy)]
struct Reached {
    verdict: Verdict,
    is_final: bool,
    bound: Bound,
    doubt: Option<Doubt>,
    /// Of the look.
    pairs: usize,
}

/// The looks one after the other, up to the first that decides.
fn walk(worse: &[f64], bars: &Bars, levels: Levels, guards: &Guards<'_>) -> Reached {
    let open = Reached { verdict: Verdict::NoVerdict, is_final: false, bound: bars.strictest(), doubt: Some(Doubt::TooFew), pairs: 0 };
    let mut last = Reached { pairs: worse.len(), ..open };
    for pairs in LOOKS {
        let Some(seen) = worse.get(..pairs) else { break };
        let decided = |verdict: Verdict, bound: Bound| Reached { verdict, is_final: true, bound, doubt: None, pairs };
        if bars.fails(Bound::Fail, seen, levels) {
            return decided(Verdict::Fail, Bound::Fail);
        }
        let is_last = pairs == PAIRS_MAX;
        last = Reached { verdict: Verdict::Unstable, is_final: is_last, doubt: Some(Doubt::TooFew), pairs, ..open };
        if bars.passes(seen, levels) {
            let pass = decided(Verdict::Pass, bars.strictest());
            match guards.after(pairs) {
                Guarded::Clear => return pass,
                Guarded::Failed(doubt) => return Reached { verdict: Verdict::Unstable, doubt: Some(doubt), ..pass },
                // The guard could not speak yet: a pass, if no more pairs come.
                Guarded::Suspicious => last = Reached { is_final: is_last, ..pass },
            }
        } else if bars.fails(Bound::Unstable, seen, levels) {
            return decided(Verdict::Unstable, Bound::Unstable);
        }
    }
    last
}

/// With what the pairs themselves make doubtful: it never makes a fail.
fn hedged(reached: Reached, sound: &[&Pair], void: usize) -> Reached {
    let orders = |order: Order| sound.iter().filter(|pair| pair.order == order).count();
    let is_one_order = sound.len() >= PAIRS_OF_AN_ORDER && (orders(Order::BaseFirst) == 0 || orders(Order::HeadFirst) == 0);
    if void * PAIRS_FOR_A_VOID > sound.len() + void {
        return Reached { verdict: Verdict::NoVerdict, is_final: sound.len() >= PAIRS_MAX, doubt: Some(Doubt::Void), ..reached };
    }
    match (reached.verdict, reached.doubt) {
        (Verdict::Fail, _) if is_one_order => Reached { verdict: Verdict::Unstable, doubt: Some(Doubt::OneOrder), ..reached },
        (Verdict::Unstable, Some(Doubt::TooFew)) => {
            let used = sound.get(..reached.pairs).unwrap_or_default();
            let of_length = if reached.pairs == PAIRS_MAX { Doubt::Spread } else { Doubt::TooFew };
            Reached { doubt: Some(doubt::visible(used).unwrap_or(of_length)), ..reached }
        }
        _ => reached,
    }
}

/// The pairs that the verdict rests on.
struct Seen<'a> {
    pairs: &'a [&'a Pair],
    /// Their log ratios, turned so that worse is up.
    worse: &'a [f64],
    limits: &'a PairLimits,
    bar: Option<Bar>,
    levels: Levels,
}

/// The numbers beside the verdict.
fn measured(reached: Reached, seen: Seen<'_>, valid: usize, void: usize) -> PairedChange {
    let n = seen.worse.len();
    let mut averages = WalshAverages::of(seen.worse);
    let estimate = averages.median().unwrap_or(0.0);
    let interval = averages.ends(signed_rank_index(n, INTERVAL_TAIL));
    let error = interval.map(|(low, high)| (high - low) / INTERVAL_IN_ERRORS);
    let certain = averages.at(signed_rank_index(n, seen.levels.fail));
    let (p_fail, p_pass) = seen.bar.map_or((1.0, 1.0), |bar| (bar.p_fail(seen.worse), bar.p_pass(seen.worse)));
    let better = seen.limits.better;
    let is_improved = seen.bar.is_some_and(|bar| bar.is_improved(seen.worse, estimate, seen.levels));
    let of_side = |side: fn(&Pair) -> f64| median(&seen.pairs.iter().map(|pair| side(pair)).collect::<Vec<_>>()).unwrap_or(0.0);
    let of_order = |order: Order| {
        let logs = seen.pairs.iter().filter(|pair| pair.order == order).filter_map(|pair| pair.value.log_ratio());
        WalshAverages::of(&logs.collect::<Vec<_>>()).median()
    };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    PairedChange {
        verdict: reached.verdict,
        is_final: reached.is_final,
        bound: reached.bound,
        doubt: reached.doubt,
        is_improved: is_improved && reached.verdict != Verdict::NoVerdict,
        estimate: turned(estimate, better),
        interval: interval.map(|(low, high)| if better == Better::Higher { (-high, -low) } else { (low, high) }),
        pairs_used: count(n),
        pairs: count(valid),
        void: count(void),
        p_fail,
        p_pass,
        detectable: seen.bar.zip(error).map(|(bar, error)| bar.detectable(estimate, certain, error)),
        pairs_needed: needed(reached, seen.bar, n, error),
        base: of_side(|pair| pair.value.base),
        head: of_side(|pair| pair.value.head),
        base_first: count(seen.pairs.iter().filter(|pair| pair.order == Order::BaseFirst).count()),
        by_order: of_order(Order::BaseFirst).zip(of_order(Order::HeadFirst)),
    }
}

/// Pairs that a verdict would need, where the pairs alone are why there is none.
fn needed(reached: Reached, bar: Option<Bar>, pairs: usize, error: Option<f64>) -> Option<u32> {
    let more = matches!(reached.doubt, Some(Doubt::TooFew | Doubt::Spread | Doubt::TwoModes | Doubt::Waiting));
    if !more {
        return None;
    }
    let first = LOOKS.first().copied().unwrap_or(PAIRS_MAX);
    let wanted = match (bar, error) {
        (Some(bar), Some(error)) if pairs >= first => pairs as f64 * (ERRORS_APART * error / bar.width()).powi(2),
        _ => first as f64,
    };
    // What lies between the allowance and the limit may need more than the formula says; it needs more than there are.
    wanted.is_finite().then(|| (wanted.ceil() as u32).max(u32::try_from(pairs).unwrap_or(u32::MAX).saturating_add(1)))
}

/// Whether a fail on time has to be confirmed on fresh processes, because the instructions executed hardly moved.
pub fn needs_confirmation(first: &PairedChange, instructions_before: f64, instructions_after: f64) -> bool {
    let is_known = instructions_before > 0.0 && instructions_after > 0.0;
    first.verdict == Verdict::Fail && is_known && (instructions_after / instructions_before - 1.0).abs() < INSTRUCTIONS_MOVED
}

/// A fail in the light of a second, fresh measurement judged at `Levels::of_confirmation`: it stands if that failed too.
pub fn confirmed(first: PairedChange, second: &PairedChange) -> PairedChange {
    if first.verdict != Verdict::Fail || second.verdict == Verdict::Fail {
        return first;
    }
    PairedChange { verdict: Verdict::Unstable, doubt: Some(Doubt::Unconfirmed), ..first }
}

/// A logarithmic change turned so that worse is up, or back.
fn turned(log: f64, better: Better) -> f64 {
    if better == Better::Higher { -log } else { log }
}

#[cfg(test)]
mod tests;
