//! One file per subcommand: arguments → `Plan` → pipeline.

mod accept;
mod check;
mod completions;
mod convert;
mod list;
mod load;
mod run;

use crate::cli::{Cli, Command};
use crate::clock::Clock;
use crate::config::{ConfigError, Given, Plan, Verbosity};
use crate::interrupt::Interrupt;
use crate::model::Verdict;
use crate::pipeline::{OutputFailed, Surroundings};
use crate::target::{self, Target};
use crate::terminal::{Talk, Terminal};
use std::path::PathBuf;

/// Exit code of usage and configuration errors: nothing was measured.
const USAGE: u8 = 2;

/// Why a command ended without a verdict of its own.
#[derive(Debug)]
pub enum Failure {
    /// Words or configuration are off.
    Usage(String),
    /// Nothing could be measured, judged, read or written.
    NoVerdict(String),
}

impl Failure {
    /// What the process exits with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => USAGE,
            Failure::NoVerdict(_) => Verdict::NoVerdict.exit_code(),
        }
    }
}

impl From<OutputFailed> for Failure {
    fn from(error: OutputFailed) -> Self {
        Failure::NoVerdict(error.0)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::Usage(error.to_string())
    }
}

/// What all commands of one process share.
pub struct Session<'a> {
    given: Given<'a>,
    clock: Clock,
    interrupt: &'a Interrupt,
}
