//! Checkouts beside the user's own (worktrees), and what the files of one are worth as a whole (its tree).

use super::{GitError, ask, ask_with, line, revision};
use crate::limits;
use crate::measure::Setting;
use std::path::{Path, PathBuf};

/// Where a directory stands in its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The directory of the whole checkout, absolute.
    pub top: PathBuf,
    /// The way from there; empty at the top.
    pub below: PathBuf,
}

/// The place of the setting's directory.
pub fn place(setting: &Setting<'_>) -> Result<Place, GitError> {
    let printed = ask(setting, &["rev-parse", "--show-toplevel", "--show-prefix"], None)?;
    let printed = String::from_utf8(printed).map_err(|_| GitError::Refused("the path of the repository is not UTF-8".to_string()))?;
    let mut lines = printed.lines();
    let top = lines.next().filter(|top| !top.is_empty());
    let top = top.ok_or_else(|| GitError::Nowhere("this repository has no working tree".to_string()))?;
    Ok(Place { top: PathBuf::from(top), below: PathBuf::from(lines.next().unwrap_or_default()) })
}

/// The commit that is checked out in a directory, where git knows that one as the top of a checkout.
pub fn at(setting: &Setting<'_>, directory: &Path) -> Option<String> {
    let there = Setting { directory, ..*setting };
    // A directory that git has forgotten may stand below another repository.
    let is_top = place(&there).is_ok_and(|place| place.below == Path::new("") && is_same(&place.top, directory));
    if is_top { revision(&there, "HEAD").ok() } else { None }
}

fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().ok().zip(other.canonicalize().ok()).is_some_and(|(one, other)| one == other)
}

/// Checks a commit out into a directory that is not there yet, on no branch.
pub fn add(setting: &Setting<'_>, directory: &Path, commit: &str) -> Result<(), GitError> {
    let directory = text(directory)?;
    // Forced over what git remembers of a checkout that is gone, never over one that is locked.
    let words = ["worktree", "add", "--quiet", "--force", "--detach", &directory, commit];
    ask(&Setting { timeout: limits::GIT_CHECKOUT_TIMEOUT, ..*setting }, &words, None).map(drop)
}

/// Takes over the files of a checkout that git does not know, such as one that a CI restored beside a fresh clone. What was built
/// in it stays, and files that are as they were committed keep their times, by which build tools go. `link` is a directory that is
/// not there.
pub fn adopt(setting: &Setting<'_>, directory: &Path, link: &Path, commit: &str) -> Result<(), GitError> {
    let (place, at_link) = (text(directory)?, text(link)?);
    ask(setting, &["worktree", "add", "--quiet", "--force", "--detach", "--no-checkout", &at_link, commit], None)?;
    // A checkout is tied to its repository by this file alone; git then learns where it went.
    let tied = std::fs::rename(link.join(".git"), directory.join(".git")).and_then(|()| std::fs::remove_dir_all(link));
    tied.map_err(|error| GitError::Unanswered(format!("{}: {error}", directory.display())))?;
    ask(setting, &["worktree", "repair", &place], None)?;
    let there = Setting { directory, timeout: limits::GIT_CHECKOUT_TIMEOUT, ..*setting };
    ask(&there, &["read-tree", "HEAD"], None)?;
    // It ends with an error where files differ, which the reset mends.
    let _ = ask(&there, &["update-index", "-q", "--refresh"], None);
    reset(setting, directory)
}

/// Undoes what was changed in the files of a checkout; others stay.
pub fn reset(setting: &Setting<'_>, directory: &Path) -> Result<(), GitError> {
    let there = Setting { directory, timeout: limits::GIT_CHECKOUT_TIMEOUT, ..*setting };
    ask(&there, &["reset", "--quiet", "--hard", "HEAD"], None).map(drop)
}

/// Removes a checkout, or what git remembers of one that is gone. One that somebody locked stays, and is an error.
pub fn remove(setting: &Setting<'_>, directory: &Path) -> Result<(), GitError> {
    let directory = text(directory)?;
    let words = ["worktree", "remove", "--force", &directory];
    ask(&Setting { timeout: limits::GIT_CHECKOUT_TIMEOUT, ..*setting }, &words, None).map(drop)
}

/// Directories that git knows as checkouts of this repository, the user's own among them, and whether each is locked.
pub fn registered(setting: &Setting<'_>) -> Result<Vec<(PathBuf, bool)>, GitError> {
    let printed = ask(setting, &["worktree", "list", "--porcelain"], None)?;
    let printed = String::from_utf8_lossy(&printed).into_owned();
    let entries = printed.split("\n\n").filter_map(|entry| {
        let directory = entry.lines().find_map(|line| line.strip_prefix("worktree "))?;
        Some((PathBuf::from(directory), entry.lines().any(|line| line == "locked" || line.starts_with("locked "))))
    });
    Ok(entries.collect())
}

/// The tree of a commit: equal for equal files.
pub fn tree(setting: &Setting<'_>, commit: &str) -> Result<String, GitError> {
    line(ask(setting, &["rev-parse", "--verify", "--quiet", &format!("{commit}^{{tree}}")], None))
}

/// The tree that a commit of everything in the working tree would have: what is changed and what is new, but not what is ignored.
/// The setting's directory is the top of the checkout. Neither the user's index nor the repository's objects are touched: both
/// have their stand-in in `scratch`, an empty directory.
pub fn tree_of_work(setting: &Setting<'_>, scratch: &Path) -> Result<String, GitError> {
    let failed = |error: std::io::Error| GitError::Unanswered(format!("{}: {error}", scratch.display()));
    let inside = |name: &str| line(ask(setting, &["rev-parse", "--git-path", name], None)).map(|path| setting.directory.join(path));
    let (index, objects) = (inside("index")?, inside("objects")?);
    let (own_index, own_objects) = (scratch.join("index"), scratch.join("objects"));
    std::fs::create_dir_all(&own_objects).map_err(failed)?;
    if index.exists() {
        // With what git knows of unchanged files, so that it need not read them all, and with its time: git reads a file again that
        // was changed no earlier than the index was written, because times and size may then hide the change.
        let written = index.metadata().and_then(|facts| facts.modified()).map_err(failed)?;
        std::fs::copy(&index, &own_index).map_err(failed)?;
        std::fs::File::options().append(true).open(&own_index).and_then(|copy| copy.set_modified(written)).map_err(failed)?;
    }
    let objects = std::path::absolute(objects).map_err(failed)?;
    let (own_index, own_objects, objects) = (text(&own_index)?, text(&own_objects)?, text(&objects)?);
    let stand_ins =
        [("GIT_INDEX_FILE", &*own_index), ("GIT_OBJECT_DIRECTORY", &*own_objects), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", &*objects)];
    let patient = Setting { timeout: limits::GIT_CHECKOUT_TIMEOUT, ..*setting };
    ask_with(&patient, &["-c", "core.splitIndex=false", "add", "--all"], None, &stand_ins)?;
    line(ask_with(&patient, &["write-tree"], None, &stand_ins))
}

fn text(path: &Path) -> Result<String, GitError> {
    path.to_str().map(str::to_string).ok_or_else(|| GitError::Refused(format!("{} is not UTF-8", path.display())))
}
