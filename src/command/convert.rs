//! `convert`: any format in, any report out.

use super::check::{input, suite_name};
use super::{Failure, Session};
use crate::cli::ConvertArgs;
use crate::config::Plan;
use crate::pipeline;
use crate::report;
use crate::target::Target;

/// Reads the file and writes the report.
pub fn convert(session: &Session<'_>, arguments: &ConvertArgs) -> Result<u8, Failure> {
    let plan = session.plan(|given| Plan::for_convert(arguments, given))?;
    let entry = report::for_convert(&arguments.to).map_err(|error| Failure::Usage(error.to_string()))?;
    let name = arguments.suite.clone().unwrap_or_else(|| suite_name(&arguments.file));
    let target = arguments.output.clone().map_or(Target::Stdout, Target::File);
    pipeline::convert(&plan, &name, input(&arguments.file), arguments.format.as_deref(), entry, &target)?;
    Ok(0)
}
