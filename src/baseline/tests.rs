//! The committed file: what a reviewer sees, what is refused, what accepting changes.

use super::{Override, Proposal, Store, find, load_file, propose, refusals, write};
use crate::model::{
    BaselineFacts, BaselineKind, Better, Distribution, Environment, Evidence, Finding, FindingKind, Percentile, Run, Series, SeriesKey,
    SuiteOutcome, Summary, Unit, Verdict,
};
use std::path::Path;
use tempfile::TempDir;

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

fn accept(store: &Path, run: &Run, keep_runs: usize) -> Proposal {
    let proposal = propose(store, run, None, keep_runs, &[]).unwrap();
    write(&proposal).unwrap();
    proposal
}

fn store() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// What a reviewer sees. Changing it changes every committed baseline.
#[test]
fn text() {
    let proposal = propose(store().path(), &run(1), Some("a new parser"), 10, &[]).unwrap();
    assert_eq!(proposal.old_text, None);
    assert_eq!(
        proposal.new_text,
        r#"{
  "runs": [
    {
      "commit": "c1",
      "environment": {
        "drift": {
          "kernel": "6.1"
        },
        "hard": {
          "cores": "2"
        },
        "key": "lab"
      },
      "reason": "a new parser",
      "recorded": "2027-01-15T08:00:01Z",
      "series": [
        {
          "better": "lower",
          "evidence": "samples",
          "label": "sort",
          "metric": "allocations",
          "samples": [0.333333333333, 1234567],
          "summary": {
            "count": 2,
            "errors": 0,
            "mean": 1234567,
            "p50": 0.333333333333,
            "p99.9": 1234567,
            "throughput": 1235
          },
          "unit": "count"
        },
        {
          "better": "lower",
          "evidence": "samples",
          "label": "sort",
          "metric": "time",
          "samples": [1, 1000, 123500],
          "summary": {
            "count": 3,
            "errors": 0,
            "mean": 123500,
            "p50": 1000,
            "p99.9": 123500,
            "throughput": 1235
          },
          "unit": "ns"
        }
      ]
    }
  ],
  "schema": "neverslower.baseline.v1",
  "suite": "shop"
}
"#
    );
}

