//! What an expert constraint comes to (5.4): which builds it looks at, its base, its limit, whether it holds.

use super::build::{Build, BuildResult, CurrentBuild};
use super::time_frame::TimeFrame;
use super::value::{Values, plugins};
use crate::jenkins::arithmetic::div;
use crate::jenkins::names::report_name;
use crate::jenkins::{Builds, Escalation, FileNumbers, Metered, Numbers, Operator, Settings};

/// A constraint that was evaluated, on one label or on a whole report.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    pub report: String,
    /// `None`: the whole report.
    pub label: Option<String>,
    pub metered: Metered,
    pub operator: Operator,
    pub escalation: Escalation,
    /// Milliseconds, or per cent of errors.
    pub measured: f64,
    pub relation: Relation,
    pub is_met: bool,
}

/// What the measured value was held against.
#[derive(Debug, Clone, PartialEq)]
pub enum Relation {
    Absolute {
        value: i64,
    },
    /// Without a measure where no build was there to compare with.
    Relative {
        tolerance: f64,
        measure: Option<Measure>,
    },
}

/// What earlier builds gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    pub base: f64,
    /// The base with the tolerance, unrounded.
    pub limit: f64,
    /// Builds that were looked at.
    pub builds: usize,
}

/// The numbers that a constraint names: those of the report, or of its label of exactly that name.
pub fn numbers<'a>(report: &'a FileNumbers, label: Option<&str>) -> Option<&'a Numbers> {
    match label {
        None => Some(&report.numbers),
        Some(label) => report.labels.iter().find(|one| one.label == label).map(|one| &one.numbers),
    }
}

/// Whether a value keeps an absolute limit.
pub fn keeps(operator: Operator, measured: f64, value: i64) -> bool {
    match operator {
        Operator::NotGreater => measured <= value as f64,
        Operator::NotLess => measured >= value as f64,
        Operator::NotEqual => measured != value as f64,
    }
}

/// The limit that a tolerance makes of a base, and whether a value keeps it; `NOT_EQUAL` is never kept and has no limit.
pub fn keeps_relative(operator: Operator, measured: f64, base: f64, tolerance: f64) -> (f64, bool) {
    match operator {
        Operator::NotGreater => {
            let limit = base * (1.0 + tolerance / 100.0);
            (limit, measured <= limit)
        }
        Operator::NotLess => {
            let limit = base * (1.0 - tolerance / 100.0);
            (limit, measured > limit)
        }
        Operator::NotEqual => (0.0, false),
    }
}

/// What makes a block of builds unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadBuilds {
    /// A date that is none.
    Date(String),
    StartAfterEnd,
    /// A position with no build.
    Position(i64),
}

/// The builds that a relative constraint looks at; a build without data counts among them and gives nothing. `BASELINE` at
/// position 0 is the current build, which gives nothing either.
#[derive(Debug, Clone, PartialEq)]
pub enum Chosen<'a> {
    Earlier(Vec<&'a Build>),
    Itself,
}

/// Chooses from the earlier builds, newest first.
pub fn choose<'a>(builds: &Builds, settings: &Settings, current: &CurrentBuild, earlier: &'a [Build]) -> Result<Chosen<'a>, BadBuilds> {
    let is_eligible = |build: &&Build| match build.result {
        Some(BuildResult::Success) => true,
        Some(BuildResult::Unstable) => !settings.ignore_unstable_builds,
        Some(BuildResult::Failure) => !settings.ignore_failed_builds,
        None => false,
    };
    match builds {
        Builds::Last { previous_results } => {
            let most = match previous_results.parse::<i32>() {
                Err(_) | Ok(-1) => usize::MAX,
                Ok(number) => usize::try_from(number).unwrap_or(0),
            };
            Ok(Chosen::Earlier(earlier.iter().filter(is_eligible).take(most).collect()))
        }
        Builds::Between { start, end } => {
            let frame = TimeFrame::parse(start, end, &current.zone, current.started_ns).map_err(BadBuilds::Date)?;
            if frame.start_ms > frame.end_ms {
                return Err(BadBuilds::StartAfterEnd);
            }
            Ok(Chosen::Earlier(earlier.iter().filter(is_eligible).filter(|build| frame.holds(build.started_ns)).collect()))
        }
        Builds::Baseline => match usize::try_from(settings.baseline_build) {
            Ok(0) => Ok(Chosen::Itself),
            Ok(position) if position <= earlier.len() => Ok(Chosen::Earlier(earlier.get(position - 1).into_iter().collect())),
            _ => Err(BadBuilds::Position(settings.baseline_build)),
        },
    }
}

/// The mean over the reports of that name in the chosen builds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Base {
    pub value: f64,
    /// Reports that count.
    pub reports: u64,
    /// Of them, without the label; they count as 0, in strict mode not at all.
    pub without_label: u64,
    /// Whether a fraction was cut off on the way.
    pub is_cut: bool,
}

/// The base of a constraint. The plugin cuts the sum to a whole number after each addition, and then the mean; without any
/// report the mean is 2^63−1.
pub fn base(values: Values, builds: &[&Build], report: &str, label: Option<&str>, metered: Metered) -> Base {
    let mut sum = 0i64;
    let mut exact = 0.0;
    let (mut reports, mut without_label) = (0u64, 0);
    for one in builds.iter().flat_map(|build| &build.reports).filter(|one| report_name(&one.file) == report) {
        let found = numbers(one, label);
        if found.is_none() {
            without_label += 1;
        }
        if values.is_strict {
            if let Some(value) = found.and_then(|numbers| values.value(numbers, metered)) {
                exact += value;
                reports += 1;
            }
            continue;
        }
        let value = found.map_or(0.0, |numbers| plugins(numbers, metered));
        exact += value;
        sum = (sum as f64 + value) as i64;
        reports += 1;
    }
    let exact = div(exact, reports as f64);
    let cut = div(sum as f64, reports as f64) as i64;
    let value = if values.is_strict { exact } else { cut as f64 };
    Base { value, reports, without_label, is_cut: !values.is_strict && reports > 0 && cut as f64 != exact }
}
