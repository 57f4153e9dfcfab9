//! One row for each series and run, for spreadsheets.

use super::super::Style;
use super::super::escape::push_csv;
use crate::model::{History, Level, Point, SuiteHistory, Trend};

/// `value` and `level` (the median of its level) in `unit`; `change` where a level begins: `worse`, `better` or `other`.
const HEADER: &str = "suite,environment,label,metric,statistic,unit,run,started,commit,build,value,level,change,pinned,reason\n";

pub fn render(history: &History, _: &Style) -> String {
    let mut out = HEADER.as_bytes().to_vec();
    for suite in &history.suites {
        for trend in &suite.trends {
            for (index, point) in trend.points.iter().enumerate() {
                push_row(&mut out, suite, trend, (index, point));
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn push_row(out: &mut Vec<u8>, suite: &SuiteHistory, trend: &Trend, (index, point): (usize, &Point)) {
    let is_within = |level: &&Level| (level.start..level.end).contains(&index);
    let level = trend.levels.iter().find(is_within).map(|level| level.median.to_string()).unwrap_or_default();
    let started = point.started_ns.and_then(|ns| jiff::Timestamp::from_nanosecond(i128::from(ns)).ok()).map(|time| time.to_string());
    let change = trend.changes.iter().find(|change| change.index == index).map(super::words::direction);
    let fields = [
        suite.suite.clone(),
        suite.environment.clone(),
        trend.key.label.clone(),
        trend.key.metric.clone(),
        trend.statistic.to_string(),
        trend.unit.as_str().to_string(),
        (index + 1).to_string(),
        started.unwrap_or_default(),
        point.commit.clone().unwrap_or_default(),
        point.build.map(|number| number.to_string()).unwrap_or_default(),
        point.value.to_string(),
        level,
        change.unwrap_or_default().to_string(),
        if point.is_pinned { "yes" } else { "" }.to_string(),
        point.reason.clone().unwrap_or_default(),
    ];
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_csv(out, field);
    }
    out.push(b'\n');
}
