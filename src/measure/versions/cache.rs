//! The cache of checked-out versions: one folder a repository, in it one a commit. Several processes may use it at once: a lock
//! is held while it is changed, and one for each version as long as that is used.

#![allow(clippy::disallowed_methods, reason = "one of the doors to files: locks and marks of the cache")]

use super::VersionError;
use crate::clock::Clock;
use crate::limits;
use crate::measure::Setting;
use crate::measure::git::{self, GitError, short};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

/// Written last into the folder of a version: without it the checkout may be half of one. Written again with each use, so that
/// its time tells which version was used least.
const MARK: &str = "complete";
/// The checkout within the folder of a version.
const TREE: &str = "tree";

/// The versions of one repository, locked against every other process.
pub struct Cache {
    folder: PathBuf,
    _lock: File,
}

/// A version that is checked out, and nobody else's while this value lives.
#[derive(Debug)]
pub struct Held {
    pub tree: PathBuf,
    /// Beside the checkout: for what its build is to keep elsewhere.
    pub beside: PathBuf,
    _lock: File,
}

impl Cache {
    /// Of the repository at `top`. The cache must lie outside of it, because cargo, npm and others look upward for what a directory
    /// belongs to.
    pub fn open(cache: &Path, top: &Path, setting: &Setting<'_>) -> Result<Cache, VersionError> {
        let cannot = |error: io::Error| VersionError::NoCheckout(format!("{}: cannot keep versions there: {error}", cache.display()));
        let (real, real_top) = (resolved(cache).map_err(cannot)?, resolved(top).map_err(cannot)?);
        if real.starts_with(&real_top) {
            let sentence = "versions are kept outside of the repository, because build tools look upward for what a directory belongs \
                            to; name another directory by `versions` or NEVERSLOWER_VERSIONS";
            return Err(VersionError::NoCheckout(format!("{} lies within {}: {sentence}", cache.display(), top.display())));
        }
        let folder = real.join(name_of(&real_top));
        fs::create_dir_all(&folder).map_err(cannot)?;
        let lock = hold(&folder.join("lock"), setting)?;
        Ok(Cache { folder, _lock: lock })
    }

    /// The version of a commit, checked out as it was committed; what a build made in it earlier stays. Afterwards the versions that
    /// were used least are gone where there are too many.
    pub fn version(&self, setting: &Setting<'_>, commit: &str) -> Result<Held, VersionError> {
        let folder = self.folder.join(commit);
        let lock = hold(&self.folder.join(format!("{commit}.lock")), setting)?;
        let (tree, mark) = (folder.join(TREE), folder.join(MARK));
        let failed = |error: io::Error| VersionError::NoCheckout(format!("{}: {error}", folder.display()));
        if !mark.exists() || !is_restored(setting, &folder, commit) {
            self.discard(setting, commit).map_err(|error| no_checkout(commit, error))?;
            fs::create_dir_all(&folder).map_err(failed)?;
            git::add(setting, &tree, commit).map_err(|error| no_checkout(commit, error))?;
        }
        fs::write(&mark, format!("{commit}\n")).map_err(failed)?;
        self.keep_few(setting, commit);
        Ok(Held { tree, beside: folder, _lock: lock })
    }

    /// Runs `use_it` with an empty directory of the cache that is gone afterwards.
    pub fn scratch<T>(&self, use_it: impl FnOnce(&Path) -> T) -> T {
        let place = self.folder.join("scratch");
        // One that a killed process left would be in the way.
        let _ = fs::remove_dir_all(&place);
        let made = use_it(&place);
        let _ = fs::remove_dir_all(&place);
        made
    }

