//! From two documents to counters per request.

use super::{Counters, Readings, unit};
use crate::limits::COUNTERS_MAX;
use crate::model::{Statistic, Unit};
use proptest::prelude::{any, prop_assert, proptest};
use std::sync::atomic::AtomicBool;

const BEFORE: &str = r#"
# HELP sql_queries_total Queries sent to the "database".
# TYPE sql_queries_total counter
sql_queries_total{table="user",op="read"} 100
sql_queries_total{op="write",table="a,b}\"c"} 7 1395066363000
# TYPE connections gauge
connections 12
# TYPE request_seconds histogram
request_seconds_bucket{le="0.1"} 3
request_seconds_bucket{le="+Inf"} 5
request_seconds_sum 1.5
request_seconds_count 5
# TYPE sent_bytes counter
sent_bytes_total 1000 # {trace_id="x"} 0.5
sent_bytes_created 1.7e9
untyped_total 1
untyped_other 5
# TYPE depth_total gauge
depth_total 9
nan_total NaN
"#;

/// The names (and values) of a document.
fn check(text: &str, expected: Result<&[(&str, f64)], &str>) {
    match (Counters::parse(text.as_bytes()), expected) {
        (Ok(Counters(found)), Ok(expected)) => {
            assert_eq!(found.iter().map(|(name, value)| (name.as_str(), *value)).collect::<Vec<_>>(), expected);
        }
        (Err(why), Err(part)) => assert!(why.contains(part), "{why}"),
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
}

/// What a label, unit and value per request come to.
fn shown(readings: &Readings, only: &[&str], completed: u64) -> (Vec<(String, String, f64)>, Vec<String>) {
    let only: Vec<String> = only.iter().map(ToString::to_string).collect();
    let (series, notes) = readings.per_request(&only, completed).unwrap();
    let of = |one: &crate::model::Series| (one.key.label.clone(), one.unit.as_str().to_string(), one.statistic(Statistic::Mean).unwrap());
    (series.iter().map(of).collect(), notes.into_iter().map(|note| note.text).collect())
}

fn counters(pairs: &[(&str, f64)]) -> Counters {
    Counters(pairs.iter().map(|(name, value)| (name.to_string(), *value)).collect())
}

#[test]
fn prometheus_text_shows_counters_and_sums() {
    check(
        BEFORE,
        Ok(&[
            ("request_seconds_count", 5.0),
            ("request_seconds_sum", 1.5),
            ("sent_bytes_total", 1000.0),
            (r#"sql_queries_total{op="read",table="user"}"#, 100.0),
            (r#"sql_queries_total{op="write",table="a,b}\"c"}"#, 7.0),
            ("untyped_total", 1.0),
        ]),
    );
    check("# TYPE a counter\na{x=\"1\" 5\n", Err("line 2: expected NAME{LABELS} VALUE"));
    check("<html>not here</html>", Err("line 1"));
    check("# TYPE a gauge\na 5\n", Err("found none"));
    check("", Err("found none"));
}

#[test]
fn json_of_go_shows_what_may_count() {
    let text = r#"{"cmdline": ["a"], "memstats": {"Alloc": 5, "TotalAlloc": 50, "Mallocs": 7, "NumGC": 2, "PauseTotalNs": 9, "BySize": [{"Size": 8}]},
        "requests": 4, "sql.query.count": 3, "sql.query.mean": 1.5, "sql.query.99-percentile": 2, "sql.query.one-minute": 2,
        "timer": {"count": 6, "1m.rate": 2, "p99": 3, "75%": 1}, "level": {"value": 3}}"#;
    check(
        text,
        Ok(&[
            ("memstats.Mallocs", 7.0),
            ("memstats.NumGC", 2.0),
            ("memstats.PauseTotalNs", 9.0),
            ("memstats.TotalAlloc", 50.0),
            ("requests", 4.0),
            ("sql.query.count", 3.0),
            ("timer.count", 6.0),
        ]),
    );
    check("{\"a\": ", Err("expected a JSON object"));
    check("{}", Err("found none"));
}

#[test]
fn names_tell_units() {
    for (name, expected) in [
        ("sent_bytes_total{code=\"200_seconds_total\"}", (Unit::Bytes, 1.0)),
        ("request_seconds_sum", (Unit::Ns, 1e9)),
        ("cpu_seconds_total", (Unit::Ns, 1e9)),
        ("memstats.PauseTotalNs", (Unit::Ns, 1.0)),
        ("memstats.TotalAlloc", (Unit::Bytes, 1.0)),
        ("request_seconds_count", (Unit::Count, 1.0)),
        ("bytes_per_thing_total", (Unit::Count, 1.0)),
    ] {
        assert_eq!(unit(name), expected, "{name}");
    }
}

#[test]
fn what_a_reading_itself_adds_is_taken_off() {
    let readings = Readings {
        first: counters(&[("requests_total", 10.0), ("sql_total", 100.0), ("cpu_seconds_total", 1.0)]),
        second: counters(&[("requests_total", 11.0), ("sql_total", 100.0), ("cpu_seconds_total", 1.0)]),
        after: counters(&[("requests_total", 1012.0), ("sql_total", 3100.0), ("cpu_seconds_total", 1.5), ("errors_total{a=\"b\"}", 10.0)]),
    };
    let row = |label: &str, unit: &str, value: f64| (label.to_string(), unit.to_string(), value);
    let expected = [
        row("cpu_seconds_total", "ns", 500_000.0),
        row("errors_total{a=\"b\"}", "count", 0.01),
        row("requests_total", "count", 1.0),
        row("sql_total", "count", 3.0),
    ];
    assert_eq!(shown(&readings, &[], 1000), (expected.to_vec(), Vec::new()));
    assert_eq!(shown(&readings, &["sql_*", "errors_total"], 1000).0, [expected[1].clone(), expected[3].clone()]);
    let error = readings.per_request(&["nothing*".to_string()], 1000).unwrap_err();
    assert!(error.to_string().contains("none of the 4 counters"), "{error}");
}

#[test]
fn counters_that_fall_and_those_beyond_the_bound_are_notes() {
    let before = counters(&[("a", 5.0), ("b", 5.0), ("gone", 1.0)]);
    let readings = Readings { first: before.clone(), second: before, after: counters(&[("a", 4.0), ("b", 6.0)]) };
    let (series, notes) = shown(&readings, &[], 10);
    assert_eq!(series, [("b".to_string(), "count".to_string(), 0.1)]);
    assert!(notes.len() == 1 && notes[0].starts_with("2 scraped counters fell") && notes[0].ends_with("gone, a"), "{notes:?}");
    let many = Counters((0..COUNTERS_MAX + 3).map(|number| (format!("c{number}"), 1.0)).collect());
    let (series, notes) = shown(&Readings { first: many.clone(), second: many.clone(), after: many }, &[], 10);
    assert_eq!((series.len(), notes.len()), (COUNTERS_MAX, 1));
    assert!(notes[0].starts_with("3 further"), "{notes:?}");
}

#[test]
fn an_address_where_nobody_is_is_named() {
    let error = Counters::read("http://127.0.0.1:1/metrics", &AtomicBool::new(false)).unwrap_err().to_string();
    assert!(error.contains("http://127.0.0.1:1/metrics") && error.contains("nobody"), "{error}");
}

proptest! {
    #[test]
    fn no_document_breaks_it(body in proptest::collection::vec(any::<u8>(), 0..300), text in "[a-z_{}\"\\\\=, #0-9\n]{0,200}") {
        let _ = Counters::parse(&body);
        let found = Counters::parse(text.as_bytes());
        prop_assert!(found.is_err() || found.is_ok_and(|counters| !counters.0.is_empty()));
    }
}
