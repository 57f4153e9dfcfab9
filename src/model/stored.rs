//! The stored form of a run (`*.run.json`, `convert --to json`, `load --json`): an interface of its own, so that the
//! in-memory `Run` may change shape. Layout: `docs/FORMATS.md`.

mod load;

use super::{
    Better, Distribution, Environment, Evidence, Exemplar, Note, PairFacts, Pairs, Run, Series, SeriesKey, Shard, Summary, Unit, Window,
};
use crate::stats::Histogram;
use load::{StoredLoad, load_in, load_out};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Name and version of the layout.
pub const STORED_RUN_SCHEMA: &str = "neverslower.run.v1";

/// A stored run that is JSON but not one of ours; the text says which member and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredError(pub String);

/// A run as it is written. Times in ns, statistics that are not known are absent. Its series, of which there may be many, are
/// borrowed: from the text that was read, or, as `Written`, from the run that is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredRun<'a, S = StoredSeries<'a>> {
    #[serde(borrow)]
    pub schema: Cow<'a, str>,
    pub suite: String,
    #[serde(default)]
    pub started: Option<String>,
    #[serde(default)]
    pub duration_ns: u64,
    #[serde(default)]
    pub partial: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aborted: Option<String>,
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
    pub series: Vec<S>,
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

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredShard {
    pub index: u32,
    pub total: u32,
    /// Sixteen hexadecimal digits, because JSON numbers end at 2^53.
    pub fingerprint: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredSeries<'a> {
    #[serde(borrow)]
    pub label: Cow<'a, str>,
    #[serde(borrow)]
    pub metric: Cow<'a, str>,
    #[serde(borrow)]
    pub unit: Cow<'a, str>,
    #[serde(borrow)]
    pub better: Cow<'a, str>,
    #[serde(borrow)]
    pub evidence: Cow<'a, str>,
    pub summary: Cow<'a, Summary>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary_ok: Option<Cow<'a, Summary>>,
    #[serde(default, skip_serializing_if = "<[f64]>::is_empty")]
    pub samples: Cow<'a, [f64]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub error_kinds: Cow<'a, BTreeMap<String, u64>>,
}

/// A series that takes its stored form when it is its turn to be written, so that a run is not held a second time.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a>(&'a Series);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        series_out(self.0).serialize(serializer)
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct StoredWindow {
    pub start_ns: u64,
    pub width_ns: u64,
    pub count: u64,
    pub errors: u64,
    pub latency_mean_ns: f64,
    pub latency_max_ns: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p50_ns: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p99_ns: Option<u64>,
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

impl<'a> StoredRun<'a, Written<'a>> {
    /// The stored form of a run.
    pub fn from_run(run: &'a Run) -> Self {
        StoredRun {
            schema: Cow::Borrowed(STORED_RUN_SCHEMA),
            suite: run.suite.clone(),
            started: run.started_ns.map(timestamp),
            duration_ns: run.duration_ns,
            partial: run.partial,
            aborted: run.aborted.clone(),
            commit: run.commit.clone(),
            environment: StoredEnvironment {
                key: run.environment.key.clone(),
                hard: run.environment.hard.clone(),
                drift: run.environment.drift.clone(),
            },
            shard: run.shard.map(shard_out),
            session: run.session_ns.map(timestamp),
            load: run.load.as_ref().map(load_out),
            status_codes: run.status_codes.clone(),
            series: run.series.values().map(Written).collect(),
            windows: run.windows.iter().map(window_out).collect(),
            exemplars: run.exemplars.iter().map(exemplar_out).collect(),
            notes: run.notes.iter().map(|n| StoredNote { path: n.path.clone(), line: n.line, text: n.text.clone() }).collect(),
        }
    }
}

impl<'a> StoredRun<'a> {
    /// The run that was stored. Fails on another schema, a repeated series, an unknown evidence or percentile, a
    /// broken histogram: nothing is guessed.
    pub fn into_run(self) -> Result<Run, StoredError> {
        let (run, series) = self.into_parts()?;
        let series = series.map(|one| one.map(|one| (one.key.clone(), one))).collect::<Result<_, _>>()?;
        Ok(Run { series, ..run })
    }

    /// The same in two parts: the run without its series, and the series one by one, so that many of them are never held twice.
    pub fn into_parts(self) -> Result<(Run, impl Iterator<Item = Result<Series, StoredError>> + 'a), StoredError> {
        if self.schema != STORED_RUN_SCHEMA {
            return Err(StoredError(format!("expected schema {STORED_RUN_SCHEMA:?}, found {:?}", self.schema)));
        }
        let twice = repeated(&self.series);
        if twice > 0 {
            return Err(StoredError(format!("{twice} series are there twice")));
        }
        let run = Run {
            suite: self.suite,
            started_ns: self.started.as_deref().map(parse_timestamp).transpose()?,
            duration_ns: self.duration_ns,
            partial: self.partial,
            aborted: self.aborted,
            commit: self.commit,
            environment: Environment { key: self.environment.key, hard: self.environment.hard, drift: self.environment.drift },
            shard: self.shard.map(shard_in).transpose()?,
            session_ns: self.session.as_deref().map(parse_timestamp).transpose()?,
            series: BTreeMap::new(),
            pairs: Pairs::new(),
            pair_facts: PairFacts::default(),
            load: self.load.map(load_in).transpose()?,
            status_codes: self.status_codes,
            windows: self.windows.iter().map(window_in).collect(),
            exemplars: self.exemplars.into_iter().map(exemplar_in).collect::<Result<_, _>>()?,
            notes: self.notes.into_iter().map(|n| Note { path: n.path, line: n.line, text: n.text }).collect(),
            format: None,
        };
        Ok((run, self.series.into_iter().map(series_in)))
    }
}

