//! What can be typed. No behaviour: values are checked where the plan is made, so that a flag, a variable and a
//! configuration key give the same error.

mod transport;

pub use transport::{HeaderArgs, TransportArgs};

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Exit code, verdict, meaning: shown by `--help` and `list exit-codes`.
pub const EXIT_CODES: &[(&str, &str, &str)] = &[
    ("0", "pass", "judged, and nothing crossed a threshold"),
    ("1", "fail", "a threshold was crossed at `fail`"),
    ("2", "-", "usage or configuration error; nothing was measured"),
    ("3", "unstable", "crossed at `unstable` only, or the evidence is too weak to say pass"),
    ("4", "no-verdict", "could not measure or judge"),
    ("130/143", "-", "interrupted; what was measured is kept and marked partial"),
];

fn exit_code_help() -> String {
    let rows = EXIT_CODES.iter().map(|(code, verdict, meaning)| format!("  {code:<8} {verdict:<11} {meaning}\n"));
    format!("Exit codes:\n{}", rows.collect::<String>())
}

/// A CI performance gate: measures, compares with committed baselines, judges, reports.
#[derive(Debug, Clone, Parser)]
#[command(name = "neverslower", version, arg_required_else_help = true, after_help = exit_code_help())]
pub struct Cli {
    #[command(flatten)]
    pub options: Options,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command understands. They beat `NEVERSLOWER_…` variables, which beat the configuration file.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Configuration file [default: neverslower.toml, searched upward to the repository root]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Send a report to a file, or to standard output without a path; repeatable (`list reports`;
    /// `hist[0,2ms,10ms]` takes the edges of its buckets)
    #[arg(long, global = true, value_name = "KIND[=PATH]")]
    pub report: Vec<String>,
    /// Say only what must be said
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Colour in text for people; NO_COLOR and CLICOLOR_FORCE are honoured
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<When>,
    /// Exit 0 also on fail and unstable
    #[arg(long, global = true, conflicts_with_all = ["unstable_exit_code", "bisect"])]
    pub exit_zero: bool,
    /// Exit code of unstable, for Jenkins' "exit code to set build unstable"
    #[arg(long, global = true, value_name = "N", conflicts_with = "bisect")]
    pub unstable_exit_code: Option<u8>,
    /// Exit 125 on unstable and no verdict, for `git bisect run`
    #[arg(long, global = true)]
    pub bisect: bool,
    /// Directory of everything written [default: perf-results]
    #[arg(long, global = true, value_name = "DIR")]
    pub results: Option<PathBuf>,
    /// Directory of the accepted runs [default: baselines]
    #[arg(long, global = true, value_name = "DIR")]
    pub baselines: Option<PathBuf>,
    /// What to compare with: auto, committed, previous, build:N, against:BASE (see `run --against`), or a path [default: auto]
    #[arg(long, global = true, value_name = "CHOICE")]
    pub baseline: Option<String>,
    /// Directory of earlier builds, for `--baseline previous` and `build:N` [default: builds]
    #[arg(long, global = true, value_name = "DIR")]
    pub builds: Option<PathBuf>,
    /// Number of this build, under which it is kept for later ones [default: the CI's]
    #[arg(long, global = true, value_name = "N")]
    pub build_number: Option<String>,
    /// Name of this class of machines, or of the measured target [default: auto]
    #[arg(long, global = true, value_name = "NAME")]
    pub environment: Option<String>,
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one")]
pub enum Command {
    /// Measure every suite of neverslower.toml, compare, judge, report
    Run(RunArgs),
    /// The same from result files of other tools
    Check(CheckArgs),
    /// A load test from the command line; alone: closed loop, 50 connections, 10 s
    Load(LoadArgs),
    /// Review the last runs as a diff and make them the baseline
    Accept(AcceptArgs),
    /// Turn results of any known format into any report
    Convert(ConvertArgs),
    /// Show accepted runs over time: where levels changed, and what crept in since the pinned run
    History(HistoryArgs),
    /// Say what makes this machine noisy: reads its settings, measures its jitter, changes nothing
    Doctor(DoctorArgs),
    /// Write a neverslower.toml that runs at once, the CI step and the lines of .gitignore; overwrites nothing
    Init(InitArgs),
    /// Print the tables the program runs on
    List(ListArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

#[derive(Debug, Clone, Default, Args)]
pub struct RunArgs {
    /// Suites to measure [default: all]
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// Measure every suite so often in a row, as one session; `accept` then takes each of the runs [default: 1]
    #[arg(long, value_name = "N")]
    pub repeat: Option<String>,
    /// Measure a failing suite up to so often again before it turns red [default: 0]
    #[arg(long, value_name = "N")]
    pub confirm: Option<String>,
    /// Measure another version beside this one, interleaved on this machine: a commit, merge-base, and for load suites
    /// url:https://… or command:…{port}…; the same as `--baseline against:BASE`
    #[arg(long, value_name = "BASE", conflicts_with_all = ["repeat", "confirm"])]
    pub against: Option<String>,
    /// Time of an interleaved comparison, beside building [default: 10m]
    #[arg(long, value_name = "TIME")]
    pub budget: Option<String>,
    /// Seed of the random order of an interleaved comparison [default: drawn from the clock, and recorded]
    #[arg(long, value_name = "N")]
    pub seed: Option<String>,
}

#[derive(Debug, Clone, Default, Args)]
pub struct CheckArgs {
    /// Result files or directories; `-` is standard input. Several files of one suite are repetitions
    #[arg(value_name = "FILE", required_unless_present = "profile")]
    pub files: Vec<PathBuf>,
    /// Whose rules judge: default, or jenkins: those of the Jenkins Performance Plugin, by `[jenkins]` of the configuration;
    /// without FILE its `source_data_files` are read [default: as configured]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Format of the files [default: detected from content] (`list formats`)
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
    /// Suite the files belong to [default: the suite whose `results` match, else the file's name without digits]
    #[arg(long, value_name = "NAME")]
    pub suite: Option<String>,
}

/// What a search for a rate decides itself, or cannot be asked beside it.
const FIXED_LOAD: [&str; 13] = [
    "requests",
    "duration",
    "stages",
    "trace",
    "think_time",
    "shard",
    "start_at",
    "barrier",
    "abort_if",
    "fail_if",
    "unstable_if",
    "scrape",
    "out",
];

#[derive(Debug, Clone, Default, Args)]
pub struct LoadArgs {
    /// What to request: `http://` or `https://`
    #[arg(value_name = "URL", required_unless_present = "targets")]
    pub url: Option<String>,
    /// Request what stands in this file, in turn: `METHOD URL` with headers and `@body` below, or JSON lines, as vegeta reads
    /// them; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "method"])]
    pub targets: Option<PathBuf>,
    /// Read the targets as they are needed, each for one request; the load ends with the last one. A stream may be endless
    #[arg(long, requires = "targets", conflicts_with_all = ["url", "feed", "find_rate"])]
    pub lazy: bool,
    /// Fill `{{NAME}}` in URL, headers and body from the column NAME of this file: CSV with a header line, or JSON lines; a row
    /// for each request in turn, or `random:FILE`, or `once:FILE`, whose last row ends the load; repeatable
    #[arg(long, value_name = "[ORDER:]FILE")]
    pub feed: Vec<String>,
    /// Statuses that are a success, such as 200,204,3xx; any other is an error [default: below 400]
    #[arg(long, value_name = "LIST")]
    pub expect_status: Option<String>,
    /// Stop after this many requests
    #[arg(short = 'n', long, value_name = "N", conflicts_with = "duration")]
    pub requests: Option<u64>,
    /// Stop after this long, such as 30s or 1m30s [default: 10s]
    #[arg(short = 'z', long, value_name = "TIME")]
    pub duration: Option<String>,
    /// Connections [default: 50]
    #[arg(short = 'c', long, value_name = "N")]
    pub connections: Option<u64>,
    /// Arrivals per second over all connections (open loop) [default: closed loop, as fast as answers come]
    #[arg(short = 'q', long, value_name = "RATE")]
    pub rate: Option<String>,
    /// Rates one after another, such as 100:10s or 100..500:30s (evenly rising), or connections of a closed loop, such as
    /// 20c:10s; repeatable
    #[arg(long = "stage", value_name = "RATE:TIME", conflicts_with_all = ["rate", "trace", "requests", "duration"])]
    pub stages: Vec<String>,
    /// Start requests when this file says: seconds from the start of the load, one a line (open loop)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rate", "requests", "duration"])]
    pub trace: Option<PathBuf>,
    /// How starts lie between each other in an open loop [default: even]
    #[arg(long, value_name = "KIND")]
    pub arrival: Option<ArrivalWord>,
    /// Seed of random starts [default: 1]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Closed loop: pause of a connection between an answer and its next request [default: none]
    #[arg(long, value_name = "TIME")]
    pub think_time: Option<String>,
    /// Send only the I-th of K parts of the load (from 1), to be judged together by `check`; `auto`: as the CI's variables say
    #[arg(long, value_name = "I/K")]
    pub shard: Option<String>,
    /// Start at this moment, such as 2026-11-23T10:00:00Z
    #[arg(long, value_name = "MOMENT", conflicts_with = "barrier")]
    pub start_at: Option<String>,
    /// Start as soon as this file exists
    #[arg(long, value_name = "PATH")]
    pub barrier: Option<PathBuf>,
    /// Give the run up when this holds, such as 'error rate > 50%' or 'p99 > 2s'
    #[arg(long, value_name = "CONDITION")]
    pub abort_if: Option<String>,
    /// Fail (exit 1) when this holds, such as 'p99 > 200ms', 'error rate > 1%' or 'throughput < 500/s'; repeatable
    #[arg(long, value_name = "CONDITION")]
    pub fail_if: Vec<String>,
    /// Unstable (exit 3) when this holds; repeatable
    #[arg(long, value_name = "CONDITION")]
    pub unstable_if: Vec<String>,
    /// Method [default: GET, or POST with --data]
    #[arg(short = 'm', long, value_name = "METHOD")]
    pub method: Option<String>,
    /// A header; repeatable
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<String>,
    /// Body of every request
    #[arg(short = 'd', long, value_name = "TEXT")]
    pub data: Option<String>,
    /// Body of every request, from a file
    #[arg(short = 'D', long, value_name = "FILE", conflicts_with = "data")]
    pub data_file: Option<PathBuf>,
    #[command(flatten)]
    pub header_flags: HeaderArgs,
    /// Time after which a request has failed; a bare number is seconds [default: 10s]
    #[arg(short = 't', long, value_name = "TIME")]
    pub timeout: Option<String>,
    /// Load before the measured phase that is not recorded [default: none]
    #[arg(long, value_name = "TIME")]
    pub warm_up: Option<String>,
    /// Read the server's counters here before and after the measured phase: Prometheus text, or JSON of Go's expvar; how much
    /// each rose for each request becomes a series
    #[arg(long, value_name = "URL")]
    pub scrape: Option<String>,
    /// Counters to keep, by their name; repeatable [default: all]
    #[arg(long, value_name = "GLOB", requires = "scrape")]
    pub scrape_match: Vec<String>,
    /// Search the highest arrival rate at which this holds, such as 'p99 < 250ms and error rate < 0.1%' (at most 1% errors
    /// unless you say otherwise); repeatable. Starts at --rate [default: 10/s], doubles, then narrows the gap to 5 %. For
    /// exploring: a gate compares latencies at a fixed rate below the one found
    #[arg(long, value_name = "CONDITION", conflicts_with_all = FIXED_LOAD)]
    pub find_rate: Vec<String>,
    /// Length of each step of --find-rate [default: 20 times the longest latency asked for, 3s to 60s]
    #[arg(long, value_name = "TIME", requires = "find_rate")]
    pub step: Option<String>,
    #[command(flatten)]
    pub transport: TransportArgs,
    /// Print the stored run as JSON on standard output; with --find-rate, its steps and its answer
    #[arg(long)]
    pub json: bool,
    /// Write reports and the run to this directory [default: nothing is written]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// The words of `--arrival`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ArrivalWord {
    /// As far apart as the rate says
    Even,
    /// At random, as of many users who know nothing of each other
    Poisson,
}

#[derive(Debug, Clone, Default, Args)]
pub struct AcceptArgs {
    /// Do not ask; required in CI
    #[arg(long)]
    pub yes: bool,
    /// Accept runs that are over their error threshold
    #[arg(long, requires = "reason")]
    pub force: bool,
    /// Why; stored with the accepted runs
    #[arg(long, value_name = "TEXT", action = ArgAction::Set, requires = "force")]
    pub reason: Option<String>,
    /// Results directories to accept from, such as downloaded CI artifacts [default: the results directory]
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Accept runs slower than their thresholds, and why; stored with the accepted runs and shown ever after
    #[arg(long, value_name = "REASON")]
    pub allow_slower: Option<String>,
    /// Accept only the series whose label, or `LABEL METRIC`, matches; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub series: Vec<String>,
    /// Pin what is accepted: relative thresholds hold against it as well, until another run is pinned
    #[arg(long)]
    pub pin: bool,
}

#[derive(Debug, Clone, Default, Args)]
pub struct ConvertArgs {
    /// A result file or directory; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Kind of report (`list reports`)
    #[arg(long, value_name = "KIND")]
    pub to: String,
    /// Format of the file [default: detected from content] (`list formats`)
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
    /// Where to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Suite to name in the report [default: the file's name without digits]
    #[arg(long, value_name = "NAME")]
    pub suite: Option<String>,
}

#[derive(Debug, Clone, Default, Args)]
pub struct HistoryArgs {
    /// Suites to show [default: all]
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// Directories, such as downloaded CI artifacts, whose stored runs (`*.run.json`, however deep) are shown [default: the accepted
    /// runs of this environment; with --builds, the runs of earlier builds]
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Show only series whose label matches
    #[arg(long, value_name = "GLOB")]
    pub label: Option<String>,
    /// Show only series whose metric matches [default: all but those of phases and parts]
    #[arg(long, value_name = "GLOB")]
    pub metric: Option<String>,
    /// Show this statistic (`list statistics`) [default: what the thresholds look at, else p50]
    #[arg(long, value_name = "NAME")]
    pub statistic: Option<String>,
}

#[derive(Debug, Clone, Default, Args)]
pub struct DoctorArgs {
    /// How long to measure the jitter; longer sees more of the noise, but minutes are not days [default: 5s]
    #[arg(short = 'z', long, value_name = "TIME")]
    pub duration: Option<String>,
}

#[derive(Debug, Clone, Default, Args)]
pub struct InitArgs {
    /// Turn the `perfReport` steps of a Jenkins job's config.xml or of a Jenkinsfile into configuration
    #[arg(long, value_name = "PATH")]
    pub from_jenkins: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    #[arg(value_name = "WHAT")]
    pub what: ListWhat,
}

/// The tables of `list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListWhat {
    Formats,
    Reports,
    Thresholds,
    Metrics,
    Statistics,
    ExitCodes,
}

#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests;
