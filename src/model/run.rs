//! One recording of one suite.

use super::{PairFacts, Pairs, Series, SeriesKey, TransportFacts};
use std::collections::BTreeMap;

/// What must be alike to compare times. `hard` makes the key, `drift` is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Readable key, also a directory name under `baselines/`.
    pub key: String,
    pub hard: BTreeMap<String, String>,
    pub drift: BTreeMap<String, String>,
}

/// One part of a test spread over several generators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1 to `total`.
    pub index: u32,
    pub total: u32,
    /// Of the whole test (`LoadWork::fingerprint`), so that parts of different tests are never added; 0 before it is known.
    pub fingerprint: u64,
}

impl Shard {
    /// Shard `index` of `total`; `None` unless it is one of them.
    pub fn new(index: u32, total: u32) -> Option<Shard> {
        (1..=total).contains(&index).then_some(Shard { index, total, fingerprint: 0 })
    }

    /// How many of the slots 0 to `slots` − 1 are its own: slot k is of shard (k mod `total`) + 1.
    pub fn share(&self, slots: u64) -> u64 {
        let (index, total) = (u64::from(self.index), u64::from(self.total.max(1)));
        slots / total + u64::from(slots % total >= index)
    }
}

/// A recoverable oddity, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Note {
    pub path: Option<String>,
    pub line: Option<u64>,
    pub text: String,
}

impl Note {
    /// A note without a place.
    pub fn text(text: impl Into<String>) -> Self {
        Note { path: None, line: None, text: text.into() }
    }
}

/// Who decides when the next request starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadModel {
    /// The schedule, whatever the server does.
    Open,
    /// The answer to the request before.
    Closed,
}

/// How the generator did: what is needed to know whether the measurement is void.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadFacts {
    pub model: LoadModel,
    pub connections: u32,
    /// Requests that were due (open) or allowed (closed).
    pub planned: u64,
    pub completed: u64,
    /// Of the planned ones: no answer, or a bad one at transport level.
    pub failed: u64,
    /// Due but never sent; recorded as censored values.
    pub unsent: u64,
    /// Asked arrival rate, per second (open loop).
    pub rate_planned: Option<f64>,
    /// Starts handled per second by the loop (open loop).
    pub rate_achieved: Option<f64>,
    /// Requests that the loop handled more than `max_lag_ns` after they were due.
    pub late: u64,
    pub max_lag_ns: u64,
    /// Connections opened after the first ones.
    pub reconnects: u64,
    /// CPU time of the generator, ns.
    pub client_cpu_ns: Option<u64>,
    /// Length of the measured phase, ns.
    pub measured_ns: u64,
    /// When requests were to start, in words.
    pub schedule: Option<String>,
    /// How requests reached the server; `None` where nothing tells.
    pub transport: Option<TransportFacts>,
}

impl LoadFacts {
    /// Share of due requests that may be late, and of the arrival rate that may be missed, before the generator itself is at fault.
    pub const TOLERATED: f64 = 0.01;

    /// Whether the generator was at fault: too many requests late, or the rate not kept. In an open loop its numbers are then void.
    pub fn is_generator_late(&self) -> bool {
        let missed = self.rate_achieved.zip(self.rate_planned).map_or(0.0, |(achieved, planned)| (achieved / planned - 1.0).abs());
        // Written so that a rate of NaN counts as missed.
        let is_kept = missed <= Self::TOLERATED;
        self.late as f64 > Self::TOLERATED * self.planned as f64 || !is_kept
    }

    /// Share of one core that the generator used while it measured.
    pub fn cpu_share(&self) -> Option<f64> {
        self.client_cpu_ns.filter(|_| self.measured_ns > 0).map(|cpu_ns| cpu_ns as f64 / self.measured_ns as f64)
    }

