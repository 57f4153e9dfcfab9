//! Whether what two versions run is the same, byte for byte.

#![allow(clippy::disallowed_methods, reason = "one of the doors to files: what was built is compared")]

use super::{Version, VersionError};
use crate::limits;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Whether the globs match the same files with the same bytes in both directories. A glob that matches nothing is an error: what is
/// declared to be built is not there.
pub fn are_equal(base: &Version, head: &Version, globs: &[String]) -> Result<bool, VersionError> {
    let (of_base, of_head) = (found(base, globs)?, found(head, globs)?);
    if of_base != of_head {
        return Ok(false);
    }
    for path in &of_head {
        let is_same = is_same_file(&base.directory.join(path), &head.directory.join(path));
        let failed =
            |error: io::Error| VersionError::NoArtefacts(format!("{}: cannot be compared in both versions: {error}", path.display()));
        if !is_same.map_err(failed)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The files that the globs match in a version, sorted, as seen from its directory.
fn found(version: &Version, globs: &[String]) -> Result<Vec<PathBuf>, VersionError> {
    let directory = &version.directory;
    let root = glob::Pattern::escape(&directory.to_string_lossy());
    let mut files = Vec::new();
    for pattern in globs {
        let broken = |error: String| VersionError::NoArtefacts(format!("artefacts {pattern:?} of {}: {error}", version.name));
        let matched = glob::glob(&Path::new(&root).join(pattern).to_string_lossy()).map_err(|error| broken(error.to_string()))?;
        let before = files.len();
        for path in matched {
            let path = path.map_err(|error| broken(error.to_string()))?;
            if path.is_file() {
                files.push(path.strip_prefix(directory).unwrap_or(&path).to_path_buf());
            }
            if files.len() > limits::ARTEFACTS_MAX {
                return Err(broken(format!("expected at most {} files, found more", limits::ARTEFACTS_MAX)));
            }
        }
        if files.len() == before {
            return Err(broken(format!("expected files below {} after the build, found none", directory.display())));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn is_same_file(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let mut left = Vec::with_capacity(limits::ARTEFACT_CHUNK_BYTES);
    let mut right = Vec::with_capacity(limits::ARTEFACT_CHUNK_BYTES);
    loop {
        left.clear();
        right.clear();
        (&mut one).take(limits::ARTEFACT_CHUNK_BYTES as u64).read_to_end(&mut left)?;
        (&mut other).take(limits::ARTEFACT_CHUNK_BYTES as u64).read_to_end(&mut right)?;
        match (left == right, left.is_empty()) {
            (false, _) => return Ok(false),
            (true, true) => return Ok(true),
            (true, false) => {}
        }
    }
}
