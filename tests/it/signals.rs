//! What a server tells of itself: Server-Timing, counters, and what its processes used.

use crate::project::{Project, example};
use serde_json::Value;

/// A project whose load suite reads the counters of the example server at `path`, with further keys of its load.
fn counted(path: &str, keys: &str) -> Project {
    let server = example("hello");
    Project::with(&format!(
        r#"
[gate]
environment = "here"

[[suite]]
name = "hello"
server = {{ command = "exec '{server}' --port {{port}}", ready = "http://127.0.0.1:{{port}}/" }}

[suite.load]
targets = ["GET http://127.0.0.1:{{port}}/"]
requests = 200
connections = 4
scrape = "http://127.0.0.1:{{port}}{path}"
{keys}

[[threshold]]
metric = "counter_per_request"
unstable = "+0%"
fail = "+5%"
"#
    ))
}

fn run(project: &Project) -> Value {
    serde_json::from_str(&project.read("perf-results/runs/hello.run.json")).unwrap()
}

/// The middle value of every series of a metric, by its label.
fn middles(run: &Value, metric: &str) -> Vec<(String, f64)> {
    let of_metric = run["series"].as_array().unwrap().iter().filter(|series| series["metric"] == metric);
    of_metric.map(|series| (series["label"].as_str().unwrap().to_string(), series["summary"]["p50"].as_f64().unwrap())).collect()
}

/// The counters of a run, whatever came before its measured phase.
fn check(path: &str, keys: &str, expected: &[(&str, f64)]) {
    let project = counted(path, keys);
    project.call(&["run"]).expect(0);
    let found = middles(&run(&project), "counter_per_request");
    assert_eq!(found.iter().map(|(label, value)| (label.as_str(), *value)).collect::<Vec<_>>(), expected);
}

#[test]
fn counters_come_to_whole_numbers_for_each_request() {
    let queries = "sql_queries_total{table=\"greeting\"}";
    check("/metrics", "", &[("answers_total", 1.0), (queries, 3.0)]);
    check("/metrics", "warm_up = \"200ms\"\nscrape_match = [\"sql_*\"]", &[(queries, 3.0)]);
    check("/debug/vars", "rate = 400", &[("answers", 1.0), ("sql.queries", 3.0)]);
}

#[test]
fn one_query_more_fails_once_three_runs_were_equal() {
    let project = counted("/metrics", "");
    for _ in 0..3 {
        // Fewer than three equal runs prove nothing: unstable at a limit of nothing.
        project.call(&["run"]);
        project.call(&["accept", "--yes"]).expect(0);
    }
    project.call(&["run"]).expect(0);
    project.call_with(&["run"], &[("HELLO_QUERIES", "4")]).expect(1).says("sql_queries_total").says("rose from 3 to 4");
    project.call(&["run"]).expect(0);
}

#[test]
fn counters_that_cannot_be_read_are_no_verdict() {
    counted("/nowhere", "").call(&["run"]).expect(4).says("/nowhere").says("found 404");
    counted("/", "").call(&["run"]).expect(4).says("expected NAME{LABELS} VALUE");
    counted("/metrics", "scrape_match = [\"no_such_*\"]").call(&["run"]).expect(4).says("scrape_match");
}

#[test]
fn answers_tell_what_they_were_made_of() {
    let project = counted("/metrics", "");
    project.call_with(&["run"], &[("HELLO_SERVER_TIMING", "1")]).expect(0);
    let run = run(&project);
    let near = |found: f64, expected: f64| (found / expected - 1.0).abs() < 0.002;
    let timings = middles(&run, "server_timing");
    assert_eq!(timings.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(), ["GET / [cache]", "GET / [db]"]);
    assert!(near(timings[0].1, 250_000.0) && near(timings[1].1, 1_500_000.0), "{timings:?}");
    assert_eq!(run["load"]["planned"], 200);
    assert_eq!(project.read("perf-results/jtl/hello.jtl").lines().count(), 201, "entries are no rows");
    if cfg!(target_os = "linux") {
        assert_eq!(middles(&run, "peak_memory").len(), 1);
    }
    let windows = run["windows"].as_array().unwrap();
    assert!(!windows.is_empty() && windows.iter().all(|one| one["count"] == 0 || one["latency_p99_ns"].is_u64()), "{windows:?}");
}
