//! What head is measured against: what was typed and written, which suites it suits, and when nobody has to ask for it.

use super::error::{ConfigError, typed};
use super::plan::{BaselineChoice, Plan, SuitePlan};
use super::profile::Profile;
use super::value::parse_against;
use crate::cli::RunArgs;
use crate::model::{Against, Work};

/// What a suite's run turned out to be, once its baseline was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The configuration stands in a git checkout.
    pub is_checkout: bool,
    /// A committed baseline compares.
    pub compares: bool,
}

/// The baseline as `--against` names it, where it is typed.
pub fn choice(args: &RunArgs, baseline: Option<&str>) -> Result<Option<BaselineChoice>, ConfigError> {
    let Some(base) = &args.against else { return Ok(None) };
    if let Some(other) = baseline {
        let error = ConfigError::new("--against", "no --baseline beside it", format!("`{other}`"));
        return Err(error.hint("both say what to compare with; leave one out"));
    }
    typed("--against", base, parse_against).map(|against| Some(BaselineChoice::Against(against)))
}

/// An error where a suite cannot be measured against it.
pub fn suits(against: &Against, suites: &[SuitePlan]) -> Result<(), ConfigError> {
    for suite in suites {
        let name = &suite.work.name;
        let is_load = matches!(suite.work.work, Work::Load { .. });
        let is_foreign = matches!(suite.work.work, Work::Load { server: None, .. });
        let (expected, found) = match against {
            Against::Url(_) | Against::Command(_) if !is_load => {
                ("a load suite: only a server can be `url:` or `command:`", "another kind of work")
            }
            Against::MergeBase | Against::Revision(_) if is_foreign => {
                ("a suite with `server`: a commit has to be started to be measured", "a load of a server that runs already")
            }
            _ => continue,
        };
        let error = ConfigError::new(format!("suite {name}: against:{against}"), expected, found);
        return Err(error.hint("name the suites that are meant: `neverslower run SUITE… --against BASE`"));
    }
    Ok(())
}

/// `check` and `accept` of files measure nothing, so nothing can be measured beside them.
pub fn refuse_files(baseline: &BaselineChoice) -> Result<(), ConfigError> {
    let BaselineChoice::Against(against) = baseline else { return Ok(()) };
    let error = ConfigError::new("check", "a baseline that files can be compared with", format!("`against:{against}`"));
    Err(error.hint("only `run` measures two versions side by side; use `--baseline committed`, `previous`, `build:N` or a path"))
}

/// What a suite is measured against, interleaved: what was asked for, else by `auto` the merge base, where a CI builds a checkout
/// and no stored baseline compares. `None`: it is compared with what is stored, or with nothing.
pub fn interleaved<'a>(plan: &'a Plan, suite: &SuitePlan, facts: Facts) -> Option<&'a Against> {
    match &plan.baseline {
        BaselineChoice::Against(against) => Some(against),
        BaselineChoice::Auto => {
            // What we neither build nor start would be the same in both versions.
            let is_ours = suite.work.build.is_some() && !matches!(suite.work.work, Work::Load { server: None, .. });
            let is_wanted = plan.profile == Profile::Default && plan.is_ci && facts.is_checkout && !facts.compares && is_ours;
            is_wanted.then_some(&Against::MergeBase)
        }
        BaselineChoice::Committed | BaselineChoice::Previous | BaselineChoice::Build(_) | BaselineChoice::Path(_) => None,
    }
}
