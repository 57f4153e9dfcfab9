//! Exit codes, selections, tools and commands: what `run` does beside load tests.

use crate::project::{Answer, Project};

/// A project in which the named series became four times slower than accepted.
fn slower() -> Project {
    let project = Project::with("[[suite]]\nname = \"bench\"\nbenchmark = { command = \"cat times.txt\" }\n");
    project.write(
        "times.txt",
        "BenchmarkSort 10 1000 ns/op\nBenchmarkSort 10 1010 ns/op\nBenchmarkMap 10 50.0 ns/op\nBenchmarkMap 10 50.5 ns/op\n",
    );
    project.call(&["run"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    project.write(
        "times.txt",
        "BenchmarkSort 10 4000 ns/op\nBenchmarkSort 10 4010 ns/op\nBenchmarkMap 10 50.0 ns/op\nBenchmarkMap 10 50.5 ns/op\n",
    );
    project
}

#[test]
fn a_benchmark_four_times_slower_fails_and_says_so() {
    slower().call(&["run"]).expect(1).says("BenchmarkSort p50 rose from 1 µs to 4 µs (+300%)");
}

#[test]
fn exit_codes_are_mapped_on_request_only() {
    let project = slower();
    project.call(&["run", "--exit-zero"]).expect(0);
    assert!(project.read("perf-results/verdict.txt").starts_with("verdict=fail exit=0 fail=1"));
    project.call(&["run", "--bisect"]).expect(1);
    project.write("times.txt", "");
    project.call(&["run", "--exit-zero"]).expect(4);
    project.call(&["run", "--bisect"]).expect(125);
    project.write("times.txt", "BenchmarkSort 10 1000 ns/op\nBenchmarkSort 10 1010 ns/op\n");
    project.call(&["run"]).expect(3).says("Map");
    project.call(&["run", "--unstable-exit-code", "77"]).expect(77);
    project.call(&["run", "--bisect"]).expect(125);
}

#[test]
fn a_vanished_series_is_unstable_and_a_new_one_a_note() {
    let project = slower();
    project.write("times.txt", "BenchmarkSort 10 1000 ns/op\nBenchmarkSort 10 1010 ns/op\nBenchmarkHash 10 7 ns/op\n");
    project.call(&["run"]).expect(3).says("Map");
    let outcome = project.outcome();
    assert_eq!(outcome["missing"][0]["label"], "BenchmarkMap");
    assert_eq!(outcome["new"][0]["label"], "BenchmarkHash");
}

#[test]
fn only_selected_suites_are_measured() {
    let project = Project::with(
        "[[suite]]\nname = \"a\"\ncommand = { run = \"true\", repeat = 2 }\n[[suite]]\nname = \"b\"\ncommand = { run = \"touch b-was-here\", repeat = 2 }\n",
    );
    project.call(&["run", "a"]).expect(0);
    assert!(!project.exists("b-was-here"));
    assert!(project.exists("perf-results/runs/a.run.json") && !project.exists("perf-results/runs/b.run.json"));
}

#[test]
fn a_command_suite_measures_wall_and_cpu_time_of_the_child() {
    let project = Project::with(
        "[[suite]]\nname = \"busy\"\ncommand = { run = \"sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'\", repeat = 4 }\n",
    );
    project.call(&["run"]).expect(0);
    let run: serde_json::Value = serde_json::from_str(&project.read("perf-results/runs/busy.run.json")).unwrap();
    for metric in ["time", "cpu_time"] {
        let series = run["series"]
            .as_array()
            .unwrap()
            .iter()
            .find(|series| series["metric"] == metric)
            .unwrap_or_else(|| panic!("{metric} is missing"));
        assert_eq!(series["summary"]["count"], 4);
        assert!(series["summary"]["min"].as_f64().unwrap() > 0.0, "{series}");
        assert_eq!(series["samples"].as_array().unwrap().len(), 4);
    }
}

#[test]
fn a_tool_suite_reads_what_the_tool_wrote_and_notes_what_is_older() {
    let project = Project::with(
        "[[suite]]\nname = \"tool\"\ntool = { run = \"mkdir -p out; echo 'BenchmarkNew 10 5 ns/op' > out/new.txt\", results = [\"out/*.txt\"] }\n",
    );
    project.write("out/old.txt", "BenchmarkOld 10 5 ns/op\n");
    let old = std::fs::File::options().write(true).open(project.path("out/old.txt")).unwrap();
    old.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000)).unwrap();
    project.call(&["run"]).expect(0);
    let run = project.read("perf-results/runs/tool.run.json");
    assert!(run.contains("\"BenchmarkNew\"") && !run.contains("\"BenchmarkOld\""), "{run}");
    assert!(run.contains("old.txt"), "the older file is not noted");
}

#[test]
fn the_configuration_is_found_upward_and_paths_are_relative_to_it() {
    let project = Project::with("[[suite]]\nname = \"a\"\ncommand = { run = \"true\", repeat = 2 }\n");
    project.write("deep/er/x", "");
    let answer = Answer::of(project.command(&["run"]).current_dir(project.path("deep/er")).output().unwrap());
    answer.expect(0);
    assert!(project.exists("perf-results/verdict.txt"));
}

#[test]
fn the_last_line_of_standard_error_is_the_verdict_and_data_alone_is_on_standard_output() {
    let project = slower();
    let answer = project.call(&["run", "--report", "json"]).expect(1);
    assert!(answer.stderr.lines().last().unwrap().starts_with("verdict=fail exit=1"), "{}", answer.stderr);
    let outcome: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(outcome["exit_code"], 1);
    assert!(project.call(&["run", "--quiet"]).expect(1).stdout.is_empty());
}

#[test]
fn a_broken_baseline_is_no_verdict_with_its_place() {
    let project = slower();
    let environment = std::fs::read_dir(project.path("baselines")).unwrap().next().unwrap().unwrap().file_name();
    let name = format!("baselines/{}/bench.json", environment.to_str().unwrap());
    let text = project.read(&name);
    project.write(&name, text.replacen("{\n", "{\n<<<<<<< ours\n", 1));
    project.call(&["run"]).expect(4).says("bench.json:2");
}

/// `results` may be any directory, and then not all in it is ours.
#[test]
fn only_our_own_files_are_cleared_from_the_results_directory() {
    let project = Project::with("[gate]\nresults = \".\"\n[[suite]]\nname = \"a\"\ncommand = { run = \"true\", repeat = 2 }\n");
    let theirs = ["logs/mine.log", "criterion/a/new.json", "runs/notes.txt", "junit/report.xml", "my-outcome.json"];
    theirs.iter().for_each(|name| project.write(name, "precious"));
    for ours in ["runs/b.run.json", "junit/TEST-b.xml", "jtl/b.jtl", "logs/b.command.log"] {
        project.write(ours, "stale");
    }
    project.call(&["run"]).expect(0);
    assert!(theirs.iter().all(|name| project.read(name) == "precious"));
    assert!(!project.exists("runs/b.run.json") && !project.exists("junit/TEST-b.xml") && !project.exists("jtl"));
    assert!(!project.exists("logs/b.command.log") && project.exists("runs/a.run.json"));
}
