//! A tool of the user's that writes result files.

#[cfg(test)]
#[cfg(unix)]
mod tests;

use super::child::{Job, Log, Setting};
use super::error::{MeasureError, quoted};
use super::fresh::Snapshot;
use crate::model::{Note, ToolWork};
use std::path::PathBuf;

/// The result files that the tool wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Results {
    /// In order of their paths; at least one.
    pub paths: Vec<PathBuf>,
    /// Files that match too but are older.
    pub notes: Vec<Note>,
}

/// Runs the tool and finds what it wrote. Files that it has not written are notes; nothing else is an error.
pub fn run(work: &ToolWork, setting: &Setting<'_>) -> Result<Results, MeasureError> {
    let before = Snapshot::take(setting.directory, &work.results)?;
    Job::shell(&work.run).run(setting, &Log::create(setting.log)?)?;
    let written = before.written()?;
    if written.fresh.is_empty() {
        return Err(MeasureError::Failed(format!(
            "{} wrote no file that matches results {:?}, relative to {} ({} older ones match and do not count)",
            quoted(&work.run),
            work.results,
            setting.directory.display(),
            written.older()
        )));
    }
    Ok(Results { notes: written.stale_notes(), paths: written.fresh })
}
