//! The first stored form of a baseline, `neverslower.baseline.v1`: run by run. It is read, and `accept` writes it anew.

use super::layout::{Block, Entry, Kept, Pin, StoredBaseline};
use super::words::{better, evidence, time_if_any};
use crate::model::{Better, Environment, Evidence, Series, SeriesKey, Summary, Unit};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// Name and version of the layout.
pub const FIRST_SCHEMA: &str = "neverslower.baseline.v1";

/// The accepted runs of one suite in one environment, newest first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstBaseline {
    #[allow(dead_code, reason = "known before it is read")]
    schema: IgnoredAny,
    suite: String,
    runs: Vec<FirstRun>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstRun {
    #[serde(default)]
    commit: Option<String>,
    environment: FirstEnvironment,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default, deserialize_with = "time_if_any")]
    recorded: Option<u64>,
    series: Vec<FirstSeries>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstEnvironment {
    key: String,
    hard: BTreeMap<String, String>,
    drift: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstSeries {
    label: String,
    metric: String,
    unit: String,
    #[serde(deserialize_with = "better")]
    better: Better,
    #[serde(deserialize_with = "evidence")]
    evidence: Evidence,
    summary: Summary,
    #[serde(default)]
    summary_ok: Option<Summary>,
    #[serde(default)]
    samples: Vec<f64>,
    #[serde(default)]
    error_kinds: BTreeMap<String, u64>,
}

/// What an old file holds: the baseline, or the key of a run that is of another environment than the others.
pub enum Found {
    Baseline(StoredBaseline),
    Stranger(String),
}

impl FirstBaseline {
    /// The same in today's form. Of series that were accepted with another unit before, the newer ones are kept.
    pub fn into_stored(self) -> Found {
        let newest = self.runs.first().map(|run| &run.environment);
        let base = newest.map_or_else(Environment::default, |one| Environment {
            key: one.key.clone(),
            hard: one.hard.clone(),
            drift: one.drift.clone(),
        });
        if let Some(stranger) = self.runs.iter().find(|run| run.environment.key != base.key) {
            return Found::Stranger(stranger.environment.key.clone());
        }
        let mut blocks: BTreeMap<SeriesKey, Block> = BTreeMap::new();
        let count = self.runs.len() as u64;
        for (run, undated) in self.runs.into_iter().zip((0..count).rev()) {
            let recorded_ns = run.recorded.unwrap_or(undated);
            let environment = Environment { key: run.environment.key, hard: run.environment.hard, drift: run.environment.drift };
            let facts = crate::model::Run { commit: run.commit, environment, ..crate::model::Run::default() };
            for one in run.series {
                let (key, unit, better, kept) =
                    (SeriesKey::new(one.label, one.metric), Unit::from_name(&one.unit), one.better, one.samples);
                let series = Series {
                    evidence: one.evidence,
                    summary: one.summary,
                    summary_ok: one.summary_ok,
                    error_kinds: one.error_kinds,
                    ..Series::point(key.clone(), unit.clone(), better, 0.0)
                };
                let kept = if kept.is_empty() { Kept::Nothing } else { Kept::Values(kept) };
                let entry = Entry { reason: run.reason.clone(), pin: Pin::No, kept, ..Entry::of(&facts, &series, recorded_ns, &base) };
                let block = blocks.entry(key).or_insert_with(|| Block { unit: unit.clone(), better, entries: Vec::new() });
                let is_known = block.entries.iter().any(|other| other.recorded_ns == recorded_ns);
                if block.unit == unit && !is_known {
                    block.entries.push(entry);
                }
            }
        }
        blocks.values_mut().for_each(|block| block.entries.sort_by_key(|entry| std::cmp::Reverse(entry.recorded_ns)));
        Found::Baseline(StoredBaseline { suite: self.suite, environment: base, blocks })
    }
}
