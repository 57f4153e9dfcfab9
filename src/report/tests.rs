//! Every report on every outcome: a snapshot each, and the laws of its format.

mod load;

use super::fixtures::{Fixture, all, requests, written};
use super::{Entry, Needs, REPORTS, Style, by_name, for_convert};
use crate::limits::{ANNOTATIONS_MAX, MARKDOWN_BYTES_MAX};
use crate::model::{Run, Sample, StoredRun};
use crate::output::Report;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::{BTreeMap, BTreeSet};

fn style() -> Style {
    Style { files: vec!["perf-results/report.md".into(), "perf-results/html/index.html".into()], ..Style::default() }
}

/// What the report makes of a fixture; an error is as much its answer as a text.
fn render(entry: &Entry, style: &Style, fixture: &Fixture) -> String {
    let requests = requests();
    let samples: Vec<_> = match entry.needs {
        Needs::Samples => requests.iter().map(Sample::Request).collect(),
        Needs::Run | Needs::Outcome => Vec::new(),
    };
    let report = Report { outcome: &fixture.outcome, runs: &fixture.runs };
    written(entry, style, &samples, &report).unwrap_or_else(|error| format!("error: {}\n", error.0))
}

/// Snapshots a report of every fixture, and holds what is true of all of them.
fn check(name: &str, style: &Style) -> Vec<(Fixture, String)> {
    let entry = by_name(name).unwrap();
    let rendered: Vec<_> = all().into_iter().map(|fixture| (render(entry, style, &fixture), fixture)).map(|(text, f)| (f, text)).collect();
    // A report of samples is the same for every outcome, one of a run for every verdict.
    let shown = if entry.needs == Needs::Samples { 1 } else { rendered.len() };
    let page: String = rendered.iter().take(shown).map(|(fixture, text)| format!("=== {} ===\n{text}", fixture.name)).collect();
    let variant = if style.verbose { "-verbose" } else { "" };
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}{variant}"), page);
    });
    for (fixture, text) in &rendered {
        assert!(text.ends_with('\n'), "{name} of {}", fixture.name);
        assert!(
            !text.chars().any(|c| c != '\n' && (c.is_control() || (c == '\u{202e}' && entry.name != "json" && entry.name != "run-json"))),
            "{name} of {}: {text:?}",
            fixture.name
        );
        assert!(!text.contains("NaN") && !text.contains("inf%"), "{name} of {}: {text}", fixture.name);
    }
    rendered
}

#[test]
fn text() {
    for style in [style(), Style { verbose: true, ..style() }] {
        for (fixture, text) in check("text", &style) {
            assert!(text.starts_with(fixture.outcome.verdict.word()), "the verdict comes first");
            for line in text.lines() {
                assert!(style.verbose || line.chars().count() <= 80, "{}: {line}", fixture.name);
                assert!(!line.trim_start().starts_with("::") && !line.contains("##"), "{}: {line}", fixture.name);
                assert_eq!(line, line.trim_end(), "{}", fixture.name);
            }
            assert!(style.verbose || text.lines().count() <= 70, "{} is longer than a screen or two", fixture.name);
        }
    }
}

#[test]
fn text_fits_the_terminal() {
    for (fixture, width) in all().iter().flat_map(|fixture| [(fixture, 60), (fixture, 100)]) {
        let text = render(by_name("text").unwrap(), &Style { width, ..style() }, fixture);
        assert!(text.lines().all(|line| line.chars().count() <= width), "{} in {width}: {text}", fixture.name);
    }
}

#[test]
fn text_says_the_same_without_colour() {
    let entry = by_name("text").unwrap();
    for fixture in all() {
        let colored = render(entry, &Style { color: true, ..style() }, &fixture);
        let stripped = ["\u{1b}[1;31m", "\u{1b}[1;32m", "\u{1b}[1;33m", "\u{1b}[1;35m", "\u{1b}[0m"];
        let plain = stripped.iter().fold(colored.clone(), |text, code| text.replace(code, ""));
        assert_ne!(colored, plain);
        assert_eq!(plain, render(entry, &style(), &fixture));
    }
}

#[test]
fn markdown() {
    for (fixture, text) in check("markdown", &style()) {
        assert!(text.starts_with("<!-- neverslower:report:default -->\n## "));
        let bars = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        let mut columns = None;
        for line in text.lines() {
            columns = line.starts_with('|').then(|| columns.unwrap_or(bars(line)));
            assert!(columns.is_none_or(|columns| bars(line) == columns), "{}: {line}", fixture.name);
        }
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        assert_eq!(text.matches("-->").count(), 1, "only the marker is a comment");
        assert!(!text.contains("<script"), "prose holds no element");
    }
}

