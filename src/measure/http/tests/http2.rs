//! HTTP/2: servers that write their frames by hand, so that each does exactly what its test is about. What HTTP/2 shares with
//! HTTP/1 is tested beside it, by `service`.

pub mod service;
mod users;

use super::tls::{secured, serve_alpn};
use super::ways::{proxy, tunnels};
use super::{Arrival, LoadWork, Report, Wire, run, serve, serve_bytes, work};
use crate::model::Http;
use std::time::Duration;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
/// Flags: end of the stream (or acknowledgement), end of the headers.
const END: u8 = 1;
const WHOLE: u8 = 4;
/// `:status: 200` and `:status: 404` in the static table.
const OK: &[u8] = &[0x88];
const NOT_FOUND: &[u8] = &[0x8d];
/// `:status200` and `Hello world`.
const HELLO_BYTES: u64 = 21;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short payload").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn hello(stream: u32) -> Vec<u8> {
    [frame(HEADERS, WHOLE, stream, OK), frame(DATA, END, stream, b"Hello world")].concat()
}

fn reset(stream: u32, reason: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &reason.to_be_bytes())
}

/// Kind, flags and stream of the next frame.
fn read_frame(wire: &mut dyn Wire) -> Option<(u8, u8, u32)> {
    let mut head = [0; 9];
    wire.read_exact(&mut head).ok()?;
    let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    wire.read_exact(&mut vec![0; length]).ok()?;
    Some((head[3], head[4], u32::from_be_bytes([head[5], head[6], head[7], head[8]])))
}

