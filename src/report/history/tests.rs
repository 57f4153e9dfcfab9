use super::{KINDS, render, words};
use crate::limits::CHANGE_POINT_WINDOW;
use crate::model::{
    Better, History, Level, LevelChange, Meaning, Note, Percentile, Point, SeriesKey, Statistic, SuiteHistory, Trend, Unit, Verdict,
};
use crate::report::Style;
use crate::stats::{CHANGE_POINT_LEVEL, CHANGE_POINT_LEVEL_OF_SERIES, VALUES_AFTER, VALUES_BEFORE};

const HOSTILE: &str = "<script>alert(\"1\")</script> & ]]> \u{1b}[31mred\u{202e}";

/// Nine runs, a day apart, with a step at the fifth and the second one pinned.
fn trend(label: &str, meaning: Meaning) -> Trend {
    let point = |(day, value): (u64, &f64)| Point {
        value: *value,
        started_ns: Some(1_788_256_800_000_000_000 + day * 86_400_000_000_000),
        commit: Some(format!("{day}123456789abcdef")),
        build: None,
        reason: None,
        is_pinned: day == 1,
    };
    let values = [100e3, 101e3, 99e3, 100e3, 120e3, 121e3, 119e3, 120e3, 120e3];
    let level = |start: usize, end: usize, median: f64| Level { start, end, median, band: Some((0.98 * median, 1.02 * median)) };
    Trend {
        key: SeriesKey::new(label, "latency"),
        statistic: Statistic::Percentile(Percentile::P95),
        unit: Unit::Ns,
        better: Better::Lower,
        points: (0..).zip(&values).map(point).collect(),
        levels: vec![level(0, 4, 100e3), level(4, 9, 120e3)],
        changes: vec![LevelChange {
            index: 4,
            before: 100e3,
            after: 120e3,
            change_percent: Some(20.0),
            p_value: 0.000_02,
            is_worse: Some(true),
            meaning,
        }],
        is_searched: true,
        creep_percent: Some(18.8),
        creep: None,
    }
}

fn history(trends: Vec<Trend>) -> History {
    let suite = SuiteHistory {
        suite: "shop".into(),
        environment: "here".into(),
        source: "baselines/here/shop.json".into(),
        is_accepted: true,
        runs: 9,
        first_ns: Some(1_788_256_800_000_000_000),
        last_ns: Some(1_788_948_000_000_000_000),
        trends,
        hidden: 3,
    };
    let verdict = suite.verdict();
    History { verdict, exit_code: verdict.exit_code(), suites: vec![suite], notes: vec![Note::text("a note")] }
}

#[track_caller]
fn check(kind: &str, history: &History, expected: &[&str]) -> String {
    let text = render(kind, history, &Style::default()).unwrap();
    expected.iter().for_each(|words| assert!(text.contains(words), "{words:?} is not in\n{text}"));
    text
}

