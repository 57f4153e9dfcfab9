//! Which request may start now: the schedule of the open loop with its queue of due requests, or the closed loop's
//! counting. Time is handed in, so that everything here is arithmetic.

use super::LoadError;
use super::arrival::Schedule;
use crate::limits::LOAD_BACKLOG_STRETCHES_MAX;
use crate::model::{Arrival, LoadModel, LoadWork, Stop};
use std::collections::VecDeque;
use std::time::Duration;

/// Leave to send one request. Times in ns of the run's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Counts through warm-up and measurement.
    pub sequence: u64,
    /// From here latency counts. In a closed loop: when a free connection took the request up.
    pub intended_ns: u64,
    /// When the loop got to it minus `intended_ns`; `None` in a closed loop, which has no schedule.
    pub lag_ns: Option<u64>,
    /// Whether it belongs to the measured phase.
    pub is_recorded: bool,
}

/// Due requests that the loop got to in one turn, when no connection was free.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    first: u64,
    handled_ns: u64,
    /// Where stretches had to be merged: the largest lag among them, so that the error is against us.
    lag_min_ns: u64,
}

#[derive(Debug)]
struct Open {
    schedule: Schedule,
    /// Requests of the warm-up, requests in all.
    warm: u64,
    total: u64,
    /// Next request to become due; next one to be sent. What is between them waits for a connection.
    due: u64,
    sent: u64,
    due_ns: u64,
    backlog: VecDeque<Stretch>,
    late: u64,
    max_lag_ns: u64,
    handled_last_ns: u64,
}

#[derive(Debug)]
struct Closed {
    warm_ns: u64,
    stop: Stop,
    sequence: u64,
    issued: u64,
    is_stopped: bool,
}

#[derive(Debug)]
enum Model {
    Open(Open),
    Closed(Closed),
}

/// Hands out tickets.
#[derive(Debug)]
pub struct Pacer {
    /// Start of the warm-up, or of the measurement where there is none.
    origin_ns: u64,
    grace_ns: u64,
    model: Model,
}

