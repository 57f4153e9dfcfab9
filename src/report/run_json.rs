//! The stored run (`neverslower.run.v1`), pretty-printed: what `convert --to json` means.

use super::document::JsonWriter;
use super::{Entry, Needs, Style, document};
use crate::model::{Run, StoredRun};
use crate::output::{Output, OutputError, Report};
use std::io::Write;

pub const ENTRY: Entry =
    Entry { name: "run-json", about: "one suite's recording as a stored run", needs: Needs::Run, extension: "run.json", open };

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::json(out, style, write)
}

fn write(report: &Report<'_>, style: &Style, out: &mut JsonWriter<'_>) -> Result<(), OutputError> {
    let wanted: Vec<&Run> = report.runs.iter().filter(|run| style.suite.as_ref().is_none_or(|only| *only == run.suite)).collect();
    let [run] = wanted.as_slice() else {
        let found = wanted.iter().map(|run| run.suite.as_str()).collect::<Vec<_>>().join(", ");
        return Err(OutputError(format!(
            "a stored run holds exactly one suite, found {}{}{found}; name one suite",
            wanted.len(),
            if found.is_empty() { "" } else { ": " }
        )));
    };
    let written = out.write(&StoredRun::from_run(run));
    written.map_err(|error| OutputError(format!("the run of {:?} cannot be stored: {error}", run.suite)))
}
