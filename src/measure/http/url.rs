//! Absolute `http://` URLs as far as a request needs them (RFC 3986 §3), and the addresses behind them.

use super::LoadError;
use std::net::{SocketAddr, ToSocketAddrs as _};

/// An absolute URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// Without a fragment.
    pub text: String,
    /// Host as written, an IPv6 address in brackets, with the port unless it is 80: the `Host` header.
    pub authority: String,
    /// Name or address, an IPv6 address without brackets.
    pub host: String,
    pub port: u16,
    /// Path and query; starts with `/`.
    pub path: String,
}

impl Url {
    /// Takes `text` apart, after `{port}` in it was replaced by `port`.
    pub fn parse(text: &str, port: Option<u16>) -> Result<Url, LoadError> {
        let text = with_port(text, port)?;
        let wrong = |why: &str| LoadError(format!("the URL {text:?} {why}"));
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(wrong("has no scheme; write it as http://host/path"));
        };
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(wrong("is not http://; the built-in load engine speaks plain HTTP/1.1, so use an http:// address of the service"));
        }
        if let Some(bad) = text.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(wrong(&format!("holds the character {bad:?}; percent-encode it")));
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(wrong("carries a user name; send it as an Authorization header instead"));
        }
        let (host, port) =
            split_port(authority).ok_or_else(|| wrong("has no valid host and port; write host:port, an IPv6 address as [::1]:port"))?;
        let path = if path.starts_with('/') { path.to_string() } else { format!("/{path}") };
        let text = text.split('#').next().unwrap_or_default().to_string();
        Ok(Url { authority: authority.to_string(), host, port, path, text })
    }

    /// Every address of the host, in the resolver's order. Asked once, before any clock runs.
    pub fn resolve(&self) -> Result<Vec<SocketAddr>, LoadError> {
        let unknown =
            |why: String| LoadError(format!("the host {:?} of {:?} cannot be resolved ({why}); check the name", self.host, self.text));
        let found: Vec<SocketAddr> = (self.host.as_str(), self.port).to_socket_addrs().map_err(|e| unknown(e.to_string()))?.collect();
        if found.is_empty() { Err(unknown("no address".to_string())) } else { Ok(found) }
    }
}

fn with_port(text: &str, port: Option<u16>) -> Result<String, LoadError> {
    match port {
        _ if !text.contains("{port}") => Ok(text.to_string()),
        Some(port) => Ok(text.replace("{port}", &port.to_string())),
        None => Err(LoadError(format!(
            "the URL {text:?} asks for {{port}}, but no server was started for it; name the port, or give the suite a server"
        ))),
    }
}

/// Host without brackets, and port (80 where none is written).
fn split_port(authority: &str) -> Option<(String, u16)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => {
            let (host, after) = inner.split_once(']')?;
            (host, if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = match port {
        None | Some("") => 80,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok().filter(|port| *port > 0)?,
        Some(_) => return None,
    };
    (!host.is_empty()).then(|| (host.to_string(), port))
}

#[cfg(test)]
mod tests {
    use super::{LoadError, Url};

    fn check(text: &str, port: Option<u16>, host: &str, at: u16, authority: &str, path: &str) {
        let url = Url::parse(text, port).expect(text);
        assert_eq!((url.host.as_str(), url.port), (host, at), "{text}");
        assert_eq!((url.authority.as_str(), url.path.as_str()), (authority, path), "{text}");
    }

    fn check_wrong(text: &str, way_out: &str) {
        let LoadError(sentence) = Url::parse(text, None).expect_err(text);
        assert!(sentence.contains(way_out), "{sentence}");
    }

    #[test]
    fn takes_urls_apart() {
        check("http://example.test", None, "example.test", 80, "example.test", "/");
        check("HTTP://example.test:8080/a/b?c=d#e", None, "example.test", 8080, "example.test:8080", "/a/b?c=d");
        check("http://127.0.0.1:{port}/slow?ms=5", Some(4000), "127.0.0.1", 4000, "127.0.0.1:4000", "/slow?ms=5");
        check("http://[::1]:{port}/", Some(4000), "::1", 4000, "[::1]:4000", "/");
        check("http://[::1]?q", None, "::1", 80, "[::1]", "/?q");
    }

    #[test]
    fn wrong_urls_name_the_way_out() {
        check_wrong("example.test/", "http://host/path");
        check_wrong("https://example.test/", "plain HTTP/1.1");
        check_wrong("http://example.test/a b", "percent-encode");
        check_wrong("http://me:secret@example.test/", "Authorization");
        check_wrong("http://:80/", "host:port");
        check_wrong("http://example.test:99999/", "host:port");
        check_wrong("http://::1/", "[::1]:port");
        check_wrong("http://127.0.0.1:{port}/", "name the port");
    }

    #[test]
    fn an_address_resolves_to_itself() {
        let url = Url::parse("http://[::1]:81/", None).expect("a URL");
        assert_eq!(url.resolve(), Ok(vec!["[::1]:81".parse().expect("an address")]));
    }
}
