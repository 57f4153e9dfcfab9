//! Absolute `http://` and `https://` URLs as far as a request needs them (RFC 3986 §3), and references to them.

use super::LoadError;

/// What is spoken to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// An absolute URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// Without a fragment.
    pub text: String,
    pub scheme: Scheme,
    /// Host as written, an IPv6 address in brackets, with the port where one is written: the `Host` header.
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
        let known = [Scheme::Http, Scheme::Https].into_iter().find(|known| scheme.eq_ignore_ascii_case(known.name()));
        let Some(scheme) = known else {
            return Err(wrong("is neither http:// nor https://, which is what the load engine speaks"));
        };
        if let Some(bad) = text.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(wrong(&format!("holds the character {bad:?}; percent-encode it")));
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(wrong("carries a user name; send it as an Authorization header instead"));
        }
        let (host, port) = split_port(authority, scheme.default_port())
            .ok_or_else(|| wrong("has no valid host and port; write host:port, an IPv6 address as [::1]:port"))?;
        let path = if path.starts_with('/') { path.to_string() } else { format!("/{path}") };
        let text = text.split('#').next().unwrap_or_default().to_string();
        Ok(Url { authority: authority.to_string(), scheme, host, port, path, text })
    }

    /// Scheme, host and port: what a connection belongs to.
    pub fn is_same_origin(&self, other: &Url) -> bool {
        (self.scheme, self.host.as_str(), self.port) == (other.scheme, other.host.as_str(), other.port)
    }

    /// The URL that a reference in an answer of this one means (RFC 3986 §5.2, RFC 9110 §10.2.2).
    pub fn join(&self, reference: &str) -> Result<Url, LoadError> {
        let reference = reference.trim().split('#').next().unwrap_or_default();
        let path = self.path.split('?').next().unwrap_or_default();
        let absolute = if reference.split(['/', '?']).next().is_some_and(|first| first.contains(':')) {
            reference.to_string()
        } else if reference.starts_with("//") {
            format!("{}:{reference}", self.scheme.name())
        } else {
            let path = match reference.chars().next() {
                None => self.path.clone(),
                Some('/') => reference.to_string(),
                Some('?') => format!("{path}{reference}"),
                Some(_) => format!("{}/{reference}", path.rsplit_once('/').map_or("", |(folder, _)| folder)),
            };
            format!("{}://{}{}", self.scheme.name(), self.authority, without_dots(&path))
        };
        Url::parse(&absolute, None)
    }
}

/// A path without `.` and `..` segments (RFC 3986 §5.2.4); its query stays as it is.
fn without_dots(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if segments.peek().is_none() {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}{query}", kept.join("/"))
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

/// Host without brackets, and port.
fn split_port(authority: &str, default_port: u16) -> Option<(String, u16)> {
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
        None | Some("") => default_port,
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
        check("https://example.test/", None, "example.test", 443, "example.test", "/");
        check("https://example.test:80/", None, "example.test", 80, "example.test:80", "/");
        check("http://[::1]?q", None, "::1", 80, "[::1]", "/?q");
    }

    #[test]
    fn wrong_urls_name_the_way_out() {
        check_wrong("example.test/", "http://host/path");
        check_wrong("ftp://example.test/", "neither http:// nor https://");
        check_wrong("http://example.test/a b", "percent-encode");
        check_wrong("http://me:secret@example.test/", "Authorization");
        check_wrong("http://:80/", "host:port");
        check_wrong("http://example.test:99999/", "host:port");
        check_wrong("http://::1/", "[::1]:port");
        check_wrong("http://127.0.0.1:{port}/", "name the port");
    }

    #[test]
    fn references_are_relative_to_the_answered_url() {
        let base = Url::parse("https://h.test:8443/a/b/c?d=e", None).expect("a URL");
        let check = |reference: &str, expected: &str| assert_eq!(base.join(reference).expect(reference).text, expected, "{reference}");
        check("http://other.test/x", "http://other.test/x");
        check("//other.test/x?u=http://y", "https://other.test/x?u=http://y");
        check("/x?u=a:b#top", "https://h.test:8443/x?u=a:b");
        check("x", "https://h.test:8443/a/b/x");
        check("../x", "https://h.test:8443/a/x");
        check("../../../x/./y/..", "https://h.test:8443/x/");
        check("?q", "https://h.test:8443/a/b/c?q");
        check("", "https://h.test:8443/a/b/c?d=e");
        assert!(base.join("ftp://h.test/").is_err() && base.join("mailto:me").is_err() && base.join("http://me@h.test/").is_err());
    }

    #[test]
    fn an_origin_is_scheme_and_host_and_port() {
        let url = |text: &str| Url::parse(text, None).expect(text);
        assert!(url("http://h/a").is_same_origin(&url("http://h:80/b")));
        assert!(!url("http://h/a").is_same_origin(&url("https://h/a")));
        assert!(!url("http://h:80/").is_same_origin(&url("http://h:81/")));
    }
}