#[test]
fn summary() {
    for (fixture, text) in check("summary", &style()) {
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{}: {text}", fixture.name);
    }
}

#[test]
fn markdown_has_a_bound_and_says_so() {
    let mut fixture = all().remove(1);
    let finding = fixture.outcome.suites[1].findings[0].clone();
    fixture.outcome.suites[1].findings.extend(std::iter::repeat_n(finding, 20_000));
    let text = render(by_name("markdown").unwrap(), &style(), &fixture);
    assert!(text.len() <= MARKDOWN_BYTES_MAX && text.len() > MARKDOWN_BYTES_MAX / 2, "{}", text.len());
    assert!(text.contains("more are left out here; all of them are in outcome.json.") && text.ends_with("</details>\n"));
}

fn attributes(element: &BytesStart<'_>) -> BTreeMap<String, String> {
    let pair = |a: quick_xml::events::attributes::Attribute<'_>| {
        (String::from_utf8(a.key.0.to_vec()).unwrap(), a.unescape_value().unwrap().into_owned())
    };
    element.attributes().map(|attribute| pair(attribute.unwrap())).collect()
}

/// Names and attributes of all elements in order; fails on anything that is not XML.
fn elements(text: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = Reader::from_str(text);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) | Event::Empty(e) => found.push((String::from_utf8(e.name().0.to_vec()).unwrap(), attributes(&e))),
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn junit() {
    for (fixture, text) in check("junit", &style()) {
        let elements = elements(&text);
        let count = |name: &str| elements.iter().filter(|(element, _)| element == name).count().to_string();
        let expected =
            [("tests", count("testcase")), ("failures", count("failure")), ("errors", count("error")), ("skipped", count("skipped"))];
        let suites: Vec<_> = elements.iter().filter(|(name, _)| name == "testsuite").map(|(_, attributes)| attributes).collect();
        for (name, number) in expected {
            let sum: usize = suites.iter().map(|suite| suite[name].parse::<usize>().unwrap()).sum();
            assert_eq!((&elements[0].1[name], sum.to_string()), (&number, number.clone()), "{name} of {}", fixture.name);
        }
        assert_eq!(suites.len(), fixture.outcome.suites.len());
        let cases: Vec<_> = elements.iter().filter(|(name, _)| name == "testcase").map(|(_, attributes)| attributes).collect();
        let names: BTreeSet<_> = cases.iter().map(|case| (&case["classname"], &case["name"])).collect();
        assert_eq!(names.len(), cases.len(), "names are unique in {}", fixture.name);
        assert!(!text.contains("DOCTYPE") && text.starts_with("<?xml"));
    }
}

#[test]
fn junit_of_one_suite_and_of_a_shard() {
    let mut fixture = all().remove(1);
    fixture.runs[1].shard = Some(crate::model::Shard { index: 2, total: 4, fingerprint: 7 });
    let text = render(by_name("junit").unwrap(), &Style { suite: Some("hello".into()), ..style() }, &fixture);
    let suites: Vec<_> = elements(&text).into_iter().filter(|(name, _)| name == "testsuite").collect();
    assert_eq!(suites.len(), 1);
    assert_eq!((suites[0].1["name"].as_str(), suites[0].1["id"].as_str()), ("perf.hello[2/4]", "2"));
}

#[test]
fn junit_of_a_run_that_nobody_judged() {
    let fixture = Fixture { outcome: crate::model::Outcome::of(Vec::new()), ..all().remove(0) };
    let text = render(by_name("junit").unwrap(), &style(), &fixture);
    let cases: Vec<_> = elements(&text).into_iter().filter(|(name, _)| name == "testcase").collect();
    assert_eq!((cases.len(), cases[0].1["time"].as_str()), (14, "0.019912"));
    assert_eq!(text.matches("<skipped message=\"measured, not judged\"/>").count(), 14);
}

#[test]
fn json() {
    for (fixture, text) in check("json", &style()) {
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let members: BTreeSet<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        let promised = ["schema", "verdict", "exit_code", "compared", "suites", "findings", "new", "missing", "notes"];
        assert!(promised.iter().all(|member| members.contains(member)), "{members:?}");
        assert_eq!(value["schema"], "neverslower.outcome.v1");
        assert_eq!(value["findings"].as_array().unwrap().len(), fixture.outcome.findings().count());
        assert!(!text.contains(": null"), "what is not known is absent");
    }
}

