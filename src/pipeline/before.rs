//! What a run is compared with: committed baselines (in a pull request as they stand at its merge base), earlier builds, or
//! what the user named.

use super::{Surroundings, outputs::Tap, read};
use crate::baseline::{self, Store, StoredBaseline, builds::Build};
use crate::config::{BaselineChoice, Keep, Plan};
use crate::limits::{COMMITTED_BYTES_MAX, COMMITTED_NOTE_BYTES_MAX};
use crate::measure::Setting;
use crate::measure::git::{self, GitError, Wanted};
use crate::model::{BaselineFacts, BaselineKind, Before, Edited, Environment, Note, Run, Sample, SeriesKey, Value};
use crate::record::{self, Recorder, Sink};
use crate::source::{Input, relative};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// Longest time that git may take for one answer.
pub const GIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the baselines of one call come from.
pub struct Baselines<'a> {
    plan: &'a Plan,
    /// Suites of this call.
    suites: Vec<String>,
    committed: Committed,
}

/// Where committed baselines are read.
enum Committed {
    /// In the working tree; beside it what the last commit holds, where git knows it.
    WorkingTree { head: Option<Store>, unguarded: Option<String> },
    /// At the merge base of the pull request.
    MergeBase(Store),
    /// In the working tree of a pull request whose merge base cannot be read, and why.
    Unguarded(String),
}

/// What of a baseline was read before the run that it is for.
#[derive(Default)]
pub enum Early {
    #[default]
    Nothing,
    Committed(Box<baseline::Ahead>),
    Named(Result<Named, String>),
}

/// What a run is compared with, and what is odd about it.
pub struct Found {
    pub before: Before,
    pub notes: Vec<Note>,
}

impl From<Before> for Found {
    fn from(before: Before) -> Found {
        Found { before, notes: Vec::new() }
    }
}

impl<'a> Baselines<'a> {
    /// Git is never asked: for `accept`, which changes the working tree.
    pub fn at_hand(plan: &'a Plan) -> Baselines<'a> {
        Baselines { plan, suites: Vec::new(), committed: Committed::WorkingTree { head: None, unguarded: None } }
    }

    /// Git is asked for the committed baselines of these suites.
    pub fn of_change(plan: &'a Plan, suites: &[&str], around: Surroundings<'_>) -> Baselines<'a> {
        let is_committed = matches!(plan.baseline, BaselineChoice::Auto | BaselineChoice::Committed);
        if !is_committed || plan.keep == Keep::OnlyAsked {
            return Baselines::at_hand(plan);
        }
        let committed = committed(plan, suites, around);
        Baselines { plan, suites: suites.iter().map(|suite| suite.to_string()).collect(), committed }
    }

    /// Whether a committed baseline of this environment holds the suite; one that cannot be read does, because it has to be told.
    pub fn compares(&self, suite: &str, environment: &Environment) -> bool {
        let found = baseline::find(&self.store(), environment, suite);
        found.map_or(true, |before| before.facts.kind == BaselineKind::Committed)
    }

    /// What can be read of a suite's baseline without its run, so that large ones are read at once with it.
    pub fn early(&self, suite: &str) -> Early {
        match &self.plan.baseline {
            BaselineChoice::Auto | BaselineChoice::Committed => {
                baseline::ahead(&self.store(), suite).map_or(Early::Nothing, |ahead| Early::Committed(Box::new(ahead)))
            }
            BaselineChoice::Path(path) if !path.is_dir() => Early::Named(Named::read(path, suite)),
            BaselineChoice::Previous | BaselineChoice::Build(_) | BaselineChoice::Against(_) | BaselineChoice::Path(_) => Early::Nothing,
        }
    }

