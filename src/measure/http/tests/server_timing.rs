//! What answers tell of their making.

use super::http2::{service, two};
use super::{Report, run, serve_bytes, work};
use crate::model::Arrival;

/// The values that four requests brought, of a server that always answers so.
fn check(answer: &'static [u8], expected: &[(&str, f64, bool)], notes: usize) {
    check_of(&run(&work(Arrival::Closed, 2, 4), serve_bytes(answer)), expected, notes);
    // Interim answers are frames of their own there.
    if !answer.starts_with(b"HTTP/1.1 100") {
        check_of(&run(&two(work(Arrival::Closed, 2, 4), 2), service::bytes(answer)), expected, notes);
    }
}

fn check_of(report: &Report, expected: &[(&str, f64, bool)], notes: usize) {
    assert_eq!((report.rows.len(), report.load.planned), (4, 4), "entries are no requests");
    let told: Vec<_> = report.values.iter().map(|(label, ns, failed)| (label.as_str(), *ns, *failed)).collect();
    let four_times: Vec<_> = (0..4).flat_map(|_| expected.iter().copied()).collect();
    assert_eq!(told, four_times);
    assert_eq!(report.notes.iter().filter(|note| note.contains("Server-Timing")).count(), notes, "{:?}", report.notes);
}

#[test]
fn every_entry_of_every_header_is_recorded() {
    check(
        b"HTTP/1.1 200 OK\r\nServer-Timing: db;dur=12.5, cache;desc=\"a, b\";dur=1\r\nContent-Length: 2\r\nserver-timing: app;dur=0.5\r\n\r\nhi",
        &[("GET / [db]", 12_500_000.0, false), ("GET / [cache]", 1_000_000.0, false), ("GET / [app]", 500_000.0, false)],
        0,
    );
    check(b"HTTP/1.1 200 OK\r\nServer-Timin: db;dur=1\r\nContent-Length: 0\r\n\r\n", &[], 0);
}

#[test]
fn of_failed_requests_it_is_kept_apart() {
    check(b"HTTP/1.1 503 Busy\r\nServer-Timing: db;dur=2\r\nContent-Length: 0\r\n\r\n", &[("GET / [db]", 2_000_000.0, true)], 0);
}

#[test]
fn what_cannot_be_read_is_a_note() {
    check(b"HTTP/1.1 200 OK\r\nServer-Timing: db;dur=slow, ok;dur=3\r\nContent-Length: 0\r\n\r\n", &[("GET / [ok]", 3e6, false)], 1);
    check(b"HTTP/1.1 100 Continue\r\nServer-Timing: db;dur=1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &[], 0);
}
