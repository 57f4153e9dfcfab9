//! The loop: owns every connection of its thread and shares nothing.

mod receive;

use super::assertion;
use super::carrier::Carrier;
use super::connection::Flight;
use super::failure::{ErrorClass, Failure};
use super::http2::Steps;
use super::ledger::{Closing, Ledger, Place};
use super::pacer::{Pacer, Ticket, nanos};
use super::pool::{Reactor, Reuse, refused};
use super::request::Message;
use super::route::Routes;
use super::scenario::{Scenario, message_of};
use super::timer::{Alarm, Until};
use super::turns::Turns;
use super::{Drive, LoadError, Phase, Progress};
use crate::clock::Clock;
use crate::limits::{
    CONNECTIONS_MAX, LOAD_ABORT_CHECK_NS, LOAD_EVENTS_PER_TURN, LOAD_INTERRUPT_GRACE_NS, LOAD_PAUSE_NS_MAX, LOAD_PROGRESS_NS,
    LOAD_READ_BYTES, LOAD_STREAM_POLL_NS,
};
use crate::model::{LoadModel, Note, RunFacts};
use crate::record::Sink;
use mio::{Events, Poll, Token};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

/// The timer's token; connections have their number.
const ALARM: Token = Token(usize::MAX - 1);

/// One thread's part of a load test.
pub struct EventLoop {
    turns: Turns,
    /// Where iterations of steps are requested instead of targets.
    scenario: Option<Scenario>,
    timeout_ns: u64,
    connect_timeout_ns: u64,
    max_lag_ns: u64,
    reactor: Reactor,
    carrier: Carrier,
    /// HTTP/2: what happened to requests in one look at their connections; empty in between.
    steps: Steps,
    in_flight: usize,
    pacer: Pacer,
    ledger: Ledger,
    /// Earliest time at which a request or a connect can be over its limit.
    next_limit_ns: u64,
    /// Closed loop: pause between an answer and the next request, and the connections in it with the end of theirs, in order.
    think_ns: u64,
    thinking: VecDeque<(usize, u64)>,
    /// Set by an interruption or by giving the run up: when waiting for answers ends.
    ending_until_ns: Option<u64>,
    /// Why the run was given up.
    aborted: Option<String>,
}

impl EventLoop {
    /// Checks the work, resolves the host and prepares every request; opens nothing yet.
    pub fn new(drive: &Drive<'_>, scenario: Option<Scenario>) -> Result<EventLoop, LoadError> {
        let (work, port) = (drive.work, drive.port);
        let messages: Vec<Message> = match &scenario {
            Some(scenario) => scenario.shapes().cloned().collect(),
            None => work.targets.iter().map(|target| Message::new(target, port, &work.transport)).collect::<Result<_, _>>()?,
        };
        let turns = Turns::new(messages)?;
        let Some(first) = turns.of(0) else { return Err(LoadError("the load test has no target".to_string())) };
        if let Some(other) = turns.messages().iter().find(|m| !m.url.is_same_origin(&first.url)) {
            let (one, two) = (&first.url.text, &other.url.text);
            return Err(LoadError(format!("the targets {one} and {two} are of different servers; make a suite for each server")));
        }
        if work.connections == 0 || u64::from(work.connections) > CONNECTIONS_MAX {
            return Err(LoadError(format!("{} connections are not possible; use 1 to {CONNECTIONS_MAX}", work.connections)));
        }
        let connections = work.shard.map_or(u64::from(work.connections), |shard| shard.share(u64::from(work.connections)));
        if connections == 0 {
            return Err(LoadError(format!("{} connections leave none for this shard; use one a shard at least", work.connections)));
        }
        let mut pacer = Pacer::new(work, &drive.recorded)?;
        if let Some(scenario) = &scenario {
            scenario.supply(pacer.slots())?.into_iter().for_each(|supply| pacer.supply(supply));
        }
        let routes = Routes::new(&work.transport, &first.url)?;
        let carrier = Carrier::new(usize::try_from(connections).unwrap_or(usize::MAX), &work.transport, routes)?;
        let poll = Poll::new().map_err(refused)?;
        let alarm = Alarm::new(poll.registry(), ALARM).map_err(refused)?;
        Ok(EventLoop {
            turns,
            scenario,
            timeout_ns: nanos(work.timeout),
            connect_timeout_ns: nanos(work.connect_timeout),
            max_lag_ns: nanos(work.max_lag),
            reactor: Reactor { poll, alarm, clock: Clock::start(), scratch: vec![0; LOAD_READ_BYTES] },
            carrier,
            steps: Steps::new(),
            in_flight: 0,
            pacer,
            ledger: Ledger::new(work.abort_if.clone()),
            next_limit_ns: u64::MAX,
            think_ns: nanos(work.think_time),
            thinking: VecDeque::new(),
            ending_until_ns: None,
            aborted: None,
        })
    }

