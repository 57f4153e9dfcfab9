//! What a baseline file holds: series by series the runs that were accepted, newest first. How it is written is in `text.rs`,
//! how it is read in `lines.rs`.

use super::error::BaselineError;
use crate::limits::BASELINE_VALUES_MAX;
use crate::model::{Better, Distribution, Environment, Evidence, Run, Series, SeriesKey, Summary, Unit};
use crate::stats::Sketch;
use std::collections::BTreeMap;

/// Name and version of the layout.
pub const BASELINE_SCHEMA: &str = "neverslower.baseline.v2";

/// A baseline file: the accepted runs of one suite in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredBaseline {
    pub suite: String,
    /// As of the first run that was accepted. It never changes, so that no two branches change it; entries tell what differs.
    pub environment: Environment,
    pub blocks: BTreeMap<SeriesKey, Block>,
}

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub unit: Unit,
    pub better: Better,
    /// Newest first; never empty.
    pub entries: Vec<Entry>,
}

/// Fields of an environment that differ from those of the file; `None` where a field is not known.
pub type Differences = BTreeMap<String, Option<String>>;

/// What is kept of one series of one accepted run.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Start of the run, ns since the epoch, or when it was accepted if its source does not tell; it identifies the run.
    pub recorded_ns: u64,
    /// Start of the session of measuring, where the run shares one.
    pub session_ns: Option<u64>,
    pub commit: Option<String>,
    /// Why it was accepted although it was worse.
    pub reason: Option<String>,
    pub pin: Pin,
    /// Whether the series moved to another level here: what was accepted before says nothing of it any more, and is kept as
    /// history only.
    pub is_new_level: bool,
    pub hard: Differences,
    pub drift: Differences,
    pub evidence: Evidence,
    pub summary: Summary,
    pub summary_ok: Option<Summary>,
    pub kept: Kept,
    pub error_kinds: BTreeMap<String, u64>,
}

/// Whether relative thresholds hold against an entry as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    No,
    /// Pinned, and one of the last accepted runs.
    Run,
    /// Kept for its pin only: newer runs have taken its place among the last ones.
    Only,
}

impl Pin {
    /// Name in the file.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Pin::No => None,
            Pin::Run => Some("run"),
            Pin::Only => Some("only"),
        }
    }

    /// The pin with that name.
    pub fn from_name(name: &str) -> Option<Pin> {
        [Pin::Run, Pin::Only].into_iter().find(|pin| pin.as_str() == Some(name))
    }
}

/// Name in the file of an entry that begins a level.
pub const NEW_LEVEL: &str = "new";

/// What is kept of the values themselves.
#[derive(Debug, Clone, PartialEq)]
pub enum Kept {
    Nothing,
    /// Few values, ascending.
    Values(Vec<f64>),
    Sketch(Sketch),
}

impl Kept {
    fn of(distribution: &Distribution) -> Kept {
        let steps = match distribution {
            Distribution::Sketch(sketch) => return Kept::Sketch(sketch.clone()),
            other => other.steps(),
        };
        let count = distribution.count();
        if count == 0 {
            return Kept::Nothing;
        }
        if count > BASELINE_VALUES_MAX as u64 {
            return Sketch::of(&steps).map_or(Kept::Nothing, Kept::Sketch);
        }
        let repeated = |(value, times): (f64, u64)| std::iter::repeat_n(value, usize::try_from(times).unwrap_or(0));
        Kept::Values(steps.into_iter().flat_map(repeated).collect())
    }
}

impl Entry {
    /// What is kept of a series of a run.
    pub fn of(run: &Run, series: &Series, recorded_ns: u64, base: &Environment) -> Entry {
        Entry {
            recorded_ns,
            session_ns: run.session_ns,
            commit: run.commit.clone(),
            reason: None,
            pin: Pin::No,
            is_new_level: false,
            hard: differences(&base.hard, &run.environment.hard),
            drift: differences(&base.drift, &run.environment.drift),
            evidence: series.evidence,
            summary: series.summary.clone(),
            summary_ok: series.summary_ok.clone(),
            kept: Kept::of(&series.distribution),
            error_kinds: series.error_kinds.clone(),
        }
    }

    /// The series again.
    pub fn into_series(self, key: SeriesKey, unit: Unit, better: Better) -> Series {
        Series {
            key,
            unit,
            better,
            evidence: self.evidence,
            summary: self.summary,
            summary_ok: self.summary_ok,
            distribution: match self.kept {
                Kept::Nothing => Distribution::Unknown,
                Kept::Values(values) => Distribution::Values(values),
                Kept::Sketch(sketch) => Distribution::Sketch(sketch),
            },
            error_kinds: self.error_kinds,
        }
    }
}

/// What differs in `other`.
fn differences(base: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Differences {
    let changed = other.iter().filter(|(name, value)| base.get(*name) != Some(value));
    let gone = base.keys().filter(|name| !other.contains_key(*name));
    changed.map(|(name, value)| (name.clone(), Some(value.clone()))).chain(gone.map(|name| (name.clone(), None))).collect()
}

/// The fields with their differences.
pub fn with(base: &BTreeMap<String, String>, differences: &Differences) -> BTreeMap<String, String> {
    let mut fields = base.clone();
    for (name, value) in differences {
        match value {
            Some(value) => fields.insert(name.clone(), value.clone()),
            None => fields.remove(name),
        };
    }
    fields
}

/// Refuses a baseline without a run: it would compare with nothing and say so of a first use.
pub fn not_empty(shown: &str, stored: StoredBaseline) -> Result<StoredBaseline, BaselineError> {
    if stored.blocks.is_empty() {
        return Err(BaselineError::new(shown, "at least one accepted run", "none", super::file::WAY_OUT));
    }
    Ok(stored)
}
