//! Judges a step as the plugin does: error limits, limits against an earlier build, constraints. Pure.
//!
//! *reports → the one mode that is on → findings, notes and files.* Where the plugin fails open, the profile keeps its verdict and
//! notes the case; strict mode applies the contract's table instead.

mod baseline;
mod build;
mod constraint;
mod error_mode;
mod expert_mode;
mod input;
mod judged;
mod ledger;
mod relative_mode;
mod time_frame;
mod value;

pub use build::{Build, BuildResult, CurrentBuild};
pub use constraint::{Evaluated, Relation};
pub use error_mode::ErrorLimit;
pub use expert_mode::{demand, escalation, words};
pub use input::Named;
pub use judged::Judged;
pub use relative_mode::{Pair, change_percent};
pub use time_frame::shown;

use crate::jenkins::{Collected, Settings, written};
use crate::model::BaselineFacts;
use baseline::Found;
use ledger::Ledger;

/// Judges what a step collected. `history` holds the builds that exist besides the current one, newest first.
pub fn judge(settings: &Settings, collected: &Collected, current: &CurrentBuild, history: &[Build]) -> Judged {
    let mut ledger = Ledger::new(settings.strict);
    let earlier = earlier(current, history, &mut ledger);
    input::settings(settings, &mut ledger);
    let Some(reports) = input::reports(settings, collected, &mut ledger) else {
        input::cautions(collected, &mut ledger);
        return Judged::of(ledger, &[], Vec::new(), BaselineFacts::default());
    };
    let mut files = Vec::new();
    let mut baseline = BaselineFacts::default();
    let mut judged = reports.judged.as_slice();
    if settings.mode_evaluation {
        judged = reports.stored.as_slice();
        if let Some(evaluated) = expert_mode::judge(settings, current, judged, &earlier, &mut ledger) {
            files.extend(written::constraints(settings, current, &evaluated));
            baseline = judged::of_builds(&evaluated);
        }
    } else if settings.mode_of_threshold {
        match baseline::find(settings, collected, current, judged, &earlier, &mut ledger) {
            Found::Baseline(found) => {
                let pairs = relative_mode::judge(settings, &found, judged, &mut ledger);
                files.push(written::relative(settings, Some(&pairs)));
                baseline = found.build.map(judged::of_build).unwrap_or_default();
            }
            Found::Nothing => files.push(written::relative(settings, None)),
            Found::Broken => {}
        }
    } else {
        let checked = error_mode::judge(settings, &collected.parsers, judged, &mut ledger);
        files.extend(checked.iter().map(|named| written::absolute(settings, named)));
    }
    if !settings.mode_evaluation {
        files.push(written::standard(judged));
    }
    files.extend(written::tables(judged));
    input::cautions(collected, &mut ledger);
    Judged::of(ledger, judged, files, baseline)
}

/// The builds before the current one, newest first. The plugin takes the newest build for the current one, whichever runs.
fn earlier(current: &CurrentBuild, history: &[Build], ledger: &mut Ledger) -> Vec<Build> {
    let mut earlier: Vec<Build> = history.iter().filter(|build| build.number < current.number).cloned().collect();
    earlier.sort_by_key(|build| std::cmp::Reverse(build.number));
    let newer = history.iter().map(|build| build.number).filter(|number| *number > current.number).max();
    if let Some(newer) = newer {
        ledger.remark(23, &format!("build {newer} is newer than this build"), "as here, the given input is judged");
    }
    earlier
}

#[cfg(test)]
mod tests;
