//! Ctrl-C and SIGTERM: what was measured is kept and marked, nothing is left running.
#![cfg(unix)]

use crate::project::{Answer, Project, example};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

/// Starts a load run, signals it in the middle, and checks what is left.
fn check(signal: Signal, code: i32) {
    let server = example("hello");
    let project = Project::with(&format!(
        "[[suite]]\nname = \"hello\"\nserver = {{ command = \"echo $$ > pid; exec '{server}' --port {{port}}\", ready = \"http://127.0.0.1:{{port}}/\" }}\nload = {{ targets = [\"GET http://127.0.0.1:{{port}}/\"], rate = 100, connections = 4, duration = \"60s\" }}\n"
    ));
    let child = project.command(&["run"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = || std::fs::read_to_string(project.path("perf-results/logs/hello.server.log")).is_ok() && project.exists("pid");
    for _ in 0..400 {
        if started() {
            break;
        }
        sleep(Duration::from_millis(25));
    }
    sleep(Duration::from_millis(1500));
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
    Answer::of(child.wait_with_output().unwrap()).expect(code);
    let run: serde_json::Value = serde_json::from_str(&project.read("perf-results/runs/hello.run.json")).unwrap();
    assert_eq!(run["partial"], true);
    assert!(run["series"][0]["summary"]["count"].as_u64().unwrap() > 0, "what was measured is not kept");
    assert!(project.read("perf-results/verdict.txt").contains(&format!("exit={code}")));
    let server = Pid::from_raw(project.read("pid").trim().parse().unwrap()).unwrap();
    assert!(test_kill_process(server).is_err(), "the server still runs");
}

#[test]
fn ctrl_c_keeps_what_was_measured_and_stops_the_server() {
    check(Signal::INT, 130);
}

#[test]
fn sigterm_keeps_what_was_measured_and_stops_the_server() {
    check(Signal::TERM, 143);
}

#[test]
fn a_closed_terminal_keeps_what_was_measured_and_stops_the_server() {
    // The program inherits what the tests ignore: who called them by `nohup` means it to go on.
    if neverslower::machine::ignores_signal(Signal::HUP.as_raw()) {
        eprintln!("skipped: SIGHUP is ignored here, as under nohup");
        return;
    }
    check(Signal::HUP, 129);
}

#[test]
fn a_partial_run_is_not_accepted() {
    let project = Project::new();
    let header = "timeStamp,elapsed,label,responseCode,success,bytes\n";
    project.write("cut.csv", format!("{header}1700000000000,5,home,200,true,10\n1700000000100,5,ho"));
    project.call(&["check", "cut.csv"]).expect(4);
    project.call(&["accept", "--yes"]).expect(4).says("the run is cut");
}

/// Whoever reads the outcome of an interrupted run must see what is not in it.
#[test]
fn suites_that_an_interruption_kept_from_being_measured_stay_visible() {
    let project = Project::with(
        "[[suite]]\nname = \"first\"\ncommand = { run = \"sh -c 'touch begun; sleep 60'\", repeat = 3 }\n[[suite]]\nname = \"second\"\ncommand = { run = \"true\", repeat = 2 }\n",
    );
    let child = project.command(&["run"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for _ in 0..400 {
        if project.exists("begun") {
            break;
        }
        sleep(Duration::from_millis(25));
    }
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
    Answer::of(child.wait_with_output().unwrap()).expect(143).says("second: interrupted before this suite began");
    let outcome = project.outcome();
    let suites: Vec<_> = outcome["suites"].as_array().unwrap().iter().map(|suite| (&suite["suite"], &suite["verdict"])).collect();
    assert_eq!(format!("{suites:?}"), r#"[(String("first"), String("no-verdict")), (String("second"), String("no-verdict"))]"#);
    assert!(project.read("perf-results/verdict.txt").starts_with("verdict=no-verdict exit=143"));
}
