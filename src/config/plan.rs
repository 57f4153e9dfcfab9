//! The plan: file + flags + environment, every default applied. EVERY default of the program stands in this file.

mod surroundings;

#[cfg(test)]
pub use surroundings::OURS;
pub use surroundings::{CALLED_BY_CARGO, Surroundings};

use super::exit::ExitMapping;
use super::judged::usual_too_fast;
use super::profile::{Profile, ProfileName};
use super::report::ReportRequest;
use crate::judge::{Design, Limit, Policy, Quarantine, Rule, Statistics, UnknownEnvironment};
use crate::model::{Against, Condition, MeasuredNoise, Percentile, PullRequest, ShortRun, Side, Statistic, SuiteWork, metric};
use std::path::PathBuf;
use std::time::Duration;

/// Name of the configuration file that is searched upward to the repository root.
pub const CONFIG_FILE: &str = "neverslower.toml";
/// Directory of everything that is written, beside the configuration file.
pub const RESULTS: &str = "perf-results";
/// Directory of the accepted runs, beside the configuration file.
pub const BASELINES: &str = "baselines";
/// Accepted runs kept per baseline.
pub const KEEP_RUNS: usize = 10;
/// A failure turns red at once.
pub const CONFIRM: u32 = 0;
/// Every suite is measured once.
pub const REPEAT_RUNS: u32 = 1;
/// Directory of earlier builds, beside the configuration file.
pub const BUILDS: &str = "builds";
/// Builds kept in the builds directory.
pub const KEEP_BUILDS: usize = 50;
/// Our own rules.
pub const PROFILE: ProfileName = ProfileName::Default;
/// A percentage needs evidence.
pub const STATISTICS: Statistics = Statistics::Sound;
/// Committed where it compares.
pub const BASELINE: BaselineChoice = BaselineChoice::Auto;
/// Longest phase of load in an interleaved comparison, and of the warm-up before it: long enough for the server's CPU time to be
/// more than the kernel's rounding, short enough for many pairs.
pub const INTERLEAVED_PHASE: Duration = Duration::from_secs(3);
pub const INTERLEAVED_WARM_UP: Duration = Duration::from_millis(300);
/// Pairs of unchanged code that passes, in the mean: for the announcement before an interleaved comparison.
pub const INTERLEAVED_PAIRS_EXPECTED: u64 = 16;
/// Time of an interleaved comparison.
pub const BUDGET: Duration = Duration::from_secs(10 * 60);
/// Where checked-out versions are kept, below the user's cache directory.
pub const VERSIONS: &str = "neverslower/versions";
/// Without a baseline that compares a run may still pass.
pub const REQUIRE_BASELINE: bool = false;
/// A machine without baselines of its own, on a workstation: a notice.
pub const UNKNOWN_ENVIRONMENT_HERE: UnknownEnvironment = UnknownEnvironment::Pass;
/// The same in CI, where nobody reads notices.
pub const UNKNOWN_ENVIRONMENT_IN_CI: UnknownEnvironment = UnknownEnvironment::Unstable;
/// Environment of numbers that were not measured on this machine and whose target has no name.
pub const FOREIGN_ENVIRONMENT: &str = "default";
/// Longest time of one command of a suite, its build included: a benchmark that is compiled from nothing takes minutes.
pub const SUITE_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// Runs of a command suite: enough for a median whose rank interval is narrow.
pub const REPEAT: u32 = 20;
/// Runs of a command suite before the recorded ones, so that the first is not the one that fills the caches.
pub const WARM_UP_RUNS: u32 = 1;
/// One benchmark in one process run of an interleaved comparison: about 24 ms of batches that a scheduler's time slice rarely
/// cuts, or as many slow iterations as fit into half a second.
pub const SHORT_RUN: ShortRun =
    ShortRun { batches: 48, batch: Duration::from_micros(500), warm_up: Duration::from_millis(5), longest: Duration::from_millis(500) };
