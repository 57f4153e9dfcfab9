//! What carries requests: connections of HTTP/1.1, or the lanes of HTTP/2. The loop knows both by a number.

use super::LoadError;
use super::connection::{Connection, Flight};
use super::failure::Failure;
use super::http2::Sessions;
use super::parser::Response;
use super::pool::{Pool, Reactor, Reuse};
use super::redirect::Jar;
use super::request::Message;
use super::route::Routes;
use crate::limits::{HTTP2_LANES_MAX, HTTP2_STREAMS_MAX};
use crate::model::{Http, Transport, TransportFacts};
use std::sync::atomic::AtomicBool;

/// All that a loop has of either.
#[allow(clippy::large_enum_variant, reason = "one for each loop")]
pub enum Carrier {
    Http1(Pool),
    Http2(Sessions),
}

/// When something has taken too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub at_ns: u64,
    /// What is missing, where it is the connection that is not there.
    pub missing: Option<&'static str>,
}

/// An answer, or what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    pub response: &'a Response,
    /// Whether it came from the server of the targets, and not from one that a redirect led to.
    pub is_home: bool,
}

/// A request that has ended, with what is known of its answer.
#[derive(Debug)]
pub struct Ended<'a> {
    pub flight: Flight,
    pub answer: Answer<'a>,
    /// What carried it, as results name it.
    pub name: &'a str,
}

impl Carrier {
    /// So many connections, closed, by the version of HTTP that was asked for.
    pub fn new(connections: usize, transport: &Transport, routes: Routes) -> Result<Carrier, LoadError> {
        let pool = Pool::new(connections, transport.clone(), routes);
        let Http::Two { streams } = transport.http else { return Ok(Carrier::Http1(pool)) };
        let lanes = u64::from(streams).saturating_mul(connections as u64);
        if streams == 0 || u64::from(streams) > HTTP2_STREAMS_MAX || lanes > HTTP2_LANES_MAX {
            return Err(LoadError(format!(
                "{streams} streams on each of {connections} connections are not possible; use 1 to {HTTP2_STREAMS_MAX}, and at most \
                 {HTTP2_LANES_MAX} over all"
            )));
        }
        Ok(Carrier::Http2(Sessions::new(pool, streams as usize)))
    }

    /// The connections.
    pub fn pool(&self) -> &Pool {
        match self {
            Carrier::Http1(pool) => pool,
            Carrier::Http2(sessions) => sessions.pool(),
        }
    }

    /// Requests that it can carry at a time.
    pub fn len(&self) -> usize {
        match self {
            Carrier::Http1(pool) => pool.len(),
            Carrier::Http2(sessions) => sessions.len(),
        }
    }

    /// Opens every connection before the schedule starts.
    pub fn open_all(&mut self, reactor: &mut Reactor, message: &Message, limit_ns: u64, interrupted: &AtomicBool) -> Result<(), LoadError> {
        match self {
            Carrier::Http1(pool) => pool.open_all(reactor, message, limit_ns, interrupted),
            Carrier::Http2(sessions) => sessions.open_all(reactor, message, limit_ns, interrupted),
        }
    }

    /// Something free to carry a request.
    #[inline]
    pub fn take(&mut self) -> Option<usize> {
        match self {
            Carrier::Http1(pool) => pool.take(),
            Carrier::Http2(sessions) => sessions.take(),
        }
    }

    /// Takes back, unused, what `take` gave.
    #[inline]
    pub fn untake(&mut self, number: usize) {
        match self {
            Carrier::Http1(pool) => pool.untake(number),
            Carrier::Http2(sessions) => sessions.untake(number),
        }
    }

    /// Takes back what carried a request that has ended.
    #[inline]
    pub fn release(&mut self, number: usize, reuse: Reuse) {
        match self {
            Carrier::Http1(pool) => pool.release(number, reuse),
            Carrier::Http2(sessions) => sessions.release(number, reuse),
        }
    }

    /// Ends the pauses that are over.
    #[inline]
    pub fn wake(&mut self, now_ns: u64) {
        match self {
            Carrier::Http1(pool) => pool.wake(now_ns),
            Carrier::Http2(sessions) => sessions.wake(now_ns),
        }
    }

