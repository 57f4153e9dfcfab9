//! What is on its way over streams: users with their sessions, redirects, runs that end early.

use super::{hello, peer, reset, service, two};
use crate::measure::http::tests::redirects::{lines, redirecting};
use crate::measure::http::tests::scenarios::{scenario, shop, steps, told};
use crate::measure::http::tests::{read_request, report, run, serve, target, try_run, work};
use crate::model::{Arrival, Condition, LoadWork, Side, Statistic, Stop};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Twenty users of the shop who all end well.
fn check(work: &LoadWork, last: Option<usize>, connects: std::ops::RangeInclusive<u64>) {
    let report = run(work, service::serve(shop(0), last));
    let note = "20 iterations planned, 20 completed, 0 failed, 0 unsent; 0 later requests of failed iterations not started";
    told(&report, &[("cart", "", 20), ("login", "", 20), ("pay", "", 20)], note);
    assert!(connects.contains(&report.transport.connects), "{:?}", report.transport);
}

#[test]
fn users_share_a_connection_and_no_session() {
    let one = |arrival| two(scenario(steps(), arrival, 1, 20), 5);
    check(&one(Arrival::Closed), None, 1..=1);
    check(&one(Arrival::Constant(2000.0)), None, 1..=1);
    let mut thinking = steps();
    thinking[0].think_time = Duration::from_millis(5);
    check(&two(scenario(thinking, Arrival::Closed, 2, 20), 3), None, 2..=2);
}

#[test]
fn a_session_goes_on_where_its_connection_goes_away() {
    // Sixty requests, at least seven on each connection.
    check(&two(scenario(steps(), Arrival::Closed, 1, 20), 3), Some(7), 2..=9);
}

#[test]
fn redirects_stay_on_their_connection() {
    let (seen, behave) = redirecting(vec![("/", 302, "a?x=1".to_string()), ("/a?x=1", 307, "/b".to_string())]);
    let mut work = two(work(Arrival::Closed, 1, 2), 1);
    work.transport.redirects = 2;
    let report = run(&work, service::serve(behave, None));
    assert_eq!(report.errors(), [("", 2)].into(), "{:?}", report.rows[0]);
    assert_eq!(lines(&seen), ["GET /", "GET /a?x=1", "GET /b", "GET /", "GET /a?x=1", "GET /b"]);
    assert_eq!((report.transport.redirects, report.transport.connects, report.load.completed), (4, 1, 2));
    assert!(report.rows.iter().all(|row| row.code == "200" && row.bytes_out > Some(3 * 50)));
}

#[test]
fn redirects_that_cannot_be_followed_are_failures() {
    for (to, detail) in [("/", "more than 3 redirects"), ("https://127.0.0.1:1/", "https://127.0.0.1:1/ is of another one")] {
        let (_, behave) = redirecting(vec![("/", 301, to.to_string())]);
        let mut work = two(work(Arrival::Closed, 1, 2), 2);
        work.transport.redirects = 3;
        let report = run(&work, service::serve(behave, None));
        assert_eq!(report.errors(), [("redirect-limit", 2)].into());
        assert!(report.rows.iter().all(|row| row.code == "301" && row.detail.contains(detail)), "{:?}", report.rows[0]);
        assert_eq!(report.load.reconnects, 0);
    }
}

#[test]
fn every_target_is_asked_for_what_it_is() {
    let (seen, behave) = redirecting(Vec::new());
    let targets = vec![target("GET", "/a"), target("POST", "/b"), target("DELETE", "/c")];
    let report = run(&two(LoadWork { targets, ..work(Arrival::Closed, 1, 4) }, 1), service::serve(behave, None));
    assert_eq!(report.errors(), [("", 4)].into());
    assert_eq!(lines(&seen), ["GET /a", "POST /b", "DELETE /c", "GET /a"]);
}

#[test]
fn an_answer_to_head_has_no_body() {
    let targets = vec![target("HEAD", "/")];
    let length = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n";
    let report = run(&two(LoadWork { targets, ..work(Arrival::Closed, 1, 4) }, 1), service::bytes(length));
    assert_eq!(report.errors(), [("", 4)].into(), "{:?}", report.rows[0]);
}

#[test]
fn an_interrupted_run_names_what_was_on_its_way() {
    let silent = serve(peer(|_, _| Some(Vec::new())));
    let work = two(work(Arrival::Closed, 2, 30), 3);
    let kept = try_run(&work, silent, usize::MAX, &AtomicBool::new(true), &mut |_| {}).expect("a run");
    assert_eq!(report(kept).errors(), [("interrupted", 6)].into());
    let flag = AtomicBool::new(false);
    let endless = LoadWork { stop: Stop::After(Duration::from_secs(3600)), ..work };
    let port = serve(peer(|_, stream| Some(hello(stream))));
    let kept = try_run(&endless, port, usize::MAX, &flag, &mut |now| flag.store(now.done >= 10, Ordering::SeqCst));
    let report = report(kept.expect("a run"));
    assert!(report.facts.partial && report.load.completed >= 10, "{:?}", report.load);
}

#[test]
fn an_interrupted_session_is_told_of_too() {
    let work = two(scenario(steps(), Arrival::Closed, 1, 20), 4);
    let port = service::serve(|stream| assert!(read_request(stream)), None);
    let kept = try_run(&work, port, usize::MAX, &AtomicBool::new(true), &mut |_| {}).expect("a run");
    let note = "4 iterations planned, 0 completed, 4 failed, 0 unsent; 8 later requests of failed iterations not started";
    told(&report(kept), &[("login", "interrupted", 4)], note);
}

#[test]
fn a_lost_run_is_given_up() {
    let condition = Condition { statistic: Statistic::ErrorRate, side: Side::Above, limit: 0.5, limit_text: "50%".to_string() };
    let endless = LoadWork { stop: Stop::After(Duration::from_secs(3600)), ..work(Arrival::Constant(200.0), 2, 0) };
    let report = run(&two(LoadWork { abort_if: Some(condition), ..endless }, 2), serve(peer(|_, stream| Some(reset(stream, 2)))));
    assert!(report.facts.partial && report.load.completed == 0, "{:?}", report.load);
    let reason = report.facts.aborted.expect("a reason");
    assert!(reason.starts_with("error rate > 50% held after "), "{reason}");
}
