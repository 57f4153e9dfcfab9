//! `doctor`: how long it measures and where its checkup goes; and what of an earlier one the judge is told.

use super::build::Request;
use super::error::{ConfigError, typed};
use super::load::parse_some_time;
use super::plan::{self, Plan};
use super::schedule::parse_moment;
use crate::cli::DoctorArgs;
use crate::limits::{CHECKUP_BYTES_MAX, CHECKUP_MAX, CHECKUP_MIN};
use crate::model::{CHECKUP_SCHEMA, MeasuredNoise};
use serde::Deserialize;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How a checkup is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    Json,
}

/// What `doctor` is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckupAsked {
    pub duration: Duration,
    /// Directories in which programs are looked for.
    pub programs: Vec<PathBuf>,
    /// How it is told, and where: standard output without a path.
    pub told: Vec<(Shape, Option<PathBuf>)>,
    /// Where it is kept; nowhere outside a project, as nobody would look for it there.
    pub file: Option<PathBuf>,
}

/// The checkup that was typed, with the plan of everything around it.
pub fn from_arguments(request: Request<'_>, args: &DoctorArgs) -> Result<(Plan, CheckupAsked), ConfigError> {
    let plan = Plan::for_doctor(request)?;
    let duration = args.duration.as_deref().map(|text| typed("--duration", text, parse_some_time)).transpose()?;
    let duration = duration.unwrap_or(plan::CHECKUP_DURATION);
    if !(CHECKUP_MIN..=CHECKUP_MAX).contains(&duration) {
        let expected = format!("a time between {CHECKUP_MIN:?} and {CHECKUP_MAX:?}");
        return Err(ConfigError::new("--duration", expected, format!("{duration:?}")));
    }
    let mut told = Vec::new();
    for report in &plan.reports {
        let shape = match report.kind.as_str() {
            "text" => Shape::Text,
            "json" => Shape::Json,
            other => return Err(ConfigError::new("--report", "text or json, which is what doctor can print", format!("`{other}`"))),
        };
        told.push((shape, report.path.clone()));
    }
    let is_named = request.options.results.is_some() || request.around.get("NEVERSLOWER_RESULTS").is_some();
    let is_project = plan.config.is_some() || is_named;
    let programs = request.around.named("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let file = is_project.then(|| plan.results.join(plan::CHECKUP_FILE));
    Ok((plan, CheckupAsked { duration, programs, told, file }))
}

/// As much of a stored checkup as the judge wants to know.
#[derive(Deserialize)]
struct Stored {
    schema: String,
    recorded: String,
    environment: String,
    jitter: StoredJitter,
    signs: Vec<StoredSign>,
}

#[derive(Deserialize)]
struct StoredJitter {
    wall: StoredTimes,
}

#[derive(Deserialize)]
struct StoredTimes {
    between: f64,
}

#[derive(Deserialize)]
struct StoredSign {
    weight: String,
}

/// What the checkup kept in this results directory measured, while it is fresh. Without one that can be read the stated prior
/// holds, and every finding that rests on it says so.
pub fn measured_noise(results: &Path, now_ns: u64) -> Option<MeasuredNoise> {
    #[allow(clippy::disallowed_methods, reason = "part of the configuration, like the file beside it")]
    let file = File::open(results.join(plan::CHECKUP_FILE)).ok()?;
    let mut text = String::new();
    file.take(CHECKUP_BYTES_MAX).read_to_string(&mut text).ok()?;
    understood(&text, now_ns)
}

fn understood(text: &str, now_ns: u64) -> Option<MeasuredNoise> {
    let stored: Stored = serde_json::from_str(text).ok()?;
    let age = Duration::from_nanos(now_ns.checked_sub(parse_moment(&stored.recorded).ok()?)?);
    let scale = stored.jitter.wall.between;
    let is_usable = stored.schema == CHECKUP_SCHEMA && age <= plan::CHECKUP_VALID && scale.is_finite() && scale >= 0.0;
    let is_noisy = stored.signs.iter().any(|sign| sign.weight == "noisy");
    is_usable.then_some(MeasuredNoise { environment: stored.environment, scale, is_noisy })
}

#[cfg(test)]
mod tests {
    use super::understood;
    use crate::model::MeasuredNoise;

    const STORED: &str = r#"{"schema": "neverslower.checkup.v1", "recorded": "1970-01-02T00:00:00Z", "environment": "lab",
        "jitter": {"wall": {"between": 0.04, "p50_ns": 1}, "batches": 9}, "signs": [{"weight": "note"}, {"weight": "noisy"}]}"#;
    const DAY_NS: u64 = 86_400_000_000_000;

    #[track_caller]
    fn check(text: &str, now_ns: u64, expected: Option<(f64, bool)>) {
        let expected = expected.map(|(scale, is_noisy)| MeasuredNoise { environment: "lab".to_string(), scale, is_noisy });
        assert_eq!(understood(text, now_ns), expected, "{text}");
    }

    #[test]
    fn a_fresh_checkup_is_understood() {
        check(STORED, DAY_NS, Some((0.04, true)));
        check(STORED, 8 * DAY_NS, Some((0.04, true)));
        check(&STORED.replace("noisy", "note"), 2 * DAY_NS, Some((0.04, false)));
    }

    #[test]
    fn what_is_old_foreign_or_broken_says_nothing() {
        check(STORED, 8 * DAY_NS + 1, None);
        check(STORED, DAY_NS - 1, None);
        check(&STORED.replace(".v1", ".v9"), DAY_NS, None);
        check(&STORED.replace("0.04", "-0.04"), DAY_NS, None);
        check(&STORED.replace("\"jitter\"", "\"trembling\""), DAY_NS, None);
        check("", DAY_NS, None);
    }
}
