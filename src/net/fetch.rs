//! One document from a server: asked for plainly, read whole, bounded in size and time.

use super::{Address, UrlError, is_slow, send, slices_of};
use crate::limits::{CHILD_POLL, PROBE_CONNECT, RESPONSE_HEADERS_MAX};
use httparse::{Response, Status};
use std::fmt;
use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Why there is no document: what was expected, what was found. The URL is the caller's to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchError(pub String);

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FetchError {}

impl From<UrlError> for FetchError {
    fn from(error: UrlError) -> Self {
        FetchError(error.to_string())
    }
}

fn failed<T>(text: impl Into<String>) -> Result<T, FetchError> {
    Err(FetchError(text.into()))
}

/// The body of a GET of an `http://` URL that is answered with 200, of at most `bytes_max` bytes, within about `timeout`. Asks
/// by HTTP/1.0, so that the body comes in one piece and the close ends it.
pub fn fetch(url: &str, bytes_max: usize, timeout: Duration, interrupted: &AtomicBool) -> Result<Vec<u8>, FetchError> {
    let address = Address::parse(url)?;
    if address.is_tls {
        return failed("expected http://, found https://, which is not spoken here");
    }
    let Some(mut stream) = address.connect() else { return failed("nobody takes connections there") };
    let ready = stream.set_write_timeout(Some(PROBE_CONNECT)).and_then(|()| stream.set_read_timeout(Some(CHILD_POLL)));
    ready.or_else(|error| failed(error.to_string()))?;
    let mut slices = slices_of(timeout);
    if !send(&mut stream, &address.request("HTTP/1.0"), &mut slices, interrupted) {
        return failed("the request could not be written");
    }
    let mut answer = Vec::new();
    let mut piece = [0u8; 16 * 1024];
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return failed("interrupted");
        }
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(error) if is_slow(&error) && slices > 0 => slices -= 1,
            Err(error) if is_slow(&error) => return failed(format!("no complete answer within {timeout:?}")),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return failed(format!("the answer broke off: {error}")),
        }
        if answer.len() > bytes_max {
            return failed(format!("the answer is longer than {bytes_max} bytes"));
        }
    }
    body(answer)
}

/// The body of a complete answer.
fn body(mut answer: Vec<u8>) -> Result<Vec<u8>, FetchError> {
    let mut headers = [httparse::EMPTY_HEADER; RESPONSE_HEADERS_MAX];
    let mut head = Response::new(&mut headers);
    let length = match head.parse(&answer) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return failed("the connection was closed before the head of the answer was complete"),
        Err(error) => return failed(format!("expected an HTTP answer ({error})")),
    };
    if head.code != Some(200) {
        return failed(format!("expected status 200, found {}", head.code.unwrap_or(0)));
    }
    for header in head.headers.iter() {
        if header.name.eq_ignore_ascii_case("transfer-encoding") || header.name.eq_ignore_ascii_case("content-encoding") {
            return failed(format!("expected a plain body, found one in {}", String::from_utf8_lossy(header.value)));
        }
        let told = header.name.eq_ignore_ascii_case("content-length").then(|| String::from_utf8_lossy(header.value));
        if told.is_some_and(|told| told.trim().parse() != Ok(answer.len() - length)) {
            return failed(format!("expected a body as long as its Content-Length, found {} bytes", answer.len() - length));
        }
    }
    answer.drain(..length);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::{FetchError, fetch};
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    /// What is fetched from a server that answers so and closes; of an error, a part.
    fn check(answer: &'static [u8], expected: Result<&[u8], &str>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/metrics?x", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0u8; 512];
            let count = stream.read(&mut request).unwrap();
            stream.write_all(answer).unwrap();
            String::from_utf8_lossy(&request[..count]).into_owned()
        });
        let found = fetch(&url, 100, Duration::from_secs(20), &AtomicBool::new(false));
        assert!(server.join().unwrap().starts_with("GET /metrics?x HTTP/1.0\r\nHost: 127.0.0.1:"));
        match (found, expected) {
            (Ok(body), Ok(expected)) => assert_eq!(body, expected),
            (Err(FetchError(why)), Err(part)) => assert!(why.contains(part), "{why}"),
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    }

    #[test]
    fn a_document_is_read_whole_or_not_at_all() {
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na 1", Ok(b"a 1"));
        check(b"HTTP/1.0 200 OK\r\n\r\na 1", Ok(b"a 1"));
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\na 1", Err("found 3 bytes"));
        check(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", Err("plain body"));
        check(b"HTTP/1.1 503 Busy\r\n\r\na 1", Err("found 503"));
        check(b"HTTP/1.1 200 OK\r\nContent", Err("head of the answer"));
        check(b"SSH-2.0\r\n\r\n", Err("HTTP answer"));
        check(b"", Err("head of the answer"));
        check(&[b'x'; 101], Err("longer than 100 bytes"));
    }

    #[test]
    fn nobody_and_silence_are_errors_with_a_reason() {
        let reason = |url: &str, timeout_ms| fetch(url, 100, Duration::from_millis(timeout_ms), &AtomicBool::new(false)).unwrap_err().0;
        assert!(reason("http://127.0.0.1:1/", 40).contains("nobody"));
        assert!(reason("https://127.0.0.1:1/", 40).contains("https://"));
        assert!(reason("127.0.0.1", 40).contains("expected a URL"));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(reason(&format!("http://{}/", listener.local_addr().unwrap()), 40).contains("within 40ms"));
    }
}
