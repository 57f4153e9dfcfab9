//! The directory that Criterion.rs leaves under `target/criterion`: one `new/` a benchmark with `benchmark.json`, `sample.json`
//! and `estimates.json`. `base/` is a copy or an older run, `change/` holds ratios: neither is read.

use super::{Claim, ReadError, Reader};
use crate::model::{Better, Evidence, Percentile, Sample, Series, SeriesKey, Summary, Unit, Value, metric};
use crate::record::Sink;
use crate::source::{Directory, Head, Source};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// `criterion`.
pub(super) struct Criterion;

const BENCHMARK: &str = "new/benchmark.json";

#[derive(Deserialize)]
struct Benchmark {
    /// The name users know; directory names are cut and cleaned.
    full_id: String,
}

/// `times[i]` is the total of `iters[i]` iterations, ns.
#[derive(Deserialize)]
struct Samples {
    iters: Vec<f64>,
    times: Vec<f64>,
}

#[derive(Deserialize)]
struct Estimates {
    mean: Estimate,
    median: Estimate,
    std_dev: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    standard_error: f64,
}

impl Reader for Criterion {
    fn name(&self) -> &'static str {
        "criterion"
    }

    fn about(&self) -> &'static str {
        "directory of Criterion.rs results (target/criterion); the newest run of each benchmark"
    }

    fn detect(&self, head: &Head) -> Claim {
        let listing = String::from_utf8_lossy(&head.bytes);
        let is_there = listing.lines().any(|path| Path::new(path).ends_with(BENCHMARK));
        if head.is_directory && is_there { Claim::Certain } else { Claim::No }
    }

    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let directory = source.directory()?;
        let mut seen = BTreeSet::new();
        for path in directory.files_ending(BENCHMARK)? {
            let Some(benchmark) = document::<Benchmark>(&directory, &path)? else { continue };
            let shown = directory.shown(&path);
            if !seen.insert(benchmark.full_id.clone()) {
                let found = format!("a second one called {:?}", benchmark.full_id);
                return Err(ReadError::at(&shown, 0, "one benchmark of each name", found, "remove the directory that is left from before"));
            }
            one(&directory, &path, &benchmark.full_id, sink)?;
        }
        if seen.is_empty() {
            let hint = "give the directory target/criterion of a finished `cargo bench`";
            return Err(ReadError::at(directory.name(), 0, "benchmarks (new/benchmark.json)", "none", hint));
        }
        Ok(())
    }
}

/// One benchmark: its samples, else its estimates.
fn one(directory: &Directory, benchmark: &Path, label: &str, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let path = benchmark.with_file_name("sample.json");
    let shown = directory.shown(&path);
    if let Some(samples) = document::<Samples>(directory, &path)? {
        let is_sound = |(time, iterations): (&f64, &f64)| time.is_finite() && *time >= 0.0 && *iterations >= 1.0;
        if samples.times.is_empty() || samples.times.len() != samples.iters.len() || !samples.times.iter().zip(&samples.iters).all(is_sound)
        {
            let found = format!("{} times and {} iteration counts, or values that are none", samples.times.len(), samples.iters.len());
            return Err(ReadError::at(&shown, 0, "as many times as iteration counts", found, "run the benchmark again"));
        }
        for (time, iterations) in samples.times.iter().zip(&samples.iters) {
            let (unit, value) = (&Unit::Ns, time / iterations);
            let value = Value { label, metric: metric::TIME, unit, better: Better::Lower, value, failed: false };
            sink.sample(&Sample::Value(&value)).map_err(|rejected| ReadError::rejected(&shown, 0, rejected))?;
        }
        return Ok(());
    }
    let path = benchmark.with_file_name("estimates.json");
    let shown = directory.shown(&path);
    let Some(estimates) = document::<Estimates>(directory, &path)? else {
        return Err(ReadError::at(&shown, 0, "sample.json or estimates.json beside benchmark.json", "neither", "run the benchmark again"));
    };
    sink.summary(spread(label, &estimates)).map_err(|rejected| ReadError::rejected(&shown, 0, rejected))
}

/// The series that estimates alone tell. They do not tell how many samples there were; the count here is the one that their own
/// standard error of the mean implies, (deviation / error)², so that intervals come out as wide as Criterion's.
fn spread(label: &str, estimates: &Estimates) -> Series {
    let ratio = estimates.std_dev.point_estimate / estimates.mean.standard_error;
    let summary = Summary {
        count: if ratio.is_finite() { (ratio * ratio).round().max(1.0) as u64 } else { 1 },
        mean: Some(estimates.mean.point_estimate),
        stddev: Some(estimates.std_dev.point_estimate),
        percentiles: BTreeMap::from([(Percentile::P50, estimates.median.point_estimate)]),
        ..Summary::default()
    };
    Series {
        key: SeriesKey::new(label, metric::TIME),
        unit: Unit::Ns,
        better: Better::Lower,
        evidence: Evidence::Spread,
        summary,
        summary_ok: None,
        distribution: crate::model::Distribution::Unknown,
        error_kinds: BTreeMap::new(),
    }
}

/// A JSON file of the directory; `None` where there is none.
fn document<T: DeserializeOwned>(directory: &Directory, path: &Path) -> Result<Option<T>, ReadError> {
    let Some(bytes) = directory.document(path)? else { return Ok(None) };
    let parsed = serde_json::from_slice(&bytes);
    parsed.map(Some).map_err(|error| ReadError {
        column: error.column() as u64,
        ..ReadError::at(
            &directory.shown(path),
            error.line() as u64,
            "a file as Criterion writes it",
            error.to_string(),
            "run the benchmark again",
        )
    })
}