#[test]
fn json_holds_every_member_of_a_finding() {
    let value: serde_json::Value = serde_json::from_str(&render(by_name("json").unwrap(), &style(), &all().remove(1))).unwrap();
    let failed = value["findings"].as_array().unwrap().iter().find(|finding| finding["verdict"] == "fail").unwrap();
    for member in ["suite", "label", "metric", "statistic", "threshold", "sentence", "reproduce"] {
        assert!(failed[member].is_string(), "{member}");
    }
    for member in ["before", "after", "change_percent", "detectable_percent"] {
        assert!(failed[member].is_f64(), "{member}");
    }
    assert_eq!(failed["interval_percent"], serde_json::json!([92.3, 108.4]));
    assert_eq!(value["suites"][1]["baseline"]["kind"], "committed");
}

#[test]
fn run_json() {
    for (fixture, text) in check("run-json", &Style { suite: Some("hello".into()), ..style() }) {
        let Some(run) = fixture.runs.iter().find(|run| run.suite == "hello") else {
            assert_eq!(text, "error: a stored run holds exactly one suite, found 0; name one suite\n");
            continue;
        };
        let stored: StoredRun = serde_json::from_str(&text).unwrap();
        assert_eq!(stored.into_run().unwrap(), Run { load: run.load.clone(), ..run.clone() });
    }
}

#[test]
fn csv() {
    for (fixture, text) in check("csv", &style()) {
        let series: usize = fixture.runs.iter().map(|run| run.series.len()).sum();
        assert!(text.starts_with("error: ") == (series == 0));
        let rows: Vec<_> = text.lines().map(fields).collect();
        assert!(series == 0 || (rows.len() == series + 1 && rows.iter().all(|row| row.len() == rows[0].len())), "{text}");
    }
}

/// The fields of one line of CSV.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            c => fields.last_mut().unwrap().push(c),
        }
    }
    assert!(!is_quoted, "{line}");
    fields
}

#[test]
fn jtl() {
    let (_, text) = check("jtl", &style()).remove(0);
    let rows: Vec<_> = text.lines().map(fields).collect();
    assert_eq!(rows.len(), requests().len() + 1);
    for row in &rows {
        assert_eq!(row.len(), 17, "{row:?}");
    }
    for row in &rows[1..] {
        assert_eq!(row[0].len(), 13, "milliseconds of this century: {row:?}");
        for number in [0, 1, 9, 10, 11, 12, 14, 15, 16] {
            row[number].parse::<u64>().unwrap();
        }
        assert!(!row[4].starts_with("Number of samples in transaction"));
    }
}

#[test]
fn jtl_xml() {
    let (_, text) = check("jtl-xml", &style()).remove(0);
    let elements = elements(&text);
    assert_eq!(elements[0], ("testResults".to_string(), BTreeMap::from([("version".to_string(), "1.2".to_string())])));
    let samples: Vec<_> = elements.iter().filter(|(name, _)| name == "httpSample").collect();
    assert_eq!(samples.len(), requests().len());
    assert_eq!((samples[1].1["lb"].as_str(), samples[1].1["lt"].as_str()), ("home, \"quoted\"", "15"));
}

#[test]
fn github() {
    for (fixture, text) in check("github", &style()) {
        for line in text.lines() {
            assert!(["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)), "{}: {line}", fixture.name);
        }
        assert!(text.lines().count() <= ANNOTATIONS_MAX + 1);
        assert!(fixture.name != "hostile" || text.contains("6 more that did not pass"), "{text}");
    }
}

#[test]
fn reports_are_found_by_name() {
    assert_eq!(REPORTS.iter().map(|entry| entry.name).collect::<BTreeSet<_>>().len(), REPORTS.len());
    assert_eq!(by_name("junit").unwrap().name, "junit");
    assert_eq!(for_convert("json").unwrap().name, "run-json");
    assert_eq!(for_convert("jtl").unwrap().name, "jtl");
    for (typed, nearest) in [("jutni", Some("junit")), ("JSON", Some("json")), ("markdwon", Some("markdown")), ("zzzzzz", None)] {
        assert_eq!(by_name(typed).unwrap_err().nearest, nearest, "{typed}");
    }
    let expected = "expected the name of a report, found \"jsn\"; did you mean \"json\"? `neverslower list reports` shows them all";
    assert_eq!(by_name("jsn").unwrap_err().to_string(), expected);
}
