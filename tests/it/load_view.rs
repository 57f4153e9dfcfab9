//! `load` as a person types it: what is printed, what it exits with, and the search for the highest rate.

use crate::project::{Answer, Project, component, example};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A running example server, ended with the test.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(environment: &[(&str, &str)]) -> Served {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(example("hello"));
        let command = command.args(["--port", &port.to_string()]).envs(environment.iter().copied());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        for _ in 0..400 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            sleep(Duration::from_millis(25));
        }
        Served { child, url: format!("http://127.0.0.1:{port}") }
    }

    /// Loads a path with these flags.
    #[track_caller]
    fn check(&self, path: &str, flags: &[&str], code: i32, printed: &[&str]) -> Answer {
        let url = format!("{}{path}", self.url);
        let answer = Project::new().call(&[&["load", &url], flags].concat()).expect(code);
        for words in printed {
            assert!(answer.stdout.contains(words), "{words:?} is not printed in\n{}", answer.stdout);
        }
        answer
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address where nobody listens.
fn nobody() -> String {
    format!("http://{}/", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

#[test]
fn the_report_has_the_sections_people_know() {
    let sections = ["Summary", "Response time histogram:", "Latency distribution:", "Status code distribution:", "[200]  100 responses"];
    let served = Served::start(&[]);
    let answer = served.check("/", &["-n", "100", "-c", "4"], 0, &sections);
    assert!(answer.stdout.contains("percentiles are conditional on the generator having waited"), "{}", answer.stdout);
    assert_eq!(served.check("/", &["-n", "100", "-c", "4", "--report", "text"], 0, &sections).stdout.lines().next(), Some("load"));
    assert!(!answer.stderr.contains('\u{1b}'), "nobody watches, so nothing moves");
}

#[test]
fn a_histogram_takes_edges_and_a_plot_is_a_file() {
    let served = Served::start(&[]);
    served.check("/", &["-n", "50", "-c", "2", "--report", "hist[0,5s]"], 0, &["Bucket", "[0, 5 s)", "50  100.00", "[5 s, ∞)"]);
    served.check("/", &["-n", "50", "-c", "2", "--report", "plot"], 0, &["<svg ", "</svg>"]);
    served.check("/", &["-n", "50", "--report", "hist[5s,1s]"], 2, &[]).says("an edge above the one before");
    let json = served.check("/", &["-n", "50", "-c", "2", "--json"], 0, &[]).stdout;
    let project = Project::new();
    project.write("run.json", json);
    let converted = project.call(&["convert", "run.json", "--to", "hist[0,5s]"]).expect(0);
    assert!(converted.stdout.contains("50  100.00"), "{}", converted.stdout);
}

#[test]
fn errors_are_told_by_code_and_class_and_are_never_a_pass() {
    let served = Served::start(&[]);
    served.check("/nowhere", &["-n", "40", "-c", "4"], 1, &["[404]  40 responses", "[40]  http-4xx: 404 Not Found"]);
    let refused = Project::new().call(&["load", &nobody(), "-n", "40", "-c", "4"]).expect(4);
    assert!(refused.stdout.contains("[40]  connect: ") && refused.stdout.contains("no request succeeded"), "{}", refused.stdout);
}

#[cfg(unix)]
#[test]
fn ctrl_c_prints_the_partial_report() {
    use rustix::process::{Pid, Signal, kill_process};
    let served = Served::start(&[]);
    let project = Project::new();
    let arguments = ["load", &served.url, "-q", "200", "-z", "60s", "-c", "4"];
    let child = project.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_millis(2000));
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::INT).unwrap();
    let answer = Answer::of(child.wait_with_output().unwrap()).expect(130);
    assert!(answer.stdout.contains("PARTIAL") && answer.stdout.contains("Latency distribution:"), "{}", answer.stdout);
}

/// `script` gives the program a terminal.
#[cfg(unix)]
#[test]
fn a_person_sees_the_load_while_it_runs_and_nothing_of_it_stays() {
    let Some(script) = component("script") else { return };
    let served = Served::start(&[]);
    let seen = |flags: &str| {
        let line = format!("{} load {} -q 100 -z 2s -c 2 {flags}", env!("CARGO_BIN_EXE_neverslower"), served.url);
        let mut command = Command::new(&script);
        command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").stdin(Stdio::null());
        Answer::of(command.output().unwrap()).expect(0).stdout
    };
    let watched = seen("");
    assert!(watched.contains("in flight") && watched.contains("latency so far   p50"), "{watched:?}");
    let (_, after) = watched.rsplit_once("latency so far").unwrap();
    assert!(after.contains("\u{1b}[") && after.contains("Latency distribution:"), "{after:?}");
    let frames = watched.matches("latency so far").count();
    assert!((2..=30).contains(&frames), "{frames} drawings in two seconds");
    assert!(!seen("--quiet").contains("latency so far"));
}

#[test]
fn the_highest_rate_is_searched_with_its_evidence() {
    // Two connections and 20 ms for each answer: no more than 100 a second.
    let served = Served::start(&[("HELLO_SLEEP_MS", "20")]);
    let asked = ["-c", "2", "-q", "50", "--step", "1s", "--find-rate", "p99 < 400ms", "--json"];
    let url = format!("{}/", served.url);
    let answer = Project::new().call(&[&["load", &url], asked.as_slice()].concat());
    let found: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(found["schema"], "neverslower.find-rate.v1");
    assert_eq!(found["conditions"], serde_json::json!(["p99 < 400ms", "error rate <= 1%"]));
    let steps = found["steps"].as_array().unwrap();
    assert!(steps.len() >= 2 && steps[0]["rate"] == 50.0, "{found}");
    let is_void = |step: &serde_json::Value| step["verdict"] == "generator-late";
    match found["answer"]["kind"].as_str().unwrap() {
        "found" => {
            let rate = found["answer"]["rate"].as_f64().unwrap();
            assert!((50.0..200.0).contains(&rate), "{found}");
            assert!(
                steps.iter().any(|step| step["verdict"] == "fails" && step["reason"].as_str().unwrap().starts_with("p99 is ")),
                "{found}"
            );
        }
        // A machine that is too busy to make a hundred requests a second must say so, and nothing about the service.
        "at-least" | "unknown" => assert!(steps.iter().any(is_void), "{found}"),
        other => panic!("{other}: {found}"),
    }
    answer.says("p99 < 400ms and error rate <= 1%");
}

#[test]
fn a_rate_that_cannot_be_found_is_no_success() {
    let arguments = ["load", &nobody(), "--find-rate", "p99 < 1s", "--step", "200ms", "-q", "50"];
    let answer = Project::new().call(&arguments).expect(4);
    assert!(answer.stdout.contains("not even 50/s") && answer.stdout.contains("error rate is 100%, mostly connect"), "{}", answer.stdout);
    Project::new().call(&["load", &nobody(), "--find-rate", "p99 > 1s"]).expect(2).says("what has to hold");
}
