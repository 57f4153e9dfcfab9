//! `run --against`: base and head measured in turn. The suite is a script whose times are its own arithmetic, so that every
//! verdict is certain; what real noise does is in `benches/`.

use crate::project::{Answer, Project, component};
use std::path::Path;
use std::process::Command;

const CONFIG: &str = "[gate]\nenvironment = \"here\"\nversions = \"VERSIONS\"\n[[suite]]\nname = \"bench\"\nbuild = \"sh build.sh\"\n\
                      benchmark = { command = \"sh bench.sh\" }\n";

fn git(directory: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(directory).args(["-c", "user.name=a", "-c", "user.email=a@example.org"]);
    let output = command.args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null").output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository whose only commit is as fast as it is; what is changed then is head.
struct Two {
    project: Project,
    _versions: tempfile::TempDir,
}

impl Two {
    /// `None` without git.
    fn new() -> Option<Two> {
        component("git")?;
        let versions = tempfile::tempdir().unwrap();
        let project = Project::with(&CONFIG.replace("VERSIONS", &versions.path().display().to_string()));
        std::fs::remove_dir(project.path(".git")).unwrap();
        git(&project.path(""), &["init", "-q", "-b", "main"]);
        project.write(".gitignore", "perf-results/\ncount\n");
        project.write("build.sh", "exit 0\n");
        let two = Two { project, _versions: versions };
        two.bench(100, "Sort");
        two.commit();
        Some(two)
    }

    fn commit(&self) {
        git(&self.project.path(""), &["add", "-A"]);
        git(&self.project.path(""), &["commit", "-q", "-m", "one"]);
    }

    /// Times of so many per cent of a millisecond, a little different in each process run, eight a run.
    fn bench(&self, percent: u32, name: &str) {
        let script = "n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) > count\n\
                      for i in 1 2 3 4 5 6 7 8; do echo BenchmarkNAME 10 $(((1000000 + n * 7919 % 2000 + i) * PERCENT / 100)) ns/op; done\n";
        self.project.write("bench.sh", script.replace("NAME", name).replace("PERCENT", &percent.to_string()));
    }

    fn run(&self, more: &[&str]) -> Answer {
        self.project.call(&[&["run", "--against", "HEAD"], more].concat())
    }

    fn finding(&self) -> serde_json::Value {
        let outcome = self.project.outcome();
        let findings = outcome["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["label"] == "Sort").unwrap_or(&findings[0]).clone()
    }
}

#[test]
fn a_slower_head_fails_and_the_pairs_tell_it_again() {
    let Some(two) = Two::new() else { return };
    two.bench(120, "Sort");
    two.run(&[]).expect(1).says("proven slower").says("14 pairs");
    let finding = two.finding();
    assert_eq!((&finding["verdict"], &finding["pairs_used"]), (&"fail".into(), &14.into()));
    assert!((finding["change_percent"].as_f64().unwrap() - 20.0).abs() < 0.1, "{finding}");
    let outcome = two.project.outcome();
    assert_eq!(outcome["suites"][0]["baseline"]["kind"], "interleaved");
    // Who doubts it judges the pairs alone.
    two.project.call(&["check", "perf-results/pairs/bench.jsonl", "--results", "again"]).expect(1).says("14 pairs");
}

#[test]
fn an_unchanged_head_passes_after_the_first_look() {
    let Some(two) = Two::new() else { return };
    two.project.write("README.md", "changed");
    two.run(&[]).expect(0);
    assert_eq!(two.finding()["pairs_used"], 8);
    assert_eq!(two.finding()["verdict"], "pass");
}

#[test]
fn a_faster_head_never_fails() {
    let Some(two) = Two::new() else { return };
    two.bench(80, "Sort");
    two.run(&[]).expect(0);
    assert!(two.finding()["change_percent"].as_f64().unwrap() < -19.0);
}

#[test]
fn the_same_tree_is_not_measured() {
    let Some(two) = Two::new() else { return };
    two.run(&[]).expect(0).says("identical, not measured");
    assert!(!two.project.exists("count"));
}

#[test]
fn what_cannot_be_built_or_measured_has_no_verdict() {
    let Some(two) = Two::new() else { return };
    two.project.write("build.sh", "echo broken; exit 3\n");
    two.run(&[]).expect(4).says("head does not build").says("broken");
    two.project.write("build.sh", "exit 0\n");
    two.project.write("bench.sh", "echo lost; exit 9\n");
    two.run(&[]).expect(4).says("lost");
    // The benchmark breaks only after the first look at it.
    two.bench(100, "Sort");
    let broken = format!("{}\n[ $n -gt 2 ] && exit 7\nexit 0\n", two.project.read("bench.sh"));
    two.project.write("bench.sh", broken);
    std::fs::remove_file(two.project.path("count")).ok();
    two.run(&[]).expect(4).says("void");
    two.commit();
    two.project.write("build.sh", "exit 0 # head\n");
    two.run(&[]).expect(4);
    two.project.call(&["run", "--against", "nowhere"]).expect(4).says("git knows no commit \"nowhere\"");
}

#[test]
fn a_base_that_does_not_build_has_no_verdict() {
    let Some(two) = Two::new() else { return };
    two.project.write("build.sh", "echo the base is broken; exit 3\n");
    two.commit();
    two.project.write("build.sh", "exit 0\n");
    two.run(&[]).expect(4).says("does not build").says("the base is broken");
}

#[test]
fn without_time_there_is_no_verdict() {
    let Some(two) = Two::new() else { return };
    two.bench(101, "Sort");
    two.run(&["--budget", "1ms"]).expect(4).says("the time was over before its first pair");
}

#[test]
fn pairs_are_neither_repeated_nor_confirmed() {
    let Some(two) = Two::new() else { return };
    two.run(&["--repeat", "3"]).expect(2).says("cannot be used with");
    two.run(&["--confirm", "1"]).expect(2).says("cannot be used with");
}

#[test]
fn a_benchmark_that_is_gone_is_missed() {
    let Some(two) = Two::new() else { return };
    let both = two.project.read("bench.sh") + &two.project.read("bench.sh").replace("Sort", "Gone");
    two.project.write("bench.sh", both);
    two.commit();
    two.bench(100, "Sort");
    two.run(&[]).expect(3).says("Gone");
}

#[test]
fn a_seed_repeats_the_order() {
    let Some(two) = Two::new() else { return };
    two.bench(120, "Sort");
    let orders = |seed: &str| {
        two.run(&["--seed", seed]).expect(1);
        let text = two.project.read("perf-results/pairs/bench.jsonl");
        text.lines().map(|line| line.contains("base-first")).collect::<Vec<bool>>()
    };
    assert_eq!(orders("7"), orders("7"));
    assert_ne!(orders("7"), orders("8"));
}

#[test]
fn auto_measures_against_the_merge_base_in_ci_where_nothing_else_compares() {
    let Some(two) = Two::new() else { return };
    two.bench(120, "Sort");
    two.commit();
    let ci = [("CI", "true")];
    two.project.call_with(&["run"], &ci).expect(1).says("proven slower");
    // With a baseline that compares there is no need.
    two.project.call(&["run"]).expect(0);
    two.project.call(&["accept", "--yes"]).expect(0);
    two.project.call_with(&["run"], &ci);
    assert_eq!(two.project.outcome()["suites"][0]["baseline"]["kind"], "committed");
}
