//! The open loop: a schedule decides when requests start, whatever became of those before.

use super::super::LoadError;
use super::super::arrival::{Cursor, Rates, Schedule};
use super::{Supply, Ticket, WHOLE, nanos};
use crate::limits::LOAD_BACKLOG_STRETCHES_MAX;
use crate::model::{Arrival, LoadWork, Shard, Spacing, Stage, Stop};
use std::collections::VecDeque;
use std::sync::Arc;

/// Due requests that the loop got to in one turn, when no connection was free.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    first: u64,
    handled_ns: u64,
    /// Where stretches had to be merged: the largest lag among them, so that the error is against us.
    lag_min_ns: u64,
}

/// Times are ns after the start of the schedule, unless they are of the run's clock as in tickets.
#[derive(Debug)]
pub struct Open {
    schedule: Schedule,
    shard: Shard,
    pub supply: Supply,
    /// Slots of the warm-up, and where they end.
    warm: u64,
    measured_from_ns: u64,
    /// Slots in all; not known where random starts fill a time. Then those that start from `cutoff_ns` on are none.
    total: u64,
    cutoff_ns: u64,
    window_end_ns: Option<u64>,
    /// Next request to become due; next one to be sent. What is between them waits for a connection.
    due: Cursor,
    sent: Cursor,
    backlog: VecDeque<Stretch>,
    late: u64,
    max_lag_ns: u64,
    /// Measured requests that the loop got to, and the intended start of the first of them.
    handled: u64,
    first_ns: u64,
    /// Intended start of the last request, and when the loop got to it by the run's clock.
    last_ns: u64,
    handled_last_ns: u64,
}

impl Open {
    /// The schedule of the work, cut to its shard.
    pub fn new(work: &LoadWork, recorded: &Arc<[u64]>) -> Result<Open, LoadError> {
        let schedule = schedule(work, recorded)?;
        let shard = work.shard.unwrap_or(WHOLE);
        let warm_up_ns = nanos(work.warm_up);
        let warm = schedule.count_before(warm_up_ns);
        let measured_from_ns = schedule.at(warm).start_ns;
        let is_random = matches!(schedule, Schedule::Poisson(..));
        let total = match (&work.arrival, work.stop) {
            (Arrival::Trace(_), _) => recorded.len() as u64,
            (Arrival::Stages(_), _) | (_, Stop::After(_)) if is_random => u64::MAX,
            (Arrival::Stages(stages), _) => schedule.count_before(warm_up_ns.saturating_add(length_ns(stages))),
            (_, Stop::After(duration)) => warm.saturating_add(schedule.count_before(nanos(duration))),
            (_, Stop::Requests(count)) => warm.saturating_add(count),
        };
        let cutoff_ns = match (&work.arrival, work.stop) {
            _ if total < u64::MAX => u64::MAX,
            (Arrival::Stages(stages), _) => warm_up_ns.saturating_add(length_ns(stages)),
            (_, Stop::After(duration)) => measured_from_ns.saturating_add(nanos(duration)),
            (_, Stop::Requests(_)) => u64::MAX,
        };
        let window_end_ns = if is_random { Some(cutoff_ns).filter(|end_ns| *end_ns < u64::MAX) } else { Some(schedule.at(total).start_ns) };
        let first = schedule.at(u64::from(shard.index.saturating_sub(1)));
        let open = Open {
            warm,
            measured_from_ns,
            total,
            cutoff_ns,
            window_end_ns,
            due: first,
            sent: first,
            backlog: VecDeque::new(),
            late: 0,
            max_lag_ns: nanos(work.max_lag),
            handled: 0,
            first_ns: 0,
            last_ns: 0,
            handled_last_ns: 0,
            schedule,
            shard,
            supply: Supply::ENDLESS,
        };
        if open.is_count_known() && open.planned() == 0 {
            let what = format!("a schedule of {} plans no request in this load test", open.schedule);
            return Err(LoadError(format!("{what}; raise the rate or the duration")));
        }
        Ok(open)
    }

