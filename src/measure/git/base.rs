//! Where a change begins: the commit that it is compared with. The only place that lets git fetch, and only to deepen a shallow
//! clone, in few steps and bounded time.

use super::{GitError, ask, ask_with, is_commit, line, revision, short};
use crate::clock::Clock;
use crate::limits;
use crate::measure::Setting;
use crate::model::PullRequest;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A commit to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    pub commit: String,
    /// How it was found: the rest of a sentence that begins with the commit.
    pub how: String,
}

/// What a fetch may use besides what every question has: transports, and nobody to ask for a password.
const FETCHING: [(&str, &str); 3] =
    [("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh"), ("SSH_ASKPASS_REQUIRE", "never"), ("GCM_INTERACTIVE", "never")];
/// What a fetch must not do beside.
const FETCH: [&str; 5] = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc"];
/// Where the branch stands that changes are made against, when nobody names it: at the remote, else here.
const REMOTE_DEFAULTS: [&str; 2] = ["refs/remotes/origin/main", "refs/remotes/origin/master"];
const LOCAL_DEFAULTS: [&str; 2] = ["refs/heads/main", "refs/heads/master"];
/// The way out of a clone that holds too little.
const WHOLE_HISTORY: &str = "fetch the whole history (`fetch-depth: 0` on GitHub, `GIT_DEPTH: 0` on GitLab, else `git fetch --unshallow`)";

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

/// An answer that ends the search: a commit, or that no question can be answered here.
fn settled(answer: Result<String, GitError>) -> Option<Result<String, GitError>> {
    if matches!(answer, Err(GitError::Unanswered(_))) { None } else { Some(answer) }
}

/// The commit of a name that somebody gave. What a shallow clone lacks of it is fetched.
pub fn base_of_name(setting: &Setting<'_>, name: &str) -> Result<Base, GitError> {
    let commit = deepening(setting, None, || revision(setting, name)).map_err(|error| match error {
        GitError::Unanswered(_) if is_shallow(setting) => {
            GitError::Unanswered(format!("git knows no commit {name:?} in this shallow clone; {WHOLE_HISTORY}, or fetch {name:?}"))
        }
        GitError::Unanswered(_) => GitError::Unanswered(format!("git knows no commit {name:?}; check its spelling, or fetch it")),
        other => other,
    })?;
    let how = if commit.starts_with(name) { "as it was named".to_string() } else { format!("which is {name}") };
    Ok(Base { commit, how })
}

/// Where the change begins that is checked out: of a pull request its merge base; else where it left the default branch; on the
/// default branch itself the last commit while something is changed, or the one before. `is_ci`: nobody changes files there but
/// the job itself, so the commit is what is meant. What a shallow clone lacks is fetched.
pub fn base_of_change(setting: &Setting<'_>, request: Option<&PullRequest>, is_ci: bool) -> Result<Base, GitError> {
    if let Some(request) = request {
        let commit = deepening(setting, Some(&request.target), || merge_base(setting, request))?;
        return Ok(Base { commit, how: format!("where this change begins on {}", request.target) });
    }
    // Outside of a repository no branch is looked for.
    revision(setting, "HEAD").map_err(|error| match error {
        GitError::Unanswered(_) => GitError::Unanswered("nothing is committed yet, so there is no other version".to_string()),
        other => other,
    })?;
    let branch = default_branch(setting)?;
    let name = shown(&branch);
    let name = name.strip_prefix("origin/").unwrap_or(name).to_string();
    let lacks = || {
        GitError::Unanswered(format!(
            "git does not find in this clone where the change left {name}; {WHOLE_HISTORY}, or name a commit: `--against REV`"
        ))
    };
    deepening(setting, Some(&name), || {
        let head = revision(setting, "HEAD")?;
        let commit = line(ask(setting, &["merge-base", "HEAD", &branch], None)).map_err(|error| unanswered_as(error, &lacks))?;
        if commit != head {
            return Ok(Base { commit, how: format!("where this change left {}", shown(&branch)) });
        }
        if !is_ci && is_changed(setting)? {
            return Ok(Base { commit, how: "the last commit: what is not committed yet is the change".to_string() });
        }
        match revision(setting, "HEAD^1") {
            Ok(commit) => Ok(Base { commit, how: format!("the commit before this one, which is part of {}", shown(&branch)) }),
            Err(GitError::Unanswered(_)) if !is_shallow(setting) => {
                Err(GitError::Unanswered(format!("{} is the first commit, so there is no other version", short(&head))))
            }
            Err(error) => Err(unanswered_as(error, &lacks)),
        }
    })
}

