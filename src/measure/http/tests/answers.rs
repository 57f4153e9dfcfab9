//! One connection, one kind of answer.

use super::{Arrival, HELLO, LoadWork, Wire, read_request, run, serve, serve_tcp, target, tls, work};
use std::io::{Read as _, Write as _};
use std::time::Duration;

/// Three requests in a closed loop over one connection, plain and within TLS, each of which must end alike. Code and message
/// are what was known of the answer; `reconnects` how often the connection had to be made again.
fn check(behave: impl Fn(&mut dyn Wire) + Clone + Send + 'static, method: &str, code: &str, message: &str, error: &str, reconnects: u64) {
    let plain = LoadWork { targets: vec![target(method, "/")], ..work(Arrival::Closed, 1, 3) };
    for (work, port) in [(plain.clone(), serve(behave.clone())), (tls::secured(plain), tls::serve(behave))] {
        let report = run(&work, port);
        for row in &report.rows {
            let found = (row.code.as_str(), row.message.as_str(), row.error.as_str());
            assert_eq!(found, (code, message, error), "{}: {}", work.targets[0].url, row.detail);
        }
        let has_answer = error.is_empty() || error.starts_with("http-");
        assert_eq!((report.load.completed, report.load.failed), if has_answer { (3, 0) } else { (0, 3) });
        assert_eq!(report.load.reconnects, reconnects, "{}", work.targets[0].url);
    }
}

