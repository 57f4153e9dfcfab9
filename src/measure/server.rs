//! The system under test: started on a free port, awaited, watched, stopped. Whatever could make us measure a stranger
//! instead is an error.

#[cfg(test)]
#[cfg(unix)]
mod tests;

use super::child::{Child, Ending, Job, Log, Setting, how};
use super::error::{MeasureError, quoted};
use crate::clock::Clock;
use crate::model::ServerWork;
use crate::{limits, machine, net};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// What the server's processes used so far: the difference of two readings is what the requests between them cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerUsage {
    /// User and system time, ns, in steps of so many ns.
    pub cpu_ns: u64,
    pub cpu_step_ns: u64,
    /// Sum of the processes' largest resident sizes, bytes.
    pub peak_bytes: u64,
}

/// A server that we started and that answers. Dropped, it is killed.
#[derive(Debug)]
pub struct Server {
    child: Child,
    log: Arc<Log>,
    port: u16,
    stop_timeout: Duration,
    /// Dropped with the server, which ends the thread that holds the log within its bound.
    _log_keeper: Sender<()>,
}

impl Server {
    /// Starts the server and waits until `ready` answers with any HTTP status. `{port}` in the command and in the URL
    /// becomes a port that is free now. How long it may take is its own affair, not the setting's.
    pub fn start(work: &ServerWork, setting: &Setting<'_>) -> Result<Server, MeasureError> {
        let port = net::free_port().map_err(|error| MeasureError::Failed(format!("no free port on 127.0.0.1: {error}")))?;
        let filled = |text: &str| text.replace("{port}", &port.to_string());
        let (command, ready) = (filled(&work.command), filled(&work.ready));
        if net::accepts(&ready).map_err(|error| MeasureError::Failed(format!("server.ready: {error}")))? {
            return Err(MeasureError::Failed(format!(
                "a stranger answers on {ready}: something listened there before {} was started; \
                 stop it, or let us choose a free port by writing {{port}} in `command` and `ready`",
                quoted(&command)
            )));
        }
        let log = Arc::new(Log::create(setting.log)?);
        let child = Job::shell(&command).start(setting, &log)?;
        let keeper = keep_bounded(&log)?;
        let mut server = Server { child, log, port, stop_timeout: work.stop_timeout, _log_keeper: keeper };
        match server.await_ready(&ready, work.ready_timeout, setting.interrupted) {
            Ok(()) => Ok(server),
            Err(error) => {
                // Politely where it still lives; the reason why it is stopped matters more than how that went.
                server.stop().ok();
                Err(error)
            }
        }
    }

    fn await_ready(&mut self, ready: &str, timeout: Duration, interrupted: &AtomicBool) -> Result<(), MeasureError> {
        let clock = Clock::start();
        let mut pause = Duration::from_millis(1);
        loop {
            let left = timeout.saturating_sub(Duration::from_nanos(clock.elapsed_ns()));
            let probe = left.min(limits::READY_PROBE);
            let answers = net::answers(ready, probe, interrupted).map_err(|error| MeasureError::Failed(error.to_string()))?;
            if interrupted.load(Ordering::Relaxed) {
                return Err(MeasureError::Interrupted);
            }
            // Looked at after the probe: an answer counts only while our child lives.
            if self.child.has_ended() {
                let status = self.child.reap()?.status;
                let who = if answers { "although something answers there now" } else { "so nobody answers there" };
                let what = format!("{} before {ready} answered, {who}; it must stay in the foreground", how(status));
                return Err(self.child.failure(&what, &self.log));
            }
            if answers {
                return Ok(());
            }
            if left.is_zero() {
                let what = format!("was started, but {ready} did not answer within {timeout:?} (`ready_timeout`)");
                return Err(self.child.failure(&what, &self.log));
            }
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(limits::CHILD_POLL);
        }
    }

    /// The port that `{port}` stands for.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// An error when the server has died. To be asked after the load: what was measured of a dying server is void.
    pub fn check(&mut self) -> Result<(), MeasureError> {
        if !self.child.has_ended() {
            return Ok(());
        }
        let status = self.child.reap()?.status;
        Err(self.child.failure(&format!("{} while it was measured", how(status)), &self.log))
    }

    /// What its processes used so far; `None` where the system does not tell (only Linux does).
    pub fn usage(&self) -> Option<ServerUsage> {
        let usage = machine::tree_usage(self.child.id()).filter(|usage| usage.living > 0)?;
        Some(ServerUsage { cpu_ns: usage.cpu_ns, cpu_step_ns: usage.cpu_step_ns, peak_bytes: usage.peak_bytes })
    }

    /// Asks it to end, kills it after `stop_timeout`, and gives the kernel's account. How a server ends when asked to is no
    /// part of the measurement, so no status is an error here.
    pub fn stop(mut self) -> Result<Ending, MeasureError> {
        self.child.stop(self.stop_timeout)
    }
}

/// A thread that bounds the log until the returned sender is dropped.
fn keep_bounded(log: &Arc<Log>) -> Result<Sender<()>, MeasureError> {
    let (keeper, dropped) = channel::<()>();
    let log = Arc::clone(log);
    let keep = move || {
        while dropped.recv_timeout(limits::SERVER_LOG_POLL) == Err(RecvTimeoutError::Timeout) {
            log.bound();
        }
    };
    let thread = std::thread::Builder::new().name("server log".to_string()).spawn(keep);
    thread.map(|_| keeper).map_err(|error| MeasureError::Failed(format!("cannot start a thread: {error}")))
}
