use super::{Ended, Expect, Fed, Keep, Malformed, Response};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

/// What came of an answer and the closing of the connection after it: status, bytes that belonged to it, keep-alive.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Complete { code: String, reason: String, used: usize, keep_alive: bool },
    AtClose(Ended),
    Malformed,
}

/// Feeds `wire` in pieces of the given lengths, round and round.
fn outcome(expect: Expect, wire: &[u8], pieces: &[usize]) -> Outcome {
    let mut response = Response::default();
    response.begin(expect);
    let (mut at, mut lengths) = (0, pieces.iter().cycle());
    while at < wire.len() {
        let length = (*lengths.next().expect("a length")).clamp(1, wire.len() - at);
        match response.feed(&wire[at..at + length]) {
            Ok(Fed::More) => at += length,
            Ok(Fed::Complete { used }) => {
                let (code, reason) = (response.code().to_string(), response.reason().to_string());
                return Outcome::Complete { code, reason, used: at + used, keep_alive: response.is_keep_alive() };
            }
            Err(Malformed(why)) => {
                assert!(!why.is_empty());
                return Outcome::Malformed;
            }
        }
    }
    Outcome::AtClose(response.end())
}

/// The same result whole and byte by byte.
fn check(expect: Expect, wire: &str, expected: Outcome) {
    assert_eq!(outcome(expect, wire.as_bytes(), &[usize::MAX]), expected, "whole: {wire:?}");
    assert_eq!(outcome(expect, wire.as_bytes(), &[1]), expected, "byte by byte: {wire:?}");
}

fn complete(code: &str, reason: &str, used: usize, keep_alive: bool) -> Outcome {
    Outcome::Complete { code: code.to_string(), reason: reason.to_string(), used, keep_alive }
}

/// Complete exactly with the last byte, and the connection may be used again.
fn check_whole(expect: Expect, wire: &str, code: &str, reason: &str) {
    check(expect, wire, complete(code, reason, wire.len(), true));
}

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nA \r\n0123456789\r\n000\r\nTrailer: x\r\n\r\n";