/// Answers the n-th request of each connection with the frames that `answer` makes for its stream; none: it hangs up.
fn peer(answer: impl Fn(usize, u32) -> Option<Vec<u8>> + Clone + Send + 'static) -> impl Fn(&mut dyn Wire) + Clone + Send + 'static {
    move |wire| {
        if wire.read_exact(&mut [0; 24]).is_err() || wire.write_all(&frame(SETTINGS, 0, 0, &[])).is_err() {
            return;
        }
        let (mut count, mut asked, mut is_acknowledged) = (0, Vec::new(), false);
        while let Some((kind, flags, stream)) = read_frame(wire) {
            match kind {
                SETTINGS if flags & END == 0 => {
                    let _ = wire.write_all(&frame(SETTINGS, END, 0, &[]));
                }
                SETTINGS => is_acknowledged = true,
                HEADERS => asked.push(stream),
                _ => {}
            }
            // Who hangs up with bytes unread resets the connection: the acknowledgement is the last thing that comes unasked.
            for stream in asked.drain(..if is_acknowledged { asked.len() } else { 0 }) {
                let Some(reply) = answer(count, stream) else { return };
                count += 1;
                if wire.write_all(&reply).is_err() {
                    return;
                }
            }
        }
    }
}

/// The same work over HTTP/2.
pub fn two(mut work: LoadWork, streams: u32) -> LoadWork {
    work.transport.http = Http::Two { streams };
    work
}

/// Twelve requests, three at a time on each of two connections, and the class that all of them end in.
fn check(answer: impl Fn(usize, u32) -> Option<Vec<u8>> + Clone + Send + 'static, error: &str, detail: &str) -> Report {
    check_at(serve(peer(answer)), 3, error, detail)
}

fn check_at(port: u16, streams: u32, error: &str, detail: &str) -> Report {
    let report = run(&two(work(Arrival::Closed, 2, 12), streams), port);
    assert_eq!(report.errors(), [(error, 12)].into(), "{:?}", report.rows[0]);
    assert!(report.rows.iter().all(|row| row.detail.contains(detail)), "{:?}", report.rows[0]);
    report
}

#[test]
fn requests_share_connections() {
    let report = check(|_, stream| Some(hello(stream)), "", "");
    let transport = &report.transport;
    assert_eq!((transport.protocol.as_str(), transport.streams, transport.connects, transport.retries), ("h2c", Some(3), 2, 0));
    assert_eq!((report.load.connections, report.load.reconnects), (2, 0));
    for row in &report.rows {
        assert_eq!((row.code.as_str(), row.bytes_in), ("200", Some(HELLO_BYTES)));
        assert!(row.bytes_out > Some(0) && row.service_time_ns > Some(0) && row.tls_ns.is_none());
    }
    assert_eq!(report.rows.iter().filter(|row| row.connect_ns.is_some()).count(), 2, "told once for each connection");
    check(|_, stream| Some(frame(HEADERS, WHOLE | END, stream, NOT_FOUND)), "http-4xx", "");
}

#[test]
fn an_open_loop_and_bodies_of_requests_go_over_streams_too() {
    let mut work = two(work(Arrival::Constant(1000.0), 2, 100), 4);
    work.targets[0].method = "POST".to_string();
    work.targets[0].body = vec![b'x'; 100_000];
    let report = run(&work, serve(peer(|_, stream| Some(hello(stream)))));
    assert_eq!(report.errors(), [("", 100)].into());
    assert!(report.rows.iter().all(|row| row.bytes_out > Some(100_000) && row.lag_ns.is_some()));
}

#[test]
fn a_body_of_any_length_is_counted_and_let_go() {
    // More than every window: they are given back as the body comes.
    let piece = |stream: u32| frame(DATA, 0, stream, &[b'x'; 16_384]);
    let body = move |stream: u32| [frame(HEADERS, WHOLE, stream, OK), piece(stream).repeat(1300), frame(DATA, END, stream, b"")].concat();
    let report = run(&two(work(Arrival::Closed, 1, 2), 1), serve(peer(move |_, stream| Some(body(stream)))));
    assert_eq!(report.errors(), [("", 2)].into(), "{:?}", report.rows);
    assert!(report.rows.iter().all(|row| row.bytes_in == Some(10 + 1300 * 16_384)));
}

#[test]
fn a_stream_that_is_reset_has_failed_alone() {
    let report = check(|_, stream| Some(reset(stream, 2)), "read-reset", "reset the stream");
    assert_eq!((report.transport.connects, report.transport.retries), (2, 0));
    let head_only = |_, stream| Some([frame(HEADERS, WHOLE, stream, OK), frame(DATA, 0, stream, b"Hel"), reset(stream, 2)].concat());
    let report = check(head_only, "truncated-body", "reset the stream");
    assert!(report.transport.connects == 2 && report.rows.iter().all(|row| row.code == "200" && row.bytes_in == Some(13)));
}

#[test]
fn what_the_server_did_not_look_at_is_sent_again_a_few_times() {
    let report = check(|_, stream| Some(reset(stream, 7)), "read-reset", "did not take the request");
    assert_eq!((report.transport.retries, report.transport.connects), (36, 2));
    let report = check(|count, stream| Some(if count == 0 { reset(stream, 7) } else { hello(stream) }), "", "");
    assert_eq!((report.transport.retries, report.transport.connects, report.load.completed), (2, 2, 12));
}

#[test]
fn a_connection_that_goes_away_is_made_anew() {
    // The first request of each connection is answered, those after it were not looked at.
    let goodbye = |last: u32| frame(GOAWAY, 0, 0, &[last.to_be_bytes(), [0; 4]].concat());
    let answer = move |count, stream| Some(if count == 0 { [hello(stream), goodbye(stream)].concat() } else { Vec::new() });
    let report = check(answer, "", "");
    assert_eq!((report.transport.connects, report.load.reconnects), (12, 10));
    assert!(report.rows.iter().all(|row| row.service_time_ns <= Some(row.latency_ns)));
}

#[test]
fn a_connection_that_is_closed_takes_its_streams_along() {
    check_at(serve(peer(|_, _| None)), 1, "read-reset", "closed");
    let part = |count, stream| (count == 0).then(|| [frame(HEADERS, WHOLE, stream, OK), frame(DATA, 0, stream, b"Hel")].concat());
    let once = move |wire: &mut dyn Wire| {
        // Hangs up in the body.
        let behave = peer(part);
        behave(&mut UntilBody { wire, is_over: false });
    };
    check_at(serve(once), 1, "truncated-body", "closed");
}

#[test]
fn what_the_server_may_have_looked_at_is_not_sent_again() {
    // It goes away for a reason, says that it took the request, and hangs up.
    let calm = |_, stream: u32| Some(frame(GOAWAY, 0, 0, &[&stream.to_be_bytes()[..], &[0, 0, 0, 11], b"Hel"].concat()));
    let once = move |wire: &mut dyn Wire| peer(calm)(&mut UntilBody { wire, is_over: false });
    let report = check_at(serve(once), 1, "read-reset", "closed");
    assert_eq!(report.transport.retries, 0);
}

#[test]
fn interim_answers_are_not_the_answer() {
    let hint = |stream| frame(HEADERS, WHOLE, stream, b"\x08\x03103");
    let report = check(move |_, stream| Some([hint(stream), hello(stream)].concat()), "", "");
    assert!(report.rows.iter().all(|row| row.code == "200"));
}

/// Ends as soon as a body was begun.
struct UntilBody<'a> {
    wire: &'a mut dyn Wire,
    is_over: bool,
}

