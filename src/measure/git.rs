//! What git knows of the code that is measured. Git is asked so that nothing of the repository can run: no hooks, no pager, no
//! file system monitor, no transport (a partial clone would fetch; only `base` may, to deepen a shallow clone), and none of the
//! variables by which a surrounding git command, such as a hook, points to another repository.

mod base;
mod checkout;
mod files;

pub use base::{Base, base_of_change, base_of_name, merge_base};
pub use checkout::{Place, add, adopt, at, place, registered, remove, reset, tree, tree_of_work};
pub use files::{Wanted, files};

use super::child::{Job, Log, Setting};
use super::error::MeasureError;
use crate::limits;
use std::fmt;

/// Why git gives no answer. The texts end a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitError {
    /// No git, or no repository.
    Nowhere(String),
    /// The place is outside of the repository.
    Outside,
    /// There is a repository, but git does not read it; with the way out.
    Refused(String),
    /// This question has no answer.
    Unanswered(String),
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GitError::Outside => f.write_str("that is outside of the repository"),
            GitError::Nowhere(sentence) | GitError::Refused(sentence) | GitError::Unanswered(sentence) => f.write_str(sentence),
        }
    }
}

/// Options before the subcommand, each against something that a repository's configuration could run or change.
const OPTIONS: [&str; 6] = ["--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];
/// Variables that point to another repository, or change what its objects are.
const POINTERS: [&str; 13] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_EXTERNAL_DIFF",
    "GIT_LITERAL_PATHSPECS",
];
const SETTINGS: [(&str, &str); 6] = [
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    // No transport is called so: whatever would be fetched fails.
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("LC_ALL", "C"),
];

/// The commit that is checked out; `None` outside a repository, before its first commit, or without git.
pub fn commit(setting: &Setting<'_>) -> Option<String> {
    revision(setting, "HEAD").ok()
}

/// The commit of a name.
fn revision(setting: &Setting<'_>, name: &str) -> Result<String, GitError> {
    line(ask(setting, &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")], None))
}

/// The first characters of a commit, as people know it.
pub fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

/// Whether a text is the whole name of a commit.
pub fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The first line of an answer.
fn line(answer: Result<Vec<u8>, GitError>) -> Result<String, GitError> {
    answer.map(|bytes| String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().to_string())
}

/// What git prints.
fn ask(setting: &Setting<'_>, question: &[&str], input: Option<&str>) -> Result<Vec<u8>, GitError> {
    ask_with(setting, question, input, &[])
}

/// The same with variables beside those that every question has, or in their place.
fn ask_with(setting: &Setting<'_>, question: &[&str], input: Option<&str>, variables: &[(&str, &str)]) -> Result<Vec<u8>, GitError> {
    let unanswered = |error: MeasureError| GitError::Unanswered(error.to_string());
    let arguments: Vec<String> = OPTIONS.iter().chain(question).map(|word| word.to_string()).collect();
    let printed = setting.log.with_extension("out");
    let mut job = Job::program(&format!("git {}", question.join(" ")), "git", &arguments).stdout_to(printed.clone());
    job = POINTERS.iter().fold(job, |job, name| job.without(name));
    job = SETTINGS.iter().chain(variables).fold(job, |job, (name, value)| job.environment(name, value));
    if let Some(text) = input {
        job = job.stdin_text(setting.log.with_extension("in"), text).map_err(unanswered)?;
    }
    let log = Log::create(setting.log).map_err(unanswered)?;
    if let Err(error) = job.run(setting, &log) {
        return Err(explain(&Log::lines(setting.log).join(" "), &error));
    }
    Log::bytes(&printed, limits::COMMITTED_BYTES_MAX.saturating_mul(2)).map_err(unanswered)
}

/// What git's complaint means.
fn explain(complaint: &str, error: &MeasureError) -> GitError {
    let has = |words: &[&str]| words.iter().any(|word| complaint.contains(word));
    if has(&["dubious ownership", "unsafe repository"]) {
        let sentence = "git does not read a repository that belongs to another user; tell it that this one is yours: `git config --global \
                        --add safe.directory` and the directory of the checkout";
        return GitError::Refused(sentence.to_string());
    }
    if has(&["outside repository"]) {
        return GitError::Outside;
    }
    if has(&["not a git repository"]) {
        return GitError::Nowhere("this is no git repository".to_string());
    }
    match error {
        MeasureError::NotStarted(sentence) => GitError::Nowhere(sentence.clone()),
        other => GitError::Unanswered(other.to_string()),
    }
}
