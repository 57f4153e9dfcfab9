//! As a new user tries it: a load suite on the example server, made slower, made to fail, kept from starting.

use crate::project::{Project, example};

/// A project whose load suite drives the example server.
fn hello() -> Project {
    let server = example("hello");
    Project::with(&format!(
        r#"
[gate]
environment = "here"

[[suite]]
name = "hello"
server = {{ command = "exec '{server}' --port {{port}}", ready = "http://127.0.0.1:{{port}}/", ready_timeout = "10s" }}
load = {{ targets = ["GET http://127.0.0.1:{{port}}/"], rate = 200, connections = 10, duration = "2s", max_lag = "2s" }}
"#
    ))
}

/// A project with one accepted run.
fn accepted() -> Project {
    let project = hello();
    project.call(&["run"]).expect(0).says("nothing compared yet");
    project.call(&["accept", "--yes"]).expect(0);
    project
}

#[test]
fn a_sleep_fails_and_names_the_endpoint() {
    let project = accepted();
    // Long enough to be no noise on any machine: ten connections answer 100 of 200 requests a second.
    let answer = project.call_with(&["run"], &[("HELLO_SLEEP_MS", "100")]).expect(1);
    assert!(answer.stderr.contains("FAIL") && answer.stderr.contains("GET /"), "{}", answer.stderr);
    let outcome = project.outcome();
    assert_eq!(outcome["verdict"], "fail");
    let finding = outcome["findings"].as_array().unwrap().iter().find(|finding| finding["verdict"] == "fail").unwrap();
    assert_eq!(
        (finding["label"].as_str(), finding["metric"].as_str(), finding["statistic"].as_str()),
        (Some("GET /"), Some("latency"), Some("p95"))
    );
    assert!(finding["after"].as_f64().unwrap() >= 100e6, "{finding}");
    assert!(project.read("perf-results/verdict.txt").starts_with("verdict=fail exit=1 fail=1 "));
}

#[test]
fn two_per_cent_errors_are_unstable_by_the_error_rate() {
    let project = accepted();
    // Noise of this machine must not fail the latency beside it.
    let limits =
        "\n[[threshold]]\nstatistic = 'error rate'\nunstable = '1%'\nfail = '3%'\n[[threshold]]\nmetric = 'latency'\nfail = '60s'\n";
    project.write("neverslower.toml", project.read("neverslower.toml") + limits);
    project.call_with(&["run"], &[("HELLO_ERROR_RATE", "0.02")]).expect(3).says("error rate");
    let outcome = project.outcome();
    let findings = outcome["findings"].as_array().unwrap();
    assert_eq!(findings[0]["statistic"], "error rate", "the error rate is judged first");
    assert_eq!(findings[0]["verdict"], "unstable");
}

#[test]
fn a_server_that_does_not_start_is_no_verdict() {
    let project = accepted();
    let config = project.read("neverslower.toml").replace("exec '", "exit 3; exec '");
    project.write("neverslower.toml", config);
    project.call(&["run"]).expect(4).says("hello").says("NO VERDICT");
    assert_eq!(project.outcome()["verdict"], "no-verdict");
}

#[test]
fn everything_of_a_run_is_written_and_agrees() {
    let project = hello();
    project.call(&["run", "--report", "json=asked.json"]).expect(0);
    let run: serde_json::Value = serde_json::from_str(&project.read("perf-results/runs/hello.run.json")).unwrap();
    assert_eq!(run["schema"], "neverslower.run.v1");
    let metrics: Vec<&str> = run["series"].as_array().unwrap().iter().map(|series| series["metric"].as_str().unwrap()).collect();
    for metric in ["latency", "service_time", "schedule_lag", "queue_wait", "connect", "first_byte", "bytes_in"] {
        assert!(metrics.contains(&metric), "{metric} is missing in {metrics:?}");
    }
    let latency = run["series"].as_array().unwrap().iter().find(|series| series["metric"] == "latency").unwrap();
    assert_eq!(latency["summary"]["count"], 400);
    assert_eq!(run["load"]["planned"], 400);
    assert_eq!(project.read("perf-results/jtl/hello.jtl").lines().count(), 401, "a header and a row a request");
    assert!(project.read("perf-results/junit/TEST-hello.xml").contains("<testsuite "));
    assert!(project.read("perf-results/report.md").contains("PASS"));
    assert_eq!(project.read("asked.json"), project.read("perf-results/outcome.json"));
    assert!(project.read("perf-results/logs/hello.server.log").len() < 1_000_000);
}

#[test]
fn a_stranger_on_the_address_is_no_verdict() {
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = stranger.local_addr().unwrap().port();
    let project = Project::with(&format!(
        "[[suite]]\nname = \"x\"\nserver = {{ command = \"exec sleep 100\", ready = \"http://127.0.0.1:{port}/\", ready_timeout = \"2s\" }}\nload = {{ targets = [\"GET http://127.0.0.1:{port}/\"], rate = 50, duration = \"1s\" }}\n"
    ));
    project.call(&["run"]).expect(4).says(&port.to_string());
}

#[test]
fn a_run_over_its_error_threshold_is_not_accepted_without_force_and_reason() {
    let project = hello();
    project.call_with(&["run"], &[("HELLO_ERROR_RATE", "0.1")]).expect(1);
    project.call(&["accept", "--yes"]).expect(4).says("--force");
    assert!(!project.exists("baselines"));
    project.call(&["accept", "--yes", "--force", "--reason", "the error is part of the test"]).expect(0);
    assert!(project.read("baselines/here/hello.json").contains("the error is part of the test"));
}

#[test]
fn a_slower_run_is_not_accepted_without_a_reason() {
    let project = accepted();
    project.call_with(&["run"], &[("HELLO_SLEEP_MS", "20")]).expect(1);
    let before = project.read("baselines/here/hello.json");
    project.call(&["accept", "--yes"]).expect(4).says("--allow-slower");
    assert_eq!(project.read("baselines/here/hello.json"), before);
    project.call(&["accept", "--yes", "--allow-slower", "encryption at rest"]).expect(0);
    assert!(project.read("baselines/here/hello.json").contains("encryption at rest"));
}
