//! Sessions: the steps of an iteration one after another on one connection (of HTTP/2: on one of its lanes), with the cookies
//! and variables of its user. It knows no socket; the loop asks it what to send and tells it what came.

mod extract;

use super::LoadError;
use super::assertion;
use super::failure::{ErrorClass, Failure};
use super::kept::Keep;
use super::pacer::{Ticket, nanos};
use super::parser::Response;
use super::request::Message;
use super::turns::Turns;
use crate::model::{Assertions, ITERATION, LoadWork, Step, Target, Transport, pieces};
use extract::Source;
use std::collections::{BTreeMap, BTreeSet};

/// A step with everything about it that is the same for every session.
#[derive(Debug)]
struct Prepared {
    step: Step,
    sources: Vec<(String, Source)>,
    keep: Keep,
    /// The request with `/` for every variable: for its names and its server, never sent.
    shape: Message,
}

/// An iteration on its way.
#[derive(Debug)]
struct Session {
    ticket: Ticket,
    step: usize,
    variables: BTreeMap<String, String>,
    cookies: BTreeMap<String, String>,
    /// The request of the step.
    message: Message,
}

/// Counts of the measured phase.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Iterations {
    pub completed: u64,
    /// A step of them failed, or the run ended before their last one.
    pub failed: u64,
    /// Requests after the first one of their iteration that were started; and those that never were.
    pub later: u64,
    pub not_started: u64,
}

impl Iterations {
    /// What became of all that were planned, in words.
    pub fn describe(&self, planned: u64, unsent: u64) -> String {
        let Iterations { completed, failed, not_started, .. } = self;
        format!(
            "scenario: {planned} iterations planned, {completed} completed, {failed} failed, {unsent} unsent; {not_started} later \
             requests of failed iterations not started"
        )
    }
}

/// The sessions of a loop.
#[derive(Debug)]
pub struct Scenario {
    steps: Vec<Prepared>,
    transport: Transport,
    port: Option<u16>,
    /// By the number of the connection, or lane, that carries them; as many as were needed so far.
    sessions: Vec<Option<Session>>,
    /// Connections whose next step is due at a time.
    resting: BTreeSet<(u64, usize)>,
    pub iterations: Iterations,
}

impl Scenario {
    /// `None` where the work has no steps; an error where a step can be no request.
    pub fn new(work: &LoadWork, port: Option<u16>) -> Result<Option<Scenario>, LoadError> {
        if work.steps.is_empty() {
            return Ok(None);
        }
        if work.transport.redirects > 0 {
            let why = "a scenario follows no redirects, because their cookies would be lost; make a step of where they lead";
            return Err(LoadError(why.to_string()));
        }
        let steps = work.steps.iter().map(|step| prepare(step, port, &work.transport)).collect::<Result<_, _>>()?;
        Ok(Some(Scenario {
            steps,
            transport: work.transport.clone(),
            port,
            sessions: Vec::new(),
            resting: BTreeSet::new(),
            iterations: Iterations::default(),
        }))
    }

    /// The requests as far as they are known beforehand.
    pub fn shapes(&self) -> impl Iterator<Item = &Message> {
        self.steps.iter().map(|step| &step.shape)
    }

    /// The request that a connection carries, or would be the first to carry.
    pub fn message(&self, number: usize) -> Option<&Message> {
        match self.sessions.get(number) {
            Some(Some(session)) => Some(&session.message),
            _ => self.steps.first().map(|step| &step.shape),
        }
    }

    /// An iteration begins on a connection; a failure where its first request cannot be made.
    pub fn begin(&mut self, number: usize, ticket: Ticket) -> Option<Failure> {
        if number >= self.sessions.len() {
            self.sessions.resize_with(number + 1, || None);
        }
        let (Some(first), Some(place)) = (self.steps.first(), self.sessions.get_mut(number)) else { return None };
        let variables = [(ITERATION.to_string(), ticket.sequence.to_string())].into();
        *place = Some(Session { ticket, step: 0, variables, cookies: BTreeMap::new(), message: first.shape.clone() });
        self.make(number)
    }

    /// The next connection whose pause is over, with the ticket of its next request.
    pub fn resume(&mut self, now_ns: u64) -> Option<(usize, Ticket, Option<Failure>)> {
        let (due_ns, number) = self.resting.first().copied().filter(|(due_ns, _)| *due_ns <= now_ns)?;
        self.resting.remove(&(due_ns, number));
        let session = self.sessions.get(number)?.as_ref()?;
        let ticket = Ticket { intended_ns: due_ns, lag_ns: None, ..session.ticket };
        self.iterations.later += u64::from(ticket.is_recorded);
        let failure = self.make(number);
        Some((number, ticket, failure))
    }

    /// When the next pause ends.
    pub fn next_due_ns(&self) -> Option<u64> {
        self.resting.first().map(|(due_ns, _)| *due_ns)
    }

