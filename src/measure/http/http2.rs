//! HTTP/2 behind the same scheduler: connections that carry several requests at a time. Each place for a stream is a lane;
//! to the loop a lane is what a connection is in HTTP/1.1. The connections themselves are made by the pool, as there.

mod head;
mod lane;
mod link;
mod pump;
mod wire;

use super::LoadError;
use super::carrier::{Answer, Ended, Limit};
use super::connection::{Connection, Flight, Step};
use super::failure::{ErrorClass, Failure};
use super::parser::Expect;
use super::pool::{Pauses, Pool, Reactor, Reuse};
use super::redirect::{self, Jar};
use super::request::Message;
use super::timer::Until;
use crate::limits::{LOAD_EVENTS_PER_TURN, LOAD_PROGRESS_NS};
use crate::model::TransportFacts;
pub use head::Head;
use lane::{Exchange, Lane, News};
use link::{Link, Sent};
use mio::{Events, Token};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What happened to lanes, in order.
pub type Steps = Vec<(usize, Step)>;

/// One connection as its lanes see it.
#[derive(Default)]
struct Session {
    /// While it stands.
    link: Option<Link>,
    /// It takes no further request, and ends with its last stream.
    is_ending: bool,
    /// Lanes on a stream.
    active: usize,
    /// Lanes whose request is taken up and on no stream yet.
    waiting: VecDeque<usize>,
    /// Free lanes for which the server leaves no room.
    parked: Vec<usize>,
    /// Something may have to be written.
    is_dirty: bool,
}

impl Session {
    fn has_room(&self) -> bool {
        self.link.as_ref().is_some_and(|link| !self.is_ending && self.waiting.is_empty() && self.active < link.streams_max())
    }
}

/// Every connection with its lanes. Lane `n` belongs to connection `n` modulo their number, so that lanes in order use them
/// evenly.
pub struct Sessions {
    pool: Pool,
    sessions: Vec<Session>,
    lanes: Vec<Lane>,
    news: Arc<News>,
    /// Emptied by every look at the news.
    called: Vec<usize>,
    dirty: Vec<usize>,
    /// Free lanes: on connections that stand, on others, and those that pause after a failure.
    idle: VecDeque<usize>,
    closed: VecDeque<usize>,
    paused: Pauses,
    /// Requests sent again, redirects followed, and whether a server ever agreed to speak HTTP/2.
    retries: u64,
    redirects: u64,
    is_agreed: bool,
}

impl Sessions {
    /// Lanes over the closed connections of a pool.
    pub fn new(pool: Pool, streams: usize) -> Sessions {
        let (count, news) = (pool.len(), Arc::new(News::default()));
        let lanes = (0..count * streams).map(|lane| Lane::new(lane, lane % count, lane / count, &news)).collect();
        Sessions {
            sessions: (0..count).map(|_| Session::default()).collect(),
            idle: (0..count * streams).collect(),
            pool,
            lanes,
            news,
            called: Vec::new(),
            dirty: Vec::new(),
            closed: VecDeque::new(),
            paused: Pauses::default(),
            retries: 0,
            redirects: 0,
            is_agreed: false,
        }
    }

    /// The connections.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Lanes in all.
    pub fn len(&self) -> usize {
        self.lanes.len()
    }

    /// A lane that carries nothing and has room: of a connection that stands rather than of one that has to be made.
    pub fn take(&mut self) -> Option<usize> {
        let count = self.sessions.len().max(1);
        while let Some(number) = self.idle.pop_front() {
            let session = self.sessions.get_mut(number % count)?;
            if session.has_room() {
                return Some(number);
            }
            if session.link.is_some() { session.parked.push(number) } else { self.closed.push_back(number) }
        }
        while let Some(number) = self.closed.pop_front() {
            let session = self.sessions.get_mut(number % count)?;
            if session.link.is_none() || session.has_room() {
                return Some(number);
            }
            session.parked.push(number);
        }
        None
    }

    /// Takes back, unused, what `take` gave: it stays the next one.
    pub fn untake(&mut self, number: usize) {
        self.idle.push_front(number);
    }

    /// Takes back a lane whose request has ended.
    pub fn release(&mut self, number: usize, reuse: Reuse) {
        match reuse {
            Reuse::AtOnce => self.idle.push_back(number),
            Reuse::AfterPause { from_ns } => {
                let failures = self.lanes.get(number).map_or(0, |lane| lane.failures);
                self.paused.begin(number, failures, from_ns);
            }
        }
    }

