//! What a suite asks to be measured, after every default has been applied.

use super::{Assertions, Condition, Feeder, Scenario, Shard, Transport};
use std::path::PathBuf;
use std::time::Duration;

/// One suite's measuring, complete.
#[derive(Debug, Clone, PartialEq)]
pub struct SuiteWork {
    pub name: String,
    /// Shell command that runs before measuring; its failure is no verdict.
    pub build: Option<String>,
    pub work: Work,
    /// Globs of the files that a measurement runs, relative to the directory: where they are the same in both versions of an
    /// interleaved comparison, nothing has to be measured.
    pub artefacts: Vec<String>,
    /// Longest time that any one command of the suite may take.
    pub timeout: Duration,
    /// Working directory of every command: where the configuration file stands.
    pub directory: PathBuf,
    /// Variables of every command, beside those of ours.
    pub environment: Vec<(String, String)>,
}

/// The kinds of measuring.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one for each suite")]
pub enum Work {
    /// A benchmark program whose output or result files a format reads.
    Benchmark(HarnessWork),
    /// The process itself is the sample.
    Command(CommandWork),
    /// A tool that writes result files.
    Tool(ToolWork),
    /// A load test, of a server started for it or of one that runs already.
    Load { server: Option<ServerWork>, load: LoadWork },
}

/// `benchmark = { command, format }`.
#[derive(Debug, Clone, PartialEq)]
pub struct HarnessWork {
    /// Shell command.
    pub command: String,
    /// Name of a reader; detected when absent.
    pub format: Option<String>,
    /// Result file or directory; standard output when absent (Criterion's directory is found by itself).
    pub results: Option<PathBuf>,
    /// Shell command that runs one benchmark shortly, `{label}` not yet replaced.
    pub single: Option<String>,
}

/// How one benchmark is measured in one process run of an interleaved comparison: many short batches, whose lower quartile or
/// median is steadier than one long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShortRun {
    /// Batches wanted.
    pub batches: u32,
    /// Time of one batch.
    pub batch: Duration,
    /// Work before the first batch.
    pub warm_up: Duration,
    /// Time that all batches may take where a single iteration takes longer than a batch.
    pub longest: Duration,
}

impl ShortRun {
    /// How many batches fit where one iteration takes `usual_ns`: at least `fewest`, because a tool has its own minimum.
    pub fn samples(&self, usual_ns: Option<f64>, fewest: u32) -> u32 {
        let batch_s = (usual_ns.unwrap_or(0.0) / 1e9).max(self.batch.as_secs_f64());
        // Saturates; a value that is no number counts as none.
        let fitting = (self.longest.as_secs_f64() / batch_s) as u32;
        fitting.min(self.batches).max(fewest)
    }
}

/// `command = { run, repeat }`.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandWork {
    /// Program and arguments, split as a shell would, run without a shell.
    pub run: String,
    pub repeat: u32,
    pub warm_up: u32,
}

/// `tool = { run, results }`.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolWork {
    pub run: String,
    /// Globs relative to the directory; only files written since the start count.
    pub results: Vec<String>,
    pub format: Option<String>,
}

/// `server = { command, ready }`.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerWork {
    /// Shell command; `{port}` is replaced.
    pub command: String,
    /// URL that answers when the server is ready.
    pub ready: String,
    pub ready_timeout: Duration,
    /// How long it may take to stop before it is killed.
    pub stop_timeout: Duration,
}

/// One thing to request.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Name in results: method and path unless the user gave one.
    pub label: String,
    pub method: String,
    /// `http://…` or `https://…`; `{port}` not yet replaced.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// How often it is requested, in relation to the others.
    pub weight: u32,
    /// What its answers have to be.
    pub assertions: Assertions,
}

/// Targets that stand in a file of their own, as vegeta reads them.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetFile {
    /// `-` is standard input.
    pub path: PathBuf,
    /// Headers, body and assertions of those that do not have their own.
    pub common: Target,
    /// Read as targets are needed, each for one request; the load ends with the last one.
    pub is_lazy: bool,
}

/// When requests start.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// Open loop: arrivals per second, until `LoadWork::stop`.
    Constant(f64),
    /// Open loop: arrivals per second, stage after stage; together they say how long the load lasts.
    Stages(Vec<Stage<f64>>),
    /// Open loop: the starts that stand in this file.
    Trace(PathBuf),
    /// Closed loop: the next request after the answer, until `LoadWork::stop`.
    Closed,
    /// Closed loop: connections in use, stage after stage; together they say how long the load lasts.
    ClosedStages(Vec<Stage<u32>>),
}

/// A stretch of time in which something stays as it is, or changes evenly from one value to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage<T> {
    pub from: T,
    pub to: T,
    pub duration: Duration,
}

/// How the starts of an open loop lie between each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// As far apart as the rate says.
    Even,
    /// At random, as those of many users who know nothing of each other; the same for the same seed.
    Poisson { seed: u64 },
}

/// When the load begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    AtOnce,
    /// At this moment, ns since the Unix epoch.
    At(u64),
    /// As soon as this file exists.
    Barrier(PathBuf),
}

/// When the measured phase ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stop {
    Requests(u64),
    After(Duration),
}

