//! The profile `jenkins`: which steps judge, and by what. `[jenkins]` is the plugin's step; `[[threshold]]`s are understood too, and
//! judged with the plugin's numbers, rounding and strictness, each kind as a step of its own.

use super::error::{ConfigError, Document};
use super::jenkins;
use super::plan::{self, BaselineChoice, Surroundings};
use super::table::Table;
use crate::cli::{CheckArgs, RunArgs};
use crate::jenkins::Settings;
use crate::judge::expression::{Quantity, parse_limit};
use crate::model::{Percentile, Statistic, metric};
use std::path::PathBuf;
use toml::Spanned;

/// Keys of a threshold that the plugin's arithmetic has no place for.
const OURS: [&str; 5] = ["floor", "too_fast", "widen_to", "against", "of"];
/// What the plugin measures, as we call it.
const METRICS: [&str; 3] = ["*", metric::LATENCY, metric::TIME];
/// Number of the build in a job of Jenkins.
const JENKINS_BUILD_NUMBER: &str = "BUILD_NUMBER";
/// Percentages are kept to nine decimals, so that `28%` is 28 and not 28.000000000000004.
const DECIMALS: f64 = 1e9;

/// Whose rules judge, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileName {
    Default,
    Jenkins,
}

/// Whose rules judge.
#[derive(Debug, Clone, PartialEq)]
pub enum Profile {
    /// Ours.
    Default,
    /// Those of the Jenkins Performance Plugin.
    Jenkins(Step),
}

/// What the profile `jenkins` judges, and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Judged one after another on the same files, the worst verdict decides; at least one. All read in the same way.
    pub settings: Vec<Settings>,
    /// Files that were typed; without any the settings name them.
    pub files: Vec<PathBuf>,
}

/// The steps of a file: that of `[jenkins]`, and one for each kind of `[[threshold]]`. Without either the plugin's own step, which
/// has no limits.
pub fn steps(table: Option<Table<'_>>, thresholds: Vec<Table<'_>>, strict: bool) -> Result<Vec<Settings>, ConfigError> {
    let is_written = table.is_some();
    let step = table.map(jenkins::read).transpose()?.unwrap_or_else(|| Settings::of_plugin(Vec::new()));
    let step = Settings { strict, ..step };
    let mut steps = Vec::new();
    let without_limits = Settings { source_data_files: step.source_data_files.clone(), ..Settings::of_plugin(Vec::new()) };
    let without_limits = Settings {
        exclude_response_time: step.exclude_response_time,
        filter_regex: step.filter_regex.clone(),
        fail_build_if_no_result_file: step.fail_build_if_no_result_file,
        percentiles: step.percentiles.clone(),
        strict,
        ..without_limits
    };
    // A step that only says what is read judges nothing, and need not say so where thresholds do.
    if thresholds.is_empty() || (is_written && step != without_limits) {
        steps.push(step);
    }
    let first = steps.len();
    for table in thresholds {
        add(table, &without_limits, first, &mut steps)?;
    }
    Ok(steps)
}

/// Adds what one threshold asks: to the step of its kind, or as a new step. Those of thresholds begin at `first`.
fn add(mut table: Table<'_>, base: &Settings, first: usize, steps: &mut Vec<Settings>) -> Result<(), ConfigError> {
    let document = table.document;
    let foreign = table.written(&OURS);
    if let Some(key) = foreign.first() {
        let error = table.error("only `statistic`, `unstable` and `fail`, because the plugin has nothing else", format!("`{key}`"));
        return Err(error.hint("delete it, or the profile `jenkins`"));
    }
    for key in ["suite", "label"] {
        if table.string(key)?.is_some_and(|glob| glob != "*") {
            let error = table.error(format!("no `{key}`, because the plugin's limits hold for every file and label"), "one");
            return Err(error.hint("a [[jenkins.constraint]] names a report and a label"));
        }
    }
    if let Some(metric) = table.text("metric")?.filter(|metric| !METRICS.contains(&metric.get_ref().as_str())) {
        return Err(document.error(&metric.span(), "`latency`, which is all that the plugin measures, or no `metric`"));
    }
    let statistic = read_statistic(&mut table)?;
    let unstable = table.expression("unstable", parse_limit)?;
    let fail = table.expression("fail", parse_limit)?;
    if unstable.is_none() && fail.is_none() {
        return Err(table.error("at least one of `unstable` and `fail`", "none"));
    }
    for (limit, is_fail) in [(unstable, false), (fail, true)] {
        let Some(limit) = limit else { continue };
        let step = step_of(&statistic, &limit, base, document)?;
        let at =
            steps.iter().skip(first).position(|one| one.mode_of_threshold == step.mode_of_threshold && one.config_type == step.config_type);
        let at = at.map_or(steps.len(), |index| index + first);
        if at == steps.len() {
            steps.push(step);
        }
        let field = steps.get_mut(at).and_then(|step| field(step, limit.get_ref(), is_fail));
        match field {
            Some(field) if *field < 0.0 => *field = per_cent(limit.get_ref()).abs(),
            _ => return Err(document.error(&limit.span(), "one limit of a kind: an earlier threshold has this one already")),
        }
    }
    Ok(())
}

