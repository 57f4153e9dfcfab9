//! Which request may start now: the schedule of the open loop with its queue of due requests, or the closed loop's
//! counting. Time is handed in, so that everything here is arithmetic.

mod closed;
mod concurrency;
mod open;

use super::LoadError;
use crate::model::{Arrival, LoadModel, LoadWork, Shard};
use closed::Closed;
use open::Open;
use std::sync::Arc;
use std::time::Duration;

/// Leave to send one request. Times in ns of the run's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Counts through warm-up and measurement, over all shards.
    pub sequence: u64,
    /// From here latency counts. In a closed loop: when a free connection took the request up.
    pub intended_ns: u64,
    /// When the loop got to it minus `intended_ns`; `None` in a closed loop, which has no schedule.
    pub lag_ns: Option<u64>,
    /// Whether it belongs to the measured phase.
    pub is_recorded: bool,
}

/// Slots for which there is something to be sent: rows, or targets that have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supply {
    /// Those before this one.
    pub slots: u64,
    /// Whether there will be no further ones; the load then ends with them.
    pub is_all: bool,
}

impl Supply {
    /// Whatever is asked for.
    const ENDLESS: Supply = Supply { slots: u64::MAX, is_all: true };

    fn has(self, slot: u64) -> bool {
        slot < self.slots
    }

    /// Whether the load cannot go on to this slot.
    fn ends_before(self, slot: u64) -> bool {
        self.is_all && !self.has(slot)
    }
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

/// The part of the load that is all of it.
const WHOLE: Shard = Shard { index: 1, total: 1, fingerprint: 0 };

impl Pacer {
    /// The plan of a load test, with the starts of its trace if it has one; an error where it plans no request at all.
    pub fn new(work: &LoadWork, recorded: &Arc<[u64]>) -> Result<Pacer, LoadError> {
        let model = match &work.arrival {
            Arrival::Closed | Arrival::ClosedStages(_) => Model::Closed(Closed::new(work)?),
            Arrival::Constant(_) | Arrival::Stages(_) | Arrival::Trace(_) => Model::Open(Open::new(work, recorded)?),
        };
        Ok(Pacer { origin_ns: 0, grace_ns: nanos(work.grace), model })
    }

    /// The clock starts.
    pub fn start(&mut self, now_ns: u64) {
        self.origin_ns = now_ns;
    }

    /// Who decides when requests start.
    pub fn model(&self) -> LoadModel {
        match self.model {
            Model::Open(_) => LoadModel::Open,
            Model::Closed(_) => LoadModel::Closed,
        }
    }

    /// The next request that may start, for a connection that is free now. `busy` connections are not.
    #[inline]
    pub fn take(&mut self, now_ns: u64, busy: usize) -> Option<Ticket> {
        match &mut self.model {
            Model::Open(open) => open.take(self.origin_ns, now_ns),
            Model::Closed(closed) => closed.take(self.origin_ns, now_ns, busy),
        }
    }

    /// No connection is free: what is due by now begins to wait for one.
    pub fn defer(&mut self, now_ns: u64) {
        if let Model::Open(open) = &mut self.model {
            open.defer(self.origin_ns, now_ns);
        }
    }

    /// The next moment at which a request may start because of the time alone.
    pub fn due_ns(&self, now_ns: u64) -> Option<u64> {
        match &self.model {
            Model::Open(open) => open.due_ns(self.origin_ns),
            Model::Closed(closed) => closed.due_ns(self.origin_ns, now_ns),
        }
    }

    /// A request that is due and was never sent.
    pub fn take_unsent(&mut self) -> Option<Ticket> {
        match &mut self.model {
            Model::Open(open) => open.take_deferred(self.origin_ns),
            Model::Closed(_) => None,
        }
    }

    /// There is something to be sent in so many slots. It may only become more.
    pub fn supply(&mut self, supply: Supply) {
        match &mut self.model {
            Model::Open(open) => open.supply = supply,
            Model::Closed(closed) => closed.supply = supply,
        }
    }

    /// Slots that the whole load needs, over all shards and with those of a warm-up, as far as they are known.
    pub fn slots(&self) -> Option<u64> {
        match &self.model {
            Model::Open(open) => open.slots(),
            Model::Closed(closed) => closed.slots(),
        }
    }

