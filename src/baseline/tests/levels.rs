//! A series that moved to another level is judged by what was accepted since.

use super::super::moved;
use super::{Terms, accepted, before, commits, run, store, text, try_accept};
use crate::model::{Better, Finding, FindingKind, Run, SeriesKey, SuiteOutcome, Verdict};
use std::collections::BTreeSet;

const MOVED: Terms = Terms { pin: false, reason: None, metric: None, keep_runs: 0, new_level: Some("time") };

#[test]
fn runs_from_before_a_new_level_are_history() {
    let store = store();
    accepted(store.path(), &run(1), &Terms { pin: true, ..Terms::default() });
    accepted(store.path(), &run(2), &Terms::default());
    let written = accepted(store.path(), &run(3), &MOVED);
    assert_eq!(written.matches("\"level\":\"new\"").count(), 1);
    assert_eq!((commits(store.path(), "time").join(" "), commits(store.path(), "allocations").join(" ")), ("c3".into(), "c3 c2 c1".into()));
    assert_eq!(accepted(store.path(), &run(3), &Terms::default()), written, "accepting it again forgets no level");
    accepted(store.path(), &run(4), &Terms::default());
    assert_eq!(commits(store.path(), "time"), ["c4", "c3"]);
    let pinned = before(store.path()).pinned.unwrap();
    assert_eq!((pinned.commit.as_deref(), pinned.series.len()), (Some("c1"), 2), "a pin outlives the level");
    assert_eq!(text(store.path()).matches("\"commit\"").count(), 8, "nothing is lost of the file");
}

#[test]
fn a_session_begins_a_level_with_its_first_run_and_an_older_run_begins_none() {
    let store = store();
    accepted(store.path(), &run(3), &MOVED);
    assert!(!text(store.path()).contains("level"), "the first run of all begins nothing");
    try_accept(store.path(), &[run(4), run(5)], &MOVED).unwrap();
    assert_eq!(commits(store.path(), "time"), ["c5", "c4"]);
    accepted(store.path(), &run(1), &MOVED);
    assert_eq!(commits(store.path(), "time"), ["c5", "c4"]);
}

/// Whether a finding of this change is a new level, if a slowdown by `detectable` would have failed.
#[track_caller]
fn check(better: Better, kind: FindingKind, change: f64, detectable: Option<f64>, expected: bool) {
    let key = SeriesKey::new("sort", "time");
    let finding = Finding {
        key: key.clone(),
        kind,
        better,
        threshold: "+10%".to_string(),
        change_percent: Some(change),
        detectable_percent: detectable,
        ..Finding::of_suite("shop", Verdict::Pass, "")
    };
    let Run { suite, .. } = run(1);
    let outcome = SuiteOutcome { compared: 1, findings: vec![finding], ..SuiteOutcome::new(suite, Verdict::Pass) };
    assert_eq!(moved(&outcome), if expected { BTreeSet::from([key]) } else { BTreeSet::new() }, "{better:?} {change}");
}

#[test]
fn what_would_have_failed_as_a_slowdown_is_a_new_level_both_ways() {
    let relative = FindingKind::Relative;
    for (better, slower, faster) in [(Better::Lower, 25.0, -20.0), (Better::Higher, -20.0, 25.0)] {
        let detectable = Some(f64::abs(slower));
        for (change, expected) in [(slower * 1.001, true), (slower * 0.999, false), (faster * 1.001, true), (faster * 0.999, false)] {
            check(better, relative, change, detectable, expected);
        }
        check(better, relative, slower * 9.0, None, false);
        check(better, FindingKind::Pinned, slower * 1.001, detectable, false);
    }
    check(Better::Lower, relative, 0.0, Some(10.0), false);
}
