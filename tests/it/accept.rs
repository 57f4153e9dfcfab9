//! `accept`: the only writer of baselines.

use crate::project::{Project, component};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

fn measured() -> Project {
    let project = Project::with(
        "[gate]\nenvironment = \"here\"\nkeep_runs = 3\n[[suite]]\nname = \"bench\"\nbenchmark = { command = \"cat times.txt\" }\n",
    );
    project.write("times.txt", "BenchmarkSort 10 1234.5678 ns/op\t16 B/op\t2 allocs/op\n");
    project.call(&["run"]).expect(0);
    project
}

/// When the entries of every series were recorded.
fn entries(project: &Project) -> Vec<Vec<String>> {
    let baseline: serde_json::Value = serde_json::from_str(&project.read("baselines/here/bench.json")).unwrap();
    let of = |series: &serde_json::Value| {
        series["entries"].as_array().unwrap().iter().map(|entry| entry["recorded"].as_str().unwrap().to_string()).collect()
    };
    baseline["series"].as_array().unwrap().iter().map(of).collect()
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
    assert!(answer.stderr.contains("+p50 1.2 µs  -2.83% better\n"), "{}", answer.stderr);
    assert!(!answer.stderr.contains("bytes:"), "only what changes is shown: {}", answer.stderr);
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
    assert!(entries(&project).iter().all(|times| times.len() == 3));
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
    for times in entries(&project) {
        assert!(times.len() == 2 && times[0] > times[1], "newest first: {times:?}");
    }
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
    assert!(project.read("baselines/here/bench.json").contains("\"reason\":\"new cipher\""));
    project.call(&["run"]).says("accepted although worse: new cipher (BenchmarkSort time)");
    assert_eq!(project.outcome()["suites"][0]["baseline"]["reasons"][0], "new cipher (BenchmarkSort time)");
}

/// Two series that both became slower, and a baseline to compare them with.
fn slower() -> Project {
    let project = measured();
    project.write("times.txt", "BenchmarkMap 10 50 ns/op\nBenchmarkSort 10 1000 ns/op\nBenchmarkTrim 10 70 ns/op\n");
    project.call(&["run"]);
    project.call(&["accept", "--yes"]).expect(0);
    project.write("times.txt", "BenchmarkMap 10 52 ns/op\nBenchmarkSort 10 1040 ns/op\nBenchmarkTrim 10 70 ns/op\n");
    project.call(&["run"]);
    project
}

/// What of the three series was accepted, by the number of their runs.
fn counts(project: &Project) -> Vec<usize> {
    entries(project).iter().map(Vec::len).collect()
}

#[test]
fn series_are_chosen_without_a_terminal() {
    let project = slower();
    project.call(&["accept", "--yes", "--series", "*Nothing"]).expect(2).says("matches no series");
    project.call(&["accept", "--yes", "--series", "*Map", "--series", "*Trim time"]).expect(0).says("BenchmarkMap time: worse");
    assert_eq!(counts(&project), [2, 1, 2]);
    // What was refused of one series is no hindrance to the others.
    project.write("times.txt", "BenchmarkMap 10 900 ns/op\nBenchmarkSort 10 1000 ns/op\nBenchmarkTrim 10 70 ns/op\n");
    project.call(&["run"]).expect(1);
    project.call(&["accept", "--yes"]).expect(4).says("BenchmarkMap").says("--allow-slower");
    project.call(&["accept", "--yes", "--series", "*Trim"]).expect(0);
    assert_eq!(counts(&project), [2, 1, 3]);
}

#[test]
fn a_pinned_run_is_kept_and_shown() {
    let project = slower();
    project.call(&["accept", "--yes", "--pin"]).expect(0);
    for _ in 0..4 {
        project.call(&["run"]);
        project.call(&["accept", "--yes"]).expect(0).says("pinned: ");
    }
    assert_eq!(counts(&project), [4, 4, 4], "three runs and the pinned one");
    assert_eq!(project.read("baselines/here/bench.json").matches("\"pin\":\"only\"").count(), 3);
}

/// Ten accepted runs, then one of another level that is accepted too: it alone is the bar from then on.
fn moved(from: u64, to: u64, accept: &[&str]) -> Project {
    let project = Project::with(
        "[gate]\nenvironment = \"here\"\n[[suite]]\nname = \"bench\"\nbenchmark = { command = \"cat times.txt\" }\n[[threshold]]\nfail = \"+10%\"\n",
    );
    for time in 0..10 {
        project.write("times.txt", format!("BenchmarkSort 10 {} ns/op\n", from + time % 3));
        project.call(&["run"]);
        project.call(&["accept", "--yes"]).expect(0);
    }
    project.write("times.txt", format!("BenchmarkSort 10 {to} ns/op\n"));
    project.call(&["run"]);
    project.call(&[&["accept", "--yes"], accept].concat()).expect(0).says("a new level");
    project
}