/// A duration of the plan in ns; one beyond 584 years is as good as for ever.
pub fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Pacer {
    /// The plan of a load test; an error where it plans no request at all.
    pub fn new(work: &LoadWork) -> Result<Pacer, LoadError> {
        let model = match work.arrival {
            Arrival::Constant(rate) => Model::Open(Open::new(work, rate)?),
            Arrival::Closed => {
                if matches!(work.stop, Stop::Requests(0) | Stop::After(Duration::ZERO)) {
                    return Err(LoadError("the load test plans no request; ask for at least one".to_string()));
                }
                Model::Closed(Closed { warm_ns: nanos(work.warm_up), stop: work.stop, sequence: 0, issued: 0, is_stopped: false })
            }
        };
        Ok(Pacer { origin_ns: 0, grace_ns: nanos(work.grace), model })
    }

    /// The clock starts: request 0 is due now.
    pub fn start(&mut self, now_ns: u64) {
        self.origin_ns = now_ns;
        if let Model::Open(open) = &mut self.model {
            open.due_ns = now_ns;
        }
    }

    /// Who decides when requests start.
    pub fn model(&self) -> LoadModel {
        match self.model {
            Model::Open(_) => LoadModel::Open,
            Model::Closed(_) => LoadModel::Closed,
        }
    }

    /// The next request that may start, for a connection that is free now.
    #[inline]
    pub fn take(&mut self, now_ns: u64) -> Option<Ticket> {
        match &mut self.model {
            Model::Open(open) => open.take(self.origin_ns, now_ns),
            Model::Closed(closed) => closed.take(self.origin_ns, now_ns),
        }
    }

    /// No connection is free: what is due by now begins to wait for one.
    pub fn defer(&mut self, now_ns: u64) {
        if let Model::Open(open) = &mut self.model {
            open.defer(self.origin_ns, now_ns);
        }
    }

    /// The next intended start that the loop has not got to yet.
    pub fn due_ns(&self) -> Option<u64> {
        match &self.model {
            Model::Open(open) => (open.due < open.total).then_some(open.due_ns),
            Model::Closed(_) => None,
        }
    }

    /// A request that is due and was never sent.
    pub fn take_unsent(&mut self) -> Option<Ticket> {
        match &mut self.model {
            Model::Open(open) => open.take_deferred(self.origin_ns),
            Model::Closed(_) => None,
        }
    }

    /// Plans nothing beyond what is due by now.
    pub fn stop(&mut self, now_ns: u64) {
        match &mut self.model {
            Model::Open(open) => {
                open.defer(self.origin_ns, now_ns);
                open.total = open.due;
            }
            Model::Closed(closed) => closed.is_stopped = true,
        }
    }

    /// Whether every planned request was handed out.
    pub fn is_exhausted(&self, now_ns: u64) -> bool {
        match &self.model {
            Model::Open(open) => open.sent >= open.total,
            Model::Closed(closed) => closed.is_exhausted(self.origin_ns, now_ns),
        }
    }

    /// When waiting for answers ends. A closed loop of a fixed number ends with its last answer.
    pub fn deadline_ns(&self) -> Option<u64> {
        match &self.model {
            Model::Open(open) => Some(open.at(self.origin_ns, open.total.saturating_sub(1)).saturating_add(self.grace_ns)),
            Model::Closed(Closed { stop: Stop::After(_), .. }) => Some(self.window_end_ns()?.saturating_add(self.grace_ns)),
            Model::Closed(_) => None,
        }
    }

    /// Where the measured phase begins.
    pub fn measured_from_ns(&self) -> u64 {
        match &self.model {
            Model::Open(open) => open.at(self.origin_ns, open.warm),
            Model::Closed(closed) => self.origin_ns.saturating_add(closed.warm_ns),
        }
    }

    /// Where starts end: a closed loop of a fixed number cannot tell.
    pub fn window_end_ns(&self) -> Option<u64> {
        match &self.model {
            Model::Open(open) => Some(open.at(self.origin_ns, open.total)),
            Model::Closed(Closed { stop: Stop::After(duration), .. }) => Some(self.measured_from_ns().saturating_add(nanos(*duration))),
            Model::Closed(_) => None,
        }
    }

    /// Start of the run, ns of its clock.
    pub fn origin_ns(&self) -> u64 {
        self.origin_ns
    }

    /// Requests of the measured phase: all that will be, where that is known, else those so far.
    pub fn planned(&self) -> u64 {
        match &self.model {
            Model::Open(open) => open.total.saturating_sub(open.warm),
            Model::Closed(Closed { stop: Stop::Requests(count), is_stopped: false, .. }) => *count,
            Model::Closed(closed) => closed.issued,
        }
    }

    /// Whether `planned` is already all there will be.
    pub fn is_count_known(&self) -> bool {
        !matches!(self.model, Model::Closed(Closed { stop: Stop::After(_), .. }))
    }

    /// Measured requests that the loop got to more than the allowed lag after they were due.
    pub fn late(&self) -> u64 {
        if let Model::Open(open) = &self.model { open.late } else { 0 }
    }

    /// Due requests that wait for a connection.
    pub fn waiting(&self) -> u64 {
        if let Model::Open(open) = &self.model { open.due.saturating_sub(open.sent) } else { 0 }
    }

    /// Asked and achieved arrival rate, per second. Punctual to the last request is exactly the asked rate: the
    /// last interval counts as full.
    pub fn rates(&self) -> Option<(f64, f64)> {
        let Model::Open(open) = &self.model else { return None };
        let handled = open.due.saturating_sub(open.warm);
        let lag_ns = open.handled_last_ns.saturating_sub(open.at(self.origin_ns, open.due.saturating_sub(1)));
        let elapsed_ns = handled as f64 * 1e9 / open.schedule.rate() + lag_ns as f64;
        Some((open.schedule.rate(), if handled > 0 { handled as f64 * 1e9 / elapsed_ns } else { 0.0 }))
    }
}

