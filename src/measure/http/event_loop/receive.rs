//! First phase of a turn: what came, and what became of the requests that waited for it.

use super::EventLoop;
use crate::measure::http::LoadError;
use crate::measure::http::carrier::Carrier;
use crate::measure::http::connection::Step;
use crate::measure::http::failure::Failure;
use crate::measure::http::redirect::{self, Jar};
use crate::measure::http::scenario::message_of;
use crate::record::Sink;
use mio::{Events, Token};
use std::mem;

impl EventLoop {
    /// Everything that has come.
    pub(super) fn receive_all(&mut self, events: &Events, sink: &mut dyn Sink) -> Result<(), LoadError> {
        for event in events {
            let Token(number) = event.token();
            let is_closing = event.is_read_closed() || event.is_error();
            match &mut self.carrier {
                Carrier::Http1(pool) => {
                    let Some(connection) = pool.get(number) else { continue };
                    let sequence = connection.flight.as_ref().map_or(0, |flight| flight.ticket.sequence);
                    let Some(message) = message_of(&self.turns, self.scenario.as_ref(), number, sequence) else { continue };
                    let step = pool.on_event(number, message, &mut self.reactor, is_closing);
                    self.take_step(number, step, sink)?;
                }
                Carrier::Http2(sessions) => {
                    // Connections of several requests are made for none of them.
                    let Some(message) = self.turns.of(0) else { continue };
                    sessions.on_event(number, message, &mut self.reactor, is_closing, &mut self.steps);
                    self.take_steps(sink)?;
                }
            }
        }
        Ok(())
    }

    /// Writes the requests that were started together: HTTP/1.1 has done so already.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), LoadError> {
        let Carrier::Http2(sessions) = &mut self.carrier else { return Ok(()) };
        sessions.flush(&mut self.reactor, &mut self.steps);
        if !self.steps.is_empty() {
            // Whatever became free may be used again at once.
            self.next_limit_ns = 0;
        }
        self.take_steps(sink)
    }

    fn take_steps(&mut self, sink: &mut dyn Sink) -> Result<(), LoadError> {
        let mut steps = mem::take(&mut self.steps);
        for (number, step) in steps.drain(..) {
            self.take_step(number, step, sink)?;
        }
        self.steps = steps;
        Ok(())
    }

    #[inline]
    fn take_step(&mut self, number: usize, step: Step, sink: &mut dyn Sink) -> Result<(), LoadError> {
        match step {
            Step::Pending => Ok(()),
            Step::Sent { at_ns } => {
                self.next_limit_ns = self.next_limit_ns.min(at_ns.saturating_add(self.timeout_ns));
                Ok(())
            }
            Step::Answered { at_ns } => match self.redirect(number, at_ns) {
                None => self.settle(number, at_ns, None, sink),
                Some(Ok(())) => {
                    self.next_limit_ns = self.next_limit_ns.min(at_ns.saturating_add(self.connect_timeout_ns));
                    Ok(())
                }
                Some(Err(failure)) => self.settle(number, at_ns, Some(failure), sink),
            },
            Step::Failed { at_ns, failure } => self.settle(number, at_ns, Some(failure), sink),
        }
    }

    /// Follows the redirect that a request was answered with; `None` where the answer is none, or is to be seen.
    fn redirect(&mut self, number: usize, at_ns: u64) -> Option<Result<(), Failure>> {
        let answer = self.carrier.answer(number)?;
        if !redirect::is_redirect(self.carrier.pool().transport(), answer.response) {
            return None;
        }
        let cookies = self.scenario.as_mut().and_then(|scenario| scenario.pass_on(number, answer));
        let sequence = self.carrier.flight(number)?.ticket.sequence;
        let message = message_of(&self.turns, self.scenario.as_ref(), number, sequence)?;
        let jar = cookies.as_deref().map(|line| Jar { line, home: &message.url });
        self.carrier.redirect(number, message, jar, &self.reactor, at_ns)
    }
}
