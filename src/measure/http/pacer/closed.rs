//! The closed loop: a request may start when a connection is free, and counts from then.

use super::super::LoadError;
use super::concurrency::Concurrency;
use super::{Supply, Ticket, WHOLE, nanos};
use crate::model::{Arrival, LoadWork, Shard, Stop};
use std::time::Duration;

#[derive(Debug)]
pub struct Closed {
    warm_ns: u64,
    /// Length of the measured phase where that ends it, else the number of requests that does.
    length_ns: Option<u64>,
    count: u64,
    /// The same over all shards, where it is a number.
    asked: Option<u64>,
    /// `None`: as many connections as there are.
    concurrency: Option<Concurrency>,
    description: Option<String>,
    shard: Shard,
    pub supply: Supply,
    /// Requests handed out, and those of the measured phase.
    sequence: u64,
    issued: u64,
    pub is_stopped: bool,
}

impl Closed {
    /// The end and the stages of the work, cut to its shard.
    pub fn new(work: &LoadWork) -> Result<Closed, LoadError> {
        let (shard, warm_ns) = (work.shard.unwrap_or(WHOLE), nanos(work.warm_up));
        let (length_ns, count) = match (&work.arrival, work.stop) {
            (Arrival::ClosedStages(stages), _) => {
                (Some(stages.iter().fold(0, |sum: u64, stage| sum.saturating_add(nanos(stage.duration)))), u64::MAX)
            }
            (_, Stop::After(duration)) => (Some(nanos(duration)), u64::MAX),
            (_, Stop::Requests(count)) => (None, shard.share(count)),
        };
        let concurrency = match &work.arrival {
            Arrival::ClosedStages(stages) => Some(Concurrency::new(stages, warm_ns, shard)),
            _ => None,
        };
        let uses_none = |stages: &[crate::model::Stage<u32>]| stages.iter().all(|stage| stage.from.max(stage.to) == 0);
        let is_idle = matches!(&work.arrival, Arrival::ClosedStages(stages) if uses_none(stages));
        if length_ns == Some(0) || count == 0 || is_idle {
            return Err(LoadError("the load test plans no request; ask for at least one".to_string()));
        }
        let description = describe(work);
        let asked = match work.stop {
            Stop::Requests(count) if length_ns.is_none() => Some(count),
            _ => None,
        };
        Ok(Closed {
            warm_ns,
            length_ns,
            asked,
            count,
            concurrency,
            description,
            shard,
            supply: Supply::ENDLESS,
            sequence: 0,
            issued: 0,
            is_stopped: false,
        })
    }

    pub fn is_exhausted(&self, origin_ns: u64, now_ns: u64) -> bool {
        let is_over = match self.length_ns {
            Some(length_ns) => now_ns >= self.measured_from_ns(origin_ns).saturating_add(length_ns),
            None => self.issued >= self.count,
        };
        self.is_stopped || self.is_out_of_supply() || (is_over && now_ns >= self.measured_from_ns(origin_ns))
    }

    /// As in an open loop: slot k of the whole test is of shard (k mod total) + 1.
    pub fn next_slot(&self) -> u64 {
        self.sequence.saturating_mul(u64::from(self.shard.total)).saturating_add(u64::from(self.shard.index.saturating_sub(1)))
    }

    pub fn is_out_of_supply(&self) -> bool {
        self.supply.ends_before(self.next_slot()) && !(self.is_count_known() && self.issued >= self.count)
    }

    pub fn slots(&self) -> Option<u64> {
        self.asked
    }

    pub fn take(&mut self, origin_ns: u64, now_ns: u64, busy: usize) -> Option<Ticket> {
        let is_full = |concurrency: &Concurrency| busy as u64 >= concurrency.at(now_ns.saturating_sub(origin_ns));
        let sequence = self.next_slot();
        if self.is_exhausted(origin_ns, now_ns) || !self.supply.has(sequence) || self.concurrency.as_ref().is_some_and(is_full) {
            return None;
        }
        let is_recorded = now_ns >= self.measured_from_ns(origin_ns);
        self.issued += u64::from(is_recorded);
        self.sequence += 1;
        Some(Ticket { sequence, intended_ns: now_ns, lag_ns: None, is_recorded })
    }

    pub fn due_ns(&self, origin_ns: u64, now_ns: u64) -> Option<u64> {
        let change_ns = self.concurrency.as_ref()?.next_change_ns(now_ns.saturating_sub(origin_ns))?;
        Some(origin_ns.saturating_add(change_ns))
    }

    pub fn measured_from_ns(&self, origin_ns: u64) -> u64 {
        origin_ns.saturating_add(self.warm_ns)
    }

    pub fn window_end_ns(&self, origin_ns: u64) -> Option<u64> {
        let length_ns = self.length_ns.filter(|_| !self.is_out_of_supply())?;
        Some(self.measured_from_ns(origin_ns).saturating_add(length_ns))
    }

    pub fn planned(&self) -> u64 {
        if self.is_count_known() && !self.is_stopped && !self.is_out_of_supply() { self.count } else { self.issued }
    }

    pub fn is_count_known(&self) -> bool {
        self.length_ns.is_none()
    }

    pub fn describe(&self) -> Option<String> {
        self.description.clone()
    }
}

/// Stages and think time in words; `None` where there are neither.
fn describe(work: &LoadWork) -> Option<String> {
    let mut words = Vec::new();
    if let Arrival::ClosedStages(stages) = &work.arrival {
        words.extend(stages.iter().map(|stage| {
            let range = if stage.from == stage.to { stage.from.to_string() } else { format!("{}..{}", stage.from, stage.to) };
            format!("{range} connections for {:?}", stage.duration)
        }));
    }
    if work.think_time > Duration::ZERO {
        words.push(format!("{:?} between an answer and the next request", work.think_time));
    }
    (!words.is_empty()).then(|| words.join(", "))
}
