//! One connection and the request on it. Knows sockets and stamps, decides nothing: the loop does.

use super::failure::{ErrorClass, Failure};
use super::pacer::Ticket;
use super::parser::{Ended, Fed, Malformed, Response};
use super::request::Message;
use crate::clock::Clock;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;

/// Whether a read that did not fill the buffer has emptied the socket, so that the next bytes will raise a new event.
/// On Windows only a read that would block arms the event again.
const SHORT_READ_DRAINS: bool = cfg!(unix);

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
    /// On the wire, heads included.
    pub bytes_in: u64,
    pub bytes_out: u64,
}

impl Flight {
    /// A request that is taken up now.
    pub fn new(ticket: Ticket, now_ns: u64) -> Flight {
        Flight { ticket, taken_ns: now_ns, written_ns: None, first_byte_ns: None, connect_ns: None, bytes_in: 0, bytes_out: 0 }
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
    Connecting { since_ns: u64 },
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
    socket: Option<TcpStream>,
    token: Token,
    /// Which of the host's addresses to use; moves on when one does not answer.
    address: usize,
    connect_ns: Option<u64>,
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
            socket: None,
            token: Token(number),
            address: number,
            connect_ns: None,
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
        matches!(self.state, State::Connecting { .. })
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
        self.socket = None;
        self.state = State::Closed;
        self.connect_ns = None;
    }

    /// Begins to connect. Registered once, edge-triggered, for the life of the socket.
    pub fn connect(&mut self, registry: &Registry, addresses: &[SocketAddr], now_ns: u64) -> Result<(), Failure> {
        self.close();
        self.attempts += 1;
        let failed = |error: io::Error| Failure::io(ErrorClass::Connect, &error);
        let Some(address) = addresses.get(self.address % addresses.len().max(1)) else {
            return Err(Failure::new(ErrorClass::Connect, "the host has no address"));
        };
        let attempt = TcpStream::connect(*address).and_then(|mut socket| {
            registry.register(&mut socket, self.token, Interest::READABLE | Interest::WRITABLE)?;
            Ok(socket)
        });
        self.socket = Some(attempt.inspect_err(|_| self.address += 1).map_err(failed)?);
        self.state = State::Connecting { since_ns: now_ns };
        Ok(())
    }

    /// Handles an event on the socket. `is_closing`: the peer will send nothing more.
    pub fn on_event(&mut self, message: &Message, scratch: &mut [u8], clock: &Clock, is_closing: bool) -> Step {
        match self.state {
            State::Closed => Step::Pending,
            State::Connecting { since_ns } => self.on_connect(since_ns, message, clock),
            State::Open => {
                if self.flight.as_ref().is_some_and(|flight| flight.bytes_out < message.wire.len() as u64)
                    && let Err(failure) = self.write(message)
                {
                    return Step::Failed { at_ns: clock.elapsed_ns(), failure };
                }
                self.read(message, scratch, clock, is_closing)
            }
        }
    }

    fn on_connect(&mut self, since_ns: u64, message: &Message, clock: &Clock) -> Step {
        let Some(socket) = &self.socket else { return Step::Pending };
        let now_ns = clock.elapsed_ns();
        let outcome = match socket.take_error() {
            Ok(None) => socket.peer_addr().map(|_| ()),
            Ok(Some(error)) | Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotConnected => return Step::Pending,
            Err(error) => {
                self.address += 1;
                return Step::Failed { at_ns: now_ns, failure: Failure::io(ErrorClass::Connect, &error) };
            }
        }
        // Without it the rest of a large request waits for an acknowledgement; a server that resets now is noticed later.
        let _ = socket.set_nodelay(true);
        self.state = State::Open;
        self.opened += 1;
        self.attempts = 0;
        self.connect_ns = Some(now_ns.saturating_sub(since_ns));
        if self.flight.is_none() {
            return Step::Pending;
        }
        match self.send(message, now_ns) {
            Ok(()) => Step::Sent { at_ns: now_ns },
            Err(failure) => Step::Failed { at_ns: now_ns, failure },
        }
    }

    /// Writes the request that was put on the open connection.
    pub fn send(&mut self, message: &Message, now_ns: u64) -> Result<(), Failure> {
        if let Some(flight) = &mut self.flight {
            flight.connect_ns = self.connect_ns.take();
            flight.written_ns = Some(now_ns);
        }
        self.response.begin(message.expect);
        self.write(message)
    }

    fn write(&mut self, message: &Message) -> Result<(), Failure> {
        let (Some(socket), Some(flight)) = (&mut self.socket, &mut self.flight) else { return Ok(()) };
        while let Some(rest) = message.wire.get(flight.bytes_out as usize..).filter(|rest| !rest.is_empty()) {
            match socket.write(rest) {
                Ok(written) => flight.bytes_out += written as u64,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::io(ErrorClass::Write, &error)),
            }
        }
        Ok(())
    }

    fn read(&mut self, message: &Message, scratch: &mut [u8], clock: &Clock, is_closing: bool) -> Step {
        let Some(socket) = &mut self.socket else { return Step::Pending };
        loop {
            let got = match socket.read(scratch) {
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Step::Pending,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Step::Failed { at_ns: clock.elapsed_ns(), failure: Failure::io(ErrorClass::ReadReset, &error) };
                }
            };
            let at_ns = clock.elapsed_ns();
            let Some(flight) = &mut self.flight else {
                // Closed while idle, or bytes that nobody asked for: this connection carries no further request.
                return Step::Failed { at_ns, failure: Failure::new(ErrorClass::ReadReset, "the server closed an idle connection") };
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
                    if is_closing || used < got || !is_written || !self.response.is_keep_alive() {
                        self.close();
                    }
                    return Step::Answered { at_ns };
                }
                Ok(Fed::More) if SHORT_READ_DRAINS && got < scratch.len() && !is_closing => return Step::Pending,
                Ok(Fed::More) => {}
                Err(Malformed(detail)) => {
                    return Step::Failed { at_ns, failure: Failure { class: ErrorClass::Protocol, detail } };
                }
            }
        }
    }

    /// When the request, or the connecting, has taken too long.
    pub fn limit_ns(&self, timeout_ns: u64, connect_timeout_ns: u64) -> Option<u64> {
        match self.state {
            State::Connecting { since_ns } => Some(since_ns.saturating_add(connect_timeout_ns)),
            State::Open => Some(self.flight.as_ref()?.written_ns?.saturating_add(timeout_ns)),
            State::Closed => None,
        }
    }
}

fn ended(how: Ended, at_ns: u64) -> Step {
    let failure = match how {
        Ended::Complete => return Step::Answered { at_ns },
        Ended::InHead => Failure::new(ErrorClass::ReadReset, "the connection was closed before the head of the answer was complete"),
        Ended::InBody => Failure::new(ErrorClass::TruncatedBody, "the connection was closed before the body was complete"),
    };
    Step::Failed { at_ns, failure }
}
