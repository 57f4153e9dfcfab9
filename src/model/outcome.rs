//! The verdict and all that led to it. The only place that knows exit codes.

use super::{BaselineFacts, Better, Note, SeriesKey, Statistic, Unit};
use std::fmt;

/// What the gate says. Ordered by precedence: fail > no verdict > unstable > pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Pass,
    Unstable,
    NoVerdict,
    Fail,
}

impl Verdict {
    /// Name in stored files and on the verdict line.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Unstable => "unstable",
            Verdict::NoVerdict => "no-verdict",
            Verdict::Fail => "fail",
        }
    }

    /// The word shown to people: never a symbol or a colour alone.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "PASS",
            Verdict::Unstable => "UNSTABLE",
            Verdict::NoVerdict => "NO VERDICT",
            Verdict::Fail => "FAIL",
        }
    }

    /// The process's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Pass => 0,
            Verdict::Fail => 1,
            Verdict::Unstable => 3,
            Verdict::NoVerdict => 4,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in a file that a person can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    pub line: u64,
}

/// What kind of rule made a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The suite could not be measured or judged at all.
    Suite,
    ErrorRate,
    Missing,
    Absolute,
    Relative,
    /// Against the pinned run.
    Pinned,
    WithinRun,
    /// An improvement too large to be believed.
    TooFast,
    /// The generator's own lag made the measurement void.
    ScheduleLag,
}

/// The result of one threshold on one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub suite: String,
    /// Empty label: about the suite as a whole.
    pub key: SeriesKey,
    pub kind: FindingKind,
    pub statistic: Option<Statistic>,
    pub unit: Unit,
    pub better: Better,
    pub verdict: Verdict,
    /// The limit that decided, as written: `+5%`, `250ms`, `1%`.
    pub threshold: String,
    pub before: Option<f64>,
    pub after: Option<f64>,
    pub change_percent: Option<f64>,
    pub interval_percent: Option<(f64, f64)>,
    /// Smallest slowdown that would have been called a failure.
    pub detectable_percent: Option<f64>,
    pub pairs_used: Option<u32>,
    /// Attempts the value after rests on.
    pub samples: u64,
    /// Why, in one sentence for people.
    pub sentence: String,
    /// The command that shows it again.
    pub reproduce: String,
    /// The configuration line that declares the threshold.
    pub place: Option<Place>,
    /// Why the series is in quarantine: measured and shown, but it does not fail.
    pub quarantined: Option<String>,
    /// How often it was measured again before the verdict, and how often it crossed.
    pub confirmation: Option<Confirmation>,
}

impl Finding {
    /// About the suite as a whole, without numbers: what every finding begins as.
    pub fn of_suite(suite: impl Into<String>, verdict: Verdict, sentence: impl Into<String>) -> Finding {
        Finding {
            suite: suite.into(),
            key: SeriesKey::new("", ""),
            kind: FindingKind::Suite,
            statistic: None,
            unit: Unit::Count,
            better: Better::Unknown,
            verdict,
            threshold: String::new(),
            before: None,
            after: None,
            change_percent: None,
            interval_percent: None,
            detectable_percent: None,
            pairs_used: None,
            samples: 0,
            sentence: sentence.into(),
            reproduce: String::new(),
            place: None,
            quarantined: None,
            confirmation: None,
        }
    }
}

/// A failure that was measured again before it turned red.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// Measurements in all, the first included.
    pub measured: u32,
    /// Those that failed.
    pub failed: u32,
}

/// One suite's part of the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct SuiteOutcome {
    pub suite: String,
    pub verdict: Verdict,
    pub baseline: BaselineFacts,
    /// Series judged against the baseline.
    pub compared: u64,
    pub findings: Vec<Finding>,
    pub new: Vec<SeriesKey>,
    pub missing: Vec<SeriesKey>,
    pub notes: Vec<Note>,
    /// Wall time of measuring, ns.
    pub duration_ns: u64,
}

impl SuiteOutcome {
    /// The verdict of a suite, without anything that led to it yet.
    pub fn new(suite: impl Into<String>, verdict: Verdict) -> SuiteOutcome {
        SuiteOutcome {
            suite: suite.into(),
            verdict,
            baseline: BaselineFacts::default(),
            compared: 0,
            findings: Vec::new(),
            new: Vec::new(),
            missing: Vec::new(),
            notes: Vec::new(),
            duration_ns: 0,
        }
    }
}

/// The whole gate's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub verdict: Verdict,
    /// What the process exits with, after `--exit-zero` and its like.
    pub exit_code: u8,
    /// Interrupted by a signal: kept, and marked.
    pub partial: bool,
    pub suites: Vec<SuiteOutcome>,
    pub notes: Vec<Note>,
    /// Commands that show a first-time user what to do next.
    pub next_steps: Vec<String>,
}

impl Outcome {
    /// The outcome of several suites: the gravest verdict decides. No suites at all is no verdict.
    pub fn of(suites: Vec<SuiteOutcome>) -> Outcome {
        let verdict = suites.iter().map(|suite| suite.verdict).max().unwrap_or(Verdict::NoVerdict);
        Outcome { verdict, exit_code: verdict.exit_code(), partial: false, suites, notes: Vec::new(), next_steps: Vec::new() }
    }

    /// Series compared with a baseline, over all suites.
    pub fn compared(&self) -> u64 {
        self.suites.iter().map(|suite| suite.compared).sum()
    }

    /// Findings of all suites.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.suites.iter().flat_map(|suite| &suite.findings)
    }

    /// How many findings have that verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings().filter(|finding| finding.verdict == verdict).count()
    }

    /// The one line of `verdict.txt`.
    pub fn verdict_line(&self) -> String {
        format!(
            "verdict={} exit={} fail={} unstable={} no-verdict={} compared={}",
            self.verdict,
            self.exit_code,
            self.count(Verdict::Fail),
            self.count(Verdict::Unstable),
            self.count(Verdict::NoVerdict),
            self.compared()
        )
    }
}
