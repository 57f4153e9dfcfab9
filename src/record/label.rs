//! All series of one label while they are recorded.

use super::Keep;
use super::fold::{Fold, Folded};
use super::summarise::summary;
use crate::limits::{ERROR_KINDS_MAX, METRICS_PER_LABEL_MAX};
use crate::model::{Better, Distribution, Evidence, Request, Series, SeriesKey, Unit, Value, metric};
use crate::stats::Histogram;
use std::collections::BTreeMap;

/// The durations of a request, in the order of `durations`.
const PHASES: [&str; 7] =
    [metric::LATENCY, metric::SERVICE_TIME, metric::SCHEDULE_LAG, metric::QUEUE_WAIT, metric::CONNECT, metric::TLS, metric::FIRST_BYTE];

fn durations(request: &Request<'_>) -> [Option<u64>; PHASES.len()] {
    [
        Some(request.latency_ns),
        request.service_time_ns,
        request.schedule_lag_ns,
        request.queue_wait_ns,
        request.connect_ns,
        request.tls_ns,
        request.first_byte_ns,
    ]
}

/// Whether the metric is one that requests bring.
fn is_of_requests(metric: &str) -> bool {
    metric == metric::BYTES_IN || PHASES.contains(&metric)
}

/// Everything recorded under one label.
#[derive(Debug, Default)]
pub(super) struct Label {
    requests: Option<Box<Requests>>,
    values: Vec<Values>,
}

/// Successful and failed attempts apart. The failed ones are usually none, and then take no room.
#[derive(Debug, Default)]
struct Requests {
    ok: Phases,
    failed: Option<Box<Phases>>,
    error_kinds: ErrorKinds,
}

#[derive(Debug, Default)]
struct Phases {
    times: [Fold; PHASES.len()],
    bytes_in: Fold,
}

impl Phases {
    fn folds(&mut self) -> impl Iterator<Item = &mut Fold> {
        self.times.iter_mut().chain([&mut self.bytes_in])
    }
}

/// One series that is not part of a request.
#[derive(Debug)]
struct Values {
    metric: String,
    unit: Unit,
    better: Better,
    ok: Fold,
    failed: Fold,
}

impl Label {
    /// Adds a request; an error says why it cannot be of this label.
    #[inline]
    pub(super) fn request(&mut self, request: &Request<'_>, keep: Keep) -> Result<(), &'static str> {
        let requests = match &mut self.requests {
            Some(requests) => requests,
            None if self.values.iter().any(|values| is_of_requests(&values.metric)) => return Err("comes as plain values and as requests"),
            none => none.insert(Box::default()),
        };
        let phases = match request.error {
            None => &mut requests.ok,
            Some(kind) => {
                requests.error_kinds.add(kind);
                requests.failed.get_or_insert_default()
            }
        };
        for (fold, ns) in phases.times.iter_mut().zip(&durations(request)) {
            if let Some(ns) = ns {
                fold.time(*ns, keep);
            }
        }
        if let Some(bytes) = request.bytes_in {
            phases.bytes_in.size(bytes);
        }
        Ok(())
    }

    /// Adds a value; an error says why it cannot be of that metric.
    pub(super) fn value(&mut self, value: &Value<'_>, keep: Keep) -> Result<(), &'static str> {
        let values = self.values(value.metric, value.unit, value.better)?;
        let fold = if value.failed { &mut values.failed } else { &mut values.ok };
        match keep {
            Keep::Histogram if *value.unit == Unit::Ns => fold.time(value.value.max(0.0).round() as u64, keep),
            Keep::Histogram | Keep::Exact => fold.value(value.value),
        }
        Ok(())
    }

    /// Counts made elsewhere: of a phase of requests, or of a metric of its own.
    pub(super) fn histogram(&mut self, metric: &str, histogram: &Histogram, failed: bool) -> Result<(), &'static str> {
        if let Some(phase) = PHASES.iter().position(|phase| *phase == metric) {
            let requests = self.requests.get_or_insert_default();
            let phases = if failed { requests.failed.get_or_insert_default() } else { &mut requests.ok };
            if let Some(fold) = phases.times.get_mut(phase) {
                fold.histogram(histogram);
            }
            return Ok(());
        }
        let unit = if metric == metric::BYTES_IN { Unit::Bytes } else { Unit::Ns };
        let values = self.values(metric, &unit, Better::Lower)?;
        let fold = if failed { &mut values.failed } else { &mut values.ok };
        fold.histogram(histogram);
        Ok(())
    }

    fn values(&mut self, metric: &str, unit: &Unit, better: Better) -> Result<&mut Values, &'static str> {
        if self.requests.is_some() && is_of_requests(metric) {
            return Err("comes as requests and as plain values");
        }
        let index = match self.values.iter().position(|values| values.metric == metric) {
            Some(known) => known,
            None if self.values.len() >= METRICS_PER_LABEL_MAX => return Err("is one metric too many of its label"),
            None => {
                self.values.push(Values { metric: metric.to_string(), unit: unit.clone(), better, ok: Fold::Empty, failed: Fold::Empty });
                self.values.len() - 1
            }
        };
        let values = self.values.get_mut(index).unwrap_or_else(|| unreachable!("pushed above"));
        if (&values.unit, values.better) == (unit, better) { Ok(values) } else { Err("comes in two units") }
    }

