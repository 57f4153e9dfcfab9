//! The stored form of a run (`*.run.json`, `convert --to json`, `load --json`): an interface of its own, so that the
//! in-memory `Run` may change shape. Layout: `docs/FORMATS.md`.

use super::{
    Better, Distribution, Environment, Evidence, Exemplar, LoadFacts, LoadModel, Note, Run, Series, SeriesKey, Shard, Summary, Unit, Window,
};
use crate::stats::Histogram;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name and version of the layout.
pub const STORED_RUN_SCHEMA: &str = "neverslower.run.v1";

/// A stored run that is JSON but not one of ours; the text says which member and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredError(pub String);

/// A run as it is written. Times in ns, statistics that are not known are absent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredRun {
    pub schema: String,
    pub suite: String,
    #[serde(default)]
    pub started: Option<String>,
    #[serde(default)]
    pub duration_ns: u64,
    #[serde(default)]
    pub partial: bool,
    #[serde(default)]
    pub commit: Option<String>,
    #[serde(default)]
    pub environment: StoredEnvironment,
    #[serde(default)]
    pub shard: Option<StoredShard>,
    /// Start of the session of measuring, where the run shares one with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<StoredLoad>,
    /// Answers by status code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub status_codes: BTreeMap<u16, u64>,
    pub series: Vec<StoredSeries>,
    #[serde(default)]
    pub windows: Vec<StoredWindow>,
    #[serde(default)]
    pub exemplars: Vec<StoredExemplar>,
    #[serde(default)]
    pub notes: Vec<StoredNote>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StoredEnvironment {
    pub key: String,
    #[serde(default)]
    pub hard: BTreeMap<String, String>,
    #[serde(default)]
    pub drift: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct StoredShard {
    pub index: u32,
    pub total: u32,
}

/// How the generator did; additive to CONTRACT's layout, needed to call a stored measurement void again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredLoad {
    /// `open` or `closed`.
    pub model: String,
    pub connections: u32,
    pub planned: u64,
    pub completed: u64,
    pub failed: u64,
    pub unsent: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_planned: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_achieved: Option<f64>,
    pub late: u64,
    pub max_lag_ns: u64,
    pub reconnects: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cpu_ns: Option<u64>,
    pub measured_ns: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredSeries {
    pub label: String,
    pub metric: String,
    pub unit: String,
    pub better: String,
    pub evidence: String,
    pub summary: Summary,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary_ok: Option<Summary>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub error_kinds: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct StoredWindow {
    pub start_ns: u64,
    pub width_ns: u64,
    pub count: u64,
    pub errors: u64,
    pub latency_mean_ns: f64,
    pub latency_max_ns: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredExemplar {
    pub label: String,
    #[serde(default)]
    pub start: Option<String>,
    pub latency_ns: u64,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub detail: String,
    #[serde(default)]
    pub trace_id: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredNote {
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub line: Option<u64>,
    pub text: String,
}

impl StoredRun {
    /// The stored form of a run.
    pub fn from_run(run: &Run) -> StoredRun {
        StoredRun {
            schema: STORED_RUN_SCHEMA.to_string(),
            suite: run.suite.clone(),
            started: run.started_ns.map(timestamp),
            duration_ns: run.duration_ns,
            partial: run.partial,
            commit: run.commit.clone(),
            environment: StoredEnvironment {
                key: run.environment.key.clone(),
                hard: run.environment.hard.clone(),
                drift: run.environment.drift.clone(),
            },
            shard: run.shard.map(|shard| StoredShard { index: shard.index, total: shard.total }),
            session: run.session_ns.map(timestamp),
            load: run.load.as_ref().map(load_out),
            status_codes: run.status_codes.clone(),
            series: run.series.values().map(series_out).collect(),
            windows: run.windows.iter().map(window_out).collect(),
            exemplars: run.exemplars.iter().map(exemplar_out).collect(),
            notes: run.notes.iter().map(|n| StoredNote { path: n.path.clone(), line: n.line, text: n.text.clone() }).collect(),
        }
    }

    /// The run that was stored. Fails on another schema, a repeated series, an unknown evidence or percentile, a
    /// broken histogram: nothing is guessed.
    pub fn into_run(self) -> Result<Run, StoredError> {
        if self.schema != STORED_RUN_SCHEMA {
            return Err(StoredError(format!("expected schema {STORED_RUN_SCHEMA:?}, found {:?}", self.schema)));
        }
        let series = self.series.into_iter().map(series_in).collect::<Result<Vec<_>, _>>()?;
        let stored = series.len();
        // Of two that are there twice the map keeps one, which is how they are noticed.
        let series: BTreeMap<SeriesKey, Series> = series.into_iter().map(|one| (one.key.clone(), one)).collect();
        if series.len() < stored {
            return Err(StoredError(format!("{} series are there twice", stored - series.len())));
        }
        Ok(Run {
            suite: self.suite,
            started_ns: self.started.as_deref().map(parse_timestamp).transpose()?,
            duration_ns: self.duration_ns,
            partial: self.partial,
            commit: self.commit,
            environment: Environment { key: self.environment.key, hard: self.environment.hard, drift: self.environment.drift },
            shard: self.shard.map(|shard| Shard { index: shard.index, total: shard.total }),
            session_ns: self.session.as_deref().map(parse_timestamp).transpose()?,
            series,
            load: self.load.map(load_in).transpose()?,
            status_codes: self.status_codes,
            windows: self.windows.iter().map(window_in).collect(),
            exemplars: self.exemplars.into_iter().map(exemplar_in).collect::<Result<_, _>>()?,
            notes: self.notes.into_iter().map(|n| Note { path: n.path, line: n.line, text: n.text }).collect(),
        })
    }
}

/// RFC 3339 in UTC; what `started` and `start` hold.
fn timestamp(ns: u64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(ns)).map(|t| t.to_string()).unwrap_or_default()
}

fn parse_timestamp(text: &str) -> Result<u64, StoredError> {
    let parsed: jiff::Timestamp = text.parse().map_err(|_| StoredError(format!("expected an RFC 3339 time, found {text:?}")))?;
    u64::try_from(parsed.as_nanosecond()).map_err(|_| StoredError(format!("the time {text:?} lies before 1970")))
}

fn series_out(series: &Series) -> StoredSeries {
    let (samples, histogram) = match &series.distribution {
        Distribution::Unknown => (Vec::new(), None),
        Distribution::Values(values) => (values.clone(), None),
        Distribution::Counts { step, counts } => {
            let mut histogram = Histogram::new();
            counts.iter().for_each(|(value, times)| histogram.add(value * step, times));
            (Vec::new(), Some(histogram.encode()))
        }
        Distribution::Histogram(histogram) => (Vec::new(), Some(histogram.encode())),
    };
    StoredSeries {
        label: series.key.label.clone(),
        metric: series.key.metric.clone(),
        unit: series.unit.as_str().to_string(),
        better: series.better.as_str().to_string(),
        evidence: series.evidence.as_str().to_string(),
        summary: series.summary.clone(),
        summary_ok: series.summary_ok.clone(),
        samples,
        histogram,
        error_kinds: series.error_kinds.clone(),
    }
}

fn series_in(stored: StoredSeries) -> Result<Series, StoredError> {
    let place = format!("series {:?} {:?}", stored.label, stored.metric);
    let evidence =
        Evidence::from_name(&stored.evidence).ok_or_else(|| StoredError(format!("{place}: unknown evidence {:?}", stored.evidence)))?;
    let distribution = match stored.histogram {
        Some(text) => Distribution::Histogram(Histogram::decode(&text).map_err(|e| StoredError(format!("{place}: histogram: {}", e.0)))?),
        None if stored.samples.is_empty() => Distribution::Unknown,
        None => Distribution::Values(stored.samples),
    };
    Ok(Series {
        key: SeriesKey::new(stored.label, stored.metric),
        unit: Unit::from_name(&stored.unit),
        better: Better::from_name(&stored.better),
        evidence,
        summary: stored.summary,
        summary_ok: stored.summary_ok,
        distribution,
        error_kinds: stored.error_kinds,
    })
}

fn load_out(load: &LoadFacts) -> StoredLoad {
    StoredLoad {
        model: match load.model {
            LoadModel::Open => "open",
            LoadModel::Closed => "closed",
        }
        .to_string(),
        connections: load.connections,
        planned: load.planned,
        completed: load.completed,
        failed: load.failed,
        unsent: load.unsent,
        rate_planned: load.rate_planned,
        rate_achieved: load.rate_achieved,
        late: load.late,
        max_lag_ns: load.max_lag_ns,
        reconnects: load.reconnects,
        client_cpu_ns: load.client_cpu_ns,
        measured_ns: load.measured_ns,
    }
}

fn load_in(stored: StoredLoad) -> Result<LoadFacts, StoredError> {
    let model = match stored.model.as_str() {
        "open" => LoadModel::Open,
        "closed" => LoadModel::Closed,
        other => return Err(StoredError(format!("load: expected model \"open\" or \"closed\", found {other:?}"))),
    };
    Ok(LoadFacts {
        model,
        connections: stored.connections,
        planned: stored.planned,
        completed: stored.completed,
        failed: stored.failed,
        unsent: stored.unsent,
        rate_planned: stored.rate_planned,
        rate_achieved: stored.rate_achieved,
        late: stored.late,
        max_lag_ns: stored.max_lag_ns,
        reconnects: stored.reconnects,
        client_cpu_ns: stored.client_cpu_ns,
        measured_ns: stored.measured_ns,
    })
}

fn window_out(window: &Window) -> StoredWindow {
    StoredWindow {
        start_ns: window.start_ns,
        width_ns: window.width_ns,
        count: window.count,
        errors: window.errors,
        latency_mean_ns: window.latency_mean_ns,
        latency_max_ns: window.latency_max_ns,
    }
}

fn window_in(stored: &StoredWindow) -> Window {
    Window {
        start_ns: stored.start_ns,
        width_ns: stored.width_ns,
        count: stored.count,
        errors: stored.errors,
        latency_mean_ns: stored.latency_mean_ns,
        latency_max_ns: stored.latency_max_ns,
    }
}

fn exemplar_out(exemplar: &Exemplar) -> StoredExemplar {
    StoredExemplar {
        label: exemplar.label.clone(),
        start: exemplar.start_ns.map(timestamp),
        latency_ns: exemplar.latency_ns,
        status: exemplar.code.clone(),
        error: exemplar.error.clone(),
        detail: exemplar.detail.clone(),
        trace_id: exemplar.trace_id.clone(),
    }
}

fn exemplar_in(stored: StoredExemplar) -> Result<Exemplar, StoredError> {
    Ok(Exemplar {
        label: stored.label,
        start_ns: stored.start.as_deref().map(parse_timestamp).transpose()?,
        latency_ns: stored.latency_ns,
        code: stored.status,
        error: stored.error,
        detail: stored.detail,
        trace_id: stored.trace_id,
    })
}
