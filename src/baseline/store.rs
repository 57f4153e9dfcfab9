//! Where baselines are read: the working tree, or a commit's tree, so that a change cannot raise its own bar unseen.

use super::error::BaselineError;
use super::file;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A place that holds baselines, `<environment>/<suite>.json` below it.
#[derive(Debug, Clone, PartialEq)]
pub enum Store {
    /// A directory of the working tree.
    Directory(PathBuf),
    /// The same directory as a commit holds it.
    Commit {
        /// Shown in place of the directory: `3f2c1ab:baselines`.
        shown: PathBuf,
        /// Text of every file below it, by its path relative to it.
        files: BTreeMap<PathBuf, String>,
    },
}

impl Store {
    /// Path as shown to people.
    pub fn path(&self) -> &Path {
        match self {
            Store::Directory(path) | Store::Commit { shown: path, .. } => path,
        }
    }

    /// Text of the file at a path that `file::path` made; `None` where there is none.
    pub(super) fn read(&self, path: &Path) -> Result<Option<String>, BaselineError> {
        match self {
            Store::Directory(_) => file::read(path),
            Store::Commit { shown, files } => Ok(path.strip_prefix(shown).ok().and_then(|relative| files.get(relative)).cloned()),
        }
    }

    /// Keys of the environments that hold a baseline of the suite, sorted; at most `limits::ENVIRONMENTS_MAX`.
    pub(super) fn environments(&self, suite: &str) -> Result<Vec<String>, BaselineError> {
        let files = match self {
            Store::Directory(path) => return file::environments(path, suite),
            Store::Commit { files, .. } => files,
        };
        let name = format!("{suite}.json");
        let of_suite = files.keys().filter(|path| path.file_name().is_some_and(|file| file == name.as_str()));
        let keys = of_suite.filter_map(|path| Some(path.parent()?.to_str()?.to_string()));
        Ok(keys.filter(|key| !key.is_empty() && !key.contains('/')).take(crate::limits::ENVIRONMENTS_MAX).collect())
    }
}
