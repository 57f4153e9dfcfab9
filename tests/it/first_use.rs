//! The first minutes: nothing compared yet, what to do next, other machines.

use crate::project::Project;

const COMMAND: &str = "[[suite]]\nname = \"true\"\ncommand = { run = \"true\", repeat = 5 }\n";

#[test]
fn the_first_run_passes_and_says_that_nothing_was_compared() {
    let project = Project::with(&format!("[gate]\ndemonstration = \"make slower\"\n{COMMAND}"));
    project.call(&["run"]).expect(0).says("nothing compared yet").says("neverslower accept").says("make slower");
    assert_eq!(project.outcome()["compared"], 0);
}

#[test]
fn within_run_thresholds_judge_on_the_first_run() {
    let project = Project::new();
    let lines = "BenchmarkPlus 10 1000 ns/op\nBenchmarkBuffer 10 900 ns/op\n".repeat(10);
    project.write("bench.txt", lines);
    project.write("neverslower.toml", "[[threshold]]\nlabel = \"BenchmarkBuffer\"\nagainst = \"BenchmarkPlus\"\nfail = \"-50%\"\n");
    project.call(&["check", "bench.txt"]).expect(1).says("Buffer");
    project.write("neverslower.toml", "[[threshold]]\nlabel = \"BenchmarkBuffer\"\nagainst = \"BenchmarkPlus\"\nfail = \"-5%\"\n");
    project.call(&["check", "bench.txt"]).expect(0);
}

#[test]
fn another_environment_does_not_judge_times() {
    let project = Project::with(COMMAND);
    project.call(&["run", "--environment", "there"]).expect(0);
    project.call(&["accept", "--yes", "--environment", "there"]).expect(0);
    project.call(&["run", "--environment", "here"]).expect(0).says("there");
    project.call_with(&["run", "--environment", "here"], &[("CI", "true")]).expect(3).says("there");
    let config = format!("[gate]\nunknown_environment = \"no-verdict\"\n{COMMAND}");
    project.write("neverslower.toml", config);
    project.call(&["run", "--environment", "here"]).expect(4).says("there");
}

#[test]
fn help_names_every_exit_code() {
    let answer = Project::new().call(&["--help"]).expect(0);
    for code in ["0", "1", "2", "3", "4", "130/143"] {
        assert!(answer.stdout.lines().any(|line| line.trim_start().starts_with(code)), "{code} is not in\n{}", answer.stdout);
    }
}

#[test]
fn a_wrong_flag_is_a_usage_error() {
    Project::new().call(&["run", "--colour", "never"]).expect(2).says("--color");
}

#[test]
fn lists_and_completions_are_printed() {
    let project = Project::new();
    let formats = project.call(&["list", "formats"]).expect(0).stdout;
    for name in ["jtl-csv", "jtl-xml", "go", "criterion", "vegeta-json", "vegeta-csv"] {
        assert!(formats.contains(name), "{name} is not listed in\n{formats}");
    }
    for what in ["reports", "thresholds", "metrics", "statistics", "exit-codes"] {
        assert!(project.call(&["list", what]).expect(0).stdout.lines().count() > 2, "list {what}");
    }
    assert!(project.call(&["completions", "bash"]).expect(0).stdout.contains("neverslower"));
}
