//! The load engine: HTTP/1.1 and HTTP/2 over one event loop, in an open loop (a schedule decides when requests start) or a
//! closed one (the answer before does).
//!
//! A turn has two phases, because a generator that writes after every answer is woken by the first one and gets batches of
//! one: wait; read and parse *everything* that is ready, stamping each completion; then write all requests that are due.
//! In the order a request meets them: `arrival` (its intended start, a pure function), `pacer` (whether it may start now),
//! `carrier` (the connection, or the lane of HTTP/2, that it is given), `connection` or `http2` (its bytes), `parser` (its answer),
//! `ledger` (its sample).

mod arrival;
mod assertion;
mod carrier;
mod chunked;
mod connection;
mod event_loop;
mod failure;
mod feed;
mod http2;
mod kept;
mod ledger;
mod pacer;
mod parser;
mod pool;
mod proxy;
mod redirect;
mod request;
mod route;
mod scenario;
mod server_timing;
mod start;
mod stream;
#[cfg(test)]
mod tests;
mod timer;
mod tls;
mod turns;
mod url;
mod watch;

pub use parser::{Ended, Expect, Fed, Malformed, Response};
pub use scenario::Targets;

use crate::model::{LoadWork, Note};
use crate::record::Sink;
use scenario::Scenario;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A load test to be run.
pub struct Drive<'a> {
    pub work: &'a LoadWork,
    /// Starts of the work's trace, ns after the start of the load, ascending; empty where it has none.
    pub recorded: Arc<[u64]>,
    /// What comes for the work's file of targets, where it is read as targets are needed.
    pub targets: Option<Targets>,
    /// Replaces `{port}` in the URLs of the targets.
    pub port: Option<u16>,
    /// Once it is set no further request starts; what was measured is kept.
    pub interrupted: &'a AtomicBool,
    /// Called about ten times a second.
    pub progress: &'a mut dyn FnMut(Progress),
}

/// What the run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Measured, but not recorded.
    WarmUp,
    Measuring,
    /// No further request starts; answers are waited for.
    Draining,
}

/// How far the run is. Times count from its start, warm-up included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub phase: Phase,
    /// Requests of the measured phase that have ended.
    pub done: u64,
    /// How many there will be, where that is known beforehand.
    pub planned: Option<u64>,
    pub elapsed_ns: u64,
    /// When the last request will start, where that is known beforehand.
    pub total_ns: Option<u64>,
    /// Among `done`: without an answer, or answered with an error status.
    pub errors: u64,
    /// Requests on their way.
    pub in_flight: u64,
    /// Due requests that wait for a connection (open loop).
    pub waiting: u64,
}

/// What makes measuring impossible: one sentence that names it and the way out. A server that refuses or does not answer
/// is none: that is what the test measures, and it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError(pub String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoadError {}

/// Runs a load test on the calling thread. Pushes one sample per planned request into the sink as it ends, and at last
/// the facts, among which completed + failed + unsent = planned.
pub fn drive(mut drive: Drive<'_>, sink: &mut dyn Sink) -> Result<(), LoadError> {
    if drive.work.transport.tls.insecure {
        sink.note(Note::text("TLS certificates were NOT verified (insecure): whoever answered may not be the server that was meant"));
    }
    let scenario = match drive.targets.take() {
        Some(targets) => Some(Scenario::streamed(drive.work, drive.port, targets, drive.interrupted)?),
        None => Scenario::new(drive.work, drive.port)?,
    };
    let mut run = event_loop::EventLoop::new(&drive, scenario)?;
    start::approach(&drive.work.start, drive.interrupted);
    run.open_all(drive.interrupted)?;
    start::meet(&drive.work.start, drive.interrupted)?;
    run.run(drive.interrupted, drive.progress, sink)?;
    run.notes().into_iter().for_each(|note| sink.note(note));
    sink.facts(run.facts());
    Ok(())
}
