//! One connection and the request on it. Knows sockets and stamps, decides nothing: the loop does.

mod setup;

use super::carrier::Answer;
use super::failure::{ErrorClass, Failure};
use super::pacer::Ticket;
use super::parser::{Ended, Fed, Malformed, Response};
use super::redirect::Hop;
use super::request::Message;
use super::route::{HOME, Route};
use super::stream::Stream;
use super::tls::{self, Secured};
use crate::clock::Clock;
use mio::{Registry, Token};
use std::io::{self, Read as _, Write as _};
use std::mem;

const IDLE_CLOSE: &str = "the server closed an idle connection";

/// The request on a connection. Times in ns of the run's clock.
#[derive(Debug, Clone)]
pub struct Flight {
    pub ticket: Ticket,
    /// A connection took it up; from then on it waits for no other request.
    pub taken_ns: u64,
    /// First write; `None` while the connection is being made.
    pub written_ns: Option<u64>,
    /// First byte of anything that came back.
    pub first_byte_ns: Option<u64>,
    /// How long the connection took, told by the first request that it serves.
    pub connect_ns: Option<u64>,
    /// The same of its TLS handshake.
    pub tls_ns: Option<u64>,
    /// Of HTTP, heads included; what TLS adds is not counted.
    pub bytes_in: u64,
    /// Of the message that is being sent; of those that were redirected before it.
    pub bytes_out: u64,
    pub bytes_out_before: u64,
    /// What a redirect made of the request.
    pub hop: Option<Box<Hop>>,
}

impl Flight {
    /// A request that is taken up now.
    pub fn new(ticket: Ticket, now_ns: u64) -> Flight {
        Flight {
            ticket,
            taken_ns: now_ns,
            written_ns: None,
            first_byte_ns: None,
            connect_ns: None,
            tls_ns: None,
            bytes_in: 0,
            bytes_out: 0,
            bytes_out_before: 0,
            hop: None,
        }
    }

    /// The request goes on as another one: what its first message sent is kept apart.
    pub fn redirected(&mut self) {
        self.bytes_out_before += mem::take(&mut self.bytes_out);
    }
}

/// What an event on the socket led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing to tell the loop.
    Pending,
    /// The connection stands, and the request that waited for it is being written: its time limit runs from here.
    Sent {
        at_ns: u64,
    },
    /// The answer is complete, since `at_ns`.
    Answered {
        at_ns: u64,
    },
    Failed {
        at_ns: u64,
        failure: Failure,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Connecting {
        since_ns: u64,
    },
    /// A proxy is asked for a tunnel; so much of that request is written.
    Tunnelling {
        since_ns: u64,
        written: usize,
    },
    /// The TLS handshake, since `from_ns`.
    Securing {
        since_ns: u64,
        from_ns: u64,
    },
    Open,
}

/// A place for one connection; reconnects as often as it must.
#[derive(Debug)]
pub struct Connection {
    /// `load 1-<number>`, as results name it.
    pub name: String,
    /// What it carries; `None` while it is free.
    pub flight: Option<Flight>,
    /// The answer to that, or to the request before.
    pub response: Response,
    /// Failures since the last answer.
    pub failures: u32,
    state: State,
    stream: Option<Stream>,
    token: Token,
    /// Where it leads, or led last.
    route: usize,
    /// Which of the host's addresses to use; moves on when one does not answer.
    address: usize,
    connect_ns: Option<u64>,
    tls_ns: Option<u64>,
    secured: Option<Secured>,
    resumed: u64,
    attempts: usize,
    opened: u64,
}

impl Connection {
    /// A closed connection; connections are spread over the addresses by their number.
    pub fn new(number: usize) -> Connection {
        Connection {
            name: format!("load 1-{}", number + 1),
            flight: None,
            response: Response::default(),
            failures: 0,
            state: State::Closed,
            stream: None,
            token: Token(number),
            route: HOME,
            address: number,
            connect_ns: None,
            tls_ns: None,
            secured: None,
            resumed: 0,
            attempts: 0,
            opened: 0,
        }
    }

