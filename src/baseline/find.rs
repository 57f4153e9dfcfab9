//! Finds what a run is compared with.

use super::assemble::Assembled;
use super::error::BaselineError;
use super::file;
use super::layout::StoredBaseline;
use super::store::Store;
use crate::model::{BaselineFacts, BaselineKind, Before, Edited, Environment, Pinned, Run};
use std::collections::BTreeMap;
use std::path::Path;

/// A baseline that was read before the run that it may be compared with.
#[derive(Debug)]
pub struct Ahead {
    /// Of the environment.
    key: String,
    assembled: Result<Option<Assembled>, BaselineError>,
}

/// Reads the baseline of a suite while its environment is not known yet: the only one there is, or none.
pub fn ahead(store: &Store, suite: &str) -> Option<Ahead> {
    let [key] = <[String; 1]>::try_from(store.environments(suite).ok()?).ok()?;
    Some(Ahead { assembled: assembled(store, &key, suite), key })
}

fn assembled(store: &Store, key: &str, suite: &str) -> Result<Option<Assembled>, BaselineError> {
    let path = file::path(store.path(), key, suite)?;
    let stored = store.read(&path)?.map(|text| file::parse_own(&path, &text, key, suite)).transpose()?;
    Ok(stored.map(StoredBaseline::assemble))
}

/// The accepted runs of a suite in this environment. Where there are none, those of the other environments, which are good
/// for deterministic metrics only. A baseline that is there but cannot be trusted is an error, never "none".
pub fn find(store: &Store, environment: &Environment, suite: &str) -> Result<Before, BaselineError> {
    find_ahead(None, store, environment, suite)
}

/// The same, where something was read ahead.
pub fn find_ahead(ahead: Option<Ahead>, store: &Store, environment: &Environment, suite: &str) -> Result<Before, BaselineError> {
    let path = file::path(store.path(), &environment.key, suite)?;
    let environments = store.environments(suite)?;
    let found = match ahead.filter(|ahead| ahead.key == environment.key) {
        Some(ahead) => ahead.assembled?,
        None => assembled(store, &environment.key, suite)?,
    };
    if let Some(assembled) = found {
        let mut before = before(BaselineKind::Committed, relative(store.path(), &path), assembled, environment);
        before.facts.environments = environments;
        return Ok(before);
    }
    let mut elsewhere = Vec::new();
    for key in &environments {
        let path = file::path(store.path(), key, suite)?;
        if let Some(text) = store.read(&path)? {
            elsewhere.extend(file::parse_own(&path, &text, key, suite)?.into_runs());
        }
    }
    elsewhere.sort_by_key(|run| std::cmp::Reverse(run.started_ns));
    let kind = if elsewhere.is_empty() { BaselineKind::None } else { BaselineKind::OtherEnvironment };
    let facts = BaselineFacts { environments, ..facts(kind, None, &[], environment) };
    Ok(Before { facts, runs: Vec::new(), elsewhere, pinned: None })
}

/// A baseline file that the user named.
pub fn load_file(path: &Path) -> Result<StoredBaseline, BaselineError> {
    let shown = path.display().to_string();
    let text = file::read(path)?
        .ok_or_else(|| BaselineError::new(&shown, "a baseline", "no such file", "correct the path, or use `baseline = \"auto\"`"))?;
    file::parse(path, &text)
}

/// What such a file holds for this environment.
pub fn of_file(path: &Path, stored: StoredBaseline, environment: &Environment) -> Before {
    let shown = path.display().to_string();
    if stored.environment.key != environment.key {
        return from_runs(shown, stored.into_runs(), environment);
    }
    let mut before = before(BaselineKind::File, shown, stored.assemble(), environment);
    before.facts.environments.push(environment.key.clone());
    before
}

/// What a file of the store holds for its own environment.
pub(super) fn before_of(store: &Store, path: &Path, stored: StoredBaseline, environment: &Environment) -> Before {
    before(BaselineKind::Committed, relative(store.path(), path), stored.assemble(), environment)
}

/// A baseline of the same environment.
fn before(kind: BaselineKind, path: String, assembled: Assembled, environment: &Environment) -> Before {
    let Assembled { runs, pinned, reasons } = assembled;
    let facts = BaselineFacts { pinned: pinned.as_ref().map(Pinned::from), reasons, ..facts(kind, Some(path), &runs, environment) };
    Before { facts, runs, elsewhere: Vec::new(), pinned }
}

/// Runs that the user named as the baseline, newest first; those of another environment are kept apart.
pub fn from_runs(path: String, runs: Vec<Run>, environment: &Environment) -> Before {
    let mut environments: Vec<String> = runs.iter().map(|run| run.environment.key.clone()).collect();
    environments.sort();
    environments.dedup();
    let (runs, elsewhere): (Vec<Run>, Vec<Run>) = runs.into_iter().partition(|run| run.environment.key == environment.key);
    let kind = match (runs.is_empty(), elsewhere.is_empty()) {
        (true, true) => BaselineKind::None,
        (true, false) => BaselineKind::OtherEnvironment,
        (false, _) => BaselineKind::File,
    };
    let facts = BaselineFacts { environments, ..facts(kind, Some(path), &runs, environment) };
    let elsewhere = if runs.is_empty() { elsewhere } else { Vec::new() };
    Before { facts, runs, elsewhere, pinned: None }
}

fn facts(kind: BaselineKind, path: Option<String>, runs: &[Run], environment: &Environment) -> BaselineFacts {
    let newest = runs.first();
    BaselineFacts {
        kind,
        path,
        commit: newest.and_then(|run| run.commit.clone()),
        accepted_ns: newest.and_then(|run| run.started_ns),
        runs: u32::try_from(runs.len()).unwrap_or(u32::MAX),
        environments: Vec::new(),
        drift: newest.map(|run| drift(&run.environment, environment)).unwrap_or_default(),
        pinned: None,
        edited: Edited::Unasked,
        why_unknown: None,
        reasons: Vec::new(),
    }
}

/// Fields that differ, of those that only drift and, where an environment was given a name, of the hard ones too. What only one
/// of the runs tells is no difference: programs learn to read more, and containers to hide more.
fn drift(before: &Environment, now: &Environment) -> Vec<(String, String, String)> {
    let fields = |one: &Environment| -> BTreeMap<String, String> {
        one.hard.iter().chain(&one.drift).map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let (before, now) = (fields(before), fields(now));
    let both = now.into_iter().filter_map(|(name, now)| Some((before.get(&name)?.clone(), name, now)));
    both.filter(|(before, _, now)| before != now).map(|(before, name, now)| (name, before, now)).collect()
}

/// `baselines/<environment>/<suite>.json`, wherever the project lies.
fn relative(store: &Path, path: &Path) -> String {
    let inside = store.parent().and_then(|parent| path.strip_prefix(parent).ok());
    inside.unwrap_or(path).display().to_string()
}
