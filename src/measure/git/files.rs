//! Files as a commit holds them.

use super::{GitError, ask, short};
use crate::limits;
use crate::measure::Setting;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files of a commit that are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Relative to the directory of the setting; one that the commit does not hold has no files.
    pub folder: &'a Path,
    /// Files `<folder>/<one>/<name>`.
    pub names: &'a [String],
    /// Bytes of all of them, beyond which none is read.
    pub bytes_max: u64,
}

/// Texts of those files, by their path below the folder.
pub fn files(setting: &Setting<'_>, commit: &str, wanted: &Wanted<'_>) -> Result<BTreeMap<PathBuf, String>, GitError> {
    let place = if wanted.folder == Path::new("") { Path::new(".") } else { wanted.folder };
    let place = place.to_str().ok_or_else(|| GitError::Refused("the name of the directory is not UTF-8".to_string()))?.replace('\\', "/");
    let listed = ask(setting, &["ls-tree", "-r", "-z", "-l", commit, "--", &place], None)?;
    let entries = listed.split(|byte| *byte == 0).filter_map(|entry| entry_of(entry, wanted));
    let found: Vec<Entry> = entries.take(limits::COMMITTED_FILES_MAX + 1).collect();
    let bytes = found.iter().fold(0u64, |bytes, entry| bytes.saturating_add(entry.bytes));
    if found.len() > limits::COMMITTED_FILES_MAX || bytes > wanted.bytes_max {
        return Err(GitError::Refused(format!("{place} of {} holds too much to be read: keep fewer runs", short(commit))));
    }
    if found.is_empty() {
        return Ok(BTreeMap::new());
    }
    let objects: String = found.iter().map(|entry| format!("{}\n", entry.object)).collect();
    let printed = ask(setting, &["cat-file", "--batch"], Some(&objects))?;
    texts(&printed, found.into_iter().map(|entry| entry.path)).ok_or_else(|| {
        let commit = short(commit);
        GitError::Refused(format!("git does not give all of {place} at {commit}; fetch without a filter (`git fetch --refetch`)"))
    })
}

struct Entry {
    path: PathBuf,
    object: String,
    bytes: u64,
}

/// A line of `git ls-tree -l`: `<mode> <type> <object> <size>`, a tab, the path. Links and submodules are no texts.
fn entry_of(line: &[u8], wanted: &Wanted<'_>) -> Option<Entry> {
    let line = String::from_utf8_lossy(line);
    let (facts, path) = line.split_once('\t')?;
    let mut facts = facts.split_ascii_whitespace();
    facts.next().filter(|mode| mode.starts_with("100"))?;
    let object = facts.nth(1)?.to_string();
    let bytes = facts.next()?.parse().ok()?;
    let path = Path::new(path);
    let path = path.strip_prefix(wanted.folder).unwrap_or(path).to_path_buf();
    let is_named = wanted.names.iter().any(|name| path.file_name().is_some_and(|file| file == name.as_str()));
    (is_named && path.components().count() == 2).then_some(Entry { path, object, bytes })
}

/// What `git cat-file --batch` prints: `<object> blob <size>`, the bytes, a line end; for each object in turn.
fn texts(printed: &[u8], paths: impl Iterator<Item = PathBuf>) -> Option<BTreeMap<PathBuf, String>> {
    let mut rest = printed;
    let mut texts = BTreeMap::new();
    for path in paths {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(rest.get(..end)?).ok()?;
        let (kind, size) = head.split_once(' ')?.1.split_once(' ')?;
        let size: usize = Some(size).filter(|_| kind == "blob")?.parse().ok()?;
        let start = end + 1;
        let text = rest.get(start..start.checked_add(size)?)?;
        texts.insert(path, String::from_utf8(text.to_vec()).ok()?);
        rest = rest.get(start + size + 1..)?;
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::texts;
    use std::path::PathBuf;

    fn check(printed: &str, expected: &str) {
        let found = texts(printed.as_bytes(), ["a", "b"].map(PathBuf::from).into_iter());
        assert_eq!(found.map_or("none".to_string(), |texts| format!("{texts:?}")), expected, "{printed:?}");
    }

    #[test]
    fn a_batch_is_taken_apart_by_its_sizes() {
        check("1 blob 3\nx\ny\n2 blob 0\n\n", r#"{"a": "x\ny", "b": ""}"#);
        check("1 blob 3\nxyz\n2 missing\n", "none");
        check("1 blob 3\nxyz\n2 tree 1\nx\n", "none");
        check("1 blob 3\nxyz\n2 blob 9\nx\n", "none");
        check("1 blob 99999999999999999999\nxyz\n", "none");
        check("", "none");
    }
}
