//! `convert`: any format in, any report out.

use super::check::suite_name;
use super::{Failure, print};
use crate::cli::ConvertArgs;
use crate::config::{Plan, Request};
use crate::jenkins::{self, Settings};
use crate::pipeline;
use crate::report;
use crate::source::Input;
use crate::target::Target;

/// Reads the file and writes the report.
pub fn convert(request: Request<'_>, arguments: &ConvertArgs) -> Result<u8, Failure> {
    let plan = Plan::for_convert(request, arguments)?;
    let target = arguments.output.clone().map_or(Target::Stdout, Target::File);
    if arguments.to == jenkins::REPORT.0 {
        return as_jenkins(arguments, &target);
    }
    let kind = plan.reports.first().map_or(arguments.to.as_str(), |to| to.kind.as_str());
    let entry = report::for_convert(kind).map_err(|error| Failure::Usage(error.to_string()))?;
    let name = arguments.suite.clone().unwrap_or_else(|| suite_name(&arguments.file));
    pipeline::convert(&plan, &name, Input::of_word(&arguments.file), arguments.format.as_deref(), entry, &target)?;
    Ok(0)
}

/// The plugin's numbers: its own readers, chosen as it chooses them.
fn as_jenkins(arguments: &ConvertArgs, target: &Target) -> Result<u8, Failure> {
    if arguments.format.is_some() {
        return Err(Failure::Usage("--to jenkins: expected no --format, because the plugin chooses the reader itself".to_string()));
    }
    let collected = jenkins::collect_inputs(&Settings::of_plugin(Vec::new()), &[Input::of_word(&arguments.file)]);
    let collected = collected.map_err(|abort| Failure::NoVerdict(abort.to_string()))?;
    if let Some(missing) = collected.missing.first() {
        return Err(Failure::NoVerdict(format!("{missing}: expected results, found no such file; did the tool that writes it run?")));
    }
    print(target, |out| out.write_all(jenkins::to_json(&collected).as_bytes()))
}
