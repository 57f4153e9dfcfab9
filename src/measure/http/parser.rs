//! The answer on the wire as a state machine: bytes in, "complete" or "malformed" out. No socket in sight, and the
//! result does not depend on how the bytes were split into reads.

use super::chunked::Chunked;
use super::kept::{Keep, Kept};
use crate::limits::{QUOTED_CHARS_MAX, RESPONSE_HEAD_BYTES_MAX, RESPONSE_HEADERS_MAX, SERVER_TIMING_BYTES_MAX};
use httparse::{Header, ParserConfig, Status};
use std::borrow::Cow;
use std::iter;
use std::mem::{self, MaybeUninit};

/// What came is not an HTTP/1 answer; the text says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub Cow<'static, str>);

impl Malformed {
    /// With a fixed text.
    pub fn new(text: &'static str) -> Malformed {
        Malformed(Cow::Borrowed(text))
    }
}

/// What the bytes fed so far amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fed {
    More,
    /// The answer is complete; so many of the bytes fed last belonged to it.
    Complete {
        used: usize,
    },
}

/// What the peer's closing of the connection made of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The body was delimited by the close.
    Complete,
    /// Nothing, or only a part of the head, had come.
    InHead,
    InBody,
}

/// Whether the method lets an answer have a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    Body,
    /// The answer to HEAD.
    HeadOnly,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Head,
    /// Bytes of the body still to come.
    Length(u64),
    Chunked(Chunked),
    UntilClose,
    Complete,
}

const SERVER_TIMING: &str = "server-timing";
const LOCATION: &str = "location";

/// Longest reason phrase kept.
const REASON_BYTES: usize = 32;

/// The answer to one request. Used again and again: it allocates only when a head comes in pieces, or is to be kept.
#[derive(Debug)]
pub struct Response {
    /// What assertions need of it.
    pub kept: Kept,
    state: State,
    expect: Expect,
    /// A head that has come in part.
    partial: Vec<u8>,
    status: [u8; 3],
    reason: [u8; REASON_BYTES],
    reason_len: usize,
    keep_alive: bool,
    /// `Location` of a 3xx answer.
    location: Option<Vec<u8>>,
    /// `Server-Timing` headers, with commas between them.
    server_timing: Vec<u8>,
}

impl Default for Response {
    /// Before any request.
    fn default() -> Response {
        Response {
            kept: Kept::default(),
            state: State::Complete,
            expect: Expect::Body,
            partial: Vec::new(),
            status: [0; 3],
            reason: [0; REASON_BYTES],
            reason_len: 0,
            keep_alive: false,
            location: None,
            server_timing: Vec::new(),
        }
    }
}

impl Response {
    /// Gets ready for the answer to the next request.
    pub fn begin(&mut self, expect: Expect) {
        self.state = State::Head;
        self.expect = expect;
        self.partial.clear();
        self.status = [0; 3];
        self.reason_len = 0;
        self.keep_alive = false;
        self.location = None;
        self.server_timing.clear();
        self.kept.begin(Keep::Nothing);
    }