    /// What the run is compared with. The error is a sentence: a baseline that cannot be read judges nothing.
    pub fn of(&self, run: &Run, early: Early) -> Result<Found, String> {
        if !run.pairs.is_empty() {
            return of_pairs(run).map(Found::from);
        }
        match &self.plan.baseline {
            BaselineChoice::Auto | BaselineChoice::Committed => self.committed(run, early).map_err(|error| error.to_string()),
            BaselineChoice::Previous => self.previous(run),
            BaselineChoice::Build(number) => self.build(*number, run).map(Found::from),
            BaselineChoice::Against(against) => {
                Err(format!("one run alone was measured, but `against:{against}` asks for two versions measured in pairs"))
            }
            BaselineChoice::Path(path) if path.is_dir() => directory(path, run).map(Found::from),
            BaselineChoice::Path(path) => {
                let named = if let Early::Named(named) = early { named } else { Named::read(path, &run.suite) };
                named.map(|named| Found::from(named.before(path, run)))
            }
        }
    }

    /// Where committed baselines are read.
    fn store(&self) -> Cow<'_, Store> {
        match &self.committed {
            Committed::MergeBase(store) => Cow::Borrowed(store),
            _ => Cow::Owned(Store::Directory(self.plan.baselines.clone())),
        }
    }

    fn committed(&self, run: &Run, early: Early) -> Result<Found, baseline::BaselineError> {
        let here = Store::Directory(self.plan.baselines.clone());
        let ahead = if let Early::Committed(ahead) = early { Some(*ahead) } else { None };
        let mut found = Found::from(baseline::find_ahead(ahead, &self.store(), &run.environment, &run.suite)?);
        if found.before.facts.kind == BaselineKind::None {
            found.notes.extend(self.renamed(run));
        }
        let facts = &mut found.before.facts;
        match &self.committed {
            Committed::WorkingTree { head, unguarded } => {
                if let Some(head) = head
                    && baseline::differs(head, &here, &run.suite)?
                {
                    found.notes.push(Note::text("its baseline is not committed as it stands here: it differs from the last commit"));
                }
                found.notes.extend(unguarded.iter().map(Note::text));
            }
            Committed::MergeBase(store) => {
                facts.edited = if baseline::differs(store, &here, &run.suite)? { Edited::Yes } else { Edited::No };
            }
            // A project that never accepted anything has no bar to raise; a removed one is at least spoken of.
            Committed::Unguarded(why) if !self.plan.baselines.exists() => {
                found.notes.push(Note::text(format!("whether this change removes its baseline cannot be seen: {why}")));
            }
            Committed::Unguarded(why) => (facts.edited, facts.why_unknown) = (Edited::Unknown, Some(why.clone())),
        }
        Ok(found)
    }

    /// A suite of which nothing was accepted, beside baselines that belong to no suite: who renames it removes its bar.
    fn renamed(&self, run: &Run) -> Option<Note> {
        let is_known = |name: &String| self.suites.contains(name) || self.plan.check.iter().any(|suite| suite.name == *name);
        let idle: Vec<String> =
            baseline::suites(&self.plan.baselines, &run.environment.key).into_iter().filter(|one| !is_known(one)).collect();
        let text = format!(
            "nothing was accepted of {:?}, and no suite here is called {}: was it renamed? its old baseline judges nothing",
            run.suite,
            idle.join(", ")
        );
        (!idle.is_empty() && !self.suites.is_empty()).then(|| Note::text(text))
    }

    /// The builds, newest first.
    fn builds(&self) -> Result<Vec<Build>, String> {
        baseline::builds::list(&self.plan.builds).map_err(|error| error.to_string())
    }

    /// The newest earlier build that passed and holds the suite, of this environment; without one, those of others.
    fn previous(&self, run: &Run) -> Result<Found, String> {
        let builds = self.builds()?;
        let own = self.plan.build_number;
        let mut elsewhere: Vec<Run> = Vec::new();
        for build in builds.iter().filter(|build| build.facts.passed() && own.is_none_or(|own| build.facts.number < own)) {
            let Some(earlier) = build.run(&run.suite).map_err(|error| error.to_string())? else { continue };
            if earlier.environment.key == run.environment.key {
                return Ok(Found { before: of_build(build, earlier, run), notes: self.unnumbered() });
            }
            if elsewhere.iter().all(|known| known.environment.key != earlier.environment.key) {
                elsewhere.push(earlier);
            }
        }
        let place = self.plan.builds.display();
        let mut notes = self.unnumbered();
        if elsewhere.is_empty() {
            let holds = builds_shown(&builds);
            if self.plan.require_baseline {
                return Err(format!(
                    "{place}: a baseline is required: expected an earlier build that passed and holds {:?}, found {holds}; let one pass \
                     first, or restore the directory from the CI's cache or artifacts",
                    run.suite
                ));
            }
            if !builds.is_empty() {
                let what = "no earlier build passed and holds this suite, so nothing was compared";
                notes.push(Note { path: Some(place.to_string()), line: None, text: format!("{what}; found {holds}") });
            }
        }
        Ok(Found { before: baseline::from_runs(place.to_string(), elsewhere, &run.environment), notes })
    }

    /// The build of that number; whoever names one does not mean a first use.
    fn build(&self, number: u64, run: &Run) -> Result<Before, String> {
        let builds = self.builds()?;
        let others: Vec<Build> = builds.iter().filter(|build| build.facts.number != number).cloned().collect();
        let refused = |expected: &str, found: &str| {
            let place = self.plan.builds.display();
            let holds = builds_shown(&others);
            Err(format!("{place}: expected build {number}{expected}, found {found}; name another one with `--baseline build:N`: {holds}"))
        };
        if self.plan.build_number == Some(number) {
            return refused(" to be an earlier one", "that it is this build itself");
        }
        let Some(build) = builds.iter().find(|build| build.facts.number == number) else {
            return refused("", "no such build");
        };
        if build.facts.aborted {
            return refused(" to be whole", "that it was interrupted");
        }
        match build.run(&run.suite).map_err(|error| error.to_string())? {
            Some(earlier) => Ok(of_build(build, earlier, run)),
            None => refused(&format!(" to hold {:?}", run.suite), "other suites only"),
        }
    }

    /// A run without a number is compared, and then kept for nobody.
    fn unnumbered(&self) -> Vec<Note> {
        let text = "this build has no number, so no later build is compared with it; give it one with `--build-number N`";
        if self.plan.build_number.is_none() { vec![Note::text(text)] } else { Vec::new() }
    }
}

