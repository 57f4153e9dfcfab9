//! Measuring more than once: `run --repeat N` and `run --confirm N`.

use crate::project::{Answer, Project, example};

/// A suite whose every measurement reads the next of the given times (ns), and the last one from then on; `x` fails.
fn project(gate: &str, times: &str) -> Project {
    let project = Project::with(&format!("[gate]\n{gate}\n[[suite]]\nname = \"bench\"\nbenchmark = {{ command = \"sh bench.sh\" }}\n"));
    script(&project, times);
    project
}

fn script(project: &Project, times: &str) {
    project.write("count", "0");
    let script = "set -- TIMES; n=$(cat count); echo $((n + 1)) > count; while [ $n -gt 0 ] && [ $# -gt 1 ]; do shift; n=$((n - 1)); done\n\
                  [ \"$1\" = x ] && exit 7\nfor i in 1 2 3 4 5 6 7 8 9 10; do echo BenchmarkSort 10 $(($1 + i % 3)) ns/op; done\n";
    project.write("bench.sh", script.replace("TIMES", times));
}

fn run(project: &Project, name: &str) -> serde_json::Value {
    serde_json::from_str(&project.read(&format!("perf-results/runs/{name}.run.json"))).unwrap()
}

#[test]
fn repetitions_are_judged_as_one_run_and_kept_one_by_one() {
    let project = project("", "1000 2000 3000");
    project.call(&["run", "--repeat", "3"]).expect(0);
    let whole = run(&project, "bench");
    assert_eq!(whole["series"][0]["summary"]["count"], 30);
    let sessions: Vec<_> = (1..=3).map(|time| run(&project, &format!("bench/{time}"))["session"].clone()).collect();
    assert!(sessions[0].is_string() && sessions.iter().all(|session| *session == whole["session"]), "{sessions:?}");
    assert_eq!(run(&project, "bench/2")["series"][0]["summary"]["min"], 2000.0);
    // The next run, of one measurement, leaves nothing of them.
    project.call(&["run"]).expect(0);
    assert!(!project.exists("perf-results/runs/bench"));
}

