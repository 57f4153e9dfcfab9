//! `doctor`: what makes this machine noisy.

use super::{Failure, Session, print};
use crate::cli::DoctorArgs;
use crate::config::{self, Request, Shape};
use crate::model::Checkup;
use crate::target::Target;
use crate::{pipeline, report};

/// Reads, measures, tells, keeps it; 3 where something makes numbers noisy. A signal ends it at once: nothing was changed.
pub fn doctor(request: Request<'_>, arguments: &DoctorArgs) -> Result<u8, Failure> {
    let (plan, asked) = config::doctor(request, arguments)?;
    let session = Session::reading(&plan);
    let checkup = pipeline::checkup(&plan, &asked, session.around());
    for (shape, path) in &asked.told {
        tell(&checkup, *shape, &path.clone().map_or(Target::Stdout, Target::File))?;
    }
    if !asked.told.iter().any(|(_, path)| path.is_none()) {
        tell(&checkup, Shape::Text, &Target::Stdout)?;
    }
    if let Some(file) = &asked.file {
        pipeline::keep_checkup(&checkup, file)?;
        session.terminal.say(&format!("kept in {}", file.display()));
    } else {
        session.terminal.detail("not kept: there is no neverslower.toml here, and no directory was named with --results");
    }
    Ok(checkup.exit_code)
}

fn tell(checkup: &Checkup, shape: Shape, target: &Target) -> Result<u8, Failure> {
    match shape {
        Shape::Text => print(target, |out| out.write_all(report::checkup(checkup).as_bytes())),
        Shape::Json => print(target, |out| {
            serde_json::to_writer_pretty(&mut *out, checkup)?;
            writeln!(out)
        }),
    }
}