    /// Whether a request can be written to it.
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether it is being made.
    pub fn is_connecting(&self) -> bool {
        !matches!(self.state, State::Closed | State::Open)
    }

    /// The route it leads along.
    pub fn route(&self) -> usize {
        self.route
    }

    /// The answer to what it carries or carried last.
    pub fn answer(&self) -> Answer<'_> {
        Answer { response: &self.response, is_home: self.route == HOME }
    }

    /// What is missing for it to be open, to be said when that takes too long.
    pub fn missing(&self) -> &'static str {
        match self.state {
            State::Tunnelling { .. } => "no tunnel through the proxy",
            State::Securing { .. } => "no TLS handshake",
            State::Closed | State::Connecting { .. } | State::Open => "no connection",
        }
    }

    /// What its last TLS handshake came to.
    pub fn secured(&self) -> Option<Secured> {
        self.secured
    }

    /// TLS sessions that were resumed.
    pub fn resumed(&self) -> u64 {
        self.resumed
    }

    /// Times that the connection was made.
    pub fn connects(&self) -> u64 {
        self.opened
    }

    /// Attempts since the last success.
    pub fn attempts(&self) -> usize {
        self.attempts
    }

    /// Times that the connection was made anew after the first time.
    pub fn reconnects(&self) -> u64 {
        self.opened.saturating_sub(1)
    }

    /// Closes the socket; what it carried is the caller's to account for.
    pub fn close(&mut self) {
        if let (Some(Stream::Tls(tls)), State::Open) = (&mut self.stream, self.state) {
            tls.say_goodbye();
        }
        self.stream = None;
        self.state = State::Closed;
        (self.connect_ns, self.tls_ns) = (None, None);
    }

    /// Gives its socket away, to whoever speaks another protocol on it; it counts as open until it is closed.
    pub fn take_stream(&mut self) -> Option<Stream> {
        self.stream.take()
    }

    /// How long connecting and the TLS handshake took, told once.
    pub fn take_phases(&mut self) -> (Option<u64>, Option<u64>) {
        (self.connect_ns.take(), self.tls_ns.take())
    }

    /// Begins to connect along a route, whose number is kept.
    pub fn connect(&mut self, registry: &Registry, number: usize, route: &Route, now_ns: u64) -> Result<(), Failure> {
        self.close();
        self.attempts += 1;
        self.route = number;
        let attempt = route.connect(self.address).and_then(|mut socket| {
            socket.register(registry, self.token)?;
            Ok(socket)
        });
        let failed = |error: io::Error| Failure::io(ErrorClass::Connect, &error);
        self.stream = Some(Stream::Plain(attempt.inspect_err(|_| self.address += 1).map_err(failed)?));
        self.state = State::Connecting { since_ns: now_ns };
        Ok(())
    }

    /// Handles an event on an open connection. `is_closing`: the peer will send nothing more.
    #[inline]
    pub fn on_event(&mut self, message: &Message, scratch: &mut [u8], clock: &Clock, is_closing: bool) -> Step {
        if self.flight.as_ref().is_some_and(|flight| flight.bytes_out < message.wire.len() as u64)
            && let Err(failure) = self.write(message)
        {
            return Step::Failed { at_ns: clock.elapsed_ns(), failure };
        }
        self.read(message, scratch, clock, is_closing)
    }

    /// Writes the request that was put on the open connection.
    pub fn send(&mut self, message: &Message, now_ns: u64) -> Result<(), Failure> {
        if let Some(flight) = &mut self.flight {
            flight.connect_ns = sum(flight.connect_ns, self.connect_ns.take());
            flight.tls_ns = sum(flight.tls_ns, self.tls_ns.take());
            flight.written_ns.get_or_insert(now_ns);
        }
        self.response.begin(message.expect);
        self.response.kept.begin(message.keep);
        self.write(message)
    }

    fn write(&mut self, message: &Message) -> Result<(), Failure> {
        let (Some(stream), Some(flight)) = (&mut self.stream, &mut self.flight) else { return Ok(()) };
        while let Some(rest) = message.wire.get(flight.bytes_out as usize..).filter(|rest| !rest.is_empty()) {
            match stream.write(rest) {
                Ok(written) => flight.bytes_out += written as u64,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(tls::failure_of(&error).unwrap_or_else(|| Failure::io(ErrorClass::Write, &error))),
            }
        }
        Ok(())
    }

    fn read(&mut self, message: &Message, scratch: &mut [u8], clock: &Clock, is_closing: bool) -> Step {
        let Some(stream) = &mut self.stream else { return Step::Pending };
        loop {
            let got = match stream.read(scratch) {
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Step::Pending,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return self.cut(clock.elapsed_ns()),
                Err(error) => {
                    let failure = tls::failure_of(&error).unwrap_or_else(|| Failure::io(ErrorClass::ReadReset, &error));
                    return Step::Failed { at_ns: clock.elapsed_ns(), failure };
                }
            };
            let at_ns = clock.elapsed_ns();
            let Some(flight) = &mut self.flight else {
                // Closed while idle, or bytes that nobody asked for: this connection carries no further request.
                return Step::Failed { at_ns, failure: Failure::new(ErrorClass::ReadReset, IDLE_CLOSE) };
            };
            if got == 0 {
                self.close();
                return ended(self.response.end(), at_ns);
            }
            flight.bytes_in += got as u64;
            flight.first_byte_ns.get_or_insert(at_ns);
            match self.response.feed(scratch.get(..got).unwrap_or_default()) {
                Ok(Fed::Complete { used }) => {
                    let is_written = flight.bytes_out == message.wire.len() as u64;
                    let is_over = is_closing || message.is_last || stream.is_ended();
                    if is_over || used < got || !is_written || !self.response.is_keep_alive() {
                        self.close();
                    }
                    return Step::Answered { at_ns };
                }
                Ok(Fed::More) if !is_closing && stream.is_drained_by(got, scratch.len()) => return Step::Pending,
                Ok(Fed::More) => {}
                Err(Malformed(detail)) => {
                    return Step::Failed { at_ns, failure: Failure { class: ErrorClass::Protocol, detail } };
                }
            }
        }
    }

    /// The socket ended without the end that TLS has: a body that only the close delimits may have been cut.
    fn cut(&mut self, at_ns: u64) -> Step {
        self.close();
        match self.response.end() {
            _ if self.flight.is_none() => Step::Failed { at_ns, failure: Failure::new(ErrorClass::ReadReset, IDLE_CLOSE) },
            Ended::Complete => {
                let failure = Failure::new(ErrorClass::TruncatedBody, "the connection was closed without the end that TLS requires");
                Step::Failed { at_ns, failure }
            }
            how => ended(how, at_ns),
        }
    }

    /// When the request, or the connecting, has taken too long.
    pub fn limit_ns(&self, timeout_ns: u64, connect_timeout_ns: u64) -> Option<u64> {
        match self.state {
            State::Connecting { since_ns } | State::Tunnelling { since_ns, .. } | State::Securing { since_ns, .. } => {
                Some(since_ns.saturating_add(connect_timeout_ns))
            }
            State::Open => Some(self.flight.as_ref()?.written_ns?.saturating_add(timeout_ns)),
            State::Closed => None,
        }
    }
}

/// Of the connections that a request needed.
fn sum(before: Option<u64>, now: Option<u64>) -> Option<u64> {
    if before.is_none() { now } else { before.map(|before| before.saturating_add(now.unwrap_or(0))) }
}

fn ended(how: Ended, at_ns: u64) -> Step {
    let failure = match how {
        Ended::Complete => return Step::Answered { at_ns },
        Ended::InHead => Failure::new(ErrorClass::ReadReset, "the connection was closed before the head of the answer was complete"),
        Ended::InBody => Failure::new(ErrorClass::TruncatedBody, "the connection was closed before the body was complete"),
    };
    Step::Failed { at_ns, failure }
}
