//! Baselines of the first layout: read, and written anew by the next `accept`.

use super::{Terms, accepted, before, check_text, commits, run, store};
use crate::model::SeriesKey;

/// The first layout, as version 0.1 wrote it.
#[test]
fn the_first_layout_is_read_and_written_anew() {
    let store = store();
    let first = r#"{"schema": "neverslower.baseline.v1", "suite": "shop", "runs": [
        {"recorded": "2027-01-15T08:00:02Z", "commit": "c2", "reason": "why", "environment": {"key": "lab", "hard": {"cores": "2"}, "drift": {"kernel": "6.2"}},
         "series": [{"label": "sort", "metric": "time", "unit": "ns", "better": "lower", "evidence": "samples", "samples": [1, 2, 3], "summary": {"count": 3, "errors": 0, "p50": 2}}]},
        {"recorded": "2027-01-15T08:00:01Z", "commit": "c1", "environment": {"key": "lab", "hard": {"cores": "2"}, "drift": {"kernel": "6.1"}},
         "series": [{"label": "sort", "metric": "time", "unit": "ns", "better": "lower", "evidence": "samples", "summary": {"count": 3, "errors": 0, "p50": 4}}]}]}"#;
    std::fs::create_dir(store.path().join("lab")).unwrap();
    std::fs::write(store.path().join("lab/shop.json"), first).unwrap();
    let old = before(store.path());
    assert_eq!(old.runs.iter().map(|run| run.environment.drift["kernel"].as_str()).collect::<Vec<_>>(), ["6.2", "6.1"]);
    assert_eq!(old.facts.reasons, ["why (sort time)"]);
    let new = accepted(store.path(), &run(3), &Terms::default());
    assert!(new.contains("baseline.v2"));
    assert_eq!(commits(store.path(), "time"), ["c3", "c2", "c1"]);
    let kept = before(store.path());
    assert_eq!(kept.runs[1].series[&SeriesKey::new("sort", "time")], old.runs[0].series[&SeriesKey::new("sort", "time")]);
    check_text(
        store.path(),
        &first.replacen("\"commit\"", "\"comit\"", 1),
        "expected a baseline of neverslower.baseline.v1, found unknown field `comit`",
    );
    check_text(store.path(), &first.replacen("\"lab\"", "\"bench\"", 1), "expected runs of one environment, found also \"lab\"");
}