    /// Takes the head of an answer that came by another way than `feed`; of its body only `kept` is told.
    pub fn take_head<'a>(&mut self, status: u16, headers: impl Iterator<Item = (&'a str, &'a [u8])>) {
        self.state = State::Complete;
        self.status = [digit(status / 100), digit(status / 10), digit(status)];
        for (name, value) in headers {
            if name.eq_ignore_ascii_case(SERVER_TIMING) {
                self.add_server_timing(value);
            } else if (300..400).contains(&status) && name.eq_ignore_ascii_case(LOCATION) {
                self.location.get_or_insert_with(|| value.to_vec());
            }
            self.kept.add_headers(iter::once((name, value)));
        }
    }

    /// Takes the next bytes from the wire.
    pub fn feed(&mut self, input: &[u8]) -> Result<Fed, Malformed> {
        let mut used = 0;
        loop {
            let rest = input.get(used..).unwrap_or_default();
            match &mut self.state {
                State::Head => match self.head(rest)? {
                    Some(head) => used += head,
                    None => return Ok(Fed::More),
                },
                State::Length(left) => {
                    let here = (*left).min(rest.len() as u64);
                    self.kept.add_body(rest.get(..here as usize).unwrap_or_default());
                    *left -= here;
                    used += here as usize;
                    if *left > 0 {
                        return Ok(Fed::More);
                    }
                    self.state = State::Complete;
                }
                State::Chunked(body) => {
                    used += body.feed(rest, &mut self.kept)?;
                    if !body.is_done() {
                        return Ok(Fed::More);
                    }
                    self.state = State::Complete;
                }
                State::UntilClose => {
                    self.kept.add_body(rest);
                    return Ok(Fed::More);
                }
                State::Complete => return Ok(Fed::Complete { used }),
            }
        }
    }

    /// The peer closed the connection.
    pub fn end(&self) -> Ended {
        match self.state {
            State::Complete | State::UntilClose => Ended::Complete,
            State::Head => Ended::InHead,
            State::Length(_) | State::Chunked(_) => Ended::InBody,
        }
    }

    /// The status as text; empty before the head was complete.
    pub fn code(&self) -> &str {
        str::from_utf8(&self.status).unwrap_or_default().trim_start_matches('\0')
    }

    /// The status; 0 before the head was complete.
    pub fn status(&self) -> u16 {
        self.code().parse().unwrap_or(0)
    }

    /// The reason phrase, cut to 32 bytes.
    pub fn reason(&self) -> &str {
        self.reason.get(..self.reason_len).and_then(|reason| str::from_utf8(reason).ok()).unwrap_or_default()
    }

    /// Where a 3xx answer points to.
    pub fn location(&self) -> Option<&[u8]> {
        self.location.as_deref()
    }

    /// What its `Server-Timing` headers hold, as one list; cut where they are longer than anybody means. Empty without any.
    pub fn server_timing(&self) -> &[u8] {
        &self.server_timing
    }

    /// Whether the connection may carry the next request after this answer.
    pub fn is_keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Looks for the end of the head: how many bytes of `piece` belong to it, once it is complete.
    fn head(&mut self, piece: &[u8]) -> Result<Option<usize>, Malformed> {
        let before = self.partial.len();
        let parsed = if before == 0 {
            self.parse_head(piece)?
        } else {
            self.partial.extend_from_slice(piece);
            let partial = mem::take(&mut self.partial);
            let parsed = self.parse_head(&partial);
            self.partial = partial;
            parsed?
        };
        if parsed.unwrap_or(before + piece.len()) > RESPONSE_HEAD_BYTES_MAX {
            return Err(Malformed::new("the head of the answer is longer than 64 KiB"));
        }
        match parsed {
            Some(length) => {
                self.partial.clear();
                Ok(Some(length - before))
            }
            None => {
                if before == 0 {
                    self.partial.extend_from_slice(piece);
                }
                Ok(None)
            }
        }
    }

    /// Parses a head at the start of `bytes`; its length once it is complete.
    fn parse_head(&mut self, bytes: &[u8]) -> Result<Option<usize>, Malformed> {
        let mut headers = [const { MaybeUninit::<Header<'_>>::uninit() }; RESPONSE_HEADERS_MAX];
        let mut parsed = httparse::Response::new(&mut []);
        let config = ParserConfig::default();
        let length = match config.parse_response_with_uninit_headers(&mut parsed, bytes, &mut headers) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) => return Ok(None),
            Err(error) => return Err(not_http(error, bytes)),
        };
        let status = parsed.code.unwrap_or(0);
        if status < 100 {
            return Err(Malformed::new("the status of the answer is below 100"));
        }
        if (100..200).contains(&status) {
            // An interim answer: the real one follows. Nobody asked for another protocol.
            if status == 101 {
                return Err(Malformed::new("the server switched protocols (101) without being asked"));
            }
            return Ok(Some(length));
        }
        let fields = Fields::of(parsed.headers)?;
        if (300..400).contains(&status) {
            let location = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(LOCATION));
            self.location = location.map(|header| header.value.to_vec());
        }
        if fields.server_timing {
            self.keep_server_timing(parsed.headers);
        }
        self.kept.add_headers(parsed.headers.iter().map(|header| (header.name, header.value)));
        self.keep_alive = if parsed.version == Some(0) { fields.keep_alive } else { true } && !fields.close;
        self.status = [digit(status / 100), digit(status / 10), digit(status)];
        self.keep_reason(parsed.reason.unwrap_or_default());
        self.state = self.body_of(status, &fields);
        Ok(Some(length))
    }

    /// How the body ends (RFC 9112 §6.3).
    fn body_of(&self, status: u16, fields: &Fields) -> State {
        match (fields.transfer, fields.length) {
            _ if self.expect == Expect::HeadOnly || status == 204 || status == 304 => State::Complete,
            (Transfer::Chunked, _) => State::Chunked(Chunked::new()),
            (Transfer::Other, _) | (Transfer::Plain, None) => State::UntilClose,
            (Transfer::Plain, Some(0)) => State::Complete,
            (Transfer::Plain, Some(length)) => State::Length(length),
        }
    }

    #[cold]
    fn keep_server_timing(&mut self, headers: &[Header<'_>]) {
        for header in headers.iter().filter(|header| header.name.eq_ignore_ascii_case(SERVER_TIMING)) {
            self.add_server_timing(header.value);
        }
    }

    fn add_server_timing(&mut self, value: &[u8]) {
        if !self.server_timing.is_empty() {
            self.server_timing.push(b',');
        }
        self.server_timing.extend_from_slice(value);
        self.server_timing.truncate(SERVER_TIMING_BYTES_MAX);
    }

    fn keep_reason(&mut self, reason: &str) {
        self.reason_len = reason.len().min(REASON_BYTES);
        for (to, from) in self.reason.iter_mut().zip(reason.bytes()) {
            *to = from;
        }
    }
}