#[test]
fn an_accepted_improvement_is_held() {
    let project = moved(2000, 1000, &[]);
    project.write("times.txt", "BenchmarkSort 10 2000 ns/op\n");
    project.call(&["run"]).expect(1).says("rose from 1 µs to 2 µs (+100%)").says("this is beyond it");
}

#[test]
fn an_accepted_slowdown_is_not_red_again_and_blinds_nobody() {
    let project = moved(1000, 2000, &["--allow-slower", "bigger input"]);
    project.call(&["run"]).expect(3).says("stayed at 2 µs").says("a change of +67.6% would have failed").says("bigger input");
    for time in 0..7 {
        project.write("times.txt", format!("BenchmarkSort 10 {} ns/op\n", 2000 + time % 3));
        project.call(&["run"]);
        project.call(&["accept", "--yes"]).expect(0);
    }
    project.call(&["run"]).expect(0);
    project.write("times.txt", "BenchmarkSort 10 2300 ns/op\n");
    project.call(&["run"]).expect(1).says("rose from 2 µs to 2.3 µs (+15%)").says("8 accepted runs");
}

/// Of thresholds that need no baseline too.
#[test]
fn runs_over_an_absolute_limit_are_refused() {
    let project = Project::with(
        "[gate]\nenvironment = \"here\"\n[[suite]]\nname = \"bench\"\nbenchmark = { command = \"cat times.txt\" }\n[[threshold]]\nfail = \"1us\"\n",
    );
    project.write("times.txt", "BenchmarkSort 10 9000 ns/op\n".repeat(12));
    project.call(&["run"]).expect(1);
    project.call(&["accept", "--yes"]).expect(4).says("refused").says("--allow-slower");
    assert!(!project.exists("baselines"));
    project.call(&["accept", "--yes", "--allow-slower", "it is what it is"]).expect(0);
}

/// The program on a terminal of its own (`script`), given these keys, each after another question; `None` without such a tool.
fn typed(project: &Project, keys: &[&str]) -> Option<(i32, String)> {
    component("script")?;
    let call = format!("{} --color always accept", env!("CARGO_BIN_EXE_neverslower"));
    let mut script = Command::new("script");
    script.args(["-qec", &call, "/dev/null"]).current_dir(project.path("")).stdin(Stdio::piped()).stdout(Stdio::piped());
    project.command(&[]).get_envs().for_each(|(name, _)| {
        script.env_remove(name);
    });
    let mut child = script.spawn().unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut said, mut byte) = (Vec::new(), [0]);
    for (index, key) in keys.iter().enumerate() {
        while String::from_utf8_lossy(&said).matches("change nothing?").count() <= index && output.read(&mut byte).unwrap() == 1 {
            said.push(byte[0]);
        }
        input.write_all(key.as_bytes()).unwrap();
    }
    output.read_to_end(&mut said).unwrap();
    Some((child.wait().unwrap().code().unwrap(), String::from_utf8_lossy(&said).into_owned()))
}

/// What the keys make of the runs of Map (worse), Sort (worse) and Trim (the same).
#[track_caller]
fn check_keys(keys: &[&str], code: i32, expected: &[usize]) {
    let project = slower();
    if let Some((found, said)) = typed(&project, keys) {
        assert_eq!((found, counts(&project).as_slice()), (code, expected), "{said}");
        assert!(said.contains("\u{1b}[31m  +p50 52 ns  +4% worse\u{1b}[0m"), "{said}");
    }
}

#[test]
fn a_person_reviews_series_by_series() {
    check_keys(&["a\n", "a\n"], 0, &[2, 2, 2]);
    check_keys(&["a\n", "s\n"], 0, &[2, 1, 2]);
    check_keys(&["s\n", "a\n"], 0, &[1, 2, 2]);
    check_keys(&["what\n", "A\n"], 0, &[2, 2, 2]);
    check_keys(&["a\n", "S\n"], 0, &[2, 1, 2]);
}

#[test]
fn who_leaves_the_review_changes_nothing() {
    let nothing = [1, 1, 1];
    check_keys(&["a\n", "q\n"], 4, &nothing);
    check_keys(&["s\n", "s\n"], 4, &nothing);
    // The end of the input, and Ctrl-C, as the terminal sends them.
    check_keys(&["a\n", "\u{4}"], 4, &nothing);
    check_keys(&["a\n", "\u{3}"], 130, &nothing);
}