/// Where the server shows its counters.
#[derive(Debug, Clone, PartialEq)]
pub struct Scrape {
    /// `http://…`; `{port}` not yet replaced.
    pub url: String,
    /// Globs of the counters that become series; empty: all.
    pub only: Vec<String>,
}

/// `load = { targets, rate, connections, duration, warm_up }`.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadWork {
    /// Requested in turn, each as often as its weight says.
    pub targets: Vec<Target>,
    /// Sessions instead of targets: what starts is an iteration of one of them, and each of its steps is a request.
    pub scenarios: Vec<Scenario>,
    /// Where the variables of targets and steps come from, besides answers.
    pub feeders: Vec<Feeder>,
    /// Where the targets still have to be read from: before the load, or while it runs.
    pub targets_file: Option<TargetFile>,
    pub arrival: Arrival,
    pub connections: u32,
    pub stop: Stop,
    pub warm_up: Duration,
    /// A request without an answer for this long failed.
    pub timeout: Duration,
    pub connect_timeout: Duration,
    /// After the last start, how long to wait for answers.
    pub grace: Duration,
    /// Lag of the generator beyond which a request is late.
    pub max_lag: Duration,
    pub spacing: Spacing,
    /// Closed loop: pause of a connection between an answer and its next request.
    pub think_time: Duration,
    /// The part of the load that is this generator's; `None`: all of it.
    pub shard: Option<Shard>,
    pub start: Start,
    /// A run for which this holds is lost, and ends at once.
    pub abort_if: Option<Condition>,
    /// Counters that are read before and after the measured phase.
    pub scrape: Option<Scrape>,
    /// How requests reach the server.
    pub transport: Transport,
}

impl LoadWork {
    /// Every request that it is made of: its targets, or the steps of its scenarios. Those of a file come when that is read.
    pub fn requested(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().chain(self.scenarios.iter().flat_map(|scenario| &scenario.steps).map(|step| &step.target))
    }

    /// The same, to be changed.
    pub fn requested_mut(&mut self) -> impl Iterator<Item = &mut Target> {
        let steps = self.scenarios.iter_mut().flat_map(|scenario| &mut scenario.steps);
        self.targets.iter_mut().chain(steps.map(|step| &mut step.target))
    }

    /// Arrivals per second that are planned for a time after the start of the load, warm-up included: of this shard alone.
    /// `None` in a closed loop, with a trace, and when all stages are over.
    pub fn rate_after(&self, elapsed: Duration) -> Option<f64> {
        let whole = match &self.arrival {
            Arrival::Constant(rate) => *rate,
            Arrival::Stages(stages) => {
                // The warm-up runs at the rate with which the first stage begins.
                let mut into = elapsed.saturating_sub(self.warm_up);
                let stage = stages.iter().find(|stage| {
                    let is_now = into < stage.duration;
                    into = if is_now { into } else { into - stage.duration };
                    is_now
                })?;
                stage.from + (stage.to - stage.from) * into.div_duration_f64(stage.duration)
            }
            Arrival::Trace(_) | Arrival::Closed | Arrival::ClosedStages(_) => return None,
        };
        Some(whole / self.shard.map_or(1.0, |shard| f64::from(shard.total)))
    }

    /// The load as two, with time between them: its warm-up, where it has one, and the measured phase. A pause is no warm-up;
    /// a trace cannot be parted, and is all measured.
    pub fn apart(&self) -> (Option<LoadWork>, LoadWork) {
        let warm_up = match &self.arrival {
            Arrival::Constant(rate) => Some((Arrival::Constant(*rate), self.connections)),
            Arrival::Stages(stages) => {
                stages.first().filter(|first| first.from > 0.0).map(|first| (Arrival::Constant(first.from), self.connections))
            }
            Arrival::Closed => Some((Arrival::Closed, self.connections)),
            Arrival::ClosedStages(stages) => stages.first().filter(|first| first.from > 0).map(|first| (Arrival::Closed, first.from)),
            Arrival::Trace(_) => None,
        };
        let warm_up = warm_up.filter(|_| !self.warm_up.is_zero()).map(|(arrival, connections)| LoadWork {
            arrival,
            connections,
            stop: Stop::After(self.warm_up),
            warm_up: Duration::ZERO,
            abort_if: None,
            ..self.clone()
        });
        let start = if warm_up.is_some() { Start::AtOnce } else { self.start.clone() };
        (warm_up, LoadWork { warm_up: Duration::ZERO, start, ..self.clone() })
    }

    /// A number that tells two configurations apart: of everything but the part that is one generator's own. `recorded` are
    /// the starts that stand in the file of a trace.
    pub fn fingerprint(&self, version: &str, recorded: &[u64]) -> u64 {
        let mut common = LoadWork { shard: None, start: Start::AtOnce, ..self.clone() };
        common.transport.local_address = None;
        if let Arrival::Trace(path) = &mut common.arrival {
            // The same starts, wherever their file lies.
            path.clear();
        }
        common.feeders.iter_mut().for_each(|feeder| feeder.path.clear());
        let text = format!("{version} {common:?}");
        let bytes = text.bytes().chain(recorded.iter().flat_map(|start_ns| start_ns.to_le_bytes()));
        // FNV-1a, 64 bits: the same number on every machine.
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }
}
