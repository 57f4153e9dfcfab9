//! `neverslower.toml` as written: found, read, understood. Defaults of the gate are not applied here.

use super::error::{ConfigError, Document};
use super::jenkins;
use super::load::parse_some_time;
use super::plan::{self, BaselineChoice, CONFIG_FILE, Tables};
use super::profile;
use super::profile::ProfileName;
use super::suite::{self, Suite};
use super::table::{Shape, Table};
use super::value::{parse_baseline, parse_environment, parse_profile};
use super::{quarantine, threshold};
use crate::jenkins::Settings;
use crate::judge::{Quarantine, Rule, Statistics, UnknownEnvironment};
use crate::limits;
use std::fs::File as Handle;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// The top of the file.
pub const ROOT: Shape = Shape { name: "the file", keys: &["gate", "suite", "threshold", "quarantine", "jenkins"] };
/// `[gate]`.
pub const GATE: Shape = Shape {
    name: "[gate]",
    keys: &[
        "profile",
        "strict",
        "statistics",
        "baseline",
        "budget",
        "versions",
        "environment",
        "require_baseline",
        "unknown_environment",
        "results",
        "baselines",
        "keep_runs",
        "builds",
        "keep_builds",
        "repeat",
        "confirm",
        "demonstration",
    ],
};

/// `[gate]`; what is not written is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gate {
    pub profile: Option<ProfileName>,
    /// Fail-open cases of the plugin are judged by our rules.
    pub strict: Option<bool>,
    pub statistics: Option<Statistics>,
    pub baseline: Option<BaselineChoice>,
    pub budget: Option<Duration>,
    /// Relative to the file.
    pub versions: Option<PathBuf>,
    pub environment: Option<String>,
    pub require_baseline: Option<bool>,
    pub unknown_environment: Option<UnknownEnvironment>,
    /// Relative to the file.
    pub results: Option<PathBuf>,
    /// Relative to the file.
    pub baselines: Option<PathBuf>,
    pub keep_runs: Option<usize>,
    /// Relative to the file.
    pub builds: Option<PathBuf>,
    pub keep_builds: Option<usize>,
    pub repeat: Option<u32>,
    pub confirm: Option<u32>,
    pub demonstration: Option<String>,
}

/// A whole configuration file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct File {
    pub gate: Gate,
    pub suites: Vec<Suite>,
    pub rules: Vec<Rule>,
    /// With the places of their days.
    pub quarantine: Vec<Spanned<Quarantine>>,
    /// The steps of the profile `jenkins`; empty in any other.
    pub jenkins: Vec<Settings>,
}

impl File {
    /// Understands the text; `name` is the file's path as shown in errors.
    pub fn parse(name: &str, text: &str, known: &Tables<'_>) -> Result<File, ConfigError> {
        File::parse_as(name, text, known, None)
    }

    /// The same with a typed profile, which beats the written one.
    pub fn parse_as(name: &str, text: &str, known: &Tables<'_>, typed: Option<ProfileName>) -> Result<File, ConfigError> {
        let mut root = Table::parse(Document::file(name, text), &ROOT)?;
        let gate = root.table("gate", &GATE)?;
        let suites = suite::read_all(root.tables("suite", &suite::SUITE)?, known)?;
        let thresholds = root.tables("threshold", &threshold::THRESHOLD)?;
        let quarantined = root.tables("quarantine", &quarantine::QUARANTINE)?;
        let step = root.table("jenkins", &jenkins::JENKINS)?;
        let gate = gate.map(|table| read_gate(table, typed)).transpose()?.unwrap_or_default();
        match typed.or(gate.profile).unwrap_or(plan::PROFILE) {
            ProfileName::Jenkins => {
                quarantined.first().map_or(Ok(()), |table| Err(unjudged(table, "[[quarantine]]")))?;
                let jenkins = profile::steps(step, thresholds, gate.strict.unwrap_or(false))?;
                Ok(File { gate, suites, jenkins, ..File::default() })
            }
            ProfileName::Default => {
                step.filter(|_| typed.is_none()).map_or(Ok(()), |table| Err(unjudged_step(&table)))?;
                let rules = threshold::read_all(thresholds, gate.statistics.unwrap_or(plan::STATISTICS))?;
                Ok(File { gate, suites, rules, quarantine: quarantine::read_all(quarantined)?, ..File::default() })
            }
        }
    }
}

/// A rule of ours beside the plugin's: it would never judge.
fn unjudged(table: &Table<'_>, what: &str) -> ConfigError {
    let error = table.error("only rules of [jenkins], because `profile = \"jenkins\"` judges by nothing else", what);
    error.hint(format!("delete {what}, or the profile"))
}

