//! Committed baselines in a pull request: read at the merge base, so that a change cannot raise its own bar unseen.

use crate::project::{Answer, Project, component};
use std::path::Path;
use std::process::Command;

/// A pull request as the generic variable names it.
const REQUEST: (&str, &str) = ("NEVERSLOWER_PULL_REQUEST_BASE", "main");
const CONFIG: &str = "[gate]\nenvironment = \"here\"\n[[suite]]\nname = \"bench\"\nbenchmark = { command = \"cat times.txt\" }\n";

fn git(directory: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(directory).args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]);
    command.args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn bench(project: &Project, ns: u64) {
    let lines: String = (0..20).map(|n| format!("BenchmarkSort 10 {} ns/op\n", ns + n % 5)).collect();
    project.write("times.txt", lines);
}

fn commit(project: &Project, message: &str) {
    git(&project.path(""), &["add", "-A"]);
    git(&project.path(""), &["commit", "-q", "-m", message]);
}

/// A repository whose main branch accepted 1 µs, with a branch `change` checked out. `None` without git.
fn repository() -> Option<Project> {
    component("git")?;
    let project = Project::with(CONFIG);
    std::fs::remove_dir(project.path(".git")).unwrap();
    git(&project.path(""), &["init", "-q", "-b", "main"]);
    project.write(".gitignore", "perf-results/\n");
    bench(&project, 1000);
    project.call(&["run"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    commit(&project, "accepted");
    git(&project.path(""), &["checkout", "-q", "-b", "change"]);
    Some(project)
}

/// The change is four times slower, and accepts that for itself.
fn raises_its_own_bar(project: &Project) {
    bench(project, 4000);
    std::fs::remove_dir_all(project.path("baselines")).unwrap();
    project.call(&["run"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    commit(project, "slower, and accepted");
}

fn outcome_of(project: &Project) -> serde_json::Value {
    project.outcome()["suites"][0]["baseline"].clone()
}

#[test]
fn a_change_that_raises_its_own_bar_is_judged_by_the_old_one() {
    let Some(project) = repository() else { return };
    raises_its_own_bar(&project);
    project.call(&["run"]).expect(0);
    let answer = project.call_with(&["run", "--report", "github"], &[REQUEST]).expect(1);
    assert!(answer.stderr.contains("This change edits the baseline of bench"), "{}", answer.stderr);
    assert!(answer.stdout.contains("This change edits the baseline of bench"), "{}", answer.stdout);
    assert_eq!(outcome_of(&project)["edited"], "yes");
    assert!(outcome_of(&project)["path"].as_str().unwrap().ends_with(":baselines/here/bench.json"), "{}", outcome_of(&project));
    for report in ["perf-results/report.md", "perf-results/junit/TEST-bench.xml"] {
        assert!(project.read(report).contains("this change edits it"), "{report}");
    }
    // The same for files of other tools.
    project.call_with(&["check", "times.txt", "--suite", "bench", "--environment", "here"], &[REQUEST]).expect(1);
}

#[test]
fn a_change_that_removes_its_bar_is_judged_by_the_old_one() {
    let Some(project) = repository() else { return };
    bench(&project, 4000);
    std::fs::remove_dir_all(project.path("baselines")).unwrap();
    commit(&project, "no more baselines");
    project.call(&["run"]).expect(0).says("nothing compared yet");
    project.call_with(&["run"], &[REQUEST]).expect(1).says("This change edits the baseline");
}

#[test]
fn a_change_that_leaves_its_bar_alone_is_judged_by_it() {
    let Some(project) = repository() else { return };
    project.write("other.txt", "x");
    commit(&project, "harmless");
    let answer = project.call_with(&["run"], &[REQUEST]).expect(0);
    assert!(!answer.stderr.contains("edits"), "{}", answer.stderr);
    assert_eq!(outcome_of(&project)["edited"], "no");
    bench(&project, 4000);
    project.call_with(&["run"], &[REQUEST]).expect(1);
}

#[test]
fn a_change_that_brings_the_first_baseline_is_told_that_it_judges_nothing() {
    let Some(project) = repository() else { return };
    // As if main had never accepted anything.
    git(&project.path(""), &["checkout", "-q", "main"]);
    git(&project.path(""), &["rm", "-q", "-r", "baselines"]);
    commit(&project, "nothing accepted");
    git(&project.path(""), &["checkout", "-q", "-b", "first"]);
    project.call(&["run"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    commit(&project, "first baseline");
    let answer = project.call_with(&["run"], &[REQUEST]).expect(0).says("none stood there before");
    assert!(!answer.stderr.contains("no run has been accepted"), "{}", answer.stderr);
}

#[test]
fn main_going_on_does_not_move_the_bar() {
    let Some(project) = repository() else { return };
    project.write("other.txt", "x");
    commit(&project, "harmless");
    git(&project.path(""), &["checkout", "-q", "main"]);
    project.write("baselines/here/bench.json", "damaged after the change began");
    commit(&project, "main goes on");
    git(&project.path(""), &["checkout", "-q", "change"]);
    project.call_with(&["run"], &[REQUEST]).expect(0);
}

/// What a CI does: a clone, of some depth, of the merge of the change into main.
fn clone_of_merge(project: &Project, depth: &str) -> Project {
    git(&project.path(""), &["checkout", "-q", "main"]);
    git(&project.path(""), &["merge", "-q", "--no-ff", "-m", "merge", "change"]);
    git(&project.path(""), &["update-ref", "refs/pull/7/merge", "HEAD"]);
    git(&project.path(""), &["reset", "-q", "--hard", "HEAD^1"]);
    let clone = Project::new();
    std::fs::remove_dir(clone.path(".git")).unwrap();
    git(&clone.path(""), &["init", "-q"]);
    git(&clone.path(""), &["remote", "add", "origin", &format!("file://{}", project.path("").display())]);
    git(&clone.path(""), &["fetch", "-q", depth, "origin", "refs/pull/7/merge"]);
    git(&clone.path(""), &["checkout", "-q", "--detach", "FETCH_HEAD"]);
    bench(&clone, 4000);
    clone
}

fn on_github(clone: &Project) -> Answer {
    let head = Command::new("git").current_dir(clone.path("")).args(["rev-parse", "HEAD"]).output().unwrap().stdout;
    let head = String::from_utf8(head).unwrap();
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main"), ("GITHUB_REF", "refs/pull/7/merge"), ("GITHUB_SHA", head.trim())];
    clone.call_with(&["run"], &variables)
}

#[test]
fn a_clone_of_one_commit_is_at_best_unstable_and_says_how_to_fetch_more() {
    let Some(project) = repository() else { return };
    raises_its_own_bar(&project);
    let shallow = clone_of_merge(&project, "--depth=1");
    on_github(&shallow).expect(3).says("fetch-depth: 0").says("UNSTABLE");
    assert_eq!(outcome_of(&shallow)["edited"], "unknown");
    // A real regression is still one.
    bench(&shallow, 40_000);
    on_github(&shallow).expect(1);
}

#[test]
fn the_merge_commit_of_the_ci_names_its_target() {
    let Some(project) = repository() else { return };
    raises_its_own_bar(&project);
    on_github(&clone_of_merge(&project, "--depth=2")).expect(1).says("This change edits the baseline of bench");
}

#[test]
fn a_shallow_first_use_passes_and_speaks_of_it() {
    let Some(project) = repository() else { return };
    std::fs::remove_dir_all(project.path("baselines")).unwrap();
    commit(&project, "no more baselines");
    let shallow = clone_of_merge(&project, "--depth=1");
    on_github(&shallow).expect(0).says("whether this change removes its baseline cannot be seen");
}

#[test]
fn gitlab_names_the_merge_base() {
    let Some(project) = repository() else { return };
    let base = Command::new("git").current_dir(project.path("")).args(["rev-parse", "main"]).output().unwrap().stdout;
    let base = String::from_utf8(base).unwrap();
    raises_its_own_bar(&project);
    git(&project.path(""), &["branch", "-q", "-D", "main"]);
    let variables = |base: &str| {
        let pairs = [("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_IID", "3"), ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")];
        let pairs = pairs.into_iter().chain([("CI_MERGE_REQUEST_DIFF_BASE_SHA", base)]);
        pairs.map(|(name, value)| (name.to_string(), value.to_string())).collect::<Vec<_>>()
    };
    let run = |base: &str| Answer::of(project.command(&["run"]).envs(variables(base)).output().unwrap());
    run(base.trim()).expect(1);
    // One that is not in the clone says nothing, and nothing else is known.
    run(&"c".repeat(40)).expect(3).says("GIT_DEPTH: 0");
}

/// A fork's branch may be called like the target: then it is the change itself.
#[test]
fn the_checked_out_branch_is_never_its_own_target() {
    let Some(project) = repository() else { return };
    raises_its_own_bar(&project);
    git(&project.path(""), &["branch", "-q", "-M", "change", "main"]);
    project.call_with(&["run"], &[REQUEST]).expect(3).says("git finds no merge base with \"main\"");
}

#[test]
fn what_is_not_committed_is_noted_outside_of_pull_requests() {
    let Some(project) = repository() else { return };
    let answer = project.call(&["run"]).expect(0);
    assert!(!answer.stderr.contains("not committed"), "{}", answer.stderr);
    project.call(&["accept", "--yes"]).expect(0);
    project.call(&["run"]).expect(0).says("its baseline is not committed as it stands here");
}

#[test]
fn baselines_outside_of_the_repository_are_none_of_gits() {
    let Some(project) = repository() else { return };
    let elsewhere = tempfile::tempdir().unwrap();
    let elsewhere = elsewhere.path().join("kept").display().to_string();
    project.call(&["accept", "--yes", "--baselines", &elsewhere]).expect(0);
    project.call_with(&["run", "--baselines", &elsewhere], &[REQUEST]).expect(0);
    assert_eq!(outcome_of(&project).get("edited"), None);
    bench(&project, 4000);
    project.call_with(&["run", "--baselines", &elsewhere], &[REQUEST]).expect(1);
}

#[test]
fn without_a_repository_a_pull_request_is_noted() {
    let project = Project::with(CONFIG);
    bench(&project, 1000);
    project.call(&["run"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    project.call_with(&["run"], &[REQUEST]).expect(0).says("whether it edits its own baseline cannot be seen");
}

#[test]
fn without_git_a_pull_request_is_noted() {
    let Some(project) = repository() else { return };
    let tools = tempfile::tempdir().unwrap();
    for tool in ["sh", "cat"] {
        let Some(path) = component(tool) else { return };
        std::os::unix::fs::symlink(path, tools.path().join(tool)).unwrap();
    }
    let path = tools.path().display().to_string();
    project.call_with(&["run"], &[REQUEST, ("PATH", &path)]).expect(0).says("cannot start `git merge-base");
}

/// A checkout of another user, as containers have it: git refuses, and its reason is told.
#[test]
fn a_checkout_of_another_user_is_at_best_unstable_and_says_what_to_do() {
    let Some(project) = repository() else { return };
    let chown = |owner: &str| Command::new("chown").args(["-R", owner]).arg(project.path("")).status().is_ok_and(|status| status.success());
    if !chown("12345:12345") {
        eprintln!("skipped: only root gives files away");
        return;
    }
    let clean = [REQUEST, ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")];
    let answer = project.call_with(&["run"], &clean);
    assert!(chown("0:0"));
    answer.expect(3).says("safe.directory");
}

/// Whatever a repository configures, asking it runs nothing, and variables of a surrounding hook point nowhere else.
#[test]
fn nothing_of_the_repository_is_run() {
    let Some(project) = repository() else { return };
    let touch = format!("touch {}; cat", project.path("was-run").display());
    for key in ["core.pager", "core.fsmonitor", "core.sshCommand", "core.editor", "pager.ls-tree", "pager.rev-parse", "diff.external"] {
        git(&project.path(""), &["config", key, &touch]);
    }
    let other = tempfile::tempdir().unwrap();
    git(other.path(), &["init", "-q"]);
    let elsewhere = other.path().join(".git").display().to_string();
    bench(&project, 4000);
    let hostile =
        [REQUEST, ("GIT_DIR", elsewhere.as_str()), ("GIT_INDEX_FILE", "nowhere"), ("GIT_PAGER", touch.as_str()), ("GIT_TRACE", "1")];
    project.call_with(&["run"], &hostile).expect(1);
    assert_eq!(outcome_of(&project)["edited"], "no");
    assert!(!project.exists("was-run"));
}

/// In a large repository the configuration stands somewhere below, and its baselines beside it or elsewhere.
fn below(baselines: &str) {
    let Some(project) = repository() else { return };
    git(&project.path(""), &["checkout", "-q", "main"]);
    project.write("service/neverslower.toml", CONFIG.replace("[gate]", &format!("[gate]\nbaselines = \"{baselines}\"")));
    let accepts = |ns: u64| {
        bench(&project, ns);
        project.write("service/times.txt", project.read("times.txt"));
        let _ = std::fs::remove_dir_all(project.path("service").join(baselines));
        project.call(&["run", "--config", "service/neverslower.toml"]).expect(0);
        project.call(&["accept", "--yes", "--config", "service/neverslower.toml"]).expect(0);
        assert!(project.path("service").join(baselines).join("here/bench.json").exists());
        project.write("service/.gitignore", "perf-results/\n");
        commit(&project, "accepted");
    };
    accepts(1000);
    git(&project.path(""), &["checkout", "-q", "-B", "change"]);
    accepts(4000);
    let run = |folder: &str, arguments: &[&str]| {
        let mut command = project.command(arguments);
        Answer::of(command.current_dir(project.path(folder)).envs([REQUEST]).output().unwrap())
    };
    run("service", &["run"]).expect(1).says("This change edits the baseline");
    run("", &["run", "--config", "service/neverslower.toml"]).expect(1).says("This change edits the baseline");
}

#[test]
fn baselines_in_a_folder_of_the_repository_are_found() {
    below("baselines");
}

#[test]
fn baselines_beside_the_folder_of_the_configuration_are_found() {
    below("../bars");
}
