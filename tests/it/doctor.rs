//! `doctor` as a user meets it: what it prints, how it ends, what it writes and what it leaves alone.

use super::project::Project;
use std::fs;
use std::path::Path;

const COMMAND: &str = "[[suite]]\nname = \"cli\"\ncommand = { run = \"true\", repeat = 5 }\n";

/// Every file below a folder, by its path, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry.display().to_string()) }
    }
    found.sort();
    found
}

#[test]
fn it_prints_what_it_found_and_keeps_it_for_run() {
    let project = Project::with(COMMAND);
    let before = files(&project.path("."));
    let answer = project.call(&["doctor", "--duration", "1s"]);
    assert!([0, 3].contains(&answer.code), "{}\n{}", answer.code, answer.stderr);
    for heading in ["Processor", "What else runs here", "Clock, sockets, counters", "Steadiness, measured for", "What this means for you"] {
        assert!(answer.stdout.contains(heading), "{heading:?} is missing:\n{}", answer.stdout);
    }
    let word = if answer.code == 0 { "PASS: nothing here makes numbers noisy" } else { "UNSTABLE: " };
    assert!(answer.stdout.starts_with(word), "{}", answer.stdout);
    assert!(answer.stdout.lines().all(|line| line.chars().count() <= 80), "{}", answer.stdout);
    assert!(answer.stdout.contains("young baseline"), "{}", answer.stdout);
    assert_eq!(answer.stdout.contains("! noisy"), answer.code == 3);
    let after: Vec<String> = files(&project.path(".")).into_iter().filter(|file| !before.contains(file)).collect();
    assert!(matches!(after.as_slice(), [kept] if kept.ends_with("perf-results/doctor.json")), "{after:?}");
    // `run` clears what an earlier run left, and a checkup is not that.
    assert_eq!(project.call(&["run"]).code, 0);
    assert!(project.exists("perf-results/doctor.json"));
}

#[test]
fn json_is_data_and_outside_a_project_nothing_is_written() {
    let project = Project::new();
    let before = files(&project.path("."));
    let answer = project.call(&["doctor", "-z", "1s", "--report", "json"]);
    let found: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {}", answer.stdout));
    assert_eq!(found["schema"], "neverslower.checkup.v1");
    assert_eq!(found["exit_code"], answer.code);
    assert_eq!(found["verdict"], if answer.code == 0 { "pass" } else { "unstable" });
    assert!(found["jitter"]["wall"]["p50_ns"].as_u64().is_some_and(|ns| ns > 0), "{}", answer.stdout);
    assert!(found["jitter"]["batches"].as_u64().is_some_and(|batches| batches >= 16), "{}", answer.stdout);
    assert!(found.get("prior").is_none(), "{}", answer.stdout);
    assert!(found["facts"].as_object().unwrap().values().all(|fact| !fact.is_null()), "absent is absent: {}", answer.stdout);
    assert_eq!(files(&project.path(".")), before);
}

#[test]
fn exit_zero_holds_here_too_and_mistakes_are_usage_errors() {
    let project = Project::new();
    assert_eq!(project.call(&["doctor", "-z", "1s", "--exit-zero"]).code, 0);
    for (arguments, part) in [
        (["doctor", "--duration", "1ms"], "--duration: expected a time between 1s and 600s, found 1ms"),
        (["doctor", "--duration", "5"], "expected a unit"),
        (["doctor", "--report", "junit"], "text or json"),
    ] {
        let answer = project.call(&arguments);
        assert_eq!(answer.code, 2, "{}", answer.stderr);
        assert!(answer.stderr.contains(part), "{part:?} is missing: {}", answer.stderr);
    }
}

/// The prior of a young baseline comes from the checkup of this environment, and the finding says so.
#[test]
fn run_judges_a_young_baseline_by_what_doctor_measured() {
    let results = |ns: u64| format!("goos: linux\ngoarch: amd64\npkg: shop\nBenchmarkSort 1000 {ns} ns/op\nPASS\nok shop 1s\n");
    let gate = "[gate]\nenvironment = \"lab\"\n\n[[suite]]\nname = \"shop\"\nresults = [\"*.txt\"]\nenvironment = \"lab\"\n";
    let project = Project::with(gate);
    let checked = |ns: u64| {
        project.write("bench.txt", results(ns));
        project.call(&["check", "bench.txt"])
    };
    assert_eq!(checked(1000).code, 0);
    assert_eq!(project.call(&["accept", "--yes"]).code, 0);
    let stated = checked(2000);
    assert_eq!(stated.code, 1, "{}", stated.stdout);
    assert!(stated.stderr.contains("taken as 10%") || stated.stdout.contains("taken as 10%"), "{}{}", stated.stdout, stated.stderr);
    assert_eq!(project.call(&["doctor", "-z", "1s", "--exit-zero"]).code, 0);
    let mut kept: serde_json::Value = serde_json::from_str(&project.read("perf-results/doctor.json")).unwrap();
    assert_eq!(kept["environment"], "lab");
    // What it would be on a machine as loud as that.
    kept["jitter"]["wall"]["between"] = 0.3.into();
    project.write("perf-results/doctor.json", kept.to_string());
    let loud = checked(2000);
    let told = format!("{}{}", loud.stdout, loud.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(loud.code, 3, "{told}");
    assert!(told.contains("the noise between runs is 30%, measured by doctor on this machine"), "{told}");
}
