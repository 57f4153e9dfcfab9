//! Requests that are filled from rows: which row each one takes, and where the load ends.

use super::{Arrival, LoadWork, Stop, Wire, read_head, report, run, serve, target, try_run, work};
use crate::model::{FeedOrder, Feeder, Rows, Shard};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Paths that a server got, with the user's header behind them.
type Seen = Arc<Mutex<Vec<String>>>;

fn noting() -> (Seen, impl Fn(&mut dyn Wire) + Clone + Send + 'static) {
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    let behave = move |stream: &mut dyn Wire| {
        while let Some(head) = read_head(stream) {
            let path = head.split(' ').nth(1).unwrap_or_default();
            let user = head.lines().find_map(|line| line.strip_prefix("X-User: ")).unwrap_or("-");
            kept.lock().expect("a lock").push(format!("{path} {user}"));
            if stream.write_all(super::HELLO).is_err() {
                return;
            }
        }
    };
    (seen, behave)
}

/// `count` requests by one connection, each with a row of `a` to `e`.
fn fed(order: FeedOrder, arrival: Arrival, count: u64) -> LoadWork {
    let mut rows = Rows::new(vec!["user".to_string()]);
    ["a", "b", "c", "d", "e e"].iter().for_each(|value| rows.push(value));
    let mut filled = target("GET", "/{{user}}/{{iteration}}");
    filled.headers = vec![("X-User".to_string(), "{{user}}".to_string())];
    let feeders = vec![Feeder { path: "users.csv".into(), order, rows: Arc::new(rows) }];
    LoadWork { targets: vec![filled], feeders, ..work(arrival, 1, count) }
}

fn requests(work: &LoadWork) -> (Vec<String>, super::Report) {
    let (seen, behave) = noting();
    let report = run(work, serve(behave));
    assert!(report.rows.iter().all(|row| row.label == "GET /{{user}}/{{iteration}}"), "a value is in no label");
    let seen = seen.lock().expect("a lock").clone();
    (seen, report)
}

fn check(order: FeedOrder, expected: &[&str]) {
    for arrival in [Arrival::Closed, Arrival::Constant(5000.0)] {
        let (seen, report) = requests(&fed(order, arrival, expected.len() as u64));
        assert_eq!(seen, expected);
        assert_eq!(report.notes, [""; 0]);
    }
}

#[test]
fn each_request_takes_its_row() {
    check(FeedOrder::Sequential, &["/a/0 a", "/b/1 b", "/c/2 c", "/d/3 d", "/e%20e/4 e e", "/a/5 a", "/b/6 b"]);
    check(FeedOrder::Once, &["/a/0 a", "/b/1 b", "/c/2 c", "/d/3 d", "/e%20e/4 e e"]);
    check(FeedOrder::Random { seed: 7 }, &["/c/0 c", "/b/1 b", "/e%20e/2 e e", "/e%20e/3 e e"]);
}

#[test]
fn shards_take_the_rows_of_their_slots() {
    for order in [FeedOrder::Sequential, FeedOrder::Random { seed: 3 }] {
        let (whole, _) = requests(&fed(order, Arrival::Constant(5000.0), 12));
        for index in 1..=3u32 {
            let work = LoadWork { shard: Shard::new(index, 3), connections: 3, ..fed(order, Arrival::Constant(5000.0), 12) };
            let own: Vec<&String> = whole.iter().skip(index as usize - 1).step_by(3).collect();
            assert_eq!(requests(&work).0.iter().collect::<Vec<_>>(), own);
        }
    }
}

#[test]
fn a_load_that_needs_more_rows_is_refused_before_it_starts() {
    for arrival in [Arrival::Closed, Arrival::Constant(5000.0)] {
        let work = fed(FeedOrder::Once, arrival, 6);
        let error = try_run(&work, 1, 0, &AtomicBool::new(false), &mut |_| {}).expect_err("refused");
        let expected = "the load needs 6 rows (warm-up included), and users.csv has 5 to be used once; ";
        assert!(error.0.starts_with(expected), "{error}");
    }
}

#[test]
fn the_load_ends_with_the_last_row() {
    let minute = Stop::After(Duration::from_secs(60));
    let poisson = crate::model::Spacing::Poisson { seed: 1 };
    for work in [
        LoadWork { stop: minute, ..fed(FeedOrder::Once, Arrival::Closed, 0) },
        LoadWork { stop: minute, spacing: poisson, ..fed(FeedOrder::Once, Arrival::Constant(1000.0), 0) },
    ] {
        let (seen, report) = requests(&work);
        assert_eq!((seen.len(), report.load.planned, report.load.completed), (5, 5, 5));
        assert!(report.load.measured_ns < 30_000_000_000, "rates are over the time in which requests could start");
        assert_eq!(report.notes, ["the load ended before its time: the 5 rows of users.csv were used up"]);
        assert!(!report.facts.partial);
    }
}

#[test]
fn rows_of_a_shard_end_with_those_of_all() {
    let minute = Stop::After(Duration::from_secs(60));
    for (index, expected) in [(1, 3), (2, 2)] {
        let work = LoadWork { stop: minute, shard: Shard::new(index, 2), connections: 2, ..fed(FeedOrder::Once, Arrival::Closed, 0) };
        assert_eq!(requests(&work).1.load.planned, expected);
    }
}

#[test]
fn a_warm_up_that_uses_all_rows_measures_nothing() {
    let (_, behave) = noting();
    let minute = Duration::from_secs(60);
    let work = LoadWork { warm_up: minute, stop: Stop::After(minute), ..fed(FeedOrder::Once, Arrival::Closed, 0) };
    let error = try_run(&work, serve(behave), 9, &AtomicBool::new(false), &mut |_| {}).map(report).expect_err("nothing");
    assert!(error.0.ends_with("in its warm-up; nothing was measured"), "{error}");
}

#[test]
fn what_is_due_and_finds_no_connection_keeps_its_row() {
    // One connection that is never answered: the other four are unsent, and the run says what they were.
    let silent = serve(|stream| while read_head(stream).is_some() {});
    let work = LoadWork { grace: Duration::from_millis(50), ..fed(FeedOrder::Once, Arrival::Constant(1000.0), 5) };
    let report = run(&work, silent);
    assert_eq!((report.load.failed, report.load.unsent), (1, 4));
}
