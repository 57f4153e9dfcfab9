//! The books of a run: every planned request ends here exactly once, as a sample and in the counts.

use super::LoadError;
use super::connection::Flight;
use super::failure::{ErrorClass, Failure};
use super::pacer::{Pacer, Ticket};
use super::parser::Response;
use super::request::Message;
use super::server_timing::Timings;
use super::watch::{SoFar, Watch};
use crate::clock::{Clock, thread_cpu_ns};
use crate::model::{Condition, LoadFacts, Note, Request, RunFacts, Sample, TransportFacts};
use crate::record::{Rejected, Sink};

/// Counts of the measured phase.
#[derive(Debug, Default)]
pub struct Ledger {
    completed: u64,
    failed: u64,
    unsent: u64,
    /// Failed, unsent, or answered with an error status.
    errors: u64,
    /// When the last request ended, ns of the run's clock.
    last_ns: u64,
    watch: Option<Watch>,
    timings: Timings,
    cpu_start_ns: Option<u64>,
    cpu_end_ns: Option<u64>,
}

/// What `Ledger::facts` needs to know of the loop.
#[derive(Debug, Clone)]
pub struct Closing {
    /// Places for connections, open or not.
    pub connections: u32,
    pub reconnects: u64,
    pub max_lag_ns: u64,
    pub is_partial: bool,
    /// Why the run was given up.
    pub aborted: Option<String>,
    pub transport: TransportFacts,
    /// Requests after the first one of their iteration: the pacer plans iterations.
    pub later: u64,
}

impl Ledger {
    /// Empty books that watch for the condition under which the run is given up.
    pub fn new(abort_if: Option<Condition>) -> Ledger {
        Ledger { watch: abort_if.map(Watch::new), ..Ledger::default() }
    }

    /// The measured phase begins: CPU time counts from here.
    pub fn open(&mut self) {
        self.cpu_start_ns = thread_cpu_ns();
    }

    /// Nothing more will be measured.
    pub fn close(&mut self) {
        self.cpu_end_ns = thread_cpu_ns();
    }

    /// Requests of the measured phase that have ended.
    pub fn done(&self) -> u64 {
        self.completed + self.failed + self.unsent
    }

    /// Of all that have ended: failed, unsent or answered with an error status.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// Why the run is lost, if it is.
    pub fn loss(&self, elapsed_ns: u64) -> Option<String> {
        self.watch.as_ref()?.loss(SoFar { ended: self.done(), errors: self.errors, elapsed_ns })
    }

    /// A request that was taken up has ended: answered, or failed.
    pub fn settle(
        &mut self,
        flight: &Flight,
        response: &Response,
        place: &Place<'_>,
        end: (u64, Option<&Failure>),
        sink: &mut dyn Sink,
    ) -> Result<(), LoadError> {
        let (at_ns, failure) = end;
        if !flight.ticket.is_recorded {
            return Ok(());
        }
        // Nothing of an answer before it was asked for: the response still holds the one before.
        let (code, message) = if flight.written_ns.is_some() { (response.code(), response.reason()) } else { ("", "") };
        let class = match failure {
            Some(failure) => Some(failure.class),
            None if place.message.assertions.is_some() => None,
            None => ErrorClass::of_status(response.status()),
        };
        if failure.is_some_and(|failure| !failure.class.is_answer()) {
            self.failed += 1;
        } else {
            self.completed += 1;
        }
        let ticket = &flight.ticket;
        let request = Request {
            service_time_ns: flight.written_ns.map(|written| at_ns.saturating_sub(written)),
            queue_wait_ns: queue_wait(ticket, flight.taken_ns),
            connect_ns: flight.connect_ns,
            tls_ns: flight.tls_ns,
            first_byte_ns: flight.first_byte_ns.zip(flight.written_ns).map(|(first, written)| first.saturating_sub(written)),
            bytes_in: flight.written_ns.map(|_| flight.bytes_in),
            bytes_out: flight.written_ns.map(|_| flight.bytes_out + flight.bytes_out_before),
            code,
            message,
            error: class.map(ErrorClass::slug),
            error_detail: failure.map_or("", |failure| failure.detail.as_ref()),
            ..place.request(ticket, at_ns)
        };
        self.push(request, at_ns, sink)?;
        if !response.server_timing().is_empty() && flight.written_ns.is_some() {
            let told = self.timings.push(&place.message.label, response.server_timing(), class.is_some(), sink);
            told.map_err(|Rejected(why)| LoadError(why))?;
        }
        Ok(())
    }

