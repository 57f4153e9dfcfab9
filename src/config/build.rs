//! Makes the plan: flags beat variables beat the file beat the defaults of `plan`.

mod load;

use super::checkup;
use super::error::{ConfigError, Document, alternatives, did_you_mean, known, typed};
use super::exit::ExitMapping;
use super::file::{self, File};
use super::load::parse_some_time;
use super::plan::{self, BaselineChoice, CheckSuite, ColorChoice, Keep, Plan};
use super::plan::{SuitePlan, Surroundings, Tables, Verbosity};
use super::profile;
use super::profile::{Profile, ProfileName};
use super::redact::redacted;
use super::report::{self, ReportRequest};
use super::suite::Suite;
use super::targets;
use super::transport;
use super::value::{parse_baseline, parse_build, parse_environment, parse_name, parse_profile, parse_whole};
use super::{against, feed, material, quarantine};
use crate::cli::{CheckArgs, ConvertArgs, Options, RunArgs, When};
use crate::judge::expression::ExpressionError;
use crate::limits;
use crate::model::{SuiteWork, Work};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// What a plan is made of, besides a command's own arguments.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub options: &'a Options,
    pub around: &'a Surroundings,
    pub tables: &'a Tables<'a>,
}

/// A configuration file with its place.
struct Found {
    /// As shown to people.
    name: String,
    /// Its directory; `.` for the working directory.
    root: PathBuf,
    file: File,
}

impl Plan {
    /// `run`: needs a configuration with something to measure.
    pub fn for_run(request: Request<'_>, args: &RunArgs) -> Result<Plan, ConfigError> {
        let Some(found) = request.configuration(None)? else {
            let expected = "a neverslower.toml here or above, up to the root of the repository";
            let error = ConfigError::new(plan::CONFIG_FILE, expected, "none");
            return Err(error.hint("write one, or use `check` on result files"));
        };
        let selected = select(&found, &args.suites)?;
        let is_selection = selected.len() < found.file.suites.len();
        let mut plan = request.base(Some(&found), None)?;
        profile::once(&plan.profile, args)?;
        plan.suites =
            selected.into_iter().map(|(suite, work)| suite_plan(suite, work, &found.root, request.around)).collect::<Result<_, _>>()?;
        plan.is_selection = is_selection;
        plan.baseline = against::choice(args, request.options.baseline.as_deref())?.unwrap_or(plan.baseline);
        if let BaselineChoice::Against(against) = &plan.baseline {
            against::suits(against, &plan.suites)?;
        }
        plan.budget = request.setting("--budget", args.budget.as_deref(), parse_some_time)?.unwrap_or(plan.budget);
        plan.seed = request.setting("--seed", args.seed.as_deref(), |text| parse_whole(text, 0..=u64::MAX))?.unwrap_or(plan.seed);
        plan.repeat = request.times("--repeat", args.repeat.as_deref(), 1..=limits::REPEAT_RUNS_MAX)?.unwrap_or(plan.repeat);
        plan.confirm = request.times("--confirm", args.confirm.as_deref(), 0..=limits::CONFIRM_MAX)?.unwrap_or(plan.confirm);
        Ok(plan)
    }

    /// `check`: the configuration is optional. Whether the files are of all its suites is known only when they are assigned.
    pub fn for_check(request: Request<'_>, args: &CheckArgs) -> Result<Plan, ConfigError> {
        if let Some(name) = &args.suite {
            typed("--suite", name, parse_name)?;
        }
        request.format(args.format.as_deref())?;
        let profile = args.profile.as_deref().map(|name| typed("--profile", name, parse_profile)).transpose()?;
        let found = request.configuration(profile)?;
        let mut plan = request.base(found.as_ref(), profile)?;
        against::only_run("check", &plan.baseline)?;
        plan.environment = Some(request.foreign_environment(None)?);
        plan.profile = match plan.profile {
            Profile::Default => Profile::Default,
            Profile::Jenkins(step) => Profile::Jenkins(profile::sources(step, args)?),
        };
        if args.files.is_empty() && plan.profile == Profile::Default {
            return Err(ConfigError::new("check", "at least one FILE", "none"));
        }
        Ok(plan)
    }

    /// `doctor`: the configuration, which is optional, says where the checkup is kept and how this class of machines is called.
    pub fn for_doctor(request: Request<'_>) -> Result<Plan, ConfigError> {
        request.base(request.configuration(None)?.as_ref(), None)
    }

