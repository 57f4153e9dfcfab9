//! `docs/example.toml` holds every key, and every key is read.

use super::parse;
use crate::config::assertion::ASSERT;
use crate::config::feed::FEEDER;
use crate::config::file::{GATE, ROOT};
use crate::config::jenkins::{CONSTRAINT, JENKINS};
use crate::config::judged::usual_too_fast;
use crate::config::load::{LOAD, SERVER, TARGET};
use crate::config::pace::STAGE;
use crate::config::plan;
use crate::config::quarantine::QUARANTINE;
use crate::config::scenario::{SCENARIO, STEP};
use crate::config::suite::{BENCHMARK, COMMAND, SUITE, TOOL};
use crate::config::table::Shape;
use crate::config::threshold::THRESHOLD;
use crate::config::transport::{AUTH, TLS, default_transport};
use crate::jenkins::Settings;
use crate::model::{Stop, Transport, Work};
use proptest::prelude::{prop_assert, proptest};
use std::collections::BTreeSet;
use toml::{Table, Value};

const EXAMPLE: &str = include_str!("../../../../docs/example.toml");

/// The part of the example that stands for a file of its own, because the profiles exclude each other.
fn jenkins_example() -> String {
    EXAMPLE.lines().filter_map(|line| line.strip_prefix("#|")).map(|line| format!("{}\n", line.trim_start())).collect()
}

/// Every kind of table: where it stands in the file, its keys, and the least around it (`HERE`) that makes a file.
const SHAPES: [(&str, &Shape, &str); 24] = [
    ("", &ROOT, "HERE"),
    ("gate", &GATE, "[gate]\nHERE"),
    ("suite", &SUITE, "[[suite]]\nname = 'a'\nHERE"),
    ("suite.benchmark", &BENCHMARK, "[[suite]]\nname = 'a'\n[suite.benchmark]\ncommand = 'x'\nHERE"),
    ("suite.command", &COMMAND, "[[suite]]\nname = 'a'\n[suite.command]\nrun = 'x'\nHERE"),
    ("suite.tool", &TOOL, "[[suite]]\nname = 'a'\n[suite.tool]\nrun = 'x'\nresults = ['x']\nHERE"),
    ("suite.load", &LOAD, "[[suite]]\nname = 'a'\n[suite.load]\ntargets = ['http://x/']\nHERE"),
    ("suite.load.auth", &AUTH, "[[suite]]\nname = 'a'\nload = { targets = ['http://x/'], auth = { HERE } }"),
    ("suite.load.tls", &TLS, "[[suite]]\nname = 'a'\n[suite.load]\ntargets = ['http://x/']\n[suite.load.tls]\ncert = 'x'\nHERE"),
    ("suite.load.assert", &ASSERT, "[[suite]]\nname = 'a'\nload = { targets = ['http://x/'], assert = { HERE } }"),
    (
        "suite.load.targets.assert",
        &ASSERT,
        "[[suite]]\nname = 'a'\n[[suite.load.targets]]\nurl = 'http://x/'\n[suite.load.targets.assert]\nHERE",
    ),
    ("suite.load.steps", &STEP, "[[suite]]\nname = 'a'\n[[suite.load.steps]]\nurl = 'http://x/'\nHERE"),
    ("suite.load.steps.assert", &ASSERT, "[[suite]]\nname = 'a'\n[[suite.load.steps]]\nurl = 'http://x/'\n[suite.load.steps.assert]\nHERE"),
    (
        "suite.load.scenarios",
        &SCENARIO,
        "[[suite]]\n'name' = 'a'\n[[suite.load.scenarios]]\nname = 'a'\nsteps = [{ url = 'http://x/' }]\nHERE",
    ),
    (
        "suite.load.scenarios.steps",
        &STEP,
        "[[suite]]\nname = 'a'\n[[suite.load.scenarios]]\nname = 'a'\n[[suite.load.scenarios.steps]]\nurl = 'http://x/'\nHERE",
    ),
    (
        "suite.load.scenarios.steps.assert",
        &ASSERT,
        "[[suite]]\nname = 'a'\n[[suite.load.scenarios]]\nname = 'a'\n[[suite.load.scenarios.steps]]\nurl = 'http://x/'\n\
         [suite.load.scenarios.steps.assert]\nHERE",
    ),
    (
        "suite.load.feeders",
        &FEEDER,
        "[[suite]]\nname = 'a'\n[suite.load]\ntargets = ['http://x/']\n[[suite.load.feeders]]\nfile = 'x'\norder = 'random'\nHERE",
    ),
    ("suite.load.targets", &TARGET, "[[suite]]\nname = 'a'\n[[suite.load.targets]]\nurl = 'http://x/'\nHERE"),
    (
        "suite.load.stages",
        &STAGE,
        "[[suite]]\nname = 'a'\n[suite.load]\ntargets = ['http://x/']\n[[suite.load.stages]]\nduration = '1s'\nHERE",
    ),
    (
        "suite.server",
        &SERVER,
        "[[suite]]\nname = 'a'\nload = { targets = ['http://x/'] }\n[suite.server]\ncommand = 'x'\nready = 'http://x/'\nHERE",
    ),
    ("threshold", &THRESHOLD, "[[threshold]]\nfail = '+5%'\nHERE"),
    ("quarantine", &QUARANTINE, "[[quarantine]]\nlabel = 'x'\nreason = 'x'\nuntil = '2026-12-31'\nHERE"),
    ("jenkins", &JENKINS, "[gate]\nprofile = 'jenkins'\n[jenkins]\nHERE"),
    (
        "jenkins.constraint",
        &CONSTRAINT,
        "[gate]\nprofile = 'jenkins'\n[[jenkins.constraint]]\nkind = 'absolute'\nrelated_perf_report = 'x'\nHERE",
    ),
];

