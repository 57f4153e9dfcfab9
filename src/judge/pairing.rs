//! What is measured in pairs, and which limits the pairs are held against.

use super::expression::{Quantity, parse_limit};
use super::finding::quoted;
use super::rule::{Limit, Policy, Rule, Statistics};
use super::selection::relative_picks;
use crate::model::{Better, PairFacts, PairKey, PairLimits, PairThreshold, Percentile, Run, Series, SeriesKey, Statistic, metric};
use std::collections::BTreeMap;

const MEDIAN: Statistic = Statistic::Percentile(Percentile::P50);
const QUARTER: Statistic = Statistic::Percentile(Percentile::P25);
/// Requests of one phase that must lie beyond a percentile of theirs.
const BEYOND_MIN: f64 = 100.0;

impl Policy {
    /// What to measure in pairs, and the limits it will be held against: of each series of `trial`, the run of **one** process (or
    /// one short phase of load), the statistics that relative limits speak of. What repeats exactly needs no pairs.
    ///
    /// A limit without a statistic means the paired value: the lower quartile of at least four wall times, else the median. Both
    /// `time` and `cpu_time` of a label may be among them: whoever measures chooses one (A/A evidence) and gives pairs of that
    /// one only. The number of series chosen, over all suites, is `PairFacts::series`: fixed before measuring.
    pub fn pairs_wanted(&self, trial: &Run) -> BTreeMap<PairKey, PairLimits> {
        self.limits_of(trial, |series| Some(series.paired_statistic()))
            .into_iter()
            .filter(|(key, _)| {
                let is_paired = !metric::is_deterministic(&key.series.metric) && !metric::may_repeat_exactly(&key.series.metric);
                let series = trial.series.get(&key.series);
                is_paired && series.is_some_and(|one| one.statistic(key.statistic).is_some() && wanting(one, key.statistic, 1).is_none())
            })
            .collect()
    }

    /// The limits of the pairs that a run carries.
    pub fn pair_limits(&self, run: &Run) -> BTreeMap<PairKey, PairLimits> {
        let mut limits = self.limits_of(run, |series| paired_value(run, &series.key));
        limits.retain(|key, _| run.pairs.contains_key(key));
        limits
    }

    /// With the limits that a file of pairs was measured for: behind the user's own, before the defaults. The error tells what is
    /// no percentage.
    pub fn replaying(mut self, facts: &PairFacts) -> Result<Policy, String> {
        let rules = facts.thresholds.iter().map(replayed).collect::<Result<Vec<Rule>, String>>()?;
        let behind = self.rules.iter().rposition(|rule| !rule.is_default).map_or(0, |last| last + 1);
        self.rules.splice(behind..behind, rules);
        Ok(self)
    }

    /// The limits that the run's pairs are held against, as a file of pairs stores them: one for all where all are alike.
    pub fn pair_thresholds(&self, run: &Run) -> Vec<PairThreshold> {
        let picked = relative_picks(self, run, |series| paired_value(run, &series.key)).into_iter();
        let is_judged = |key: &(&SeriesKey, Statistic)| run.pairs.contains_key(&PairKey { series: key.0.clone(), statistic: key.1 });
        let stored = |((series, statistic), rule): ((&SeriesKey, Statistic), &Rule)| {
            let text = |limit: &Option<Limit>| limit.as_ref().map(|limit| limit.text().to_string());
            PairThreshold {
                label: series.label.clone(),
                metric: Some(series.metric.clone()),
                statistic: (paired_value(run, series) != Some(statistic)).then_some(statistic),
                unstable: text(&rule.unstable),
                fail: text(&rule.fail),
                floor: rule.floor,
            }
        };
        let each: Vec<PairThreshold> = picked.filter(|(key, _)| is_judged(key)).map(stored).collect();
        let for_all = |one: &PairThreshold| PairThreshold { label: "*".to_string(), metric: Some("*".to_string()), ..one.clone() };
        match each.first().map(for_all) {
            Some(all) if each.len() == run.pairs.len() && each.iter().all(|one| for_all(one) == all) => vec![all],
            _ => each,
        }
    }