    /// `accept`: what was measured decides; the configuration says where and by which rules.
    pub fn for_accept(request: Request<'_>) -> Result<Plan, ConfigError> {
        let mut plan = request.base(request.configuration(None)?.as_ref(), None)?;
        if matches!(plan.baseline, BaselineChoice::Against(_)) {
            // Pairs are accepted nowhere: what changes is what is committed.
            plan.baseline = BaselineChoice::Committed;
        }
        Ok(plan)
    }

    /// `history`: the configuration says where baselines are and by which limits they are read.
    pub fn for_history(request: Request<'_>) -> Result<Plan, ConfigError> {
        request.base(request.configuration(None)?.as_ref(), None)
    }

    /// `convert`: no configuration is read; the kind asked for is the first report.
    pub fn for_convert(request: Request<'_>, args: &ConvertArgs) -> Result<Plan, ConfigError> {
        request.format(args.format.as_deref())?;
        if let Some(name) = &args.suite {
            typed("--suite", name, parse_name)?;
        }
        let mut plan = request.base(None, None)?;
        let to = ReportRequest { path: args.output.clone(), ..report::parse("--to", &args.to, request.tables)? };
        plan.reports.insert(0, to);
        one_report_on_standard_output(&plan.reports)?;
        Ok(plan)
    }
}

