use super::{Board, Seen};
use crate::limits::{LIVE_CELLS, LIVE_ROWS};
use crate::measure::http::{Phase, Progress};
use crate::model::{Arrival, Assertions, LoadWork, Shard, Spacing, Stage, Start, Stop, Target, Transport};
use std::time::Duration;

fn work(arrival: Arrival) -> LoadWork {
    let second = Duration::from_secs(1);
    let (label, method, url) = ("GET /".to_string(), "GET".to_string(), "http://h/\u{1b}[31m".to_string());
    LoadWork {
        targets: vec![Target { label, method, url, headers: Vec::new(), body: Vec::new(), weight: 1, assertions: Assertions::default() }],
        arrival,
        connections: 50,
        stop: Stop::After(10 * second),
        warm_up: Duration::ZERO,
        timeout: second,
        connect_timeout: second,
        grace: second,
        max_lag: second,
        spacing: Spacing::Even,
        think_time: Duration::ZERO,
        shard: None,
        start: Start::AtOnce,
        abort_if: None,
        transport: Transport::default(),
        scrape: None,
        scenarios: Vec::new(),
        feeders: Vec::new(),
        targets_file: None,
    }
}

fn at(tenths: u64, done: u64) -> Progress {
    Progress {
        phase: Phase::Measuring,
        done,
        planned: None,
        elapsed_ns: tenths * 100_000_000,
        total_ns: Some(10_000_000_000),
        errors: done / 10,
        in_flight: 3,
        waiting: 7,
    }
}

/// The last frame of a run with the same number of requests in every tenth of a second, each of them 1 ms, now and then 40 ms.
fn frame(arrival: Arrival, tenths: u64, each: u64) -> Vec<String> {
    let work = work(arrival);
    let (mut board, mut seen) = (Board::new("load", &work), Seen::default());
    let mut last = board.frame(&at(0, 0), &mut seen);
    for tenth in 1..=tenths {
        for request in 0..each {
            let ns = if request % 20 == 19 { 40_000_000 } else { 1_000_000 };
            seen.all.add(ns);
            seen.recent.add(ns);
        }
        last = board.frame(&at(tenth, tenth * each), &mut seen);
    }
    last
}

#[track_caller]
fn check(lines: &[String], expected: &[&str]) {
    assert_eq!(lines, expected, "\n{}", lines.join("\n"));
}

#[test]
fn a_frame_tells_what_happens_now() {
    check(
        &frame(Arrival::Constant(500.0), 20, 40),
        &[
            "load: GET http://h/[31m",
            "  [====                    ] 2.0 s of 10.0 s   measuring",
            "  rate 400/s of 500/s planned   in flight 3 of 50, 7 waiting   done 800   errors 80 (10%)",
            "  latency so far   p50 999 µs   p95 999 µs   p99 40.9 ms",
            "  rate ████  up to 400/s",
            "  p99  ████  up to 40.9 ms",
            "  <   2.1 ms  ■■■■■■■■■■■■■■■■■■■■■■■■  95%",
            "  <  4.72 ms                            0%",
            "  <  10.5 ms                            0%",
            "  <  23.1 ms                            0%",
            "  <  41.9 ms  ■                         5%",
        ],
    );
}

#[test]
fn the_first_frame_claims_nothing() {
    check(
        &frame(Arrival::Closed, 0, 0),
        &[
            "load: GET http://h/[31m",
            "  [                        ] 0.0 s of 10.0 s   measuring",
            "  rate -   in flight 3 of 50, 7 waiting   done 0   errors 0 (0%)",
            "  latency so far   p50 -   p95 -   p99 -",
        ],
    );
}

#[test]
fn a_long_run_needs_no_more_room() {
    let lines = frame(Arrival::Closed, 1000, 20);
    assert!(lines.len() <= 6 + LIVE_ROWS);
    assert!(lines.iter().all(|line| line.chars().count() <= 100), "{}", lines.join("\n"));
    assert_eq!(lines[4].matches('█').count(), LIVE_CELLS);
}

#[test]
fn the_planned_rate_is_that_of_the_stage() {
    let stage = |from: f64, to: f64, seconds: u64| Stage { from, to, duration: Duration::from_secs(seconds) };
    let stages = Arrival::Stages(vec![stage(100.0, 100.0, 2), stage(100.0, 300.0, 4)]);
    let warmed = LoadWork { warm_up: Duration::from_secs(1), shard: Shard::new(1, 2), ..work(stages.clone()) };
    let mut board = Board::new("load", &warmed);
    let mut planned = |tenths: u64| {
        let lines = board.frame(&at(tenths, 10), &mut Seen::default());
        let (_, rest) = lines[2].split_once(" of ").unwrap();
        rest.to_string()
    };
    // Half of the rate and of the connections: one of two shards. The first second is the warm-up.
    assert!(planned(5).starts_with("50/s planned   in flight 3 of 25,"), "{}", planned(5));
    assert!(planned(50).starts_with("100/s planned"), "{}", planned(50));
    assert!(planned(80).starts_with("25, 7 waiting"), "no stage is left: {}", planned(80));
    check(&frame(stages, 0, 0)[2..3], &["  rate - of 100/s planned   in flight 3 of 50, 7 waiting   done 0   errors 0 (0%)"]);
}
