//! `load` as it is typed: schedules, conditions, shards that `check` judges together.

use crate::project::{Answer, Project};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
const BAD: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

/// A server that answers everything with the same bytes; its URL.
fn serve(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                // One request is one packet on loopback, and the next is sent after its answer.
                while stream.read(&mut buffer).is_ok_and(|read| read > 0) && stream.write_all(answer.as_bytes()).is_ok() {}
            });
        }
    });
    format!("http://127.0.0.1:{port}/")
}

fn stored(answer: &Answer) -> Value {
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", answer.stdout, answer.stderr))
}

/// The exit code of a short load with more arguments.
fn check(answer: &'static str, arguments: &[&str], code: i32) -> Answer {
    let url = serve(answer);
    let all: Vec<&str> = ["load", &url, "-n", "400", "-c", "2"].iter().chain(arguments).copied().collect();
    Project::new().call(&all).expect(code)
}

#[test]
fn conditions_decide_the_exit_code() {
    check(OK, &["--fail-if", "p99 > 10s"], 0);
    check(OK, &["--fail-if", "p50 > 1ns"], 1).says("p50").says("limit 1ns");
    check(OK, &["--unstable-if", "p50 > 1ns"], 3);
    check(OK, &["--unstable-if", "p50 > 1ns", "--fail-if", "p50 > 10s"], 3);
    check(OK, &["--fail-if", "throughput < 10000000/s"], 1).says("throughput");
    check(OK, &["--fail-if", "p50 > 1ns", "--exit-zero"], 0);
    check(OK, &["--fail-if", "p50 < 1ns"], 2).says("--fail-if: expected `>`");
}

#[test]
fn nothing_that_succeeded_is_no_success() {
    check(BAD, &[], 1).says("error rate is 100%");
    check(BAD, &["--fail-if", "p99 > 10s"], 1);
    // Thresholds that say nothing of errors do not make a load of errors a good one.
    let project = Project::with("[[threshold]]\nmetric = \"latency\"\nstatistic = \"p99\"\nfail = \"10s\"\n");
    project.call(&["load", &serve(BAD), "-n", "50", "--config", "neverslower.toml"]).expect(1).says("error rate is 100%");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    Project::new().call(&["load", &format!("http://127.0.0.1:{port}/"), "-n", "20"]).expect(4).says("got an answer");
}

#[test]
fn a_lost_run_ends_early_and_gives_no_verdict() {
    let url = serve(BAD);
    let arguments = ["load", &url, "-c", "2", "-z", "5m", "--abort-if", "error rate > 50%", "--json"];
    // The default limit on errors is crossed already, which is graver than no verdict.
    let lost = stored(&Project::new().call(&arguments).expect(1).says("error rate is 100%"));
    assert_eq!(
        (lost["partial"].as_bool(), lost["aborted"].as_str().map(|reason| reason.starts_with("error rate > 50% held"))),
        (Some(true), Some(true))
    );
    let url = serve(OK);
    Project::new().call(&["load", &url, "-c", "2", "-z", "5m", "--abort-if", "p50 > 1ns"]).expect(4).says("the run was given up");
}

#[test]
fn stages_and_random_starts_are_stored() {
    let url = serve(OK);
    let arguments = ["load", &url, "--stage", "100:1s", "--stage", "100..300:1s", "--arrival", "poisson", "--seed", "5", "--json"];
    let run = stored(&Project::new().call(&arguments));
    assert_eq!(run["load"]["schedule"], "100/s for 1s, 100..300/s for 1s, Poisson with seed 5");
    let again = stored(&Project::new().call(&arguments));
    assert_eq!(run["load"]["planned"], again["load"]["planned"], "the same seed plans the same load");
    let project = Project::new();
    project.write("starts.txt", "0\n0.01\n0.02\n");
    let run = stored(&project.call(&["load", &url, "--trace", "starts.txt", "--json"]));
    assert_eq!((run["load"]["planned"].as_u64(), run["load"]["completed"].as_u64()), (Some(3), Some(3)));
    project.call(&["load", &url, "--trace", "nothing.txt"]).expect(4).says("nothing.txt");
    project.call(&["load", &url, "--seed", "5"]).expect(2).says("in a closed loop");
    project.call(&["load", &url, "-q", "5", "--seed", "5"]).expect(2).says("unless arrivals are `poisson`");
    project.call(&["load", &url, "-q", "5", "--think-time", "1s"]).expect(2).says("in an open loop");
    project.call(&["load", &url, "--stage", "100:1s", "--stage", "5c:1s"]).expect(2).says("stages of one kind");
}

