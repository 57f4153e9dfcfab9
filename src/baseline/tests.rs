//! The committed file: what a reviewer sees, what is refused, what accepting changes.

use super::{Acceptance, Store, accept, ahead, find, find_ahead, load_file, of_file, parse};
use crate::model::{BaselineKind, Better, Distribution, Environment, Evidence, Percentile, Run, Series, SeriesKey, Summary, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

mod first_layout;
mod levels;
mod refusals;

fn environment(key: &str) -> Environment {
    let field = |name: &str, value: &str| [(name.to_string(), value.to_string())].into();
    Environment { key: key.to_string(), hard: field("cores", "2"), drift: field("kernel", "6.1") }
}

fn series(label: &str, metric: &str, values: &[f64]) -> Series {
    let distribution = Distribution::Values(values.to_vec());
    let percentiles = [Percentile::P50, Percentile::P999].into_iter().filter_map(|p| Some((p, distribution.percentile(p)?))).collect();
    Series {
        key: SeriesKey::new(label, metric),
        unit: if metric == "time" { Unit::Ns } else { Unit::Count },
        better: Better::Lower,
        evidence: Evidence::Samples,
        summary: Summary {
            count: values.len() as u64,
            mean: Some(values[0]),
            throughput: Some(1234.567),
            percentiles,
            ..Summary::default()
        },
        summary_ok: None,
        distribution,
        error_kinds: Default::default(),
    }
}

/// A run of second `number`.
fn run(number: u64) -> Run {
    let all = [series("sort", "time", &[123_456.0, 1000.44, 1.0]), series("sort", "allocations", &[1_234_567.0, 0.333_333_333_333_333_3])];
    Run {
        suite: "shop".to_string(),
        started_ns: Some(1_800_000_000_000_000_000 + number * 1_000_000_000),
        commit: Some(format!("c{number}")),
        environment: environment("lab"),
        series: all.into_iter().map(|one| (one.key.clone(), one)).collect(),
        ..Run::default()
    }
}

/// What is asked besides the runs.
#[derive(Default)]
struct Terms {
    pin: bool,
    reason: Option<&'static str>,
    /// Only series of this metric.
    metric: Option<&'static str>,
    keep_runs: usize,
    /// The metric that moved to another level.
    new_level: Option<&'static str>,
}

fn try_accept(store: &Path, runs: &[Run], terms: &Terms) -> Result<Option<PathBuf>, super::BaselineError> {
    let last = runs.last().unwrap();
    let before = find(&Store::Directory(store.to_path_buf()), &last.environment, &last.suite)?;
    let all = before.runs.iter().chain(runs).flat_map(|run| run.series.keys());
    let chosen: BTreeSet<SeriesKey> = all.filter(|key| terms.metric.is_none_or(|only| only == key.metric)).cloned().collect();
    let reasons: BTreeMap<SeriesKey, String> =
        terms.reason.iter().map(|reason| (SeriesKey::new("sort", "time"), reason.to_string())).collect();
    let new_levels: BTreeSet<SeriesKey> = terms.new_level.iter().map(|metric| SeriesKey::new("sort", *metric)).collect();
    let keep_runs = if terms.keep_runs == 0 { 10 } else { terms.keep_runs };
    accept(
        store,
        &Acceptance {
            runs,
            chosen: &chosen,
            reasons: &reasons,
            new_levels: &new_levels,
            pin: terms.pin,
            keep_runs,
            now_ns: 1_900_000_000_000_000_000,
        },
        None,
    )
}

/// Accepts a run and gives the file's text.
fn accepted(store: &Path, run: &Run, terms: &Terms) -> String {
    try_accept(store, std::slice::from_ref(run), terms).unwrap();
    text(store)
}

fn text(store: &Path) -> String {
    std::fs::read_to_string(store.join("lab/shop.json")).unwrap()
}

fn before(store: &Path) -> crate::model::Before {
    find(&Store::Directory(store.to_path_buf()), &environment("lab"), "shop").unwrap()
}

/// Commits of the accepted runs of a metric, newest first.
fn commits(store: &Path, metric: &str) -> Vec<String> {
    let key = SeriesKey::new("sort", metric);
    before(store).runs.into_iter().filter(|run| run.series.contains_key(&key)).filter_map(|run| run.commit).collect()
}

fn store() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// What a reviewer sees. Changing it changes every committed baseline.
#[test]
fn what_is_written() {
    let store = store();
    accepted(store.path(), &run(1), &Terms::default());
    let mut second = run(2);
    second.environment.drift.insert("kernel".to_string(), "6.2".to_string());
    second.session_ns = run(1).started_ns;
    let written =
        accepted(store.path(), &second, &Terms { pin: true, reason: Some("a new parser"), metric: Some("time"), ..Terms::default() });
    assert_eq!(
        written,
        r#"{
  "environment": {
    "drift": {
      "kernel": "6.1"
    },
    "hard": {
      "cores": "2"
    },
    "key": "lab"
  },
  "schema": "neverslower.baseline.v2",
  "series": [
    {
      "better": "lower",
      "entries": [
        {"commit":"c1","evidence":"samples","recorded":"2027-01-15T08:00:01Z","samples":[0.333333333333,1234567],"summary":{"count":2,"errors":0,"mean":1234567,"p50":0.333333333333,"p99.9":1234567,"throughput":1235}}
      ],
      "label": "sort",
      "metric": "allocations",
      "seal": "c22b8bd618cf5018",
      "unit": "count"
    },
    {
      "better": "lower",
      "entries": [
        {"commit":"c2","drift":{"kernel":"6.2"},"evidence":"samples","pin":"run","reason":"a new parser","recorded":"2027-01-15T08:00:02Z","samples":[1,1000,123500],"session":"2027-01-15T08:00:01Z","summary":{"count":3,"errors":0,"mean":123500,"p50":1000,"p99.9":123500,"throughput":1235}},
        {"commit":"c1","evidence":"samples","recorded":"2027-01-15T08:00:01Z","samples":[1,1000,123500],"summary":{"count":3,"errors":0,"mean":123500,"p50":1000,"p99.9":123500,"throughput":1235}}
      ],
      "label": "sort",
      "metric": "time",
      "seal": "c8c30fcb4fea3c07",
      "unit": "ns"
    }
  ],
  "suite": "shop"
}
"#
    );
    let before = before(store.path());
    assert_eq!(before.runs[0].session_ns, run(1).started_ns);
    assert_eq!(before.runs[0].environment.drift["kernel"], "6.2");
    assert_eq!(before.facts.reasons, ["a new parser (sort time)"]);
}

