//! What an HTTP proxy is told: CONNECT for a tunnel, credentials in a header of their own.

use super::url::Url;
use crate::model::{Proxy, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// `Basic …` of `user:password` (RFC 7617).
pub fn basic(credentials: &Secret) -> String {
    format!("Basic {}", STANDARD.encode(&credentials.0))
}

/// The header that a proxy wants, if any.
pub fn authorization(proxy: &Proxy) -> String {
    proxy.credentials.as_ref().map_or_else(String::new, |credentials| format!("Proxy-Authorization: {}\r\n", basic(credentials)))
}

/// The request for a tunnel to the server of a URL (RFC 9110 §9.3.6).
pub fn connect_request(proxy: &Proxy, url: &Url) -> Vec<u8> {
    let host = if url.host.contains(':') { format!("[{}]", url.host) } else { url.host.clone() };
    let authority = format!("{host}:{}", url.port);
    format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: neverslower\r\n{}\r\n", authorization(proxy)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{Proxy, Secret, Url, connect_request};

    fn check(credentials: Option<&str>, url: &str, expected: &str) {
        let credentials = credentials.map(|text| Secret(text.as_bytes().to_vec()));
        let proxy = Proxy { authority: "proxy.test:3128".to_string(), credentials };
        let request = connect_request(&proxy, &Url::parse(url, None).expect("a URL"));
        assert_eq!(String::from_utf8_lossy(&request), expected);
    }

    #[test]
    fn a_tunnel_names_host_and_port() {
        check(None, "https://h.test/x", "CONNECT h.test:443 HTTP/1.1\r\nHost: h.test:443\r\nUser-Agent: neverslower\r\n\r\n");
        let expected =
            "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\nUser-Agent: neverslower\r\nProxy-Authorization: Basic bWU6czNjcmV0\r\n\r\n";
        check(Some("me:s3cret"), "https://[::1]:8443/", expected);
    }
}