/// How long a server may take until it answers.
pub const READY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a server may take to stop before it is killed.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// Suite name of a load from the command line.
pub const LOAD_SUITE: &str = "load";
/// Connections of a load; with HTTP/2, requests at a time on each.
pub const CONNECTIONS: u32 = 50;
pub const STREAMS: u32 = 1;
/// Length of the measured phase of a load.
pub const LOAD_DURATION: Duration = Duration::from_secs(10);
/// A load without `warm_up` records from its first request on.
pub const LOAD_WARM_UP: Duration = Duration::ZERO;
/// Seed of random starts, so that a load without one is the same every time.
pub const SEED: u64 = 1;
/// A closed loop does not think.
pub const THINK_TIME: Duration = Duration::ZERO;
/// A request without an answer for this long has failed; also how long to wait for answers after the last start.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long connecting may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Redirects followed within one request: none, so that a 3xx is seen.
pub const REDIRECTS: u32 = 0;
/// A connection carries more than one request; nobody asked for gzip.
pub const KEEP_ALIVE: bool = true;
pub const COMPRESSED: bool = false;
/// Certificates are verified.
pub const TLS_INSECURE: bool = false;
/// Every TLS handshake is a full one, as those of different users are: the dearer and the steadier case.
pub const TLS_RESUMPTION: bool = false;
/// Targets are requested equally often.
pub const TARGET_WEIGHT: u32 = 1;
/// Lowest rate that a search for the highest one tries.
pub const FIND_RATE_LOWEST: f64 = 10.0;
/// Gap, as a share of the rate, at which such a search ends.
pub const FIND_RATE_PRECISION: f64 = 0.05;
/// Shortest usual step of such a search, and the longest one.
pub const FIND_RATE_STEP: Duration = Duration::from_secs(3);
pub const FIND_RATE_STEP_MAX: Duration = Duration::from_secs(60);
/// A step is this many times as long as the longest latency asked for: a service that takes 5 % less than it is sent is
/// then behind by as much at the end.
pub const FIND_RATE_STEP_LATENCIES: u32 = 20;
/// Lag of the load generator itself beyond which a request is late.
pub const MAX_LAG: Duration = Duration::from_millis(10);

/// Name of the kept checkup in the results directory.
pub const CHECKUP_FILE: &str = "doctor.json";
/// Length of a checkup of the machine.
pub const CHECKUP_DURATION: Duration = Duration::from_secs(5);
/// How long a stored checkup stands for its machine.
pub const CHECKUP_VALID: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Improvement of a time, as a share, beyond which it is not believed: ten times faster is usually a broken benchmark.
pub const TOO_FAST: (f64, &str) = (-0.90, "-90%");

/// The thresholds of a configuration without any: error rate 1% / 3%; requests p95 +5% / +10% and at least 2 ms;
/// benchmarks p50 +5% / +10%; deterministic metrics, and counters that repeat exactly, any increase / +5%;
/// times too fast below -90%. Those of benchmarks name no statistic, which means p50, or the mean where a tool tells nothing else.
///
/// Measured in alternation with base, requests fail at +10% of CPU time per request and of p50 instead (`docs/STATISTICS.md`): the
/// p95 of short phases cannot be judged, and at +5% the median seldom can.
pub fn default_rules() -> Vec<Rule> {
    let absolute = |value: f64, text: &str| Limit::Absolute { value, text: text.to_string() };
    let relative = |change: f64, text: &str| Limit::Relative { change, text: text.to_string() };
    let rule = |metric: Option<&str>, statistic: Option<Statistic>, unstable: Limit, fail: Limit, floor: Option<f64>| Rule {
        metric: metric.map(str::to_string),
        statistic,
        unstable: Some(unstable),
        fail: Some(fail),
        floor,
        too_fast: usual_too_fast(metric, statistic),
        is_default: true,
        ..Rule::everywhere()
    };
    let p95 = Some(Statistic::Percentile(Percentile::P95));
    let two_ms = Some(2e6);
    let requests = rule(Some(metric::LATENCY), p95, relative(0.05, "+5%"), relative(0.10, "+10%"), two_ms);
    let mut rules = vec![
        rule(None, Some(Statistic::ErrorRate), absolute(0.01, "1%"), absolute(0.03, "3%"), None),
        Rule { design: Design::Stored, ..requests },
    ];
    for paired in [metric::CPU_PER_REQUEST, metric::LATENCY] {
        let failing = rule(Some(paired), None, relative(0.10, "+10%"), relative(0.10, "+10%"), None);
        rules.push(Rule { unstable: None, design: Design::Interleaved, ..failing });
    }
    for timed in [metric::TIME, metric::CPU_TIME] {
        rules.push(rule(Some(timed), None, relative(0.05, "+5%"), relative(0.10, "+10%"), None));
    }
    for exact in [metric::BYTES, metric::ALLOCATIONS, metric::INSTRUCTIONS, metric::BINARY_SIZE, metric::COUNTER_PER_REQUEST] {
        rules.push(rule(Some(exact), None, relative(0.0, "+0%"), relative(0.05, "+5%"), None));
    }
    rules
}

/// What every step of a search for the highest rate must hold, unless another condition on errors is asked for.
pub fn find_rate_errors() -> Condition {
    Condition { statistic: Statistic::ErrorRate, side: Side::AtMost, limit: 0.01, limit_text: "1%".to_string() }
}

/// Names and one-line descriptions of what can be plugged in, handed over by the families that own them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tables<'a> {
    pub formats: &'a [(&'a str, &'a str)],
    pub reports: &'a [(&'a str, &'a str)],
}

