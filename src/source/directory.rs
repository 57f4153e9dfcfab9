//! A directory of result files, walked in sorted order so that a run never depends on the file system.

use super::SourceError;
use crate::limits::{DIRECTORY_DEPTH_MAX, DIRECTORY_ENTRIES_MAX, DOCUMENT_BYTES_MAX};
use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// An opened directory.
#[derive(Debug)]
pub struct Directory {
    name: String,
    root: PathBuf,
}

impl Directory {
    pub(super) fn new(name: String, root: PathBuf) -> Directory {
        Directory { name, root }
    }

    /// Path as shown to people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Files whose path ends with these components, relative to the directory, sorted within each directory. Symbolic links are
    /// not followed.
    pub fn files_ending(&self, suffix: &str) -> Result<Vec<PathBuf>, SourceError> {
        let mut found = Vec::new();
        self.walk(&mut |path| {
            if path.ends_with(suffix) {
                found.push(path.to_path_buf());
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// The relative paths of the first files, one a line with `/` between components, as far as `bytes` go.
    pub(super) fn listing(&self, bytes: usize) -> Result<Vec<u8>, SourceError> {
        let mut listing = Vec::new();
        self.walk(&mut |path| {
            let line = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            if listing.len() + line.len() >= bytes {
                return ControlFlow::Break(());
            }
            listing.extend_from_slice(line.as_bytes());
            listing.push(b'\n');
            ControlFlow::Continue(())
        })?;
        Ok(listing)
    }

    /// A whole file of the directory; `None` where there is none.
    #[allow(clippy::disallowed_methods, reason = "a door to files")]
    pub fn document(&self, relative: &Path) -> Result<Option<Vec<u8>>, SourceError> {
        let fail = |error: io::Error| SourceError::whole(&self.shown(relative), "a readable file", error.to_string(), "");
        let file = match fs::File::open(self.root.join(relative)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        let mut bytes = Vec::new();
        file.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(fail)?;
        if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
            let expected = format!("at most {DOCUMENT_BYTES_MAX} bytes");
            return Err(SourceError::whole(&self.shown(relative), &expected, "a larger file", ""));
        }
        Ok(Some(bytes))
    }

    /// A file of the directory as shown to people.
    pub fn shown(&self, relative: &Path) -> String {
        Path::new(&self.name).join(relative).display().to_string()
    }

    fn walk(&self, visit: &mut dyn FnMut(&Path) -> ControlFlow<()>) -> Result<(), SourceError> {
        let mut left = DIRECTORY_ENTRIES_MAX;
        self.walk_below(Path::new(""), DIRECTORY_DEPTH_MAX, &mut left, visit).map(|_| ())
    }

    fn walk_below(
        &self,
        relative: &Path,
        depth: usize,
        left: &mut usize,
        visit: &mut dyn FnMut(&Path) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, SourceError> {
        let fail = |error: io::Error| SourceError::whole(&self.shown(relative), "a readable directory", error.to_string(), "");
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.root.join(relative)).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            entries.push((entry.file_name(), entry.file_type().map_err(fail)?));
            if entries.len() > *left || depth == 0 {
                let expected = format!("at most {DIRECTORY_ENTRIES_MAX} files, {DIRECTORY_DEPTH_MAX} directories deep");
                return Err(SourceError::whole(&self.shown(relative), &expected, "more", "give the directory of the results alone"));
            }
        }
        *left -= entries.len();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (file, kind) in entries {
            let path = relative.join(file);
            let flow = match kind {
                kind if kind.is_dir() => self.walk_below(&path, depth - 1, left, visit)?,
                kind if kind.is_file() => visit(&path),
                _ => ControlFlow::Continue(()),
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
