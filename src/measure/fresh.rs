//! Which result files were written by the command that we ran, and which lay there before.
//!
//! The files are looked at before and after instead of comparing their times with our clock: clocks and time stamps of
//! file systems differ by up to two seconds, in which a stale file would pass for a new one.

use super::error::MeasureError;
use crate::limits;
use crate::model::Note;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What changes when a file is written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// A file that replaced another of the same length and time is a new one.
    inode: u64,
}

/// The files that some globs matched at one moment.
#[derive(Debug)]
pub(super) struct Snapshot {
    patterns: Vec<String>,
    before: BTreeMap<PathBuf, Stamp>,
}

/// What became of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Matched files, and matched directories that hold a file, written since the snapshot. In order of their paths.
    pub fresh: Vec<PathBuf>,
    /// How many files nobody has written since, by matched file or directory.
    pub stale: BTreeMap<PathBuf, usize>,
}

impl Snapshot {
    /// Looks at what `globs`, relative to `directory`, match now.
    pub(super) fn take(directory: &Path, globs: &[String]) -> Result<Snapshot, MeasureError> {
        let root = glob::Pattern::escape(&directory.to_string_lossy());
        let patterns: Vec<String> = globs.iter().map(|pattern| Path::new(&root).join(pattern).to_string_lossy().into_owned()).collect();
        let mut before = BTreeMap::new();
        for path in matches(&patterns)? {
            before.extend(files(&path)?);
        }
        Ok(Snapshot { patterns, before })
    }

    /// Looks again.
    pub(super) fn written(&self) -> Result<Written, MeasureError> {
        let mut written = Written::default();
        for path in matches(&self.patterns)? {
            let files = files(&path)?;
            let stale = files.iter().filter(|(file, stamp)| self.before.get(*file) == Some(*stamp)).count();
            if stale > 0 {
                written.stale.insert(path.clone(), stale);
            }
            if stale < files.len() {
                written.fresh.push(path);
            }
        }
        Ok(written)
    }
}

impl Written {
    /// Files that do not count.
    pub(super) fn older(&self) -> usize {
        self.stale.values().sum()
    }

    /// A note for each place where files lie that were not written.
    pub(super) fn stale_notes(&self) -> Vec<Note> {
        let text = |path: &PathBuf, count: usize| match self.fresh.contains(path) {
            true => format!("{count} files in it are older than this measurement; those that its format reads count too"),
            false => "older than this measurement, so not read, although `results` match it".to_string(),
        };
        let stale = self.stale.iter().take(limits::NOTES_MAX);
        stale.map(|(path, count)| Note { path: Some(path.display().to_string()), line: None, text: text(path, *count) }).collect()
    }
}

fn matches(patterns: &[String]) -> Result<BTreeSet<PathBuf>, MeasureError> {
    let mut found = BTreeSet::new();
    for pattern in patterns {
        let paths = glob::glob(pattern).map_err(|error| MeasureError::Failed(format!("results {pattern:?}: {error}")))?;
        for path in paths {
            found.insert(path.map_err(|error| MeasureError::Failed(format!("results {pattern:?}: {error}")))?);
            within_bound(found.len(), pattern)?;
        }
    }
    Ok(found)
}

/// The file itself, or the files below a directory.
fn files(path: &Path) -> Result<BTreeMap<PathBuf, Stamp>, MeasureError> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![(path.to_path_buf(), 0)];
    while let Some((path, depth)) = waiting.pop() {
        within_bound(found.len() + waiting.len(), &path.to_string_lossy())?;
        // Gone since it was listed: then it is no result.
        let Ok(facts) = path.metadata() else { continue };
        if facts.is_dir() && depth < limits::RESULT_DEPTH_MAX {
            let entries = std::fs::read_dir(&path).map_err(|error| MeasureError::Failed(format!("{}: {error}", path.display())))?;
            waiting.extend(entries.flatten().map(|entry| (entry.path(), depth + 1)));
        } else if facts.is_file() {
            found.insert(path, Stamp { modified: facts.modified().ok(), length: facts.len(), inode: inode(&facts) });
        }
    }
    Ok(found)
}

fn within_bound(count: usize, what: &str) -> Result<(), MeasureError> {
    let bound = limits::RESULT_FILES_MAX;
    if count <= bound {
        return Ok(());
    }
    Err(MeasureError::Failed(format!("results {what:?}: expected at most {bound} files, found more; name them more narrowly")))
}

#[cfg(unix)]
fn inode(facts: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(facts)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}