/// What is written besides what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Everything of the results directory.
    Everything,
    /// Nothing: `load` without `--out`.
    OnlyAsked,
}

/// Which baseline to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum BaselineChoice {
    /// Committed where it compares.
    Auto,
    Committed,
    /// The newest earlier build of the builds directory that passed.
    Previous,
    /// The build of that number.
    Build(u64),
    /// Another version, measured beside this one.
    Against(Against),
    /// A stored run, a result file or a directory of baselines.
    Path(PathBuf),
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
    /// Name of the measured environment, where it is not this machine.
    pub environment: Option<String>,
}

/// A suite as `check` sees it: files get its name, its expectations and its environment.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckSuite {
    pub name: String,
    /// Globs of result files, relative to the root.
    pub results: Vec<String>,
    /// Labels that must come.
    pub expect: Vec<String>,
    /// Name of the measured environment: never the machine that happens to run the gate.
    pub environment: String,
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
    /// What is measured, in order; empty where nothing is.
    pub suites: Vec<SuitePlan>,
    /// Every suite of the file, those without work included.
    pub check: Vec<CheckSuite>,
    pub profile: Profile,
    pub rules: Vec<Rule>,
    pub statistics: Statistics,
    pub unknown_environment: UnknownEnvironment,
    pub require_baseline: bool,
    pub baseline: BaselineChoice,
    /// Time of an interleaved comparison, beside building.
    pub budget: Duration,
    /// Decides the order within the pairs of an interleaved comparison.
    pub seed: u64,
    /// Where checked-out versions are kept; `None` where nobody named a directory and the user has no cache.
    pub versions: Option<PathBuf>,
    /// Variables by which both versions of an interleaved comparison could share what they build or load, as they are set here.
    pub shared: Vec<(String, String)>,
    /// Name given to this class of machines.
    pub environment: Option<String>,
    /// Accepted runs kept per baseline.
    pub keep_runs: usize,
    /// What a checkup of this machine measured, where a fresh one is in the results directory.
    pub measured_noise: Option<MeasuredNoise>,
    /// Series that do not fail for a while.
    pub quarantine: Vec<Quarantine>,
    /// How often a failing suite is measured again before it turns red.
    pub confirm: u32,
    /// How often every suite is measured, as one session.
    pub repeat: u32,
    /// Directory of earlier builds.
    pub builds: PathBuf,
    /// Number of this build, where the CI or the user gives one.
    pub build_number: Option<u64>,
    /// Builds kept in the builds directory.
    pub keep_builds: usize,
    /// The pull request that is built: committed baselines are then read at its merge base.
    pub pull_request: Option<PullRequest>,
    pub reports: Vec<ReportRequest>,
    pub exit: ExitMapping,
    /// Command that shows this project's gate red, for the first-use headline.
    pub demonstration: Option<String>,
    pub color: ColorChoice,
    pub verbosity: Verbosity,
    pub is_ci: bool,
    pub keep: Keep,
    /// How the user calls us, for commands that are printed: `neverslower`, or through cargo in our own repository.
    pub program: String,
    /// The whole command as it was typed, for findings of what no configuration describes.
    pub typed: String,
    /// Only some suites were selected.
    pub is_selection: bool,
    /// When the plan was made, ns since the epoch: the gate's only "today".
    pub now_ns: u64,
    /// Commit named by the CI's variables, where git cannot tell.
    pub commit: Option<String>,
}

impl Plan {
    /// The commands that lead a first-time user from "nothing compared yet" to a gate that turns red.
    pub fn next_steps(&self) -> Vec<String> {
        if self.baseline == BaselineChoice::Previous {
            // What passed now is what the next build is compared with.
            let next = self.build_number.map_or("N".to_string(), |number| number.saturating_add(1).to_string());
            return vec![format!("{} run --build-number {next}", self.program)];
        }
        let again = || format!("make something slower, then: {} run", self.program);
        vec![format!("{} accept", self.program), self.demonstration.clone().unwrap_or_else(again)]
    }

    /// What the judge needs for one suite.
    pub fn policy(&self, suite: &str, expect: &[String]) -> Policy {
        Policy {
            rules: self.rules.clone(),
            statistics: self.statistics,
            unknown_environment: self.unknown_environment,
            require_baseline: self.require_baseline,
            expect: expect.to_vec(),
            measured_noise: self.measured_noise.clone(),
            quarantine: self.quarantine.clone(),
            now_ns: self.now_ns,
            // A load test from the command line stands in no file.
            reproduce: if self.keep == Keep::OnlyAsked { self.typed.clone() } else { format!("{} run {suite}", self.program) },
            is_selection: self.is_selection,
        }
    }
}
