//! Every planned request is accounted for, whatever happens.

use super::{Arrival, HELLO, LoadWork, Stop, read_request, refusing_port, report, run, serve, serve_bytes, target, try_run, work};
use crate::measure::http::{LoadError, Phase};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const OPEN: Arrival = Arrival::Constant(1000.0);

fn check(work: &LoadWork, port: u16, errors: &[(&str, usize)]) {
    assert_eq!(run(work, port).errors(), errors.iter().copied().collect::<BTreeMap<_, _>>());
}

/// A server that counts the requests it gets.
fn counting_server() -> (u16, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    let port = serve(move |stream| {
        while read_request(stream) {
            counter.fetch_add(1, Ordering::SeqCst);
            if stream.write_all(HELLO).is_err() {
                return;
            }
        }
    });
    (port, seen)
}

#[test]
fn a_count_is_sent_exactly() {
    for (arrival, connections, count) in [(Arrival::Closed, 3, 10), (Arrival::Closed, 7, 1000), (Arrival::Closed, 5, 2), (OPEN, 3, 10)] {
        let (port, seen) = counting_server();
        check(&work(arrival, connections, count), port, &[("", count as usize)]);
        assert_eq!(seen.load(Ordering::SeqCst) as u64, count);
    }
}

#[test]
fn refused_connections_fail_the_requests() {
    let (port, _held) = refusing_port();
    check(&work(Arrival::Closed, 50, 1000), port, &[("connect", 1000)]);
    check(&work(OPEN, 5, 50), port, &[("connect", 50)]);
}

#[test]
fn error_answers_are_counted_one_by_one() {
    let port = serve_bytes(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    check(&work(Arrival::Closed, 4, 101), port, &[("http-4xx", 101)]);
    check(&work(OPEN, 4, 51), port, &[("http-4xx", 51)]);
}

#[test]
fn a_kept_connection_that_closes_fails_the_request_on_it() {
    let port = serve(|stream| {
        let _ = read_request(stream) && stream.write_all(HELLO).is_ok() && read_request(stream);
    });
    let report = run(&work(Arrival::Closed, 1, 4), port);
    assert_eq!(report.rows.iter().map(|row| row.error.as_str()).collect::<Vec<_>>(), ["", "read-reset", "", "read-reset"]);
    assert_eq!(report.load.reconnects, 1);
}

#[test]
fn no_answer_is_a_time_out_at_no_less_than_the_limit() {
    let port = serve(|stream| while read_request(stream) {});
    let limit = Duration::from_millis(40);
    for arrival in [Arrival::Closed, OPEN] {
        let report = run(&LoadWork { timeout: limit, ..work(arrival, 2, 4) }, port);
        assert_eq!(report.errors(), [("timeout-response", 4)].into());
        // Not by the limit of connecting either, which is a minute here.
        assert!(report.rows.iter().all(|row| (40_000_000..30_000_000_000).contains(&row.latency_ns) && row.code.is_empty()));
    }
}

#[test]
fn the_end_of_the_grace_period_ends_everything() {
    let port = serve(|stream| while read_request(stream) {});
    // 10 requests in 9 ms, one connection: one is on its way, nine wait for it until 50 ms after the last was due.
    let report = run(&LoadWork { grace: Duration::from_millis(50), ..work(OPEN, 1, 10) }, port);
    assert_eq!(report.errors(), [("timeout-response", 1), ("unsent", 9)].into());
    for (n, row) in report.rows.iter().enumerate() {
        assert!(row.latency_ns >= 50_000_000 + (9 - n as u64) * 1_000_000, "request {n}: {row:?}");
    }
    assert_eq!((report.load.failed, report.load.unsent), (1, 9));
    assert!(report.rows[9].service_time_ns.is_none() && report.rows[9].queue_wait_ns.is_some());
}

#[test]
fn an_interrupted_run_keeps_what_it_has() {
    for arrival in [Arrival::Closed, OPEN] {
        let flag = AtomicBool::new(false);
        let endless = LoadWork { stop: Stop::After(Duration::from_secs(3600)), ..work(arrival, 2, 0) };
        let kept = try_run(&endless, serve_bytes(HELLO), usize::MAX, &flag, &mut |now| {
            flag.store(now.done >= 10, Ordering::SeqCst);
        });
        let report = report(kept.expect("a run"));
        assert!(report.facts.partial && report.load.completed >= 10, "{:?}", report.load);
    }
}

#[test]
fn what_is_on_its_way_at_an_interruption_is_named() {
    let port = serve(|stream| while read_request(stream) {});
    let report = report(try_run(&work(Arrival::Closed, 3, 30), port, usize::MAX, &AtomicBool::new(true), &mut |_| {}).expect("a run"));
    assert_eq!(report.errors(), [("interrupted", 3)].into());
}

#[test]
fn warm_up_is_not_recorded() {
    for arrival in [Arrival::Closed, OPEN] {
        let (port, seen) = counting_server();
        let mut phases = Vec::new();
        let warm = LoadWork { warm_up: Duration::from_millis(150), ..work(arrival, 2, 200) };
        let kept = try_run(&warm, port, usize::MAX, &AtomicBool::new(false), &mut |now| {
            phases.push(now.phase);
            assert_eq!(now.planned, Some(200));
        });
        assert_eq!(report(kept.expect("a run")).errors(), [("", 200)].into());
        assert!(seen.load(Ordering::SeqCst) > 200);
        assert_eq!(phases.first(), Some(&Phase::WarmUp));
    }
}

#[test]
fn targets_are_requested_in_turn() {
    let targets = vec![target("GET", "/a"), target("POST", "/b"), target("GET", "/c")];
    let report = run(&LoadWork { targets, ..work(Arrival::Closed, 1, 7) }, serve_bytes(HELLO));
    let labels: Vec<&str> = report.rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["GET /a", "POST /b", "GET /c", "GET /a", "POST /b", "GET /c", "GET /a"]);
}

#[test]
fn what_cannot_be_measured_says_why() {
    let failing = |work: &LoadWork, room: usize, way_out: &str| {
        let failure = try_run(work, serve_bytes(HELLO), room, &AtomicBool::new(false), &mut |_| {});
        let LoadError(sentence) = failure.map(|_| ()).expect_err(way_out);
        assert!(sentence.contains(way_out), "{sentence}");
    };
    let good = work(Arrival::Closed, 1, 3);
    let to = |url: &str| LoadWork {
        targets: vec![target("GET", "/"), crate::model::Target { url: url.to_string(), ..target("GET", "/") }],
        ..good.clone()
    };
    failing(&LoadWork { targets: Vec::new(), ..good.clone() }, 9, "name at least one URL");
    failing(&LoadWork { connections: 0, ..good.clone() }, 9, "use 1 to");
    failing(&to("http://127.0.0.1:1/"), 9, "make a suite for each server");
    failing(&to("https://127.0.0.1/"), 9, "make a suite for each server");
    failing(&to("ftp://127.0.0.1/"), 9, "neither http:// nor https://");
    let unknown = crate::model::Target { url: format!("http://{}/", "a".repeat(300)), ..target("GET", "/") };
    failing(&LoadWork { targets: vec![unknown], ..good.clone() }, 9, "check the name");
    failing(&good, 2, "make room");
}