/// The words that name what the plugin knows: error rate, average, median, 90 % line.
fn read_statistic(table: &mut Table<'_>) -> Result<Option<Spanned<Statistic>>, ConfigError> {
    let Some(text) = table.text("statistic")? else { return Ok(None) };
    let known = text.get_ref().parse::<Statistic>().ok().filter(|one| matches!(one, Statistic::ErrorRate) || config_type(*one).is_some());
    let span = text.span();
    known.map(|known| Some(Spanned::new(span.clone(), known))).ok_or_else(|| {
        let error = table.document.error(&span, "what the plugin has limits for: `error rate`, `mean`, `p50` or `p90`");
        error.hint("a [[jenkins.constraint]] knows more: the 95 % line, minimum, maximum")
    })
}

fn config_type(statistic: Statistic) -> Option<&'static str> {
    match statistic {
        Statistic::Mean => Some("ART"),
        Statistic::Percentile(Percentile::P50) => Some("MRT"),
        Statistic::Percentile(Percentile::P90) => Some("PRT"),
        _ => None,
    }
}

/// The step that a limit belongs to, still without it.
fn step_of(
    statistic: &Option<Spanned<Statistic>>,
    limit: &Spanned<Quantity>,
    base: &Settings,
    document: Document<'_>,
) -> Result<Settings, ConfigError> {
    let statistic = statistic.as_ref().map_or(Statistic::Percentile(Percentile::P50), |one| *one.get_ref());
    match (config_type(statistic), limit.get_ref()) {
        (None, Quantity::Share(_)) => Ok(base.clone()),
        (None, _) => Err(document.error(&limit.span(), "a percentage of failed samples such as `3%`")),
        (Some(config_type), Quantity::Change(_)) => {
            Ok(Settings { mode_of_threshold: true, compare_build_previous: true, config_type: config_type.to_string(), ..base.clone() })
        }
        (Some(_), _) => {
            let error = document.error(&limit.span(), "a change such as `+5%` (slower) or `-50%` (faster)");
            Err(error
                .hint("times are limits of a file in `error_unstable_response_time_threshold`, of a label in a [[jenkins.constraint]]"))
        }
    }
}

/// Where a limit stands among the plugin's parameters.
fn field<'a>(step: &'a mut Settings, limit: &Quantity, is_fail: bool) -> Option<&'a mut f64> {
    match (limit, is_fail) {
        (Quantity::Share(_), true) => Some(&mut step.error_failed_threshold),
        (Quantity::Share(_), false) => Some(&mut step.error_unstable_threshold),
        (Quantity::Change(change), true) if *change < 0.0 => Some(&mut step.relative_failed_threshold_negative),
        (Quantity::Change(_), true) => Some(&mut step.relative_failed_threshold_positive),
        (Quantity::Change(change), false) if *change < 0.0 => Some(&mut step.relative_unstable_threshold_negative),
        (Quantity::Change(_), false) => Some(&mut step.relative_unstable_threshold_positive),
        _ => None,
    }
}