    /// Oddities of the whole run.
    pub fn notes(&self) -> Vec<Note> {
        self.timings.notes()
    }

    /// A request that was due and never sent: a censored value, at least as long as it has waited.
    pub fn settle_unsent(&mut self, ticket: &Ticket, place: &Place<'_>, at_ns: u64, sink: &mut dyn Sink) -> Result<(), LoadError> {
        if !ticket.is_recorded {
            return Ok(());
        }
        self.unsent += 1;
        let request = Request {
            queue_wait_ns: queue_wait(ticket, at_ns),
            error: Some(ErrorClass::Unsent.slug()),
            error_detail: "due, but no connection was free before the run ended",
            ..place.request(ticket, at_ns)
        };
        self.push(request, at_ns, sink)
    }

    fn push(&mut self, request: Request<'_>, at_ns: u64, sink: &mut dyn Sink) -> Result<(), LoadError> {
        match (request.error, &mut self.watch) {
            (Some(_), _) => self.errors += 1,
            (None, Some(watch)) => watch.add(request.latency_ns),
            (None, None) => {}
        }
        self.last_ns = self.last_ns.max(at_ns);
        sink.sample(&Sample::Request(&request)).map_err(|Rejected(why)| LoadError(why))
    }

    /// What the run as a whole amounts to.
    pub fn facts(&self, pacer: &Pacer, clock: &Clock, closing: Closing) -> RunFacts {
        let from_ns = pacer.measured_from_ns();
        // A rate is over the time in which requests could start, even if the last answer came before its end.
        let to_ns = if closing.is_partial { self.last_ns } else { self.last_ns.max(pacer.window_end_ns().unwrap_or(0)) };
        let measured_ns = to_ns.saturating_sub(from_ns);
        let rates = pacer.rates();
        let load = LoadFacts {
            model: pacer.model(),
            connections: closing.connections,
            planned: pacer.planned().saturating_add(closing.later),
            completed: self.completed,
            failed: self.failed,
            unsent: self.unsent,
            rate_planned: rates.map(|(planned, _)| planned),
            rate_achieved: rates.map(|(_, achieved)| achieved),
            late: pacer.late(),
            max_lag_ns: closing.max_lag_ns,
            reconnects: closing.reconnects,
            client_cpu_ns: self.cpu_end_ns.zip(self.cpu_start_ns).map(|(end, start)| end.saturating_sub(start)),
            measured_ns,
            schedule: pacer.describe(),
            transport: Some(closing.transport),
        };
        RunFacts {
            started_ns: Some(clock.started_epoch_ns().saturating_add(from_ns)),
            duration_ns: Some(measured_ns),
            partial: closing.is_partial,
            aborted: closing.aborted,
            load: Some(load),
            ..RunFacts::default()
        }
    }
}

/// What a request is named in results.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub message: &'a Message,
    pub thread: &'a str,
    /// Start of the run's clock, ns since the Unix epoch.
    pub epoch_ns: u64,
}

impl<'a> Place<'a> {
    fn request(&self, ticket: &Ticket, at_ns: u64) -> Request<'a> {
        Request {
            label: &self.message.label,
            method: &self.message.method,
            url: &self.message.url.text,
            thread: self.thread,
            start_ns: Some(self.epoch_ns.saturating_add(ticket.intended_ns)),
            latency_ns: at_ns.saturating_sub(ticket.intended_ns),
            schedule_lag_ns: ticket.lag_ns,
            ..Request::default()
        }
    }
}

/// From when the loop got to the request to when a connection took it up.
fn queue_wait(ticket: &Ticket, until_ns: u64) -> Option<u64> {
    Some(until_ns.saturating_sub(ticket.intended_ns.saturating_add(ticket.lag_ns?)))
}