#[test]
fn bodies_end_where_they_were_announced_to() {
    check_whole(Expect::Body, HELLO, "200", "OK");
    check_whole(Expect::Body, CHUNKED, "200", "OK");
    check_whole(Expect::Body, "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "404", "Not Found");
    // RFC 9112 §6.3: the transfer coding overrides the length.
    check_whole(
        Expect::Body,
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "200",
        "OK",
    );
    check_whole(Expect::Body, "HTTP/1.1 200\nContent-Length: 1\n\na", "200", "");
}

#[test]
fn some_answers_have_no_body() {
    check_whole(Expect::HeadOnly, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "200", "OK");
    check_whole(Expect::Body, "HTTP/1.1 204 No Content\r\n\r\n", "204", "No Content");
    check_whole(Expect::Body, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304", "Not Modified");
}

#[test]
fn interim_answers_are_skipped() {
    check_whole(Expect::Body, &format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n{HELLO}"), "200", "OK");
    check(Expect::Body, "HTTP/1.1 101 Switching Protocols\r\n\r\n", Outcome::Malformed);
}

#[test]
fn the_connection_is_kept_where_both_sides_may() {
    let ending = |version: &str, header: &str, keep_alive: bool| {
        let wire = format!("HTTP/{version} 200 OK\r\n{header}Content-Length: 0\r\n\r\n");
        check(Expect::Body, &wire, complete("200", "OK", wire.len(), keep_alive));
    };
    ending("1.1", "", true);
    ending("1.1", "Connection: Close\r\n", false);
    ending("1.1", "Connection: upgrade, close\r\n", false);
    ending("1.0", "", false);
    ending("1.0", "Connection: Keep-Alive\r\n", true);
}

#[test]
fn the_close_of_the_connection_says_the_rest() {
    check(Expect::Body, "HTTP/1.0 200 OK\r\n\r\nhello", Outcome::AtClose(Ended::Complete));
    check(Expect::Body, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", Outcome::AtClose(Ended::Complete));
    check(Expect::Body, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", Outcome::AtClose(Ended::InBody));
    check(Expect::Body, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", Outcome::AtClose(Ended::InBody));
    check(Expect::Body, "HTTP/1.1 200 OK\r\nContent-Le", Outcome::AtClose(Ended::InHead));
    check(Expect::Body, "", Outcome::AtClose(Ended::InHead));
}

#[test]
fn what_follows_an_answer_is_not_part_of_it() {
    check(Expect::Body, &format!("{HELLO}{HELLO}"), complete("200", "OK", HELLO.len(), true));
    check(Expect::Body, &format!("{CHUNKED}x"), complete("200", "OK", CHUNKED.len(), true));
}

#[test]
fn what_is_no_answer_is_malformed() {
    for wire in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 000 No\r\n\r\n",
        "HTTP/1.1 099 No\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    ] {
        check(Expect::Body, wire, Outcome::Malformed);
    }
}

#[test]
fn nothing_is_taken_without_end() {
    let long = "a".repeat(70_000);
    for wire in [
        format!("HTTP/1.1 200 OK\r\nA: {long}\r\nContent-Length: 0\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;{long}\r\n"),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}1\r\n", "0".repeat(70_000)),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: {long}\r\n"),
    ] {
        assert_eq!(outcome(Expect::Body, wire.as_bytes(), &[usize::MAX]), Outcome::Malformed);
        assert_eq!(outcome(Expect::Body, wire.as_bytes(), &[4096]), Outcome::Malformed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However the network cuts the bytes, the answer is the same.
    #[test]
    fn splitting_changes_nothing(which in 0usize..4, noise in proptest::collection::vec(any::<u8>(), 0..40), pieces in proptest::collection::vec(1usize..30, 1..8)) {
        let mut wire = [HELLO, CHUNKED, "HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"][which].as_bytes().to_vec();
        wire.extend_from_slice(&noise);
        prop_assert_eq!(outcome(Expect::Body, &wire, &pieces), outcome(Expect::Body, &wire, &[usize::MAX]));
    }

    /// No bytes whatever make it panic or take more than there is.
    #[test]
    fn noise_is_harmless(noise in proptest::collection::vec(any::<u8>(), 0..400), cut in 0usize..60, pieces in proptest::collection::vec(1usize..30, 1..4)) {
        let mut wire = CHUNKED.as_bytes()[..cut.min(CHUNKED.len())].to_vec();
        wire.extend_from_slice(&noise);
        if let Outcome::Complete { used, .. } = outcome(Expect::Body, &wire, &pieces) {
            assert!(used <= wire.len());
        }
    }
}

/// What is kept of a body is the body, however its bytes were split, and nothing of it unless it is asked for.
fn check_kept(wire: &str, pieces: &[usize], expected: &str) {
    let whole = Ok(expected.as_bytes());
    for (keep, body, size) in
        [(Keep::Nothing, Ok(b"".as_slice()), 0), (Keep::Head, Err(()), expected.len()), (Keep::Body, whole, expected.len())]
    {
        let mut response = Response::default();
        response.begin(Expect::Body);
        response.kept.begin(keep);
        let (mut at, mut lengths) = (0, pieces.iter().cycle());
        while at < wire.len() {
            let end = (at + (*lengths.next().expect("a length")).max(1)).min(wire.len());
            response.feed(&wire.as_bytes()[at..end]).expect("an answer");
            at = end;
        }
        let kept = &response.kept;
        assert_eq!((kept.whole_body().map_err(drop), kept.size(), kept.values("X").count()), (body, size as u64, usize::from(size > 0)));
    }
}

proptest! {
    #[test]
    fn bodies_are_kept_whole(pieces in proptest::collection::vec(1usize..9, 1..5)) {
        check_kept("HTTP/1.1 200 OK\r\nx: y\r\nContent-Length: 5\r\n\r\nhello", &pieces, "hello");
        check_kept("HTTP/1.1 200 OK\r\nx: y\r\n\r\nhello", &pieces, "hello");
        let chunked = "HTTP/1.1 200 OK\r\nx: y\r\nTransfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n06\r\n world\r\n0\r\nT: x\r\n\r\n";
        check_kept(chunked, &pieces, "hello world");
    }
}
