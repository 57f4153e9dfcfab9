//! Targets that come while the load runs: target k is for request k, and the load ends where they do.

use super::plan::{Making, Plan};
use crate::limits::{LOAD_PROGRESS_NS, LOAD_STREAM_AHEAD, TARGETS_BYTES_MAX, TARGETS_MAX};
use crate::measure::http::LoadError;
use crate::measure::http::pacer::Supply;
use crate::model::Target;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

/// Whoever reads targets; an error is the last thing that comes.
pub type Targets = Receiver<Result<Target, String>>;

/// What was read and not yet begun.
#[derive(Debug)]
pub struct Stream {
    targets: Targets,
    /// The first of all, which says where the server is.
    first: Rc<Plan>,
    waiting: VecDeque<Rc<Plan>>,
    /// Slot of the first that waits.
    slot: u64,
    /// Bytes of the requests that wait.
    held: u64,
    is_over: bool,
}

impl Stream {
    /// Waits for the first target, or for an interruption.
    pub fn new(targets: Targets, making: &Making, interrupted: &AtomicBool) -> Result<Stream, LoadError> {
        let target = loop {
            match targets.recv_timeout(Duration::from_nanos(LOAD_PROGRESS_NS)) {
                Ok(target) => break target.map_err(LoadError)?,
                Err(RecvTimeoutError::Disconnected) => return Err(LoadError("the stream of targets ended without one".to_string())),
                Err(RecvTimeoutError::Timeout) if interrupted.load(Ordering::Relaxed) => {
                    return Err(LoadError("the run was interrupted before the first target came".to_string()));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        let first = Rc::new(Plan::literal(target, making)?);
        let waiting = VecDeque::from([Rc::clone(&first)]);
        Ok(Stream { targets, first, waiting, slot: 0, held: 0, is_over: false })
    }

    /// Takes what has come, as far as the slots from `next` on will soon need it.
    pub fn refill(&mut self, next: u64, making: &Making) -> Result<Supply, LoadError> {
        let wanted = next.saturating_add(LOAD_STREAM_AHEAD as u64);
        while !self.is_over && self.end() < wanted && self.waiting.len() < TARGETS_MAX && self.held < TARGETS_BYTES_MAX {
            match self.targets.try_recv() {
                Ok(target) => {
                    let plan = Plan::literal(target.map_err(LoadError)?, making)?;
                    let (one, two) = (&self.first.url(), &plan.url());
                    if let (Some(one), Some(two)) = (one, two)
                        && !one.is_same_origin(two)
                    {
                        let what = format!("the targets {} and {} are of different servers", one.text, two.text);
                        return Err(LoadError(format!("{what}; make a load for each server")));
                    }
                    self.held += plan.bytes();
                    self.waiting.push_back(Rc::new(plan));
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => self.is_over = true,
            }
        }
        Ok(Supply { slots: self.end(), is_all: self.is_over })
    }

    /// Targets so far.
    pub fn end(&self) -> u64 {
        self.slot + self.waiting.len() as u64
    }

    /// The target of a slot that was not begun yet; for any other the first of all.
    pub fn plan(&self, slot: u64) -> &Rc<Plan> {
        let place = slot.checked_sub(self.slot).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| self.waiting.get(place)).unwrap_or(&self.first)
    }

    /// The target of a slot, to be begun; those before it are other shards'.
    pub fn take(&mut self, slot: u64) -> Option<Rc<Plan>> {
        while self.slot <= slot {
            let plan = self.waiting.pop_front()?;
            self.held = self.held.saturating_sub(plan.bytes());
            self.slot += 1;
            if self.slot > slot {
                return Some(plan);
            }
        }
        None
    }
}
