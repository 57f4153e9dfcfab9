//! Sessions: the steps of an iteration one after another on one connection (of HTTP/2: on one of its lanes), with the cookies
//! and variables of its user. It knows no socket; the loop asks it what to send and tells it what came. Targets that are filled
//! from rows are scenarios of one step each.

mod extract;
mod plan;
mod stream;

pub use stream::Targets;

use super::LoadError;
use super::assertion;
use super::carrier::Answer;
use super::failure::{ErrorClass, Failure};
use super::feed::Feed;
use super::pacer::{Supply, Ticket, nanos};
use super::request::Message;
use super::turns::{Round, Turns};
use crate::model::{LoadWork, Step};
use plan::{Known, Making, Plan};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use stream::Stream;

/// An iteration on its way.
#[derive(Debug)]
struct Session {
    ticket: Ticket,
    /// Which of the scenarios.
    place: usize,
    plan: Rc<Plan>,
    step: usize,
    variables: BTreeMap<String, String>,
    cookies: BTreeMap<String, String>,
    /// The request of the step.
    message: Rc<Message>,
}

/// Counts of the measured phase, of one scenario.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Iterations {
    completed: u64,
    /// A step of them failed, or the run ended before their last one.
    failed: u64,
    unsent: u64,
    /// Requests after the first one of their iteration that were started; and those that never were.
    later: u64,
    not_started: u64,
}

/// The sessions of a loop.
#[derive(Debug)]
pub struct Scenario {
    plans: Vec<Rc<Plan>>,
    round: Round,
    /// What comes while the load runs, instead of those.
    stream: Option<Stream>,
    feed: Feed,
    making: Making,
    /// By the number of the connection, or lane, that carries them; as many as were needed so far.
    sessions: Vec<Option<Session>>,
    /// Connections whose next step is due at a time.
    resting: BTreeSet<(u64, usize)>,
    counts: Vec<Iterations>,
    /// Whether the user speaks of scenarios.
    is_told: bool,
}

impl Scenario {
    /// `None` where requests are the same each time; an error where a step can be no request.
    pub fn new(work: &LoadWork, port: Option<u16>) -> Result<Option<Scenario>, LoadError> {
        if work.scenarios.is_empty() && work.feeders.is_empty() {
            return Ok(None);
        }
        let making = Making { transport: work.transport.clone(), port };
        let (mut plans, mut weights) = (Vec::new(), Vec::new());
        for scenario in &work.scenarios {
            plans.push(Rc::new(Plan::new(&scenario.name, &scenario.steps, &making)?));
            weights.push(scenario.weight);
        }
        for target in &work.targets {
            let step = Step { target: target.clone(), extract: Vec::new(), think_time: Duration::ZERO };
            plans.push(Rc::new(Plan::new("", &[step], &making)?));
            weights.push(target.weight);
        }
        Ok(Some(Scenario {
            counts: vec![Iterations::default(); plans.len()],
            round: Round::new(&weights)?,
            plans,
            stream: None,
            feed: Feed::new(&work.feeders),
            making,
            sessions: Vec::new(),
            resting: BTreeSet::new(),
            is_told: !work.scenarios.is_empty(),
        }))
    }

    /// Requests of targets that come while the load runs.
    pub fn streamed(work: &LoadWork, port: Option<u16>, targets: Targets, interrupted: &AtomicBool) -> Result<Scenario, LoadError> {
        let making = Making { transport: work.transport.clone(), port };
        let stream = Stream::new(targets, &making, interrupted)?;
        Ok(Scenario {
            counts: vec![Iterations::default()],
            round: Round::new(&[1])?,
            plans: Vec::new(),
            stream: Some(stream),
            feed: Feed::new(&[]),
            making,
            sessions: Vec::new(),
            resting: BTreeSet::new(),
            is_told: false,
        })
    }

    /// The requests as far as they are known beforehand.
    pub fn shapes(&self) -> impl Iterator<Item = &Message> {
        let streamed = self.stream.as_ref().map(|stream| stream.plan(0));
        self.plans.iter().chain(streamed).flat_map(|plan| &plan.steps).map(|step| &*step.shape)
    }

