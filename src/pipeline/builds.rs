//! Keeps a numbered build in the builds directory, for later ones to compare with.

use super::outputs::OutputFailed;
use crate::baseline::builds::{self, BuildFacts, NewBuild};
use crate::config::{BaselineChoice, Keep, Plan};
use crate::model::{Outcome, Run};

/// Keeps the build: where it has a number, and either its baseline is an earlier build or there is a builds directory.
/// `documents` are kept beside its runs, by their file names.
pub fn keep(plan: &Plan, outcome: &Outcome, runs: &[Run], documents: &[(&str, String)]) -> Result<(), OutputFailed> {
    let Some(number) = plan.build_number.filter(|_| plan.keep == Keep::Everything) else { return Ok(()) };
    let is_asked = matches!(plan.baseline, BaselineChoice::Previous | BaselineChoice::Build(_)) || !documents.is_empty();
    if !is_asked && !builds::exists(&plan.builds) {
        return Ok(());
    }
    let facts = BuildFacts {
        number,
        verdict: outcome.verdict,
        started_ns: runs.iter().filter_map(|run| run.started_ns).min().or(Some(plan.now_ns)),
        commit: plan.commit.clone().or_else(|| runs.iter().find_map(|run| run.commit.clone())),
        aborted: outcome.partial,
    };
    // What is cut judges nobody.
    let whole: Vec<&Run> = runs.iter().filter(|run| !run.partial).collect();
    let build = NewBuild { facts, verdict_line: &outcome.verdict_line(), runs: &whole, documents };
    builds::store(&plan.builds, &build, plan.keep_builds).map_err(|error| OutputFailed(error.to_string()))
}
