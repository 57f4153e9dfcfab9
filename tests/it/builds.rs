//! Earlier builds as the baseline: `previous` and `build:N`.

use crate::project::{Answer, Project};

/// What the suite measures from now on; enough values to judge two runs.
fn bench(project: &Project, ns: u64) {
    let lines: String = (0..20).map(|n| format!("BenchmarkSort 10 {} ns/op\n", ns + n % 5)).collect();
    project.write("times.txt", lines);
}

fn project(gate: &str) -> Project {
    let project = Project::with(&format!("[gate]\n{gate}\n[[suite]]\nname = \"bench\"\nbenchmark = {{ command = \"cat times.txt\" }}\n"));
    bench(&project, 1000);
    project
}

/// A run as build `number`.
fn build(project: &Project, number: u64, more: &[&str]) -> Answer {
    let number = number.to_string();
    project.call(&[&["run", "--build-number", &number], more].concat())
}

#[test]
fn a_build_is_compared_with_the_last_one_that_passed() {
    let project = project("baseline = \"previous\"");
    build(&project, 1, &[]).expect(0).says("nothing compared yet").says("run --build-number 2");
    build(&project, 2, &[]).expect(0).says("Baseline: build 1 of ");
    assert_eq!(project.read("builds/2/verdict.txt"), project.read("perf-results/verdict.txt"));
    assert!(project.exists("builds/2/runs/bench.run.json"));
    bench(&project, 4000);
    build(&project, 3, &[]).expect(1).says("BenchmarkSort p50 rose from 1 µs to 4 µs").says("Baseline: build 2");
    let outcome = project.outcome();
    assert_eq!((&outcome["suites"][0]["baseline"]["kind"], &outcome["suites"][0]["baseline"]["build"]), (&"build".into(), &2.into()));
    for report in ["perf-results/report.md", "perf-results/junit/TEST-bench.xml"] {
        assert!(project.read(report).contains("build 2 of "), "{report}");
    }
    // The failed build is no bar for the next one.
    build(&project, 4, &[]).expect(1).says("Baseline: build 2");
    bench(&project, 1000);
    build(&project, 5, &[]).expect(0).says("Baseline: build 2");
}

#[test]
fn the_same_build_again_is_not_compared_with_itself() {
    let project = project("baseline = \"previous\"");
    build(&project, 7, &[]).expect(0);
    bench(&project, 4000);
    build(&project, 7, &[]).expect(0).says("nothing compared yet").says("found 7 (pass)");
    build(&project, 8, &[]).expect(0).says("Baseline: build 7");
}

#[test]
fn a_named_build_is_compared_with_whatever_its_verdict() {
    let project = project("");
    for number in [1, 2] {
        build(&project, number, &["--baseline", "previous"]).expect(0);
    }
    bench(&project, 4000);
    build(&project, 3, &["--baseline", "build:1"]).expect(1).says("Baseline: build 1");
    build(&project, 4, &["--baseline", "build:3"]).expect(0).says("Baseline: build 3");
    build(&project, 4, &["--baseline", "build:9"])
        .expect(4)
        .says("builds: expected build 9, found no such build;")
        .says("3 (fail), 2 (pass)");
    build(&project, 5, &["--baseline", "build:5"]).expect(4).says("expected build 5 to be an earlier one");
}

#[test]
fn a_named_build_that_is_nowhere_is_no_first_use() {
    project("baseline = \"build:3\"").call(&["run"]).expect(4).says("expected build 3, found no such build").says("none");
}

#[test]
fn a_required_baseline_is_required_of_builds_too() {
    let project = project("baseline = \"previous\"\nrequire_baseline = true");
    build(&project, 1, &[]).expect(4).says("a baseline is required").says("found none");
    build(&project, 2, &[]).expect(4).says("found 1 (no-verdict)");
}

