//! Thresholds as configured, after parsing and defaults.

use crate::model::{MeasuredNoise, Percentile, Place, Statistic};
use std::collections::BTreeSet;

/// One limit of a threshold.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    /// A value in the series' unit: ns for times (`250ms`), bytes (`2MB`), a share of 1 for rates of errors (`1%`), or plain.
    Absolute { value: f64, text: String },
    /// A change against what came before, as a share: `+5%` is 0.05, `-50%` is −0.5.
    Relative { change: f64, text: String },
    /// Beyond what accepted runs differ among themselves, whatever that is in per cent: `noise band`.
    Band { text: String },
}

impl Limit {
    /// The limit as the user wrote it.
    pub fn text(&self) -> &str {
        match self {
            Limit::Absolute { text, .. } | Limit::Relative { text, .. } | Limit::Band { text } => text,
        }
    }
}

/// What a limit is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A fixed value.
    Absolute,
    /// The baseline.
    Relative,
    /// Another series of the same run.
    WithinRun,
}

/// Which attempts a threshold looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempts {
    /// The successful ones, where the source tells them apart.
    Ok,
    All,
}

/// Which comparisons a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    Any,
    /// With what was measured earlier.
    Stored,
    /// With base, measured in alternation.
    Interleaved,
}

/// A `[[threshold]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Glob over suite names.
    pub suite: String,
    /// Glob over labels.
    pub label: String,
    /// Glob over metrics; `None`: every time-like metric that is not auxiliary.
    pub metric: Option<String>,
    /// `None`: p50; in an interleaved comparison the paired value.
    pub statistic: Option<Statistic>,
    pub unstable: Option<Limit>,
    pub fail: Option<Limit>,
    /// Changes smaller than this (in the series' unit) do not count.
    pub floor: Option<f64>,
    /// Improvement beyond which nobody should believe it, as a share: −0.9 is 90 % less.
    pub too_fast: Option<Limit>,
    /// Where the noise exceeds the limit, judge at the smallest effect that can be seen, up to this share.
    pub widen_to: Option<f64>,
    /// Label of the series of the same run to compare with.
    pub against: Option<String>,
    pub of: Attempts,
    /// What the defaults of requests differ by; the user's rules are for any.
    pub design: Design,
    /// One of the documented defaults, not the user's: matching nothing is then no oddity.
    pub is_default: bool,
    pub place: Option<Place>,
}

impl Rule {
    /// The user's rule for everything, still without limits: times, at their p50 unless it is told otherwise.
    pub fn everywhere() -> Rule {
        let all = || "*".to_string();
        Rule {
            suite: all(),
            label: all(),
            metric: None,
            statistic: None,
            unstable: None,
            fail: None,
            floor: None,
            too_fast: None,
            widen_to: None,
            against: None,
            of: Attempts::Ok,
            design: Design::Any,
            is_default: false,
            place: None,
        }
    }

    /// What one of its limits is held against.
    pub fn kind_of(&self, limit: &Limit) -> Kind {
        match limit {
            Limit::Absolute { .. } => Kind::Absolute,
            Limit::Relative { .. } if self.against.is_some() => Kind::WithinRun,
            Limit::Relative { .. } | Limit::Band { .. } => Kind::Relative,
        }
    }

    /// What its limits are held against; two things where one limit is absolute and the other relative.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        [&self.unstable, &self.fail].into_iter().flatten().map(|limit| self.kind_of(limit))
    }

    /// Whether it is this series that the others are held against: none is held against itself, though a pattern may match it.
    pub fn is_measure(&self, label: &str) -> bool {
        self.against.as_deref() == Some(label)
    }
}

/// Whether a percentage needs evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistics {
    /// `reference`: noise band, intervals, three verdicts.
    Sound,
    /// A percentage is a percentage.
    Plain,
}

/// What a run on a machine without baselines of its own means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownEnvironment {
    Pass,
    Unstable,
    NoVerdict,
}

/// A `[[quarantine]]`: series that are measured and shown, but do not fail, until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// Globs over suite names, labels and metrics.
    pub suite: String,
    pub label: String,
    pub metric: String,
    pub reason: String,
    /// First moment at which it no longer holds, ns since the epoch.
    pub until_ns: u64,
    /// The day as written.
    pub until: String,
    pub place: Option<Place>,
}

/// Everything the judge has to know besides the comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub rules: Vec<Rule>,
    pub statistics: Statistics,
    pub unknown_environment: UnknownEnvironment,
    pub require_baseline: bool,
    /// Labels that the suite must bring.
    pub expect: Vec<String>,
    /// How much runs differ on some machine, where that was measured: replaces the stated prior of young baselines there.
    pub measured_noise: Option<MeasuredNoise>,
    /// How to repeat this suite, for findings.
    pub reproduce: String,
    pub quarantine: Vec<Quarantine>,
    /// Now, ns since the epoch: decides which quarantines have expired.
    pub now_ns: u64,
    /// Only some suites were selected: a threshold without a suite that matches nothing is then a note.
    pub is_selection: bool,
}

impl Policy {
    /// The statistics that any rule asks for: what a comparison has to hold.
    pub fn asked(&self) -> BTreeSet<Statistic> {
        let median = Statistic::Percentile(Percentile::P50);
        self.rules.iter().map(|rule| rule.statistic.unwrap_or(median)).collect()
    }
}
