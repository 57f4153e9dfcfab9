//! The plan: file + flags + environment, every default applied. EVERY default of the program stands in this file.

use crate::judge::{Policy, Rule, Statistics, UnknownEnvironment};
use crate::model::SuiteWork;
use std::path::PathBuf;

/// Which baseline to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum BaselineChoice {
    /// Committed where it compares.
    Auto,
    Committed,
    /// A stored run, a result file or a directory of baselines.
    Path(PathBuf),
}

/// `--report KIND[=PATH]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRequest {
    pub kind: String,
    /// Standard output when absent.
    pub path: Option<PathBuf>,
}

/// How the verdict becomes an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExitMapping {
    /// Fail and unstable exit 0.
    pub exit_zero: bool,
    pub unstable_exit_code: Option<u8>,
    /// Unstable and no verdict exit 125, for `git bisect run`.
    pub bisect: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// One selected suite.
#[derive(Debug, Clone, PartialEq)]
pub struct SuitePlan {
    pub work: SuiteWork,
    /// Labels that must come.
    pub expect: Vec<String>,
    /// Globs of result files that `check` assigns to this suite.
    pub results: Vec<String>,
    /// Name of the measured environment, where it is not this machine.
    pub environment: Option<String>,
}

/// Everything a command needs to know, with every default applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where the configuration file stands, else the working directory.
    pub root: PathBuf,
    /// Path of the configuration as shown to people; `None` without one.
    pub config: Option<String>,
    pub results: PathBuf,
    pub baselines: PathBuf,
    pub suites: Vec<SuitePlan>,
    pub rules: Vec<Rule>,
    pub statistics: Statistics,
    pub unknown_environment: UnknownEnvironment,
    pub require_baseline: bool,
    pub baseline: BaselineChoice,
    /// Name given to this class of machines.
    pub environment: Option<String>,
    /// Accepted runs kept per baseline.
    pub keep_runs: usize,
    pub reports: Vec<ReportRequest>,
    pub exit: ExitMapping,
    /// Command that shows this project's gate red, for the first-use headline.
    pub demonstration: Option<String>,
    pub color: ColorChoice,
    pub verbosity: Verbosity,
    pub is_ci: bool,
    /// Only some suites were selected.
    pub is_selection: bool,
    /// Commit named by the CI's variables, where git cannot tell.
    pub commit: Option<String>,
}

impl Plan {
    /// What the judge needs for one suite.
    pub fn policy(&self, suite: &str, expect: &[String]) -> Policy {
        Policy {
            rules: self.rules.clone(),
            statistics: self.statistics,
            unknown_environment: self.unknown_environment,
            require_baseline: self.require_baseline,
            expect: expect.to_vec(),
            reproduce: format!("neverslower run {suite}"),
            is_selection: self.is_selection,
        }
    }
}
