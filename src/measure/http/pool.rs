//! The connections of a loop: which of them are free, and how they are opened.

use super::LoadError;
use super::connection::{Connection, Step};
use super::failure::Failure;
use super::redirect::{self, Jar};
use super::request::Message;
use super::route::{HOME, Routes};
use super::timer::{Alarm, Until};
use super::tls::ALPN;
use crate::clock::Clock;
use crate::limits::{LOAD_ADDRESSES_SHOWN, LOAD_EVENTS_PER_TURN, LOAD_PAUSE_NS_MAX, LOAD_PAUSE_NS_MIN, LOAD_PROGRESS_NS};
use crate::model::{TlsFacts, Transport, TransportFacts};
use mio::{Events, Poll, Registry, Token};
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// The poll, the timer in it, the clock and the one buffer that a loop has.
pub struct Reactor {
    pub poll: Poll,
    pub alarm: Alarm,
    pub clock: Clock,
    pub scratch: Vec<u8>,
}

impl Reactor {
    /// Blocks until a socket is ready or a time of `until` has come.
    pub fn wait(&mut self, events: &mut Events, until: Until) -> Result<(), LoadError> {
        self.alarm.wait(&mut self.poll, events, until).map_err(refused)
    }
}

/// The operating system would not give what every loop needs.
pub fn refused(error: io::Error) -> LoadError {
    LoadError(format!("the system refused what the load engine needs: {error}; check the limit of open files (ulimit -n)"))
}

/// When a free connection may be used again after its request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    AtOnce,
    /// Not before a pause, which grows with the failures in a row: a closed loop would otherwise spin on a server that
    /// refuses.
    AfterPause {
        from_ns: u64,
    },
}

/// What is free from the given time on.
#[derive(Debug, Default)]
pub struct Pauses(Vec<(usize, u64)>);

impl Pauses {
    /// After so many failures in a row, the last of them at `from_ns`.
    pub fn begin(&mut self, number: usize, failures: u32, from_ns: u64) {
        let doublings = failures.saturating_sub(1).min(LOAD_PAUSE_NS_MAX.ilog2());
        let pause_ns = LOAD_PAUSE_NS_MIN.saturating_mul(1 << doublings).min(LOAD_PAUSE_NS_MAX);
        self.0.push((number, from_ns.saturating_add(pause_ns)));
    }

    /// Those whose pause is over; it is ended.
    pub fn end(&mut self, now_ns: u64) -> impl Iterator<Item = usize> {
        self.0.extract_if(.., move |(_, until_ns)| *until_ns <= now_ns).map(|(number, _)| number)
    }

    /// When the next pause ends.
    pub fn next_ns(&self) -> Option<u64> {
        self.0.iter().map(|(_, until_ns)| *until_ns).min()
    }
}

/// Every connection is in use or in exactly one of the three queues.
#[derive(Debug)]
pub struct Pool {
    connections: Vec<Connection>,
    transport: Transport,
    routes: Routes,
    redirects: u64,
    /// Free and open, in the order they became free, so that all of them stay in use.
    idle: VecDeque<usize>,
    /// Free, to be connected by the next request that finds no other.
    closed: VecDeque<usize>,
    paused: Pauses,
}

impl Pool {
    /// `count` closed connections along the first of the routes.
    pub fn new(count: usize, transport: Transport, routes: Routes) -> Pool {
        Pool {
            connections: (0..count).map(Connection::new).collect(),
            transport,
            routes,
            redirects: 0,
            idle: VecDeque::with_capacity(count),
            closed: VecDeque::with_capacity(count),
            paused: Pauses::default(),
        }
    }

    /// Connections in all.
    pub fn len(&self) -> usize {
        self.connections.len()
    }

    /// What was asked for.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// One of them, by its number.
    pub fn get(&self, number: usize) -> Option<&Connection> {
        self.connections.get(number)
    }

    /// One of them, to be changed.
    pub fn get_mut(&mut self, number: usize) -> Option<&mut Connection> {
        self.connections.get_mut(number)
    }

    /// Connections made anew, over all.
    pub fn reconnects(&self) -> u64 {
        self.connections.iter().map(Connection::reconnects).sum()
    }

