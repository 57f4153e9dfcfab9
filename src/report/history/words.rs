//! What is said of a history in more than one form.

use super::super::facts::day;
use crate::model::humanize::{percent, quantity};
use crate::model::{LevelChange, Meaning, Point, Trend};

/// How change points are found, in a sentence.
pub const METHOD: &str = "Change points are hints, not proof: E-divisive in windows of 50 runs, kept where Student's t between both levels \
                          has p <= 0.001 (less in longer series: 0.01 over all places), 3 runs before and 5 after.";

/// `latency p95`.
pub fn measure(trend: &Trend) -> String {
    format!("{} {}", trend.key.metric, trend.statistic)
}

/// A value with the unit of the trend.
pub fn value(trend: &Trend, value: f64) -> String {
    quantity(value, &trend.unit)
}

/// `+12.9%`; the difference where there is no percentage.
pub fn size(trend: &Trend, change: &LevelChange) -> String {
    change.change_percent.map_or_else(|| format!("{} from nothing", value(trend, change.after - change.before)), percent)
}

/// `worse`, `better`, or only `other`.
pub fn direction(change: &LevelChange) -> &'static str {
    match change.is_worse {
        Some(true) => "worse",
        Some(false) => "better",
        None => "other",
    }
}

/// `run 7 of 12, build 41, 2026-11-02, commit 1a2b3c4d5e`.
pub fn place(trend: &Trend, index: usize) -> String {
    let nth = format!("run {} of {}", index + 1, trend.points.len());
    let named = trend.points.get(index).map(origin).unwrap_or_default();
    [nth].into_iter().chain(named).collect::<Vec<_>>().join(", ")
}

/// What is known of the run of a point: build, day, commit.
pub fn origin(point: &Point) -> Vec<String> {
    let build = point.build.map(|number| format!("build {number}"));
    let commit = point.commit.as_ref().map(|commit| format!("commit {}", commit.chars().take(10).collect::<String>()));
    [build, point.started_ns.and_then(day), commit].into_iter().flatten().collect()
}

/// `rose from 81.4 µs to 91.9 µs (+12.9%, worse) at run 7 of 12, 2026-11-02; p = 0.00002`.
pub fn sentence(trend: &Trend, change: &LevelChange) -> String {
    let moved = if change.after > change.before { "rose" } else { "fell" };
    let (before, after) = (value(trend, change.before), value(trend, change.after));
    let (size, direction) = (size(trend, change), direction(change));
    format!("{moved} from {before} to {after} ({size}, {direction}) at {}; {}", place(trend, change.index), p_value(change.p_value))
}

/// What the change means by the limits of the configuration; nothing where they say nothing.
pub fn meaning(change: &LevelChange) -> Option<String> {
    match &change.meaning {
        Meaning::Shown => None,
        Meaning::Acknowledged(reason) => Some(format!("acknowledged: {reason}")),
        Meaning::Recovered => Some("made up for since".to_string()),
        Meaning::Open(limit) => {
            Some(format!("more than {limit}, and nobody said why; `accept --pin` of a run like this says that it is meant"))
        }
    }
}

fn p_value(p: f64) -> String {
    if p < 1e-6 { "p < 0.000001".to_string() } else { format!("p = {}", format!("{p:.6}").trim_end_matches('0')) }
}