    /// Removes the versions that were used least, of those that nobody uses or locked, and what git remembers of some that are gone.
    /// What cannot be removed stays: it is in nobody's way.
    fn keep_few(&self, setting: &Setting<'_>, current: &str) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut versions: Vec<(Option<SystemTime>, String)> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| git::is_commit(name) && name != current)
            .map(|name| (self.folder.join(&name).join(MARK).metadata().and_then(|facts| facts.modified()).ok(), name))
            .collect();
        versions.sort();
        let mut kept = versions.len() + 1;
        for (_, commit) in &versions {
            if kept <= limits::VERSIONS_KEPT {
                break;
            }
            let lock = self.folder.join(format!("{commit}.lock"));
            if let Ok(held) = OpenOptions::new().create(true).truncate(false).write(true).open(&lock)
                && held.try_lock().is_ok()
                && self.discard(setting, commit).is_ok()
            {
                // Nobody waits for it: locks of versions are taken under the lock of the cache, which is ours.
                let _ = fs::remove_file(&lock);
                kept -= 1;
            }
        }
        for (directory, is_locked) in git::registered(setting).unwrap_or_default() {
            if !is_locked && directory.starts_with(&self.folder) && !directory.exists() {
                let _ = git::remove(setting, &directory);
            }
        }
    }

    /// Removes a version whole. One that somebody locked (`git worktree lock`) stays.
    fn discard(&self, setting: &Setting<'_>, commit: &str) -> Result<(), GitError> {
        let folder = self.folder.join(commit);
        let tree = folder.join(TREE);
        let is_known = |(directory, is_locked): (PathBuf, bool)| (directory == tree).then_some(is_locked);
        match git::registered(setting)?.into_iter().find_map(is_known) {
            Some(true) => return Err(GitError::Refused(format!("{} is locked; `git worktree unlock` it", tree.display()))),
            // Git leaves one that is damaged alone; what it remembers of that is written over or removed later.
            Some(false) => drop(git::remove(setting, &tree)),
            None => {}
        }
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(GitError::Refused(format!("{}: cannot be removed: {error}", folder.display())))
            }
            _ => Ok(()),
        }
    }
}

/// Whether the checkout of an earlier run is as it was committed again.
fn is_restored(setting: &Setting<'_>, folder: &Path, commit: &str) -> bool {
    let tree = folder.join(TREE);
    match git::at(setting, &tree) {
        Some(at) => at == commit && git::reset(setting, &tree).is_ok(),
        // One that git does know is damaged.
        None if git::registered(setting).map_or(true, |known| known.iter().any(|(directory, _)| *directory == tree)) => false,
        None => tree.is_dir() && git::adopt(setting, &tree, &folder.join("link"), commit).is_ok(),
    }
}

fn no_checkout(commit: &str, error: GitError) -> VersionError {
    VersionError::NoCheckout(format!("base {} cannot be checked out: {error}", short(commit)))
}

/// An exclusive lock on a file, waited for as long as `limits::VERSION_WAIT`.
fn hold(path: &Path, setting: &Setting<'_>) -> Result<File, VersionError> {
    let cannot = |error: io::Error| VersionError::NoCheckout(format!("{}: cannot lock it: {error}", path.display()));
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(cannot)?;
    let clock = Clock::start();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
            Err(TryLockError::WouldBlock) if setting.interrupted.load(Ordering::Relaxed) => return Err(VersionError::Interrupted),
            Err(TryLockError::WouldBlock) if Duration::from_nanos(clock.elapsed_ns()) < limits::VERSION_WAIT => {
                std::thread::sleep(limits::CHILD_POLL);
            }
            Err(TryLockError::WouldBlock) => {
                let sentence = "another process measures with it; two at once would disturb each other, so wait for its end";
                return Err(VersionError::NoCheckout(format!("{} is locked: {sentence}", path.display())));
            }
        }
    }
}

/// A path without links, of which the last parts need not exist yet.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    if cfg!(windows) {
        // Git does not understand the paths that the system gives back there.
        return Ok(path);
    }
    let Some(existing) = path.ancestors().find(|ancestor| ancestor.exists()) else { return Ok(path) };
    let rest = path.strip_prefix(existing).unwrap_or(Path::new(""));
    existing.canonicalize().map(|existing| existing.join(rest))
}

/// A repository's folder: its name, for people, and a number that tells apart those of the same name.
fn name_of(top: &Path) -> String {
    let name = top.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect();
    // FNV-1a, 64 bits.
    let hash = top
        .to_string_lossy()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{}-{hash:016x}", plain.chars().take(limits::QUOTED_CHARS_MAX).collect::<String>())
}
