//! `load`: a load test from the command line.

use super::{Failure, Session};
use crate::cli::LoadArgs;
use crate::config::{Plan, Request};
use crate::pipeline;

/// Drives the load, judges it by the thresholds in force, prints what was measured; the verdict's exit code.
pub fn load(request: Request<'_>, arguments: &LoadArgs) -> Result<u8, Failure> {
    let plan = Plan::for_load(request, arguments)?;
    let session = Session::measuring(&plan)?;
    Ok(pipeline::run(&plan, session.around())?.exit_code)
}
