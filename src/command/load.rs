//! `load`: a load test from the command line.

use super::{Failure, Session, print};
use crate::cli::LoadArgs;
use crate::config::{Plan, Request};
use crate::pipeline;

/// Drives the load, judges it by the thresholds in force, prints what was measured; the verdict's exit code.
pub fn load(request: Request<'_>, arguments: &LoadArgs) -> Result<u8, Failure> {
    let plan = Plan::for_load(request, arguments)?;
    let session = Session::measuring(&plan)?;
    let writes_files = arguments.out.is_some();
    let (text, code) = pipeline::load(&plan, arguments.json, writes_files, session.around())?;
    print(&text)?;
    Ok(code)
}