#[test]
fn accepting_appends_and_accepting_again_changes_nothing() {
    let store = store();
    for number in 1..=4 {
        accept(store.path(), &run(number), 3);
    }
    let again = propose(store.path(), &run(4), None, 3, &[]).unwrap();
    assert!(again.is_unchanged(), "{}", again.new_text);
    let older = propose(store.path(), &run(3), None, 3, &[]).unwrap();
    assert!(older.is_unchanged(), "{}", older.new_text);
    let before = find(&Store::Directory(store.path().to_path_buf()), &environment("lab"), "shop").unwrap();
    let commits: Vec<&str> = before.runs.iter().filter_map(|run| run.commit.as_deref()).collect();
    assert_eq!(commits, ["c4", "c3", "c2"]);
    let values: Vec<u64> = before.runs.iter().map(|run| run.series.values().map(|one| one.distribution.count()).sum()).collect();
    assert_eq!(values, [5, 0, 0], "values are kept of the newest run only");
    assert_eq!(std::fs::read_dir(store.path().join("lab")).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn facts_tell_where_the_numbers_come_from() {
    let store = store();
    let none = find(&Store::Directory(store.path().to_path_buf()), &environment("lab"), "shop").unwrap();
    assert_eq!((none.facts.kind, none.runs.len(), none.facts.environments.len()), (BaselineKind::None, 0, 0));
    let proposal = accept(store.path(), &run(1), 10);
    accept(store.path(), &run(2), 10);
    let mut now = environment("lab");
    now.drift.insert("kernel".to_string(), "6.2".to_string());
    let here = find(&Store::Directory(store.path().to_path_buf()), &now, "shop").unwrap();
    assert_eq!((here.facts.kind, here.facts.runs, here.facts.commit.as_deref()), (BaselineKind::Committed, 2, Some("c2")));
    assert_eq!(here.facts.accepted_ns, run(2).started_ns);
    assert_eq!(here.facts.drift, [("kernel".to_string(), "6.1".to_string(), "6.2".to_string())]);
    assert!(here.facts.path.unwrap().ends_with("lab/shop.json"));
    let there = find(&Store::Directory(store.path().to_path_buf()), &environment("laptop"), "shop").unwrap();
    assert_eq!((there.facts.kind, there.runs.len(), there.elsewhere.len()), (BaselineKind::OtherEnvironment, 0, 2));
    assert_eq!((there.facts.environments, there.facts.runs), (vec!["lab".to_string()], 0));
    let named = load_file(&proposal.path, &environment("lab")).unwrap();
    assert_eq!((named.facts.kind, named.runs.len()), (BaselineKind::File, 2));
    assert!(load_file(&store.path().join("none.json"), &environment("lab")).unwrap_err().to_string().contains("no such file"));
}

/// A broken file: its place and what is said about it.
#[track_caller]
fn check(edit: impl Fn(&str) -> String, expected: &str) {
    let store = store();
    let proposal = accept(store.path(), &run(1), 10);
    std::fs::write(&proposal.path, edit(&proposal.new_text)).unwrap();
    let error = find(&Store::Directory(store.path().to_path_buf()), &environment("lab"), "shop").unwrap_err().to_string();
    let place = error.split_once("shop.json").unwrap().1;
    assert!(place.contains(expected), "{place}");
    assert!(place.contains("neverslower"), "no way out: {place}");
    assert_eq!(find(&Store::Directory(store.path().to_path_buf()), &environment("laptop"), "shop").unwrap_err().to_string(), error);
    assert!(propose(store.path(), &run(2), None, 10, &[]).is_err(), "a broken baseline is not overwritten");
}

#[test]
fn what_cannot_be_trusted_is_refused() {
    let replaced = |from: &'static str, to: &'static str| move |text: &str| text.replacen(from, to, 1);
    check(replaced("  \"runs\"", "<<<<<<< HEAD\n  \"runs\""), ":2:1: expected a baseline, found the conflict marker \"<<<<<<< HEAD\"");
    check(replaced("baseline.v1", "baseline.v9"), ":51:3: expected schema \"neverslower.baseline.v1\", found \"neverslower.baseline.v9\"");
    check(replaced("\"commit\"", "\"comit\""), ":4:13: expected a baseline of neverslower.baseline.v1, found unknown field `comit`");
    check(replaced("\"p50\"", "\"q50\""), ":26:17: expected a baseline of neverslower.baseline.v1, found unknown field `q50`");
    check(replaced("\"samples\",", "\"guesses\","), "found unknown evidence \"guesses\"");
    check(replaced("\"errors\": 0", "\"errors\": 5"), "found 5 errors among 2 attempts");
    check(|text| text.chars().take(300).collect(), "found EOF while parsing");
    check(|_| String::new(), ":1:0: expected a baseline");
    check(|_| "{\"schema\": \"neverslower.baseline.v1\", \"suite\": \"shop\", \"runs\": []}".to_string(), "at least one accepted run");
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
    let proposal = propose(store.path(), &run(1), None, 10, &[]).unwrap();
    accept(store.path(), &run(2), 10);
    assert!(write(&proposal).unwrap_err().to_string().contains("a change made meanwhile"));
}

/// Which overrides the reasons against a run have, given one finding.
#[track_caller]
fn check_refusals(run: Run, finding: Option<(FindingKind, Verdict)>, expected: &[Override]) {
    let finding = finding.map(|(kind, verdict)| Finding {
        suite: "shop".to_string(),
        key: SeriesKey::new("sort", "time"),
        kind,
        statistic: None,
        unit: Unit::Ns,
        better: Better::Lower,
        verdict,
        threshold: String::new(),
        before: None,
        after: None,
        change_percent: None,
        interval_percent: None,
        detectable_percent: None,
        pairs_used: None,
        samples: 0,
        sentence: "sort rose".to_string(),
        reproduce: String::new(),
        place: None,
        quarantined: None,
        confirmation: None,
    });
    let outcome = SuiteOutcome {
        suite: "shop".to_string(),
        verdict: Verdict::Pass,
        baseline: BaselineFacts::default(),
        compared: 0,
        findings: finding.into_iter().collect(),
        new: Vec::new(),
        missing: Vec::new(),
        notes: Vec::new(),
        duration_ns: 0,
    };
    let found = refusals(&run, &outcome);
    assert_eq!(found.iter().map(|refusal| refusal.by).collect::<Vec<_>>(), expected, "{found:?}");
    assert!(found.iter().all(|refusal| !refusal.way_out.is_empty()));
}

#[test]
fn runs_that_may_not_become_a_baseline() {
    check_refusals(run(1), None, &[]);
    check_refusals(run(1), Some((FindingKind::Suite, Verdict::NoVerdict)), &[]);
    check_refusals(run(1), Some((FindingKind::Relative, Verdict::Unstable)), &[]);
    check_refusals(run(1), Some((FindingKind::Missing, Verdict::Unstable)), &[]);
    check_refusals(run(1), Some((FindingKind::Relative, Verdict::Fail)), &[Override::AllowSlower]);
    check_refusals(run(1), Some((FindingKind::ErrorRate, Verdict::Unstable)), &[Override::Force]);
    check_refusals(run(1), Some((FindingKind::ScheduleLag, Verdict::NoVerdict)), &[Override::Never]);
    check_refusals(Run { partial: true, ..run(1) }, None, &[Override::Never]);
    check_refusals(Run { series: Default::default(), ..run(1) }, None, &[Override::Never]);
    let mut failed = run(1);
    failed.series.values_mut().for_each(|one| one.summary.errors = one.summary.count);
    check_refusals(failed, None, &[Override::Never]);
}
