//! The door to baseline files: the only place that opens, lists or writes them.

#![allow(clippy::disallowed_methods, reason = "the one door to baseline files")]

use super::error::BaselineError;
use super::first_layout::{FIRST_SCHEMA, FirstBaseline, Found};
use super::layout::{BASELINE_SCHEMA, StoredBaseline, not_empty};
use super::lines;
use crate::limits::{DOCUMENT_BYTES_MAX, ENVIRONMENTS_MAX};
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The way out of a file that cannot be trusted.
pub const WAY_OUT: &str = "take one side of it whole (`git checkout --ours` or `--theirs`) or restore it, then run \
                           `neverslower accept` again; never edit it by hand";
/// What git leaves at the start of a line that it could not merge.
const CONFLICT_MARKERS: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];

/// Path of a suite's baseline; its parts must be plain names.
pub fn path(store: &Path, environment_key: &str, suite: &str) -> Result<PathBuf, BaselineError> {
    for (what, name) in [("an environment name", environment_key), ("a suite name", suite)] {
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            let expected = format!("{what} that can be a file name");
            return Err(BaselineError::new(store.display().to_string(), expected, &format!("{name:?}"), "give it another name"));
        }
    }
    Ok(store.join(environment_key).join(format!("{suite}.json")))
}

/// Text of a file; `None` where there is no such file.
pub fn read(path: &Path) -> Result<Option<String>, BaselineError> {
    let shown = path.display().to_string();
    let failed = |error: std::io::Error| BaselineError::new(&shown, "a readable baseline", &error.to_string(), WAY_OUT);
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Room for the file as it stands, so that a large one is not copied again and again while it is read.
    let length = file.metadata().map_or(0, |metadata| metadata.len()).min(DOCUMENT_BYTES_MAX);
    let mut text = String::with_capacity(usize::try_from(length + 1).unwrap_or_default());
    let read = file.take(DOCUMENT_BYTES_MAX + 1).read_to_string(&mut text).map_err(failed)?;
    if read as u64 > DOCUMENT_BYTES_MAX {
        let expected = format!("at most {DOCUMENT_BYTES_MAX} bytes");
        return Err(BaselineError::new(shown, expected, "more", "keep fewer accepted runs"));
    }
    Ok(Some(text))
}

/// What a baseline's text says, in today's schema or the first one. Conflict markers, another schema, unknown fields and edits
/// by hand are refused with their place.
pub fn parse(path: &Path, text: &str) -> Result<StoredBaseline, BaselineError> {
    let shown = path.display().to_string();
    let parsed = match schema(text) {
        Some(name) if name == BASELINE_SCHEMA => lines::read(&shown, text),
        Some(name) if name == FIRST_SCHEMA => first(&shown, text),
        Some(name) => {
            let (line, column) = place_of(text, SCHEMA_MEMBER);
            let way_out = "use the version of neverslower that wrote it, or re-record it with `neverslower accept`";
            Err(BaselineError::new(&shown, format!("schema {BASELINE_SCHEMA:?}"), &format!("{name:?}"), way_out).at(line, column))
        }
        None => Err(BaselineError::new(&shown, "a baseline", "no schema", WAY_OUT).at(1, 1)),
    };
    parsed.map_err(|error| conflict(&shown, text).unwrap_or(error))
}

const SCHEMA_MEMBER: &str = "\"schema\": \"";

/// Name of the schema. Within a JSON string its quotes would be escaped, so the first such text is the member.
fn schema(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(SCHEMA_MEMBER)?;
    rest.split_once('"').map(|(name, _)| name)
}

fn first(shown: &str, text: &str) -> Result<StoredBaseline, BaselineError> {
    let stored: FirstBaseline = serde_json::from_str(text).map_err(|error| explain(shown, &error))?;
    match stored.into_stored() {
        Found::Baseline(stored) => not_empty(shown, stored),
        Found::Stranger(key) => {
            let (line, column) = place_of(text, &serde_json::Value::from(key.as_str()).to_string());
            let found = format!("also {key:?}");
            Err(BaselineError::new(shown, "runs of one environment", &found, WAY_OUT).at(line, column))
        }
    }
}

/// The same of the file at this place in the store. One that was copied there from another suite or environment is refused:
/// it would judge a stranger.
pub fn parse_own(path: &Path, text: &str, environment_key: &str, suite: &str) -> Result<StoredBaseline, BaselineError> {
    let stored = parse(path, text)?;
    let (what, expected, found) = match stored.environment.key.as_str() {
        _ if stored.suite != suite => ("suite", suite, stored.suite.as_str()),
        key if key != environment_key => ("environment", environment_key, key),
        _ => return Ok(stored),
    };
    let (line, column) = place_of(text, &serde_json::Value::from(found).to_string());
    let error =
        BaselineError::new(path.display().to_string(), format!("a baseline of {what} {expected:?}"), &format!("{found:?}"), WAY_OUT);
    Err(error.at(line, column))
}