#[test]
fn accepting_appends_and_accepting_again_changes_nothing() {
    let store = store();
    let terms = Terms { keep_runs: 3, ..Terms::default() };
    (1..=4).for_each(|number| drop(accepted(store.path(), &run(number), &terms)));
    let written = text(store.path());
    for _ in 0..20 {
        assert_eq!(accepted(store.path(), &run(4), &terms), written);
        assert_eq!(accepted(store.path(), &run(3), &terms), written);
        assert_eq!(accepted(store.path(), &run(1), &terms), written, "it is older than what is kept");
    }
    assert_eq!(commits(store.path(), "time"), ["c4", "c3", "c2"]);
    let values: Vec<u64> =
        before(store.path()).runs.iter().map(|run| run.series.values().map(|one| one.distribution.count()).sum()).collect();
    assert_eq!(values, [5, 5, 5], "every run keeps its values");
    assert_eq!(std::fs::read_dir(store.path().join("lab")).unwrap().count(), 1, "no temporary file is left");
}

/// A run of unchanged numbers is a line more of each series, and a seal.
#[test]
fn only_its_own_line_changes() {
    let store = store();
    let old = accepted(store.path(), &run(1), &Terms::default());
    let new = accepted(store.path(), &run(2), &Terms::default());
    let known: BTreeSet<&str> = old.lines().collect();
    let added: Vec<&str> = new.lines().filter(|line| !known.contains(line)).collect();
    assert_eq!(added.len(), 4, "{added:#?}");
    assert!(added.iter().all(|line| line.contains("\"commit\":\"c2\"") || line.contains("\"seal\"")));
}