#[test]
fn builds_of_another_environment_judge_no_times() {
    let project = project("baseline = \"previous\"\nunknown_environment = \"unstable\"");
    build(&project, 1, &["--environment", "there"]).expect(0);
    build(&project, 2, &["--environment", "here"]).expect(3).says("times were not compared").says("there");
    build(&project, 3, &["--environment", "there"]).expect(0).says("Baseline: build 1");
    // On a workstation it passes, with the same words.
    project.call(&["run", "--environment", "mine"]).expect(3);
    let config = project.read("neverslower.toml").replace("\"unstable\"", "\"auto\"");
    project.write("neverslower.toml", config);
    project.call(&["run", "--environment", "mine"]).expect(0).says("times were not compared").says("known: there");
}

#[test]
fn a_damaged_build_is_no_verdict_with_its_place() {
    let project = project("baseline = \"previous\"");
    build(&project, 1, &[]).expect(0);
    project.write("builds/1/build.json", "{ cut");
    build(&project, 2, &[]).expect(4).says("builds/1/build.json:1:").says("delete the folder of that build");
}

/// Without a builds directory nothing is kept unless a baseline asks for it; with one, every numbered build is.
#[test]
fn builds_are_kept_where_somebody_wants_them() {
    let project = project("");
    build(&project, 1, &[]).expect(0);
    assert!(!project.exists("builds"));
    std::fs::create_dir(project.path("builds")).unwrap();
    project.call(&["run"]).expect(0);
    project.call_with(&["run"], &[("JENKINS_URL", "u"), ("BUILD_ID", "12"), ("BUILD_NUMBER", "12")]).expect(0);
    project.write("a.jtl", "timeStamp,elapsed,label,responseCode,success,bytes\n1700000000000,5,home,200,true,10\n");
    project.call(&["check", "a.jtl", "--build-number", "13"]).expect(0);
    project.call(&["run", "--builds", "kept", "--build-number", "14", "--baseline", "previous"]).expect(0);
    let mut names: Vec<_> = std::fs::read_dir(project.path("builds")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["12", "13"]);
    assert!(project.exists("builds/13/runs/a.run.json") && project.exists("kept/14/runs/bench.run.json"));
}

#[test]
fn only_the_newest_builds_are_kept() {
    let project = project("baseline = \"previous\"\nkeep_builds = 2");
    for number in 1..=4 {
        build(&project, number, &[]).expect(0);
    }
    assert!(!project.exists("builds/2") && project.exists("builds/3") && project.exists("builds/4"));
}

#[test]
fn a_build_that_cannot_be_kept_is_no_pass() {
    let project = project("baseline = \"previous\"");
    project.write("builds/5/build.xml", "of somebody else");
    build(&project, 5, &[]).expect(4).says("a folder of somebody else");
    assert_eq!(project.read("builds/5/build.xml"), "of somebody else");
    assert!(project.read("perf-results/verdict.txt").starts_with("verdict=no-verdict exit=4"));
}

/// An interrupted build is marked, and no later one is compared with it.
#[cfg(unix)]
#[test]
fn an_interrupted_build_is_no_bar() {
    use rustix::process::{Pid, Signal, kill_process};
    let project =
        Project::with("[gate]\nbaseline = \"previous\"\n[[suite]]\nname = \"slow\"\ncommand = { run = \"sh slow.sh\", repeat = 4 }\n");
    project.write("slow.sh", "touch begun; sleep 60");
    let child = project.command(&["run", "--build-number", "1"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    for _ in 0..400 {
        if project.exists("begun") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
    Answer::of(child.wait_with_output().unwrap()).expect(143);
    assert!(project.read("builds/1/build.json").contains("\"aborted\": true"));
    project.write("slow.sh", "true");
    build(&project, 2, &[]).expect(0).says("nothing compared yet").says("1 (interrupted)");
    build(&project, 3, &["--baseline", "build:1"]).expect(4).says("found that it was interrupted");
}
