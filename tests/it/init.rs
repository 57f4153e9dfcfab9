//! `init`: a new user types it, and what it wrote runs at once; nothing that stood there is touched.

use crate::project::{Answer, Project, component};
use std::process::Command;

const FREESTYLE: &str = include_str!("../../src/jenkins/import/fixtures/freestyle.xml");
const DECLARATIVE: &str = include_str!("../../src/jenkins/import/fixtures/declarative.Jenkinsfile");
const SCRIPTED: &str = include_str!("../../src/jenkins/import/fixtures/scripted.Jenkinsfile");

/// A program of this name stands first in the path of what is called.
fn call_with_program(project: &Project, name: &str, script: &str, arguments: &[&str]) -> Answer {
    program(project, name, script);
    let path = format!("{}:{}", project.path("bin").display(), std::env::var("PATH").unwrap());
    project.call_with(arguments, &[("PATH", &path)])
}

fn program(project: &Project, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = format!("bin/{name}");
    project.write(&path, format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(project.path(&path), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn in_an_empty_directory_an_example_runs_at_once() {
    let project = Project::new();
    let answer = project.call(&["init"]).expect(0).says("written: neverslower.toml").says("next: neverslower run").says("in CI:");
    assert_eq!(answer.stdout, "");
    assert_eq!(project.read(".gitignore"), "perf-results/\n*.new\n");
    project.call(&["run"]).expect(0).says("nothing compared yet");
    assert_eq!(project.outcome()["suites"][0]["suite"], "example");
}

#[test]
fn a_cargo_program_is_built_and_run() {
    if component("cargo").is_none() {
        return;
    }
    let project = Project::new();
    project.write("Cargo.toml", "[package]\nname = \"tool\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n");
    project.write("src/main.rs", "fn main() {}\n");
    project.call(&["init"]).expect(0).says("the program tool");
    project.call(&["run"]).expect(0);
    assert_eq!(project.outcome()["suites"][0]["suite"], "tool");
}

#[test]
fn benchmarks_of_go_and_plans_of_jmeter_are_measured() {
    let project = Project::new();
    project.write("go.mod", "module x\n");
    project.write("x_test.go", "package x\nfunc BenchmarkA(b *testing.B) {}\n");
    project.write("it's a plan.jmx", "<jmeterTestPlan/>");
    project.call(&["init"]).expect(0).says("Go benchmarks").says("JMeter plan it's a plan.jmx");
    let rows = "timeStamp,elapsed,label,responseCode,success\\n1700000000000,12,home,200,true";
    program(&project, "go", r"for n in 1 2 3 4 5 6 7 8 9 10; do echo 'BenchmarkA 1000 1000 ns/op'; done");
    // The plan, and where to write: the arguments as JMeter takes them.
    let jmeter = format!("test -f \"$3\" && mkdir -p \"$(dirname \"$5\")\" && printf '{rows}\\n' >> \"$5\"");
    for _ in 0..2 {
        call_with_program(&project, "jmeter", &jmeter, &["run"]).expect(0);
    }
    assert_eq!(project.outcome()["suites"].as_array().unwrap().len(), 2);
    assert_eq!(project.read("perf-results/jmeter/it-s-a-plan.jtl").lines().count(), 2, "the plan's file grew");
}

#[test]
fn nothing_that_stands_there_is_overwritten() {
    let project = Project::with("# mine\n");
    project.call(&["init"]).expect(2).says("neverslower.toml: expected no configuration yet, found one").says("--config");
    assert_eq!(project.read("neverslower.toml"), "# mine\n");
    assert!(!project.exists(".gitignore"));

    let project = Project::new();
    project.write(".gitignore", "/target\n/perf-results");
    project.write("Jenkinsfile", "node { perfReport 'a.jtl' }");
    project.write("Jenkinsfile.neverslower", "mine");
    project.write(".github/workflows/neverslower.yml", "mine");
    project.call(&["init", "--config", "other.toml"]).expect(0).says("left as it is: Jenkinsfile.neverslower").says("--config other.toml");
    assert_eq!(project.read(".gitignore"), "/target\n/perf-results\n*.new\n");
    assert_eq!(
        (project.read("Jenkinsfile.neverslower"), project.read(".github/workflows/neverslower.yml")),
        ("mine".into(), "mine".into())
    );
    assert!(!project.exists("neverslower.toml"));

    let project = Project::new();
    project.write("Jenkinsfile", SCRIPTED);
    project.write("neverslower-2.toml", "mine");
    project.call(&["init", "--from-jenkins", "Jenkinsfile"]).expect(2).says("neverslower-2.toml: expected no configuration yet");
    assert!(!project.exists("neverslower.toml"), "half of the files were written");
}

/// Runs the script of the workflow's step with a program that ends so; the step's exit code.
fn step(exit: i32, verdict: Option<&str>) -> (i32, String) {
    let project = Project::new();
    project.write(".git/config", "[remote \"origin\"]\n\turl = https://github.com/a/b\n");
    project.call(&["init"]).expect(0).says("written: .github/workflows/neverslower.yml");
    let workflow = project.read(".github/workflows/neverslower.yml");
    assert!(workflow.contains("fetch-depth: 0"));
    let script = workflow.split("        run: |\n").nth(1).unwrap();
    let script: String = script.lines().take_while(|line| line.starts_with("          ")).map(|line| format!("{line}\n")).collect();
    project.write("perf-results/verdict.txt", "verdict=fail exit=1 stale");
    let verdict = verdict.map_or(String::new(), |verdict| format!("echo 'verdict={verdict} exit={exit}' > perf-results/verdict.txt;"));
    program(&project, "neverslower", &format!("{verdict} exit {exit}"));
    let path = format!("{}:{}", project.path("bin").display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-e", "-c", &script]).current_dir(project.path("")).env("PATH", path).env("GITHUB_STEP_SUMMARY", project.path("summary"));
    let answer = Answer::of(shell.output().unwrap());
    (answer.code, answer.stdout.lines().collect::<Vec<_>>().join("|"))
}

#[test]
fn the_workflow_tells_a_regression_from_a_shell_that_failed() {
    assert_eq!(step(0, Some("pass")), (0, String::new()));
    assert_eq!(step(3, Some("unstable")), (0, "::warning title=performance::unstable".to_string()));
    assert_eq!(step(1, Some("fail")), (1, "::error title=performance::regression".to_string()));
    assert_eq!(step(1, None), (4, "::error title=performance::no verdict (exit 4)".to_string()));
    assert_eq!(step(2, None), (2, "::error title=performance::no verdict (exit 2)".to_string()));
    assert_eq!(step(4, Some("no-verdict")), (4, "::error title=performance::no verdict (exit 4)".to_string()));
    assert_eq!(step(127, None), (127, "::error title=performance::no verdict (exit 127)".to_string()));
}

#[test]
fn a_jenkins_job_becomes_configuration() {
    let project = Project::new();
    project.write("config.xml", FREESTYLE);
    let answer = project.call(&["init", "--from-jenkins", "config.xml"]).expect(0);
    let answer = answer.says("written: neverslower.toml (the step of config.xml:6)").says("`surprise` of `PerformancePublisher`");
    answer.says("next: neverslower check --profile jenkins");
    let text = project.read("neverslower.toml");
    assert!(text.contains("profile = \"jenkins\"") && text.contains("error_failed_threshold = 5\n"), "{text}");
    assert!(project.read("Jenkinsfile.neverslower").contains("[run: 'neverslower check --profile jenkins', results: 'perf-results']"));
    assert!(project.read("Jenkinsfile.neverslower").contains("startsWith('verdict=fail ')"));
    // Understood: what it lacks is no longer a matter of configuration.
    assert_ne!(project.call(&["check", "--profile", "jenkins"]).code, 2);
}

#[test]
fn what_is_to_be_filled_in_is_said() {
    let project = Project::new();
    project.write("ci/Jenkinsfile", DECLARATIVE);
    let answer = project.call(&["init", "--from-jenkins", "ci/Jenkinsfile"]).expect(0);
    answer.says("1 to fill in, marked TODO").says("note: ci/Jenkinsfile:13: fill in `error_unstable_threshold`");
    assert!(project.read("neverslower.toml").contains("# TODO error_unstable_threshold"));
}

#[test]
fn several_steps_become_several_configurations() {
    let project = Project::new();
    project.write("Jenkinsfile", SCRIPTED);
    let answer = project.call(&["init", "--from-jenkins", "Jenkinsfile"]).expect(0);
    let answer =
        answer.says("Jenkinsfile has 3 steps of the plugin").says("next: neverslower check --profile jenkins --config neverslower-3.toml");
    answer.says("`bzt` runs Taurus");
    assert!(project.read("neverslower-2.toml").contains("results = \"perf-results/step-2\""));
    let step = project.read("Jenkinsfile.neverslower");
    assert!(
        step.contains("[run: 'neverslower check --profile jenkins --config neverslower-2.toml', results: 'perf-results/step-2'],"),
        "{step}"
    );
}

#[test]
fn a_source_that_holds_no_step_is_an_error() {
    let project = Project::new();
    project.call(&["init", "--from-jenkins", "Jenkinsfile"]).expect(2).says("Jenkinsfile").says("no such file");
    project.write("Jenkinsfile", "node { sh 'make' }");
    project.call(&["init", "--from-jenkins", "Jenkinsfile"]).expect(2).says("Jenkinsfile: expected a `perfReport`");
    project.write("config.xml", "<project>\n<a></b>");
    project.call(&["init", "--from-jenkins", "config.xml"]).expect(2).says("config.xml:2: expected the XML of a Jenkins job");
    assert!(!project.exists("neverslower.toml") && !project.exists(".gitignore"));
}
