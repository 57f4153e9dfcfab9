//! The builds directory: one folder for each build number, with its verdict, its runs, and documents that others keep there.
//! A folder appears whole or not at all, so that an interrupted write is never taken for a build. What is not plainly ours
//! (a number for a name, and our `build.json` in it) is neither read nor removed.

#![allow(clippy::disallowed_methods, reason = "the door to the builds directory")]

use super::error::BaselineError;
use super::file;
use crate::limits::BUILD_ENTRIES_MAX;
use crate::model::{Run, STORED_RUN_SCHEMA, StoredRun, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Name and version of `build.json`.
pub const BUILD_SCHEMA: &str = "neverslower.build.v1";
const BUILD_FILE: &str = "build.json";
const VERDICT_FILE: &str = "verdict.txt";
const RUN_EXTENSION: &str = ".run.json";
const WAY_OUT: &str = "delete the folder of that build, or name another one with `--baseline build:N`";

/// What is told of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFacts {
    pub number: u64,
    pub verdict: Verdict,
    /// Start, ns since the epoch.
    pub started_ns: Option<u64>,
    pub commit: Option<String>,
    /// Interrupted: its runs are not whole.
    pub aborted: bool,
}

impl BuildFacts {
    /// Whether later builds may be compared with it.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Pass && !self.aborted
    }
}

/// A build of the builds directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    pub facts: BuildFacts,
    folder: PathBuf,
}

/// A build to be kept.
#[derive(Debug)]
pub struct NewBuild<'a> {
    pub facts: BuildFacts,
    /// The line of `verdict.txt`.
    pub verdict_line: &'a str,
    pub runs: &'a [&'a Run],
    /// Further documents: plain file names and their texts.
    pub documents: &'a [(&'a str, String)],
}

#[derive(Serialize, Deserialize)]
struct StoredBuild {
    schema: String,
    number: u64,
    verdict: String,
    #[serde(default)]
    aborted: bool,
    #[serde(default)]
    started: Option<String>,
    #[serde(default)]
    commit: Option<String>,
}

/// Whether there is a builds directory.
pub fn exists(directory: &Path) -> bool {
    directory.is_dir()
}

/// The builds of a directory, newest first; none where there is no such directory. A build whose `build.json` cannot be
/// understood is an error: it might be the one to compare with.
pub fn list(directory: &Path) -> Result<Vec<Build>, BaselineError> {
    let mut builds = Vec::new();
    for number in numbers(directory)? {
        let folder = directory.join(number.to_string());
        let path = folder.join(BUILD_FILE);
        if let Some(text) = read(&path)? {
            builds.push(Build { facts: parse(&path, &text, number)?, folder });
        }
    }
    builds.sort_by_key(|build| std::cmp::Reverse(build.facts.number));
    Ok(builds)
}

impl Build {
    /// Its folder, as shown to people.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The run of a suite; `None` where the build holds none of it.
    pub fn run(&self, suite: &str) -> Result<Option<Run>, BaselineError> {
        let path = self.folder.join("runs").join(format!("{suite}{RUN_EXTENSION}"));
        let Some(text) = read(&path)? else { return Ok(None) };
        let refused = |found: &str| {
            BaselineError::new(path.display().to_string(), format!("a stored run ({STORED_RUN_SCHEMA}) of {suite:?}"), found, WAY_OUT)
        };
        let stored: StoredRun =
            serde_json::from_str(&text).map_err(|error| refused(&error.to_string()).at(error.line(), error.column()))?;
        let run = stored.into_run().map_err(|error| refused(&error.0))?;
        match () {
            () if run.suite != suite => Err(refused(&format!("one of {:?}", run.suite))),
            () if run.partial => Err(refused("a run that is cut")),
            () if run.is_empty() => Err(refused("a run that measured nothing")),
            () => Ok(Some(run)),
        }
    }

    /// Names of the suites that it holds runs of.
    pub fn suites(&self) -> Result<BTreeSet<String>, BaselineError> {
        let folder = self.folder.join("runs");
        let names = entries(&folder)?;
        Ok(names.into_iter().filter_map(|name| name.strip_suffix(RUN_EXTENSION).map(str::to_string)).collect())
    }

    /// A document that was kept with the build; `None` where there is none of that name.
    pub fn document(&self, name: &str) -> Result<Option<String>, BaselineError> {
        read(&self.folder.join(name))
    }
}

/// Keeps a build, in place of one of the same number, and removes builds beyond the `keep` newest. Of every suite the newest
/// passing build is kept however old it is: without it the next build would be compared with nothing.
pub fn store(directory: &Path, build: &NewBuild<'_>, keep: usize) -> Result<(), BaselineError> {
    let number = build.facts.number;
    let place = directory.join(number.to_string());
    let failed = |error: io::Error| {
        BaselineError::new(place.display().to_string(), "to keep this build", &error.to_string(), "check permissions and space")
    };
    if place.exists() && !place.join(BUILD_FILE).is_file() {
        return Err(failed(io::Error::other("a folder of somebody else")));
    }
    let temporary = directory.join(format!(".{number}.{}.new", std::process::id()));
    let written = fill(&temporary, build).and_then(|()| swap(&temporary, &place));
    if let Err(error) = written {
        // Half-written it is of no use; that it cannot be removed either changes nothing.
        let _ = fs::remove_dir_all(&temporary);
        return Err(failed(error));
    }
    prune(directory, number, keep)
}

