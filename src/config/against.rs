//! What head is measured against: what was typed and written, which suites it suits, and when nobody has to ask for it.

use super::error::{ConfigError, typed};
use super::plan::{BaselineChoice, Plan, SuitePlan};
use super::profile::Profile;
use super::value::{PORT, parse_against};
use crate::cli::RunArgs;
use crate::model::{Against, Work};

/// What a suite's run turned out to be, once its baseline was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoFacts {
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
        let Err((expected, found)) = suits_work(against, &suite.work.work) else { continue };
        let error = ConfigError::new(format!("suite {}: against:{against}", suite.work.name), expected, found);
        return Err(error.hint("name the suites that are meant: `neverslower run SUITE… --against BASE`"));
    }
    Ok(())
}

/// What is expected of the work, and what was found.
fn suits_work(against: &Against, work: &Work) -> Result<(), (&'static str, &'static str)> {
    let Work::Load { server, load } = work else {
        return match against {
            Against::MergeBase | Against::Revision(_) => Ok(()),
            Against::Url(_) | Against::Command(_) => {
                Err(("a load suite: only a server can be `url:` or `command:`", "another kind of work"))
            }
        };
    };
    let transport = &load.transport;
    let is_led = transport.unix_socket.is_some() || !transport.connect_to.is_empty() || !transport.resolve.is_empty();
    match (against, server) {
        (Against::Url(_), _) if is_led => {
            Err(("a load that goes where its URLs say", "`unix_socket`, `connect_to` or `resolve`, which lead both versions to one server"))
        }
        (Against::Url(_), _) => Ok(()),
        (_, None) => Err(("a suite with `server`: base has to be started to be measured", "a load of a server that runs already")),
        (_, Some(server)) if !server.command.contains(PORT) || !server.ready.contains(PORT) => {
            Err(("`{port}` in `command` and `ready` of the server: both versions run at once", "a port of its own"))
        }
        (_, Some(_)) => Ok(()),
    }
}

/// `check` reads what was measured, and `load` measures one server: there are no two versions to measure side by side.
pub fn only_run(command: &str, baseline: &BaselineChoice) -> Result<(), ConfigError> {
    let BaselineChoice::Against(against) = baseline else { return Ok(()) };
    let error = ConfigError::new(command, "a baseline that is stored", format!("`against:{against}`"));
    Err(error.hint("only `run` measures two versions side by side; use `--baseline committed`, `previous`, `build:N` or a path"))
}

/// What a suite is measured against, interleaved: what was asked for, else by `auto` the merge base, where a CI builds a checkout
/// and no stored baseline compares. `None`: it is compared with what is stored, or with nothing.
pub fn interleaved<'a>(plan: &'a Plan, suite: &SuitePlan, facts: AutoFacts) -> Option<&'a Against> {
    match &plan.baseline {
        BaselineChoice::Against(against) => Some(against),
        BaselineChoice::Auto => {
            // What we neither build nor start would be the same in both versions.
            let is_ours = suite.work.build.is_some() && suits_work(&Against::MergeBase, &suite.work.work).is_ok();
            let is_wanted = plan.profile == Profile::Default && plan.is_ci && facts.is_checkout && !facts.compares && is_ours;
            is_wanted.then_some(&Against::MergeBase)
        }
        BaselineChoice::Committed | BaselineChoice::Previous | BaselineChoice::Build(_) | BaselineChoice::Path(_) => None,
    }
}
