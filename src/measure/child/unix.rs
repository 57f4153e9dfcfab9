//! Processes on unix. A thread starts the child and blocks until the kernel says that it has ended, so that the measured
//! time is as exact as the kernel's wake-up; it leaves the ended child unreaped (`WNOWAIT`). All signals are sent, and the
//! child is reaped, by the owner alone: no signal can hit a stranger who got the number meanwhile.

use super::{Ending, Usage, believable_peak};
use crate::clock::Clock;
use crate::{limits, machine};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;
use wait4::Wait4;

pub(super) fn shell(text: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(text);
    command
}

#[derive(Debug)]
pub(super) struct Process {
    inner: std::process::Child,
    group: Pid,
    ended: Receiver<u64>,
    /// Wall time, once the end has been seen.
    wall_ns: Option<u64>,
}

impl Process {
    pub(super) fn start(mut command: Command) -> io::Result<Process> {
        command.process_group(0);
        let (tell_start, start) = sync_channel(1);
        let (tell_end, ended) = sync_channel(1);
        std::thread::Builder::new().name("child".to_string()).spawn(move || {
            let clock = Clock::start();
            let spawned = command.spawn();
            let group = spawned.as_ref().ok().map(Pid::from_child);
            if tell_start.send(spawned).is_ok()
                && let Some(group) = group
            {
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while matches!(waitid(WaitId::Pid(group), options), Err(Errno::INTR)) {}
                tell_end.send(clock.elapsed_ns()).ok();
            }
        })?;
        let inner = start.recv().map_err(|_| io::Error::other("the thread that starts children ended"))??;
        Ok(Process { group: Pid::from_child(&inner), inner, ended, wall_ns: None })
    }

    pub(super) fn id(&self) -> u32 {
        self.inner.id()
    }

    /// Asks the kernel itself: the watching thread may not have been woken yet.
    pub(super) fn has_ended(&mut self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        self.wall_ns.is_some() || !matches!(waitid(WaitId::Pid(self.group), options), Ok(None))
    }

    /// Waits at most `timeout` for the end.
    pub(super) fn wait_end(&mut self, timeout: Duration) -> bool {
        if self.wall_ns.is_none() {
            self.wall_ns = self.ended.recv_timeout(timeout).ok();
        }
        self.wall_ns.is_some()
    }

    /// SIGTERM to the whole group. An error means that nobody is left in it.
    pub(super) fn terminate(&self) {
        kill_process_group(self.group, Signal::TERM).ok();
    }

    /// SIGKILL to the whole group.
    pub(super) fn kill(&self) {
        kill_process_group(self.group, Signal::KILL).ok();
    }

    /// Takes the kernel's account of the ended child.
    pub(super) fn reap(&mut self) -> io::Result<Ending> {
        // Ended by `has_ended`, the wall time may still be on its way.
        self.wait_end(limits::KILL_WAIT);
        let wall_ns = self.wall_ns.ok_or_else(|| io::Error::other("it has not ended"))?;
        let account = self.inner.wait4()?;
        let cpu = account.rusage.utime.saturating_add(account.rusage.stime);
        let usage = Usage {
            cpu_ns: u64::try_from(cpu.as_nanos()).unwrap_or(u64::MAX),
            peak_bytes: believable_peak(account.rusage.maxrss, machine::own_peak_bytes()),
        };
        Ok(Ending { status: account.status, wall_ns, usage: Some(usage), was_killed: false })
    }
}
