//! What the times mean: relations only, since the machine may be slow.

use super::{Arrival, HELLO, Row, read_request, run, serve, serve_bytes, work};
use std::time::Duration;

fn median(rows: &[Row], of: impl Fn(&Row) -> Option<u64>) -> u64 {
    let mut values: Vec<u64> = rows.iter().filter_map(of).collect();
    values.sort_unstable();
    values[values.len() / 2]
}

#[test]
fn a_server_that_stalls_shows_in_latency_and_not_in_lag() {
    // 500 requests per second over one connection; the answer to the first takes half a second.
    let port = serve(|stream| {
        let mut stall = Duration::from_millis(500);
        while read_request(stream) {
            std::thread::sleep(std::mem::take(&mut stall));
            if stream.write_all(HELLO).is_err() {
                return;
            }
        }
    });
    let report = run(&work(Arrival::Constant(500.0), 1, 200), port);
    assert_eq!(report.errors(), [("", 200)].into());
    // Request k was due 2·k ms after the first: it has waited for the rest of the stall, in the queue.
    for (k, row) in report.rows.iter().enumerate() {
        assert!(row.latency_ns >= 500_000_000 - k as u64 * 2_000_000, "request {k}: {row:?}");
    }
    let queue_wait_ns = median(&report.rows, |row| row.queue_wait_ns);
    assert!(queue_wait_ns >= 150_000_000, "{queue_wait_ns}");
    assert!(median(&report.rows, |row| row.lag_ns) < queue_wait_ns / 4);
    assert!(median(&report.rows, |row| row.service_time_ns) < queue_wait_ns / 4);
}

#[test]
fn latency_is_lag_and_waiting_and_service() {
    let report = run(&work(Arrival::Constant(2000.0), 2, 100), serve_bytes(HELLO));
    for row in &report.rows {
        let parts = row.lag_ns.zip(row.queue_wait_ns).zip(row.service_time_ns).map(|((lag, wait), service)| lag + wait + service);
        assert_eq!(parts, Some(row.latency_ns), "{row:?}");
    }
}

#[test]
fn a_closed_loop_has_no_schedule() {
    let report = run(&work(Arrival::Closed, 2, 100), serve_bytes(HELLO));
    for row in &report.rows {
        assert_eq!((row.lag_ns, row.queue_wait_ns, row.service_time_ns), (None, None, Some(row.latency_ns)), "{row:?}");
    }
    assert_eq!((report.load.rate_planned, report.load.rate_achieved, report.load.late), (None, None, 0));
}

#[test]
fn an_open_loop_never_runs_ahead_of_its_schedule() {
    let report = run(&work(Arrival::Constant(1000.0), 4, 100), serve_bytes(HELLO));
    let achieved = report.load.rate_achieved.expect("an open loop");
    assert!(achieved <= 1000.0 && report.load.measured_ns >= 100_000_000, "{:?}", report.load);
    assert_eq!(report.facts.duration_ns, Some(report.load.measured_ns));
}