    /// Ends the pauses that are over.
    pub fn wake(&mut self, now_ns: u64) {
        self.idle.extend(self.paused.end(now_ns));
    }

    /// When the next pause ends.
    pub fn next_wake_ns(&self) -> Option<u64> {
        self.paused.next_ns()
    }

    /// The request on a lane.
    pub fn flight(&self, number: usize) -> Option<&Flight> {
        self.lanes.get(number)?.flight.as_ref()
    }

    /// What the request of a lane was answered with: by no other server, because none is gone to.
    pub fn answer(&self, number: usize) -> Option<Answer<'_>> {
        self.lanes.get(number).map(|lane| Answer { response: &lane.response, is_home: true })
    }

    /// Takes up a request.
    pub fn take_up(&mut self, number: usize, flight: Flight) {
        if let Some(lane) = self.lanes.get_mut(number) {
            lane.flight = Some(flight);
        }
    }

    /// Sends what was taken up; whether it was put on a stream rather than waits for its connection.
    pub fn start(&mut self, number: usize, message: &Message, reactor: &Reactor, now_ns: u64) -> (Result<(), Failure>, bool) {
        let Some(lane) = self.lanes.get_mut(number) else { return (Ok(()), false) };
        lane.prepare(message);
        if self.send(number, now_ns) {
            return (Ok(()), true);
        }
        self.wait(number, now_ns);
        (self.connect(self.session_of(number), reactor, now_ns), false)
    }

    fn session_of(&self, lane: usize) -> usize {
        lane % self.sessions.len().max(1)
    }

    /// Puts the request of a lane on a stream, if there is room for it.
    fn send(&mut self, number: usize, now_ns: u64) -> bool {
        let owner = self.session_of(number);
        let (Some(session), Some(lane)) = (self.sessions.get_mut(owner), self.lanes.get_mut(number)) else { return false };
        let (Some(link), Some(flight), Some(head)) = (&mut session.link, &mut lane.flight, &lane.head) else { return false };
        if session.is_ending || session.active >= link.streams_max() {
            return false;
        }
        match link.send(head) {
            Sent::Begun(answer) => lane.exchange = Exchange::Head(answer),
            Sent::NoRoom => return false,
            Sent::Ending => {
                session.is_ending = true;
                return false;
            }
        }
        session.active += 1;
        lane.response.begin(Expect::Body);
        lane.response.kept.begin(lane.keep);
        flight.bytes_out += head.bytes_out;
        flight.written_ns.get_or_insert(now_ns);
        if let Some(connection) = self.pool.get_mut(owner) {
            let (connect_ns, tls_ns) = connection.take_phases();
            (flight.connect_ns, flight.tls_ns) = (flight.connect_ns.or(connect_ns), flight.tls_ns.or(tls_ns));
        }
        // To be looked at once, so that its stream knows whom to call.
        self.news.push(number);
        self.soil(owner);
        true
    }

    /// Follows the redirect that a lane was answered with, as long as it stays on the server; `None` where the answer is none.
    pub fn redirect(&mut self, number: usize, message: &Message, jar: Option<Jar<'_>>, now_ns: u64) -> Option<Result<(), Failure>> {
        let lane = self.lanes.get_mut(number)?;
        let flight = lane.flight.as_mut()?;
        let before = flight.hop.take();
        let (message, followed) = before.as_ref().map_or((message, 0), |hop| (&hop.message, hop.count));
        let hop = match redirect::next(self.pool.transport(), message, &lane.response, followed, jar)? {
            Ok(hop) if hop.message.url.is_same_origin(&message.url) => hop,
            Ok(hop) => {
                let why = format!("over HTTP/2 redirects stay on their server, and {} is of another one", hop.message.url.text);
                return Some(Err(Failure::owned(ErrorClass::RedirectLimit, why)));
            }
            Err(failure) => return Some(Err(failure)),
        };
        self.redirects += 1;
        flight.redirected();
        lane.prepare(&hop.message);
        if let Some(flight) = &mut lane.flight {
            flight.hop = Some(Box::new(hop));
        }
        if !self.send(number, now_ns) {
            self.wait(number, now_ns);
        }
        Some(Ok(()))
    }

    fn wait(&mut self, number: usize, now_ns: u64) {
        let owner = self.session_of(number);
        let (Some(session), Some(lane)) = (self.sessions.get_mut(owner), self.lanes.get_mut(number)) else { return };
        lane.exchange = Exchange::Waiting { since_ns: now_ns };
        session.waiting.push_back(number);
        self.soil(owner);
    }

    /// Begins to make a connection, if that is not done already.
    fn connect(&mut self, owner: usize, reactor: &Reactor, now_ns: u64) -> Result<(), Failure> {
        let is_needed = self.sessions.get(owner).is_some_and(|session| session.link.is_none());
        if !is_needed || self.pool.get(owner).is_none_or(Connection::is_connecting) {
            return Ok(());
        }
        self.pool.connect(owner, reactor.poll.registry(), now_ns)
    }

    fn soil(&mut self, owner: usize) {
        if let Some(session) = self.sessions.get_mut(owner).filter(|session| !session.is_dirty) {
            session.is_dirty = true;
            self.dirty.push(owner);
        }
    }

    /// When the request of a lane, or the making of its connection, has taken too long.
    pub fn limit(&self, number: usize, timeout_ns: u64, connect_timeout_ns: u64) -> Option<Limit> {
        let lane = self.lanes.get(number)?;
        let flight = lane.flight.as_ref()?;
        match (&lane.exchange, flight.written_ns) {
            (_, Some(written_ns)) => Some(Limit { at_ns: written_ns.saturating_add(timeout_ns), missing: None }),
            (Exchange::Waiting { since_ns }, None) => {
                let connection = self.pool.get(self.session_of(number)).filter(|connection| connection.is_connecting());
                let missing = connection.map_or("no room for a stream", Connection::missing);
                Some(Limit { at_ns: since_ns.saturating_add(connect_timeout_ns), missing: Some(missing) })
            }
            _ => None,
        }
    }

    /// The request of a lane has ended. What is still on its way is cancelled, and its connection stays.
    pub fn end(&mut self, number: usize, is_failed: bool) -> Option<Ended<'_>> {
        let owner = self.session_of(number);
        let (session, lane) = (self.sessions.get_mut(owner)?, self.lanes.get_mut(number)?);
        let flight = lane.flight.take()?;
        match std::mem::replace(&mut lane.exchange, Exchange::None) {
            Exchange::None => {}
            Exchange::Waiting { .. } => {
                session.waiting.retain(|other| *other != number);
                if let Some(connection) = self.pool.get_mut(owner).filter(|connection| connection.is_connecting()) {
                    connection.close();
                }
            }
            Exchange::Head(_) | Exchange::Body(_) => session.active -= 1,
        }
        lane.failures = if is_failed { lane.failures.saturating_add(1) } else { 0 };
        self.soil(owner);
        let lane = self.lanes.get(number)?;
        Some(Ended { flight, answer: Answer { response: &lane.response, is_home: true }, name: &lane.name })
    }

    /// What is known of the connections of the run.
    pub fn facts(&self) -> TransportFacts {
        let facts = self.pool.facts();
        let spoken = if facts.tls.is_some() { "h2" } else { "h2c" };
        TransportFacts {
            protocol: if self.is_agreed { spoken } else { "none" }.to_string(),
            streams: u32::try_from(self.lanes.len() / self.sessions.len().max(1)).ok(),
            retries: self.retries,
            redirects: self.redirects,
            ..facts
        }
    }

    /// Opens every connection before the schedule starts, and waits until the servers have told their limits.
    pub fn open_all(
        &mut self,
        reactor: &mut Reactor,
        message: &Message,
        timeout_ns: u64,
        interrupted: &AtomicBool,
    ) -> Result<(), LoadError> {
        let give_up_ns = reactor.clock.elapsed_ns().saturating_add(timeout_ns);
        self.pool.open_all(reactor, message, timeout_ns, interrupted)?;
        // No request is on its way yet that any of these could be about.
        let mut steps = Steps::new();
        let open: Vec<usize> = (0..self.pool.len()).filter(|owner| self.pool.get(*owner).is_some_and(Connection::is_open)).collect();
        for owner in open {
            self.adopt(owner, reactor, &mut steps);
        }
        let mut events = Events::with_capacity(LOAD_EVENTS_PER_TURN);
        let mut now_ns = reactor.clock.elapsed_ns();
        let is_silent = |session: &Session| session.link.as_ref().is_some_and(|link| !link.is_greeted());
        while self.sessions.iter().any(is_silent) && now_ns < give_up_ns && !interrupted.load(Ordering::Relaxed) {
            reactor.wait(&mut events, Until { now_ns, due_ns: None, other_ns: give_up_ns.min(now_ns + LOAD_PROGRESS_NS) })?;
            for event in &events {
                let Token(owner) = event.token();
                self.on_event(owner, message, reactor, event.is_read_closed() || event.is_error(), &mut steps);
            }
            now_ns = reactor.clock.elapsed_ns();
        }
        Ok(())
    }
}
