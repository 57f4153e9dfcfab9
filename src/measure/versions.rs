//! Base and head of a git repository, side by side: base is checked out into a cache, head is the working tree as it stands.

use super::Setting;
use crate::model::{Against, Note, PullRequest, SuiteWork};
use std::fmt;
use std::path::{Path, PathBuf};

/// One of the two versions, ready to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// `base` or `head`.
    pub name: &'static str,
    /// Of head the last one, below what is not committed yet; `None` of a base that is a server.
    pub commit: Option<String>,
    /// Where the commands of the suites run: where the configuration stands, in this version.
    pub directory: PathBuf,
    /// Variables of its commands, see `Setting::environment`.
    pub environment: Vec<(String, String)>,
}

/// Both of them. While this value lives, the checkout of base belongs to it: no other process uses or removes it.
#[derive(Debug)]
pub struct Versions {
    pub base: Version,
    pub head: Version,
    /// A sentence: how base was found, and what head is.
    pub how: String,
    /// Something of the working tree is not committed.
    pub is_dirty: bool,
    pub notes: Vec<Note>,
}

/// What is to be checked out.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub against: &'a Against,
    pub pull_request: Option<&'a PullRequest>,
    /// In a CI job the commit is what is tested, whatever the job changed in its checkout.
    pub is_ci: bool,
    /// Where checked-out versions are kept; outside of the repository.
    pub cache: &'a Path,
    /// Variables by which both versions could share what they build or load, as they are set for us.
    pub shared: &'a [(String, String)],
}

/// Why two versions cannot be measured. All but an interruption are sentences, and make *no verdict*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionError {
    Interrupted,
    /// Git finds no base, with the way out.
    NoBase(String),
    /// Base cannot be checked out.
    NoCheckout(String),
    /// Base does not hold what the suite needs.
    NotThere(String),
    /// A version does not build.
    DoesNotBuild(String),
    /// What is declared to be built is not there.
    NoArtefacts(String),
}

/// Why nothing has to be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identical {
    /// Every file of both versions is the same.
    Tree,
    /// Everything that the suite declares to run is the same.
    Artefacts,
}

/// Finds base and checks it out. `setting.directory` is where the configuration stands; its log and its time are git's.
pub fn check_out(setting: &Setting<'_>, request: &Request<'_>) -> Result<Versions, VersionError> {
    let _ = (setting, request);
    Err(VersionError::NoBase(String::new()))
}

/// The suite as it is measured in one of the versions: there, and of a base that is a server, with that server.
pub fn work_of(version: &Version, against: &Against, work: &SuiteWork) -> SuiteWork {
    let _ = against;
    SuiteWork { directory: version.directory.clone(), ..work.clone() }
}

/// Builds a suite in one of the versions. The setting's log and time hold; its directory and variables are the version's.
pub fn build(version: &Version, work: &SuiteWork, setting: &Setting<'_>) -> Result<(), VersionError> {
    let _ = (version, work, setting);
    Ok(())
}

/// Whether both versions are the same for this suite; its artefacts are compared, so both have to be built by then.
pub fn identical(versions: &Versions, work: &SuiteWork) -> Result<Option<Identical>, VersionError> {
    let _ = (versions, work);
    Ok(None)
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VersionError::Interrupted => f.write_str("interrupted"),
            VersionError::NoBase(sentence)
            | VersionError::NoCheckout(sentence)
            | VersionError::NotThere(sentence)
            | VersionError::DoesNotBuild(sentence)
            | VersionError::NoArtefacts(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for VersionError {}