impl std::io::Read for UntilBody<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.is_over { Ok(0) } else { self.wire.read(into) }
    }
}

impl std::io::Write for UntilBody<'_> {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        self.is_over |= from.ends_with(b"Hel");
        self.wire.write(from)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.wire.flush()
    }
}

#[test]
fn what_breaks_the_rules_is_a_protocol_error() {
    // A push, which our settings refuse; a window that grows by nothing; a head of 80 kB in 4 kB; an answer before a head.
    let promise = |_, stream: u32| Some(frame(PUSH_PROMISE, WHOLE, stream, &[&2_u32.to_be_bytes(), OK].concat()));
    let long = [OK, b"\x40\x01a\x7f\xbd\x1d", &[b'x'; 3900], &[0xbe; 20]].concat();
    check(promise, "protocol", "rules of HTTP/2");
    check(|_, _| Some(frame(WINDOW_UPDATE, 0, 0, &[0; 4])), "protocol", "rules of HTTP/2");
    check(move |_, stream| Some(frame(HEADERS, WHOLE | END, stream, &long)), "protocol", "our limits");
    check(|_, stream| Some(frame(DATA, END, stream, b"Hello")), "protocol", "rules of HTTP/2");
}

#[test]
fn a_timeout_cancels_the_stream_and_keeps_the_connection() {
    let mut work = two(work(Arrival::Closed, 1, 4), 1);
    work.timeout = Duration::from_millis(50);
    let answer = |count, stream| Some(if count % 2 == 0 { Vec::new() } else { hello(stream) });
    let report = run(&work, serve(peer(answer)));
    assert_eq!(report.errors(), [("", 2), ("timeout-response", 2)].into());
    assert_eq!((report.transport.connects, report.load.reconnects), (1, 0));
    assert!(report.rows.iter().all(|row| row.error.is_empty() || row.latency_ns >= 50_000_000));
}

#[test]
fn http_2_or_an_error() {
    let report = check_at(serve_bytes(super::HELLO), 3, "protocol", "answers in HTTP/1");
    assert_eq!((report.transport.protocol.as_str(), report.load.completed), ("none", 0));
    for (offered, spoken, error) in [(&["h2"][..], "h2", ""), (&["http/1.1"], "none", "protocol"), (&[], "none", "protocol")] {
        let port = serve_alpn(offered, peer(|_, stream| Some(hello(stream))));
        let report = run(&two(secured(work(Arrival::Closed, 2, 12)), 3), port);
        assert_eq!(report.errors(), [(error, 12)].into(), "{:?}", report.rows[0]);
        assert_eq!(report.transport.protocol, spoken);
        assert!(report.rows.iter().all(|row| error.is_empty() || row.detail.contains("ALPN")), "{:?}", report.rows[0]);
    }
}

#[test]
fn streams_go_through_a_tunnel() {
    let server = serve_alpn(&["h2"], peer(|_, stream| Some(hello(stream))));
    let (asked, proxy_port) = tunnels(server);
    let mut work = two(secured(work(Arrival::Closed, 2, 12)), 3);
    work.transport.proxy = proxy(proxy_port, None);
    let report = run(&work, server);
    assert_eq!((report.errors(), report.transport.protocol.as_str()), ([("", 12)].into(), "h2"), "{:?}", report.rows[0]);
    assert_eq!(asked.lock().expect("a lock").len(), 2);
}
