//! What git knows of the code that is measured. Git is asked so that nothing of the repository can run: no hooks, no pager, no
//! file system monitor, no transport (a partial clone would fetch), and none of the variables by which a surrounding git
//! command, such as a hook, points to another repository.

use super::child::{Job, Log, Setting};
use super::error::MeasureError;
use crate::limits;
use crate::model::PullRequest;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

/// The commit at which the change of a pull request begins: what the CI names, the first parent of the merge commit that the
/// CI made, else what git finds between what is checked out and the target branch.
pub fn merge_base(setting: &Setting<'_>, request: &PullRequest) -> Result<String, GitError> {
    let target = &request.target;
    // Only a merge commit has a second parent; a shallow clone may hold neither.
    let is_merge = |merge: &String| revision(setting, "HEAD").is_ok_and(|head| head == *merge) && revision(setting, "HEAD^2").is_ok();
    if request.merge_commit.as_ref().is_some_and(is_merge)
        && let Some(found) = settled(revision(setting, "HEAD^1"))
    {
        return found;
    }
    if let Some(commit) = request.merge_base.as_deref().filter(|name| is_commit(name))
        && let Some(found) = settled(revision(setting, commit))
    {
        return found;
    }
    let checked_out = line(ask(setting, &["symbolic-ref", "--quiet", "HEAD"], None)).unwrap_or_default();
    let branches = [format!("refs/remotes/origin/{target}"), format!("refs/heads/{target}")];
    // In a fork the branch that is checked out may be called like the target, and it holds the change.
    let branches = branches.iter().filter(|branch| **branch != checked_out);
    for name in Some(target).filter(|name| is_commit(name)).into_iter().chain(branches) {
        if let Some(found) = settled(line(ask(setting, &["merge-base", "HEAD", name], None))) {
            return found;
        }
    }
    Err(GitError::Unanswered(format!(
        "git finds no merge base with {target:?} in this clone; fetch the whole history (`fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on \
         GitLab, else `git fetch --unshallow origin {target}`)"
    )))
}

/// The commit of a name.
fn revision(setting: &Setting<'_>, name: &str) -> Result<String, GitError> {
    line(ask(setting, &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")], None))
}

/// An answer that ends the search: a commit, or that no question can be answered here.
fn settled(answer: Result<String, GitError>) -> Option<Result<String, GitError>> {
    if matches!(answer, Err(GitError::Unanswered(_))) { None } else { Some(answer) }
}

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

/// The first characters of a commit, as people know it.
pub fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The first line of an answer.
fn line(answer: Result<Vec<u8>, GitError>) -> Result<String, GitError> {
    answer.map(|bytes| String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().to_string())
}

/// What git prints.
fn ask(setting: &Setting<'_>, question: &[&str], input: Option<&str>) -> Result<Vec<u8>, GitError> {
    let unanswered = |error: MeasureError| GitError::Unanswered(error.to_string());
    let arguments: Vec<String> = OPTIONS.iter().chain(question).map(|word| word.to_string()).collect();
    let printed = setting.log.with_extension("out");
    let mut job = Job::program(&format!("git {}", question.join(" ")), "git", &arguments).stdout_to(printed.clone());
    job = POINTERS.iter().fold(job, |job, name| job.without(name));
    job = SETTINGS.iter().fold(job, |job, (name, value)| job.environment(name, value));
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
