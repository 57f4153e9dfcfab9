//! What changes between levels of earlier runs mean by the limits of the configuration. A change point is a hint and proves
//! nothing, so it never fails anything.

use super::evidence::{Bar, turned};
use super::rule::{Kind, Limit, Policy};
use super::selection::Selection;
use crate::model::{Better, Comparison, Meaning, SeriesKey, Statistic, Trend};

/// What a relative limit looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    pub key: SeriesKey,
    pub statistic: Statistic,
    /// The strictest limit, as written.
    pub text: String,
    /// The same as a logarithm, worse is up.
    limit: f64,
    floor: f64,
}

/// What relative limits look at in a run.
pub fn watched(comparison: &Comparison, policy: &Policy) -> Vec<Watched> {
    let selection = Selection::new(comparison, policy);
    let watched = selection.of_kind(Kind::Relative).filter_map(|selected| {
        let strictest = selected.limits.strictest()?;
        let limit = match strictest {
            Limit::Relative { change, .. } => match Bar::of(*change, selected.better())? {
                Bar::Change { limit, .. } => limit,
                Bar::Noise => 0.0,
            },
            // What is seen at all is beyond the noise.
            Limit::Band { .. } => 0.0,
            Limit::Absolute { .. } => return None,
        };
        Some(Watched {
            key: selected.series.key.clone(),
            statistic: selected.statistic,
            text: strictest.text().to_string(),
            limit,
            floor: selected.rule.floor.unwrap_or(0.0),
        })
    });
    watched.collect()
}

impl Watched {
    /// Says of each change of the trend what it means.
    pub fn judge(&self, trend: &mut Trend) {
        let now = trend.levels.last().map_or(f64::NAN, |level| level.median);
        let ends: Vec<usize> = trend.changes.iter().skip(1).map(|change| change.index).chain([trend.points.len()]).collect();
        let (better, points) = (trend.better, &trend.points);
        for (change, end) in trend.changes.iter_mut().zip(ends) {
            // Where a level begins is an estimate: the run before may be the first one of it.
            let reason = points.iter().take(end).skip(change.index.saturating_sub(1)).find_map(|point| point.reason.clone());
            let pin = || points.iter().skip(change.index).any(|point| point.is_pinned).then(|| "a run was pinned since".to_string());
            change.meaning = if !self.is_beyond(change.before, change.after, better) {
                Meaning::Shown
            } else if let Some(reason) = reason.or_else(pin) {
                Meaning::Acknowledged(reason)
            } else if !self.is_beyond(change.before, now, better) {
                Meaning::Recovered
            } else {
                Meaning::Open(self.text.clone())
            };
        }
    }

    fn is_beyond(&self, before: f64, after: f64, better: Better) -> bool {
        let worse = if better == Better::Higher { before - after } else { after - before };
        // From nothing to something is more than any percentage.
        let is_more = if before > 0.0 && after > 0.0 { turned((after / before).ln(), better) > self.limit } else { worse > 0.0 };
        better != Better::Unknown && is_more && worse >= self.floor
    }
}

#[cfg(test)]
mod tests {
    use super::Watched;
    use crate::model::{Better, Level, LevelChange, Meaning, Percentile, Point, SeriesKey, Statistic, Trend, Unit};

    const P50: Statistic = Statistic::Percentile(Percentile::P50);

    /// Five runs of each level, with what a run by its index was accepted for; `pin` is the only reason that pins.
    fn trend(medians: &[f64], better: Better, accepted: &[(usize, &str)]) -> Trend {
        let point = |index: usize| {
            let reason = accepted.iter().find(|(at, _)| *at == index).map(|(_, reason)| reason.to_string());
            let is_pinned = reason.as_deref() == Some("pin");
            let reason = reason.filter(|_| !is_pinned);
            Point { value: 1.0, started_ns: None, commit: None, build: None, reason, is_pinned }
        };
        let change = |(at, pair): (usize, &[f64])| LevelChange {
            index: 5 * (at + 1),
            before: pair[0],
            after: pair[1],
            change_percent: None,
            p_value: 0.0,
            is_worse: None,
            meaning: Meaning::Shown,
        };
        Trend {
            key: SeriesKey::new("sort", "time"),
            statistic: P50,
            unit: Unit::Ns,
            better,
            points: (0..5 * medians.len()).map(point).collect(),
            levels: medians.iter().map(|median| Level { start: 0, end: 0, median: *median, band: None }).collect(),
            changes: medians.windows(2).enumerate().map(change).collect(),
            is_searched: true,
            creep_percent: None,
            creep: None,
        }
    }

    /// What each change means by a limit of +5% and a floor of 2.
    #[track_caller]
    fn check(mut trend: Trend, expected: &[Meaning]) {
        let watched = Watched { key: trend.key.clone(), statistic: P50, text: "+5%".into(), limit: 1.05f64.ln(), floor: 2.0 };
        watched.judge(&mut trend);
        let found: Vec<Meaning> = trend.changes.into_iter().map(|change| change.meaning).collect();
        assert_eq!(found, expected);
    }

    fn open() -> Meaning {
        Meaning::Open("+5%".into())
    }

    fn acknowledged(reason: &str) -> Meaning {
        Meaning::Acknowledged(reason.into())
    }

    #[test]
    fn only_what_is_worse_by_more_than_the_limit_is_open() {
        check(trend(&[100.0, 106.0], Better::Lower, &[]), &[open()]);
        check(trend(&[100.0, 104.0], Better::Lower, &[]), &[Meaning::Shown]);
        check(trend(&[100.0, 50.0], Better::Lower, &[]), &[Meaning::Shown]);
        check(trend(&[100.0, 94.0], Better::Higher, &[]), &[open()]);
        check(trend(&[100.0, 106.0], Better::Higher, &[]), &[Meaning::Shown]);
        check(trend(&[100.0, 200.0], Better::Unknown, &[]), &[Meaning::Shown]);
        check(trend(&[1.0, 2.5], Better::Lower, &[]), &[Meaning::Shown]);
        check(trend(&[0.0, 3.0], Better::Lower, &[]), &[open()]);
    }

    #[test]
    fn who_said_why_has_acknowledged_it() {
        check(trend(&[100.0, 120.0], Better::Lower, &[(5, "cipher")]), &[acknowledged("cipher")]);
        // The change is seen one run late, or the reason was given later.
        check(trend(&[100.0, 120.0], Better::Lower, &[(4, "cipher")]), &[acknowledged("cipher")]);
        check(trend(&[100.0, 120.0], Better::Lower, &[(9, "cipher")]), &[acknowledged("cipher")]);
        check(trend(&[100.0, 120.0], Better::Lower, &[(3, "cipher")]), &[open()]);
        // The reason of a later step is none for this one; a pin is for everything before it.
        check(trend(&[100.0, 120.0, 140.0], Better::Lower, &[(11, "cipher")]), &[open(), acknowledged("cipher")]);
        let pinned = || acknowledged("a run was pinned since");
        check(trend(&[100.0, 120.0, 140.0], Better::Lower, &[(12, "pin")]), &[pinned(), pinned()]);
        check(trend(&[100.0, 120.0], Better::Lower, &[(2, "pin")]), &[open()]);
    }

    #[test]
    fn what_was_made_up_for_is_past() {
        check(trend(&[100.0, 120.0, 90.0], Better::Lower, &[]), &[Meaning::Recovered, Meaning::Shown]);
        check(trend(&[100.0, 120.0, 110.0], Better::Lower, &[]), &[open(), Meaning::Shown]);
    }
}