#[test]
fn the_table_is_read_in_eighty_columns() {
    let text = check(
        "text",
        &history(vec![trend("GET /", Meaning::Open("+5%".into())), trend("POST /", Meaning::Acknowledged("new cipher".into()))]),
        &[
            "UNSTABLE: 1 of 2 series changed for the worse and nobody said why\n",
            "shop in here: 9 runs, 2026-09-01 to 2026-09-09\n",
            "  Pinned: 2026-09-02, commit 1123456789\n",
            "  label   metric        first    last  since pin  trend\n  GET /   latency p95  100 µs  120 µs     +18.8%  ▁▂▁▁██▇██\n",
            "POST / latency p95 rose from 100 µs to 120 µs (+20%, worse) at run 5 of 9,\n      2026-09-05, commit 4123456789; p = 0.00002",
            "(acknowledged: new cipher)",
            "3 series of phases and parts not shown",
            "Notes\n  a note\n",
        ],
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn what_is_accepted_passes() {
    let text = check("text", &history(vec![trend("GET /", Meaning::Recovered)]), &["PASS: 1 series, 1 with a change point"]);
    assert!(!text.contains("UNSTABLE"));
    let line = history(vec![trend("GET /", Meaning::Open("+5%".into()))]).verdict_line();
    assert_eq!(line, "verdict=unstable exit=3 series=1 changes=1 open=1 creep=0");
}

#[test]
fn the_document_holds_everything() {
    let text = check("json", &history(vec![trend("GET /", Meaning::Open("+5%".into()))]), &[]);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let series = &document["suites"][0]["series"][0];
    assert_eq!((&document["schema"], &document["verdict"]), (&"neverslower.history.v1".into(), &"unstable".into()));
    assert_eq!(series["points"].as_array().unwrap().len(), 9);
    assert_eq!(series["points"][1]["pinned"], true);
    let change = &series["changes"][0];
    assert_eq!((&change["run"], &change["meaning"], &change["threshold"]), (&5.into(), &"open".into(), &"+5%".into()));
    assert_eq!(change["started"], "2026-09-05T10:00:00Z");
}

#[test]
fn a_row_is_a_run_of_a_series() {
    let text = check(
        "csv",
        &history(vec![trend("GET /, all", Meaning::Shown)]),
        &[
            "shop,here,\"GET /, all\",latency,p95,ns,5,2026-09-05T10:00:00Z,4123456789abcdef,,120000,120000,worse,,\n",
            ",101000,100000,,yes,\n",
        ],
    );
    assert_eq!(text.lines().count(), 10);
}

#[test]
fn the_sheet_says_in_words_what_it_draws() {
    let many = (0..103).map(|at| trend(&format!("GET /{at}"), Meaning::Shown)).collect();
    let text = check("svg", &history(many), &["and 3 more series", "! +20%", "pinned run", "<title>GET /7 latency p95</title>"]);
    assert!(text.contains("<desc>9 runs in here from 100 µs to 120 µs. pinned: run 2 of 9, 2026-09-02"));
    for refused in ["<script", "style=", "href", "@import", "NaN"] {
        assert!(!text.contains(refused), "{refused}");
    }
}

/// Whatever a label holds, every form stays what it is.
#[test]
fn hostile_labels_do_nothing() {
    let history = history(vec![trend(HOSTILE, Meaning::Open("+5%".into()))]);
    for (kind, _) in KINDS {
        let text = render(kind, &history, &Style::default()).unwrap();
        if *kind != "json" {
            assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{kind}: {text}");
        }
        if *kind == "svg" {
            let mut reader = quick_xml::Reader::from_str(&text);
            while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
            assert!(!text.contains("<script"));
        }
    }
}

/// Values that leave no span, or none to take a share of, still make a picture.
#[test]
fn equal_and_empty_values_are_drawn() {
    for value in [0.0, 7.0, -3.0] {
        let mut flat = trend("flat", Meaning::Shown);
        flat.points.iter_mut().for_each(|point| point.value = value);
        (flat.levels, flat.changes) = (vec![Level { start: 0, end: 9, median: value, band: None }], Vec::new());
        let text = check("svg", &history(vec![flat]), &["no change point"]);
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

/// The sentence about the method holds its numbers.
#[test]
fn the_method_is_the_one_that_is_used() {
    let numbers = [
        format!("windows of {CHANGE_POINT_WINDOW} runs"),
        format!("p <= {CHANGE_POINT_LEVEL}"),
        format!("{CHANGE_POINT_LEVEL_OF_SERIES} over all places"),
        format!("{VALUES_BEFORE} runs before and {VALUES_AFTER} after"),
    ];
    numbers.iter().for_each(|words| assert!(words::METHOD.contains(words.as_str()), "{words}"));
}

#[test]
fn nothing_to_tell_is_a_pass() {
    let mut plain = trend("GET /", Meaning::Shown);
    (plain.changes, plain.is_searched) = (Vec::new(), false);
    plain.points.iter_mut().for_each(|point| point.is_pinned = false);
    let history = history(vec![plain]);
    assert_eq!(history.verdict, Verdict::Pass);
    check("text", &history, &["Pinned: nothing, so that creep cannot be seen", "1 series with fewer than 8 runs"]);
}
