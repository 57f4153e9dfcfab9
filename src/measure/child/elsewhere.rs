//! Processes where there are no process groups (Windows): only the child itself is ended, at once, there is no account of
//! its CPU time and memory, and its end is seen within `limits::CHILD_END_POLL`.

use super::Ending;
use crate::clock::Clock;
use crate::limits;
use std::io;
use std::process::Command;
use std::time::Duration;

pub(super) fn shell(text: &str) -> Command {
    let mut command = Command::new("cmd");
    command.arg("/C");
    #[cfg(windows)]
    std::os::windows::process::CommandExt::raw_arg(&mut command, text);
    #[cfg(not(windows))]
    command.arg(text);
    command
}

#[derive(Debug)]
pub(super) struct Process {
    inner: std::process::Child,
    clock: Clock,
    wall_ns: Option<u64>,
}

impl Process {
    pub(super) fn start(mut command: Command) -> io::Result<Process> {
        let clock = Clock::start();
        Ok(Process { inner: command.spawn()?, clock, wall_ns: None })
    }

    pub(super) fn id(&self) -> u32 {
        self.inner.id()
    }

    pub(super) fn has_ended(&mut self) -> bool {
        if self.wall_ns.is_none() && self.inner.try_wait().is_ok_and(|status| status.is_some()) {
            self.wall_ns = Some(self.clock.elapsed_ns());
        }
        self.wall_ns.is_some()
    }

    pub(super) fn wait_end(&mut self, timeout: Duration) -> bool {
        let waiting = Clock::start();
        while !self.has_ended() {
            if Duration::from_nanos(waiting.elapsed_ns()) >= timeout {
                return false;
            }
            std::thread::sleep(limits::CHILD_END_POLL);
        }
        true
    }

    pub(super) fn terminate(&mut self) {
        self.kill();
    }

    pub(super) fn kill(&mut self) {
        self.inner.kill().ok();
    }

    pub(super) fn reap(&mut self) -> io::Result<Ending> {
        let status = self.inner.wait()?;
        let wall_ns = self.wall_ns.unwrap_or_else(|| self.clock.elapsed_ns());
        Ok(Ending { status, wall_ns, usage: None, was_killed: false })
    }
}
