//! Makes a run part of the baseline.

use super::error::BaselineError;
use super::file;
use super::layout::{Accepted, StoredBaseline};
use crate::model::Run;
use std::path::{Path, PathBuf};

/// A baseline file as it is and as it would become; nothing is written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub path: PathBuf,
    /// `None` for a file that is not there yet.
    pub old_text: Option<String>,
    pub new_text: String,
}

impl Proposal {
    /// Whether accepting would change nothing.
    pub fn is_unchanged(&self) -> bool {
        self.old_text.as_deref() == Some(self.new_text.as_str())
    }
}

/// The baseline with this run as its newest, at most `keep_runs` runs. A run that is there already (same time) is replaced
/// in its place, so that accepting twice changes nothing. Whether it may be accepted is asked of `refusals`.
///
/// `earlier` are proposals that are written before this one: it builds on them.
pub fn propose(store: &Path, run: &Run, reason: Option<&str>, keep_runs: usize, earlier: &[&Proposal]) -> Result<Proposal, BaselineError> {
    let path = file::path(store, &run.environment.key, &run.suite)?;
    let old_text = match earlier.iter().rev().find(|proposal| proposal.path == path) {
        Some(proposal) => Some(proposal.new_text.clone()),
        None => file::read(&path)?,
    };
    let old = old_text.as_deref().map(|text| file::parse_own(&path, text, &run.environment.key, &run.suite)).transpose()?;
    let mut runs = old.map(|old| old.runs).unwrap_or_default();
    let accepted = Accepted::of(run, reason);
    match runs.iter_mut().find(|one| one.recorded.is_some() && one.recorded == accepted.recorded) {
        // Why it was accepted stays known when it is accepted again without a reason.
        Some(same) => *same = Accepted { reason: accepted.reason.or_else(|| same.reason.take()), ..accepted },
        None => runs.insert(0, accepted),
    }
    runs.truncate(keep_runs.max(1));
    // Values serve the interval within the newest run; older runs serve the band.
    runs.iter_mut().skip(1).flat_map(|run| &mut run.series).for_each(|series| series.samples.clear());
    let new_text = StoredBaseline::new(&run.suite, runs).text();
    Ok(Proposal { path, old_text, new_text })
}

/// Writes a proposal, whole or not at all. Refuses where the file has changed since it was proposed.
pub fn write(proposal: &Proposal) -> Result<(), BaselineError> {
    if file::read(&proposal.path)? != proposal.old_text {
        let path = proposal.path.display().to_string();
        return Err(BaselineError::new(path, "the file that was reviewed", "a change made meanwhile", "run `neverslower accept` again"));
    }
    file::write(&proposal.path, &proposal.new_text)
}