impl Open {
    fn new(work: &LoadWork, rate: f64) -> Result<Open, LoadError> {
        let schedule = Schedule::constant(rate).ok_or_else(|| {
            LoadError(format!("an arrival rate of {rate} requests per second is not possible; it must be above 0 and at most 10^9"))
        })?;
        let planned = match work.stop {
            Stop::Requests(count) => count,
            Stop::After(duration) => schedule.count_within(nanos(duration)),
        };
        if planned == 0 {
            return Err(LoadError(format!("at {rate} requests per second the load test plans no request; raise the rate or the duration")));
        }
        let warm = schedule.count_within(nanos(work.warm_up));
        Ok(Open {
            schedule,
            warm,
            total: warm.saturating_add(planned),
            due: 0,
            sent: 0,
            due_ns: 0,
            backlog: VecDeque::new(),
            late: 0,
            max_lag_ns: nanos(work.max_lag),
            handled_last_ns: 0,
        })
    }

    fn at(&self, origin_ns: u64, sequence: u64) -> u64 {
        origin_ns.saturating_add(self.schedule.start_ns(sequence))
    }

    fn take(&mut self, origin_ns: u64, now_ns: u64) -> Option<Ticket> {
        if self.sent < self.due {
            return self.take_deferred(origin_ns);
        }
        if self.due >= self.total || self.due_ns > now_ns {
            return None;
        }
        let (sequence, intended_ns) = (self.due, self.due_ns);
        self.handle(origin_ns, now_ns);
        self.sent = self.due;
        Some(self.ticket(sequence, intended_ns, now_ns.saturating_sub(intended_ns)))
    }

    /// The loop gets to the next due request.
    fn handle(&mut self, origin_ns: u64, now_ns: u64) {
        if self.due >= self.warm && now_ns.saturating_sub(self.due_ns) > self.max_lag_ns {
            self.late += 1;
        }
        self.due += 1;
        self.due_ns = self.at(origin_ns, self.due);
        self.handled_last_ns = now_ns;
    }

    fn ticket(&self, sequence: u64, intended_ns: u64, lag_ns: u64) -> Ticket {
        Ticket { sequence, intended_ns, lag_ns: Some(lag_ns), is_recorded: sequence >= self.warm }
    }

    fn defer(&mut self, origin_ns: u64, now_ns: u64) {
        let (first, lag_ns) = (self.due, now_ns.saturating_sub(self.due_ns));
        while self.due < self.total && self.due_ns <= now_ns {
            self.handle(origin_ns, now_ns);
        }
        if self.due == first {
            return;
        }
        let is_full = self.backlog.len() >= LOAD_BACKLOG_STRETCHES_MAX;
        match self.backlog.back_mut() {
            Some(last) if is_full => last.lag_min_ns = last.lag_min_ns.max(lag_ns),
            _ => self.backlog.push_back(Stretch { first, handled_ns: now_ns, lag_min_ns: 0 }),
        }
    }

    fn take_deferred(&mut self, origin_ns: u64) -> Option<Ticket> {
        if self.sent >= self.due {
            return None;
        }
        let sequence = self.sent;
        self.sent += 1;
        let intended_ns = self.at(origin_ns, sequence);
        let stretch = *self.backlog.front()?;
        let next_first = self.backlog.get(1).map_or(self.due, |next| next.first);
        if self.sent >= next_first {
            self.backlog.pop_front();
        }
        let lag_ns = stretch.handled_ns.saturating_sub(intended_ns).max(stretch.lag_min_ns);
        Some(self.ticket(sequence, intended_ns, lag_ns))
    }
}

impl Closed {
    fn is_exhausted(&self, origin_ns: u64, now_ns: u64) -> bool {
        let measured_from_ns = origin_ns.saturating_add(self.warm_ns);
        let is_over = match self.stop {
            Stop::Requests(count) => self.issued >= count,
            Stop::After(duration) => now_ns >= measured_from_ns.saturating_add(nanos(duration)),
        };
        self.is_stopped || (is_over && now_ns >= measured_from_ns)
    }

    fn take(&mut self, origin_ns: u64, now_ns: u64) -> Option<Ticket> {
        if self.is_exhausted(origin_ns, now_ns) {
            return None;
        }
        let is_recorded = now_ns >= origin_ns.saturating_add(self.warm_ns);
        self.issued += u64::from(is_recorded);
        let sequence = self.sequence;
        self.sequence += 1;
        Some(Ticket { sequence, intended_ns: now_ns, lag_ns: None, is_recorded })
    }
}

#[cfg(test)]
mod tests;