    pub fn take(&mut self, origin_ns: u64, now_ns: u64) -> Option<Ticket> {
        if self.sent.slot < self.due.slot {
            return self.take_deferred(origin_ns);
        }
        let intended_ns = self.due_ns(origin_ns).filter(|due_ns| *due_ns <= now_ns)?;
        let sequence = self.due.slot;
        self.handle(intended_ns, now_ns);
        self.sent = self.due;
        Some(self.ticket(sequence, intended_ns, now_ns.saturating_sub(intended_ns)))
    }

    pub fn due_ns(&self, origin_ns: u64) -> Option<u64> {
        (self.supply.has(self.due.slot) && !self.is_all_due()).then(|| origin_ns.saturating_add(self.due.start_ns))
    }

    fn is_all_due(&self) -> bool {
        self.is_scheduled_out() || self.supply.ends_before(self.due.slot)
    }

    fn is_scheduled_out(&self) -> bool {
        self.due.slot >= self.total || self.due.start_ns >= self.cutoff_ns
    }

    pub fn is_out_of_supply(&self) -> bool {
        self.supply.ends_before(self.due.slot) && !self.is_scheduled_out()
    }

    pub fn next_slot(&self) -> u64 {
        self.due.slot
    }

    pub fn slots(&self) -> Option<u64> {
        Some(self.total).filter(|total| *total < u64::MAX)
    }

    /// The loop gets to the next due request.
    fn handle(&mut self, intended_ns: u64, now_ns: u64) {
        if self.due.slot >= self.warm {
            self.late += u64::from(now_ns.saturating_sub(intended_ns) > self.max_lag_ns);
            if self.handled == 0 {
                self.first_ns = self.due.start_ns;
            }
            self.handled += 1;
        }
        self.last_ns = self.due.start_ns;
        self.handled_last_ns = now_ns;
        self.due = self.next(self.due);
    }

    /// The next slot of this shard.
    fn next(&self, cursor: Cursor) -> Cursor {
        self.schedule.after(cursor, u64::from(self.shard.total))
    }

    fn ticket(&self, sequence: u64, intended_ns: u64, lag_ns: u64) -> Ticket {
        Ticket { sequence, intended_ns, lag_ns: Some(lag_ns), is_recorded: sequence >= self.warm }
    }

    pub fn defer(&mut self, origin_ns: u64, now_ns: u64) {
        let (first, lag_ns) = (self.due.slot, now_ns.saturating_sub(origin_ns.saturating_add(self.due.start_ns)));
        while let Some(due_ns) = self.due_ns(origin_ns).filter(|due_ns| *due_ns <= now_ns) {
            self.handle(due_ns, now_ns);
        }
        if self.due.slot == first {
            return;
        }
        let is_full = self.backlog.len() >= LOAD_BACKLOG_STRETCHES_MAX;
        match self.backlog.back_mut() {
            Some(last) if is_full => last.lag_min_ns = last.lag_min_ns.max(lag_ns),
            _ => self.backlog.push_back(Stretch { first, handled_ns: now_ns, lag_min_ns: 0 }),
        }
    }

    pub fn take_deferred(&mut self, origin_ns: u64) -> Option<Ticket> {
        if self.sent.slot >= self.due.slot {
            return None;
        }
        let (sequence, intended_ns) = (self.sent.slot, origin_ns.saturating_add(self.sent.start_ns));
        self.sent = self.next(self.sent);
        let stretch = *self.backlog.front()?;
        let next_first = self.backlog.get(1).map_or(self.due.slot, |next| next.first);
        if self.sent.slot >= next_first {
            self.backlog.pop_front();
        }
        let lag_ns = stretch.handled_ns.saturating_sub(intended_ns).max(stretch.lag_min_ns);
        Some(self.ticket(sequence, intended_ns, lag_ns))
    }