    /// Of two repetitions together: counts add up, and the rate is the one that missed by more, so that nothing is forgotten.
    pub fn merged(self, other: LoadFacts) -> LoadFacts {
        let missed =
            |one: &LoadFacts| one.rate_achieved.zip(one.rate_planned).map_or(0.0, |(achieved, planned)| (achieved / planned - 1.0).abs());
        // Written so that a rate of NaN counts as missed.
        let (worse, better) = if missed(&self) <= missed(&other) { (other, self) } else { (self, other) };
        LoadFacts {
            model: if better.model == LoadModel::Open { LoadModel::Open } else { worse.model },
            connections: worse.connections.max(better.connections),
            planned: worse.planned.saturating_add(better.planned),
            completed: worse.completed.saturating_add(better.completed),
            failed: worse.failed.saturating_add(better.failed),
            unsent: worse.unsent.saturating_add(better.unsent),
            late: worse.late.saturating_add(better.late),
            max_lag_ns: worse.max_lag_ns.max(better.max_lag_ns),
            reconnects: worse.reconnects.saturating_add(better.reconnects),
            client_cpu_ns: worse.client_cpu_ns.zip(better.client_cpu_ns).map(|(a, b)| a.saturating_add(b)),
            measured_ns: worse.measured_ns.saturating_add(better.measured_ns),
            transport: [worse.transport, better.transport].into_iter().flatten().reduce(TransportFacts::merged),
            ..worse
        }
    }

    /// Of two generators that worked at once: counts and rates add up, time does not.
    pub fn together(self, other: LoadFacts) -> LoadFacts {
        let sum = |one: Option<f64>, other: Option<f64>| one.zip(other).map(|(one, other)| one + other);
        LoadFacts {
            connections: self.connections.saturating_add(other.connections),
            rate_planned: sum(self.rate_planned, other.rate_planned),
            rate_achieved: sum(self.rate_achieved, other.rate_achieved),
            measured_ns: self.measured_ns.max(other.measured_ns),
            ..self.merged(other)
        }
    }
}

/// A stretch of a run's time, from its start.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Window {
    pub start_ns: u64,
    pub width_ns: u64,
    pub count: u64,
    pub errors: u64,
    pub latency_mean_ns: f64,
    pub latency_max_ns: u64,
    /// Right to 3 %, which is enough for a chart; `None` where nothing started, or where windows were joined.
    pub latency_p50_ns: Option<u64>,
    pub latency_p99_ns: Option<u64>,
}

/// A request kept whole: one of the slowest, or a failed one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exemplar {
    pub label: String,
    pub start_ns: Option<u64>,
    pub latency_ns: u64,
    pub code: String,
    pub error: Option<String>,
    pub detail: String,
    pub trace_id: Option<String>,
}

/// What a source or a measuring stage knows about the run as a whole. Absent facts leave earlier ones alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunFacts {
    /// Name of the suite, where the source tells it (stored runs do).
    pub suite: Option<String>,
    /// Start, ns since the Unix epoch.
    pub started_ns: Option<u64>,
    pub duration_ns: Option<u64>,
    /// The input is cut or the run was interrupted.
    pub partial: bool,
    /// Why the run was given up before its end.
    pub aborted: Option<String>,
    pub commit: Option<String>,
    pub environment: Option<Environment>,
    pub shard: Option<Shard>,
    pub session_ns: Option<u64>,
    pub load: Option<LoadFacts>,
    pub pairs: Option<PairFacts>,
    /// Answers by their status code, of a stored run.
    pub status_codes: BTreeMap<u16, u64>,
    /// Windows and exemplars of a stored run.
    pub windows: Vec<Window>,
    pub exemplars: Vec<Exemplar>,
}

/// One recording of one suite. Series are ordered by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    pub suite: String,
    pub started_ns: Option<u64>,
    pub duration_ns: u64,
    pub partial: bool,
    /// Why it was given up before its end, where it was; it is then partial as well.
    pub aborted: Option<String>,
    pub commit: Option<String>,
    pub environment: Environment,
    pub shard: Option<Shard>,
    /// Start of the session of measuring that it is of, ns since the epoch: runs in a row (`run --repeat N`) are one session.
    /// `None`: a session of its own.
    pub session_ns: Option<u64>,
    pub series: BTreeMap<SeriesKey, Series>,
    /// Of an interleaved comparison, whose head this run is.
    pub pairs: Pairs,
    pub pair_facts: PairFacts,
    pub load: Option<LoadFacts>,
    /// Answers by their three-digit status code, whichever label they are of; what has none is not in it.
    pub status_codes: BTreeMap<u16, u64>,
    pub windows: Vec<Window>,
    pub exemplars: Vec<Exemplar>,
    pub notes: Vec<Note>,
    /// Name of the reader, where it was read.
    pub format: Option<&'static str>,
}

impl Run {
    /// Whether anything at all was measured.
    pub fn is_empty(&self) -> bool {
        self.series.values().all(|series| series.summary.count == 0)
    }
}
