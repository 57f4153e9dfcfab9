//! Stages, think time, traces, shards and giving up, through the whole engine.

use super::{Arrival, HELLO, read_request, run, serve, serve_bytes, work};
use crate::model::{Condition, LoadWork, Shard, Side, Stage, Start, Statistic, Stop};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

fn stage<T>(from: T, to: T, ms: u64) -> Stage<T> {
    Stage { from, to, duration: Duration::from_millis(ms) }
}

#[test]
fn stages_of_rates_send_what_they_plan() {
    let stages = vec![stage(500.0, 500.0, 60), stage(500.0, 1500.0, 60), stage(0.0, 0.0, 10), stage(1000.0, 1000.0, 20)];
    let report = run(&work(Arrival::Stages(stages), 4, 0), serve_bytes(HELLO));
    assert_eq!((report.load.planned, report.load.completed), (30 + 60 + 20, 110));
    assert!(report.load.measured_ns >= 149_000_000, "{:?}", report.load);
}

#[test]
fn stages_of_connections_keep_others_idle() {
    // Each request takes 5 ms; how many are there at once is the server's word.
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = (Arc::clone(&now), Arc::clone(&most));
    let port = serve(move |stream| {
        while read_request(stream) {
            seen.1.fetch_max(seen.0.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5));
            seen.0.fetch_sub(1, Ordering::SeqCst);
            if stream.write_all(HELLO).is_err() {
                return;
            }
        }
    });
    let stages = |to| Arrival::ClosedStages(vec![stage(1, 1, 30), stage(1, to, 60)]);
    let report = run(&work(stages(2), 8, 0), port);
    assert_eq!((most.load(Ordering::SeqCst), report.errors().len()), (2, 1));
    run(&work(stages(5), 8, 0), port);
    assert!((3..=5).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

#[test]
fn a_connection_thinks_between_an_answer_and_its_next_request() {
    let pause = Duration::from_millis(20);
    let gaps = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&gaps);
    let port = serve(move |stream| {
        let mut answered: Option<crate::clock::Clock> = None;
        while read_request(stream) {
            seen.lock().expect("a lock").extend(answered.map(|clock| clock.elapsed_ns()));
            answered = Some(crate::clock::Clock::start());
            if stream.write_all(HELLO).is_err() {
                return;
            }
        }
    });
    let report = run(&LoadWork { think_time: pause, ..work(Arrival::Closed, 2, 10) }, port);
    assert_eq!(report.errors(), [("", 10)].into());
    let gaps = gaps.lock().expect("a lock");
    assert_eq!(gaps.len(), 8, "each of two connections starts without a pause");
    assert!(gaps.iter().all(|gap_ns| u128::from(*gap_ns) >= pause.as_nanos() - 1_000_000), "{gaps:?}");
    // Thinking is nobody's latency.
    assert!(report.rows.iter().filter(|row| u128::from(row.latency_ns) < pause.as_nanos()).count() >= 5);
}

#[test]
fn a_trace_starts_as_recorded() {
    let report = run(&work(Arrival::Trace("in the test's drive".into()), 2, 0), serve_bytes(HELLO));
    assert_eq!((report.load.planned, report.load.completed, report.load.schedule.as_deref()), (3, 3, Some("3 recorded starts")));
}

#[test]
fn shards_ask_for_every_target_once() {
    // Six requests, alternating between two targets, by two shards: each has one target only.
    let port = serve_bytes(HELLO);
    let mut whole = work(Arrival::Constant(1000.0), 2, 6);
    whole.targets.push(super::target("GET", "/other"));
    let mut labels = Vec::new();
    for index in 1..=2 {
        let report = run(&LoadWork { shard: Shard::new(index, 2), ..whole.clone() }, port);
        assert_eq!((report.load.planned, report.load.connections, report.load.rate_planned), (3, 1, Some(500.0)));
        labels.extend(report.rows.into_iter().map(|row| row.label));
    }
    assert_eq!(labels, ["GET /"; 3].into_iter().chain(["GET /other"; 3]).collect::<Vec<_>>());
    let alone = LoadWork { shard: Shard::new(3, 3), ..whole };
    let error = super::try_run(&alone, port, usize::MAX, &false.into(), &mut |_| {}).unwrap_err();
    assert!(error.0.starts_with("2 connections leave none for this shard"), "{error}");
}

#[test]
fn a_lost_run_is_given_up() {
    let condition = Condition { statistic: Statistic::ErrorRate, side: Side::Above, limit: 0.5, limit_text: "50%".to_string() };
    let lost = LoadWork { abort_if: Some(condition), stop: Stop::After(Duration::from_secs(600)), ..work(Arrival::Constant(200.0), 2, 0) };
    let port = serve_bytes(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
    let report = run(&lost, port);
    assert!(report.facts.partial && report.load.planned < 100_000, "{:?}", report.load);
    let reason = report.facts.aborted.expect("a reason");
    assert!(reason.starts_with("error rate > 50% held after ") && reason.ends_with("it was 100%"), "{reason}");
    let kept = LoadWork { stop: Stop::After(Duration::from_millis(1300)), ..lost };
    assert_eq!(run(&kept, serve_bytes(HELLO)).facts.aborted, None);
}

#[test]
fn a_start_that_was_missed_measures_nothing() {
    let late = LoadWork { start: Start::At(1), ..work(Arrival::Closed, 1, 1) };
    let error = super::try_run(&late, serve_bytes(HELLO), usize::MAX, &false.into(), &mut |_| {}).unwrap_err();
    assert!(error.0.contains("may start 1s late at most"), "{error}");
}
