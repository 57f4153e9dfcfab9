//! Answers that come, and are not what they should be.

use super::http2::{service, two};
use super::{Arrival, HELLO, LoadWork, run, serve_bytes, target, work};
use crate::model::{Assertions, HeaderAssertion, JsonAssertion, StatusSet, Target};

const JSON: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n\
    7\r\n{\"id\": \r\n14\r\n7.0, \"name\": \"shop\"}\r\n0\r\n\r\n";
const MISSING: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found";

fn status(text: &str, status: u16) -> Assertions {
    Assertions { status: Some(StatusSet { text: text.to_string(), ranges: vec![status..=status] }), ..Assertions::default() }
}

fn header(name: &str, contains: Option<&str>) -> Assertions {
    let header = HeaderAssertion { name: name.to_string(), contains: contains.map(str::to_string) };
    Assertions { headers: vec![header], ..Assertions::default() }
}

fn json(pointer: &str, equals: Option<serde_json::Value>) -> Assertions {
    Assertions { json: vec![JsonAssertion { pointer: pointer.to_string(), equals }], ..Assertions::default() }
}

fn body(text: &str) -> Assertions {
    Assertions { body: vec![text.to_string()], ..Assertions::default() }
}

/// Three requests over one connection, of HTTP/1.1 and of HTTP/2, which each end with this error (empty: none) and its detail. An answer that is not
/// the asserted one is an answer all the same: it is completed, and the connection goes on.
fn check(answer: &'static [u8], assertions: Assertions, error: &str, detail: &str) {
    let targets = vec![Target { assertions, ..target("GET", "/") }];
    let work = LoadWork { targets, ..work(Arrival::Closed, 1, 3) };
    for report in [run(&work, serve_bytes(answer)), run(&two(work.clone(), 1), service::bytes(answer))] {
        for row in &report.rows {
            assert_eq!((row.error.as_str(), row.detail.as_str()), (error, detail));
        }
        assert_eq!((report.load.completed, report.load.failed, report.load.reconnects), (3, 0, 0));
    }
}

#[test]
fn the_status_decides_first() {
    check(HELLO, status("200", 200), "", "");
    check(HELLO, status("204", 204), "assertion", "expected the status 204, found 200");
    check(MISSING, status("404", 404), "", "");
    check(MISSING, Assertions { body: vec!["not found".to_string()], ..status("404", 404) }, "", "");
    check(
        MISSING,
        Assertions { body: vec!["found it".to_string()], ..status("200", 200) },
        "assertion",
        "expected the status 200, found 404",
    );
    // Without an asserted status an error status is what it always is.
    check(MISSING, body("found it"), "http-4xx", "");
}

#[test]
fn headers_are_looked_up_without_case() {
    check(JSON, header("content-type", Some("json")), "", "");
    check(JSON, header("Content-Type", None), "", "");
    check(JSON, header("Content-Type", Some("xml")), "assertion", "expected the header Content-Type: xml, found `application/json`");
    check(JSON, header("ETag", None), "assertion", "expected the header ETag, found none");
}

#[test]
fn bodies_are_put_together_from_their_pieces() {
    check(HELLO, body("o w"), "", "");
    check(JSON, body("{\"id\": 7.0"), "", "");
    check(HELLO, body("O w"), "assertion", "expected `O w` in the body, found `Hello world`");
    let size = |size| Assertions { size: Some(size), ..Assertions::default() };
    check(JSON, size(27..=27), "", "");
    check(HELLO, size(12..=u64::MAX), "assertion", &format!("expected a body of 12..{} bytes, found 11", u64::MAX));
}

#[test]
fn pointers_look_into_json() {
    check(JSON, json("/id", Some(7.into())), "", "");
    check(JSON, json("/name", Some("shop".into())), "", "");
    check(JSON, json("", None), "", "");
    check(JSON, json("/id", Some("7".into())), "assertion", "expected `\\\"7\\\"` at \"/id\" of the body, found `7.0`");
    check(JSON, json("/ids", None), "assertion", "expected a value at \"/ids\" of the body, found none");
    check(HELLO, json("", None), "assertion", "expected a body of JSON, found `Hello world` (expected value at line 1 column 1)");
}

#[test]
fn what_cannot_be_looked_into_proves_nothing() {
    const ENCODED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi";
    check(ENCODED, body("hi"), "assertion", "expected a body without a content coding to look into, found `gzip`; do not ask for one");
    let large = [b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n".as_slice(), &vec![b'x'; 1_048_577]].concat();
    let large: &'static [u8] = Vec::leak(large);
    check(large, body("x"), "assertion", "expected a body of at most 1048576 bytes to look into, found 1048577");
    check(large, Assertions { size: Some(1_048_577..=1_048_577), ..Assertions::default() }, "", "");
}

#[test]
fn each_target_has_its_own() {
    let targets = vec![Target { weight: 2, ..target("GET", "/a") }, Target { assertions: status("201", 201), ..target("GET", "/b") }];
    let report = run(&LoadWork { targets, ..work(Arrival::Closed, 1, 6) }, serve_bytes(HELLO));
    let ended: Vec<(&str, &str)> = report.rows.iter().map(|row| (row.label.as_str(), row.error.as_str())).collect();
    assert_eq!(ended, [[("GET /a", ""), ("GET /b", "assertion"), ("GET /a", "")]; 2].concat());
}
