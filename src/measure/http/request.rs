//! Requests as bytes, made once per target before the clock starts.

use super::LoadError;
use super::http2::Head;
use super::kept::Keep;
use super::parser::Expect;
use super::proxy;
use super::url::{Scheme, Url};
use crate::model::{Assertions, Auth, Http, Target, Transport};
use std::fmt::Write as _;
use std::rc::Rc;

/// A target ready to be written to a socket.
#[derive(Debug, Clone)]
pub struct Message {
    pub label: String,
    pub method: String,
    pub url: Url,
    /// The whole request.
    pub wire: Vec<u8>,
    /// The same for HTTP/2, where that is what is spoken.
    pub http2: Option<Rc<Head>>,
    pub expect: Expect,
    /// How much of the answer its assertions need.
    pub keep: Keep,
    /// What the answer has to be, where that is more than a status below 400.
    pub assertions: Option<Rc<Assertions>>,
    /// Whether the connection carries no further request.
    pub is_last: bool,
    /// What it was made of, for a redirect to be made of the same.
    pub target: Rc<Target>,
}

impl Message {
    /// Serialises a target (RFC 9112 §3); `port` replaces `{port}` in its URL.
    pub fn new(target: &Target, port: Option<u16>, transport: &Transport) -> Result<Message, LoadError> {
        let url = Url::parse(&target.url, port)?;
        if !is_token(&target.method) {
            return Err(LoadError(format!("the method {:?} of {} is not a word such as GET or POST", target.method, url.text)));
        }
        let proxy = transport.proxy.as_ref().filter(|_| url.scheme == Scheme::Http);
        // A proxy is told the server too (RFC 9112 §3.2.2).
        let origin = if proxy.is_some() { format!("http://{}", url.authority) } else { String::new() };
        let mut head = format!("{} {origin}{} HTTP/1.1\r\n", target.method, url.path);
        let has = |name: &str| target.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let mut unless_named = |name: &str, value: &str| {
            if !has(name) {
                // Writing to a String cannot fail.
                let _ = write!(head, "{name}: {value}\r\n");
            }
        };
        unless_named("Host", &url.authority);
        unless_named("User-Agent", "neverslower");
        let may_expect_length = !target.body.is_empty() || matches!(target.method.as_str(), "POST" | "PUT" | "PATCH");
        if may_expect_length {
            unless_named("Content-Length", &target.body.len().to_string());
        }
        if transport.compressed {
            unless_named("Accept-Encoding", "gzip");
        }
        if let Some(auth) = &transport.auth {
            unless_named("Authorization", &authorization(auth)?);
        }
        if transport.connection_per_request {
            unless_named("Connection", "close");
        }
        head.push_str(&proxy.map_or_else(String::new, proxy::authorization));
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
        let mut message = Message {
            label: target.label.clone(),
            method: target.method.clone(),
            url,
            wire,
            http2: None,
            expect,
            keep: keep(&target.assertions),
            assertions: (target.assertions != Assertions::default()).then(|| Rc::new(target.assertions.clone())),
            is_last: transport.connection_per_request,
            target: Rc::new(target.clone()),
        };
        if transport.http != Http::One {
            message.http2 = Some(Rc::new(Head::of(&message)?));
        }
        Ok(message)
    }
}

fn keep(assertions: &Assertions) -> Keep {
    if assertions.need_body() {
        Keep::Body
    } else if assertions.headers.is_empty() && assertions.size.is_none() {
        Keep::Nothing
    } else {
        Keep::Head
    }
}

/// The value of the `Authorization` header (RFC 7617, RFC 6750).
fn authorization(auth: &Auth) -> Result<String, LoadError> {
    match auth {
        Auth::Basic(material) => Ok(proxy::basic(&material.content)),
        Auth::Bearer(material) => match str::from_utf8(&material.content.0) {
            Ok(token) if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(format!("Bearer {token}")),
            _ => Err(LoadError("the bearer token is not one word of printable ASCII, so it cannot be sent".to_string())),
        },
    }
}

/// A token of RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::{LoadError, Message};
    use crate::model::{Auth, Material, Origin, Proxy, Secret, Target, Transport};

    fn target(method: &str, headers: &[(&str, &str)], body: &str) -> Target {
        Target {
            label: "it".to_string(),
            method: method.to_string(),
            url: "http://[::1]:{port}/a?b".to_string(),
            headers: headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            body: body.as_bytes().to_vec(),
            weight: 1,
            assertions: Default::default(),
        }
    }

    fn check(method: &str, headers: &[(&str, &str)], body: &str, expected: &str) {
        check_over(&Transport::default(), method, headers, body, expected);
    }

    fn check_over(transport: &Transport, method: &str, headers: &[(&str, &str)], body: &str, expected: &str) {
        let message = Message::new(&target(method, headers, body), Some(81), transport).expect("a message");
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
    fn the_transport_adds_its_headers() {
        let secret = |text: &str| Material { from: Origin::Typed, content: Secret(text.as_bytes().to_vec()) };
        let plain = Transport::default();
        let with = |auth: Auth| Transport { auth: Some(auth), compressed: true, connection_per_request: true, ..plain.clone() };
        let head = "GET /a?b HTTP/1.1\r\nHost: [::1]:81\r\nUser-Agent: neverslower\r\nAccept-Encoding: gzip\r\n";
        let basic = format!("{head}Authorization: Basic bWU6czNjcmV0\r\nConnection: close\r\n\r\n");
        check_over(&with(Auth::Basic(secret("me:s3cret"))), "GET", &[], "", &basic);
        let bearer = format!("{head}Authorization: Bearer t0ken\r\nConnection: close\r\n\r\n");
        check_over(&with(Auth::Bearer(secret("t0ken"))), "GET", &[], "", &bearer);
        let LoadError(sentence) =
            Message::new(&target("GET", &[], ""), Some(81), &with(Auth::Bearer(secret("t0\r\nken")))).expect_err("refused");
        assert!(sentence.contains("bearer") && !sentence.contains("t0"), "{sentence}");
        let proxy = Some(Proxy { authority: "p:1".to_string(), credentials: Some(secret("me:s3cret").content) });
        let proxied = "GET http://[::1]:81/a?b HTTP/1.1\r\nHost: [::1]:81\r\nUser-Agent: neverslower\r\n\
                       Proxy-Authorization: Basic bWU6czNjcmV0\r\n\r\n";
        check_over(&Transport { proxy, ..plain.clone() }, "GET", &[], "", proxied);
    }

    #[test]
    fn nothing_can_be_smuggled_in() {
        for (method, name, value) in [("GET", "A", "b\r\nC: d"), ("GET", "A b", "c"), ("GET /x", "A", "b"), ("", "A", "b")] {
            let LoadError(sentence) =
                Message::new(&target(method, &[(name, value)], ""), Some(81), &Transport::default()).expect_err("refused");
            assert!(sentence.contains("http://[::1]:81/a?b"), "{sentence}");
        }
    }
}
