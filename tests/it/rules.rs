//! The rules of thresholds and quarantine, as a user meets them: exit codes, places and sentences.

use crate::project::Project;

const HOLDING_DAYS: i64 = 30;

/// Two benchmarks, ns per operation.
fn bench(sort: u64, find: u64) -> String {
    format!("goos: linux\nBenchmarkSort-2 1000 {sort} ns/op\nBenchmarkFind-2 1000 {find} ns/op\n")
}

/// A project whose suite `bench` was accepted three times, 1 µs each.
fn accepted(config: &str) -> Project {
    let project = Project::with(config);
    for _ in 0..3 {
        project.write("bench.txt", bench(1000, 1000));
        project.call(&["check", "bench.txt"]);
        project.call(&["accept", "--yes"]).expect(0);
    }
    project
}

const LIMITS: &str = "[[threshold]]\nunstable = '+5%'\nfail = '+10%'\n";

fn quarantine(label: &str, until: &str) -> String {
    format!("{LIMITS}[[quarantine]]\nlabel = '{label}'\nreason = 'flaky disk'\nuntil = '{until}'\n")
}

fn in_days(days: i64) -> String {
    let day = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    day.strftime("%Y-%m-%d").to_string()
}

#[test]
fn quarantine_keeps_a_failure_from_failing_until_its_day() {
    let project = accepted(LIMITS);
    project.write("bench.txt", bench(9000, 1000));
    project.call(&["check", "bench.txt"]).expect(1);
    project.write("neverslower.toml", quarantine("*Sort", &in_days(HOLDING_DAYS)));
    project.call(&["check", "bench.txt"]).expect(0).says("QUARANTINE: BenchmarkSort p50 rose").says("1 passed, 1 in quarantine");
    assert_eq!(project.outcome()["findings"][1]["quarantined"], "flaky disk");
    assert!(project.read("perf-results/junit/TEST-bench.xml").contains("skipped=\"1\""));
    // What is only in quarantine is not taken for the next bar.
    project.call(&["accept", "--yes"]).expect(4);
    project.write("neverslower.toml", quarantine("*Sort", "2020-01-01"));
    project.call(&["check", "bench.txt"]).expect(1).says("expired after");
    project.write("bench.txt", bench(1000, 1000));
    project.call(&["check", "bench.txt"]).expect(3).says("(neverslower.toml:4)");
    project.write("neverslower.toml", quarantine("gone", &in_days(HOLDING_DAYS)));
    project.call(&["check", "bench.txt"]).expect(4).says("the quarantine (suite");
    project.write("neverslower.toml", quarantine("*Sort", &in_days(2 * 366)));
    project.call(&["check", "bench.txt"]).expect(2).says("neverslower.toml:7:9: expected a day at most 366 days ahead");
}

#[test]
fn ten_times_faster_is_not_believed_at_once() {
    let project = accepted(LIMITS);
    project.write("bench.txt", bench(100, 1000));
    project.call(&["check", "bench.txt"]).expect(0);
    project.write("bench.txt", bench(99, 1000));
    project.call(&["check", "bench.txt"]).expect(3).says("usually broken");
    project.call(&["accept", "--yes"]).expect(0);
    project.write("neverslower.toml", "[[threshold]]\nfail = '+10%'\ntoo_fast = '-99%'\n");
    // What was believed is a level of its own: as yet of one run, so nothing passes by it.
    project.write("bench.txt", bench(11, 1000));
    let answer = project.call(&["check", "bench.txt"]).expect(3).says("fell from 99 ns to 11 ns").says("with 1 accepted run");
    assert!(!answer.stderr.contains("usually broken"), "{}", answer.stderr);
}

#[test]
fn a_noise_band_is_a_limit() {
    let project = accepted("[[threshold]]\nunstable = 'noise band'\nfail = '+50%'\n");
    project.write("bench.txt", bench(1001, 1000));
    project.call(&["check", "bench.txt"]).expect(0);
    project.write("bench.txt", bench(1100, 1000));
    project.call(&["check", "bench.txt"]).expect(3).says("limit noise band");
    project.write("bench.txt", bench(9000, 1000));
    project.call(&["check", "bench.txt"]).expect(1).says("limit +50%");
    project.write("neverslower.toml", "[[threshold]]\nunstable = '+5%'\nfail = 'noise band'\n");
    project.call(&["check", "bench.txt"]).expect(2).says("neverslower.toml:3:8");
}

#[test]
fn a_renamed_suite_is_asked_for() {
    let project = accepted(LIMITS);
    project.call(&["check", "bench.txt", "--suite", "other"]).expect(0).says("no suite here is called bench: was it renamed?");
    let answer = project.call(&["check", "bench.txt"]).expect(0);
    assert!(!answer.stderr.contains("renamed"), "{}", answer.stderr);
}

/// Errors alone are told, and nothing of thresholds that found no successful attempt.
#[test]
fn where_every_attempt_failed_only_that_is_told() {
    let jtl = |code: u32| format!("timeStamp,elapsed,label,responseCode,success,bytes\n1700000000000,100,home,{code},{},1\n", code == 200);
    let project = Project::new();
    project.write("shop.csv", jtl(200));
    project.call(&["check", "shop.csv"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    project.write("shop.csv", jtl(500));
    let answer = project.call(&["check", "shop.csv"]).expect(1).says("home error rate is 100% (1 of 1)");
    assert!(!answer.stderr.contains("no threshold judges"), "{}", answer.stderr);
}