#[test]
fn runs_without_a_time_are_stored_under_the_one_they_were_accepted_at() {
    let store = store();
    let undated = |number: u64| Run { started_ns: None, ..run(number) };
    let written = accepted(store.path(), &undated(1), &Terms::default());
    assert_eq!(accepted(store.path(), &undated(1), &Terms::default()), written);
    assert!(written.contains("\"recorded\":\"2030-03-17T17:46:40Z\""));
    try_accept(store.path(), &[undated(2), undated(3)], &Terms::default()).unwrap();
    assert_eq!(commits(store.path(), "time").len(), 2, "one call is one time apart from the next");
}

#[test]
fn a_pinned_run_stays_until_another_one_is_pinned() {
    let store = store();
    let (keep, pin) = (Terms { keep_runs: 2, ..Terms::default() }, Terms { keep_runs: 2, pin: true, ..Terms::default() });
    accepted(store.path(), &run(1), &pin);
    (2..=5).for_each(|number| drop(accepted(store.path(), &run(number), &keep)));
    let found = before(store.path());
    assert_eq!(found.facts.pinned.unwrap().commit.as_deref(), Some("c1"));
    assert_eq!(found.pinned.unwrap().series.len(), 2);
    assert_eq!(commits(store.path(), "time"), ["c5", "c4"], "a run kept for its pin makes no band");
    accepted(store.path(), &run(5), &pin);
    assert_eq!(before(store.path()).facts.pinned.unwrap().commit.as_deref(), Some("c5"));
    assert!(!text(store.path()).contains("\"c1\""));
    let time_only = Terms { metric: Some("time"), ..pin };
    accepted(store.path(), &run(6), &time_only);
    let pinned = before(store.path()).pinned.unwrap();
    assert_eq!((pinned.commit.as_deref(), pinned.series.len()), (Some("c6"), 2), "series may be pinned one by one");
}

#[test]
fn series_are_accepted_one_by_one_and_end_when_they_are_gone() {
    let store = store();
    accepted(store.path(), &run(1), &Terms::default());
    accepted(store.path(), &run(2), &Terms { metric: Some("time"), ..Terms::default() });
    assert_eq!((commits(store.path(), "time").len(), commits(store.path(), "allocations").len()), (2, 1));
    let mut without = run(3);
    without.series.remove(&SeriesKey::new("sort", "allocations"));
    accepted(store.path(), &without, &Terms { metric: Some("time"), ..Terms::default() });
    assert_eq!(commits(store.path(), "allocations").len(), 1, "it was not chosen");
    accepted(store.path(), &without, &Terms::default());
    assert_eq!(commits(store.path(), "allocations").len(), 0);
    let nothing = Run { series: [(SeriesKey::new("x", "y"), series("x", "y", &[1.0]))].into(), ..run(4) };
    assert!(try_accept(store.path(), &[nothing], &Terms { metric: Some("time"), ..Terms::default() }).is_err(), "no empty baseline");
}

#[test]
fn many_values_are_kept_as_a_sketch() {
    let store = store();
    let values: Vec<f64> = (1..=1000).map(|i| 1e6 + f64::from(i) * 10.0).collect();
    let many = Run { series: [(SeriesKey::new("sort", "time"), series("sort", "time", &values))].into(), ..run(1) };
    (1..=3).for_each(|number| drop(accepted(store.path(), &Run { started_ns: run(number).started_ns, ..many.clone() }, &Terms::default())));
    for run in before(store.path()).runs {
        let kept = &run.series[&SeriesKey::new("sort", "time")].distribution;
        assert!(matches!(kept, Distribution::Sketch(_)) && kept.count() == 1000);
        let p25 = kept.percentile("p25".parse().unwrap()).unwrap();
        assert!((p25 / 1_002_500.0 - 1.0).abs() < 0.01, "{p25}");
    }
}

