//! `profile = "jenkins"` and its table.

use super::{parse, refuses};
use crate::config::jenkins::{CONSTRAINT, JENKINS};
use crate::config::profile::ProfileName;
use crate::jenkins::{Builds, Constraint, ConstraintKind, Escalation, Metered, Operator, PARAMETERS, Settings};

fn settings(table: &str) -> Settings {
    let file = parse(&format!("[gate]\nprofile = 'jenkins'\n[jenkins]\n{table}")).unwrap_or_else(|error| panic!("{table}: {error}"));
    assert_eq!(file.gate.profile, Some(ProfileName::Jenkins));
    let [settings] = file.jenkins.try_into().unwrap();
    settings
}

fn check(table: &str, expected: impl FnOnce(&mut Settings)) {
    let mut settings_expected = Settings::of_plugin(Vec::new());
    expected(&mut settings_expected);
    assert_eq!(settings(table), settings_expected, "{table}");
}

#[test]
fn what_is_not_written_is_the_plugins_default() {
    check("", |_| {});
    check("filter_regex = ' '\njunit_output = ''", |_| {});
}

#[test]
fn values_are_taken_as_the_plugin_takes_them() {
    check("source_data_files = 'a.jtl; b.jtl;;'", |s| s.source_data_files = vec!["a.jtl".to_string(), " b.jtl".to_string()]);
    check("source_data_files = ['a;b.jtl']", |s| s.source_data_files = vec!["a;b.jtl".to_string()]);
    check("error_failed_threshold = 3\nerror_unstable_threshold = 0.5", |s| {
        s.error_failed_threshold = 3.0;
        s.error_unstable_threshold = 0.5;
    });
    check("error_failed_threshold = -5", |s| s.error_failed_threshold = -5.0);
    check("error_unstable_response_time_threshold = ['a.jtl:1', 'b:2']", |s| {
        s.error_unstable_response_time_threshold = "a.jtl:1\nb:2".to_string();
    });
    check("config_type = ''\nnth_build_number = -1", |s| {
        s.config_type = String::new();
        s.nth_build_number = -1;
    });
}

#[test]
fn every_parameter_has_its_key() {
    let keys: Vec<&str> = PARAMETERS.iter().map(|parameter| parameter.key).chain(["constraint"]).collect();
    assert_eq!(keys.len(), JENKINS.keys.len());
    for key in keys {
        assert!(JENKINS.keys.contains(&key), "{key}");
    }
}

const RELATIVE: &str = "[[jenkins.constraint]]\nkind = 'relative'\nrelated_perf_report = 'a.jtl'\nmetered_value = 'LINE95'\n\
                        operator = 'NOT_LESS'\nescalation_level = 'ERROR'\ntolerance = 7.5\n";

fn relative(rest: &str, expected: Builds) {
    let found = settings(&format!("{RELATIVE}{rest}"));
    let constraint = Constraint {
        related_perf_report: "a.jtl".to_string(),
        test_case: None,
        metered_value: Metered::Line95,
        operator: Operator::NotLess,
        escalation_level: Escalation::Error,
        kind: ConstraintKind::Relative { tolerance: 7.5, builds: expected },
    };
    assert_eq!(found.constraints, [constraint], "{rest}");
}

#[test]
fn constraints_choose_builds_in_three_ways() {
    relative("previous_results = '*'", Builds::Last { previous_results: "*".to_string() });
    relative("previous_results = 3", Builds::Last { previous_results: "3".to_string() });
    let (start, end) = ("2026-01-01".to_string(), "now".to_string());
    relative("timeframe_start = '2026-01-01'\ntimeframe_end = 'now'", Builds::Between { start, end });
    relative("baseline = true", Builds::Baseline);
}

/// The error in a constraint, without the line below it.
fn refused(rest: &str, expected: &str) {
    let text = format!("[gate]\nprofile = 'jenkins'\n{RELATIVE}{rest}");
    let error = parse(&text).map(drop).expect_err(rest).to_string();
    assert_eq!(error.lines().next(), Some(expected), "{rest}");
}

#[test]
fn mistakes_in_constraints_have_their_place() {
    const BUILDS: &str = "expected one of `previous_results`, `timeframe_start` with `timeframe_end`, and `baseline = true`, found";
    refused("", &format!("n.toml:3:1: {BUILDS} none"));
    refused("baseline = true\nprevious_results = 3", &format!("n.toml:3:1: {BUILDS} more than one"));
    refused("timeframe_end = 'now'", "n.toml:3:1: expected `timeframe_start` and `timeframe_end`, found one of them");
    refused(
        "baseline = true\nvalue = 3",
        "n.toml:3:1: expected only keys of `relative` constraints, found `value`, which belongs to `absolute`",
    );
    refused("value = 1.5", "n.toml:10:9: expected a whole number for `value`, found `1.5`");
    refused(
        "test_cse = 'x'",
        "n.toml:10:1: expected a key of [[jenkins.constraint]]: `kind`, `related_perf_report`, `test_case`, \
        `metered_value`, `operator`, `escalation_level`, `value`, `tolerance`, `previous_results`, `timeframe_start`, `timeframe_end` or \
        `baseline`, found `test_cse`; did you mean `test_case`?",
    );
}

