//! Sockets outside the load engine: whether somebody listens, whether somebody answers, and what one document says.

mod fetch;
mod unverified;

pub use fetch::{FetchError, fetch};
pub use unverified::Unverified;

use crate::limits;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A URL that cannot be probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlError(String);

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found: String = self.0.chars().take(limits::QUOTED_CHARS_MAX).collect();
        write!(f, "expected a URL such as http://127.0.0.1:8080/, found {found:?}")
    }
}

impl std::error::Error for UrlError {}

/// The parts of an `http://` or `https://` URL that a probe needs.
#[derive(Debug, PartialEq, Eq)]
struct Address<'a> {
    is_tls: bool,
    /// As written in the URL: the `Host` header.
    authority: &'a str,
    host: &'a str,
    port: u16,
    /// Path and query, possibly empty.
    path: &'a str,
}

impl Address<'_> {
    fn parse(url: &str) -> Result<Address<'_>, UrlError> {
        Address::parts(url).ok_or_else(|| UrlError(url.to_string()))
    }

    fn parts(url: &str) -> Option<Address<'_>> {
        let (is_tls, rest) = match url.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, url.strip_prefix("http://")?),
        };
        // A line break would let the URL write headers of its own.
        if rest.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
            return None;
        }
        let rest = rest.split('#').next()?;
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) = match authority.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']')?,
            None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
        };
        let port = match port {
            "" if is_tls => 443,
            "" => 80,
            port => port.strip_prefix(':')?.parse().ok()?,
        };
        (!host.is_empty() && !host.contains('@')).then_some(Address { is_tls, authority, host, port, path })
    }

    /// A request for the document, after which the server closes.
    fn request(&self, version: &str) -> String {
        let slash = if self.path.starts_with('/') { "" } else { "/" };
        let Address { path, authority, .. } = self;
        format!("GET {slash}{path} {version}\r\nHost: {authority}\r\nUser-Agent: neverslower\r\nAccept: */*\r\nConnection: close\r\n\r\n")
    }

    /// A connection to the first of the name's addresses that takes one.
    fn connect(&self) -> Option<TcpStream> {
        let mut addresses = (self.host, self.port).to_socket_addrs().ok()?;
        addresses.find_map(|address| TcpStream::connect_timeout(&address, limits::PROBE_CONNECT).ok().filter(is_someone_else))
    }
}

/// Asking an unused port of the ephemeral range again and again, the kernel sooner or later gives the client that very
/// port, and TCP connects it with itself. Reset, not closed: the server must find its port free, not in TIME_WAIT.
fn is_someone_else(stream: &TcpStream) -> bool {
    let ends = stream.local_addr().ok().zip(stream.peer_addr().ok());
    let is_ourselves = ends.is_none_or(|(local, peer)| local == peer);
    #[cfg(unix)]
    if is_ourselves {
        rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO)).ok();
    }
    !is_ourselves
}

/// A port of the loopback address that is free now.
pub fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Whether anything takes connections on the address of `url`.
pub fn accepts(url: &str) -> Result<bool, UrlError> {
    Ok(Address::parse(url)?.connect().is_some())
}

/// Whether a GET of `url` is answered by an HTTP status line, of whatever status, within about `timeout`. Gives up early
/// once `interrupted` is raised.
pub fn answers(url: &str, timeout: Duration, interrupted: &AtomicBool) -> Result<bool, UrlError> {
    let address = Address::parse(url)?;
    let Some(stream) = address.connect() else { return Ok(false) };
    // Reads in slices, so that an interrupt is seen.
    let slice = limits::CHILD_POLL;
    let ready = stream.set_write_timeout(Some(limits::PROBE_CONNECT)).and_then(|()| stream.set_read_timeout(Some(slice)));
    if ready.is_err() {
        return Ok(false);
    }
    Ok(if address.is_tls {
        secured(stream, &address).is_some_and(|stream| status_line(stream, &address, timeout, interrupted))
    } else {
        status_line(stream, &address, timeout, interrupted)
    })
}

/// TLS with whoever it is: a probe tells nothing and believes nothing.
fn secured(stream: TcpStream, address: &Address<'_>) -> Option<StreamOwned<ClientConnection, TcpStream>> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(Unverified::new(&provider));
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    let name = ServerName::try_from(address.host.to_string()).ok()?;
    Some(StreamOwned::new(ClientConnection::new(Arc::new(config), name).ok()?, stream))
}

