//! A benchmark program, run once: it measures, a format reads what it left.

mod cargo_bench;
mod command_line;
mod go_test;
mod narrowed;
mod program;
#[cfg(test)]
#[cfg(unix)]
mod tests;

pub use narrowed::{Benchmark, direct, narrowed, only};
pub use program::{Program, held, programs};

use super::child::{Job, Log, Setting};
use super::error::{MeasureError, quoted};
use super::fresh::Snapshot;
use crate::model::{HarnessWork, Note};
use std::path::{Path, PathBuf};

/// Where a benchmark program left what there is to read. Nothing in it is older than the program's start, except what
/// the notes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harvest {
    /// What it printed; possibly empty.
    pub stdout: PathBuf,
    /// Criterion's directory, where the program is a Criterion benchmark.
    pub criterion: Option<PathBuf>,
    /// The configured result file or directory.
    pub results: Option<PathBuf>,
    /// Older files within the configured results.
    pub notes: Vec<Note>,
}

/// Runs the program. Criterion is told by `CRITERION_HOME` to write into `criterion_home`, which must be empty or missing,
/// so that a benchmark that exists no longer cannot be read. Standard output goes into a file beside the log.
pub fn run(work: &HarnessWork, criterion_home: &Path, setting: &Setting<'_>) -> Result<Harvest, MeasureError> {
    let home = empty_directory(criterion_home)?;
    let results = work.results.as_ref().map(|path| setting.directory.join(path));
    let globs: Vec<String> = work.results.iter().map(|path| glob::Pattern::escape(&path.to_string_lossy())).collect();
    let before = Snapshot::take(setting.directory, &globs)?;
    let stdout = setting.log.with_extension("out");
    let job = Job::shell(&work.command).environment("CRITERION_HOME", &home).stdout_to(stdout.clone());
    job.run(setting, &Log::create(setting.log)?)?;
    let written = before.written()?;
    if let Some(path) = &results
        && written.fresh.is_empty()
    {
        let found = if written.stale.is_empty() { "nothing there" } else { "only what lay there before" };
        return Err(MeasureError::Failed(format!(
            "{}: expected results of {}, found {found}; check `results`",
            path.display(),
            quoted(&work.command)
        )));
    }
    let criterion = (!is_empty(&home)).then_some(home);
    if results.is_none() && criterion.is_none() && stdout.metadata().is_ok_and(|facts| facts.len() == 0) {
        let place = setting.log.display();
        let command = quoted(&work.command);
        return Err(MeasureError::Failed(format!("{command} ended well but left nothing to read; its log is {place}")));
    }
    Ok(Harvest { stdout, criterion, results, notes: written.stale_notes() })
}

/// The directory as an absolute path, because the program may change its own.
fn empty_directory(path: &Path) -> Result<PathBuf, MeasureError> {
    let failed = |error: std::io::Error| MeasureError::Failed(format!("{}: cannot make a directory: {error}", path.display()));
    std::fs::create_dir_all(path).map_err(failed)?;
    if !is_empty(path) {
        return Err(MeasureError::Failed(format!("{}: expected an empty directory for fresh results, found files", path.display())));
    }
    std::path::absolute(path).map_err(failed)
}

/// One that cannot be listed is not known to be empty.
fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}