fn unanswered_as(error: GitError, sentence: &dyn Fn() -> GitError) -> GitError {
    if matches!(error, GitError::Unanswered(_)) { sentence() } else { error }
}

/// A branch as people call it.
fn shown(reference: &str) -> &str {
    reference.strip_prefix("refs/remotes/").or_else(|| reference.strip_prefix("refs/heads/")).unwrap_or(reference)
}

/// The branch that changes are made against: what the remote calls its own, as the clone remembers it or as it says now, else a
/// usual name.
fn default_branch(setting: &Setting<'_>) -> Result<String, GitError> {
    let exists = |name: &String| revision(setting, name).is_ok();
    let remembered = line(ask(setting, &["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"], None)).ok();
    if let Some(branch) = remembered.filter(exists) {
        return Ok(branch);
    }
    let usual = |names: &[&str]| names.iter().map(|name| name.to_string()).find(exists);
    if let Some(branch) = usual(&REMOTE_DEFAULTS) {
        return Ok(branch);
    }
    // A clone of one branch does not hold the default one; it is fetched under this name.
    if is_shallow(setting)
        && let Some(name) = told_by_origin(setting)
    {
        return Ok(format!("refs/remotes/origin/{name}"));
    }
    usual(&LOCAL_DEFAULTS).ok_or_else(|| {
        let sentence = "git knows no default branch here (origin/HEAD, main or master); name the commit to compare with: `--against REV`";
        GitError::Unanswered(if is_shallow(setting) { format!("{sentence}, or {WHOLE_HISTORY}") } else { sentence.to_string() })
    })
}

/// What the remote calls its default branch: `ref: refs/heads/<name>`, a tab, `HEAD`.
fn told_by_origin(setting: &Setting<'_>) -> Option<String> {
    let printed = ask_with(setting, &["ls-remote", "--symref", "origin", "HEAD"], None, &FETCHING).ok()?;
    let printed = String::from_utf8_lossy(&printed);
    let name = printed.lines().find_map(|line| line.strip_prefix("ref: refs/heads/"))?;
    name.split('\t').next().map(str::to_string)
}

/// Whether a file that git knows is not as it was committed.
fn is_changed(setting: &Setting<'_>) -> Result<bool, GitError> {
    ask(setting, &["status", "--porcelain", "--untracked-files=no"], None).map(|printed| !printed.is_empty())
}

fn is_shallow(setting: &Setting<'_>) -> bool {
    line(ask(setting, &["rev-parse", "--is-shallow-repository"], None)).is_ok_and(|answer| answer == "true")
}

/// Asks, and where a shallow clone has no answer asks again after each of a few fetches of more history.
fn deepening<T>(setting: &Setting<'_>, branch: Option<&str>, answer: impl Fn() -> Result<T, GitError>) -> Result<T, GitError> {
    let clock = Clock::start();
    let mut found = answer();
    for step in limits::DEEPEN_STEPS {
        let left = limits::DEEPEN_TIMEOUT.saturating_sub(Duration::from_nanos(clock.elapsed_ns()));
        let is_open = matches!(found, Err(GitError::Unanswered(_))) && !left.is_zero() && !setting.interrupted.load(Ordering::Relaxed);
        if !is_open || !is_shallow(setting) {
            break;
        }
        let depth = format!("--deepen={step}");
        let branch = branch.filter(|name| !is_commit(name)).map(|name| format!("+refs/heads/{name}:refs/remotes/origin/{name}"));
        let words: Vec<&str> = FETCH.into_iter().chain([depth.as_str(), "origin"]).chain(branch.as_deref()).collect();
        if ask_with(&Setting { timeout: left, ..*setting }, &words, None, &FETCHING).is_err() {
            break;
        }
        found = answer();
    }
    found
}