    /// Takes cookies and variables out of an answer; a failure where it is not what the step needs.
    pub fn take_in(&mut self, number: usize, response: &Response) -> Option<Failure> {
        let session = self.sessions.get_mut(number)?.as_mut()?;
        let step = self.steps.get(session.step)?;
        if let Some(failure) = assertion::unmet(&step.step.target.assertions, response) {
            return Some(failure);
        }
        for cookie in response.kept.values("set-cookie") {
            extract::cookie(cookie, &mut session.cookies);
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
        let Some(place) = self.sessions.get_mut(number) else { return false };
        let Some(session) = place else { return false };
        let is_last = session.step + 1 >= self.steps.len();
        if is_ok && !is_last {
            let think_ns = self.steps.get(session.step).map_or(0, |step| nanos(step.step.think_time));
            session.step += 1;
            self.resting.insert((at_ns.saturating_add(think_ns), number));
            return true;
        }
        if session.ticket.is_recorded {
            self.iterations.completed += u64::from(is_ok);
            self.iterations.failed += u64::from(!is_ok);
            self.iterations.not_started += self.steps.len().saturating_sub(session.step + 1) as u64;
        }
        *place = None;
        false
    }

    /// The run is over: what rests between two steps goes no further.
    pub fn end(&mut self) {
        for (_, number) in std::mem::take(&mut self.resting) {
            let Some(session) = self.sessions.get_mut(number).and_then(Option::take).filter(|session| session.ticket.is_recorded) else {
                continue;
            };
            self.iterations.failed += 1;
            self.iterations.not_started += self.steps.len().saturating_sub(session.step) as u64;
        }
    }

    /// Makes the request of the step that a session is at.
    fn make(&mut self, number: usize) -> Option<Failure> {
        let session = self.sessions.get_mut(number)?.as_mut()?;
        let step = self.steps.get(session.step)?;
        match render(&step.step.target, &session.variables, &session.cookies)
            .and_then(|target| Message::new(&target, self.port, &self.transport).map_err(|error| error.0))
            .and_then(|message| {
                let is_home = message.url.is_same_origin(&step.shape.url);
                if is_home { Ok(message) } else { Err(format!("{} is of another server", message.url.text)) }
            }) {
            Ok(message) => {
                session.message = Message { keep: step.keep, ..message };
                None
            }
            Err(why) => {
                session.message = step.shape.clone();
                Some(Failure::owned(ErrorClass::Write, format!("the request cannot be made: {why}")))
            }
        }
    }
}

/// The request that a connection carries for a ticket.
#[inline]
pub fn message_of<'a>(turns: &'a Turns, scenario: Option<&'a Scenario>, number: usize, sequence: u64) -> Option<&'a Message> {
    match scenario {
        Some(scenario) => scenario.message(number),
        None => turns.of(sequence),
    }
}

fn prepare(step: &Step, port: Option<u16>, transport: &Transport) -> Result<Prepared, LoadError> {
    let names = step.target.headers.iter().map(|(_, value)| value.as_str()).chain([step.target.url.as_str()]);
    let body = str::from_utf8(&step.target.body).unwrap_or_default();
    // A path may be a variable, and a path is what every place takes.
    let stand_ins = names.chain([body]).flat_map(pieces).filter_map(Result::err).map(|name| (name.to_string(), "/".to_string())).collect();
    let target = render(&step.target, &stand_ins, &BTreeMap::new()).map_err(LoadError)?;
    let sources: Vec<(String, Source)> = step
        .extract
        .iter()
        .map(|extraction| Ok((extraction.variable.clone(), Source::new(&extraction.from).map_err(LoadError)?)))
        .collect::<Result<_, LoadError>>()?;
    let is_of_body = step.target.assertions.need_body() || sources.iter().any(|(_, source)| source.is_of_body());
    // Headers are always kept, for cookies.
    let keep = if is_of_body { Keep::Body } else { Keep::Head };
    let shape = Message { keep, ..Message::new(&target, port, transport)? };
    Ok(Prepared { step: step.clone(), sources, keep, shape })
}

/// A target with the values of its variables, and the cookies of its user unless it has its own.
fn render(target: &Target, variables: &BTreeMap<String, String>, cookies: &BTreeMap<String, String>) -> Result<Target, String> {
    let mut headers = Vec::with_capacity(target.headers.len() + 1);
    for (name, value) in &target.headers {
        headers.push((name.clone(), filled(value, variables, str::to_string)?));
    }
    let has_own = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    if !cookies.is_empty() && !has_own {
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        headers.push(("Cookie".to_string(), pairs.join("; ")));
    }
    // A body that is no text has no placeholders.
    let body = match str::from_utf8(&target.body) {
        Ok(text) => filled(text, variables, str::to_string)?.into_bytes(),
        Err(_) => target.body.clone(),
    };
    // What is asserted is looked at by the step, for all of them alike.
    let assertions = Assertions::default();
    let url = filled(&target.url, variables, extract::in_url)?;
    Ok(Target { label: target.label.clone(), method: target.method.clone(), url, headers, body, weight: target.weight, assertions })
}

fn filled(template: &str, variables: &BTreeMap<String, String>, written: impl Fn(&str) -> String) -> Result<String, String> {
    pieces(template).try_fold(String::with_capacity(template.len()), |mut text, piece| {
        match piece {
            Ok(piece) => text.push_str(piece),
            Err(name) => text.push_str(&written(variables.get(name).ok_or_else(|| format!("there is no {{{{{name}}}}}"))?)),
        }
        Ok(text)
    })
}
