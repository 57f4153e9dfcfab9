//! Baselines survive: a full disk, a kill at any moment, several `accept` at once, and merges of branches.

use crate::project::{Project, component};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

const FILE: &str = "baselines/here/bench.json";

/// A project whose benchmark prints what stands in a file.
fn project() -> Project {
    Project::with(
        "[gate]\nenvironment = \"here\"\nkeep_runs = 100\n[[suite]]\nname = \"bench\"\nbenchmark = { command = \"cat times.txt\" }\n",
    )
}

/// Measures benchmarks with these times, and leaves the run in a folder of that name.
fn measure(project: &Project, times: &[(&str, u32)], folder: &str) {
    let mut text = String::new();
    times.iter().for_each(|(label, time)| writeln!(text, "Benchmark{label} 10 {time} ns/op").unwrap());
    project.write("times.txt", text);
    project.call(&["run"]);
    fs::rename(project.path("perf-results"), project.path(folder)).unwrap();
}

/// Many series, so that the file has several blocks of a disk.
fn many(time: u32) -> Vec<(&'static str, u32)> {
    const LABELS: [&str; 24] =
        ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X"];
    LABELS.into_iter().map(|label| (label, time)).collect()
}

/// Names in the directory of the baseline.
fn names(project: &Project) -> Vec<String> {
    let entries = fs::read_dir(project.path("baselines/here")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Accepted runs of each series.
fn counts(project: &Project) -> Vec<usize> {
    let baseline: serde_json::Value = serde_json::from_str(&project.read(FILE)).unwrap();
    baseline["series"].as_array().unwrap().iter().map(|series| series["entries"].as_array().unwrap().len()).collect()
}

/// A disk that is full after any number of blocks: a limit on the size of files, once as an error and once as a signal.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file_whole() {
    let project = project();
    measure(&project, &many(100), "one");
    measure(&project, &many(101), "two");
    project.call(&["accept", "--yes", "--from", "one"]).expect(0);
    let old = project.read(FILE);
    let call = |setup: &str| {
        let program = env!("CARGO_BIN_EXE_neverslower");
        let call = format!("{setup}; exec {program} accept --yes --from two");
        Command::new("sh").args(["-c", &call]).current_dir(project.path("")).stderr(Stdio::piped()).env_remove("CI").output().unwrap()
    };
    for blocks in 0..old.len() / 512 {
        let output = call(&format!("trap '' XFSZ; ulimit -c 0; ulimit -f {blocks}"));
        if output.status.success() {
            assert!(blocks > 0, "a limit of nothing is no hindrance");
            break;
        }
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("bench.json: expected to write the baseline, found File too large"), "{said}");
        assert_eq!((project.read(FILE), names(&project)), (old.clone(), vec!["bench.json".to_string()]), "at {blocks} blocks");
        assert!(!call(&format!("ulimit -c 0; ulimit -f {blocks}")).status.success());
        assert_eq!(project.read(FILE), old, "killed at {blocks} blocks");
        let _ = fs::remove_file(project.path("baselines/here/.bench.json.new"));
    }
    project.write("baselines/here/.bench.json.new", "what a dead process left");
    project.call(&["accept", "--yes", "--from", "two"]).expect(0);
    assert_eq!((counts(&project), names(&project)), (vec![2; 24], vec!["bench.json".to_string()]));
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error() {
    let project = project();
    measure(&project, &many(100), "one");
    measure(&project, &many(101), "two");
    project.call(&["accept", "--yes", "--from", "one"]).expect(0);
    let old = project.read(FILE);
    // Whoever may write everywhere is stopped by this as well.
    fs::create_dir(project.path("baselines/here/.bench.json.new")).unwrap();
    project.call(&["accept", "--yes", "--from", "two"]).expect(4).says("nothing was changed; check the directory's permissions and space");
    assert_eq!(project.read(FILE), old);
}

/// Killed at many moments of its short life, the file is the old one or the new one.
#[cfg(unix)]
#[test]
fn a_kill_leaves_the_old_file_or_the_new_one() {
    let project = project();
    measure(&project, &many(100), "one");
    measure(&project, &many(101), "two");
    project.call(&["accept", "--yes", "--from", "one"]).expect(0);
    let old = project.read(FILE);
    project.call(&["accept", "--yes", "--from", "two"]).expect(0);
    let new = project.read(FILE);
    let mut seen = BTreeSet::new();
    for round in 0..60u64 {
        project.write(FILE, &old);
        let mut child = project.command(&["accept", "--yes", "--from", "two"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(round * 250));
        child.kill().unwrap();
        child.wait().unwrap();
        let text = project.read(FILE);
        assert!(text == old || text == new, "after {} µs:\n{text}", round * 250);
        seen.insert(text == new);
    }
    assert!(seen.contains(&false), "no kill came early enough to prove anything");
    project.call(&["accept", "--yes", "--from", "two"]).expect(0);
    assert_eq!(names(&project), ["bench.json"]);
}

#[test]
fn nothing_is_lost_when_many_accept_at_once() {
    const MANY: usize = 16;
    let project = project();
    (0..MANY).for_each(|index| measure(&project, &many(100), &format!("job{index}")));
    let children: Vec<_> = (0..MANY)
        .map(|index| {
            let folder = format!("job{index}");
            project.command(&["accept", "--yes", "--from", &folder]).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(counts(&project), [MANY; 24]);
    measure(&project, &many(100), "last");
    project.call(&["accept", "--yes", "--from", "last"]).expect(0);
    assert_eq!(names(&project), ["bench.json"]);
}

fn git(project: &Project, arguments: &[&str]) -> Option<bool> {
    let git = component("git")?;
    let identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];
    let mut command = Command::new(git);
    command.args(identity).args(arguments).current_dir(project.path("")).stdout(Stdio::null()).stderr(Stdio::null());
    Some(command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").status().unwrap().success())
}

/// Two branches that accept the series of two globs, merged: whether git could, and what the program says of the file.
fn merged(keep_runs: usize, first: &str, second: &str) -> Option<(bool, Project)> {
    let project = project();
    project.write("neverslower.toml", fs::read_to_string(project.path("neverslower.toml")).unwrap().replace("100", &keep_runs.to_string()));
    fs::remove_dir(project.path(".git")).unwrap();
    git(&project, &["init", "-q", "-b", "main"])?;
    for index in 0..keep_runs {
        measure(&project, &many(100), &format!("job{index}"));
        project.call(&["accept", "--yes", "--from", &format!("job{index}")]).expect(0);
    }
    measure(&project, &many(102), "next");
    measure(&project, &many(103), "other");
    let commit = || git(&project, &["add", "baselines"]).and_then(|_| git(&project, &["commit", "-q", "-m", "accepted"]));
    commit()?;
    git(&project, &["checkout", "-q", "-b", "topic"])?;
    project.call(&["accept", "--yes", "--from", "next", "--series", first]).expect(0);
    commit()?;
    git(&project, &["checkout", "-q", "main"])?;
    project.call(&["accept", "--yes", "--from", "other", "--series", second]).expect(0);
    commit()?;
    Some((git(&project, &["merge", "-q", "--no-edit", "topic"])?, project))
}

/// Neighbours in the file, with room for one more run and without, the last series among them.
#[test]
fn branches_that_accept_different_series_merge() {
    for (keep_runs, first, second) in [(1, "BenchmarkC", "BenchmarkD"), (2, "BenchmarkD", "BenchmarkC"), (2, "BenchmarkX", "BenchmarkW")] {
        let Some((is_merged, project)) = merged(keep_runs, first, second) else { return };
        assert!(is_merged, "{first} and {second} do not merge");
        project.call(&["check", "other/runs/bench.run.json"]).expect(3);
        let text = project.read(FILE);
        assert!(text.contains("\"p50\":102") && text.contains("\"p50\":103"), "{text}");
        measure(&project, &many(103), "third");
        project.call(&["accept", "--yes", "--from", "third"]).expect(0);
    }
}

#[test]
fn branches_that_accept_the_same_series_conflict_and_the_conflict_is_named() {
    let Some((is_merged, project)) = merged(2, "BenchmarkC", "BenchmarkC") else { return };
    assert!(!is_merged);
    project.call(&["check", "other/runs/bench.run.json"]).expect(4).says("<<<<<<< HEAD").says("--ours");
    let text = project.read(FILE);
    let is_marker = |line: &&str| ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark));
    let union: String = text.lines().filter(|line| !is_marker(line)).map(|line| format!("{line}\n")).collect();
    project.write(FILE, union);
    project.call(&["check", "other/runs/bench.run.json"]).expect(4).says("bench.json:");
    assert_eq!(git(&project, &["checkout", "--ours", FILE]), Some(true));
    project.call(&["accept", "--yes", "--from", "next", "--series", "BenchmarkC"]).expect(0);
    assert_eq!(counts(&project)[2], 2);
}