    /// Opens every connection before the schedule starts.
    pub fn open_all(&mut self, interrupted: &AtomicBool) -> Result<(), LoadError> {
        let Some(message) = self.turns.of(0) else { return Ok(()) };
        self.carrier.open_all(&mut self.reactor, message, self.connect_timeout_ns, interrupted)
    }

    /// The run itself, turn by turn.
    pub fn run(&mut self, interrupted: &AtomicBool, progress: &mut dyn FnMut(Progress), sink: &mut dyn Sink) -> Result<(), LoadError> {
        let mut events = Events::with_capacity(LOAD_EVENTS_PER_TURN);
        let mut now_ns = self.reactor.clock.elapsed_ns();
        self.pacer.start(now_ns);
        let mut is_measuring = false;
        let mut tick_ns = now_ns;
        let mut look_ns = u64::MAX;
        loop {
            if !is_measuring && now_ns >= self.pacer.measured_from_ns() {
                is_measuring = true;
                // Whoever reads what the server used until here is told now, not at the next tick.
                tick_ns = now_ns;
                look_ns = now_ns.saturating_add(LOAD_ABORT_CHECK_NS);
                self.ledger.open();
            }
            self.send_all(now_ns, sink)?;
            self.expire(now_ns, sink)?;
            self.flush(sink)?;
            if now_ns >= tick_ns {
                tick_ns = now_ns + LOAD_PROGRESS_NS;
                progress(self.progress(now_ns));
                if interrupted.load(Ordering::Relaxed) {
                    self.end_early(now_ns);
                }
                if now_ns >= look_ns {
                    look_ns = now_ns.saturating_add(LOAD_ABORT_CHECK_NS);
                    self.give_up_if_lost(now_ns);
                }
            }
            if self.is_over(now_ns) {
                break;
            }
            self.wait(&mut events, now_ns, tick_ns)?;
            self.receive_all(&events, sink)?;
            now_ns = self.reactor.clock.elapsed_ns();
        }
        self.ledger.close();
        self.settle_rest(now_ns, sink)?;
        if self.pacer.is_out_of_supply() && self.pacer.planned() == 0 {
            let what = self.scenario.as_ref().map(Scenario::describe_end).unwrap_or_default();
            return Err(LoadError(format!("{what} in its warm-up; nothing was measured")));
        }
        Ok(())
    }

    /// No further request starts, and answers are not waited for as long as planned.
    fn end_early(&mut self, now_ns: u64) {
        if self.ending_until_ns.is_none() {
            self.pacer.stop(now_ns);
            self.ending_until_ns = Some(now_ns + LOAD_INTERRUPT_GRACE_NS);
        }
    }

    fn give_up_if_lost(&mut self, now_ns: u64) {
        // What is over cannot be given up any more.
        if self.ending_until_ns.is_some() || self.pacer.is_exhausted(now_ns) {
            return;
        }
        self.aborted = self.ledger.loss(now_ns.saturating_sub(self.pacer.measured_from_ns()));
        if self.aborted.is_some() {
            self.end_early(now_ns);
        }
    }

    fn wait(&mut self, events: &mut Events, now_ns: u64, tick_ns: u64) -> Result<(), LoadError> {
        let supply_ns = self.pacer.is_starved().then(|| now_ns.saturating_add(LOAD_STREAM_POLL_NS));
        let others_ns = [Some(tick_ns), Some(self.next_limit_ns), self.end_ns(), self.carrier.next_wake_ns(), supply_ns];
        if self.pacer.model() == LoadModel::Closed {
            // The server gets to answer more than one request before we sleep and are woken: larger batches, fewer wake-ups.
            std::thread::yield_now();
        }
        let other_ns = others_ns.into_iter().flatten().min().unwrap_or(tick_ns);
        let thought_ns = self.thinking.front().map(|(_, until_ns)| *until_ns);
        let resumed_ns = self.scenario.as_ref().and_then(Scenario::next_due_ns);
        let due_ns = self.pacer.due_ns(now_ns).into_iter().chain(thought_ns).chain(resumed_ns).min();
        self.reactor.wait(events, Until { now_ns, due_ns, other_ns })
    }