/// How many series come more than once. Those that we wrote are sorted, which is seen without a set.
fn repeated(series: &[StoredSeries<'_>]) -> usize {
    let is_sorted = series.is_sorted_by(|a, b| (&a.label, &a.metric) < (&b.label, &b.metric));
    if is_sorted { 0 } else { series.len() - series.iter().map(|one| (&one.label, &one.metric)).collect::<BTreeSet<_>>().len() }
}

/// RFC 3339 in UTC; what `started` and `start` hold.
fn timestamp(ns: u64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(ns)).map(|t| t.to_string()).unwrap_or_default()
}

fn parse_timestamp(text: &str) -> Result<u64, StoredError> {
    let parsed: jiff::Timestamp = text.parse().map_err(|_| StoredError(format!("expected an RFC 3339 time, found {text:?}")))?;
    u64::try_from(parsed.as_nanosecond()).map_err(|_| StoredError(format!("the time {text:?} lies before 1970")))
}

fn series_out(series: &Series) -> StoredSeries<'_> {
    let nothing = Cow::Borrowed([].as_slice());
    let (samples, histogram) = match &series.distribution {
        Distribution::Unknown => (nothing, None),
        Distribution::Values(values) => (Cow::Borrowed(values.as_slice()), None),
        Distribution::Counts { step, counts } => {
            let mut histogram = Histogram::new();
            counts.iter().for_each(|(value, times)| histogram.add(value * step, times));
            (nothing, Some(histogram.encode()))
        }
        Distribution::Histogram(histogram) => (nothing, Some(histogram.encode())),
        Distribution::Sketch(sketch) => {
            let mut histogram = Histogram::new();
            sketch.iter().for_each(|(value, times)| histogram.add(value as u64, times));
            (nothing, Some(histogram.encode()))
        }
    };
    StoredSeries {
        label: Cow::Borrowed(&series.key.label),
        metric: Cow::Borrowed(&series.key.metric),
        unit: Cow::Borrowed(series.unit.as_str()),
        better: Cow::Borrowed(series.better.as_str()),
        evidence: Cow::Borrowed(series.evidence.as_str()),
        summary: Cow::Borrowed(&series.summary),
        summary_ok: series.summary_ok.as_ref().map(Cow::Borrowed),
        samples,
        histogram,
        error_kinds: Cow::Borrowed(&series.error_kinds),
    }
}

fn series_in(stored: StoredSeries<'_>) -> Result<Series, StoredError> {
    let wrong = |what: String| StoredError(format!("series {:?} {:?}: {what}", stored.label, stored.metric));
    let evidence = Evidence::from_name(&stored.evidence).ok_or_else(|| wrong(format!("unknown evidence {:?}", stored.evidence)))?;
    let distribution = match &stored.histogram {
        Some(text) => Distribution::Histogram(Histogram::decode(text).map_err(|e| wrong(format!("histogram: {}", e.0)))?),
        None if stored.samples.is_empty() => Distribution::Unknown,
        None => Distribution::Values(stored.samples.into_owned()),
    };
    Ok(Series {
        key: SeriesKey::new(stored.label, stored.metric),
        unit: Unit::from_name(&stored.unit),
        better: Better::from_name(&stored.better),
        evidence,
        summary: stored.summary.into_owned(),
        summary_ok: stored.summary_ok.map(Cow::into_owned),
        distribution,
        error_kinds: stored.error_kinds.into_owned(),
    })
}

fn shard_out(shard: Shard) -> StoredShard {
    StoredShard { index: shard.index, total: shard.total, fingerprint: format!("{:016x}", shard.fingerprint) }
}

fn shard_in(stored: StoredShard) -> Result<Shard, StoredError> {
    let StoredShard { index, total, fingerprint } = stored;
    let parsed = u64::from_str_radix(&fingerprint, 16).ok().zip(Shard::new(index, total));
    let (fingerprint, shard) = parsed.ok_or_else(|| {
        StoredError(format!(
            "shard: expected an index from 1 to its total and a hexadecimal fingerprint, found {index}/{total} {fingerprint:?}"
        ))
    })?;
    Ok(Shard { fingerprint, ..shard })
}

fn window_out(window: &Window) -> StoredWindow {
    StoredWindow {
        start_ns: window.start_ns,
        width_ns: window.width_ns,
        count: window.count,
        errors: window.errors,
        latency_mean_ns: window.latency_mean_ns,
        latency_max_ns: window.latency_max_ns,
        latency_p50_ns: window.latency_p50_ns,
        latency_p99_ns: window.latency_p99_ns,
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
        latency_p50_ns: stored.latency_p50_ns,
        latency_p99_ns: stored.latency_p99_ns,
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
