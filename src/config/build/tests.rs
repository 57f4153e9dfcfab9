mod loads;

use super::{Request, Surroundings, Tables};
use crate::cli::{Cli, Command};
use crate::config::error::ConfigError;
use crate::config::plan::{self, BaselineChoice, ColorChoice, OURS, Plan, Verbosity};
use crate::judge::{Statistics, UnknownEnvironment};
use crate::model::{Percentile, Statistic, metric};
use clap::{CommandFactory, Parser};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

mod against;
mod profile;

const TABLES: Tables<'_> = Tables { formats: &[("jtl", "")], reports: &[("json", ""), ("junit", ""), ("jtl", "")] };

const FILE: &str = "
[[suite]]
name = 'shop'
expect = ['GET /']
benchmark = 'cargo bench'
[[suite]]
name = 'remote'
load = { targets = ['http://h/'] }
[[suite]]
name = 'nightly'
environment = 'staging'
results = ['*.jtl']
";

/// A repository with a configuration at its root, and a directory `a/b` in it.
fn repository(file: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join("a/b")).unwrap();
    std::fs::create_dir(root.path().join(".git")).unwrap();
    if !file.is_empty() {
        std::fs::write(root.path().join("neverslower.toml"), file).unwrap();
    }
    root
}

/// Words separated by `|`; variables as `NAME=value`.
fn plan_in(directory: &Path, line: &str, variables: &[&'static str]) -> Result<Plan, ConfigError> {
    let cli = Cli::try_parse_from(line.split('|')).unwrap();
    let variables: BTreeMap<_, _> = variables.iter().map(|pair| pair.split_once('=').unwrap()).map(|(k, v)| (k, v.to_string())).collect();
    let around = Surroundings { now_ns: 0, directory: directory.to_path_buf(), typed: Vec::new(), variables };
    let request = Request { options: &cli.options, around: &around, tables: &TABLES };
    match &cli.command {
        Command::Run(args) => Plan::for_run(request, args),
        Command::Check(args) => Plan::for_check(request, args),
        Command::Load(args) => Plan::for_load(request, args),
        Command::Accept(_) => Plan::for_accept(request),
        Command::Convert(args) => Plan::for_convert(request, args),
        Command::History(args) => crate::config::history(request, args).map(|(plan, _)| plan),
        Command::Doctor(_) => Plan::for_doctor(request),
        Command::Init(_) | Command::List(_) | Command::Completions(_) => panic!("no plan"),
    }
}

fn plan(file: &str, line: &str, variables: &[&'static str]) -> Plan {
    plan_in(repository(file).path(), line, variables).unwrap_or_else(|error| panic!("{error}"))
}

fn refuses(file: &str, line: &str, variables: &[&'static str], expected: &str) {
    let error = plan_in(repository(file).path(), line, variables).expect_err(line);
    assert_eq!(error.to_string(), expected);
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let plan = plan(FILE, "neverslower|run", &[]);
    assert_eq!((plan.root.to_str(), plan.config.as_deref()), (Some("."), Some("neverslower.toml")));
    assert_eq!((plan.results, plan.baselines), (PathBuf::from("perf-results"), PathBuf::from("baselines")));
    assert_eq!((plan.statistics, plan.baseline, plan.environment), (Statistics::Sound, BaselineChoice::Auto, None));
    assert_eq!((plan.unknown_environment, plan.require_baseline, plan.keep_runs), (UnknownEnvironment::Pass, false, 10));
    assert_eq!((plan.color, plan.verbosity, plan.is_ci, plan.commit), (ColorChoice::Auto, Verbosity::Normal, false, None));
    assert_eq!((plan.reports, plan.exit, plan.demonstration), (Vec::new(), Default::default(), None));
}

#[test]
fn the_default_thresholds_are_those_of_the_contract() {
    let rules = plan(FILE, "neverslower|run", &[]).rules;
    let shown: Vec<String> = rules
        .iter()
        .map(|rule| {
            let limit = |limit: &Option<crate::judge::Limit>| limit.as_ref().map_or(String::new(), |limit| limit.text().to_string());
            let statistic = rule.statistic.map_or("-".to_string(), |statistic| statistic.to_string());
            let metric = rule.metric.as_deref().unwrap_or("-");
            let floor = rule.floor.map(|floor| format!(" floor {floor}")).unwrap_or_default();
            format!("{metric} {statistic} {} {}{floor}", limit(&rule.unstable), limit(&rule.fail))
        })
        .collect();
    let expected = [
        "- error rate 1% 3%",
        "latency p95 +5% +10% floor 2000000",
        "cpu_per_request -  +10%",
        "latency -  +10%",
        "time - +5% +10%",
        "cpu_time - +5% +10%",
        "bytes - +0% +5%",
        "allocations - +0% +5%",
        "instructions - +0% +5%",
        "binary_size - +0% +5%",
        "counter_per_request - +0% +5%",
    ];
    assert_eq!(shown, expected);
    assert!(rules.iter().all(|rule| rule.is_default && rule.place.is_none() && rule.suite == "*" && rule.label == "*"));
    let is_exact = |name: &str| metric::is_deterministic(name) || metric::may_repeat_exactly(name);
    assert!(rules.iter().skip(6).all(|rule| is_exact(rule.metric.as_deref().unwrap())));
}

#[test]
fn thresholds_of_the_file_replace_the_default_ones() {
    let rules = plan(&format!("{FILE}[[threshold]]\nstatistic = 'p99'\nfail = '1s'"), "neverslower|run", &[]).rules;
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0].statistic, Some(Statistic::Percentile(Percentile::P99)));
    assert_eq!(rules[0].place.as_ref().map(|place| (place.path.as_str(), place.line)), Some(("neverslower.toml", 13)));
}

#[test]
fn flags_beat_variables_beat_the_file_beat_defaults() {
    let file = format!("[gate]\nresults = 'f'\nbaselines = 'f'\nbaseline = 'f/x'\nenvironment = 'f'\nkeep_runs = 3\n{FILE}");
    let at_file = plan(&file, "neverslower|run", &[]);
    assert_eq!((at_file.results.to_str(), at_file.baselines.to_str(), at_file.keep_runs), (Some("f"), Some("f"), 3));
    assert_eq!((at_file.baseline, at_file.environment.as_deref()), (BaselineChoice::Path("f/x".into()), Some("f")));

    let variables = ["NEVERSLOWER_RESULTS=v", "NEVERSLOWER_BASELINES=v", "NEVERSLOWER_BASELINE=committed", "NEVERSLOWER_ENVIRONMENT=v"];
    let by_variable = plan(&file, "neverslower|run", &variables);
    assert_eq!((by_variable.results.to_str(), by_variable.baselines.to_str()), (Some("v"), Some("v")));
    assert_eq!((by_variable.baseline, by_variable.environment.as_deref()), (BaselineChoice::Committed, Some("v")));

    let typed = "neverslower|run|--results|t|--baselines|t|--baseline|auto|--environment|auto";
    let by_flag = plan(&file, typed, &variables);
    assert_eq!((by_flag.results.to_str(), by_flag.baselines.to_str()), (Some("t"), Some("t")));
    assert_eq!((by_flag.baseline, by_flag.environment), (BaselineChoice::Auto, None));
}

#[test]
fn builds_and_repetitions_are_set_like_everything_else() {
    let file = format!("[gate]\nbuilds = 'f'\nkeep_builds = 3\nrepeat = 2\nconfirm = 1\nbaseline = 'previous'\n{FILE}");
    let shown = |line: &str, variables: &[&'static str], file: &str| {
        let plan = plan(file, line, variables);
        format!(
            "{} {:?} {} {} {} {:?}",
            plan.builds.display(),
            plan.build_number,
            plan.keep_builds,
            plan.repeat,
            plan.confirm,
            plan.baseline
        )
    };
    let run = "neverslower|run";
    assert_eq!(shown(run, &[], FILE), "builds None 50 1 0 Auto");
    assert_eq!(shown(run, &[], &file), "f None 3 2 1 Previous");
    let jenkins = ["JENKINS_URL=u", "BUILD_ID=7", "BUILD_NUMBER=7"];
    assert_eq!(shown(run, &jenkins, &file), "f Some(7) 3 2 1 Previous");
    let ours =
        [&jenkins[..], &["NEVERSLOWER_BUILDS=v", "NEVERSLOWER_BUILD_NUMBER=8", "NEVERSLOWER_REPEAT=4", "NEVERSLOWER_CONFIRM=0"]].concat();
    assert_eq!(shown(run, &ours, &file), "v Some(8) 3 4 0 Previous");
    let typed = "neverslower|run|--builds|t|--build-number|9|--repeat|5|--confirm|2|--baseline|build:6";
    assert_eq!(shown(typed, &ours, &file), "t Some(9) 3 5 2 Build(6)");
    // A load from the command line is no build.
    assert_eq!(shown("neverslower|load|http://h/", &jenkins, ""), "builds None 50 1 0 Auto");
    let number = "--build-number: expected the number of a build, found `x`\n | x\n | ^";
    refuses(FILE, "neverslower|run|--build-number|x", &[], number);
    let times = "--repeat: expected a whole number from 1 to 100, found `0`\n | 0\n | ^";
    refuses(FILE, "neverslower|run|--repeat|0", &[], times);
}

#[test]
fn the_configuration_is_found_upward_to_the_repository() {
    let root = repository(&format!("[gate]\nresults = 'out'\nbaseline = 'old'\n{FILE}"));
    let below = plan_in(&root.path().join("a/b"), "neverslower|run", &[]).unwrap();
    let up = PathBuf::from("../..");
    assert_eq!((below.root, below.config.as_deref()), (up.clone(), Some("../../neverslower.toml")));
    assert_eq!((below.results, below.baselines), (up.join("out"), up.join("baselines")));
    assert_eq!((below.baseline, &below.suites[0].work.directory), (BaselineChoice::Path(up.join("old")), &up));

    std::fs::create_dir(root.path().join("a/.git")).unwrap();
    let other = plan_in(&root.path().join("a/b"), "neverslower|run", &[]).unwrap_err();
    assert_eq!(other.found, "none");
    let named = plan_in(&root.path().join("a/b"), "neverslower|run|--config|../../neverslower.toml", &[]).unwrap();
    assert_eq!(named.root, up);
    let named = plan_in(&root.path().join("a/b"), "neverslower|run", &["NEVERSLOWER_CONFIG=../../neverslower.toml"]).unwrap();
    assert_eq!(named.root, up);
}

#[test]
fn a_configuration_that_cannot_be_read_is_an_error() {
    let expected = "gone.toml: expected a readable configuration file, found no such file";
    refuses("", "neverslower|check|a.jtl|--config|gone.toml", &[], expected);
    let root = repository("");
    std::fs::write(root.path().join("neverslower.toml"), b"[gate]\nresults = '\xff'").unwrap();
    let error = plan_in(root.path(), "neverslower|accept", &[]).unwrap_err();
    let expected = "neverslower.toml:2:12: expected UTF-8, found a byte that is not\n2 | results = '\u{fffd}'\n  |            ^";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn in_ci_an_unknown_environment_is_unstable() {
    let plan_of = |variables: &[&'static str]| plan(FILE, "neverslower|run", variables);
    assert_eq!(plan_of(&["CI=true"]).unknown_environment, UnknownEnvironment::Unstable);
    assert_eq!(plan_of(&["CI=false"]).unknown_environment, UnknownEnvironment::Pass);
    assert_eq!(plan_of(&["CI=true", "GITHUB_ACTIONS=true", "GITHUB_SHA=abc"]).commit.as_deref(), Some("abc"));
    assert_eq!(plan_of(&["GITHUB_SHA=abc"]).commit, None);
    let decided = plan(&format!("gate.unknown_environment = 'no-verdict'\n{FILE}"), "neverslower|run", &["CI=true"]);
    assert_eq!(decided.unknown_environment, UnknownEnvironment::NoVerdict);
}

#[test]
fn colour_is_decided_by_the_flag_then_the_variables() {
    let color = |line: &str, variables: &[&'static str]| plan("", line, variables).color;
    let accept = "neverslower|accept";
    assert_eq!(color("neverslower|accept|--color|always", &["NO_COLOR=1"]), ColorChoice::Always);
    assert_eq!(color(accept, &["NO_COLOR=1", "CLICOLOR_FORCE=1"]), ColorChoice::Never);
    assert_eq!(color(accept, &["FORCE_COLOR=1", "TERM=dumb"]), ColorChoice::Always);
    assert_eq!(color(accept, &["CLICOLOR_FORCE=0", "CLICOLOR=0"]), ColorChoice::Never);
    assert_eq!(color(accept, &["TERM=dumb"]), ColorChoice::Never);
    assert_eq!(color(accept, &["CLICOLOR=1", "TERM=xterm"]), ColorChoice::Auto);
}

#[test]
fn mistakes_in_flags_and_variables_show_the_value() {
    refuses(
        "",
        "neverslower|accept|--environment|a b",
        &[],
        "--environment: expected a name of letters, digits, `-`, `_` and `.`, because files are called by it, found ` b`\n | a b\n |  ^^",
    );
    refuses(
        "",
        "neverslower|accept",
        &["NEVERSLOWER_BASELINE=against:a b"],
        "NEVERSLOWER_BASELINE: expected the name of one commit, found ` b`\n | against:a b\n |          ^^",
    );
    refuses(
        "",
        "neverslower|accept|--report|jnuit=x",
        &[],
        "--report: expected a report of `neverslower list reports`, found `jnuit`; did you mean `junit`?\n | jnuit\n | ^^^^^",
    );
    refuses("", "neverslower|accept|--report|json=", &[], "--report: expected a path after `=`, found nothing");
    let both = "--report: expected at most one report on standard output, found json and jtl; give the others a path: KIND=PATH";
    refuses("", "neverslower|accept|--report|json|--report|jtl", &[], both);
    refuses("", "neverslower|convert|x|--to|jtl|--report|json", &[], &both.replace("json and jtl", "jtl and json"));
    refuses(
        "",
        "neverslower|load|http://h/|--json|--report|json",
        &[],
        "--json: expected one thing on standard output, found a report there too",
    );
    assert!(OURS.iter().all(|name| name.starts_with("NEVERSLOWER_")));
}

#[test]
fn run_measures_what_can_be_measured() {
    let all = plan(FILE, "neverslower|run", &[]);
    let names: Vec<&str> = all.suites.iter().map(|suite| suite.work.name.as_str()).collect();
    assert_eq!((names, all.is_selection), (vec!["shop", "remote"], true));
    assert_eq!(all.suites[0].environment, None);
    assert_eq!(all.suites[1].environment.as_deref(), Some("default"));
    assert_eq!(all.suites[0].expect, ["GET /"]);
    let one = plan(FILE, "neverslower|run|remote|--report|json=o.json|--quiet", &[]);
    assert_eq!((one.suites.len(), one.is_selection, one.verbosity), (1, true, Verbosity::Quiet));
    assert_eq!((one.reports[0].kind.as_str(), one.reports[0].path.as_deref()), ("json", Some(Path::new("o.json"))));
    assert!(!plan("[[suite]]\nname = 'a'\ncommand = 'x'", "neverslower|run", &[]).is_selection);
}

#[test]
fn run_refuses_what_it_cannot_measure() {
    let expected = "neverslower.toml: expected a neverslower.toml here or above, up to the root of the repository, found none; \
                    write one, or use `check` on result files";
    refuses("", "neverslower|run", &[], expected);
    let expected = "run: expected a suite of neverslower.toml: `shop`, `remote` or `nightly`, found `shp`; did you mean `shop`?";
    refuses(FILE, "neverslower|run|shp", &[], expected);
    let expected = "run: expected a suite with something to measure, found `nightly`, which only has `results`; \
                    its files are judged by `neverslower check`";
    refuses(FILE, "neverslower|run|nightly", &[], expected);
    let expected = "neverslower.toml: expected at least one [[suite]] with something to measure, found none";
    refuses("[gate]", "neverslower|run", &[], expected);
}

#[test]
fn check_never_takes_this_machine_for_the_measured_one() {
    let environments = |line: &str| {
        let plan = plan(&format!("gate.environment = 'runner'\n{FILE}"), line, &[]);
        let suites: Vec<String> = plan.check.iter().map(|suite| suite.environment.clone()).collect();
        (plan.environment, suites.join(" "))
    };
    assert_eq!(environments("neverslower|check|a.jtl"), (Some("default".into()), "default default staging".into()));
    assert_eq!(environments("neverslower|check|a.jtl|--environment|x"), (Some("x".into()), "x x x".into()));
    assert!(plan("", "neverslower|check|a.jtl", &[]).rules.iter().all(|rule| rule.is_default));
    let expected = "--format: expected a format of `neverslower list formats`, found `jlt`; did you mean `jtl`?\n | jlt\n | ^^^";
    refuses("", "neverslower|check|a.jtl|--format|jlt", &[], expected);
}

#[test]
fn convert_reads_no_configuration() {
    let plan = plan("nonsense", "neverslower|convert|a.json|--to|jtl|--output|x.jtl", &[]);
    assert_eq!((plan.config, plan.reports.len(), plan.reports[0].path.as_deref()), (None, 1, Some(Path::new("x.jtl"))));
}

#[test]
fn help_tells_the_defaults_of_the_plan() {
    let mut definition = Cli::command();
    let load = definition.find_subcommand_mut("load").unwrap();
    let about = format!("{} connections, {:?}", plan::CONNECTIONS, plan::LOAD_DURATION).replace("10s", "10 s");
    assert!(load.get_about().unwrap().to_string().ends_with(&about));
    let help = load.render_long_help().to_string() + &definition.render_long_help().to_string();
    let times = [plan::LOAD_DURATION, plan::REQUEST_TIMEOUT].map(|time| format!("{time:?}"));
    let search = [plan::FIND_RATE_LOWEST.to_string() + "/s", format!("{} %", 100.0 * plan::FIND_RATE_PRECISION)];
    let steps = format!(
        "{} times the longest latency asked for, {:?} to {:?}",
        plan::FIND_RATE_STEP_LATENCIES,
        plan::FIND_RATE_STEP,
        plan::FIND_RATE_STEP_MAX
    );
    let unbroken = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in search.iter().chain([&steps]) {
        assert!(unbroken.contains(told), "{told}");
    }
    let shown = [plan::CONNECTIONS.to_string(), plan::RESULTS.into(), plan::BASELINES.into()];
    for default in times.iter().chain(&shown) {
        assert!(help.contains(&format!("[default: {default}]")), "{default}");
    }
}

#[test]
fn quarantine_is_held_against_today() {
    let entry = |until: &str| format!("{FILE}[[quarantine]]\nsuite = 'shop'\nreason = 'flaky'\nuntil = '{until}'\n");
    let found = plan(&entry("1970-06-01"), "neverslower|run", &[]);
    assert_eq!(found.policy("shop", &[]).quarantine, found.quarantine);
    assert_eq!(found.quarantine[0].place.as_ref().map(|place| (place.path.as_str(), place.line)), Some(("neverslower.toml", 13)));
    let error = plan_in(repository(&entry("2026-12-31")).path(), "neverslower|run", &[]).expect_err("far ahead");
    assert_eq!((error.place.as_str(), error.expected.as_str()), ("neverslower.toml:16:9", "a day at most 366 days ahead"));
}