    /// Second phase: everything that may start.
    fn send_all(&mut self, now_ns: u64, sink: &mut dyn Sink) -> Result<(), LoadError> {
        if self.ending_until_ns.is_some() {
            return Ok(());
        }
        self.carrier.wake(now_ns);
        while let Some((number, until_ns)) = self.thinking.front().copied()
            && until_ns <= now_ns
        {
            self.thinking.pop_front();
            self.carrier.release(number, Reuse::AtOnce);
        }
        if let Some(supply) = self.scenario.as_mut().map(|scenario| scenario.refill(self.pacer.next_slot())).transpose()?.flatten() {
            self.pacer.supply(supply);
        }
        while let Some((number, ticket, failure)) = self.scenario.as_mut().and_then(|scenario| scenario.resume(now_ns)) {
            self.dispatch(number, ticket, now_ns, failure, sink)?;
        }
        while let Some(number) = self.carrier.take() {
            let now_ns = self.reactor.clock.elapsed_ns();
            let Some(ticket) = self.pacer.take(now_ns, self.in_flight + self.thinking.len()) else {
                self.carrier.untake(number);
                return Ok(());
            };
            self.start(number, ticket, now_ns, sink)?;
        }
        self.pacer.defer(self.reactor.clock.elapsed_ns());
        Ok(())
    }

    fn start(&mut self, number: usize, ticket: Ticket, now_ns: u64, sink: &mut dyn Sink) -> Result<(), LoadError> {
        self.in_flight += 1;
        let failure = self.scenario.as_mut().and_then(|scenario| scenario.begin(number, ticket));
        self.dispatch(number, ticket, now_ns, failure, sink)
    }

    /// Puts a request on what is free to carry it; one that could not be made has failed.
    fn dispatch(
        &mut self,
        number: usize,
        ticket: Ticket,
        now_ns: u64,
        failure: Option<Failure>,
        sink: &mut dyn Sink,
    ) -> Result<(), LoadError> {
        self.carrier.take_up(number, Flight::new(ticket, now_ns));
        if failure.is_some() {
            return self.settle(number, now_ns, failure, sink);
        }
        let Some(message) = message_of(&self.turns, self.scenario.as_ref(), number, ticket.sequence) else { return Ok(()) };
        let (begun, is_sent) = self.carrier.start(number, message, &self.reactor, now_ns);
        let limit_ns = if is_sent { self.timeout_ns } else { self.connect_timeout_ns };
        self.next_limit_ns = self.next_limit_ns.min(now_ns.saturating_add(limit_ns));
        match begun {
            Ok(()) => Ok(()),
            Err(failure) => self.settle(number, self.reactor.clock.elapsed_ns(), Some(failure), sink),
        }
    }

    /// A request has ended, one way or the other; what carried it is free again, unless an iteration of steps goes on.
    fn settle(&mut self, number: usize, at_ns: u64, failure: Option<Failure>, sink: &mut dyn Sink) -> Result<(), LoadError> {
        let is_broken = failure.is_some();
        let Some(ended) = self.carrier.end(number, is_broken) else { return Ok(()) };
        let sequence = ended.flight.ticket.sequence;
        let failure = failure.or_else(|| match &mut self.scenario {
            Some(scenario) => scenario.take_in(number, ended.answer),
            None => assertion::unmet(self.turns.of(sequence)?.assertions.as_deref()?, ended.answer.response),
        });
        let Some(message) = message_of(&self.turns, self.scenario.as_ref(), number, sequence) else { return Ok(()) };
        let place = Place { message, thread: ended.name, epoch_ns: self.reactor.clock.started_epoch_ns() };
        self.ledger.settle(&ended.flight, ended.answer.response, &place, (at_ns, failure.as_ref()), sink)?;
        if self.scenario.as_mut().is_some_and(|scenario| scenario.advance(number, at_ns, failure.is_none())) {
            return Ok(());
        }
        self.in_flight -= 1;
        let is_closed_loop = self.pacer.model() == LoadModel::Closed;
        // A failure's pause counts where thinking would be shorter.
        let is_thinking = self.think_ns > if is_broken { LOAD_PAUSE_NS_MAX } else { 0 };
        if is_closed_loop && is_thinking {
            self.thinking.push_back((number, at_ns.saturating_add(self.think_ns)));
        } else {
            let is_pausing = is_closed_loop && is_broken;
            self.carrier.release(number, if is_pausing { Reuse::AfterPause { from_ns: at_ns } } else { Reuse::AtOnce });
        }
        Ok(())
    }

