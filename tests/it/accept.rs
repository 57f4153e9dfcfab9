//! `accept`: the only writer of baselines.

use crate::project::Project;

fn measured() -> Project {
    let project = Project::with(
        "[gate]\nenvironment = \"here\"\nkeep_runs = 3\n[[suite]]\nname = \"bench\"\nbenchmark = { command = \"cat times.txt\" }\n",
    );
    project.write("times.txt", "BenchmarkSort 10 1234.5678 ns/op\t16 B/op\t2 allocs/op\n");
    project.call(&["run"]).expect(0);
    project
}

#[test]
fn nothing_is_written_before_somebody_says_yes() {
    let project = measured();
    project.call(&["accept"]).expect(2).says("+").says("--yes");
    assert!(!project.exists("baselines"));
}

#[test]
fn in_ci_it_refuses_without_yes() {
    let project = measured();
    project.call_with(&["accept"], &[("CI", "true")]).expect(2).says("--yes");
    project.call_with(&["accept", "--yes"], &[("CI", "true")]).expect(0);
    assert!(project.exists("baselines/here/bench.json"));
}

#[test]
fn the_diff_names_what_changes() {
    let project = measured();
    project.call(&["accept", "--yes"]).expect(0).says("baselines/here/bench.json").says("+");
    project.write("times.txt", "BenchmarkSort 10 1200 ns/op\t16 B/op\t2 allocs/op\n");
    project.call(&["run"]);
    let answer = project.call(&["accept", "--yes"]).expect(0);
    assert!(answer.stderr.lines().any(|line| line.starts_with('+') && line.contains("1.2 µs")), "{}", answer.stderr);
}

#[test]
fn times_are_rounded_counts_are_exact_and_the_text_is_stable() {
    let project = measured();
    project.call(&["accept", "--yes"]).expect(0);
    let text = project.read("baselines/here/bench.json");
    assert!(text.contains("1235") && !text.contains("1234.5678"), "times keep 4 significant digits:\n{text}");
    assert!(text.ends_with("}\n"));
    project.call(&["accept", "--yes"]).expect(0).says("nothing to change");
    assert_eq!(project.read("baselines/here/bench.json"), text, "accepting the same run twice changes the file");
}

#[test]
fn only_the_last_runs_are_kept() {
    let project = measured();
    for _ in 0..5 {
        project.call(&["run"]);
        project.call(&["accept", "--yes"]).expect(0);
    }
    let baseline: serde_json::Value = serde_json::from_str(&project.read("baselines/here/bench.json")).unwrap();
    assert_eq!(baseline["runs"].as_array().unwrap().len(), 3);
}

#[test]
fn nothing_to_accept_is_said() {
    let project = Project::with("[[suite]]\nname = \"a\"\ncommand = { run = \"true\" }\n");
    project.call(&["accept", "--yes"]).expect(4).says("neverslower run");
}

#[test]
fn runs_of_a_ci_artifact_are_accepted_from_where_they_lie() {
    let project = measured();
    std::fs::rename(project.path("perf-results"), project.path("artifact")).unwrap();
    project.call(&["accept", "--yes", "--from", "artifact"]).expect(0);
    assert!(project.exists("baselines/here/bench.json"));
}

/// What cannot be judged cannot be known to be free of errors.
#[test]
fn nothing_is_accepted_while_the_baseline_that_was_named_cannot_be_read() {
    let project = measured();
    project
        .call(&["accept", "--yes", "--baseline", "nowhere.json"])
        .expect(4)
        .says("nowhere.json: expected a baseline, found no such file");
    assert!(!project.exists("baselines"));
}

#[test]
fn runs_of_one_suite_from_several_jobs_are_accepted_together() {
    let project = measured();
    std::fs::rename(project.path("perf-results"), project.path("job[1]")).unwrap();
    project.call(&["run"]).expect(0);
    std::fs::rename(project.path("perf-results"), project.path("job[2]")).unwrap();
    project.call(&["accept", "--yes", "--from", "job[2]", "job[1]"]).expect(0);
    let baseline: serde_json::Value = serde_json::from_str(&project.read("baselines/here/bench.json")).unwrap();
    let times: Vec<_> = baseline["runs"].as_array().unwrap().iter().map(|run| run["recorded"].as_str().unwrap()).collect();
    assert!(times.len() == 2 && times[0] > times[1], "newest first: {times:?}");
}

#[test]
fn a_baseline_copied_from_elsewhere_judges_nobody() {
    let project = measured();
    project.call(&["accept", "--yes"]).expect(0);
    let text = project.read("baselines/here/bench.json");
    project.write("baselines/here/bench.json", text.replace("\"suite\": \"bench\"", "\"suite\": \"other\""));
    project.call(&["run"]).expect(4).says("bench.json:").says("found \"other\"");
    project.call(&["accept", "--yes"]).expect(4);
    project.write("baselines/here/bench.json", text.replace("\"key\": \"here\"", "\"key\": \"there\""));
    project.call(&["run"]).expect(4).says("found \"there\"");
}

/// Accepting the same run again, without its reason, does not forget it.
#[test]
fn the_reason_of_an_accepted_run_is_kept() {
    let project = measured();
    project.call(&["accept", "--yes"]).expect(0);
    project.write("times.txt", "BenchmarkSort 10 9000 ns/op\t16 B/op\t2 allocs/op\n");
    project.call(&["run"]).expect(1);
    project.call(&["accept", "--yes", "--allow-slower", "new cipher"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0).says("nothing to change");
    assert!(project.read("baselines/here/bench.json").contains("\"reason\": \"new cipher\""));
}
