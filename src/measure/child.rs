//! Children: started in a process group of their own, logged, watched, measured, and never left behind.

mod log;
#[cfg(not(unix))]
#[path = "child/elsewhere.rs"]
mod platform;
#[cfg(unix)]
#[path = "child/unix.rs"]
mod platform;
#[cfg(test)]
#[cfg(unix)]
mod tests;

pub use log::Log;

use super::error::{MeasureError, quoted};
use crate::clock::Clock;
use crate::{limits, machine};
use platform::Process;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What all commands of a suite have in common.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Working directory.
    pub directory: &'a Path,
    /// The log: made anew, with its directory, when the first command starts.
    pub log: &'a Path,
    /// Longest time that one command may take.
    pub timeout: Duration,
    /// Raised when the user asks to stop.
    pub interrupted: &'a AtomicBool,
    /// Variables of every command, beside those of ours.
    pub environment: &'a [(String, String)],
}

/// A command that is ready to be started.
#[derive(Debug)]
pub struct Job {
    /// As the user wrote it.
    text: String,
    command: Command,
    stdin: Option<PathBuf>,
    stdout: Option<PathBuf>,
}

impl Job {
    /// A command for the platform's shell: `sh -c`, on Windows `cmd /C`.
    pub fn shell(text: &str) -> Job {
        Job { text: text.to_string(), command: platform::shell(text), stdin: None, stdout: None }
    }

    /// A program and its arguments. `text` is what errors call it.
    pub fn program(text: &str, program: impl AsRef<std::ffi::OsStr>, arguments: &[String]) -> Job {
        let mut command = Command::new(program);
        command.args(arguments);
        Job { text: text.to_string(), command, stdin: None, stdout: None }
    }

    /// An environment variable of the command, beside those of ours.
    pub fn environment(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Job {
        self.command.env(name, value);
        self
    }

    /// Keeps a variable of ours from the command.
    pub fn without(mut self, name: &str) -> Job {
        self.command.env_remove(name);
        self
    }

    /// Standard input is a text, through a file that is made anew.
    pub fn stdin_text(mut self, path: PathBuf, text: &str) -> Result<Job, MeasureError> {
        log::write(&path, text)?;
        self.stdin = Some(path);
        Ok(self)
    }

    /// Standard output goes into a file of its own, made anew, instead of the log.
    pub fn stdout_to(mut self, path: PathBuf) -> Job {
        self.stdout = Some(path);
        self
    }

    /// Starts the command in the directory of the setting, with its variables; those of the command itself hold.
    pub fn start(self, setting: &Setting<'_>, log: &Log) -> Result<Child, MeasureError> {
        let Job { text, mut command, stdin, stdout } = self;
        let directory = setting.directory;
        let own: Vec<std::ffi::OsString> = command.get_envs().map(|(name, _)| name.to_os_string()).collect();
        command.envs(
            setting
                .environment
                .iter()
                .filter(|(name, _)| own.iter().all(|known| known != name.as_str()))
                .map(|(name, value)| (name, value)),
        );
        let cannot = |error: std::io::Error| {
            let place = directory.display();
            MeasureError::NotStarted(format!("cannot start {} in {place}: {error}; check the program's name and path", quoted(&text)))
        };
        let out = match &stdout {
            Some(path) => Stdio::from(log::make(path)?),
            None => log.writer().map_err(cannot)?,
        };
        let input = stdin.map_or(Ok(Stdio::null()), |path| log::open(&path).map(Stdio::from)).map_err(cannot)?;
        command.current_dir(directory).stdin(input).stdout(out).stderr(log.writer().map_err(cannot)?);
        let process = Process::start(command).map_err(cannot)?;
        Ok(Child { text, stdout, process, is_reaped: false })
    }

    /// Runs the command to its end; any end but a good one is an error that quotes the log.
    pub fn run(self, setting: &Setting<'_>, log: &Log) -> Result<Ending, MeasureError> {
        let mut child = self.start(setting, log)?;
        match child.wait(setting.timeout, setting.interrupted, log) {
            Waited::Ended => {
                let ending = child.reap()?;
                if ending.status.success() { Ok(ending) } else { Err(child.failure(&how(ending.status), log)) }
            }
            Waited::Interrupted => child.stop(limits::STOP_GRACE).and(Err(MeasureError::Interrupted)),
            Waited::TimedOut => {
                child.stop(limits::STOP_GRACE)?;
                Err(child.failure(&format!("took longer than {:?} and was stopped (`timeout` of the suite)", setting.timeout), log))
            }
            Waited::TooMuchOutput => {
                child.stop(limits::STOP_GRACE)?;
                let bound = limits::HARNESS_OUTPUT_BYTES_MAX;
                Err(child.failure(&format!("wrote more than {bound} bytes to standard output and was stopped"), log))
            }
        }
    }
}

/// Runs a shell command such as a suite's `build` to its good end.
pub fn run_to_end(text: &str, setting: &Setting<'_>) -> Result<Ending, MeasureError> {
    Job::shell(text).run(setting, &Log::create(setting.log)?)
}

/// How a child ended, and what it cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    pub status: ExitStatus,
    /// From just before it was started until the kernel said that it had ended, ns.
    pub wall_ns: u64,
    /// `None` where the system does not account for single children.
    pub usage: Option<Usage>,
    /// It did not end when asked to and was killed, or something of its group was.
    pub was_killed: bool,
}