fn status_line(mut stream: impl Read + Write, address: &Address<'_>, timeout: Duration, interrupted: &AtomicBool) -> bool {
    let mut slices = slices_of(timeout);
    if !send(&mut stream, &address.request("HTTP/1.1"), &mut slices, interrupted) {
        return false;
    }
    let (mut start, mut filled) = ([0u8; 5], 0);
    while slices > 0 && !interrupted.load(Ordering::Relaxed) {
        let Some(free) = start.get_mut(filled..).filter(|free| !free.is_empty()) else { break };
        match stream.read(free) {
            Ok(0) => return false,
            Ok(count) => filled += count,
            Err(error) if is_slow(&error) => slices -= 1,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    &start == b"HTTP/"
}

/// Slices of waiting in a time.
fn slices_of(timeout: Duration) -> u128 {
    timeout.as_nanos().div_ceil(limits::CHILD_POLL.as_nanos())
}

/// Writes a request, waiting as long as there are slices left; whether it was written.
fn send(stream: &mut impl Write, request: &str, slices: &mut u128, interrupted: &AtomicBool) -> bool {
    let mut unsent = request.as_bytes();
    while !unsent.is_empty() {
        match stream.write(unsent) {
            Ok(written) => unsent = unsent.get(written..).unwrap_or_default(),
            // The answer to our part of a TLS handshake is waited for like that to the request.
            Err(error) if is_slow(&error) && *slices > 0 && !interrupted.load(Ordering::Relaxed) => *slices -= 1,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    true
}

fn is_slow(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::{Address, accepts, answers, free_port};
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    fn check(url: &str, expected: Option<(&str, &str, u16, &str)>) {
        let parts = Address::parse(url).ok().map(|a| (a.authority, a.host, a.port, a.path));
        assert_eq!(parts, expected, "{url}");
    }

    /// What a probe says of a server that writes `answer` to whoever connects.
    fn check_answer(answer: &'static [u8], expected: bool) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/ready?x=1", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0u8; 24];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(answer).unwrap();
            request
        });
        let found = answers(&url, Duration::from_secs(5), &AtomicBool::new(false)).unwrap();
        assert_eq!(&server.join().unwrap(), b"GET /ready?x=1 HTTP/1.1\r");
        assert_eq!(found, expected, "{}", answer.escape_ascii());
    }

    #[test]
    fn a_url_has_an_address_and_a_path() {
        check("http://127.0.0.1:8080/ready?x=1#top", Some(("127.0.0.1:8080", "127.0.0.1", 8080, "/ready?x=1")));
        check("http://localhost", Some(("localhost", "localhost", 80, "")));
        check("http://[::1]:81/", Some(("[::1]:81", "::1", 81, "/")));
        check("http://host?q", Some(("host", "host", 80, "?q")));
        check("http://host:99999/", None);
        check("http://host:/", None);
        check("http://:80/", None);
        check("http://user@host/", None);
        check("http://host/a\r\nX: y", None);
        check("https://host/", Some(("host", "host", 443, "/")));
        check("ftp://host/", None);
        check("host:80", None);
    }

    #[test]
    fn any_status_is_an_answer() {
        check_answer(b"HTTP/1.1 200 OK\r\n\r\n", true);
        check_answer(b"HTTP/1.0 503 Busy\r\n\r\n", true);
        check_answer(b"SSH-2.0-x\r\n", false);
        check_answer(b"HTT", false);
        check_answer(b"", false);
    }

    #[test]
    fn tls_is_spoken_with_whoever_answers() {
        let cert = rcgen::generate_simple_self_signed(Vec::new()).unwrap();
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(cert.signing_key.serialize_der()).unwrap();
        let config = std::sync::Arc::new(builder.with_no_client_auth().with_single_cert(vec![cert.cert.der().clone()], key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            let mut stream = rustls::StreamOwned::new(rustls::ServerConnection::new(config).unwrap(), socket);
            stream.read_exact(&mut [0u8; 24]).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        });
        assert!(answers(&url, Duration::from_secs(20), &AtomicBool::new(false)).unwrap());
        server.join().unwrap();
    }

    #[test]
    fn silence_is_no_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        assert!(accepts(&url).unwrap());
        assert!(!answers(&url, Duration::from_millis(40), &AtomicBool::new(false)).unwrap());
        assert!(!answers(&url, Duration::from_secs(600), &AtomicBool::new(true)).unwrap());
    }

    #[test]
    fn nobody_listens_on_port_one() {
        assert!(!accepts("http://127.0.0.1:1/").unwrap());
        assert!(!answers("http://127.0.0.1:1/", Duration::from_millis(40), &AtomicBool::new(false)).unwrap());
        assert_ne!(free_port().unwrap(), 0);
    }
}