#[test]
fn facts_tell_where_the_numbers_come_from() {
    let store = store();
    let none = before(store.path());
    assert_eq!((none.facts.kind, none.runs.len(), none.facts.environments.len()), (BaselineKind::None, 0, 0));
    accepted(store.path(), &run(1), &Terms::default());
    accepted(store.path(), &run(2), &Terms::default());
    let mut now = environment("lab");
    now.drift.insert("kernel".to_string(), "6.2".to_string());
    let here = find(&Store::Directory(store.path().to_path_buf()), &now, "shop").unwrap();
    assert_eq!((here.facts.kind, here.facts.runs, here.facts.commit.as_deref()), (BaselineKind::Committed, 2, Some("c2")));
    assert_eq!(here.facts.accepted_ns, run(2).started_ns);
    assert_eq!(here.facts.drift, [("kernel".to_string(), "6.1".to_string(), "6.2".to_string())]);
    // A program that reads more than the one before has seen no change.
    now.drift = [("turbo".to_string(), "on".to_string())].into();
    assert_eq!(find(&Store::Directory(store.path().to_path_buf()), &now, "shop").unwrap().facts.drift, []);
    assert!(here.facts.path.unwrap().ends_with("lab/shop.json"));
    let there = find(&Store::Directory(store.path().to_path_buf()), &environment("laptop"), "shop").unwrap();
    assert_eq!((there.facts.kind, there.runs.len(), there.elsewhere.len()), (BaselineKind::OtherEnvironment, 0, 2));
    assert_eq!((there.facts.environments, there.facts.runs), (vec!["lab".to_string()], 0));
    let store_read = Store::Directory(store.path().to_path_buf());
    for key in ["lab", "laptop"] {
        let (early, environment) = (ahead(&store_read, "shop"), environment(key));
        assert!(early.is_some());
        assert_eq!(find_ahead(early, &store_read, &environment, "shop").unwrap(), find(&store_read, &environment, "shop").unwrap());
    }
    let file = store.path().join("lab/shop.json");
    let named = of_file(&file, load_file(&file).unwrap(), &environment("lab"));
    assert_eq!((named.facts.kind, named.runs.len()), (BaselineKind::File, 2));
    assert!(load_file(&store.path().join("none.json")).unwrap_err().to_string().contains("no such file"));
}

/// A broken file: its place and what is said about it.
#[track_caller]
fn check(edit: impl Fn(&str) -> String, expected: &str) {
    let store = store();
    let whole = accepted(store.path(), &run(1), &Terms::default());
    check_text(store.path(), &edit(&whole), expected);
}

#[track_caller]
fn check_text(store: &Path, broken: &str, expected: &str) {
    std::fs::write(store.join("lab/shop.json"), broken).unwrap();
    let error = find(&Store::Directory(store.to_path_buf()), &environment("lab"), "shop").unwrap_err().to_string();
    let place = error.split_once("shop.json").unwrap().1;
    assert!(place.contains(expected), "{place}");
    assert!(place.contains("neverslower"), "no way out: {place}");
    assert_eq!(find(&Store::Directory(store.to_path_buf()), &environment("laptop"), "shop").unwrap_err().to_string(), error);
    assert!(try_accept(store, &[run(2)], &Terms::default()).is_err(), "a broken baseline is not overwritten");
    assert_eq!(text(store), broken);
}

