//! The stored form of a baseline, `neverslower.baseline.v1` (restated in `docs/FORMATS.md`): what a reviewer sees in a diff.
//! Sorted members, two spaces, one series a block, short lists of numbers on one line, newline at the end; the same runs
//! always give the same bytes.

use super::summary::{number, summary_value};
use crate::limits::BASELINE_VALUES_MAX;
use crate::model::{Better, Distribution, Environment, Evidence, Note, Run, Series, SeriesKey, Summary, Unit};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Name and version of the layout.
pub const BASELINE_SCHEMA: &str = "neverslower.baseline.v1";

/// A baseline file: the accepted runs of one suite in one environment, newest first.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredBaseline {
    #[serde(deserialize_with = "schema")]
    #[allow(dead_code, reason = "checked while it is read")]
    schema: Checked,
    pub suite: String,
    pub runs: Vec<Accepted>,
}

/// A schema that was found to be ours.
#[derive(Debug, Clone, PartialEq)]
struct Checked;

/// One accepted run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    #[serde(default)]
    pub commit: Option<String>,
    pub environment: StoredEnvironment,
    /// Why it was accepted although it was slower, or had errors.
    #[serde(default)]
    pub reason: Option<String>,
    /// Start of the run, ns since the epoch; RFC 3339 in the file.
    #[serde(default, deserialize_with = "time")]
    pub recorded: Option<u64>,
    pub series: Vec<StoredSeries>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredEnvironment {
    pub key: String,
    pub hard: BTreeMap<String, String>,
    pub drift: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredSeries {
    pub label: String,
    pub metric: String,
    pub unit: String,
    #[serde(deserialize_with = "better")]
    pub better: Better,
    #[serde(deserialize_with = "evidence")]
    pub evidence: Evidence,
    pub summary: Summary,
    #[serde(default)]
    pub summary_ok: Option<Summary>,
    /// Sorted; of the newest run only.
    #[serde(default)]
    pub samples: Vec<f64>,
    #[serde(default)]
    pub error_kinds: BTreeMap<String, u64>,
}

impl StoredBaseline {
    /// A baseline of a suite.
    pub fn new(suite: &str, runs: Vec<Accepted>) -> StoredBaseline {
        StoredBaseline { schema: Checked, suite: suite.to_string(), runs }
    }

    /// The accepted runs as runs, newest first.
    pub fn into_runs(self) -> Vec<Run> {
        let suite = self.suite;
        self.runs.into_iter().map(|accepted| accepted.into_run(&suite)).collect()
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let runs: Vec<Value> = self.runs.iter().map(Accepted::value).collect();
        let mut text = String::new();
        write(&json!({ "schema": BASELINE_SCHEMA, "suite": self.suite, "runs": runs }), 0, &mut text);
        text.push('\n');
        text
    }
}

impl Accepted {
    /// What is kept of a run.
    pub fn of(run: &Run, reason: Option<&str>) -> Accepted {
        let Environment { key, hard, drift } = run.environment.clone();
        Accepted {
            commit: run.commit.clone(),
            environment: StoredEnvironment { key, hard, drift },
            reason: reason.map(str::to_string),
            recorded: run.started_ns,
            series: run.series.values().map(StoredSeries::of).collect(),
        }
    }

    fn into_run(self, suite: &str) -> Run {
        let StoredEnvironment { key, hard, drift } = self.environment;
        let series = self.series.into_iter().map(StoredSeries::into_series);
        Run {
            suite: suite.to_string(),
            started_ns: self.recorded,
            commit: self.commit,
            environment: Environment { key, hard, drift },
            series: series.map(|one| (one.key.clone(), one)).collect(),
            notes: self.reason.map(|reason| Note::text(format!("accepted because: {reason}"))).into_iter().collect(),
            ..Run::default()
        }
    }

    fn value(&self) -> Value {
        let StoredEnvironment { key, hard, drift } = &self.environment;
        let mut map = Map::new();
        map.insert("environment".to_string(), json!({ "drift": drift, "hard": hard, "key": key }));
        map.insert("series".to_string(), self.series.iter().map(StoredSeries::value).collect());
        map.extend(self.commit.iter().map(|commit| ("commit".to_string(), json!(commit))));
        map.extend(self.reason.iter().map(|reason| ("reason".to_string(), json!(reason))));
        let recorded = self.recorded.and_then(|ns| jiff::Timestamp::from_nanosecond(i128::from(ns)).ok());
        map.extend(recorded.map(|time| ("recorded".to_string(), json!(time.to_string()))));
        Value::Object(map)
    }
}

impl StoredSeries {
    fn of(series: &Series) -> StoredSeries {
        let few = series.distribution.count() <= BASELINE_VALUES_MAX as u64;
        let steps = if few { series.distribution.steps() } else { Vec::new() };
        let samples = steps.into_iter().flat_map(|(value, times)| std::iter::repeat_n(value, usize::try_from(times).unwrap_or(0)));
        StoredSeries {
            label: series.key.label.clone(),
            metric: series.key.metric.clone(),
            unit: series.unit.as_str().to_string(),
            better: series.better,
            evidence: series.evidence,
            summary: series.summary.clone(),
            summary_ok: series.summary_ok.clone(),
            samples: samples.collect(),
            error_kinds: series.error_kinds.clone(),
        }
    }

    fn into_series(self) -> Series {
        Series {
            key: SeriesKey::new(self.label, self.metric),
            unit: Unit::from_name(&self.unit),
            better: self.better,
            evidence: self.evidence,
            summary: self.summary,
            summary_ok: self.summary_ok,
            distribution: if self.samples.is_empty() { Distribution::Unknown } else { Distribution::Values(self.samples) },
            error_kinds: self.error_kinds,
        }
    }

    fn value(&self) -> Value {
        let unit = Unit::from_name(&self.unit);
        let mut map = Map::new();
        let texts = [
            ("label", self.label.as_str()),
            ("metric", &self.metric),
            ("unit", &self.unit),
            ("better", self.better.as_str()),
            ("evidence", self.evidence.as_str()),
        ];
        map.extend(texts.map(|(name, text)| (name.to_string(), json!(text))));
        map.insert("summary".to_string(), summary_value(&self.summary, &unit));
        map.extend(self.summary_ok.iter().map(|summary| ("summary_ok".to_string(), summary_value(summary, &unit))));
        if !self.samples.is_empty() {
            map.insert("samples".to_string(), self.samples.iter().map(|value| number(*value, &unit)).collect());
        }
        if !self.error_kinds.is_empty() {
            map.insert("error_kinds".to_string(), json!(self.error_kinds));
        }
        Value::Object(map)
    }
}

fn schema<'de, D: Deserializer<'de>>(input: D) -> Result<Checked, D::Error> {
    let name = String::deserialize(input)?;
    if name == BASELINE_SCHEMA { Ok(Checked) } else { Err(D::Error::custom(format!("unknown schema {name:?}"))) }
}

fn better<'de, D: Deserializer<'de>>(input: D) -> Result<Better, D::Error> {
    let name = String::deserialize(input)?;
    let better = Better::from_name(&name);
    if better.as_str() == name { Ok(better) } else { Err(D::Error::custom(format!("unknown direction {name:?}"))) }
}

fn evidence<'de, D: Deserializer<'de>>(input: D) -> Result<Evidence, D::Error> {
    let name = String::deserialize(input)?;
    Evidence::from_name(&name).ok_or_else(|| D::Error::custom(format!("unknown evidence {name:?}")))
}

fn time<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u64>, D::Error> {
    let Some(text) = Option::<String>::deserialize(input)? else { return Ok(None) };
    let time: jiff::Timestamp = text.parse().map_err(|_| D::Error::custom(format!("no RFC 3339 time: {text:?}")))?;
    u64::try_from(time.as_nanosecond()).map(Some).map_err(|_| D::Error::custom(format!("a time before 1970: {text:?}")))
}

/// Like any two-space JSON, except that lists of numbers stay on one line: 200 lines of samples could not be reviewed.
fn write(value: &Value, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (index, (name, member)) in members.iter().enumerate() {
                out.push(if index == 0 { '{' } else { ',' });
                line(depth + 1, out);
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push_str(": ");
                write(member, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
        Value::Array(items) if items.iter().all(Value::is_number) => {
            let items: Vec<String> = items.iter().map(Value::to_string).collect();
            out.push_str(&format!("[{}]", items.join(", ")));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                line(depth + 1, out);
                write(item, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}