    /// A connection that carries nothing: an open one rather than one that has to be made.
    pub fn take(&mut self) -> Option<usize> {
        while let Some(number) = self.idle.pop_front() {
            if self.connections.get(number).is_some_and(Connection::is_open) {
                return Some(number);
            }
            // The server closed it meanwhile.
            self.closed.push_back(number);
        }
        self.closed.pop_front()
    }

    /// Takes back, unused, what `take` gave: it stays the next one.
    pub fn untake(&mut self, number: usize) {
        let is_open = self.connections.get(number).is_some_and(Connection::is_open);
        if is_open { self.idle.push_front(number) } else { self.closed.push_front(number) }
    }

    /// Takes back a connection whose request has ended.
    pub fn release(&mut self, number: usize, reuse: Reuse) {
        let Some(connection) = self.connections.get_mut(number) else { return };
        if connection.route() != HOME {
            connection.close();
        }
        match reuse {
            _ if connection.is_open() => self.idle.push_back(number),
            Reuse::AtOnce => self.closed.push_back(number),
            Reuse::AfterPause { from_ns } => self.paused.begin(number, connection.failures, from_ns),
        }
    }

    /// Ends the pauses that are over.
    pub fn wake(&mut self, now_ns: u64) {
        if !self.paused.0.is_empty() {
            self.closed.extend(self.paused.end(now_ns));
        }
    }

    /// When the next pause ends.
    pub fn next_wake_ns(&self) -> Option<u64> {
        self.paused.next_ns()
    }

    /// Begins to make the connection.
    pub fn connect(&mut self, number: usize, registry: &Registry, now_ns: u64) -> Result<(), Failure> {
        self.connect_along(HOME, number, registry, now_ns)
    }

    fn connect_along(&mut self, route: usize, number: usize, registry: &Registry, now_ns: u64) -> Result<(), Failure> {
        let (Some(connection), Some(to)) = (self.connections.get_mut(number), self.routes.get(route)) else { return Ok(()) };
        connection.connect(registry, route, to, now_ns)
    }

    /// Handles an event on a connection whose request is `message`, or what redirects made of it.
    pub fn on_event(&mut self, number: usize, message: &Message, reactor: &mut Reactor, is_closing: bool) -> Step {
        let Some(connection) = self.connections.get_mut(number) else { return Step::Pending };
        let hop = connection.flight.as_mut().and_then(|flight| flight.hop.take());
        let message = hop.as_ref().map_or(message, |hop| &hop.message);
        let step = if connection.is_open() {
            connection.on_event(message, &mut reactor.scratch, &reactor.clock, is_closing)
        } else {
            match self.routes.get(connection.route()).filter(|_| connection.is_connecting()) {
                Some(route) => connection.on_setup(route, message, &mut reactor.scratch, &reactor.clock),
                None => Step::Pending,
            }
        };
        if let (Some(flight), true) = (&mut connection.flight, hop.is_some()) {
            flight.hop = hop;
        }
        step
    }

    /// Follows the redirect that a connection was answered with, with the cookies of its session; `None` where the answer is
    /// none, or is to be seen.
    pub fn redirect(
        &mut self,
        number: usize,
        message: &Message,
        jar: Option<Jar<'_>>,
        registry: &Registry,
        now_ns: u64,
    ) -> Option<Result<(), Failure>> {
        let connection = self.connections.get_mut(number)?;
        let before = connection.flight.as_mut()?.hop.take();
        let (message, followed) = before.as_ref().map_or((message, 0), |hop| (&hop.message, hop.count));
        let hop = match redirect::next(&self.transport, message, &connection.response, followed, jar)? {
            Ok(hop) => hop,
            Err(failure) => return Some(Err(failure)),
        };
        let route = match self.routes.to(&hop.message.url) {
            Ok(route) => route,
            Err(failure) => return Some(Err(failure)),
        };
        self.redirects += 1;
        connection.flight.as_mut()?.redirected();
        let begun = if connection.is_open() && connection.route() == route {
            connection.send(&hop.message, now_ns)
        } else {
            self.connect_along(route, number, registry, now_ns)
        };
        self.connections.get_mut(number)?.flight.as_mut()?.hop = Some(Box::new(hop));
        Some(begun)
    }