/// The kernel's account of a child and of its descendants that ended and were waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// User and system time, ns.
    pub cpu_ns: u64,
    /// Largest resident size of any one of them, bytes; `None` where it is not above our own, see `believable_peak`.
    pub peak_bytes: Option<u64>,
}

/// Why a wait came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    Ended,
    TimedOut,
    Interrupted,
    TooMuchOutput,
}

/// A started command. Dropping it kills its whole group and reaps it: no panic and no early return leaves an orphan.
/// What leaves the group on purpose (a daemon) is beyond reach.
#[derive(Debug)]
pub struct Child {
    text: String,
    stdout: Option<PathBuf>,
    process: Process,
    is_reaped: bool,
}

impl Child {
    /// Number of the process, and on unix of its group.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Whether it has ended by now.
    pub fn has_ended(&mut self) -> bool {
        self.process.has_ended()
    }

    /// Waits for the end, looking at everything else once per `limits::CHILD_POLL`.
    pub(super) fn wait(&mut self, timeout: Duration, interrupted: &AtomicBool, log: &Log) -> Waited {
        let clock = Clock::start();
        loop {
            let left = timeout.saturating_sub(Duration::from_nanos(clock.elapsed_ns()));
            if self.process.wait_end(left.min(limits::CHILD_POLL)) {
                return Waited::Ended;
            }
            if interrupted.load(Ordering::Relaxed) {
                return Waited::Interrupted;
            }
            if left.is_zero() {
                return Waited::TimedOut;
            }
            log.bound();
            let size = self.stdout.as_ref().and_then(|path| path.metadata().ok()).map_or(0, |facts| facts.len());
            if size > limits::HARNESS_OUTPUT_BYTES_MAX {
                return Waited::TooMuchOutput;
            }
        }
    }

    /// Takes the account of a child that has ended, and kills what it left in its group.
    pub(super) fn reap(&mut self) -> Result<Ending, MeasureError> {
        // Before the leader is reaped: until then nobody else can get the group's number.
        self.process.kill();
        let ending = self.process.reap();
        self.is_reaped = true;
        ending.map_err(|error| MeasureError::Failed(format!("cannot learn how {} ended: {error}", quoted(&self.text))))
    }

    /// Asks the whole group to end, kills after `grace` what is still there, and takes the account.
    pub fn stop(&mut self, grace: Duration) -> Result<Ending, MeasureError> {
        self.process.terminate();
        let clock = Clock::start();
        let is_left = loop {
            let left = grace.saturating_sub(Duration::from_nanos(clock.elapsed_ns()));
            let slice = left.min(limits::CHILD_POLL);
            // The leader may be a shell that ends before the server it started has closed its files.
            if self.process.wait_end(slice) {
                if machine::group_usage(self.id()).is_none_or(|usage| usage.living == 0) {
                    break false;
                }
                std::thread::sleep(slice);
            }
            if left.is_zero() {
                break true;
            }
        };
        if is_left {
            self.process.kill();
            if !self.process.wait_end(limits::KILL_WAIT) {
                let id = self.id();
                let sentence = format!("{} (process {id}) does not end even when killed; it is stuck in the kernel", quoted(&self.text));
                return Err(MeasureError::Failed(sentence));
            }
        }
        Ok(Ending { was_killed: is_left, ..self.reap()? })
    }

    /// An error about this child: the command, what became of it, the end of its log and where that lies.
    pub(super) fn failure(&self, what: &str, log: &Log) -> MeasureError {
        MeasureError::Failed(format!("{} {what}; {}", quoted(&self.text), log.ending(self.stdout.as_deref())))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.is_reaped {
            self.process.kill();
            if self.process.wait_end(limits::KILL_WAIT) {
                self.process.reap().ok();
            }
        }
    }
}

/// How it ended, as the rest of a sentence.
pub(super) fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(127) => "ended with exit code 127, by which shells say that a command was not found".to_string(),
        Some(code) => format!("ended with exit code {code}"),
        None => format!("was ended by {status}"),
    }
}

/// A child begins as a copy of us, and Linux counts that copy in the child's largest resident size. A value that is not
/// above our own therefore says nothing about the child.
#[cfg_attr(not(unix), allow(dead_code, reason = "only unix accounts for single children"))]
fn believable_peak(reported: u64, own: Option<u64>) -> Option<u64> {
    (reported > own.unwrap_or(0)).then_some(reported)
}
