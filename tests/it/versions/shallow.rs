//! Clones that hold too little, and checkouts that belong to somebody else.

use super::repository::{Asked, Repository, git};
use super::{check, refused};
use neverslower::measure::versions::VersionError;
use std::fs;
use std::process::Command;

/// A history on main, longer than one step of deepening, with a branch of two commits; and a clone of one commit of that branch.
fn shallow(branch: &str) -> Option<(Repository, Repository)> {
    let origin = Repository::of_three_commits()?;
    for n in 0..60 {
        git(origin.path(), &["commit", "-q", "--allow-empty", "-m", &format!("main {n}")]);
    }
    git(origin.path(), &["checkout", "-q", "-b", "change"]);
    origin.commit("code.txt", "four");
    origin.commit("code.txt", "five");
    git(origin.path(), &["checkout", "-q", "main"]);
    let clone = origin.cloned(&["--depth=1", "--single-branch", "-b", branch]);
    assert_eq!(clone.printed(&["rev-list", "--count", "HEAD"]).trim(), "1");
    Some((origin, clone))
}

#[test]
fn a_clone_of_one_commit_is_deepened_to_the_merge_base() {
    let Some((_origin, clone)) = shallow("change") else { return };
    // Nothing tells the default branch of such a clone but its origin.
    check(&clone, Asked { is_ci: true, ..Asked::merge_base() }, "main 59", "where this change left origin/main");
    let Some((_origin, clone)) = shallow("change") else { return };
    check(&clone, Asked { pull_request: Some("main"), ..Asked::merge_base() }, "main 59", "where this change begins on main");
    assert!(clone.printed(&["rev-parse", "--is-shallow-repository"]).starts_with("true"), "not all of it was fetched");
}

#[test]
fn a_clone_of_one_commit_of_main_is_deepened_to_the_commit_before() {
    let Some((_origin, clone)) = shallow("main") else { return };
    check(&clone, Asked { is_ci: true, ..Asked::merge_base() }, "main 58", "the commit before this one, which is part of origin/main");
}

#[test]
fn a_name_that_needs_more_history_is_found_in_several_steps() {
    let Some((_origin, clone)) = shallow("main") else { return };
    check(&clone, Asked::revision("HEAD~62"), "one", "which is HEAD~62");
}

#[test]
fn a_clone_whose_origin_is_gone_is_no_verdict_that_names_the_depth() {
    let Some((origin, clone)) = shallow("change") else { return };
    fs::remove_dir_all(origin.path()).unwrap();
    for asked in [Asked::merge_base(), Asked { pull_request: Some("main"), ..Asked::merge_base() }, Asked::revision("HEAD~1")] {
        let error = refused(&clone, asked, "fetch-depth: 0");
        assert!(matches!(error, VersionError::NoBase(_)));
    }
}

#[test]
fn a_whole_clone_is_never_fetched_into() {
    let Some(origin) = Repository::of_three_commits() else { return };
    let clone = origin.cloned(&[]);
    origin.commit("code.txt", "four");
    let later = origin.printed(&["rev-parse", "HEAD"]);
    refused(&clone, Asked::revision(later.trim()), "git knows no commit");
}

#[test]
fn a_checkout_that_belongs_to_somebody_else_is_refused_with_the_way_out() {
    let Some(repository) = Repository::of_three_commits() else { return };
    let chown =
        |owner: &str| Command::new("chown").args(["-R", owner]).arg(repository.path()).status().is_ok_and(|status| status.success());
    if !chown("12345:12345") {
        eprintln!("skipped: only root can give files away");
        return;
    }
    let error = refused(&repository, Asked::merge_base(), "git config --global --add safe.directory");
    assert!(matches!(error, VersionError::NoBase(_)));
    assert!(chown("0:0"));
}