/// Writes the whole folder beside its place.
fn fill(folder: &Path, build: &NewBuild<'_>) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("runs"))?;
    let BuildFacts { number, verdict, started_ns, commit, aborted } = &build.facts;
    let started = started_ns.and_then(|ns| jiff::Timestamp::from_nanosecond(i128::from(ns)).ok()).map(|time| time.to_string());
    let stored = StoredBuild {
        schema: BUILD_SCHEMA.to_string(),
        number: *number,
        verdict: verdict.as_str().to_string(),
        aborted: *aborted,
        started,
        commit: commit.clone(),
    };
    write(&folder.join(BUILD_FILE), &(serde_json::to_string_pretty(&stored)? + "\n"))?;
    write(&folder.join(VERDICT_FILE), &format!("{}\n", build.verdict_line))?;
    for run in build.runs {
        let text = serde_json::to_string(&StoredRun::from_run(run))?;
        write(&folder.join("runs").join(format!("{}{RUN_EXTENSION}", run.suite)), &text)?;
    }
    build.documents.iter().try_for_each(|(name, text)| write(&folder.join(name), text))
}

/// Synchronised to the disk: a later build is judged by it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Lets the folder appear in its place. A folder cannot be replaced in one step: an earlier one is put aside first.
fn swap(temporary: &Path, place: &Path) -> io::Result<()> {
    if !place.exists() {
        return fs::rename(temporary, place);
    }
    let aside = temporary.with_extension("old");
    fs::rename(place, &aside)?;
    fs::rename(temporary, place).or_else(|error| fs::rename(&aside, place).and(Err(error)))?;
    fs::remove_dir_all(&aside)
}

fn prune(directory: &Path, own: u64, keep: usize) -> Result<(), BaselineError> {
    let builds = list(directory)?;
    let mut covered = BTreeSet::new();
    let mut oldest_kept = own;
    for (index, build) in builds.iter().enumerate() {
        let suites = if build.facts.passed() { build.suites()? } else { BTreeSet::new() };
        let is_needed = !suites.is_subset(&covered);
        covered.extend(suites);
        if index < keep || is_needed || build.facts.number == own {
            oldest_kept = oldest_kept.min(build.facts.number);
        } else {
            remove(&build.folder)?;
        }
    }
    // What a killed write left behind, once its number is history; a younger one may still be written.
    for name in entries(directory)? {
        let is_left = |name: &str| {
            let (number, rest) = name.strip_prefix('.')?.split_once('.')?;
            (rest.ends_with(".new") || rest.ends_with(".old")).then(|| number.parse::<u64>().ok())?
        };
        if is_left(&name).is_some_and(|number| number < oldest_kept) {
            remove(&directory.join(name))?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<(), BaselineError> {
    fs::remove_dir_all(folder).or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }).map_err(|error| {
        BaselineError::new(folder.display().to_string(), "to remove an old build", &error.to_string(), "check its permissions")
    })
}

fn parse(path: &Path, text: &str, number: u64) -> Result<BuildFacts, BaselineError> {
    let shown = path.display().to_string();
    let stored: StoredBuild = serde_json::from_str(text).map_err(|error| {
        BaselineError::new(&shown, "what is known of a build", &error.to_string(), WAY_OUT).at(error.line(), error.column())
    })?;
    let refused = |expected: String, found: &str| Err(BaselineError::new(&shown, expected, &format!("{found:?}"), WAY_OUT));
    if stored.schema != BUILD_SCHEMA {
        return refused(format!("schema {BUILD_SCHEMA:?}"), &stored.schema);
    }
    if stored.number != number {
        return refused(format!("number {number}"), &stored.number.to_string());
    }
    let words = [Verdict::Pass, Verdict::Unstable, Verdict::NoVerdict, Verdict::Fail];
    let Some(verdict) = words.into_iter().find(|verdict| verdict.as_str() == stored.verdict) else {
        return refused("a verdict".to_string(), &stored.verdict);
    };
    let time = stored.started.as_deref().map(str::parse::<jiff::Timestamp>).transpose();
    let Ok(started) = time else { return refused("an RFC 3339 time".to_string(), stored.started.as_deref().unwrap_or_default()) };
    Ok(BuildFacts {
        number,
        verdict,
        started_ns: started.and_then(|time| u64::try_from(time.as_nanosecond()).ok()),
        commit: stored.commit,
        aborted: stored.aborted,
    })
}

/// Numbers that folders of the directory are called by, each as we write it.
fn numbers(directory: &Path) -> Result<Vec<u64>, BaselineError> {
    let names = entries(directory)?.into_iter();
    Ok(names.filter_map(|name| name.parse().ok().filter(|number: &u64| number.to_string() == name)).collect())
}

/// Names in a directory; none where it is missing.
fn entries(directory: &Path) -> Result<Vec<String>, BaselineError> {
    let failed = |found: &str| {
        BaselineError::new(directory.display().to_string(), "a directory of builds that can be listed", found, "check it, or name another")
    };
    let listed = match fs::read_dir(directory) {
        Ok(listed) => listed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&error.to_string())),
    };
    let mut names = Vec::new();
    for entry in listed {
        if names.len() >= BUILD_ENTRIES_MAX {
            return Err(failed(&format!("more than {BUILD_ENTRIES_MAX} entries")));
        }
        names.extend(entry.map_err(|error| failed(&error.to_string()))?.file_name().into_string());
    }
    Ok(names)
}

/// The text of a file of ours; `None` where there is none.
fn read(path: &Path) -> Result<Option<String>, BaselineError> {
    file::read(path).map_err(|error| BaselineError { way_out: WAY_OUT.to_string(), ..error })
}

#[cfg(test)]
mod tests;
