//! Accepted runs put together again from the blocks of a baseline.

use super::layout::{Entry, Pin, StoredBaseline, with};
use crate::limits::BAND_RUNS_MAX;
use crate::model::{Environment, Pinned, Run, Series, SeriesKey};
use std::collections::BTreeMap;

/// A baseline as runs.
#[derive(Debug, Default)]
pub struct Assembled {
    /// Newest first. Series that were accepted one by one, or moved to another level since, make runs that do not hold every
    /// series.
    pub runs: Vec<Run>,
    /// The pinned entries of every series; they may be of different runs, and the facts are those of the newest.
    pub pinned: Option<Run>,
    /// Why entries were accepted although they were worse, newest first.
    pub reasons: Vec<String>,
}

/// Starts up to here, ns since the epoch, stand for runs of which nobody knows when they were recorded.
const UNDATED_NS_MAX: u64 = 1_000_000;

impl Entry {
    /// Start of its run, ns since the epoch, where it is known.
    pub fn started_ns(&self) -> Option<u64> {
        (self.recorded_ns > UNDATED_NS_MAX).then_some(self.recorded_ns)
    }
}

/// A run while its series are gathered.
struct Gathered {
    run: Run,
    series: Vec<(SeriesKey, Series)>,
}

/// Reasons by when their runs were recorded, and the series that they are of.
type Reasons = BTreeMap<(u64, String), Vec<SeriesKey>>;

impl StoredBaseline {
    /// The accepted runs, newest first.
    pub fn into_runs(self) -> Vec<Run> {
        self.assemble().runs
    }

    /// Everything that a run is compared with.
    pub fn assemble(self) -> Assembled {
        let StoredBaseline { suite, environment, blocks } = self;
        let mut runs: BTreeMap<u64, Gathered> = BTreeMap::new();
        let mut pinned: Option<Gathered> = None;
        let mut reasons = Reasons::new();
        let all = blocks.len();
        for (key, block) in blocks {
            let mut is_of_level = true;
            for entry in block.entries {
                if let Some(reason) = &entry.reason {
                    reasons.entry((entry.recorded_ns, reason.clone())).or_default().push(key.clone());
                }
                let pin = entry.pin;
                // The usual run holds every series; when there are strangely many runs, they do not.
                let room = if runs.len() < BAND_RUNS_MAX { all } else { 0 };
                let empty = || Gathered { run: run_of(&suite, &environment, &entry), series: Vec::with_capacity(room) };
                if pin != Pin::No && pinned.as_ref().is_none_or(|known| known.run.started_ns < entry.started_ns()) {
                    let series = pinned.take().map(|known| known.series).unwrap_or_default();
                    pinned = Some(Gathered { series, ..empty() });
                }
                let is_history = pin == Pin::Only || !is_of_level;
                is_of_level &= !entry.is_new_level;
                let of_run = if is_history { None } else { Some(runs.entry(entry.recorded_ns).or_insert_with(empty)) };
                let series = entry.into_series(key.clone(), block.unit.clone(), block.better);
                if let Some(known) = pinned.as_mut().filter(|_| pin != Pin::No) {
                    known.series.push((key.clone(), series.clone()));
                }
                if let Some(gathered) = of_run {
                    gathered.series.push((key.clone(), series));
                }
            }
        }
        Assembled {
            runs: runs.into_values().rev().map(Gathered::into_run).collect(),
            pinned: pinned.map(Gathered::into_run),
            reasons: reasons.into_iter().rev().map(|((_, reason), keys)| sentence(&reason, &keys)).collect(),
        }
    }
}

impl Gathered {
    fn into_run(self) -> Run {
        Run { series: self.series.into_iter().collect(), ..self.run }
    }
}

impl From<&Run> for Pinned {
    fn from(run: &Run) -> Pinned {
        Pinned { commit: run.commit.clone(), accepted_ns: run.started_ns }
    }
}

/// What an entry says of its run.
fn run_of(suite: &str, base: &Environment, entry: &Entry) -> Run {
    Run {
        suite: suite.to_string(),
        started_ns: entry.started_ns(),
        commit: entry.commit.clone(),
        session_ns: entry.session_ns,
        environment: Environment { key: base.key.clone(), hard: with(&base.hard, &entry.hard), drift: with(&base.drift, &entry.drift) },
        ..Run::default()
    }
}

/// `new cipher (sort time and 2 more)`.
fn sentence(reason: &str, keys: &[SeriesKey]) -> String {
    let first = keys.first().map(|key| format!("{} {}", key.label, key.metric)).unwrap_or_default();
    match keys.len().saturating_sub(1) {
        0 => format!("{reason} ({first})"),
        more => format!("{reason} ({first} and {more} more)"),
    }
}