/// Answers every request with the same bytes.
fn always(answer: &'static [u8]) -> impl Fn(&mut dyn Wire) + Clone + Send + 'static {
    move |stream| while read_request(stream) && stream.write_all(answer).is_ok() {}
}

/// Answers one request and closes the connection.
fn once(answer: &'static [u8]) -> impl Fn(&mut dyn Wire) + Clone + Send + 'static {
    move |stream| {
        let _ = read_request(stream) && stream.write_all(answer).is_ok();
    }
}

#[test]
fn an_error_status_is_an_answer_and_an_error() {
    check(always(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "GET", "404", "Not Found", "http-4xx", 0);
    check(always(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 3\r\n\r\nno\n"), "GET", "503", "Service Unavailable", "http-5xx", 0);
}

#[test]
fn a_redirect_is_a_success() {
    check(always(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"), "GET", "302", "Found", "", 0);
}

#[test]
fn answers_without_a_body_keep_the_connection() {
    check(always(b"HTTP/1.1 204 No Content\r\n\r\n"), "GET", "204", "No Content", "", 0);
    check(always(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"), "GET", "304", "Not Modified", "", 0);
    check(always(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"), "HEAD", "200", "OK", "", 0);
    check(always(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "GET", "200", "OK", "", 0);
}

#[test]
fn a_body_may_come_byte_by_byte() {
    let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let behave = move |stream: &mut dyn Wire| {
        while read_request(stream) {
            answer.iter().for_each(|byte| stream.write_all(&[*byte]).expect("a write"));
        }
    };
    check(behave, "GET", "200", "OK", "", 0);
    let report = run(&work(Arrival::Closed, 1, 1), serve(behave));
    assert_eq!(report.rows[0].bytes_in, Some(answer.len() as u64));
}

#[test]
fn http_1_0_closes_after_each_answer() {
    check(once(b"HTTP/1.0 200 OK\r\n\r\nHello"), "GET", "200", "OK", "", 2);
}

#[test]
fn an_announced_close_is_no_error() {
    check(once(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"), "GET", "200", "OK", "", 2);
}

#[test]
fn a_body_that_ends_too_early_is_truncated() {
    check(once(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nHello"), "GET", "200", "OK", "truncated-body", 2);
}

#[test]
fn a_reset_in_the_body_is_a_reset() {
    let port = serve_tcp(|mut stream| {
        // To close a socket that still holds unread bytes is what makes the kernel send a reset.
        stream.read_exact(&mut [0]).expect("a byte");
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nHello").expect("a write");
    });
    let report = run(&work(Arrival::Closed, 1, 3), port);
    assert_eq!(report.errors(), [("read-reset", 3)].into());
}

#[test]
fn what_is_no_http_is_a_protocol_error() {
    check(always(b"220 smtp.example ready\r\n"), "GET", "", "", "protocol", 2);
    let endless = |stream: &mut dyn Wire| {
        let line = [b"A: ".as_slice(), &[b'a'; 1000], b"\r\n"].concat();
        let _ = read_request(stream) && stream.write_all(b"HTTP/1.1 200 OK\r\n").is_ok();
        while stream.write_all(&line).is_ok() {}
    };
    check(endless, "GET", "", "", "protocol", 2);
}

#[test]
fn bytes_after_the_answer_end_the_connection() {
    check(always(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay"), "GET", "200", "OK", "", 2);
}

#[test]
fn a_large_request_is_written_whole() {
    let length = 4_000_000;
    let behave = move |stream: &mut dyn Wire| {
        while read_request(stream) {
            stream.read_exact(&mut vec![0; length]).expect("the body");
            stream.write_all(HELLO).expect("a write");
        }
    };
    let mut large = work(Arrival::Closed, 1, 3);
    large.targets[0].method = "POST".to_string();
    large.targets[0].body = vec![b'x'; length];
    for (work, port) in [(large.clone(), serve(behave)), (tls::secured(large), tls::serve(behave))] {
        let report = run(&work, port);
        assert_eq!(report.errors(), [("", 3)].into());
        assert!(report.rows.iter().all(|row| row.bytes_out > Some(length as u64) && row.bytes_in == Some(HELLO.len() as u64)));
    }
}

#[test]
fn a_large_answer_is_read_whole() {
    let behave = |stream: &mut dyn Wire| {
        while read_request(stream) {
            let body = vec![b'x'; 3_000_000];
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n").expect("a write");
            stream.write_all(&body).expect("a write");
        }
    };
    check(behave, "GET", "200", "OK", "", 0);
}

#[test]
fn slow_heads_are_waited_for() {
    let behave = |stream: &mut dyn Wire| {
        while read_request(stream) {
            for piece in [b"HTTP/1.1 200 ".as_slice(), b"OK\r\nContent-Le", b"ngth: 2\r\n\r", b"\nok"] {
                std::thread::sleep(Duration::from_millis(2));
                stream.write_all(piece).expect("a write");
            }
        }
    };
    check(behave, "GET", "200", "OK", "", 0);
}

#[test]
fn interim_answers_are_passed_over() {
    let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
    check(always(hints), "GET", "204", "No Content", "", 0);
    check(always(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), "GET", "", "", "protocol", 2);
    // Nothing but interim answers, without end: the limit of the request ends it.
    let port = serve(|stream| {
        let _ = read_request(stream);
        while stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let report = run(&LoadWork { timeout: Duration::from_millis(50), ..work(Arrival::Closed, 1, 2) }, port);
    assert_eq!(report.errors(), [("timeout-response", 2)].into());
}

#[test]
fn a_trickle_without_end_is_ended_by_the_limit() {
    let behave = |stream: &mut dyn Wire| {
        let _ = read_request(stream) && stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_ok();
        while stream.write_all(b"1\r\nx\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    let limited = LoadWork { timeout: Duration::from_millis(50), ..work(Arrival::Closed, 1, 2) };
    for (work, port) in [(limited.clone(), serve(behave)), (tls::secured(limited), tls::serve(behave))] {
        let report = run(&work, port);
        assert_eq!(report.errors(), [("timeout-response", 2)].into());
        assert!(report.rows.iter().all(|row| row.latency_ns >= 50_000_000 && row.code == "200"));
    }
}

#[test]
fn a_head_without_end_is_ended_by_the_limit() {
    let behave = |stream: &mut dyn Wire| {
        let _ = read_request(stream) && stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").is_ok();
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    let report = run(&LoadWork { timeout: Duration::from_millis(50), ..work(Arrival::Closed, 1, 2) }, serve(behave));
    assert_eq!(report.errors(), [("timeout-response", 2)].into());
    // What came of the head is no answer, and what took so long is not fast.
    assert!(report.rows.iter().all(|row| row.latency_ns >= 50_000_000 && row.code.is_empty()));
}

#[test]
fn chunks_that_are_none_are_a_protocol_error() {
    check(once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "GET", "200", "OK", "protocol", 2);
    check(once(b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n"), "GET", "", "", "protocol", 2);
    check(once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), "GET", "200", "OK", "truncated-body", 2);
    check(once(b"HTTP/1.1 2"), "GET", "", "", "read-reset", 2);
    check(once(b""), "GET", "", "", "read-reset", 2);
}
