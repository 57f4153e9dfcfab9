//! `run`: the main job.

use super::{Failure, Session};
use crate::cli::RunArgs;
use crate::config::{Plan, Profile, Request};
use crate::pipeline;

/// Measures every selected suite, compares, judges, reports; the verdict's exit code.
pub fn run(request: Request<'_>, arguments: &RunArgs) -> Result<u8, Failure> {
    let plan = Plan::for_run(request, arguments)?;
    let session = Session::measuring(&plan)?;
    if let Profile::Jenkins(step) = &plan.profile {
        return Ok(pipeline::jenkins::run(&plan, step, session.around())?.exit_code);
    }
    Ok(pipeline::run(&plan, session.around())?.exit_code)
}