    /// What is known of the connections of the run.
    pub fn facts(&self) -> TransportFacts {
        let endpoints = self.routes.iter().flat_map(|route| &route.endpoints);
        let secured = self.connections.iter().find_map(Connection::secured);
        TransportFacts {
            addresses: endpoints.take(LOAD_ADDRESSES_SHOWN).map(|endpoint| endpoint.shown()).collect(),
            connects: self.connections.iter().map(Connection::connects).sum(),
            protocol: ALPN.to_string(),
            streams: None,
            retries: 0,
            redirects: self.redirects,
            tls: secured.map(|secured| TlsFacts {
                version: secured.version_name(),
                cipher: secured.cipher_name(),
                verified: !self.transport.tls.insecure,
                resumption: self.transport.tls.resumption,
                resumed: self.connections.iter().map(Connection::resumed).sum(),
            }),
        }
    }

    /// Opens every connection before the schedule starts, trying each address of the host. What cannot be opened is no
    /// error yet: requests will try again, and be counted.
    pub fn open_all(
        &mut self,
        reactor: &mut Reactor,
        message: &Message,
        timeout_ns: u64,
        interrupted: &AtomicBool,
    ) -> Result<(), LoadError> {
        let mut events = Events::with_capacity(LOAD_EVENTS_PER_TURN);
        let mut now_ns = reactor.clock.elapsed_ns();
        let give_up_ns = now_ns.saturating_add(timeout_ns);
        let addresses = self.routes.get(HOME).map_or(0, |route| route.endpoints.len());
        for number in 0..self.len() {
            self.try_addresses(number, addresses, reactor, now_ns);
        }
        while self.connections.iter().any(Connection::is_connecting) && now_ns < give_up_ns && !interrupted.load(Ordering::Relaxed) {
            reactor.wait(&mut events, Until { now_ns, due_ns: None, other_ns: give_up_ns.min(now_ns + LOAD_PROGRESS_NS) })?;
            now_ns = reactor.clock.elapsed_ns();
            for event in &events {
                let Token(number) = event.token();
                if !self.get(number).is_some_and(Connection::is_connecting) {
                    continue;
                }
                let failed = matches!(self.on_event(number, message, reactor, false), Step::Failed { .. });
                if let Some(connection) = self.connections.get_mut(number).filter(|_| failed) {
                    let tries_left = addresses.saturating_sub(connection.attempts());
                    connection.close();
                    self.try_addresses(number, tries_left, reactor, now_ns);
                }
            }
        }
        for (number, connection) in self.connections.iter_mut().enumerate() {
            if connection.is_open() {
                self.idle.push_back(number);
            } else {
                connection.close();
                self.closed.push_back(number);
            }
        }
        Ok(())
    }

    /// Begins to connect to the first of the next addresses that does not fail at once.
    fn try_addresses(&mut self, number: usize, tries: usize, reactor: &Reactor, now_ns: u64) {
        for _ in 0..tries {
            if self.connect(number, reactor.poll.registry(), now_ns).is_ok() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pool, Reuse, Routes, Transport};

    const MS: u64 = 1_000_000;

    /// After so many failures in a row the connection is back after the pause, and not before.
    fn check(failures: u32, pause_ms: u64) {
        let mut pool = Pool::new(1, Transport::default(), Routes::default());
        pool.get_mut(0).expect("a connection").failures = failures;
        pool.release(0, Reuse::AfterPause { from_ns: 5 * MS });
        let until_ns = (5 + pause_ms) * MS;
        assert_eq!(pool.next_wake_ns(), Some(until_ns), "{failures} failures");
        pool.wake(until_ns - 1);
        assert_eq!(pool.take(), None);
        pool.wake(until_ns);
        assert_eq!((pool.take(), pool.next_wake_ns()), (Some(0), None));
    }

    #[test]
    fn pauses_double_up_to_a_bound() {
        for (failures, pause_ms) in [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (64, 8), (u32::MAX, 8)] {
            check(failures, pause_ms);
        }
    }

    #[test]
    fn a_connection_given_back_unused_stays_the_next() {
        let mut pool = Pool::new(3, Transport::default(), Routes::default());
        (0..3).for_each(|number| pool.release(number, Reuse::AtOnce));
        assert_eq!(pool.take(), Some(0));
        pool.untake(0);
        assert_eq!([pool.take(), pool.take(), pool.take(), pool.take()], [Some(0), Some(1), Some(2), None]);
    }
}
