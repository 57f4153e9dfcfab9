//! Two versions of one repository side by side: how base is found, checked out, kept and compared with head. With a real git.

mod repository;
mod shallow;

use neverslower::measure::versions::{Identical, VersionError, Versions, build};
use neverslower::model::Against;
use repository::{Asked, Repository, git};
use std::fs;
use std::time::{Duration, SystemTime};

/// The base is the commit of this message, and the sentence says so.
#[track_caller]
fn check(repository: &Repository, asked: Asked<'_>, message: &str, how: &str) -> Versions {
    let versions = repository.versions(asked).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(repository.message(versions.base.commit.as_deref().unwrap()), message, "{}", versions.how);
    assert!(versions.how.contains(how), "{how:?} is not in {:?}", versions.how);
    versions
}

#[track_caller]
fn refused(repository: &Repository, asked: Asked<'_>, words: &str) -> VersionError {
    let error = repository.versions(asked).map(|versions| versions.how).expect_err("two versions");
    assert!(error.to_string().contains(words), "{words:?} is not in {error}");
    error
}

#[test]
fn a_named_revision_is_checked_out_and_head_is_the_working_tree() {
    let Some(repository) = Repository::of_three_commits() else { return };
    repository.write("code.txt", "four, not committed");
    let versions = check(&repository, Asked::revision("HEAD~2"), "one", "which is HEAD~2");
    assert_eq!(fs::read_to_string(versions.base.directory.join("code.txt")).unwrap(), "one");
    assert_eq!((versions.head.directory.as_path(), versions.is_dirty), (repository.path(), true));
    assert!(versions.how.ends_with("with changes that are not committed"), "{}", versions.how);
    drop(versions);
    repository.write("code.txt", "three");
    let versions = check(&repository, Asked::revision("HEAD~2"), "one", "as it was committed");
    assert!(!versions.is_dirty);
    refused(&repository, Asked::revision("HEAD~9"), "git knows no commit \"HEAD~9\"; check its spelling");
}

