//! Coarse classes of failure, the same for every load-test tool.

/// Failed, and nothing more is known.
pub(super) const FAILED: &str = "failed";

/// The class of a failed attempt from its response code.
pub(super) fn class_of_code(code: &str) -> &'static str {
    match code.as_bytes() {
        [b'4', b'0'..=b'9', b'0'..=b'9'] => "http-4xx",
        [b'5', b'0'..=b'9', b'0'..=b'9'] => "http-5xx",
        _ => FAILED,
    }
}

/// The class of an attempt without an answer, from the words that Go's and Java's network libraries use.
pub(super) fn class_of_transport(text: &str) -> &'static str {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["timeout", "timed out", "deadline exceeded"]) {
        "timeout"
    } else if has(&["connectexception", "connection refused", "dial ", "no such host", "unknownhost", "unreachable", "noroutetohost"]) {
        "connect"
    } else {
        FAILED
    }
}

#[cfg(test)]
mod tests {
    use super::{class_of_code, class_of_transport};

    #[test]
    fn classes() {
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
        check("unexpected EOF", "failed");
    }
}