    /// Whether a series of that metric is recorded here.
    pub(super) fn has(&self, metric: &str) -> bool {
        self.values.iter().any(|values| values.metric == metric) || (is_of_requests(metric) && self.requests.is_some())
    }

    /// Everything that takes room.
    pub(super) fn folds<'a>(&'a mut self) -> impl Iterator<Item = &'a mut Fold> {
        let of_requests =
            |requests: &'a mut Requests| requests.ok.folds().chain(requests.failed.as_deref_mut().into_iter().flat_map(Phases::folds));
        let requests = self.requests.as_deref_mut().into_iter().flat_map(of_requests);
        requests.chain(self.values.iter_mut().flat_map(|values| [&mut values.ok, &mut values.failed]))
    }

    /// The finished series. `duration_ns` is of the whole run; throughput is unknown without it.
    pub(super) fn finish(self, label: &str, duration_ns: Option<u64>) -> Vec<Series> {
        let mut all: Vec<Series> = self.requests.map(|requests| requests.finish(label, duration_ns)).unwrap_or_default();
        for values in self.values {
            let (ok, failed) = (values.ok.finish(), values.failed.finish());
            let tells_failures = failed.moments.count() > 0;
            let mut one = series(SeriesKey::new(label, values.metric), ok, failed);
            (one.unit, one.better) = (values.unit, values.better);
            one.summary_ok = one.summary_ok.filter(|_| tells_failures);
            all.push(one);
        }
        all
    }
}

impl Requests {
    fn finish(self, label: &str, duration_ns: Option<u64>) -> Vec<Series> {
        let mut all = Vec::new();
        let failed = self.failed.map(|phases| *phases).unwrap_or_default();
        for ((metric, ok), failed) in PHASES.iter().zip(self.ok.times).zip(failed.times) {
            all.push(series(SeriesKey::new(label, *metric), ok.finish(), failed.finish()));
        }
        let sizes = series(SeriesKey::new(label, metric::BYTES_IN), self.ok.bytes_in.finish(), failed.bytes_in.finish());
        all.push(Series { unit: Unit::Bytes, ..sizes });
        all.retain(|series| series.summary.count > 0);
        if let Some(latency) = all.first_mut().filter(|series| series.key.metric == metric::LATENCY) {
            latency.error_kinds = self.error_kinds.finish();
            let seconds = duration_ns.filter(|ns| *ns > 0).map(|ns| ns as f64 / 1e9);
            latency.summary.throughput = seconds.map(|seconds| (latency.summary.count - latency.summary.errors) as f64 / seconds);
        }
        all
    }
}

/// A series of values in ns, lower is better, whose failed attempts are known apart.
fn series(key: SeriesKey, ok: Folded, failed: Folded) -> Series {
    let of_ok = summary(&[&ok]);
    let mut of_all = if failed.moments.count() == 0 { of_ok.clone() } else { summary(&[&ok, &failed]) };
    of_all.errors = failed.moments.count();
    Series {
        key,
        unit: Unit::Ns,
        better: Better::Lower,
        evidence: Evidence::Samples,
        summary: of_all,
        summary_ok: Some(of_ok),
        distribution: match ok.distribution {
            Distribution::Values(values) if values.is_empty() => Distribution::Unknown,
            known => known,
        },
        error_kinds: BTreeMap::new(),
    }
}

/// Failures by class, bounded.
#[derive(Debug, Default)]
struct ErrorKinds(Vec<(String, u64)>);

impl ErrorKinds {
    fn add(&mut self, kind: &str) {
        let kind = if self.0.len() < ERROR_KINDS_MAX || self.0.iter().any(|(known, _)| known == kind) { kind } else { "other" };
        match self.0.iter_mut().find(|(known, _)| known == kind) {
            Some((_, times)) => *times += 1,
            None => self.0.push((kind.to_string(), 1)),
        }
    }

    fn finish(self) -> BTreeMap<String, u64> {
        self.0.into_iter().collect()
    }
}