    /// When the next pause ends.
    #[inline]
    pub fn next_wake_ns(&self) -> Option<u64> {
        match self {
            Carrier::Http1(pool) => pool.next_wake_ns(),
            Carrier::Http2(sessions) => sessions.next_wake_ns(),
        }
    }

    /// Takes up a request that was given to what is free.
    #[inline]
    pub fn take_up(&mut self, number: usize, flight: Flight) {
        match self {
            Carrier::Http1(pool) => {
                if let Some(connection) = pool.get_mut(number) {
                    connection.flight = Some(flight);
                }
            }
            Carrier::Http2(sessions) => sessions.take_up(number, flight),
        }
    }

    /// Sends what was taken up; whether that is done already, rather than waits for a connection.
    #[inline]
    pub fn start(&mut self, number: usize, message: &Message, reactor: &Reactor, now_ns: u64) -> (Result<(), Failure>, bool) {
        match self {
            Carrier::Http1(pool) => match pool.get_mut(number).filter(|connection| connection.is_open()) {
                Some(connection) => (connection.send(message, now_ns), true),
                None => (pool.connect(number, reactor.poll.registry(), now_ns), false),
            },
            Carrier::Http2(sessions) => sessions.start(number, message, reactor, now_ns),
        }
    }

    /// The request that it carries.
    #[inline]
    pub fn flight(&self, number: usize) -> Option<&Flight> {
        match self {
            Carrier::Http1(pool) => pool.get(number)?.flight.as_ref(),
            Carrier::Http2(sessions) => sessions.flight(number),
        }
    }

    /// What its request was answered with.
    pub fn answer(&self, number: usize) -> Option<Answer<'_>> {
        match self {
            Carrier::Http1(pool) => pool.get(number).map(Connection::answer),
            Carrier::Http2(sessions) => sessions.answer(number),
        }
    }

    /// Follows the redirect that its request was answered with, with the cookies of its session; `None` where the answer is none,
    /// or is to be seen.
    pub fn redirect(
        &mut self,
        number: usize,
        message: &Message,
        jar: Option<Jar<'_>>,
        reactor: &Reactor,
        now_ns: u64,
    ) -> Option<Result<(), Failure>> {
        match self {
            Carrier::Http1(pool) => pool.redirect(number, message, jar, reactor.poll.registry(), now_ns),
            Carrier::Http2(sessions) => sessions.redirect(number, message, jar, now_ns),
        }
    }

    /// When its request, or the making of its connection, has taken too long.
    pub fn limit(&self, number: usize, timeout_ns: u64, connect_timeout_ns: u64) -> Option<Limit> {
        match self {
            Carrier::Http1(pool) => {
                let connection = pool.get(number)?;
                let missing = connection.is_connecting().then(|| connection.missing());
                Some(Limit { at_ns: connection.limit_ns(timeout_ns, connect_timeout_ns)?, missing })
            }
            Carrier::Http2(sessions) => sessions.limit(number, timeout_ns, connect_timeout_ns),
        }
    }

    /// The request on it has ended, one way or the other; `None` where there was none.
    #[inline]
    pub fn end(&mut self, number: usize, is_failed: bool) -> Option<Ended<'_>> {
        match self {
            Carrier::Http1(pool) => {
                let connection: &mut Connection = pool.get_mut(number)?;
                if is_failed {
                    connection.close();
                }
                // Without a request it was idle, and is among the free ones already, or rests between two steps.
                let flight = connection.flight.take()?;
                connection.failures = if is_failed { connection.failures.saturating_add(1) } else { 0 };
                Some(Ended { flight, answer: connection.answer(), name: &connection.name })
            }
            Carrier::Http2(sessions) => sessions.end(number, is_failed),
        }
    }

    /// What is known of the connections of the run.
    pub fn facts(&self) -> TransportFacts {
        match self {
            Carrier::Http1(pool) => pool.facts(),
            Carrier::Http2(sessions) => sessions.facts(),
        }
    }
}