    pub fn stop(&mut self, origin_ns: u64, now_ns: u64) {
        self.defer(origin_ns, now_ns);
        self.total = self.total.min(self.due.slot);
    }

    pub fn is_exhausted(&self) -> bool {
        self.is_all_due() && self.sent.slot >= self.due.slot
    }

    pub fn last_start_ns(&self, origin_ns: u64) -> Option<u64> {
        self.is_all_due().then(|| origin_ns.saturating_add(self.last_ns))
    }

    pub fn measured_from_ns(&self, origin_ns: u64) -> u64 {
        origin_ns.saturating_add(self.measured_from_ns)
    }

    pub fn window_end_ns(&self, origin_ns: u64) -> Option<u64> {
        let planned_ns = self.window_end_ns.filter(|_| !self.is_out_of_supply());
        let end_ns = planned_ns.or(self.is_all_due().then_some(self.due.start_ns))?;
        Some(origin_ns.saturating_add(end_ns))
    }

    pub fn planned(&self) -> u64 {
        if !self.is_count_known() || self.is_out_of_supply() {
            return self.handled;
        }
        self.shard.share(self.total).saturating_sub(self.shard.share(self.warm))
    }

    pub fn is_count_known(&self) -> bool {
        self.total < u64::MAX
    }

    pub fn late(&self) -> u64 {
        self.late
    }

    /// Due requests of this shard that wait for a connection.
    pub fn waiting(&self) -> u64 {
        self.shard.share(self.due.slot).saturating_sub(self.shard.share(self.sent.slot))
    }

    /// Both over the same slots, to the start of the one after them: punctual to the last request is exactly the asked rate.
    /// `None` where all of them were to start at once.
    pub fn rates(&self, origin_ns: u64) -> Option<(f64, f64)> {
        let span_ns = self.due.start_ns.saturating_sub(self.first_ns) as f64;
        let lag_ns = self.handled_last_ns.saturating_sub(origin_ns.saturating_add(self.last_ns)) as f64;
        let constant = self.schedule.constant_rate().map(|rate| rate / f64::from(self.shard.total));
        if self.handled == 0 {
            return constant.map(|rate| (rate, 0.0));
        }
        let planned = constant.or((span_ns > 0.0).then(|| self.handled as f64 * 1e9 / span_ns))?;
        Some((planned, planned * span_ns / (span_ns + lag_ns)))
    }

    pub fn describe(&self) -> String {
        self.schedule.to_string()
    }
}

/// What the work asks for. The warm-up runs at the rate with which the first stage begins; a trace is its own warm-up.
fn schedule(work: &LoadWork, recorded: &Arc<[u64]>) -> Result<Schedule, LoadError> {
    let rates = match &work.arrival {
        Arrival::Trace(_) => return Ok(Schedule::Trace(Arc::clone(recorded))),
        Arrival::Constant(rate) => Rates::constant_at(*rate),
        Arrival::Stages(stages) => {
            let warm_up = stages.first().map(|first| (first.from, first.from, nanos(work.warm_up))).filter(|(.., length)| *length > 0);
            let legs = stages.iter().map(|stage| (stage.from, stage.to, nanos(stage.duration)));
            Rates::new(warm_up.into_iter().chain(legs))
        }
        Arrival::Closed | Arrival::ClosedStages(_) => None,
    };
    let rates = rates.ok_or_else(|| {
        LoadError("the load test plans no request; its rates must be at most 10^9 per second, and one of them above 0".to_string())
    })?;
    Ok(match work.spacing {
        Spacing::Even => Schedule::Even(rates),
        Spacing::Poisson { seed } => Schedule::Poisson(rates, seed),
    })
}

fn length_ns(stages: &[Stage<f64>]) -> u64 {
    stages.iter().fold(0, |sum, stage| sum.saturating_add(nanos(stage.duration)))
}
