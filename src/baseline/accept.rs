//! Makes runs part of a baseline. The file is read, changed and written under its lock, so that nothing is lost when two
//! people, or two jobs, accept at once.

use super::error::BaselineError;
use super::file;
use super::layout::{Block, Entry, Pin, StoredBaseline};
use crate::model::{Run, Series, SeriesKey};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What is to become part of the baseline of one suite in one environment.
#[derive(Debug, Clone)]
pub struct Acceptance<'a> {
    /// Runs of the suite and environment, oldest first. Whether they may be accepted is asked of `refusals`.
    pub runs: &'a [Run],
    /// The series of them that were chosen, and those that are gone and whose history ends.
    pub chosen: &'a BTreeSet<SeriesKey>,
    /// Why a series is accepted although it is worse.
    pub reasons: &'a BTreeMap<SeriesKey, String>,
    /// Series that moved to another level: the oldest of the runs begins it.
    pub new_levels: &'a BTreeSet<SeriesKey>,
    /// Whether the newest run is pinned, in place of the run that was.
    pub pin: bool,
    /// Accepted runs that are kept of each series, besides the pinned one.
    pub keep_runs: usize,
    /// What stands for the start of a run whose source does not tell it, ns since the epoch.
    pub now_ns: u64,
}

/// Text of the baseline of a suite and environment, for `accept` to notice changes since its review.
pub fn text(store: &Path, environment_key: &str, suite: &str) -> Result<Option<String>, BaselineError> {
    file::read(&file::path(store, environment_key, suite)?)
}

/// The baseline's path, and its text before (`None` for a new one) and after; nothing is written.
pub fn preview(store: &Path, acceptance: &Acceptance<'_>) -> Result<(PathBuf, Option<String>, String), BaselineError> {
    let path = acceptance.path(store)?;
    let old = file::read(&path)?;
    let new = acceptance.amended(&path, old.as_deref())?;
    Ok((path, old, new))
}

/// Writes it, whole or not at all, and gives the path; `None` where nothing changes. `reviewed` is the text that a person saw:
/// a file that is another one by now is refused. Without a person it is no hindrance, because nothing of it is lost.
pub fn accept(store: &Path, acceptance: &Acceptance<'_>, reviewed: Option<&Option<String>>) -> Result<Option<PathBuf>, BaselineError> {
    let path = acceptance.path(store)?;
    let is_changed = file::update(&path, |old| {
        if reviewed.is_some_and(|reviewed| *reviewed != old) {
            let path = path.display().to_string();
            return Err(BaselineError::new(
                path,
                "the file that was reviewed",
                "a change made meanwhile",
                "run `neverslower accept` again",
            ));
        }
        let new = acceptance.amended(&path, old.as_deref())?;
        Ok((old.as_deref() != Some(new.as_str())).then_some(new))
    })?;
    Ok(is_changed.then_some(path))
}