    /// For how many iterations, of `needed`, there is something to be sent; an error where it is known that there is not enough.
    pub fn supply(&self, needed: Option<u64>) -> Result<Option<Supply>, LoadError> {
        if let Some(stream) = &self.stream {
            return Ok(Some(Supply { slots: stream.end(), is_all: false }));
        }
        self.feed.check(needed.unwrap_or(0))?;
        Ok(self.feed.supply().map(|slots| Supply { slots, is_all: true }))
    }

    /// The same once more has come, where it comes while the load runs. `next` is the first slot that is not yet due.
    pub fn refill(&mut self, next: u64) -> Result<Option<Supply>, LoadError> {
        self.stream.as_mut().map(|stream| stream.refill(next, &self.making)).transpose()
    }

    /// What is told of a load that ended because there was nothing left to be sent.
    pub fn describe_end(&self) -> String {
        match &self.stream {
            Some(stream) => format!("the load ended before its time: the stream of targets ended after {}", stream.end()),
            None => self.feed.describe_end(),
        }
    }

    /// Whether an iteration may be more than one request.
    pub fn has_steps(&self) -> bool {
        self.is_told
    }

    /// The request that a connection carries, or would be the first of an iteration.
    pub fn message(&self, number: usize, iteration: u64) -> Option<&Message> {
        match self.sessions.get(number) {
            Some(Some(session)) => Some(&session.message),
            _ => {
                let streamed = self.stream.as_ref().map(|stream| stream.plan(iteration));
                Some(&streamed.or_else(|| self.plans.get(self.round.of(iteration)))?.steps.first()?.shape)
            }
        }
    }

    /// An iteration begins on a connection; a failure where its first request cannot be made.
    pub fn begin(&mut self, number: usize, ticket: Ticket) -> Option<Failure> {
        if number >= self.sessions.len() {
            self.sessions.resize_with(number + 1, || None);
        }
        let place = self.round.of(ticket.sequence);
        let plan = match &mut self.stream {
            Some(stream) => stream.take(ticket.sequence)?,
            None => Rc::clone(self.plans.get(place)?),
        };
        let message = Rc::clone(&plan.steps.first()?.shape);
        let (variables, cookies) = (BTreeMap::new(), BTreeMap::new());
        *self.sessions.get_mut(number)? = Some(Session { ticket, place, plan, step: 0, variables, cookies, message });
        self.make(number)
    }

    /// The next connection whose pause is over, with the ticket of its next request.
    pub fn resume(&mut self, now_ns: u64) -> Option<(usize, Ticket, Option<Failure>)> {
        let (due_ns, number) = self.resting.first().copied().filter(|(due_ns, _)| *due_ns <= now_ns)?;
        self.resting.remove(&(due_ns, number));
        let session = self.sessions.get(number)?.as_ref()?;
        let ticket = Ticket { intended_ns: due_ns, lag_ns: None, ..session.ticket };
        if let Some(counts) = self.counts.get_mut(session.place) {
            counts.later += u64::from(ticket.is_recorded);
        }
        let failure = self.make(number);
        Some((number, ticket, failure))
    }

    /// When the next pause ends.
    pub fn next_due_ns(&self) -> Option<u64> {
        self.resting.first().map(|(due_ns, _)| *due_ns)
    }

    /// Takes cookies out of a redirect, where it came from the sessions' own server; gives those that are sent to where it leads,
    /// unless the step says them itself.
    pub fn pass_on(&mut self, number: usize, Answer { response, is_home }: Answer<'_>) -> Option<String> {
        let session = self.sessions.get_mut(number)?.as_mut()?;
        if is_home {
            extract::cookies(&response.kept, &mut session.cookies);
        }
        let step = session.plan.steps.get(session.step)?;
        (!plan::has_own_cookies(&step.step.target)).then(|| extract::cookie_line(&session.cookies))
    }

