//! `convert`: any format in, any report out.

use super::Failure;
use super::check::{input, suite_name};
use crate::cli::ConvertArgs;
use crate::config::{Plan, Request};
use crate::pipeline;
use crate::report;
use crate::target::Target;

/// Reads the file and writes the report.
pub fn convert(request: Request<'_>, arguments: &ConvertArgs) -> Result<u8, Failure> {
    let plan = Plan::for_convert(request, arguments)?;
    let kind = plan.reports.first().map_or(arguments.to.as_str(), |to| to.kind.as_str());
    let entry = report::for_convert(kind).map_err(|error| Failure::Usage(error.to_string()))?;
    let name = arguments.suite.clone().unwrap_or_else(|| suite_name(&arguments.file));
    let target = arguments.output.clone().map_or(Target::Stdout, Target::File);
    pipeline::convert(&plan, &name, input(&arguments.file), arguments.format.as_deref(), entry, &target)?;
    Ok(0)
}
