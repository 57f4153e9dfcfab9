//! What connections do when their socket has news, or requests have to be written.

use super::lane::{Exchange, Seen};
use super::link::{Broken, Link};
use super::{Sessions, Steps};
use crate::limits::HTTP2_RETRIES_MAX;
use crate::measure::http::connection::{Connection, Step};
use crate::measure::http::failure::{ErrorClass, Failure};
use crate::measure::http::pool::Reactor;
use crate::measure::http::request::Message;
use crate::measure::http::stream::Stream;
use crate::measure::http::tls::ALPN_HTTP2;

/// Whether bytes may be taken from the socket: not while requests are written, so that events and answers stay one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Allowed,
    Later,
}

impl Sessions {
    /// Handles an event on a connection. `is_closing`: the peer will send nothing more.
    pub fn on_event(&mut self, owner: usize, message: &Message, reactor: &mut Reactor, is_closing: bool, steps: &mut Steps) {
        let Some(session) = self.sessions.get(owner) else { return };
        if let Some(link) = &session.link {
            link.on_event(is_closing);
            return self.pump(owner, Reading::Allowed, reactor, steps);
        }
        if !self.pool.get(owner).is_some_and(Connection::is_connecting) {
            return;
        }
        match self.pool.on_event(owner, message, reactor, is_closing) {
            Step::Failed { failure, .. } => self.fail_waiting(owner, &failure, reactor, steps),
            _ if self.pool.get(owner).is_some_and(Connection::is_open) => self.adopt(owner, reactor, steps),
            _ => {}
        }
    }

    /// Writes what requests and cancelled streams left to be written, and makes the connections that requests wait for.
    pub fn flush(&mut self, reactor: &mut Reactor, steps: &mut Steps) {
        while let Some(owner) = self.dirty.pop() {
            if let Some(session) = self.sessions.get_mut(owner) {
                session.is_dirty = false;
            }
            self.pump(owner, Reading::Later, reactor, steps);
        }
    }

    /// A connection stands: from here on it speaks HTTP/2, if that was agreed.
    pub(super) fn adopt(&mut self, owner: usize, reactor: &mut Reactor, steps: &mut Steps) {
        let (Some(connection), Some(session)) = (self.pool.get_mut(owner), self.sessions.get_mut(owner)) else { return };
        let Some(stream) = connection.take_stream() else { return };
        match agreed(&stream).and_then(|()| Link::new(stream, reactor.clock)) {
            Ok(link) => {
                session.link = Some(link);
                session.is_ending = false;
                self.pump(owner, Reading::Later, reactor, steps);
            }
            Err(failure) => self.fail_waiting(owner, &failure, reactor, steps),
        }
    }

    /// The connection cannot be made.
    fn fail_waiting(&mut self, owner: usize, failure: &Failure, reactor: &Reactor, steps: &mut Steps) {
        if let Some(connection) = self.pool.get_mut(owner) {
            connection.close();
        }
        let Some(session) = self.sessions.get_mut(owner) else { return };
        let at_ns = reactor.clock.elapsed_ns();
        steps.extend(session.waiting.drain(..).map(|lane| (lane, Step::Failed { at_ns, failure: failure.clone() })));
        self.idle.extend(session.parked.drain(..));
    }

    /// Lets a connection do all that it can do now.
    fn pump(&mut self, owner: usize, reading: Reading, reactor: &mut Reactor, steps: &mut Steps) {
        while let Some(link) = self.sessions.get_mut(owner).and_then(|session| session.link.as_mut()) {
            let is_over = link.poll(reading == Reading::Allowed && link.has_more());
            self.is_agreed |= link.is_greeted();
            let goes_on = reading == Reading::Allowed && link.has_more();
            self.look(reactor, steps);
            if is_over {
                self.end_link(owner, reactor, steps);
            } else if !goes_on && !self.is_poked(owner) {
                break;
            }
        }
        self.turn_over(owner, reactor, steps);
    }

    fn is_poked(&self, owner: usize) -> bool {
        self.sessions.get(owner).and_then(|session| session.link.as_ref()).is_some_and(Link::is_poked)
    }

