//! What the `h2` crate reads from and writes to: our socket, asked without blocking. Readiness comes from the loop's poll,
//! so no waker is kept; where the socket has nothing, the loop asks again after the next event.

use crate::clock::Clock;
use crate::measure::http::failure::{ErrorClass, Failure};
use crate::measure::http::stream::Stream;
use crate::measure::http::tls;
use std::cell::{Cell, RefCell};
use std::io::{self, Read as _, Write as _};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How a server's first bytes read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    None,
    /// As the head of an HTTP/1 answer.
    Http1,
    /// Anything else.
    Other,
}

/// What the loop and the socket tell each other past the `h2` crate, which holds the socket.
#[derive(Debug)]
pub struct Gauge {
    /// Whether one more read is allowed: one at a time, so that each answer is stamped with the read that brought it.
    pub may_read: Cell<bool>,
    /// Whether the socket may hold more than what was read.
    pub has_more: Cell<bool>,
    /// The peer will send nothing more: only a read that gives nothing tells the end.
    pub is_closing: Cell<bool>,
    /// When the last bytes came, ns of the run's clock.
    pub read_ns: Cell<u64>,
    pub greeting: Cell<Greeting>,
    /// The first failure of the socket.
    pub failure: RefCell<Option<Failure>>,
}

/// A socket and its gauge.
#[derive(Debug)]
pub struct Wire {
    stream: Stream,
    gauge: Rc<Gauge>,
    clock: Clock,
}

impl Wire {
    /// Over an open way to the server.
    pub fn new(stream: Stream, clock: Clock) -> (Wire, Rc<Gauge>) {
        let gauge = Rc::new(Gauge {
            may_read: Cell::new(false),
            has_more: Cell::new(false),
            is_closing: Cell::new(false),
            read_ns: Cell::new(0),
            greeting: Cell::new(Greeting::None),
            failure: RefCell::new(None),
        });
        (Wire { stream, gauge: Rc::clone(&gauge), clock }, gauge)
    }

    fn broken<T>(&self, class: ErrorClass, error: io::Error) -> Poll<io::Result<T>> {
        let failure = tls::failure_of(&error).unwrap_or_else(|| Failure::io(class, &error));
        self.gauge.failure.borrow_mut().get_or_insert(failure);
        Poll::Ready(Err(error))
    }

    fn note_read(&self, bytes: &[u8], room: usize) {
        let gauge = &self.gauge;
        gauge.read_ns.set(self.clock.elapsed_ns());
        gauge.has_more.set(gauge.is_closing.get() || !self.stream.is_drained_by(bytes.len(), room));
        if gauge.greeting.get() == Greeting::None {
            gauge.greeting.set(if bytes.starts_with(b"HTTP/1") { Greeting::Http1 } else { Greeting::Other });
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        if !wire.gauge.may_read.replace(false) {
            return Poll::Pending;
        }
        wire.gauge.has_more.set(false);
        let room = into.initialize_unfilled();
        loop {
            match wire.stream.read(room) {
                Ok(0) => return Poll::Ready(Ok(())),
                Ok(got) => {
                    wire.note_read(room.get(..got).unwrap_or_default(), room.len());
                    into.advance(got);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Without the end that TLS has; frames know their own end.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Poll::Ready(Ok(())),
                Err(error) => return wire.broken(ErrorClass::ReadReset, error),
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            match self.stream.write(from) {
                Ok(written) => return Poll::Ready(Ok(written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.broken(ErrorClass::Write, error),
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.stream.flush() {
            Ok(()) => Poll::Ready(Ok(())),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => self.broken(ErrorClass::Write, error),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Stream::Tls(tls) = &mut self.stream {
            tls.say_goodbye();
        }
    }
}
