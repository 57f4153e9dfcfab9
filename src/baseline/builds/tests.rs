use super::{BuildFacts, NewBuild, list, store};
use crate::model::{Better, Run, Series, SeriesKey, Unit, Verdict};
use std::fs;
use std::path::Path;

fn run(suite: &str, value: f64) -> Run {
    let series = Series::point(SeriesKey::new("a", "time"), Unit::Ns, Better::Lower, value);
    Run { suite: suite.to_string(), series: [(series.key.clone(), series)].into(), ..Run::default() }
}

fn keep(directory: &Path, number: u64, verdict: Verdict, runs: &[&Run], keep: usize) {
    let facts = BuildFacts { number, verdict, started_ns: Some(number), commit: None, aborted: false };
    let documents = [("extra.json", format!("[{number}]"))];
    store(directory, &NewBuild { facts, verdict_line: "verdict=x", runs, documents: &documents }, keep).unwrap();
}

/// Numbers and verdicts, as listed.
fn listed(directory: &Path) -> String {
    let builds = list(directory).unwrap_or_else(|error| panic!("{error}"));
    builds.iter().map(|build| format!("{}={} ", build.facts.number, build.facts.verdict)).collect()
}

#[test]
fn a_build_is_found_again_with_its_runs_and_documents() {
    let directory = tempfile::tempdir().unwrap();
    let builds = directory.path().join("builds");
    assert_eq!(listed(&builds), "");
    keep(&builds, 9, Verdict::Pass, &[&run("shop", 5.0)], 50);
    keep(&builds, 10, Verdict::Unstable, &[], 50);
    assert_eq!(listed(&builds), "10=unstable 9=pass ");
    let found = list(&builds).unwrap();
    assert_eq!(found[1].run("shop").unwrap(), Some(run("shop", 5.0)));
    assert_eq!((found[1].run("other").unwrap(), found[0].run("shop").unwrap()), (None, None));
    assert_eq!((found[1].document("extra.json").unwrap().as_deref(), found[1].document("none").unwrap()), (Some("[9]"), None));
    assert_eq!(fs::read_to_string(builds.join("9/verdict.txt")).unwrap(), "verdict=x\n");
}

#[test]
fn the_same_number_again_replaces_the_build() {
    let directory = tempfile::tempdir().unwrap();
    keep(directory.path(), 3, Verdict::Fail, &[&run("old", 1.0)], 50);
    keep(directory.path(), 3, Verdict::Pass, &[&run("new", 1.0)], 50);
    assert_eq!(listed(directory.path()), "3=pass ");
    assert_eq!(list(directory.path()).unwrap()[0].suites().unwrap(), ["new".to_string()].into());
    let names: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["3"], "something is left behind");
}

#[test]
fn old_builds_go_but_never_the_last_good_one_of_a_suite() {
    let directory = tempfile::tempdir().unwrap();
    let (a, b) = (run("a", 1.0), run("b", 1.0));
    keep(directory.path(), 1, Verdict::Pass, &[&a, &b], 2);
    keep(directory.path(), 2, Verdict::Pass, &[&a], 2);
    keep(directory.path(), 3, Verdict::Fail, &[&a], 2);
    keep(directory.path(), 4, Verdict::Fail, &[&a], 2);
    assert_eq!(listed(directory.path()), "4=fail 3=fail 2=pass 1=pass ");
    keep(directory.path(), 5, Verdict::Pass, &[&a, &b], 2);
    assert_eq!(listed(directory.path()), "5=pass 4=fail ");
    // A counter that began anew: what was just measured stays.
    keep(directory.path(), 1, Verdict::Fail, &[&a], 2);
    assert_eq!(listed(directory.path()), "5=pass 4=fail 1=fail ");
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    for theirs in ["1/build.xml", "007/build.json", "notes/build.json", "legacy.txt"] {
        let path = directory.path().join(theirs);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "precious").unwrap();
    }
    keep(directory.path(), 8, Verdict::Pass, &[], 1);
    keep(directory.path(), 9, Verdict::Pass, &[], 1);
    assert_eq!(listed(directory.path()), "9=pass ");
    for theirs in ["1/build.xml", "007/build.json", "notes/build.json", "legacy.txt"] {
        assert_eq!(fs::read_to_string(directory.path().join(theirs)).unwrap(), "precious");
    }
    let facts = BuildFacts { number: 1, verdict: Verdict::Pass, started_ns: None, commit: None, aborted: false };
    let refused = store(directory.path(), &NewBuild { facts, verdict_line: "", runs: &[], documents: &[] }, 1).unwrap_err();
    assert_eq!(refused.found, "a folder of somebody else");
}

/// What a killed write leaves is no build, and is cleared away when its number is history.
#[test]
fn an_interrupted_write_is_no_build() {
    let directory = tempfile::tempdir().unwrap();
    let left = directory.path().join(".4.77.new");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("build.json"), "{").unwrap();
    fs::create_dir_all(directory.path().join("5/runs")).unwrap();
    assert_eq!(listed(directory.path()), "");
    keep(directory.path(), 6, Verdict::Pass, &[], 5);
    assert!(!left.exists());
    let young = directory.path().join(".8.77.new");
    fs::create_dir_all(&young).unwrap();
    keep(directory.path(), 7, Verdict::Pass, &[], 5);
    assert!(young.exists(), "another job may be writing it");
}

/// A damaged build is named, not skipped.
fn damaged(file: &str, text: &str, expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    keep(directory.path(), 5, Verdict::Pass, &[&run("shop", 1.0)], 5);
    fs::write(directory.path().join("5").join(file), text).unwrap();
    let found = list(directory.path()).and_then(|builds| builds[0].run("shop"));
    let error = found.unwrap_err().to_string();
    assert!(error.contains(expected) && error.contains("delete the folder"), "{error}");
}

#[test]
fn damaged_builds_are_named() {
    damaged("build.json", "{", "build.json:1:1: expected what is known of a build");
    let build = |number: u64, verdict: &str, schema: &str| format!(r#"{{"schema":"{schema}","number":{number},"verdict":"{verdict}"}}"#);
    damaged("build.json", &build(5, "pass", "neverslower.build.v2"), "expected schema \"neverslower.build.v1\"");
    damaged("build.json", &build(4, "pass", super::BUILD_SCHEMA), "expected number 5, found \"4\"");
    damaged("build.json", &build(5, "green", super::BUILD_SCHEMA), "expected a verdict, found \"green\"");
    damaged("runs/shop.run.json", "{}", "expected a stored run (neverslower.run.v1) of \"shop\"");
    let other = serde_json::to_string(&crate::model::StoredRun::from_run(&run("other", 1.0))).unwrap();
    damaged("runs/shop.run.json", &other, "found one of \"other\"");
    let cut = serde_json::to_string(&crate::model::StoredRun::from_run(&Run { partial: true, ..run("shop", 1.0) })).unwrap();
    damaged("runs/shop.run.json", &cut, "found a run that is cut");
}
