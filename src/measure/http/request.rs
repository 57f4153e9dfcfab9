//! Requests as bytes, made once per target before the clock starts.

use super::LoadError;
use super::parser::Expect;
use super::url::Url;
use crate::model::Target;
use std::fmt::Write as _;

/// A target ready to be written to a socket.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub label: String,
    pub method: String,
    pub url: Url,
    /// The whole request.
    pub wire: Vec<u8>,
    pub expect: Expect,
}

impl Message {
    /// Serialises a target (RFC 9112 §3); `port` replaces `{port}` in its URL.
    pub fn new(target: &Target, port: Option<u16>) -> Result<Message, LoadError> {
        let url = Url::parse(&target.url, port)?;
        if !is_token(&target.method) {
            return Err(LoadError(format!("the method {:?} of {} is not a word such as GET or POST", target.method, url.text)));
        }
        let mut head = format!("{} {} HTTP/1.1\r\n", target.method, url.path);
        let has = |name: &str| target.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        // Writing to a String cannot fail.
        if !has("host") {
            let _ = write!(head, "Host: {}\r\n", url.authority);
        }
        if !has("user-agent") {
            let _ = write!(head, "User-Agent: neverslower\r\n");
        }
        let may_expect_length = !target.body.is_empty() || matches!(target.method.as_str(), "POST" | "PUT" | "PATCH");
        if may_expect_length && !has("content-length") {
            let _ = write!(head, "Content-Length: {}\r\n", target.body.len());
        }
        for (name, value) in &target.headers {
            if !is_token(name) || value.chars().any(|c| c.is_control() && c != '\t') {
                return Err(LoadError(format!("the header {name:?} of {} cannot be sent; write it as NAME: VALUE on one line", url.text)));
            }
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        let mut wire = head.into_bytes();
        wire.extend_from_slice(&target.body);
        let expect = if target.method == "HEAD" { Expect::HeadOnly } else { Expect::Body };
        Ok(Message { label: target.label.clone(), method: target.method.clone(), url, wire, expect })
    }
}

/// A token of RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::{LoadError, Message};
    use crate::model::Target;

    fn target(method: &str, headers: &[(&str, &str)], body: &str) -> Target {
        Target {
            label: "it".to_string(),
            method: method.to_string(),
            url: "http://[::1]:{port}/a?b".to_string(),
            headers: headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn check(method: &str, headers: &[(&str, &str)], body: &str, expected: &str) {
        let message = Message::new(&target(method, headers, body), Some(81)).expect("a message");
        assert_eq!(String::from_utf8_lossy(&message.wire), expected);
    }

    #[test]
    fn writes_what_a_server_needs() {
        check("GET", &[], "", "GET /a?b HTTP/1.1\r\nHost: [::1]:81\r\nUser-Agent: neverslower\r\n\r\n");
        check("POST", &[], "x=1", "POST /a?b HTTP/1.1\r\nHost: [::1]:81\r\nUser-Agent: neverslower\r\nContent-Length: 3\r\n\r\nx=1");
        check("POST", &[], "", "POST /a?b HTTP/1.1\r\nHost: [::1]:81\r\nUser-Agent: neverslower\r\nContent-Length: 0\r\n\r\n");
    }

    #[test]
    fn headers_of_the_user_win() {
        let headers = [("host", "shop.test"), ("USER-AGENT", "me"), ("Accept", "*/*")];
        check("GET", &headers, "", "GET /a?b HTTP/1.1\r\nhost: shop.test\r\nUSER-AGENT: me\r\nAccept: */*\r\n\r\n");
    }

    #[test]
    fn nothing_can_be_smuggled_in() {
        for (method, name, value) in [("GET", "A", "b\r\nC: d"), ("GET", "A b", "c"), ("GET /x", "A", "b"), ("", "A", "b")] {
            let LoadError(sentence) = Message::new(&target(method, &[(name, value)], ""), Some(81)).expect_err("refused");
            assert!(sentence.contains("http://[::1]:81/a?b"), "{sentence}");
        }
    }
}