impl Request<'_> {
    /// The configuration in force; one that is named has to exist.
    fn configuration(&self, typed: Option<ProfileName>) -> Result<Option<Found>, ConfigError> {
        let Some(path) = self.configuration_path() else { return Ok(None) };
        let name = path.display().to_string();
        let text = file::read(&self.around.directory.join(&path), &name)?;
        let root = match path.parent() {
            Some(parent) if parent != Path::new("") => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let file = File::parse_as(&name, &text, self.tables, typed)?;
        quarantine::check_days(&file.quarantine, Document::file(&name, &text), self.around.now_ns)?;
        Ok(Some(Found { file, root, name }))
    }

    /// Named, or found upward.
    fn configuration_path(&self) -> Option<PathBuf> {
        let named = self.options.config.clone().or_else(|| self.around.get("NEVERSLOWER_CONFIG").map(PathBuf::from));
        named.or_else(|| file::find(&self.around.directory))
    }

    /// The plan of no command yet.
    fn base(&self, found: Option<&Found>, typed: Option<ProfileName>) -> Result<Plan, ConfigError> {
        let nothing = File::default();
        let file = found.map_or(&nothing, |found| &found.file);
        let (gate, options, is_ci) = (&file.gate, self.options, self.around.is_ci());
        let root = found.map_or(PathBuf::from("."), |found| found.root.clone());
        let unknown = if is_ci { plan::UNKNOWN_ENVIRONMENT_IN_CI } else { plan::UNKNOWN_ENVIRONMENT_HERE };
        let baseline = self.setting("--baseline", options.baseline.as_deref(), parse_baseline)?;
        let baseline = baseline.or_else(|| gate.baseline.clone().map(|choice| choice.below(&root))).unwrap_or(plan::BASELINE);
        let profile = profile::profile(typed.or(gate.profile), &file.jenkins, &baseline)?;
        let counted = self.around.build_number().or_else(|| profile.build_number(self.around));
        let build_number = self.setting("--build-number", options.build_number.as_deref(), parse_build)?;
        let environment = self.environment()?;
        let check = file.suites.iter().map(|suite| self.check_suite(suite)).collect::<Result<_, _>>()?;
        let reports = self.reports()?;
        let results = self.path("NEVERSLOWER_RESULTS", options.results.as_ref(), &root, gate.results.as_deref(), plan::RESULTS);
        Ok(Plan {
            config: found.map(|found| found.name.clone()),
            measured_noise: checkup::measured_noise(&self.around.directory.join(&results), self.around.now_ns),
            results,
            baselines: self.path("NEVERSLOWER_BASELINES", options.baselines.as_ref(), &root, gate.baselines.as_deref(), plan::BASELINES),
            suites: Vec::new(),
            check,
            profile,
            rules: if file.rules.is_empty() { plan::default_rules() } else { file.rules.clone() },
            statistics: gate.statistics.unwrap_or(plan::STATISTICS),
            unknown_environment: gate.unknown_environment.unwrap_or(unknown),
            require_baseline: gate.require_baseline.unwrap_or(plan::REQUIRE_BASELINE),
            baseline,
            budget: gate.budget.unwrap_or(plan::BUDGET),
            seed: self.around.now_ns,
            versions: self.versions(&root, gate.versions.as_deref()),
            shared: self.around.shared(),
            environment: environment.unwrap_or_else(|| gate.environment.clone()),
            keep_runs: gate.keep_runs.unwrap_or(plan::KEEP_RUNS),
            quarantine: file.quarantine.iter().map(|entry| entry.get_ref().clone()).collect(),
            confirm: gate.confirm.unwrap_or(plan::CONFIRM),
            repeat: gate.repeat.unwrap_or(plan::REPEAT_RUNS),
            builds: self.path("NEVERSLOWER_BUILDS", options.builds.as_ref(), &root, gate.builds.as_deref(), plan::BUILDS),
            build_number: build_number.or(counted),
            keep_builds: gate.keep_builds.unwrap_or(plan::KEEP_BUILDS),
            pull_request: self.around.pull_request(),
            reports,
            exit: ExitMapping { exit_zero: options.exit_zero, unstable_exit_code: options.unstable_exit_code, bisect: options.bisect },
            demonstration: gate.demonstration.clone(),
            color: options.color.map_or_else(|| self.around.color(), color),
            verbosity: verbosity(options),
            is_ci,
            keep: Keep::Everything,
            program: self.program(),
            typed: self.typed(),
            is_selection: false,
            now_ns: self.around.now_ns,
            commit: self.around.commit().map(str::to_string),
            root,
        })
    }

    /// The results directory, as far as it can be told before there is a plan: what stood there may be stale.
    pub fn results_if_unplanned(&self) -> PathBuf {
        let root = self.configuration_path().and_then(|path| Some(path.parent()?.to_path_buf())).unwrap_or_default();
        self.path("NEVERSLOWER_RESULTS", self.options.results.as_ref(), &root, None, plan::RESULTS)
    }

    /// How the user called us, to be printed in commands to type.
    fn program(&self) -> String {
        let by_cargo = self.around.get(plan::CALLED_BY_CARGO) == Some(env!("CARGO_PKG_NAME"));
        if by_cargo { "cargo run --release --" } else { env!("CARGO_PKG_NAME") }.to_string()
    }

    /// The command as it was typed, quoted where a shell wants it.
    fn typed(&self) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
        let quoted = |word: &String| {
            if !word.is_empty() && word.chars().all(is_plain) { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) }
        };
        std::iter::once(self.program()).chain(redacted(&self.around.typed).iter().map(quoted)).collect::<Vec<_>>().join(" ")
    }

    /// `--environment` or its variable; `Some(None)` is a typed `auto`.
    fn environment(&self) -> Result<Option<Option<String>>, ConfigError> {
        self.setting("--environment", self.options.environment.as_deref(), parse_environment)
    }

    /// The environment of numbers that this machine did not make: as typed, as the suite says, or nobody's.
    fn foreign_environment(&self, suite: Option<&str>) -> Result<String, ConfigError> {
        let typed = self.environment()?.flatten();
        Ok(typed.or(suite.map(str::to_string)).unwrap_or_else(|| plan::FOREIGN_ENVIRONMENT.to_string()))
    }

    /// How often to measure: a flag, else its variable.
    fn times(&self, flag: &str, typed: Option<&str>, bounds: RangeInclusive<u64>) -> Result<Option<u32>, ConfigError> {
        let number = self.setting(flag, typed, |text| parse_whole(text, bounds.clone()))?;
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    }

    fn check_suite(&self, suite: &Suite) -> Result<CheckSuite, ConfigError> {
        Ok(CheckSuite {
            name: suite.name.clone(),
            results: suite.results.clone(),
            expect: suite.expect.clone(),
            environment: self.foreign_environment(suite.environment.as_deref())?,
        })
    }

    /// A flag, else its variable.
    fn setting<T>(
        &self,
        flag: &str,
        flag_value: Option<&str>,
        parse: impl Fn(&str) -> Result<T, ExpressionError>,
    ) -> Result<Option<T>, ConfigError> {
        let variable = format!("NEVERSLOWER_{}", flag.trim_start_matches('-').replace('-', "_").to_uppercase());
        match (flag_value, self.around.get(&variable)) {
            (Some(text), _) => typed(flag, text, parse).map(Some),
            (None, Some(text)) => typed(&variable, text, parse).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// A directory: typed and in variables relative to the working directory, else relative to the root.
    fn path(&self, variable: &str, typed: Option<&PathBuf>, root: &Path, written: Option<&Path>, default: &str) -> PathBuf {
        let here = typed.cloned().or_else(|| self.around.get(variable).map(PathBuf::from));
        here.unwrap_or_else(|| below(root, written.unwrap_or(Path::new(default))))
    }

    /// Where checked-out versions are kept.
    fn versions(&self, root: &Path, written: Option<&Path>) -> Option<PathBuf> {
        let named = self.around.get("NEVERSLOWER_VERSIONS").map(PathBuf::from).or_else(|| written.map(|path| below(root, path)));
        named.or_else(|| self.around.cache().map(|cache| cache.join(plan::VERSIONS)))
    }

    fn reports(&self) -> Result<Vec<ReportRequest>, ConfigError> {
        let mut reports = Vec::new();
        for text in &self.options.report {
            let (kind, path) = text.split_once('=').map_or((text.as_str(), None), |(kind, path)| (kind, Some(path)));
            if path == Some("") {
                return Err(ConfigError::new("--report", "a path after `=`", "nothing"));
            }
            reports.push(ReportRequest { path: path.map(PathBuf::from), ..report::parse("--report", kind, self.tables)? });
        }
        one_report_on_standard_output(&reports)?;
        Ok(reports)
    }

    fn format(&self, name: Option<&str>) -> Result<(), ConfigError> {
        name.map_or(Ok(()), |name| known("--format", name, self.tables.formats, "a format of `neverslower list formats`"))
    }
}

fn one_report_on_standard_output(reports: &[ReportRequest]) -> Result<(), ConfigError> {
    let kinds: Vec<&str> = reports.iter().filter(|report| report.path.is_none()).map(|report| report.kind.as_str()).collect();
    if kinds.len() > 1 {
        let error = ConfigError::new("--report", "at most one report on standard output", kinds.join(" and "));
        return Err(error.hint("give the others a path: KIND=PATH"));
    }
    Ok(())
}

/// A path of the file, as seen from the working directory.
fn below(root: &Path, path: &Path) -> PathBuf {
    if root == Path::new(".") { path.to_path_buf() } else { root.join(path) }
}

impl plan::BaselineChoice {
    fn below(self, root: &Path) -> Self {
        match self {
            plan::BaselineChoice::Path(path) => plan::BaselineChoice::Path(below(root, &path)),
            other => other,
        }
    }
}

fn color(when: When) -> ColorChoice {
    match when {
        When::Auto => ColorChoice::Auto,
        When::Always => ColorChoice::Always,
        When::Never => ColorChoice::Never,
    }
}

fn verbosity(options: &Options) -> Verbosity {
    match (options.quiet, options.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    }
}

/// The suites to measure: those that were named, else all that can be measured.
fn select<'a>(found: &'a Found, names: &[String]) -> Result<Vec<(&'a Suite, &'a Work)>, ConfigError> {
    let suites = &found.file.suites;
    for name in names {
        let Some(suite) = suites.iter().find(|suite| suite.name == *name) else {
            let known = || suites.iter().map(|suite| suite.name.as_str());
            let expected = format!("a suite of {}: {}", found.name, alternatives(known()));
            return Err(ConfigError::new("run", expected, format!("`{name}`")).hint(did_you_mean(name, known())));
        };
        if suite.work.is_none() {
            let error = ConfigError::new("run", "a suite with something to measure", format!("`{name}`, which only has `results`"));
            return Err(error.hint("its files are judged by `neverslower check`"));
        }
    }
    let is_wanted = |suite: &&Suite| names.is_empty() || names.contains(&suite.name);
    let selected: Vec<_> = suites.iter().filter(is_wanted).filter_map(|suite| Some((suite, suite.work.as_ref()?))).collect();
    if selected.is_empty() {
        return Err(ConfigError::new(&found.name, "at least one [[suite]] with something to measure", "none"));
    }
    Ok(selected)
}

fn suite_plan(suite: &Suite, work: &Work, root: &Path, around: &Surroundings) -> Result<SuitePlan, ConfigError> {
    // A target that we did not start is not this machine, even where it runs here.
    let is_foreign = matches!(work, Work::Load { server: None, .. });
    let foreign = is_foreign.then(|| plan::FOREIGN_ENVIRONMENT.to_string());
    let mut work = work.clone();
    if let Work::Load { load, server } = &mut work {
        targets::fill(load, &around.directory.join(root), server.is_some())
            .and_then(|()| feed::fill(load, &around.directory.join(root)))
            .and_then(|()| transport::check(load))
            .and_then(|()| material::fill(load, root, around))
            .map_err(|error| ConfigError { place: format!("suite {}: {}", suite.name, error.place), ..error })?;
    }
    Ok(SuitePlan {
        work: SuiteWork {
            name: suite.name.clone(),
            build: suite.build.clone(),
            artefacts: suite.artefacts.clone(),
            work,
            timeout: suite.timeout,
            directory: root.to_path_buf(),
            environment: Vec::new(),
        },
        expect: suite.expect.clone(),
        environment: suite.environment.clone().or(foreign),
    })
}

#[cfg(test)]
mod tests;