/// The other side of the run's own pairs, as far as pairs tell it.
fn of_pairs(run: &Run) -> Result<Before, String> {
    let mut recorder = Recorder::new(record::Keep::Exact);
    let mut told = BTreeSet::new();
    for (key, pairs) in &run.pairs {
        let valid = || pairs.iter().filter(|pair| pair.value.log_ratio().is_some());
        let is_first = valid().next().is_some() && told.insert(&key.series);
        let Some(series) = run.series.get(&key.series).filter(|_| is_first) else { continue };
        let SeriesKey { label, metric } = &key.series;
        for value in valid().map(|pair| pair.value.base) {
            let value = Value { label, metric, unit: &series.unit, better: series.better, value, failed: false };
            recorder.sample(&Sample::Value(&value)).map_err(|rejected| rejected.0)?;
        }
    }
    let base = Run { environment: run.environment.clone(), ..recorder.finish(&run.suite) };
    let facts = BaselineFacts { kind: BaselineKind::Interleaved, runs: 1, ..BaselineFacts::default() };
    Ok(Before { facts, runs: vec![base], elsewhere: Vec::new(), pinned: None })
}

/// The earlier run as the baseline; a run of another environment is good for deterministic metrics only.
fn of_build(build: &Build, earlier: Run, run: &Run) -> Before {
    let before = baseline::from_runs(build.path().display().to_string(), vec![earlier], &run.environment);
    let kind = if before.runs.is_empty() { before.facts.kind } else { BaselineKind::Build(build.facts.number) };
    Before { facts: BaselineFacts { kind, ..before.facts }, ..before }
}