#[test]
fn the_example_is_understood() {
    let file = parse(EXAMPLE).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(file.suites.len(), 17);
    assert_eq!(file.rules.len(), 5);
    assert_eq!(file.quarantine.len(), 1);
}

#[test]
fn the_other_example_is_understood_and_shows_the_defaults_of_the_plugin() {
    let file = parse(&jenkins_example()).unwrap_or_else(|error| panic!("{error}"));
    let [settings] = file.jenkins.try_into().unwrap();
    assert_eq!(settings.constraints.len(), 4);
    let shown = Settings { constraints: Vec::new(), error_unstable_response_time_threshold: String::new(), ..settings };
    assert_eq!(shown, Settings::of_plugin(vec!["**/*.jtl".to_string()]));
}

#[test]
fn the_example_shows_the_defaults() {
    let file = parse(EXAMPLE).unwrap();
    let gate = file.gate;
    assert_eq!((gate.results, gate.baselines), (Some(plan::RESULTS.into()), Some(plan::BASELINES.into())));
    assert_eq!((gate.statistics, gate.baseline), (Some(plan::STATISTICS), Some(plan::BASELINE)));
    assert_eq!(file.rules[1].too_fast, usual_too_fast(None, None));
    assert_eq!((gate.keep_runs, gate.require_baseline), (Some(plan::KEEP_RUNS), Some(plan::REQUIRE_BASELINE)));
    assert_eq!(gate.budget, Some(plan::BUDGET));
    assert_eq!((gate.builds, gate.keep_builds), (Some(plan::BUILDS.into()), Some(plan::KEEP_BUILDS)));
    assert_eq!((gate.repeat, gate.confirm), (Some(plan::REPEAT_RUNS), Some(plan::CONFIRM)));
    assert_eq!(file.suites[0].timeout, plan::SUITE_TIMEOUT);
    let Some(Work::Command(command)) = &file.suites[2].work else { panic!("cli is a command") };
    assert_eq!((command.repeat, command.warm_up), (plan::REPEAT, plan::WARM_UP_RUNS));
    let Some(Work::Load { server: Some(server), load }) = &file.suites[4].work else { panic!("hello is a load") };
    assert_eq!((server.ready_timeout, server.stop_timeout), (plan::READY_TIMEOUT, plan::STOP_TIMEOUT));
    assert_eq!((load.connections, load.stop), (plan::CONNECTIONS, Stop::After(plan::LOAD_DURATION)));
    assert_eq!((load.timeout, load.connect_timeout, load.grace), (plan::REQUEST_TIMEOUT, plan::CONNECT_TIMEOUT, plan::REQUEST_TIMEOUT));
    assert_eq!(load.max_lag, plan::MAX_LAG);
    assert_eq!(Transport { auth: None, ..load.transport.clone() }, default_transport());
    let shop = file.suites.iter().find(|suite| suite.name == "shop").unwrap();
    let Some(Work::Load { load, .. }) = &shop.work else { panic!("shop is a load") };
    let tls = &load.transport.tls;
    assert_eq!((tls.insecure, tls.resumption), (plan::TLS_INSECURE, plan::TLS_RESUMPTION));
}

/// The keys written in any table at this path.
fn collect(table: &Table, at: &str, keys: &mut BTreeSet<(String, String)>) {
    for (key, value) in table {
        keys.insert((at.to_string(), key.clone()));
        let below = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        // The names of headers and variables are the user's.
        for table in items.iter().filter_map(Value::as_table).filter(|_| !["headers", "extract"].contains(&key.as_str())) {
            collect(table, &below, keys);
        }
    }
}

#[test]
fn the_example_holds_every_key() {
    let mut written = BTreeSet::new();
    collect(&EXAMPLE.parse().unwrap(), "", &mut written);
    collect(&jenkins_example().parse().unwrap(), "", &mut written);
    let mut expected = BTreeSet::new();
    for (at, shape, _) in SHAPES {
        expected.extend(shape.keys.iter().map(|key| (at.to_string(), key.to_string())));
    }
    // Both ways: a table that `SHAPES` forgets shows up as keys that are written and not expected.
    assert_eq!(written, expected);
}

#[test]
fn every_key_is_read() {
    const DATE: &str = "1979-05-27";
    for (at, shape, around) in SHAPES {
        for key in shape.keys {
            // A date is right for no key, so a key that takes one is a key that nobody looks at.
            let given = format!("{key} =");
            let least: Vec<&str> = around.lines().filter(|line| !line.starts_with(&given)).collect();
            let text = least.join("\n").replace("HERE", &format!("{given} {DATE}"));
            let error = parse(&text).map(drop).expect_err(&format!("{at}.{key} takes a date"));
            assert!(error.found.contains(DATE), "{at}.{key}: {error}");
        }
    }
}

proptest! {
    #[test]
    fn a_damaged_file_gives_an_error_within_it(cut in 0..EXAMPLE.len(), length in 0usize..40, put in "[\\[\\]{}='\",+%0-9a-z\n ]{0,8}") {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        let cut = cut.min(text.len());
        text.splice(cut..(cut + length).min(text.len()), put.chars());
        let text: String = text.into_iter().collect();
        if let Err(error) = parse(&text) {
            let line = error.excerpt.and_then(|excerpt| excerpt.line).unwrap_or(0);
            prop_assert!((1..=text.lines().count() + 1).contains(&line), "{}", error.place);
        }
    }
}