#[test]
fn the_merge_base_is_where_a_branch_left_the_default_one() {
    let Some(repository) = Repository::of_three_commits() else { return };
    git(repository.path(), &["checkout", "-q", "-b", "change"]);
    repository.commit("code.txt", "four");
    git(repository.path(), &["checkout", "-q", "main"]);
    repository.commit("other.txt", "main goes on");
    git(repository.path(), &["checkout", "-q", "change"]);
    check(&repository, Asked::merge_base(), "three", "where this change left main");
    check(&repository, Asked { pull_request: Some("main"), ..Asked::merge_base() }, "three", "where this change begins on main");
    // What the remote calls its default branch beats the usual names.
    git(repository.path(), &["update-ref", "refs/remotes/origin/release/trunk", "HEAD~3"]);
    git(repository.path(), &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release/trunk"]);
    check(&repository, Asked::merge_base(), "one", "where this change left origin/release/trunk");
}

#[test]
fn on_the_default_branch_base_is_the_last_commit_while_something_is_changed_else_the_one_before() {
    let Some(repository) = Repository::of_three_commits() else { return };
    check(&repository, Asked::merge_base(), "two", "the commit before this one, which is part of main");
    repository.write("code.txt", "four");
    check(&repository, Asked::merge_base(), "three", "the last commit: what is not committed yet is the change");
    // A job that changes its checkout does not mean that change.
    check(&repository, Asked { is_ci: true, ..Asked::merge_base() }, "two", "the commit before this one");
    git(repository.path(), &["checkout", "-q", "-f", "HEAD~2"]);
    git(repository.path(), &["branch", "-q", "-f", "main", "HEAD"]);
    refused(&repository, Asked::merge_base(), "is the first commit, so there is no other version");
    git(repository.path(), &["branch", "-q", "-m", "main", "trunk"]);
    refused(&repository, Asked::merge_base(), "git knows no default branch here");
}

#[test]
fn without_a_repository_or_a_commit_there_is_no_base() {
    let Some(repository) = Repository::empty() else { return };
    refused(&repository, Asked::merge_base(), "nothing is committed yet");
    fs::remove_dir_all(repository.path().join(".git")).unwrap();
    let error = refused(&repository, Asked::merge_base(), "there is no base to measure against: this is no git repository");
    assert!(matches!(error, VersionError::NoBase(_)));
}

#[test]
fn base_is_measured_in_the_folder_of_the_configuration() {
    let Some(repository) = Repository::of_three_commits() else { return };
    repository.commit("deep/er/neverslower.toml", "four");
    let below = Asked { below: "deep/er", ..Asked::revision("HEAD") };
    let versions = check(&repository, below, "four", "");
    assert!(versions.base.directory.join("neverslower.toml").is_file() && versions.base.directory.ends_with("deep/er"));
    drop(versions);
    let error = refused(&repository, Asked { below: "deep/er", ..Asked::revision("HEAD~1") }, "has no directory deep/er");
    assert!(matches!(error, VersionError::NotThere(_)));
}

#[test]
fn a_version_is_used_again_with_what_was_built_in_it_but_as_it_was_committed() {
    let Some(repository) = Repository::of_three_commits() else { return };
    let first = check(&repository, Asked::revision("HEAD~1"), "two", "");
    fs::write(first.base.directory.join("built"), "slowly").unwrap();
    fs::write(first.base.directory.join("code.txt"), "changed by its build").unwrap();
    let place = first.base.directory.clone();
    drop(first);
    let again = check(&repository, Asked::revision("HEAD~1"), "two", "");
    assert_eq!(again.base.directory, place);
    assert_eq!(fs::read_to_string(place.join("built")).unwrap(), "slowly");
    assert_eq!(fs::read_to_string(place.join("code.txt")).unwrap(), "two");
    drop(again);
    // One that is damaged is made anew.
    fs::remove_file(place.join(".git")).unwrap();
    let again = check(&repository, Asked::revision("HEAD~1"), "two", "");
    assert!(place.join(".git").exists() && !place.join("built").exists());
    fs::write(place.join("built"), "slowly").unwrap();
    drop(again);
    // Without its mark it may be half of one.
    fs::remove_file(place.parent().unwrap().join("complete")).unwrap();
    let again = check(&repository, Asked::revision("HEAD~1"), "two", "");
    assert!(!again.base.directory.join("built").exists());
    drop(again);
}

#[test]
fn a_cache_that_a_fresh_clone_never_heard_of_is_taken_over() {
    let Some(repository) = Repository::of_three_commits() else { return };
    repository.commit("same.txt", "four");
    let first = check(&repository, Asked::revision("HEAD"), "four", "");
    let place = first.base.directory.clone();
    let time = |name: &str| place.join(name).metadata().unwrap().modified().unwrap();
    drop(first);
    fs::write(place.join("built"), "slowly").unwrap();
    fs::write(place.join("code.txt"), "changed by its build").unwrap();
    let before = time("same.txt");
    fs::remove_dir_all(repository.path().join(".git/worktrees")).unwrap();
    let again = check(&repository, Asked::revision("HEAD"), "four", "");
    assert_eq!(fs::read_to_string(place.join("code.txt")).unwrap(), "three");
    assert_eq!((fs::read_to_string(place.join("built")).unwrap().as_str(), time("same.txt")), ("slowly", before));
    assert_eq!(repository.printed(&["worktree", "list"]).lines().count(), 2);
    drop(again);
    check(&repository, Asked::revision("HEAD"), "four", "");
}

#[test]
fn few_versions_are_kept_and_only_ours_are_removed() {
    let Some(repository) = Repository::of_three_commits() else { return };
    let folder = |versions: &Versions| versions.base.directory.parent().unwrap().to_path_buf();
    let mut folders = Vec::new();
    for n in 0..6 {
        repository.commit("code.txt", &format!("further {n}"));
        let versions = repository.versions(Asked::revision("HEAD")).unwrap();
        fs::write(folder(&versions).parent().unwrap().join("notes.txt"), "somebody's").unwrap();
        folders.push(folder(&versions));
        if n == 1 {
            git(repository.path(), &["worktree", "lock", versions.base.directory.to_str().unwrap()]);
        }
    }
    let kept: Vec<bool> = folders.iter().map(|folder| folder.exists()).collect();
    // The second one is locked by somebody, and stays beyond the bound.
    assert_eq!(kept, [false, true, false, true, true, true]);
    assert!(folders[0].parent().unwrap().join("notes.txt").exists());
    // Of a cache that was wiped, git remembers nothing but what is locked.
    fs::remove_dir_all(folders[0].parent().unwrap()).unwrap();
    check(&repository, Asked::revision("HEAD"), "further 5", "");
    assert_eq!(repository.printed(&["worktree", "list"]).lines().count(), 3);
}

#[test]
fn processes_at_once_take_turns() {
    let Some(repository) = Repository::of_three_commits() else { return };
    let commits = ["HEAD", "HEAD~1", "HEAD~2", "HEAD", "HEAD~1", "HEAD~2"];
    std::thread::scope(|scope| {
        let check_one = |name: &str| {
            let versions = repository.versions(Asked::revision(name)).unwrap_or_else(|error| panic!("{error}"));
            let base = fs::read_to_string(versions.base.directory.join("code.txt")).unwrap();
            assert_eq!(base, repository.message(versions.base.commit.as_deref().unwrap()));
        };
        let all: Vec<_> = commits.iter().map(|name| scope.spawn(move || check_one(name))).collect();
        all.into_iter().for_each(|one| one.join().unwrap());
    });
}

#[test]
fn a_cache_within_the_repository_is_refused() {
    let Some(repository) = Repository::of_three_commits() else { return };
    let inside = repository.path().join("target/versions");
    refused(&repository, Asked { cache: Some(&inside), ..Asked::revision("HEAD") }, "versions are kept outside of the repository");
    assert!(!inside.exists());
}

#[test]
fn a_change_of_the_same_size_in_the_same_second_is_a_change() {
    let Some(repository) = Repository::of_three_commits() else { return };
    // All of it within a second, and looked at in the next: the file's times, as git compares them, and its size are then the same.
    let to_the_next_second = || {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        std::thread::sleep(Duration::from_nanos(u64::from(1_000_000_000 - now.subsec_nanos())));
        // The clock of a file system is some milliseconds behind.
        std::thread::sleep(Duration::from_millis(50));
    };
    to_the_next_second();
    repository.commit("code.txt", "base");
    repository.write("code.txt", "head");
    to_the_next_second();
    let versions = repository.versions(Asked::revision("HEAD")).unwrap();
    assert_eq!(versions.identical(&repository.work("", &[])).unwrap(), None);
}

#[test]
fn equal_trees_are_identical_and_the_users_index_and_objects_stay_as_they_are() {
    let Some(repository) = Repository::of_three_commits() else { return };
    let same = |asked: Asked<'_>| repository.versions(asked).unwrap().identical(&repository.work("", &[])).unwrap();
    assert_eq!(same(Asked::revision("HEAD")), Some(Identical::Tree));
    assert_eq!(same(Asked::revision("HEAD~1")), None);
    let before = (fs::read(repository.path().join(".git/index")).unwrap(), repository.printed(&["count-objects"]));
    repository.write("new.txt", "never added");
    assert_eq!(same(Asked::revision("HEAD")), None);
    repository.write("code.txt", "two");
    fs::remove_file(repository.path().join("new.txt")).unwrap();
    assert_eq!(same(Asked::revision("HEAD~1")), Some(Identical::Tree), "changed back by hand");
    repository.write(".git/info/exclude", "ignored\n");
    repository.write("ignored", "x");
    assert_eq!(same(Asked::revision("HEAD~1")), Some(Identical::Tree));
    let after = (fs::read(repository.path().join(".git/index")).unwrap(), repository.printed(&["count-objects"]));
    assert_eq!(before, after);
}

#[test]
fn equal_artefacts_are_identical_once_they_are_built() {
    let Some(repository) = Repository::of_three_commits() else { return };
    let work = repository.work("mkdir -p out && cut -c 1 code.txt > out/tool && cp code.txt out/whole", &["out/too*"]);
    let (of_t, of_whole) = (work.clone(), repository.work("", &["out/tool", "out/whole"]));
    let versions = repository.versions(Asked::revision("HEAD~1")).unwrap();
    let missing = versions.identical(&of_t).unwrap_err();
    assert!(missing.to_string().contains("artefacts \"out/too*\" of base: expected files below"), "{missing}");
    for version in [&versions.base, &versions.head] {
        repository.with_setting(|setting| build(version, &work, setting)).unwrap();
    }
    // "two" and "three" begin alike.
    assert_eq!(versions.identical(&of_t).unwrap(), Some(Identical::Artefacts));
    assert_eq!(versions.identical(&of_whole).unwrap(), None);
}

#[test]
fn a_base_that_does_not_build_says_where_its_log_is() {
    let Some(repository) = Repository::of_three_commits() else { return };
    let versions = repository.versions(Asked::revision("HEAD~1")).unwrap();
    let work = repository.work("echo of $(cat code.txt); grep -q three code.txt", &[]);
    let base = versions.work(&versions.base, &work).unwrap();
    let error = repository.with_setting(|setting| build(&versions.base, &base, setting)).unwrap_err();
    let short: String = versions.base.commit.iter().flat_map(|commit| commit.chars().take(10)).collect();
    let sentence = error.to_string();
    assert!(sentence.starts_with(&format!("the base {short} does not build: ")) && sentence.contains("| of two"), "{sentence}");
    repository.with_setting(|setting| build(&versions.head, &work, setting)).unwrap();
    let absent = repository.running("./tool --fast");
    let error = repository.with_setting(|setting| build(&versions.base, &absent, setting)).unwrap_err();
    assert!(error.to_string().ends_with("/tool to run, once it is built"), "{error}");
}

#[test]
fn what_would_lead_base_to_the_files_of_head_is_moved_or_refused() {
    let Some(repository) = Repository::of_three_commits() else { return };
    let versions = repository.versions(Asked::revision("HEAD~1")).unwrap();
    let told = |version| {
        let work = repository.work("printf '%s\\n' $PYTHONPATH $CARGO_TARGET_DIR > told", &[]);
        repository.with_setting(|setting| build(version, &work, setting)).unwrap();
        fs::read_to_string(version.directory.join("told")).unwrap()
    };
    let (tree, beside) = (versions.base.directory.display(), versions.base.directory.parent().unwrap().display());
    assert_eq!(told(&versions.base), format!("{tree}/src\n{beside}/target\n"));
    let tied = repository.running(&format!("{}/tool", repository.path().display()));
    let error = versions.work(&versions.base, &tied).unwrap_err();
    assert!(error.to_string().contains("by its absolute path, so base would run the files of head"), "{error}");
}

#[test]
fn a_base_that_is_a_server_needs_no_repository() {
    let Some(repository) = Repository::empty() else { return };
    let against = Against::Url("http://127.0.0.1:9/".to_string());
    let versions = repository.versions(Asked { against, ..Asked::merge_base() }).unwrap();
    assert_eq!(versions.how, "base is the server of url:http://127.0.0.1:9/");
    assert_eq!((versions.base.commit.as_deref(), versions.base.directory == versions.head.directory), (None, true));
}