    /// Fails what has taken too long. Looks at all connections, but only when one of them can be over its limit.
    fn expire(&mut self, now_ns: u64, sink: &mut dyn Sink) -> Result<(), LoadError> {
        if now_ns < self.next_limit_ns {
            return Ok(());
        }
        self.next_limit_ns = u64::MAX;
        for number in 0..self.carrier.len() {
            let Some(limit) = self.carrier.limit(number, self.timeout_ns, self.connect_timeout_ns) else { continue };
            if limit.at_ns > now_ns {
                self.next_limit_ns = self.next_limit_ns.min(limit.at_ns);
                continue;
            }
            let failure = match limit.missing {
                Some(missing) => Failure::owned(ErrorClass::TimeoutConnect, format!("{missing} within the time limit")),
                None => Failure::new(ErrorClass::TimeoutResponse, "no answer within the time limit"),
            };
            self.settle(number, now_ns, Some(failure), sink)?;
        }
        Ok(())
    }

    fn is_over(&self, now_ns: u64) -> bool {
        let is_done = self.in_flight == 0 && (self.pacer.is_exhausted(now_ns) || self.ending_until_ns.is_some());
        is_done || self.end_ns().is_some_and(|end_ns| now_ns >= end_ns)
    }

    /// When waiting for answers ends at the latest.
    fn end_ns(&self) -> Option<u64> {
        match (self.ending_until_ns, self.pacer.deadline_ns()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// At the end: what got no answer, and what never found a connection.
    fn settle_rest(&mut self, now_ns: u64, sink: &mut dyn Sink) -> Result<(), LoadError> {
        let is_ended_early = self.ending_until_ns.is_some();
        for number in 0..self.carrier.len() {
            if self.carrier.flight(number).is_none() {
                continue;
            }
            let failure = match self.carrier.limit(number, 0, 0).and_then(|limit| limit.missing) {
                _ if is_ended_early => Failure::new(ErrorClass::Interrupted, "the run was ended before the answer came"),
                Some(missing) => Failure::owned(ErrorClass::TimeoutConnect, format!("{missing} before the grace period of the run ended")),
                None => Failure::new(ErrorClass::TimeoutResponse, "no answer before the grace period of the run ended"),
            };
            self.settle(number, now_ns, Some(failure), sink)?;
        }
        if let Some(scenario) = &mut self.scenario {
            scenario.end();
        }
        self.pacer.defer(now_ns);
        while let Some(ticket) = self.pacer.take_unsent() {
            if let Some(scenario) = &mut self.scenario {
                scenario.miss(&ticket);
            }
            // No connection carries it, so that of a scenario it is the first step.
            let Some(message) = message_of(&self.turns, self.scenario.as_ref(), usize::MAX, ticket.sequence) else { break };
            let place = Place { message, thread: "load 1", epoch_ns: self.reactor.clock.started_epoch_ns() };
            self.ledger.settle_unsent(&ticket, &place, now_ns, sink)?;
        }
        Ok(())
    }

    fn progress(&self, now_ns: u64) -> Progress {
        let phase = if now_ns < self.pacer.measured_from_ns() {
            Phase::WarmUp
        } else if self.pacer.is_exhausted(now_ns) || self.ending_until_ns.is_some() {
            Phase::Draining
        } else {
            Phase::Measuring
        };
        Progress {
            phase,
            done: self.ledger.done(),
            // How many requests a scenario makes is known only when its last iteration has ended.
            planned: (self.pacer.is_count_known() && !self.scenario.as_ref().is_some_and(Scenario::has_steps))
                .then(|| self.pacer.planned()),
            elapsed_ns: now_ns.saturating_sub(self.pacer.origin_ns()),
            total_ns: self.pacer.window_end_ns().map(|end_ns| end_ns.saturating_sub(self.pacer.origin_ns())),
            errors: self.ledger.errors(),
            in_flight: self.in_flight as u64,
            waiting: self.pacer.waiting(),
        }
    }

    /// Oddities of the finished run, and what became of the iterations of a scenario.
    pub fn notes(&self) -> Vec<Note> {
        let scenario = self.scenario.iter();
        let ends = scenario.clone().filter(|_| self.pacer.is_out_of_supply()).map(Scenario::describe_end);
        self.ledger.notes().into_iter().chain(scenario.flat_map(Scenario::describe).chain(ends).map(Note::text)).collect()
    }

    /// The facts of the finished run.
    pub fn facts(&self) -> RunFacts {
        let closing = Closing {
            connections: u32::try_from(self.carrier.pool().len()).unwrap_or(u32::MAX),
            reconnects: self.carrier.pool().reconnects(),
            max_lag_ns: self.max_lag_ns,
            is_partial: self.ending_until_ns.is_some(),
            aborted: self.aborted.clone(),
            transport: self.carrier.facts(),
            later: self.scenario.as_ref().map_or(0, Scenario::later),
        };
        self.ledger.facts(&self.pacer, &self.reactor.clock, closing)
    }
}