    /// Takes cookies and variables out of an answer, cookies where it came from the sessions' own server; a failure where it is not
    /// what the step needs.
    pub fn take_in(&mut self, number: usize, Answer { response, is_home }: Answer<'_>) -> Option<Failure> {
        let session = self.sessions.get_mut(number)?.as_mut()?;
        let step = session.plan.steps.get(session.step)?;
        if let Some(failure) = assertion::unmet(&step.step.target.assertions, response) {
            return Some(failure);
        }
        if is_home {
            extract::cookies(&response.kept, &mut session.cookies);
        }
        for (variable, source) in &step.sources {
            match source.find(&response.kept) {
                Ok(value) => session.variables.insert(variable.clone(), value),
                Err(why) => return Some(Failure::owned(ErrorClass::Assertion, format!("no value for {{{{{variable}}}}}: {why}"))),
            };
        }
        None
    }

    /// A step has ended: whether its iteration goes on.
    pub fn advance(&mut self, number: usize, at_ns: u64, is_ok: bool) -> bool {
        let Some(slot) = self.sessions.get_mut(number) else { return false };
        let Some(session) = slot else { return false };
        let steps = &session.plan.steps;
        if is_ok && session.step + 1 < steps.len() {
            let think_ns = steps.get(session.step).map_or(0, |step| nanos(step.step.think_time));
            session.step += 1;
            self.resting.insert((at_ns.saturating_add(think_ns), number));
            return true;
        }
        if let Some(counts) = self.counts.get_mut(session.place).filter(|_| session.ticket.is_recorded) {
            counts.completed += u64::from(is_ok);
            counts.failed += u64::from(!is_ok);
            counts.not_started += steps.len().saturating_sub(session.step + 1) as u64;
        }
        *slot = None;
        false
    }

    /// An iteration was due, and never began.
    pub fn miss(&mut self, ticket: &Ticket) {
        if let Some(counts) = self.counts.get_mut(self.round.of(ticket.sequence)) {
            counts.unsent += u64::from(ticket.is_recorded);
        }
    }

    /// The run is over: what rests between two steps goes no further.
    pub fn end(&mut self) {
        for (_, number) in std::mem::take(&mut self.resting) {
            let Some(session) = self.sessions.get_mut(number).and_then(Option::take).filter(|session| session.ticket.is_recorded) else {
                continue;
            };
            if let Some(counts) = self.counts.get_mut(session.place) {
                counts.failed += 1;
                counts.not_started += session.plan.steps.len().saturating_sub(session.step) as u64;
            }
        }
    }

    /// Requests of the measured phase after the first one of their iteration.
    pub fn later(&self) -> u64 {
        self.counts.iter().map(|counts| counts.later).sum()
    }

    /// What became of all iterations that were planned, in words.
    pub fn describe(&self) -> Vec<String> {
        let told = self.plans.iter().zip(&self.counts).filter(|_| self.is_told);
        let sentence = |(plan, counts): (&Rc<Plan>, &Iterations)| {
            let Iterations { completed, failed, unsent, not_started, .. } = counts;
            let (planned, gap) = (completed + failed + unsent, if plan.name.is_empty() { "" } else { " " });
            format!(
                "scenario{gap}{}: {planned} iterations planned, {completed} completed, {failed} failed, {unsent} unsent; {not_started} \
                 later requests of failed iterations not started",
                plan.name
            )
        };
        told.map(sentence).collect()
    }

    /// Makes the request of the step that a session is at.
    fn make(&mut self, number: usize) -> Option<Failure> {
        let session = self.sessions.get_mut(number)?.as_mut()?;
        let step = session.plan.steps.get(session.step)?;
        let Session { ticket, variables, cookies, .. } = &*session;
        match step.message(Known { iteration: ticket.sequence, variables, feed: &self.feed, cookies }, &self.making) {
            Ok(message) => {
                session.message = message;
                None
            }
            Err(why) => {
                session.message = Rc::clone(&step.shape);
                Some(Failure::owned(ErrorClass::Write, format!("the request cannot be made: {why}")))
            }
        }
    }
}

/// The request that a connection carries for a ticket.
#[inline]
pub fn message_of<'a>(turns: &'a Turns, scenario: Option<&'a Scenario>, number: usize, sequence: u64) -> Option<&'a Message> {
    match scenario {
        Some(scenario) => scenario.message(number, sequence),
        None => turns.of(sequence),
    }
}