#[test]
fn targets_come_from_a_file_or_standard_input() {
    let (project, url) = (Project::new(), serve(OK));
    let text = format!("# two\nGET {url}a\nAccept: x\n\nPOST {url}b?c=1\n@order.json\n");
    project.write("order.json", "{}");
    project.write("targets.txt", &text);
    let counts = |run: &Value| -> Vec<String> {
        let latencies = run["series"].as_array().unwrap().iter().filter(|series| series["metric"] == "latency");
        latencies.map(|series| format!("{} {}", series["label"].as_str().unwrap(), series["summary"]["count"])).collect()
    };
    let run = stored(&project.call(&["load", "--targets", "targets.txt", "-n", "400", "-c", "2", "--json"]));
    assert_eq!(counts(&run), ["GET /a 200", "POST /b 200"]);
    let arguments = ["load", "--targets", "-", "-n", "40", "-c", "2", "--json"];
    let mut child = project.command(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let line = format!("{{\"method\":\"PUT\",\"url\":\"{url}d\",\"body\":\"aGk=\"}}\n");
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    assert_eq!(counts(&stored(&Answer::of(child.wait_with_output().unwrap()))), ["PUT /d 40"]);
    project.write("targets.txt", format!("GET {url}\nget {url}\n"));
    project.call(&["load", "--targets", "targets.txt"]).expect(2).says("targets.txt:2:1: expected the name of a header");
    project.call(&["load", "--targets", "none.txt"]).expect(2).says("none.txt: no such file");
    project.call(&["load", &url, "--targets", "targets.txt"]).expect(2);
    project.call(&["load", "-n", "5"]).expect(2).says("URL");
    let suite = "[[suite]]\nname = \"many\"\nload = { targets_file = \"targets.txt\", requests = 40, connections = 2, HERE }\n";
    project.write("targets.txt", &text);
    project.write("neverslower.toml", suite.replace("HERE", "timeout = \"5s\""));
    project.call(&["run"]).expect(0);
    project.write("neverslower.toml", suite.replace("HERE", "assert = { body = [\"ho\"] }"));
    project.call(&["run"]).expect(1).says("error rate is 100%");
}

#[test]
fn a_scenario_is_a_suite_of_its_steps() {
    let (project, url) = (Project::new(), serve(OK));
    let steps = |second: &str| {
        format!(
            "[[suite]]\nname = \"buying\"\n[suite.load]\nrequests = 60\nconnections = 2\n[[suite.load.steps]]\nlabel = \"login\"\n\
             url = \"{url}?n={{{{iteration}}}}\"\nextract = {{ a = \"regex:h(i)\" }}\n[[suite.load.steps]]\nurl = \"{url}{second}\"\n"
        )
    };
    project.write("neverslower.toml", steps("{{a}}"));
    let answer = project.call(&["run", "--report", "run-json"]).expect(0);
    let run = stored(&answer);
    assert_eq!((run["load"]["planned"].as_u64(), run["load"]["completed"].as_u64()), (Some(120), Some(120)));
    let latencies = run["series"].as_array().unwrap().iter().filter(|series| series["metric"] == "latency");
    assert_eq!(latencies.map(|series| series["label"].as_str().unwrap()).collect::<Vec<_>>(), ["GET /{{a}}", "login"]);
    let told = "scenario: 60 iterations planned, 60 completed, 0 failed, 0 unsent";
    assert!(run["notes"].as_array().unwrap().iter().any(|note| note["text"].as_str().unwrap().starts_with(told)));
    project.write("neverslower.toml", steps("{{b}}"));
    project.call(&["run"]).expect(2).says("variables that a step before has extracted, found `{{b}}`");
}

#[test]
fn an_asserted_status_decides_what_is_a_success() {
    let errors = |answer: &Answer| {
        let run = stored(answer);
        let latency = run["series"].as_array().unwrap().iter().find(|series| series["metric"] == "latency").unwrap();
        (latency["summary"]["errors"].as_u64(), latency["error_kinds"]["assertion"].as_u64())
    };
    assert_eq!(errors(&check(BAD, &["--expect-status", "404", "--json"], 0)), (Some(0), None));
    assert_eq!(errors(&check(OK, &["--expect-status", "201,3xx", "--json"], 1)), (Some(400), Some(400)));
    check(OK, &["--expect-status", "20"], 2).says("--expect-status: expected statuses such as");
}

/// Three shards behind a barrier, each written to its own file.
fn three_shards(project: &Project, url: &str) {
    let start = |index: usize| {
        let shard = format!("{index}/3");
        let arguments = ["load", url, "-q", "300", "-z", "1s", "-c", "6", "--json", "--shard", &shard, "--barrier", "go"];
        project.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let workers: Vec<_> = (1..=3).map(start).collect();
    std::thread::sleep(Duration::from_millis(300));
    project.write("go", "");
    for (index, worker) in workers.into_iter().enumerate() {
        let answer = Answer::of(worker.wait_with_output().unwrap());
        project.write(&format!("shard-{}.json", index + 1), &answer.stdout);
        // A starved machine makes a worker void, and says so.
        assert!(
            answer.code == 0 && answer.stderr.contains("is not judged alone") || answer.stderr.contains("load generator"),
            "{}",
            answer.stderr
        );
    }
}

#[test]
fn shards_are_judged_together_or_not_at_all() {
    let (project, url) = (Project::new(), serve(OK));
    three_shards(&project, &url);
    let judged = project.call(&["check", "shard-1.json", "shard-2.json", "shard-3.json", "--report", "run-json"]);
    assert!(matches!(judged.code, 0 | 4), "{}", judged.stderr);
    let run = stored(&judged);
    let latency = run["series"].as_array().unwrap().iter().find(|series| series["metric"] == "latency").unwrap();
    assert_eq!((run["load"]["planned"].as_u64(), latency["summary"]["count"].as_u64()), (Some(300), Some(300)));
    assert_eq!((run["load"]["rate_planned"].as_f64(), run["load"]["connections"].as_u64()), (Some(300.0), Some(6)));
    assert!(run["shard"].is_null());
    project.call(&["check", "shard-1.json", "shard-3.json"]).expect(4).says("shard 2 of 3 is missing");
    project.call(&["check", "shard-1.json"]).expect(4).says("shard 2, 3 of 3 is missing");
    project.call(&["check", "shard-1.json", "shard-2.json", "shard-3.json", "shard-1.json"]).expect(4).says("more than once");
    let other = project.call(&["load", &url, "-q", "150", "-z", "1s", "-c", "6", "--json", "--shard", "3/3"]);
    project.write("shard-3.json", &other.stdout);
    project.call(&["check", "shard-1.json", "shard-2.json", "shard-3.json"]).expect(4).says("differ in their configuration");
}

#[test]
fn shards_are_told_apart_and_start_together() {
    let (project, url) = (Project::new(), serve(OK));
    let arguments = ["load", &url, "-n", "8", "-q", "100", "--json", "--shard", "auto"];
    project.call(&arguments).expect(2).says("--shard 2/3");
    let run = stored(&project.call_with(&arguments, &[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "4")]));
    assert_eq!(
        (run["shard"]["index"].as_u64(), run["shard"]["total"].as_u64(), run["load"]["planned"].as_u64()),
        (Some(2), Some(4), Some(2))
    );
    project.call(&["load", &url, "-n", "8", "--start-at", "2020-01-01T00:00:00Z"]).expect(4).says("the load was to start");
    let refused = ["load", &url, "-n", "8", "--shard", "1/2", "--fail-if", "p99 > 1s"];
    project.call(&refused).expect(2).says("a shard is not judged alone");
}

/// Sent on time within a thousandth of the rate, or the run says that it was not.
#[test]
fn a_rate_is_met_or_the_run_says_so() {
    let url = serve(OK);
    let answer = Project::new().call(&["load", &url, "-q", "1000", "-z", "2s", "--json"]);
    let run = stored(&answer);
    let achieved = run["load"]["rate_achieved"].as_f64().unwrap();
    assert!(
        answer.code == 4 && answer.stderr.contains("load generator") || (achieved - 1000.0).abs() <= 1.0,
        "{achieved}\n{}",
        answer.stderr
    );
    assert_eq!(run["load"]["planned"], 2000);
}