/// A step of the plugin beside our rules: it would never judge.
fn unjudged_step(table: &Table<'_>) -> ConfigError {
    let error = table.error("[jenkins] only with `profile = \"jenkins\"` in [gate]", "[jenkins] without it");
    error.hint("add the profile, or delete the table: it would judge nothing")
}

fn read_gate(mut table: Table<'_>, typed: Option<ProfileName>) -> Result<Gate, ConfigError> {
    let profile = table.expression("profile", parse_profile)?.map(Spanned::into_inner);
    let strict = table.boolean("strict")?;
    let ours = table.written(&["statistics", "require_baseline", "unknown_environment", "repeat", "confirm", "budget", "versions"]);
    match (typed, profile.unwrap_or(plan::PROFILE), ours.first(), strict) {
        (None, ProfileName::Jenkins, Some(key), _) => return Err(unjudged(&table, &format!("`{key}`"))),
        (None, ProfileName::Default, _, Some(_)) => {
            let error = table.error("`strict` only with `profile = \"jenkins\"`", "another profile");
            return Err(error.hint("delete it: our own rules are always strict"));
        }
        _ => {}
    }
    let unknown = [
        ("auto", None),
        ("pass", Some(UnknownEnvironment::Pass)),
        ("unstable", Some(UnknownEnvironment::Unstable)),
        ("no-verdict", Some(UnknownEnvironment::NoVerdict)),
    ];
    let keep_runs = table.integer("keep_runs", 1..=limits::KEEP_RUNS_MAX)?;
    let keep_builds = table.integer("keep_builds", 1..=limits::KEEP_BUILDS_MAX)?;
    let repeat = table.integer("repeat", 1..=limits::REPEAT_RUNS_MAX)?;
    let confirm = table.integer("confirm", 0..=limits::CONFIRM_MAX)?;
    Ok(Gate {
        profile,
        strict,
        statistics: table.word("statistics", &[("sound", Statistics::Sound), ("plain", Statistics::Plain)])?,
        baseline: table.expression("baseline", parse_baseline)?.map(Spanned::into_inner),
        budget: table.expression("budget", parse_some_time)?.map(Spanned::into_inner),
        versions: table.string("versions")?.map(PathBuf::from),
        environment: table.expression("environment", parse_environment)?.and_then(Spanned::into_inner),
        require_baseline: table.boolean("require_baseline")?,
        unknown_environment: table.word("unknown_environment", &unknown)?.flatten(),
        results: table.string("results")?.map(PathBuf::from),
        baselines: table.string("baselines")?.map(PathBuf::from),
        keep_runs: keep_runs.and_then(|runs| usize::try_from(runs).ok()),
        builds: table.string("builds")?.map(PathBuf::from),
        keep_builds: keep_builds.and_then(|builds| usize::try_from(builds).ok()),
        repeat: repeat.and_then(|times| u32::try_from(times).ok()),
        confirm: confirm.and_then(|times| u32::try_from(times).ok()),
        demonstration: table.string("demonstration")?,
    })
}

/// The configuration file that is in force, relative to the directory: in it, or above it up to the root of the
/// repository. Outside of a repository only in it, so that a stray file far above is never taken.
pub fn find(directory: &Path) -> Option<PathBuf> {
    let levels: Vec<&Path> = directory.ancestors().collect();
    let top = levels.iter().position(|level| level.join(".git").exists()).unwrap_or(0);
    let level = levels.iter().take(top + 1).position(|level| level.join(CONFIG_FILE).is_file())?;
    Some(std::iter::repeat_n("..", level).chain([CONFIG_FILE]).collect())
}

/// The text of a configuration file; `name` is its path as shown in errors.
pub fn read(path: &Path, name: &str) -> Result<String, ConfigError> {
    let unreadable = |error: std::io::Error| {
        let found = if error.kind() == ErrorKind::NotFound { "no such file".to_string() } else { error.to_string() };
        ConfigError::new(name, "a readable configuration file", found)
    };
    let mut bytes = Vec::new();
    #[allow(clippy::disallowed_methods, reason = "configuration files are opened here")]
    let file = Handle::open(path).map_err(unreadable)?;
    file.take(limits::DOCUMENT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limits::DOCUMENT_BYTES_MAX {
        return Err(ConfigError::new(name, format!("at most {} bytes", limits::DOCUMENT_BYTES_MAX), "a longer file"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(error.as_bytes());
        let at = error.utf8_error().valid_up_to();
        Document::file(name, &valid).error_found(&(at..at), "UTF-8", "a byte that is not")
    })
}

#[cfg(test)]
mod tests;