    fn limits_of(&self, run: &Run, usual: impl Fn(&Series) -> Option<Statistic>) -> BTreeMap<PairKey, PairLimits> {
        if self.statistics == Statistics::Plain {
            return BTreeMap::new();
        }
        let picked = relative_picks(self, run, usual).into_iter();
        let limited = |((series, statistic), rule): ((&SeriesKey, Statistic), &Rule)| {
            let better = better(run.series.get(series)?, statistic);
            Some((PairKey { series: series.clone(), statistic }, pair_limits(rule, better)?))
        };
        picked.filter_map(limited).collect()
    }
}

/// The statistic that a limit without one means in a run that carries pairs; `None` where no such pairs were measured.
pub fn paired_value(run: &Run, series: &SeriesKey) -> Option<Statistic> {
    let has = |statistic: &Statistic| run.pairs.contains_key(&PairKey { series: series.clone(), statistic: *statistic });
    let candidates = [QUARTER, MEDIAN, Statistic::Mean];
    candidates.into_iter().filter(|one| *one != QUARTER || series.metric == metric::TIME).find(has)
}

/// Requests that one phase would need for a percentile of theirs to be paired, where it has fewer; `phases` are in the series.
pub fn wanting(series: &Series, statistic: Statistic, phases: u64) -> Option<u64> {
    let Statistic::Percentile(percentile) = statistic else { return None };
    let is_tail = metric::is_of_requests(&series.key.metric) && percentile > Percentile::P50;
    let beyond = 1.0 - percentile.fraction();
    let requests = series.judged().count / phases.max(1);
    // Beyond by less than rounding is not wanting.
    let is_wanting = is_tail && (requests as f64) * beyond < BEYOND_MIN - 1e-6;
    is_wanting.then(|| (BEYOND_MIN / beyond - 1e-6).ceil() as u64)
}

/// Where more of a statistic is better or worse. Error rates and counts have no ratio.
fn better(series: &Series, statistic: Statistic) -> Better {
    match statistic {
        Statistic::ErrorRate | Statistic::Count => Better::Unknown,
        Statistic::Throughput => Better::Higher,
        Statistic::Stddev => Better::Lower,
        _ => series.better,
    }
}

/// The rule that a stored limit was.
fn replayed(threshold: &PairThreshold) -> Result<Rule, String> {
    let limit = |text: &Option<String>| match text.as_deref().map(|text| (parse_limit(text), text)) {
        None => Ok(None),
        Some((Ok(Quantity::Change(change)), text)) => Ok(Some(Limit::Relative { change, text: text.to_string() })),
        Some((_, text)) => Err(format!("expected a change such as `+5%` among the thresholds of the pairs, found {:?}", quoted(text))),
    };
    Ok(Rule {
        label: threshold.label.clone(),
        metric: threshold.metric.clone(),
        statistic: threshold.statistic,
        unstable: limit(&threshold.unstable)?,
        fail: limit(&threshold.fail)?,
        floor: threshold.floor,
        // Nobody wrote it for this suite: matching nothing is no mistake.
        is_default: true,
        ..Rule::everywhere()
    })
}

/// Whether a change can be that large: a drop to nothing or below has no ratio.
pub fn is_possible(change: f64, better: Better) -> bool {
    if better == Better::Higher { change.abs() < 1.0 } else { change > -1.0 }
}

/// The rule's limits, where all of them are percentages.
fn pair_limits(rule: &Rule, better: Better) -> Option<PairLimits> {
    let change = |limit: &Option<Limit>| match limit {
        None | Some(Limit::Absolute { .. }) => Ok(None),
        Some(Limit::Relative { change, .. }) => Ok(Some(*change)),
        Some(Limit::Band { .. }) => Err(()),
    };
    let (unstable, fail) = (change(&rule.unstable).ok()?, change(&rule.fail).ok()?);
    let limits = || [unstable, fail].into_iter().flatten();
    let is_judged = better != Better::Unknown && limits().next().is_some() && limits().all(|change| is_possible(change, better));
    is_judged.then_some(PairLimits { unstable, fail, better })
}
