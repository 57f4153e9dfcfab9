//! `accept`: shows what would change in the baselines and, when told so, changes it. The only writer of baselines.

use super::{Failure, Session, review};
use crate::baseline::{self, Override, Proposal};
use crate::cli::AcceptArgs;
use crate::config::{Plan, Request};
use crate::judge::Policy;
use crate::model::Run;
use crate::pipeline;
use crate::terminal::Terminal;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Reviews the pending runs; 0 when they were accepted or nothing changes.
pub fn accept(request: Request<'_>, arguments: &AcceptArgs) -> Result<u8, Failure> {
    let plan = Plan::for_accept(request)?;
    if plan.is_ci && !arguments.yes {
        return Err(Failure::Usage(
            "accept asks a person, and in CI there is none; add --yes if the baselines are to change here".to_string(),
        ));
    }
    let terminal = Session::reading(&plan).terminal;
    let folders = if arguments.from.is_empty() { vec![plan.results.clone()] } else { arguments.from.clone() };
    let offers = propose(&plan, &pending(&folders)?, arguments)?;
    let changed: Vec<&Offer> = offers.iter().filter(|offer| !offer.proposal.is_unchanged()).collect();
    if changed.is_empty() {
        terminal.say("the baselines already hold these runs; nothing to change");
        return Ok(0);
    }
    for Offer { proposal, newest, run } in &changed {
        let name = shown(&plan.root, &proposal.path);
        terminal.text(&review::of_runs(&name, newest.as_ref(), run));
        if terminal.is_verbose() {
            terminal.text(&review::of_files(&name, proposal.old_text.as_deref(), &proposal.new_text));
        }
    }
    if !arguments.yes {
        match terminal.ask("Make these runs the baseline?") {
            Some(true) => {}
            Some(false) => return Err(Failure::NoVerdict("nothing was changed".to_string())),
            None => return Err(Failure::Usage("nobody can answer here; review the diff above and add --yes".to_string())),
        }
    }
    write(&plan.root, &changed, &terminal)
}

/// A run that may become the newest of its baseline.
struct Offer {
    proposal: Proposal,
    /// What it would be compared with today.
    newest: Option<Run>,
    run: Run,
}

fn write(root: &Path, changed: &[&Offer], terminal: &Terminal) -> Result<u8, Failure> {
    for Offer { proposal, .. } in changed {
        baseline::write(proposal).map_err(|error| Failure::NoVerdict(error.to_string()))?;
        terminal.say(&format!("accepted: {}", shown(root, &proposal.path)));
    }
    terminal.say("commit these files: the next run is compared with them");
    Ok(0)
}

/// The reason that was given for accepting what a refusal names; `None` where none was.
fn reason(arguments: &AcceptArgs, by: Override) -> Option<&str> {
    match by {
        Override::Never => None,
        Override::Force => arguments.reason.as_deref().filter(|_| arguments.force),
        Override::AllowSlower => arguments.allow_slower.as_deref().or_else(|| reason(arguments, Override::Force)),
    }
}

/// The stored runs that wait in results directories. Of a suite that was measured several times in a row those are the single
/// measurements, and not what they make together.
fn pending(folders: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for folder in folders {
        let matching = |pattern: &str| {
            let pattern = format!("{}/runs/{pattern}", glob::Pattern::escape(&folder.display().to_string()));
            let matches = glob::glob(&pattern).map_err(|error| Failure::Usage(error.to_string()))?;
            matches.collect::<Result<Vec<PathBuf>, _>>().map_err(|error| Failure::NoVerdict(error.to_string()))
        };
        let single = matching("*/[0-9]*.run.json")?;
        let is_pooled = |run: &PathBuf| {
            let suite = run.to_string_lossy().strip_suffix(".run.json").map(PathBuf::from);
            single.iter().any(|one| one.parent() == suite.as_deref())
        };
        let mut here = matching("*.run.json")?;
        here.retain(|run| !is_pooled(run));
        here.extend(single.iter().cloned());
        here.sort();
        found.append(&mut here);
    }
    if found.is_empty() {
        let places = folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(Failure::NoVerdict(format!("no run waits to be accepted in {places}; measure first: neverslower run")));
    }
    Ok(found)
}

/// What accepting each run would make of its baseline. Nothing is proposed while one run is refused.
fn propose(plan: &Plan, files: &[PathBuf], arguments: &AcceptArgs) -> Result<Vec<Offer>, Failure> {
    let mut offers: Vec<Offer> = Vec::new();
    let mut refused = String::new();
    let mut runs = files.iter().map(|file| pipeline::read_stored(file)).collect::<Result<Vec<_>, _>>().map_err(Failure::NoVerdict)?;
    // Artifacts of several jobs may hold the same suite: the newest of them becomes the newest of the baseline.
    runs.sort_by_key(|run| run.started_ns);
    for run in runs {
        // What is only in quarantine does not become what the next run is compared with.
        let policy = Policy { quarantine: Vec::new(), ..plan.policy(&run.suite, &[]) };
        let (run, judged) = pipeline::review(plan, run, &policy).map_err(Failure::NoVerdict)?;
        let mut reasons = Vec::new();
        for refusal in baseline::refusals(&run, &judged) {
            match reason(arguments, refusal.by) {
                Some(reason) => reasons.push(reason),
                None => {
                    let _ = write!(refused, "\n  {}: {}; {}", run.suite, refusal.sentence, refusal.way_out);
                }
            }
        }
        reasons.dedup();
        let reason = (!reasons.is_empty()).then(|| reasons.join("; "));
        let earlier: Vec<&Proposal> = offers.iter().map(|offer| &offer.proposal).collect();
        let proposal = baseline::propose(&plan.baselines, &run, reason.as_deref(), plan.keep_runs, &earlier);
        let proposal = proposal.map_err(|error| Failure::NoVerdict(error.to_string()))?;
        let newest = pipeline::newest_accepted(plan, &run).map_err(Failure::NoVerdict)?;
        offers.push(Offer { proposal, newest, run });
    }
    if refused.is_empty() { Ok(offers) } else { Err(Failure::NoVerdict(format!("refused, nothing was changed:{refused}"))) }
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
