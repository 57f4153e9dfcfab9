//! Redirects within one request.

use super::{Arrival, HELLO, LoadWork, Report, Wire, read_head, refusing_port, run, serve, tls, work};
use crate::model::Auth;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Request lines that a server got, and whether they carried credentials.
pub type Seen = Arc<Mutex<Vec<(String, bool)>>>;

/// A server that answers paths of the list with a status and a location, and every other one with hello.
pub fn redirecting(paths: Vec<(&'static str, u16, String)>) -> (Seen, impl Fn(&mut dyn Wire) + Clone + Send + 'static) {
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    let behave = move |stream: &mut dyn Wire| {
        while let Some(head) = read_head(stream) {
            let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_string();
            let path = line.split(' ').nth(1).unwrap_or_default().to_string();
            kept.lock().expect("a lock").push((line, head.contains("Authorization:")));
            let answer = match paths.iter().find(|(known, _, _)| *known == path) {
                Some((_, status, to)) => {
                    format!("HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 5\r\n\r\nmoved").into_bytes()
                }
                None => HELLO.to_vec(),
            };
            if stream.write_all(&answer).is_err() {
                return;
            }
        }
    };
    (seen, behave)
}

/// Two requests of `/` over one connection; what they end in.
fn check(port: u16, limit: u32, change: impl FnOnce(&mut LoadWork), code: &str, error: &str) -> Report {
    let mut work = work(Arrival::Closed, 1, 2);
    work.transport.redirects = limit;
    change(&mut work);
    let report = run(&work, port);
    for row in &report.rows {
        assert_eq!((row.code.as_str(), row.error.as_str()), (code, error), "{}", row.detail);
    }
    report
}

pub fn lines(seen: &Seen) -> Vec<String> {
    seen.lock().expect("a lock").iter().map(|(line, _)| line.clone()).collect()
}

#[test]
fn without_a_limit_a_redirect_is_the_answer() {
    let (seen, behave) = redirecting(vec![("/", 302, "/a".to_string())]);
    let report = check(serve(behave), 0, |_| {}, "302", "");
    assert_eq!((lines(&seen), report.transport.redirects), (vec!["GET /".to_string(); 2], 0));
}

#[test]
fn redirects_of_one_server_stay_on_the_connection_and_in_one_request() {
    let (seen, behave) = redirecting(vec![("/", 302, "a?x=1".to_string()), ("/a?x=1", 307, "/b".to_string())]);
    let report = check(serve(behave), 2, |_| {}, "200", "");
    assert_eq!(lines(&seen), ["GET /", "GET /a?x=1", "GET /b", "GET /", "GET /a?x=1", "GET /b"]);
    assert_eq!((report.transport.redirects, report.transport.connects, report.load.completed), (4, 1, 2));
    let moved = "HTTP/1.1 302 Moved\r\nLocation: a?x=1\r\nContent-Length: 5\r\n\r\nmoved".len()
        + "HTTP/1.1 307 Moved\r\nLocation: /b\r\nContent-Length: 5\r\n\r\nmoved".len();
    assert!(report.rows.iter().all(|row| row.bytes_in == Some((moved + HELLO.len()) as u64)));
    assert!(report.rows.iter().all(|row| row.bytes_out > Some(3 * 50)));
}

#[test]
fn more_redirects_than_the_limit_are_a_failure() {
    let (seen, behave) = redirecting(vec![("/", 301, "/".to_string())]);
    let report = check(serve(behave), 3, |_| {}, "301", "redirect-limit");
    assert_eq!((lines(&seen).len(), report.load.failed), (8, 2));
    let (_, behave) = redirecting(vec![("/", 301, "ftp://x/".to_string())]);
    let report = check(serve(behave), 3, |_| {}, "301", "redirect-limit");
    assert!(report.rows[0].detail.contains("neither http:// nor https://"), "{}", report.rows[0].detail);
}

#[test]
fn another_server_is_connected_to_and_gets_no_credentials() {
    let (there, behave) = redirecting(Vec::new());
    let there_port = serve(behave);
    let (here, behave) = redirecting(vec![("/", 302, format!("http://127.0.0.1:{there_port}/x"))]);
    let auth = |work: &mut LoadWork| work.transport.auth = Some(Auth::Basic(tls::material("me:s3cret")));
    let report = check(serve(behave), 1, auth, "200", "");
    // There and back again, twice; the last way back is not gone.
    assert_eq!((report.transport.connects, report.transport.addresses.len()), (4, 2));
    assert!(here.lock().expect("a lock").iter().all(|(_, has_credentials)| *has_credentials));
    assert_eq!(*there.lock().expect("a lock"), vec![("GET /x".to_string(), false); 2]);
    assert!(report.rows.iter().all(|row| row.connect_ns.is_some()));
}

#[test]
fn plain_http_leads_to_tls() {
    let (_, behave) = redirecting(Vec::new());
    let there = tls::serve(behave);
    let (_, behave) = redirecting(vec![("/", 308, format!("https://127.0.0.1:{there}/x"))]);
    let trusting = |work: &mut LoadWork| work.transport = crate::model::Transport { redirects: 1, ..tls::secured(work.clone()).transport };
    let report = check(serve(behave), 1, trusting, "200", "");
    assert!(report.rows.iter().all(|row| row.tls_ns.is_some()) && report.transport.tls.is_some());
}

#[test]
fn methods_change_as_browsers_do() {
    for (status, expected) in [(301, "GET /a"), (302, "GET /a"), (303, "GET /a"), (307, "POST /a"), (308, "POST /a")] {
        let (seen, behave) = redirecting(vec![("/", status, "/a".to_string())]);
        check(serve(behave), 1, |work| work.targets[0].method = "POST".to_string(), "200", "");
        assert_eq!(lines(&seen)[..2], ["POST /".to_string(), expected.to_string()], "{status}");
    }
}

#[test]
fn a_redirect_to_nobody_is_no_connection() {
    let (nobody, _held) = refusing_port();
    let (_, behave) = redirecting(vec![("/", 302, format!("http://127.0.0.1:{nobody}/"))]);
    // The last answer that came.
    let report = check(serve(behave), 1, |_| {}, "302", "connect");
    assert!(report.rows.iter().all(|row| row.latency_ns > 0));
    let (_, behave) = redirecting(vec![("/", 302, "http://no-such-host.invalid/".to_string())]);
    check(serve(behave), 1, |work| work.timeout = Duration::from_secs(60), "302", "dns");
}
