//! The door to baseline files: the only place that opens, lists or writes them.

#![allow(clippy::disallowed_methods, reason = "the one door to baseline files")]

use super::error::BaselineError;
use super::layout::{BASELINE_SCHEMA, StoredBaseline};
use crate::limits::{DOCUMENT_BYTES_MAX, ENVIRONMENTS_MAX};
use serde::Deserialize;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

const WAY_OUT: &str = "restore it or delete it, then record it anew with `neverslower accept`; never merge it by hand";
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
    let mut text = String::new();
    let read = file.take(DOCUMENT_BYTES_MAX + 1).read_to_string(&mut text).map_err(failed)?;
    if read as u64 > DOCUMENT_BYTES_MAX {
        let expected = format!("at most {DOCUMENT_BYTES_MAX} bytes");
        return Err(BaselineError::new(shown, expected, "more", "keep fewer accepted runs"));
    }
    Ok(Some(text))
}

/// What a baseline's text says. Conflict markers, another schema and unknown fields are refused with their place.
pub fn parse(path: &Path, text: &str) -> Result<StoredBaseline, BaselineError> {
    let shown = path.display().to_string();
    let stored: StoredBaseline = serde_json::from_str(text).map_err(|error| explain(&shown, text, &error))?;
    if stored.runs.is_empty() {
        return Err(BaselineError::new(shown, "at least one accepted run", "none", WAY_OUT));
    }
    Ok(stored)
}

/// The same of the file at this place in the store. One that was copied there from another suite or environment is refused:
/// it would judge a stranger.
pub fn parse_own(path: &Path, text: &str, environment_key: &str, suite: &str) -> Result<StoredBaseline, BaselineError> {
    let stored = parse(path, text)?;
    let strange = stored.runs.iter().map(|run| run.environment.key.as_str()).find(|key| *key != environment_key);
    let (what, expected, found) = match strange {
        _ if stored.suite != suite => ("suite", suite, stored.suite.as_str()),
        Some(key) => ("environment", environment_key, key),
        None => return Ok(stored),
    };
    let (line, column) = place_of(text, &serde_json::Value::from(found).to_string());
    let error =
        BaselineError::new(path.display().to_string(), format!("a baseline of {what} {expected:?}"), &format!("{found:?}"), WAY_OUT);
    Err(error.at(line, column))
}

fn explain(shown: &str, text: &str, error: &serde_json::Error) -> BaselineError {
    for (index, line) in text.lines().enumerate() {
        if CONFLICT_MARKERS.iter().any(|marker| line.starts_with(marker)) {
            return BaselineError::new(shown, "a baseline", &format!("the conflict marker {line:?}"), WAY_OUT).at(index + 1, 1);
        }
    }
    #[derive(Deserialize)]
    struct Probe {
        schema: String,
    }
    if let Ok(probe) = serde_json::from_str::<Probe>(text)
        && probe.schema != BASELINE_SCHEMA
    {
        let (line, column) = place_of(text, "\"schema\"");
        let way_out = "use the version of neverslower that wrote it, or re-record it with `neverslower accept`";
        return BaselineError::new(shown, format!("schema {BASELINE_SCHEMA:?}"), &format!("{:?}", probe.schema), way_out).at(line, column);
    }
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    BaselineError::new(shown, format!("a baseline of {BASELINE_SCHEMA}"), message, WAY_OUT).at(error.line(), error.column())
}

fn place_of(text: &str, needle: &str) -> (usize, usize) {
    let found = text.lines().enumerate().find_map(|(index, line)| Some((index + 1, line.find(needle)? + 1)));
    found.unwrap_or((1, 1))
}

/// Keys of the environments that hold a baseline of the suite, sorted; at most `ENVIRONMENTS_MAX`.
pub fn environments(store: &Path, suite: &str) -> Result<Vec<String>, BaselineError> {
    let failed = |error: std::io::Error| {
        BaselineError::new(store.display().to_string(), "a readable directory of baselines", &error.to_string(), "check its permissions")
    };
    let entries = match fs::read_dir(store) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut keys = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if let Ok(key) = entry.file_name().into_string()
            && path(store, &key, suite).is_ok_and(|path| path.is_file())
        {
            keys.push(key);
        }
    }
    keys.sort();
    keys.truncate(ENVIRONMENTS_MAX);
    Ok(keys)
}

/// Writes a file as a whole or not at all: a temporary file in the same directory, then a rename.
pub fn write(path: &Path, text: &str) -> Result<(), BaselineError> {
    let failed = |error: std::io::Error| {
        BaselineError::new(
            path.display().to_string(),
            "to write the baseline",
            &error.to_string(),
            "check the directory's permissions and space",
        )
    };
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(failed(std::io::Error::from(ErrorKind::InvalidInput)));
    };
    fs::create_dir_all(directory).map_err(failed)?;
    let temporary = directory.join(format!(".{}.{}.new", name.to_string_lossy(), std::process::id()));
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
    })
}