impl Acceptance<'_> {
    fn path(&self, store: &Path) -> Result<PathBuf, BaselineError> {
        let (key, suite) = self.runs.last().map_or(("", ""), |run| (run.environment.key.as_str(), run.suite.as_str()));
        file::path(store, key, suite)
    }

    fn amended(&self, path: &Path, old: Option<&str>) -> Result<String, BaselineError> {
        let Some(newest) = self.runs.last() else {
            return Err(BaselineError::new(path.display().to_string(), "a run to accept", "none", "measure first"));
        };
        let old = old.map(|text| file::parse_own(path, text, &newest.environment.key, &newest.suite)).transpose()?;
        let fresh = || StoredBaseline { suite: newest.suite.clone(), environment: newest.environment.clone(), blocks: BTreeMap::new() };
        let mut stored = old.unwrap_or_else(fresh);
        let is_gone = |key: &SeriesKey| self.chosen.contains(key) && !self.runs.iter().any(|run| run.series.contains_key(key));
        stored.blocks.retain(|key, _| !is_gone(key));
        let mut begun = BTreeSet::new();
        for (index, run) in self.runs.iter().enumerate() {
            let recorded_ns = run
                .started_ns
                .or(run.session_ns)
                .unwrap_or_else(|| self.recorded_before(&stored, run).unwrap_or(self.now_ns + index as u64));
            for series in run.series.values().filter(|series| self.chosen.contains(&series.key)) {
                let mut entry = Entry::of(run, series, recorded_ns, &stored.environment);
                entry.reason = self.reasons.get(&series.key).cloned();
                entry.is_new_level = self.new_levels.contains(&series.key) && begun.insert(&series.key);
                if self.pin && index + 1 == self.runs.len() {
                    entry.pin = Pin::Run;
                }
                Block::of(&mut stored, series).add(entry, self.keep_runs.max(1));
            }
        }
        if stored.blocks.is_empty() {
            let way_out = "delete the file if the suite is gone";
            return Err(BaselineError::new(path.display().to_string(), "at least one series that stays", "none", way_out));
        }
        Ok(stored.text())
    }

    /// When a run that does not tell its start was accepted before: every chosen series is already the newest of its block.
    fn recorded_before(&self, stored: &StoredBaseline, run: &Run) -> Option<u64> {
        let mut chosen = run.series.values().filter(|series| self.chosen.contains(&series.key));
        let first = chosen.clone().next()?;
        let recorded_ns = stored.blocks.get(&first.key)?.entries.first()?.recorded_ns;
        let is_there = |series: &Series| {
            let newest = stored.blocks.get(&series.key)?.entries.first().filter(|newest| newest.recorded_ns == recorded_ns)?;
            let again = Entry {
                reason: newest.reason.clone(),
                pin: newest.pin,
                is_new_level: newest.is_new_level,
                ..Entry::of(run, series, recorded_ns, &stored.environment)
            };
            (again.value(&series.unit) == newest.value(&series.unit)).then_some(())
        };
        chosen.all(|series| is_there(series).is_some()).then_some(recorded_ns)
    }
}

impl Block {
    /// The block of a series; with another unit it is a new one, because nothing before compares with it.
    fn of<'a>(stored: &'a mut StoredBaseline, series: &Series) -> &'a mut Block {
        let empty = || Block { unit: series.unit.clone(), better: series.better, entries: Vec::new() };
        let block = stored.blocks.entry(series.key.clone()).or_insert_with(empty);
        if block.unit != series.unit {
            *block = empty();
        }
        block.better = series.better;
        block
    }

    /// Adds an entry in its place. One of the same run is replaced; why it was accepted, its pin and its level stay known. What
    /// is neither among the newest nor pinned goes. An entry that is older than others begins no level: theirs is the newer one.
    fn add(&mut self, mut entry: Entry, keep_runs: usize) {
        entry.is_new_level &= self.entries.first().is_some_and(|newest| newest.recorded_ns < entry.recorded_ns);
        if let Some(index) = self.entries.iter().position(|one| one.recorded_ns == entry.recorded_ns) {
            let same = self.entries.remove(index);
            entry.reason = entry.reason.or(same.reason);
            entry.is_new_level |= same.is_new_level;
            if entry.pin == Pin::No {
                entry.pin = same.pin;
            }
        }
        if entry.pin != Pin::No {
            self.entries.iter_mut().for_each(|other| other.unpin());
            self.entries.retain(|other| other.pin != Pin::Only);
        }
        self.entries.push(entry);
        self.entries.sort_by_key(|entry| Reverse(entry.recorded_ns));
        let mut runs = 0;
        self.entries.retain_mut(|entry| {
            runs += usize::from(entry.pin != Pin::Only);
            if runs > keep_runs && entry.pin == Pin::Run {
                entry.pin = Pin::Only;
            }
            runs <= keep_runs || entry.pin == Pin::Only
        });
    }
}

impl Entry {
    /// No longer pinned; `Pin::Only` is left for the caller to drop.
    fn unpin(&mut self) {
        if self.pin == Pin::Run {
            self.pin = Pin::No;
        }
    }
}