/// The first conflict marker, where there is one.
fn conflict(shown: &str, text: &str) -> Option<BaselineError> {
    // Most texts hold none, which is seen without looking at each line.
    if !CONFLICT_MARKERS.iter().any(|marker| memchr::memmem::find(text.as_bytes(), marker.as_bytes()).is_some()) {
        return None;
    }
    let is_marker = |line: &str| CONFLICT_MARKERS.iter().any(|marker| line.starts_with(marker));
    let (index, line) = text.lines().enumerate().find(|(_, line)| is_marker(line))?;
    Some(BaselineError::new(shown, "a baseline", &format!("the conflict marker {line:?}"), WAY_OUT).at(index + 1, 1))
}

fn explain(shown: &str, error: &serde_json::Error) -> BaselineError {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    BaselineError::new(shown, format!("a baseline of {FIRST_SCHEMA}"), message, WAY_OUT).at(error.line(), error.column())
}

fn place_of(text: &str, needle: &str) -> (usize, usize) {
    let found = text.lines().enumerate().find_map(|(index, line)| Some((index + 1, line.find(needle)? + 1)));
    found.unwrap_or((1, 1))
}

/// Keys of the environments that hold a baseline of the suite, sorted; at most `ENVIRONMENTS_MAX`.
pub fn environments(store: &Path, suite: &str) -> Result<Vec<String>, BaselineError> {
    let mut keys = names(store)?;
    keys.retain(|key| path(store, key, suite).is_ok_and(|path| path.is_file()));
    keys.truncate(ENVIRONMENTS_MAX);
    Ok(keys)
}

/// Keys of all environments, sorted; at most `ENVIRONMENTS_MAX`.
pub fn folders(store: &Path) -> Result<Vec<String>, BaselineError> {
    let mut keys = names(store)?;
    keys.retain(|key| !key.starts_with('.') && store.join(key).is_dir());
    keys.truncate(ENVIRONMENTS_MAX);
    Ok(keys)
}

/// What lies in a store, sorted; nothing where there is none.
fn names(store: &Path) -> Result<Vec<String>, BaselineError> {
    let failed = |error: std::io::Error| {
        BaselineError::new(store.display().to_string(), "a readable directory of baselines", &error.to_string(), "check its permissions")
    };
    let entries = match fs::read_dir(store) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Suites that have a baseline in an environment, sorted; at most `ENVIRONMENTS_MAX`. None where the directory cannot be read:
/// whoever needs one of them is told so by `read`.
pub fn suites(store: &Path, environment_key: &str) -> Vec<String> {
    let entries = fs::read_dir(store.join(environment_key)).into_iter().flatten().flatten();
    let name = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".json").map(str::to_string);
    let mut suites: Vec<String> = entries.filter_map(name).filter(|suite| !suite.starts_with('.')).collect();
    suites.sort();
    suites.truncate(ENVIRONMENTS_MAX);
    suites
}

/// Changes a file as a whole or not at all, and tells whether it did. `change` gets the text as it is (`None` for a file that
/// is not there yet) and gives the one to write, or `None` to leave it alone. From reading to writing the directory is locked
/// against every other `accept`.
///
/// The new text goes to `.NAME.new` in the same directory and reaches the disk before it takes the old one's name; a power cut
/// or a kill at any moment leaves the old file or the new one. What a dead process left there is written over.
pub fn update(path: &Path, change: impl FnOnce(Option<String>) -> Result<Option<String>, BaselineError>) -> Result<bool, BaselineError> {
    let failed = |error: std::io::Error| {
        let way_out = "nothing was changed; check the directory's permissions and space";
        BaselineError::new(path.display().to_string(), "to write the baseline", &error.to_string(), way_out)
    };
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(failed(std::io::Error::from(ErrorKind::InvalidInput)));
    };
    fs::create_dir_all(directory).map_err(failed)?;
    let lock = locked(directory).map_err(failed)?;
    let Some(text) = change(read(path)?)? else { return Ok(false) };
    let temporary = directory.join(format!(".{}.new", name.to_string_lossy()));
    let write = || {
        let mut file = fs::File::create(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|error| {
        // The half-written file is of no use; that it could not be removed either changes nothing.
        let _ = fs::remove_file(&temporary);
        failed(error)
    })?;
    // The new name reaches the disk with its directory. Not every file system can be asked to; the file is whole either way.
    let _ = lock.sync_all();
    Ok(true)
}

/// An advisory lock on a directory, held until it is dropped. A file system that knows no locks is used without.
fn locked(directory: &Path) -> std::io::Result<fs::File> {
    #[cfg(unix)]
    let handle = fs::File::open(directory)?;
    // A directory cannot be opened here.
    #[cfg(not(unix))]
    let handle = fs::OpenOptions::new().create(true).truncate(false).write(true).open(directory.join(".lock.new"))?;
    match handle.lock() {
        Err(error) if error.kind() != ErrorKind::Unsupported => Err(error),
        _ => Ok(handle),
    }
}