    /// Looks at the lanes that have news.
    fn look(&mut self, reactor: &Reactor, steps: &mut Steps) {
        let mut called = std::mem::take(&mut self.called);
        self.news.take(&mut called);
        for number in called.drain(..) {
            let owner = self.session_of(number);
            let (Some(session), Some(lane)) = (self.sessions.get_mut(owner), self.lanes.get_mut(number)) else { continue };
            let Some(link) = session.link.as_ref().filter(|_| lane.is_active()) else { continue };
            match lane.look(link.read_ns()) {
                Seen::Pending => {}
                Seen::Answered => {
                    steps.push((number, Step::Answered { at_ns: link.read_ns() }));
                    session.active -= 1;
                    lane.exchange = Exchange::None;
                }
                Seen::Broken { error, has_head } => {
                    let why = link.why(&error, has_head);
                    session.active -= 1;
                    session.is_ending |= error.is_go_away();
                    lane.exchange = Exchange::None;
                    self.broken(number, why, reactor, steps);
                }
            }
        }
        self.called = called;
    }

    /// The stream of a lane broke: the request is sent again where the server did not look at it, a few times.
    fn broken(&mut self, number: usize, why: Broken, reactor: &Reactor, steps: &mut Steps) {
        let Some(lane) = self.lanes.get_mut(number) else { return };
        let at_ns = reactor.clock.elapsed_ns();
        match why {
            Broken::Unprocessed(_) if lane.retries < HTTP2_RETRIES_MAX => {
                lane.retries += 1;
                self.retries += 1;
                self.wait(number, at_ns);
            }
            Broken::Unprocessed(failure) | Broken::Failed(failure) => steps.push((number, Step::Failed { at_ns, failure })),
        }
    }

    /// The connection is over; so are the streams that it left without a word.
    fn end_link(&mut self, owner: usize, reactor: &Reactor, steps: &mut Steps) {
        let Some(session) = self.sessions.get_mut(owner) else { return };
        session.link = None;
        session.is_ending = false;
        session.active = 0;
        self.idle.extend(session.parked.drain(..));
        if let Some(connection) = self.pool.get_mut(owner) {
            connection.close();
        }
        let at_ns = reactor.clock.elapsed_ns();
        for (number, lane) in self.lanes.iter_mut().enumerate().skip(owner).step_by(self.sessions.len().max(1)) {
            if lane.is_active() {
                lane.exchange = Exchange::None;
                let failure = Failure::new(ErrorClass::ReadReset, "the connection was closed before the answer was complete");
                steps.push((number, Step::Failed { at_ns, failure }));
            }
        }
    }

    /// Gives room to those that wait for it: streams of the connection, or another connection after one that has ended.
    fn turn_over(&mut self, owner: usize, reactor: &mut Reactor, steps: &mut Steps) {
        let now_ns = reactor.clock.elapsed_ns();
        if self.sessions.get(owner).is_some_and(|session| session.is_ending && session.active == 0) {
            self.end_link(owner, reactor, steps);
        }
        let Some(session) = self.sessions.get_mut(owner) else { return };
        if session.link.is_none() {
            if !session.waiting.is_empty()
                && let Err(failure) = self.connect(owner, reactor, now_ns)
            {
                self.fail_waiting(owner, &failure, reactor, steps);
            }
            return;
        }
        // A connection that ends tells its streams in an order of its own; who came first goes first.
        let lanes = &self.lanes;
        let sequence = |number: &usize| lanes.get(*number).and_then(|lane| Some(lane.flight.as_ref()?.ticket.sequence));
        session.waiting.make_contiguous().sort_by_key(sequence);
        while let Some(number) = self.sessions.get_mut(owner).and_then(|session| session.waiting.pop_front()) {
            if !self.send(number, now_ns) {
                if let Some(session) = self.sessions.get_mut(owner) {
                    session.waiting.push_front(number);
                }
                break;
            }
            steps.push((number, Step::Sent { at_ns: now_ns }));
        }
        self.unpark(owner);
    }

    /// As many free lanes as there is room for again.
    fn unpark(&mut self, owner: usize) {
        let Some(session) = self.sessions.get_mut(owner).filter(|session| !session.parked.is_empty() && session.has_room()) else { return };
        let room = session.link.as_ref().map_or(0, Link::streams_max).saturating_sub(session.active);
        self.idle.extend(session.parked.drain(..room.min(session.parked.len())));
    }
}

/// Over TLS both sides have to agree; without it we just begin (prior knowledge).
fn agreed(stream: &Stream) -> Result<(), Failure> {
    match stream {
        Stream::Tls(tls) if tls.alpn() != Some(ALPN_HTTP2.as_bytes()) => {
            Err(Failure::new(ErrorClass::Protocol, "HTTP/2 was asked for, and the server did not agree to it (ALPN)"))
        }
        Stream::Plain(_) | Stream::Tls(_) => Ok(()),
    }
}
