//! Coarse classes of failure, the same for every load-test tool.

use crate::model::error_kind::{CONNECT, DNS, FAILED, HTTP_4XX, HTTP_5XX, NO_ANSWER, READ_RESET, TIMEOUT, TLS};

/// The class of a failed attempt from its response code.
pub(super) fn class_of_code(code: &str) -> &'static str {
    match code.as_bytes() {
        [b'4', b'0'..=b'9', b'0'..=b'9'] => HTTP_4XX,
        [b'5', b'0'..=b'9', b'0'..=b'9'] => HTTP_5XX,
        _ => FAILED,
    }
}

/// Words that Go's and Java's network libraries use, in lower case; the first class that has one of its words wins.
const WORDS: [(&str, &[&str]); 5] = [
    (TIMEOUT, &["timeout", "timed out", "deadline exceeded"]),
    (DNS, &["no such host", "unknownhost"]),
    (CONNECT, &["connectexception", "connection refused", "dial ", "unreachable", "noroutetohost", "hostconnect"]),
    (TLS, &["ssl", "tls", "x509", "certificate"]),
    (READ_RESET, &["reset", "broken pipe", "eof", "socketexception", "nohttpresponse"]),
];

/// The class of an attempt without an answer.
pub(super) fn class_of_transport(text: &str) -> &'static str {
    let text = text.to_ascii_lowercase();
    let found = WORDS.iter().find(|(_, words)| words.iter().any(|word| text.contains(word)));
    found.map_or(NO_ANSWER, |(class, _)| class)
}

#[cfg(test)]
mod tests {
    use super::{class_of_code, class_of_transport};

    #[test]
    fn classes() {
        let unanswered = |(class, _): &(&str, &[&str])| crate::model::error_kind::is_unanswered(class);
        assert!(super::WORDS.iter().all(unanswered), "a run in which nobody answered would be judged");
        let check = |code: &str, want: &str| assert_eq!(class_of_code(code), want, "{code}");
        check("404", "http-4xx");
        check("503", "http-5xx");
        check("200", "failed");
        check("5034", "failed");
        check("", "failed");
        let check = |text: &str, want: &str| assert_eq!(class_of_transport(text), want, "{text}");
        check("Get \"x\": dial tcp 0.0.0.0:0->127.0.0.1:9: connect: connection refused", "connect");
        check("Get \"x\": dial tcp 10.0.0.1:80: i/o timeout", "timeout");
        check("context deadline exceeded (Client.Timeout exceeded while awaiting headers)", "timeout");
        check("Non HTTP response code: java.net.ConnectException", "connect");
        check("Non HTTP response code: java.net.SocketTimeoutException", "timeout");
        check("Get \"x\": dial tcp: lookup nowhere: no such host", "dns");
        check("Get \"x\": tls: failed to verify certificate: x509: unknown authority", "tls");
        check("Get \"x\": EOF", "read-reset");
        check("Non HTTP response code: org.apache.http.NoHttpResponseException", "read-reset");
        check("Non HTTP response code: java.net.URISyntaxException", "no-answer");
    }
}
