//! Series over earlier runs: what `history` shows.

use super::{Better, Finding, Note, Series, SeriesKey, Statistic, Unit, Verdict};

/// Name and version of the layout.
pub const HISTORY_SCHEMA: &str = "neverslower.history.v1";

/// A series of one earlier run, with what is known of that run.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    pub series: Series,
    /// Start, ns since the epoch.
    pub started_ns: Option<u64>,
    pub commit: Option<String>,
    /// Number of the build it is of.
    pub build: Option<u64>,
    /// Why it was accepted although it was worse.
    pub reason: Option<String>,
    pub is_pinned: bool,
}

/// One statistic of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// In the unit of the statistic.
    pub value: f64,
    pub started_ns: Option<u64>,
    pub commit: Option<String>,
    pub build: Option<u64>,
    pub reason: Option<String>,
    pub is_pinned: bool,
}

/// Points between two changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Its points: from the first to before the last.
    pub start: usize,
    pub end: usize,
    pub median: f64,
    /// The median ± two deviations, as the noise band measures them; absent where a value is not
    /// positive, of fewer than 3 values, and of what repeats exactly.
    pub band: Option<(f64, f64)>,
}

/// What a change of level means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// For the better, or of a metric without direction, or smaller than any limit that the configuration gives.
    Shown,
    /// For the worse by more than this limit, but who accepted it said why, or pinned a run since.
    Acknowledged(String),
    /// For the worse by more than this limit, but what came later made up for it.
    Recovered,
    /// For the worse by more than this limit, and nobody said so.
    Open(String),
}

/// A change point.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelChange {
    /// The first point of the new level.
    pub index: usize,
    /// Medians of the levels on both sides.
    pub before: f64,
    pub after: f64,
    /// Absent where there is no percentage of what was before.
    pub change_percent: Option<f64>,
    /// Of Student's t between the levels.
    pub p_value: f64,
    /// For the worse (`true`) or the better; `None` where nobody says which is which.
    pub is_worse: Option<bool>,
    pub meaning: Meaning,
}

/// One statistic of a series over all its runs, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    pub key: SeriesKey,
    pub statistic: Statistic,
    /// Of the statistic, as is the direction.
    pub unit: Unit,
    pub better: Better,
    /// At least one.
    pub points: Vec<Point>,
    /// At least one.
    pub levels: Vec<Level>,
    /// Between the levels.
    pub changes: Vec<LevelChange>,
    /// Whether there are enough points for a change point to be seen.
    pub is_searched: bool,
    /// From the pinned point to the last one; absent without a pin, and where there is no percentage.
    pub creep_percent: Option<f64>,
    /// What the gate says of the last point against the pinned one.
    pub creep: Option<Finding>,
}

/// The trends of one suite in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct SuiteHistory {
    pub suite: String,
    /// Key of the environment.
    pub environment: String,
    /// Where the runs were read.
    pub source: String,
    /// Accepted runs are judged; stored ones are shown, because nobody could say of them that they are meant.
    pub is_accepted: bool,
    /// Runs, and starts of the first and the last one.
    pub runs: usize,
    pub first_ns: Option<u64>,
    pub last_ns: Option<u64>,
    pub trends: Vec<Trend>,
    /// Series that are there and that nobody asked for.
    pub hidden: usize,
}

/// All of it, as `history` reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    pub verdict: Verdict,
    /// What the process exits with, after `--exit-zero` and its like.
    pub exit_code: u8,
    pub suites: Vec<SuiteHistory>,
    pub notes: Vec<Note>,
}

impl Trend {
    /// The newest point.
    pub fn last(&self) -> Option<&Point> {
        self.points.last()
    }

    /// The pinned point, and its place.
    pub fn pinned(&self) -> Option<(usize, &Point)> {
        self.points.iter().enumerate().rev().find(|(_, point)| point.is_pinned)
    }

    /// Changes for the worse that nobody acknowledged.
    pub fn open_changes(&self) -> impl Iterator<Item = &LevelChange> {
        self.changes.iter().filter(|change| matches!(change.meaning, Meaning::Open(_)))
    }

    /// Whether the gate finds too much changed since the pinned run.
    pub fn creeps(&self) -> bool {
        self.creep.as_ref().is_some_and(|finding| finding.verdict > Verdict::Pass)
    }
}

impl SuiteHistory {
    /// Whether anything of it is more than a picture.
    pub fn verdict(&self) -> Verdict {
        let is_unstable = self.trends.iter().any(|trend| trend.creeps() || trend.open_changes().next().is_some());
        if is_unstable { Verdict::Unstable } else { Verdict::Pass }
    }
}

impl History {
    /// Trends of all suites.
    pub fn trends(&self) -> impl Iterator<Item = &Trend> {
        self.suites.iter().flat_map(|suite| &suite.trends)
    }

    /// The last line: `verdict=unstable exit=3 series=12 changes=2 open=1 creep=1`.
    pub fn verdict_line(&self) -> String {
        let changes: usize = self.trends().map(|trend| trend.changes.len()).sum();
        let open: usize = self.trends().map(|trend| trend.open_changes().count()).sum();
        let creep = self.trends().filter(|trend| trend.creeps()).count();
        let series = self.trends().count();
        format!("verdict={} exit={} series={series} changes={changes} open={open} creep={creep}", self.verdict, self.exit_code)
    }
}