/// `41 (pass), 40 (fail) and 38 more`.
fn builds_shown(builds: &[Build]) -> String {
    const SHOWN: usize = 8;
    let word = |build: &Build| if build.facts.aborted { "interrupted" } else { build.facts.verdict.as_str() };
    let shown: Vec<String> = builds.iter().take(SHOWN).map(|build| format!("{} ({})", build.facts.number, word(build))).collect();
    match builds.len().saturating_sub(SHOWN) {
        0 if shown.is_empty() => "none".to_string(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Asks git where committed baselines are to be read.
fn committed(plan: &Plan, suites: &[&str], around: Surroundings<'_>) -> Committed {
    let here = Committed::WorkingTree { head: None, unguarded: None };
    let log = plan.results.join("logs").join("git.log");
    let setting =
        Setting { directory: &plan.root, log: &log, timeout: GIT_TIMEOUT, interrupted: around.interrupt.flag(), environment: &[] };
    let Some(folder) = relative(&plan.root, &plan.baselines) else { return here };
    let names: Vec<String> = suites.iter().map(|suite| format!("{suite}.json")).collect();
    let read = |commit: &str, bytes_max: u64| {
        let files = git::files(&setting, commit, &Wanted { folder: &folder, names: &names, bytes_max })?;
        Ok(Store::Commit { shown: format!("{}:{}", git::short(commit), folder.display()).into(), files })
    };
    let Some(request) = &plan.pull_request else {
        let head = if plan.baselines.is_dir() { read("HEAD", COMMITTED_NOTE_BYTES_MAX).ok() } else { None };
        return Committed::WorkingTree { head, unguarded: None };
    };
    match git::merge_base(&setting, request).and_then(|commit| read(&commit, COMMITTED_BYTES_MAX)) {
        Ok(store) => Committed::MergeBase(store),
        Err(GitError::Outside) => here,
        Err(GitError::Nowhere(why)) => {
            let text = format!("this is a pull request, and whether it edits its own baseline cannot be seen: {why}");
            Committed::WorkingTree { head: None, unguarded: Some(text) }
        }
        Err(GitError::Refused(why) | GitError::Unanswered(why)) => Committed::Unguarded(why),
    }
}

/// A directory of baselines that the user named.
fn directory(path: &Path, run: &Run) -> Result<Before, String> {
    let store = Store::Directory(path.to_path_buf());
    let before = baseline::find(&store, &run.environment, &run.suite).map_err(|error| error.to_string())?;
    if before.facts.kind == BaselineKind::None {
        // Whoever names a directory does not mean a first use.
        return Err(format!(
            "{}: expected a baseline of {:?} below this directory, found none; correct the path, or use `baseline = \"auto\"`",
            path.display(),
            run.suite
        ));
    }
    Ok(before)
}

/// A file that the user named: a baseline, or any result file.
pub enum Named {
    Baseline(StoredBaseline),
    Run(Box<Run>),
}

impl Named {
    /// What is neither, is said of both.
    fn read(path: &Path, suite: &str) -> Result<Named, String> {
        let refused = match baseline::load_file(path) {
            Ok(stored) => return Ok(Named::Baseline(stored)),
            Err(error) if !path.exists() => return Err(error.to_string()),
            Err(error) => error,
        };
        let earlier = read(suite, &[Input::File(path.to_path_buf())], None, &mut Tap::default())
            .map_err(|error| format!("{refused}; nor is it a result file: {error}"))?;
        if earlier.partial {
            return Err(format!(
                "{}: expected whole results to compare with, found a cut or interrupted run; name another",
                path.display()
            ));
        }
        Ok(Named::Run(Box::new(earlier)))
    }

    fn before(self, path: &Path, run: &Run) -> Before {
        let mut earlier = match self {
            Named::Baseline(stored) => return baseline::of_file(path, stored, &run.environment),
            Named::Run(earlier) => *earlier,
        };
        if earlier.environment.key.is_empty() {
            // Nobody said where the file was measured; naming it as the baseline says that it compares.
            earlier.environment = run.environment.clone();
        }
        baseline::from_runs(path.display().to_string(), vec![earlier], &run.environment)
    }
}