fn per_cent(limit: &Quantity) -> f64 {
    match limit {
        Quantity::Share(share) | Quantity::Change(share) => (share * 100.0 * DECIMALS).round() / DECIMALS,
        _ => 0.0,
    }
}

/// The profile in force, with the builds that its steps compare with.
pub fn profile(name: Option<ProfileName>, steps: &[Settings], baseline: &BaselineChoice) -> Result<Profile, ConfigError> {
    if name.unwrap_or(plan::PROFILE) == ProfileName::Default {
        return Ok(Profile::Default);
    }
    let mut settings = if steps.is_empty() { vec![Settings::of_plugin(Vec::new())] } else { steps.to_vec() };
    choose(&mut settings, baseline)?;
    Ok(Profile::Jenkins(Step { settings, files: Vec::new() }))
}

impl Profile {
    /// Whoever chooses Jenkins' rules runs in Jenkins, or gives its variable.
    pub fn build_number(&self, around: &Surroundings) -> Option<u64> {
        match self {
            Profile::Default => None,
            Profile::Jenkins(_) => around.get(JENKINS_BUILD_NUMBER).and_then(|number| number.parse().ok()),
        }
    }
}

/// The step with the files that were typed; without any it must name some itself.
pub fn sources(step: Step, args: &CheckArgs) -> Result<Step, ConfigError> {
    let ours = [("--format", &args.format), ("--suite", &args.suite)];
    if let Some((flag, Some(typed))) = ours.into_iter().find(|(_, typed)| typed.is_some()) {
        let error = ConfigError::new(flag, "only flags that the profile `jenkins` heeds", format!("`{typed}`"));
        return Err(error.hint("it detects formats and names reports as the plugin does"));
    }
    if args.files.is_empty() && step.settings.iter().all(|step| step.source_data_files.is_empty()) {
        let error = ConfigError::new("check", "at least one FILE, or `source_data_files` in [jenkins]", "none");
        return Err(error.hint("see docs/MIGRATING-FROM-JENKINS.md"));
    }
    Ok(Step { files: args.files.clone(), ..step })
}

/// `run` measures once in the profile `jenkins`: the plugin judges one set of files.
pub fn once(profile: &Profile, args: &RunArgs) -> Result<(), ConfigError> {
    let again = [("--repeat", &args.repeat), ("--confirm", &args.confirm)];
    let beside = [("--against", &args.against), ("--budget", &args.budget), ("--seed", &args.seed)];
    let ours = again.into_iter().chain(beside);
    match (profile, { ours }.find_map(|(flag, typed)| Some((flag, typed.as_ref()?)))) {
        (Profile::Jenkins(_), Some((flag, typed))) => {
            let error = ConfigError::new(flag, "only flags that the profile `jenkins` heeds", format!("`{typed}`"));
            Err(error.hint("it judges one set of result files, as the plugin does"))
        }
        _ => Ok(()),
    }
}

/// Chooses the build compared with, where the choice is not left to `[jenkins]`.
fn choose(steps: &mut [Settings], choice: &BaselineChoice) -> Result<(), ConfigError> {
    let (previous, number) = match choice {
        BaselineChoice::Auto => return Ok(()),
        // The numbers of a named file stand for the previous build.
        BaselineChoice::Previous | BaselineChoice::Path(_) => (true, 0),
        BaselineChoice::Build(number) => (false, i64::try_from(*number).unwrap_or(i64::MAX)),
        BaselineChoice::Against(against) => {
            let found = format!("`against:{against}`");
            let error = ConfigError::new("baseline", "`previous`, `build:N` or a result file in the profile `jenkins`", found);
            return Err(error.hint("the plugin knows no interleaved comparison; measure one with a configuration of our own rules"));
        }
        BaselineChoice::Committed => {
            let error = ConfigError::new("baseline", "`previous`, `build:N` or a result file in the profile `jenkins`", "`committed`");
            return Err(error.hint("accepted runs are rounded; the plugin compares the exact numbers of builds"));
        }
    };
    for step in steps.iter_mut().filter(|step| step.mode_of_threshold) {
        (step.compare_build_previous, step.nth_build_number) = (previous, number);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