    /// The first slot that is not yet due: of a closed loop, that of its next request.
    pub fn next_slot(&self) -> u64 {
        match &self.model {
            Model::Open(open) => open.next_slot(),
            Model::Closed(closed) => closed.next_slot(),
        }
    }

    /// Whether the load waits for something to be sent.
    pub fn is_starved(&self) -> bool {
        let (next, supply) = match &self.model {
            Model::Open(open) => (open.next_slot(), open.supply),
            Model::Closed(closed) => (closed.next_slot(), closed.supply),
        };
        !supply.has(next) && !supply.is_all
    }

    /// Whether the load ended because there was nothing left to be sent.
    pub fn is_out_of_supply(&self) -> bool {
        match &self.model {
            Model::Open(open) => open.is_out_of_supply(),
            Model::Closed(closed) => closed.is_out_of_supply(),
        }
    }

    /// Plans nothing beyond what is due by now.
    pub fn stop(&mut self, now_ns: u64) {
        match &mut self.model {
            Model::Open(open) => open.stop(self.origin_ns, now_ns),
            Model::Closed(closed) => closed.is_stopped = true,
        }
    }

    /// Whether every planned request was handed out.
    pub fn is_exhausted(&self, now_ns: u64) -> bool {
        match &self.model {
            Model::Open(open) => open.is_exhausted(),
            Model::Closed(closed) => closed.is_exhausted(self.origin_ns, now_ns),
        }
    }

    /// When waiting for answers ends. An open loop knows once its last request was due; a closed loop of a fixed number
    /// ends with its last answer.
    pub fn deadline_ns(&self) -> Option<u64> {
        let last_start_ns = match &self.model {
            Model::Open(open) => open.last_start_ns(self.origin_ns),
            Model::Closed(closed) => closed.window_end_ns(self.origin_ns),
        };
        last_start_ns.map(|last_ns| last_ns.saturating_add(self.grace_ns))
    }

    /// Where the measured phase begins.
    pub fn measured_from_ns(&self) -> u64 {
        match &self.model {
            Model::Open(open) => open.measured_from_ns(self.origin_ns),
            Model::Closed(closed) => closed.measured_from_ns(self.origin_ns),
        }
    }

    /// Where starts end: a fixed number of requests in a closed loop or with random starts cannot tell.
    pub fn window_end_ns(&self) -> Option<u64> {
        match &self.model {
            Model::Open(open) => open.window_end_ns(self.origin_ns),
            Model::Closed(closed) => closed.window_end_ns(self.origin_ns),
        }
    }

    /// Start of the run, ns of its clock.
    pub fn origin_ns(&self) -> u64 {
        self.origin_ns
    }

    /// Requests of the measured phase: all that will be, where that is known, else those so far.
    pub fn planned(&self) -> u64 {
        match &self.model {
            Model::Open(open) => open.planned(),
            Model::Closed(closed) => closed.planned(),
        }
    }

    /// Whether `planned` is already all there will be.
    pub fn is_count_known(&self) -> bool {
        match &self.model {
            Model::Open(open) => open.is_count_known(),
            Model::Closed(closed) => closed.is_count_known(),
        }
    }

    /// Measured requests that the loop got to more than the allowed lag after they were due.
    pub fn late(&self) -> u64 {
        if let Model::Open(open) = &self.model { open.late() } else { 0 }
    }

    /// Due requests that wait for a connection.
    pub fn waiting(&self) -> u64 {
        if let Model::Open(open) = &self.model { open.waiting() } else { 0 }
    }

    /// Asked and achieved arrival rate over the measured phase, per second.
    pub fn rates(&self) -> Option<(f64, f64)> {
        if let Model::Open(open) = &self.model { open.rates(self.origin_ns) } else { None }
    }

    /// When requests are to start, in words.
    pub fn describe(&self) -> Option<String> {
        match &self.model {
            Model::Open(open) => Some(open.describe()),
            Model::Closed(closed) => closed.describe(),
        }
    }
}

#[cfg(test)]
mod tests;
