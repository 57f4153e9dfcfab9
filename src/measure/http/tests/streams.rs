//! Targets that come while the load runs.

use super::{Arrival, HELLO, Kept, LoadWork, Report, Stop, read_head, report, serve, serve_bytes, target, work};
use crate::measure::http::{Drive, LoadError, drive};
use crate::model::{Shard, Target};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// Runs a load on targets that a thread sends, until it has no more or nobody takes them.
fn run(work: &LoadWork, port: u16, targets: impl Iterator<Item = Result<Target, String>> + Send + 'static) -> Result<Report, LoadError> {
    let (sender, receiver) = sync_channel(2);
    std::thread::spawn(move || targets.into_iter().all(|target| sender.send(target).is_ok()));
    let mut kept = Kept { rows: Vec::new(), values: Vec::new(), facts: None, notes: Vec::new(), room: usize::MAX };
    let interrupted = AtomicBool::new(false);
    let (recorded, targets) = (Arc::default(), Some(receiver));
    drive(Drive { work, recorded, targets, port: Some(port), interrupted: &interrupted, progress: &mut |_| {} }, &mut kept)?;
    Ok(report(kept))
}

/// `GET /0`, `GET /1`, …
fn numbered() -> impl Iterator<Item = Result<Target, String>> + Send + 'static {
    (0..).map(|n| Ok(target("GET", &format!("/{n}"))))
}

fn lazily(arrival: Arrival, connections: u32, count: u64) -> LoadWork {
    LoadWork { targets: Vec::new(), ..work(arrival, connections, count) }
}

/// The labels of a finished run in the order of its requests.
fn check(work: &LoadWork, targets: impl Iterator<Item = Result<Target, String>> + Send + 'static, expected: &[u64], note: Option<&str>) {
    let report = run(work, serve_bytes(HELLO), targets).expect("a run");
    let mut labels: Vec<String> = report.rows.iter().map(|row| row.label.clone()).collect();
    labels.sort_by_key(|label| label.trim_start_matches("GET /").parse::<u64>().unwrap_or(u64::MAX));
    assert_eq!(labels, expected.iter().map(|n| format!("GET /{n}")).collect::<Vec<_>>());
    assert_eq!(report.notes, note.into_iter().collect::<Vec<_>>());
}

const MINUTE: Stop = Stop::After(Duration::from_secs(60));

#[test]
fn an_endless_stream_is_read_as_far_as_the_load_goes() {
    for arrival in [Arrival::Closed, Arrival::Constant(2000.0)] {
        check(&lazily(arrival, 3, 40), numbered(), &(0..40).collect::<Vec<_>>(), None);
    }
}

#[test]
fn a_stream_that_ends_ends_the_load() {
    for arrival in [Arrival::Closed, Arrival::Constant(2000.0)] {
        let note = "the load ended before its time: the stream of targets ended after 7";
        let work = LoadWork { stop: MINUTE, ..lazily(arrival.clone(), 2, 0) };
        check(&work, numbered().take(7), &[0, 1, 2, 3, 4, 5, 6], Some(note));
        // Exactly as many as were asked for are enough.
        check(&lazily(arrival, 2, 7), numbered().take(7), &[0, 1, 2, 3, 4, 5, 6], None);
    }
}

#[test]
fn a_slow_stream_is_waited_for() {
    let slow = || numbered().take(5).inspect(|_| std::thread::sleep(Duration::from_millis(5)));
    let report = run(&lazily(Arrival::Closed, 2, 5), serve_bytes(HELLO), slow()).expect("a run");
    assert_eq!(report.errors(), [("", 5)].into());
    // In an open loop that is the generator's own lag, and no fault of the server.
    let report = run(&lazily(Arrival::Constant(100_000.0), 2, 5), serve_bytes(HELLO), slow()).expect("a run");
    assert!(report.rows.iter().skip(1).all(|row| row.lag_ns > Some(3_000_000)), "{:?}", report.rows);
}

#[test]
fn shards_take_every_other_target() {
    for (index, expected) in [(1, [0, 2, 4]), (2, [1, 3, 5])] {
        let work = LoadWork { shard: Shard::new(index, 2), ..lazily(Arrival::Constant(2000.0), 2, 6) };
        check(&work, numbered(), &expected, None);
    }
}

#[test]
fn what_is_never_sent_is_known_by_its_own_target() {
    let silent = serve(|stream| while read_head(stream).is_some() {});
    let work = LoadWork { grace: Duration::from_millis(50), ..lazily(Arrival::Constant(1000.0), 1, 3) };
    let report = run(&work, silent, numbered()).expect("a run");
    let mut rows: Vec<(&str, &str)> = report.rows.iter().map(|row| (row.label.as_str(), row.error.as_str())).collect();
    rows.sort_unstable();
    assert_eq!(rows, [("GET /0", "timeout-response"), ("GET /1", "unsent"), ("GET /2", "unsent")]);
}

#[test]
fn a_stream_that_cannot_be_requested_says_why() {
    let failing = |targets: Vec<Result<Target, String>>, expected: &str| {
        let work = LoadWork { stop: MINUTE, ..lazily(Arrival::Closed, 1, 0) };
        let LoadError(why) = run(&work, serve_bytes(HELLO), targets.into_iter()).map(|_| ()).expect_err(expected);
        assert!(why.contains(expected), "{why}");
    };
    let other = Target { url: "http://127.0.0.1:1/".to_string(), ..target("GET", "/") };
    failing(Vec::new(), "the stream of targets ended without one");
    failing(vec![Err("standard input:1:1: expected a target".to_string())], "standard input:1:1");
    failing(vec![Ok(target("GET", "/")), Err("standard input:2:1: expected a target".to_string())], "standard input:2:1");
    failing(vec![Ok(target("GET", "/")), Ok(other)], "http://127.0.0.1:1/ are of different servers; make a load for each server");
}
