//! Requests in the form of HTTP/2.

use crate::measure::http::LoadError;
use crate::measure::http::request::Message;
use crate::measure::http::url::Scheme;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};

/// Headers that are about an HTTP/1 connection, which HTTP/2 forbids (RFC 9113 §8.2.2).
const OF_CONNECTIONS: [&str; 6] = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te"];

/// A target ready to be sent on a stream.
#[derive(Debug, Clone)]
pub struct Head {
    pub request: Request<()>,
    /// Shared by every request of the target.
    pub body: Bytes,
    /// Names and values of the head before they are compressed, and the body.
    pub bytes_out: u64,
}

impl Head {
    /// The request that `message` is in HTTP/1.1, in the form of HTTP/2: the `Host` header becomes the authority.
    pub fn of(message: &Message) -> Result<Head, LoadError> {
        let url = &message.url;
        let wrong = |what: &str| LoadError(format!("the request of {} cannot be sent over HTTP/2: {what}", url.text));
        let end = message.wire.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| wrong("its head has no end"))?;
        let (head, body) = message.wire.split_at_checked(end + 4).unwrap_or_default();
        let head = str::from_utf8(head).map_err(|_| wrong("its head is not text"))?;
        let mut request = Request::new(());
        let mut authority = url.authority.as_str();
        for line in head.lines().skip(1).filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(": ").ok_or_else(|| wrong("a header has no value"))?;
            if name.eq_ignore_ascii_case("host") {
                authority = value;
                continue;
            }
            if OF_CONNECTIONS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                return Err(wrong(&format!("the header `{name}` is about connections of HTTP/1; leave it out")));
            }
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong(&format!("the header name `{name}`")))?;
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong(&format!("the value of `{name}`")))?;
            request.headers_mut().append(name, value);
        }
        let scheme = match url.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let uri = Uri::builder().scheme(scheme).authority(authority).path_and_query(url.path.as_str()).build();
        *request.uri_mut() = uri.map_err(|error| wrong(&error.to_string()))?;
        *request.method_mut() = Method::from_bytes(message.method.as_bytes()).map_err(|_| wrong("its method"))?;
        *request.version_mut() = http::Version::HTTP_2;
        let pseudo = ":method:scheme:authority:path".len() + message.method.len() + scheme.len() + authority.len() + url.path.len();
        let fields: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        Ok(Head { bytes_out: (pseudo + fields + body.len()) as u64, request, body: Bytes::copy_from_slice(body) })
    }
}

#[cfg(test)]
mod tests {
    use super::Head;
    use crate::measure::http::request::Message;
    use crate::model::{Target, Transport};

    fn head(headers: &[(&str, &str)], body: &str) -> Result<Head, String> {
        let target = Target {
            label: "it".to_string(),
            method: "PUT".to_string(),
            url: "https://h.test:81/a?b".to_string(),
            headers: headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            body: body.as_bytes().to_vec(),
            weight: 1,
            assertions: Default::default(),
        };
        Head::of(&Message::new(&target, None, &Transport::default()).expect("a message")).map_err(|error| error.0)
    }

    /// The request in short: method, URL, headers.
    fn check(headers: &[(&str, &str)], body: &str, expected: &str) {
        let head = head(headers, body).expect("a head");
        let fields: Vec<String> =
            head.request.headers().iter().map(|(name, value)| format!(" {name}={}", value.to_str().unwrap())).collect();
        let found = format!("{} {}{}", head.request.method(), head.request.uri(), fields.concat());
        assert_eq!((found.as_str(), &*head.body), (expected, body.as_bytes()));
    }

    #[test]
    fn a_request_becomes_pseudo_headers_and_fields() {
        check(&[], "", "PUT https://h.test:81/a?b user-agent=neverslower content-length=0");
        let several = [("X-A", "1"), ("x-a", "2"), ("User-Agent", "me")];
        check(&several, "hello\r\n\r\nthere", "PUT https://h.test:81/a?b content-length=14 x-a=1 x-a=2 user-agent=me");
        check(&[("Host", "shop.test")], "", "PUT https://shop.test/a?b user-agent=neverslower content-length=0");
        let sent = ":method:scheme:authority:path".len() + "PUThttpsh.test:81/a?b".len() + "user-agentneverslowercontent-length2".len() + 2;
        assert_eq!(head(&[], "hi").expect("a head").bytes_out, sent as u64);
    }

    #[test]
    fn what_is_about_connections_is_refused() {
        for name in ["Connection", "transfer-encoding", "Upgrade"] {
            let sentence = head(&[(name, "x")], "").expect_err("refused");
            assert!(sentence.contains("https://h.test:81/a?b") && sentence.contains(name), "{sentence}");
        }
    }
}