fn digit(number: u16) -> u8 {
    b'0' + (number % 10) as u8
}

fn not_http(error: httparse::Error, bytes: &[u8]) -> Malformed {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let found: String = String::from_utf8_lossy(line).chars().take(QUOTED_CHARS_MAX).collect();
    Malformed(Cow::Owned(format!("expected an HTTP/1 answer, found {found:?} ({error})")))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transfer {
    Plain,
    Chunked,
    /// Another coding: only the close tells the end.
    Other,
}

/// What the headers say about the body and the connection.
#[derive(Debug)]
struct Fields {
    length: Option<u64>,
    transfer: Transfer,
    close: bool,
    keep_alive: bool,
    server_timing: bool,
}

impl Fields {
    fn of(headers: &[Header<'_>]) -> Result<Fields, Malformed> {
        let mut fields = Fields { length: None, transfer: Transfer::Plain, close: false, keep_alive: false, server_timing: false };
        for header in headers {
            if header.name.eq_ignore_ascii_case("content-length") {
                fields.content_length(header.value)?;
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                let is_chunked = tokens(header.value).last().is_some_and(|token| token.eq_ignore_ascii_case(b"chunked"));
                fields.transfer = if is_chunked { Transfer::Chunked } else { Transfer::Other };
            } else if header.name.eq_ignore_ascii_case("connection") {
                for token in tokens(header.value) {
                    fields.close |= token.eq_ignore_ascii_case(b"close");
                    fields.keep_alive |= token.eq_ignore_ascii_case(b"keep-alive");
                }
            } else if header.name.eq_ignore_ascii_case(SERVER_TIMING) {
                fields.server_timing = true;
            }
        }
        Ok(fields)
    }

    fn content_length(&mut self, value: &[u8]) -> Result<(), Malformed> {
        let text = str::from_utf8(value.trim_ascii()).unwrap_or_default();
        // `parse` alone would take a plus sign.
        let length = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        if length.is_none() || self.length.is_some_and(|before| Some(before) != length) {
            return Err(Malformed::new("Content-Length is not one number"));
        }
        self.length = length;
        Ok(())
    }
}

fn tokens(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests;
