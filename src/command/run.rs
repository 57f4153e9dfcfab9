//! `run`: the main job.

use super::{Failure, Session};
use crate::cli::RunArgs;
use crate::config::Plan;
use crate::pipeline;

/// Measures every selected suite, compares, judges, reports; the verdict's exit code.
pub fn run(session: &Session<'_>, arguments: &RunArgs) -> Result<u8, Failure> {
    let plan = session.plan(|given| Plan::for_run(arguments, given))?;
    let terminal = session.terminal(&plan);
    let outcome = pipeline::run(&plan, session.around(&terminal))?;
    Ok(outcome.exit_code)
}