#[test]
fn what_cannot_be_trusted_is_refused() {
    let replaced = |from: &'static str, to: &'static str| move |text: &str| text.replacen(from, to, 1);
    let layout = "expected a baseline of neverslower.baseline.v2, found ";
    check(replaced("  \"series\"", "<<<<<<< HEAD\n  \"series\""), ":12:1: expected a baseline, found the conflict marker \"<<<<<<< HEAD\"");
    check(replaced("        {\"commit\"", "<<<<<<< a\n        {\"commit\""), ":16:1: expected a baseline, found the conflict marker");
    check(replaced("baseline.v2", "baseline.v9"), ":11:3: expected schema \"neverslower.baseline.v2\", found \"neverslower.baseline.v9\"");
    check(replaced("\"commit\"", "\"comit\""), &format!(":16:16: {layout}unknown field `comit`"));
    check(replaced("\"p50\"", "\"q50\""), &format!("{layout}unknown field `q50`"));
    check(replaced("\"samples\",", "\"guesses\","), "found unknown evidence \"guesses\"");
    check(replaced("\"errors\":0", "\"errors\":5"), "found 5 errors among 2 attempts");
    check(replaced("\"key\"", "\"kei\""), &format!(":9:9: {layout}unknown field `kei`"));
    check(replaced("\"suite\"", "\"suit\""), &format!("{layout}unknown field `suit`"));
    check(replaced("    },\n    {\n", "    },\n"), "expected `{`, found \"better\"");
    check(|text| text.chars().take(500).collect(), "found EOF while parsing");
    check(|text| text.lines().take(16).map(|line| format!("{line}\n")).collect(), ":17:1: expected a whole baseline, found its end");
    check(|_| String::new(), ":1:1: expected a baseline, found no schema");
    let none = "{\n  \"environment\": {\"key\": \"lab\", \"hard\": {}, \"drift\": {}},\n  \"schema\": \"neverslower.baseline.v2\",\n  \"series\": [\n  ],\n  \"suite\": \"shop\"\n}\n";
    check(|_| none.to_string(), "at least one accepted run");
}

#[test]
fn edits_by_hand_are_noticed() {
    let replaced = |from: &'static str, to: &'static str| move |text: &str| text.replacen(from, to, 1);
    let seal = ":20:15: expected series \"sort\" \"allocations\" as accept wrote it, found an edit by hand or a merge";
    check(replaced("\"p50\":0.333333333333", "\"p50\":0.4"), seal);
    check(replaced("\"commit\":\"c1\"", "\"commit\":\"c7\""), seal);
    check(replaced("\"better\": \"lower\"", "\"better\": \"higher\""), seal);
    check(replaced("\"metric\": \"allocations\"", "\"metric\": \"bytes\""), "as accept wrote it");
    let store = store();
    accepted(store.path(), &run(1), &Terms::default());
    let two = accepted(store.path(), &run(2), &Terms::default());
    let first = two.lines().find(|line| line.contains("\"c2\"")).unwrap();
    check_text(store.path(), &two.replacen(first, &format!("{first}\n{first}"), 1), "newest first and each once");
    let crlf = two.replace('\n', "\r\n");
    std::fs::write(store.path().join("lab/shop.json"), crlf).unwrap();
    assert_eq!(before(store.path()).runs.len(), 2, "how a system ends its lines is no edit");
}

/// What was written is read, and written again is the same.
#[test]
fn this_projects_own_baselines_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("baselines");
    for environment in std::fs::read_dir(folder).unwrap() {
        for file in std::fs::read_dir(environment.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let stored = parse(&path, &std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{error}"));
            let text = stored.text();
            let again = parse(&path, &text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(again.text(), text);
            assert_eq!(again.into_runs(), parse(&path, &text).unwrap().into_runs());
        }
    }
}

#[test]
fn names_that_would_leave_the_store_are_refused() {
    let store = store();
    for (key, suite) in [("../lab", "shop"), ("lab", ".."), ("lab", "a/b"), ("", "shop"), ("lab", "")] {
        let error = find(&Store::Directory(store.path().to_path_buf()), &environment(key), suite).unwrap_err().to_string();
        assert!(error.contains("that can be a file name"), "{error}");
    }
}

#[test]
fn a_file_changed_since_its_review_is_not_overwritten() {
    let store = store();
    let chosen: BTreeSet<SeriesKey> = run(1).series.into_keys().collect();
    let runs = [run(1)];
    let acceptance = Acceptance {
        runs: &runs,
        chosen: &chosen,
        reasons: &BTreeMap::new(),
        new_levels: &BTreeSet::new(),
        pin: false,
        keep_runs: 10,
        now_ns: 0,
    };
    accepted(store.path(), &run(2), &Terms::default());
    let error = accept(store.path(), &acceptance, Some(&None)).unwrap_err().to_string();
    assert!(error.contains("a change made meanwhile"), "{error}");
    accept(store.path(), &acceptance, Some(&Some(text(store.path())))).unwrap();
    assert_eq!(commits(store.path(), "time"), ["c2", "c1"]);
}
