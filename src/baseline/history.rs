//! Everything that baselines keep of accepted runs, for `history`: runs before a new level, and the pinned one, too.

use super::error::BaselineError;
use super::file;
use super::find::before_of;
use super::layout::{Entry, Pin, StoredBaseline};
use super::store::Store;
use crate::model::{Before, Earlier, Environment, SeriesKey};
use std::collections::BTreeMap;
use std::path::Path;

/// What is kept of a suite in an environment.
#[derive(Debug)]
pub struct Kept {
    /// The file, as shown to people.
    pub source: String,
    pub environment: Environment,
    /// Of each series every run, oldest first.
    pub series: BTreeMap<SeriesKey, Vec<Earlier>>,
    /// What a next run would be compared with.
    pub before: Before,
}

/// Reads it; `None` where nothing was accepted.
pub fn history(store: &Store, environment_key: &str, suite: &str) -> Result<Option<Kept>, BaselineError> {
    let path = file::path(store.path(), environment_key, suite)?;
    let Some(text) = store.read(&path)? else { return Ok(None) };
    let stored = file::parse_own(&path, &text, environment_key, suite)?;
    let (environment, series) = (stored.environment.clone(), series(&stored));
    let before = before_of(store, &path, stored, &environment);
    Ok(Some(Kept { source: before.facts.path.clone().unwrap_or_default(), environment, series, before }))
}

/// Keys of the environments that hold any baseline, sorted, with the suites they hold.
pub fn held(store: &Path) -> Result<BTreeMap<String, Vec<String>>, BaselineError> {
    let keys = file::folders(store)?;
    let held = keys.into_iter().map(|key| (key.clone(), file::suites(store, &key)));
    Ok(held.filter(|(_, suites)| !suites.is_empty()).collect())
}

fn series(stored: &StoredBaseline) -> BTreeMap<SeriesKey, Vec<Earlier>> {
    let of_block = |(key, block): (&SeriesKey, &super::layout::Block)| {
        let earlier = |entry: &Entry| Earlier {
            started_ns: entry.started_ns(),
            commit: entry.commit.clone(),
            build: None,
            reason: entry.reason.clone(),
            is_pinned: entry.pin != Pin::No,
            series: entry.clone().into_series(key.clone(), block.unit.clone(), block.better),
        };
        (key.clone(), block.entries.iter().rev().map(earlier).collect())
    };
    stored.blocks.iter().map(of_block).collect()
}