#[test]
fn each_repetition_is_accepted() {
    let project = project("environment = \"here\"", "1000 1001 1002");
    project.call(&["run", "--repeat", "3"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    let baseline: serde_json::Value = serde_json::from_str(&project.read("baselines/here/bench.json")).unwrap();
    let counts: Vec<_> = baseline["series"][0]["entries"].as_array().unwrap().iter().map(|run| run["summary"]["count"].clone()).collect();
    assert_eq!(counts, [10, 10, 10]);
}

#[test]
fn a_repetition_that_breaks_leaves_no_verdict() {
    let project = project("repeat = 3", "1000 x");
    project.call(&["run"]).expect(4).says("measurement 2 of 3: ");
    assert!(project.exists("perf-results/runs/bench/1.run.json") && !project.exists("perf-results/runs/bench.run.json"));
    // What is left of a session is no run that others can be compared with.
    project.call(&["accept", "--yes"]).expect(4).says("the run is cut or was interrupted");
    assert!(!project.exists("baselines"));
}

/// What a confirmed run says and leaves: accepted at 1 µs, then measured as given.
fn confirm(times: &str, code: i32, words: &str) -> Project {
    let project = project("confirm = 2", "1000");
    project.call(&["run"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    script(&project, times);
    project.call(&["run"]).expect(code).says(words);
    project
}

#[test]
fn a_failure_that_repeats_stays_one() {
    let project = confirm("4000", 1, "failed in 3 of 3 measurements");
    let confirmation = &project.outcome()["findings"][0]["confirmation"];
    assert_eq!((&confirmation["measured"], &confirmation["failed"]), (&3.into(), &3.into()));
    for report in ["perf-results/report.md", "perf-results/junit/TEST-bench.xml"] {
        assert!(project.read(report).contains("failed in 3 of 3"), "{report}");
    }
    assert_eq!(run(&project, "bench")["series"][0]["summary"]["min"], 4000.0);
    assert!(project.exists("perf-results/runs/bench/confirm-1.run.json") && project.exists("perf-results/runs/bench/confirm-2.run.json"));
    // What confirms is not what is accepted.
    project.call(&["accept", "--yes", "--allow-slower", "meant"]).expect(0);
    let name = std::fs::read_dir(project.path("baselines")).unwrap().next().unwrap().unwrap().file_name();
    let baseline: serde_json::Value = serde_json::from_str(&project.read(&format!("baselines/{}/bench.json", name.display()))).unwrap();
    assert_eq!(baseline["series"][0]["entries"].as_array().unwrap().len(), 2);
}

#[test]
fn a_failure_that_does_not_repeat_is_unstable_and_never_a_pass() {
    let project = confirm("4000 1000", 3, "failed in 1 of 2 measurements");
    // The second measurement settled it: there is no third.
    assert!(!project.exists("perf-results/runs/bench/confirm-2.run.json"));
    assert_eq!(run(&project, "bench")["series"][0]["summary"]["min"], 4000.0);
}

#[test]
fn measurements_that_break_do_not_clear_a_failure() {
    confirm("4000 x", 1, "failed in 1 of 1 measurement").call(&["run"]);
}

#[test]
fn what_does_not_fail_is_measured_once() {
    assert_eq!(confirm("1000", 0, "PASS").read("count").trim(), "1");
}

#[test]
fn without_confirmation_a_failure_is_red_at_once() {
    let project = project("", "1000 1000 4000");
    project.call(&["run"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    project.call(&["run"]).expect(0);
    project.call(&["run"]).expect(1);
    assert!(!project.read("perf-results/outcome.json").contains("confirmation"));
    project.call(&["run", "--confirm", "1", "--repeat", "2"]).expect(1).says("failed in 2 of 2 measurements");
    assert_eq!(run(&project, "bench/confirm-1")["series"][0]["summary"]["count"], 20);
}

/// The rows of all measurements are in the JTL of a load suite; those that only confirm are not.
#[test]
fn a_load_test_is_repeated_into_one_jtl() {
    let server = example("hello");
    let project = Project::with(&format!(
        "[[suite]]\nname = \"hello\"\nserver = {{ command = \"exec '{server}' --port {{port}}\", ready = \"http://127.0.0.1:{{port}}/\" }}\n\
         load = {{ targets = [\"GET http://127.0.0.1:{{port}}/\"], requests = 50, connections = 2 }}\n\
         [[threshold]]\nstatistic = \"p50\"\nmetric = \"latency\"\nfail = \"1ns\"\n"
    ));
    project.call(&["run", "--repeat", "2", "--confirm", "1"]).expect(1).says("failed in 2 of 2 measurements");
    assert_eq!(project.read("perf-results/jtl/hello.jtl").lines().count(), 101);
    let whole = run(&project, "hello");
    let series = |metric: &str| whole["series"].as_array().unwrap().iter().find(|one| one["metric"] == metric).unwrap().clone();
    assert_eq!((&series("latency")["summary"]["count"], &series("peak_memory")["summary"]["count"]), (&100.into(), &2.into()));
    assert_eq!(whole["load"]["planned"], 100);
}

/// An interrupted second measurement clears nothing either.
#[cfg(unix)]
#[test]
fn a_failure_whose_confirmation_is_interrupted_stays_one() {
    use rustix::process::{Pid, Signal, kill_process};
    let project = project("confirm = 1", "1000");
    project.call(&["run"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    script(&project, "4000");
    project.write("bench.sh", format!("[ -e once ] && touch twice && sleep 60; touch once\n{}", project.read("bench.sh")));
    let child = project.command(&["run"]).stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    for _ in 0..400 {
        if project.exists("twice") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
    Answer::of(child.wait_with_output().unwrap()).expect(143).says("failed in 1 of 1 measurement").says("measured again without a verdict");
    assert!(project.read("perf-results/verdict.txt").starts_with("verdict=fail exit=143"));
}

#[test]
fn criterion_is_measured_again_into_a_fresh_directory() {
    let write = "mkdir -p $CRITERION_HOME/x/new; echo '{\\\"full_id\\\":\\\"x\\\"}' > $CRITERION_HOME/x/new/benchmark.json; \
                 echo '{\\\"iters\\\":[1,1],\\\"times\\\":[5,6]}' > $CRITERION_HOME/x/new/sample.json";
    let project = Project::with(&format!("[[suite]]\nname = \"bench\"\nbenchmark = {{ command = \"{write}\", format = \"criterion\" }}\n"));
    project.call(&["run", "--repeat", "2"]).expect(0);
    assert_eq!(run(&project, "bench")["series"][0]["summary"]["count"], 4);
}
