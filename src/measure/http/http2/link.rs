//! One HTTP/2 connection that stands: the `h2` crate, polled by hand.

use super::head::Head;
use super::wire::{Gauge, Greeting, Wire};
use crate::clock::Clock;
use crate::limits::{HTTP2_WINDOW_BYTES, RESPONSE_HEAD_BYTES_MAX};
use crate::measure::http::failure::{ErrorClass, Failure};
use crate::measure::http::stream::Stream;
use bytes::Bytes;
use h2::Reason;
use h2::client::{Builder, Connection, ResponseFuture, SendRequest};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Set whenever the connection has something to do that no event of its socket tells: frames to write.
#[derive(Debug)]
struct Poked(AtomicBool);

impl Wake for Poked {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What became of a request that was to be sent.
pub enum Sent {
    /// It is on its stream.
    Begun(ResponseFuture),
    /// The server takes no more at a time.
    NoRoom,
    /// The connection takes no further request: it is about to end.
    Ending,
}

/// Why a stream ended without its whole answer.
pub enum Broken {
    /// The server says that it did not look at the request, so that it may be sent again (RFC 9113 §8.7).
    Unprocessed(Failure),
    Failed(Failure),
}

/// A connection over its socket.
pub struct Link {
    requests: SendRequest<Bytes>,
    connection: Connection<Wire, Bytes>,
    gauge: Rc<Gauge>,
    poked: Arc<Poked>,
    waker: Waker,
}

impl Link {
    /// Writes the preface and our settings. Nothing is pushed to us; windows are wide, because what comes is taken at once.
    pub fn new(stream: Stream, clock: Clock) -> Result<Link, Failure> {
        let (wire, gauge) = Wire::new(stream, clock);
        let poked = Arc::new(Poked(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&poked));
        let mut builder = Builder::new();
        builder
            .enable_push(false)
            .initial_window_size(HTTP2_WINDOW_BYTES)
            .initial_connection_window_size(HTTP2_WINDOW_BYTES)
            .max_header_list_size(u32::try_from(RESPONSE_HEAD_BYTES_MAX).unwrap_or(u32::MAX));
        let begun = pin!(builder.handshake::<_, Bytes>(wire)).poll(&mut Context::from_waker(&waker));
        match begun {
            Poll::Ready(Ok((requests, connection))) => Ok(Link { requests, connection, gauge, poked, waker }),
            Poll::Ready(Err(error)) => Err(explain(&error, &gauge)),
            // A new socket has room for 24 bytes.
            Poll::Pending => Err(Failure::new(ErrorClass::Write, "the preface of HTTP/2 could not be written")),
        }
    }

    /// Whether the server has answered the preface in HTTP/2.
    pub fn is_greeted(&self) -> bool {
        self.gauge.greeting.get() == Greeting::Other
    }

    /// Streams that the server allows at a time.
    pub fn streams_max(&self) -> usize {
        self.requests.current_max_send_streams()
    }

    /// Puts a request on a stream; it is written by the next `poll`.
    pub fn send(&mut self, head: &Head) -> Sent {
        match self.requests.poll_ready(&mut Context::from_waker(&self.waker)) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(_)) => return Sent::Ending,
            Poll::Pending => return Sent::NoRoom,
        }
        let Ok((answer, mut body)) = self.requests.send_request(head.request.clone(), head.body.is_empty()) else {
            return Sent::Ending;
        };
        if !head.body.is_empty() {
            // Waits within the stream for the server's window: a view of bytes that exist once. A failure shows in the answer.
            let _ = body.send_data(head.body.clone(), true);
        }
        Sent::Begun(answer)
    }

    /// Writes what is to be written, and reads once if it may; whether the connection is over.
    pub fn poll(&mut self, may_read: bool) -> bool {
        self.gauge.may_read.set(may_read);
        self.poked.0.store(false, Ordering::Relaxed);
        Pin::new(&mut self.connection).poll(&mut Context::from_waker(&self.waker)).is_ready()
    }

    /// An event came from the socket. `is_closing`: the peer will send nothing more.
    pub fn on_event(&self, is_closing: bool) {
        self.gauge.is_closing.set(is_closing);
        self.gauge.has_more.set(true);
    }

    /// Whether the socket may hold more to read.
    pub fn has_more(&self) -> bool {
        self.gauge.has_more.get()
    }

    /// Whether there is something to write, or the crate wants to be polled for another reason.
    pub fn is_poked(&self) -> bool {
        self.poked.0.load(Ordering::Relaxed)
    }

    /// When the last bytes came, ns of the run's clock.
    pub fn read_ns(&self) -> u64 {
        self.gauge.read_ns.get()
    }

    /// Why a stream broke. `has_head`: the head of its answer had come.
    pub fn why(&self, error: &h2::Error, has_head: bool) -> Broken {
        let is_ours = !error.is_remote();
        let is_refused = error.is_go_away() || error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
        if self.gauge.greeting.get() == Greeting::Http1 || error.is_io() || is_ours {
            let failure = explain(error, &self.gauge);
            let is_cut = has_head && error.is_io() && self.gauge.failure.borrow().is_none();
            return Broken::Failed(if is_cut { Failure { class: ErrorClass::TruncatedBody, ..failure } } else { failure });
        }
        let said = error.reason().map_or_else(|| "no reason".to_string(), |reason| reason.description().to_string());
        if is_refused {
            return Broken::Unprocessed(Failure::owned(ErrorClass::ReadReset, format!("the server did not take the request ({said})")));
        }
        let class = if has_head { ErrorClass::TruncatedBody } else { ErrorClass::ReadReset };
        Broken::Failed(Failure::owned(class, format!("the server reset the stream ({said})")))
    }
}

fn explain(error: &h2::Error, gauge: &Gauge) -> Failure {
    if gauge.greeting.get() == Greeting::Http1 {
        return Failure::new(ErrorClass::Protocol, "HTTP/2 was asked for, and the server answers in HTTP/1");
    }
    if let Some(failure) = gauge.failure.borrow().clone() {
        return failure;
    }
    if error.is_io() {
        return Failure::new(ErrorClass::ReadReset, "the connection was closed before the answer was complete");
    }
    let reason = error.reason().map_or_else(|| error.to_string(), |reason| reason.description().to_string());
    Failure::owned(ErrorClass::Protocol, format!("what came breaks the rules of HTTP/2, or our limits ({reason})"))
}