#[test]
fn values_of_a_wrong_kind_are_refused() {
    refuses(
        "[gate]\nprofile = 'jenkins'\n[jenkins]\nerror_failed_threshold = '3'",
        "n.toml:4:26: expected a number for `error_failed_threshold`, found `'3'`\n4 | error_failed_threshold = '3'\n  |                          ^^^",
    );
    refuses(
        "[gate]\nprofile = 'jenkins'\n[jenkins]\nerror_failed_threshold = nan",
        "n.toml:4:26: expected a number for `error_failed_threshold`, found `nan`\n4 | error_failed_threshold = nan\n  |                          ^^^",
    );
    refuses(
        "[gate]\nprofile = 'jenkins'\n[jenkins]\nsource_data_files = []",
        "n.toml:4:21: expected a text or a list of texts for `source_data_files`, found `[]`\n\
         4 | source_data_files = []\n  |                     ^^",
    );
    refuses(
        "[gate]\nprofile = \"jenkin\"",
        "n.toml:2:12: expected `default` or `jenkins`, found `jenkin`\n2 | profile = \"jenkin\"\n  |            ^^^^^^",
    );
}

#[test]
fn rules_that_would_judge_nothing_are_refused() {
    refuses(
        "[jenkins]\nerror_failed_threshold = 3",
        "n.toml:1:1: expected [jenkins] only with `profile = \"jenkins\"` in [gate], found [jenkins] without it; add the profile, or \
         delete the table: it would judge nothing\n1 | [jenkins]\n  | ^^^^^^^^^",
    );
    refuses(
        "[gate]\nprofile = 'jenkins'\n[[quarantine]]\nreason = 'x'",
        "n.toml:3:1: expected only rules of [jenkins], because `profile = \"jenkins\"` judges by nothing else, found [[quarantine]]; \
         delete [[quarantine]], or the profile\n3 | [[quarantine]]\n  | ^^^^^^^^^^^^^^",
    );
    let error = parse("[gate]\nstrict = true").map(drop).expect_err("strict alone");
    assert_eq!(error.hint, "delete it: our own rules are always strict");
    for ours in ["statistics = 'plain'", "confirm = 1", "require_baseline = true", "unknown_environment = 'pass'"] {
        let error = parse(&format!("[gate]\nprofile = 'jenkins'\n{ours}")).map(drop).expect_err(ours);
        assert!(error.hint.starts_with("delete `"), "{error}");
    }
}

const PAGE: &str = include_str!("../../../../docs/MIGRATING-FROM-JENKINS.md");

/// Cells of the table below a heading.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let section = PAGE.split(heading).nth(1).unwrap().split("\n#").next().unwrap();
    section
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

/// Words between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_page_on_migrating_has_a_row_for_every_parameter() {
    let rows = rows("## Every parameter of `perfReport`");
    for parameter in &PARAMETERS {
        let row = rows.iter().find(|row| quoted(row[0]) == [parameter.name]).unwrap_or_else(|| panic!("no row for {}", parameter.name));
        assert!(quoted(row[1])[0].starts_with(&format!("{} = ", parameter.key)), "{row:?}");
    }
    assert!(rows.iter().any(|row| quoted(row[1]) == ["constraint"]));
    let of_gate = rows.iter().filter(|row| quoted(row[1]).contains(&"[gate]"));
    assert_eq!(of_gate.map(|row| quoted(row[1])[0]).collect::<Vec<_>>(), ["strict = true"]);
    let of_step = rows.iter().filter(|row| !quoted(row[1]).contains(&"[gate]"));
    for example in of_step.flat_map(|row| quoted(row[1])).filter(|example| *example != "constraint") {
        settings(example);
    }
}

#[test]
fn the_page_on_migrating_has_a_row_for_every_key_of_constraints() {
    let rows = rows("### Constraints");
    let examples: Vec<&str> = rows.iter().flat_map(|row| quoted(row[1])).collect();
    for key in CONSTRAINT.keys {
        assert!(examples.iter().any(|example| example.starts_with(&format!("{key} = "))), "{key}");
    }
    for example in examples {
        let text = format!("[gate]\nprofile = 'jenkins'\n[[jenkins.constraint]]\n{example}");
        let error = parse(&text).map(drop).expect_err(example);
        // Each is understood: what is said is that others are missing.
        assert!(error.place == "n.toml:3:1" && !error.expected.contains("a key of"), "{error}");
    }
}
