//! Builds: the one that is judged, and those before it.

use crate::jenkins::FileNumbers;

/// How a build ended. Ordered: assigning a result can only worsen a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuildResult {
    Success,
    Unstable,
    Failure,
}

/// A build that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Build {
    pub number: u64,
    /// `None`: aborted, or not finished. Such a build is counted as an existing one, and never chosen for its result.
    pub result: Option<BuildResult>,
    /// Start, ns since the Unix epoch.
    pub started_ns: u64,
    /// What was read of its files; empty: a build without performance data.
    pub reports: Vec<FileNumbers>,
}

/// The build that is judged.
#[derive(Debug, Clone)]
pub struct CurrentBuild {
    pub number: u64,
    /// Start, ns since the Unix epoch; also what `now` means in a time frame.
    pub started_ns: u64,
    /// In which the dates of time frames are read and printed. The plugin takes that of the machine it runs on.
    pub zone: jiff::tz::TimeZone,
}
