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
