//! A run beside what it is compared with.

use super::{PairKey, PairedChange, Run, SeriesKey, Statistic};
use std::collections::BTreeMap;

/// Where the numbers before came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BaselineKind {
    /// No baseline anywhere yet.
    #[default]
    None,
    /// Baselines exist, but none for this environment; only deterministic metrics are compared.
    OtherEnvironment,
    Committed,
    /// A file or directory the user named.
    File,
    /// An earlier build of the builds directory, by its number.
    Build(u64),
    /// The other version of the code, measured alternately with this one.
    Interleaved,
}

/// What is known about the baseline as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BaselineFacts {
    pub kind: BaselineKind,
    /// Where it was read, relative to the project.
    pub path: Option<String>,
    /// Commit of the newest accepted run.
    pub commit: Option<String>,
    /// Start of the newest accepted run, ns since the epoch.
    pub accepted_ns: Option<u64>,
    /// Accepted runs used.
    pub runs: u32,
    /// Environment keys for which baselines of this suite exist.
    pub environments: Vec<String>,
    /// Drift fields that differ: name, before, after.
    pub drift: Vec<(String, String, String)>,
    /// The pinned run that guards against slow creep.
    pub pinned: Option<Pinned>,
    /// Whether the change under test edits its own baseline.
    pub edited: Edited,
    /// Why the merge base could not be read, and the way out.
    pub why_unknown: Option<String>,
    /// Why runs were accepted although they were worse, newest first.
    pub reasons: Vec<String>,
}

/// What is known of the pinned run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pinned {
    pub commit: Option<String>,
    /// Start, ns since the epoch.
    pub accepted_ns: Option<u64>,
}

/// Whether the change under test edits its own baseline: who raises the bar is always shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Edited {
    /// Not in a pull request, or the baseline is none of the repository.
    #[default]
    Unasked,
    /// It stands as it did at the merge base.
    No,
    /// It was read as it stood at the merge base; the change edits it.
    Yes,
    /// The merge base could not be read.
    Unknown,
}

/// What a run is compared with: facts for people, and the accepted runs, newest first. `runs` is empty where nothing
/// compares. Runs of another environment are never among them, except in `elsewhere`.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    pub facts: BaselineFacts,
    pub runs: Vec<Run>,
    /// Accepted runs of another environment, newest first: good for deterministic metrics only.
    pub elsewhere: Vec<Run>,
    /// The run that was pinned when it was accepted: relative thresholds hold against it as well, so that many small steps
    /// do not vanish. Of the same environment.
    pub pinned: Option<Run>,
}

/// How the same statistic differed among the accepted runs (`docs/STATISTICS.md`, noise band). Natural logarithms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Accepted runs it was made of.
    pub runs: u32,
    /// Sessions of measuring that they are of (`Run::session_ns`): runs in a row share their neighbours.
    pub sessions: u32,
    /// Median of the logarithms.
    pub centre: f64,
    /// Scale: the largest of deviation, 1.4826·MAD, 0.001 and the run's own standard error; against a pinned run that of
    /// successive differences.
    pub scale: f64,
}

/// After against before, of one statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// In the series' unit, of the newest accepted run.
    pub before: f64,
    pub after: f64,
    /// ln(after) − centre; absent where either is not positive.
    pub log_ratio: Option<f64>,
    pub band: Option<Band>,
    /// Two-sided 95 % interval of the log ratio from within-run evidence (samples or spread on both sides).
    pub within: Option<(f64, f64)>,
    /// One-sided 95 % upper bound of the log ratio from the same evidence.
    pub within_upper: Option<f64>,
}

/// Changes by statistic. There are few of each series, and many series: a map would take ten times the room.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes(Vec<(Statistic, Change)>);

impl Changes {
    /// The change of one statistic.
    pub fn get(&self, statistic: &Statistic) -> Option<&Change> {
        self.0.iter().find(|(known, _)| known == statistic).map(|(_, change)| change)
    }

    /// Whether no statistic is known on both sides.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Statistic, Change)> for Changes {
    fn from_iter<I: IntoIterator<Item = (Statistic, Change)>>(changes: I) -> Changes {
        let changes = changes.into_iter();
        // Exactly the room that may be needed: there are as many of these as series.
        let mut known = Vec::with_capacity(changes.size_hint().1.unwrap_or_default());
        known.extend(changes);
        Changes(known)
    }
}

/// What one series of the run (`Comparison::run`) is compared with; the series itself is not kept a second time.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedSeries {
    /// Whether the baseline may judge this series here (same environment, or `is_exact`).
    pub comparable: bool,
    /// Whether any difference is a change: the metric repeats exactly, or could and did in every accepted run.
    pub is_exact: bool,
    /// Accepted attempts and failures before, newest run (for error rates).
    pub before_errors: Option<(u64, u64)>,
    /// Of what thresholds judge: the successful attempts, where they are known apart.
    pub changes: Changes,
    /// Of every attempt, where that differs: some failed, now or before.
    pub changes_all: Option<Changes>,
    /// Against the pinned run, of what thresholds judge.
    pub pinned: Option<Changes>,
}

/// Everything the judge needs, and nothing it would have to look up.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub run: Run,
    pub baseline: BaselineFacts,
    /// One entry for each series of the run.
    pub series: BTreeMap<SeriesKey, ComparedSeries>,
    /// What the pairs of an interleaved run say, where limits are held against them.
    pub paired: BTreeMap<PairKey, PairedChange>,
    /// In the baseline, not in the run.
    pub missing: Vec<SeriesKey>,
    /// In the run, not in the baseline (only where there is a baseline that compares).
    pub new: Vec<SeriesKey>,
}
