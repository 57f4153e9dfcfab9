//! Base and head of a git repository, side by side: base is checked out into a cache, head is the working tree as it stands.

mod artefacts;
mod cache;
mod side;

use super::{MeasureError, Setting, command, git, run_to_end};
use crate::model::{Against, Note, PullRequest, SuiteWork};
use cache::{Cache, Held};
use std::env::consts::EXE_SUFFIX;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Name of the version that is compared with.
pub const BASE: &str = "base";
/// Name of the version under test.
pub const HEAD: &str = "head";
/// The file that lists what is no part of a repository's own tree.
const SUBMODULES: &str = ".gitmodules";

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
    against: Against,
    /// Of head's checkout.
    top: PathBuf,
    is_same_tree: bool,
    _held: Option<Held>,
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

/// Finds base and checks it out. `setting.directory` is where the configuration stands; its log is git's, and so is its time, but
/// for what reads or writes whole checkouts.
pub fn check_out(setting: &Setting<'_>, request: &Request<'_>) -> Result<Versions, VersionError> {
    let found = if request.against.is_commit() { of_commit(setting, request) } else { Ok(of_server(setting, request.against)) };
    if setting.interrupted.load(Ordering::Relaxed) { Err(VersionError::Interrupted) } else { found }
}

fn of_commit(setting: &Setting<'_>, request: &Request<'_>) -> Result<Versions, VersionError> {
    let no_base = |error: git::GitError| VersionError::NoBase(format!("there is no base to measure against: {error}"));
    let place = git::place(setting).map_err(no_base)?;
    let found = match request.against {
        Against::Revision(name) => git::base_of_name(setting, name),
        _ => git::base_of_change(setting, request.pull_request, request.is_ci),
    };
    let found = found.map_err(no_base)?;
    let top = Setting { directory: &place.top, ..*setting };
    let cache = Cache::open(request.cache, &place.top, setting)?;
    let held = cache.version(&top, &found.commit)?;
    let short = git::short(&found.commit);
    // Joined with nothing a path would end in a separator.
    let directory = if place.below == Path::new("") { held.tree.clone() } else { held.tree.join(&place.below) };
    if !directory.is_dir() {
        let below = place.below.display();
        return Err(VersionError::NotThere(format!("base {short} has no directory {below}, where the configuration stands in head")));
    }
    let environment = side::environment(request.shared, &place.top, &held.tree, &held.beside);
    let (is_dirty, is_same_tree) = cache.scratch(|scratch| state(&top, scratch, &found.commit));
    let last = git::commit(setting);
    let head = last.as_deref().map_or("the working tree".to_string(), |commit| format!("the working tree at {}", git::short(commit)));
    let changes = if is_dirty { "with changes that are not committed" } else { "as it was committed" };
    Ok(Versions {
        how: format!("base is {short}, {}; head is {head}, {changes}", found.how),
        notes: submodules(&held.tree),
        base: Version { name: BASE, commit: Some(found.commit), directory, environment },
        head: Version { name: HEAD, commit: last, directory: setting.directory.to_path_buf(), environment: Vec::new() },
        is_dirty,
        against: request.against.clone(),
        top: place.top,
        is_same_tree,
        _held: Some(held),
    })
}

/// A base that is a server: nothing is checked out, and its commands run where those of head do.
fn of_server(setting: &Setting<'_>, against: &Against) -> Versions {
    let version = |name, commit| Version { name, commit, directory: setting.directory.to_path_buf(), environment: Vec::new() };
    Versions {
        base: version(BASE, None),
        head: version(HEAD, git::commit(setting)),
        how: format!("base is the server of {against}"),
        is_dirty: false,
        notes: Vec::new(),
        against: against.clone(),
        top: setting.directory.to_path_buf(),
        is_same_tree: false,
        _held: None,
    }
}

/// Whether the working tree differs from its last commit, and whether it is the same as base. Where git cannot tell, it differs.
fn state(top: &Setting<'_>, scratch: &Path, base: &str) -> (bool, bool) {
    let Ok(here) = git::tree_of_work(top, scratch) else { return (true, false) };
    let is = |commit: &str| git::tree(top, commit).is_ok_and(|tree| tree == here);
    // What lies in a submodule is no part of the tree.
    (!is("HEAD"), is(base) && !top.directory.join(SUBMODULES).exists())
}

fn submodules(tree: &Path) -> Vec<Note> {
    let text = "the submodules of base are not checked out; where they are needed, let `build` fetch them \
                (`git submodule update --init`)";
    if tree.join(SUBMODULES).exists() { vec![Note::text(text)] } else { Vec::new() }
}

impl Versions {
    /// The suite as it is measured in one of the versions: its commands run there, and a base that is a server takes the place of
    /// head's. A suite that would measure head's files in both is refused.
    pub fn work(&self, version: &Version, work: &SuiteWork) -> Result<SuiteWork, VersionError> {
        side::work_of(version, &self.top, &self.against, work)
    }

    /// Whether nothing has to be measured, because both versions are the same for this suite. That of the whole tree is known at
    /// once; artefacts are compared, so both versions have to be built by then.
    pub fn identical(&self, work: &SuiteWork) -> Result<Option<Identical>, VersionError> {
        if self.is_same_tree {
            return Ok(Some(Identical::Tree));
        }
        if work.artefacts.is_empty() || !self.against.is_commit() {
            return Ok(None);
        }
        let are_equal = artefacts::are_equal(&self.base, &self.head, &work.artefacts)?;
        Ok(are_equal.then_some(Identical::Artefacts))
    }
}

/// Builds a suite in one of the versions. The setting's log and time hold; its directory and variables are the version's.
pub fn build(version: &Version, work: &SuiteWork, setting: &Setting<'_>) -> Result<(), VersionError> {
    let setting = Setting { directory: &version.directory, environment: &version.environment, ..*setting };
    let called = version.called();
    if let Some(command) = &work.build {
        run_to_end(command, &setting).map_err(|error| match error {
            MeasureError::Interrupted => VersionError::Interrupted,
            error => VersionError::DoesNotBuild(format!("{called} does not build: {error}")),
        })?;
    }
    let program = command::program(work, &version.directory);
    let is_there = |path: &PathBuf| path.exists() || PathBuf::from(format!("{}{EXE_SUFFIX}", path.display())).exists();
    match program.filter(|program| !is_there(program)) {
        Some(missing) => Err(VersionError::NotThere(format!("{called} has no {} to run, once it is built", missing.display()))),
        None => Ok(()),
    }
}

impl Version {
    /// As a sentence calls it.
    fn called(&self) -> String {
        self.commit
            .as_deref()
            .filter(|_| self.name == BASE)
            .map_or(self.name.to_string(), |commit| format!("the base {}", git::short(commit)))
    }
}

impl fmt::Display for Identical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Identical::Tree => "every file is the same in both versions",
            Identical::Artefacts => "what is built is the same in both versions, byte for byte",
        })
    }
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
