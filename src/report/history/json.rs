//! Everything as one document, `neverslower.history.v1`. What is not known is absent.

use super::super::Style;
use super::words;
use crate::model::{HISTORY_SCHEMA, History, LevelChange, Meaning, Point, SuiteHistory, Trend};
use serde_json::{Map, Value, json};

pub fn render(history: &History, _: &Style) -> String {
    let document = json!({
        "schema": HISTORY_SCHEMA,
        "verdict": history.verdict.as_str(),
        "exit_code": history.exit_code,
        "method": words::METHOD,
        "suites": history.suites.iter().map(of_suite).collect::<Vec<_>>(),
        "notes": history.notes.iter().map(super::super::facts::note).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn of_suite(suite: &SuiteHistory) -> Value {
    json!({
        "suite": suite.suite,
        "environment": suite.environment,
        "source": suite.source,
        "runs": suite.runs,
        "verdict": suite.verdict().as_str(),
        "series": suite.trends.iter().map(of_trend).collect::<Vec<_>>(),
    })
}

fn of_trend(trend: &Trend) -> Value {
    let mut members = object(json!({
        "label": trend.key.label,
        "metric": trend.key.metric,
        "statistic": trend.statistic.to_string(),
        "unit": trend.unit.as_str(),
        "better": trend.better.as_str(),
        "searched": trend.is_searched,
        "points": trend.points.iter().map(of_point).collect::<Vec<_>>(),
        "changes": trend.changes.iter().map(|change| of_change(trend, change)).collect::<Vec<_>>(),
    }));
    add(&mut members, "creep_percent", trend.creep_percent);
    let finding = trend.creep.as_ref();
    add(&mut members, "creep_verdict", finding.map(|finding| finding.verdict.as_str()));
    add(&mut members, "creep_threshold", finding.map(|finding| finding.threshold.as_str()));
    add(&mut members, "creep_sentence", finding.map(|finding| finding.sentence.as_str()));
    Value::Object(members)
}

fn of_point(point: &Point) -> Value {
    let mut members = object(json!({ "value": point.value }));
    add(&mut members, "started", point.started_ns.and_then(started));
    add(&mut members, "commit", point.commit.as_deref());
    add(&mut members, "build", point.build);
    add(&mut members, "reason", point.reason.as_deref());
    add(&mut members, "pinned", point.is_pinned.then_some(true));
    Value::Object(members)
}

fn of_change(trend: &Trend, change: &LevelChange) -> Value {
    let meaning = match &change.meaning {
        Meaning::Shown => "shown",
        Meaning::Acknowledged(_) => "acknowledged",
        Meaning::Recovered => "recovered",
        Meaning::Open(_) => "open",
    };
    let mut members = object(json!({
        "run": change.index + 1,
        "before": change.before,
        "after": change.after,
        "p_value": change.p_value,
        "direction": words::direction(change),
        "meaning": meaning,
    }));
    add(&mut members, "change_percent", change.change_percent);
    match &change.meaning {
        Meaning::Acknowledged(reason) => add(&mut members, "reason", Some(reason.as_str())),
        Meaning::Open(limit) => add(&mut members, "threshold", Some(limit.as_str())),
        Meaning::Shown | Meaning::Recovered => {}
    }
    if let Some(point) = trend.points.get(change.index) {
        add(&mut members, "started", point.started_ns.and_then(started));
        add(&mut members, "commit", point.commit.as_deref());
        add(&mut members, "build", point.build);
    }
    Value::Object(members)
}

fn started(ns: u64) -> Option<String> {
    jiff::Timestamp::from_nanosecond(i128::from(ns)).ok().map(|time| time.to_string())
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}

fn add(members: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        members.insert(name.to_string(), value.into());
    }
}
