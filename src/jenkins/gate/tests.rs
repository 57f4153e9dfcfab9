use super::{Build, BuildResult, CurrentBuild, Judged, judge};
use crate::jenkins::{Collected, FileNumbers, LabelNumbers, Numbers, Parser, ParserFiles, Percentiles, Settings, SideFields};
use crate::model::Verdict;

mod errors;
mod expert;
mod fail_open;
mod laws;
mod relative;
mod suites;

const HOUR_NS: u64 = 3_600_000_000_000;

/// The plugin's defaults, for one glob.
fn settings() -> Settings {
    Settings::of_plugin(vec!["*.jtl".to_string()])
}

/// 100 samples of so many milliseconds, so many of them failed.
fn numbers(ms: i64, errors: i64) -> Numbers {
    Numbers {
        samples: 100,
        errors,
        error_percent: errors as f64,
        average_ms: ms,
        median_ms: ms,
        percentiles_ms: Percentiles { p0: ms, p50: ms, p90: ms, p95: ms, p100: ms },
        min_ms: ms,
        max_ms: ms,
        ..Numbers::default()
    }
}

/// A report whose labels have these times; the whole has the first one's.
fn report(file: &str, labels: &[(&str, i64)]) -> FileNumbers {
    let ms = labels.first().map_or(0, |(_, ms)| *ms);
    FileNumbers {
        file: file.to_string(),
        parser: Parser::JMeter,
        numbers: numbers(ms, 0),
        side_fields: SideFields::new(),
        labels: labels.iter().map(|(label, ms)| LabelNumbers { label: (*label).to_string(), numbers: numbers(*ms, 0) }).collect(),
    }
}

/// A report with that share of errors as the plugin has it, out of so many samples.
fn failing(file: &str, errors: i64, samples: i64, error_percent: f64) -> FileNumbers {
    let mut report = report(file, &[("a", 412)]);
    report.numbers = Numbers { samples, errors, error_percent, ..numbers(412, 0) };
    report
}

/// One parser that read these.
fn collected(reports: Vec<FileNumbers>) -> Collected {
    let parser = reports.first().map_or(Parser::JMeter, |report| report.parser);
    let files = ParserFiles { entry: "*.jtl".to_string(), parser, matched: reports.len(), reports, dropped: Vec::new() };
    Collected { parsers: vec![files], ..Collected::default() }
}

/// A build that started in the hour of its number.
fn build(number: u64, result: Option<BuildResult>, reports: Vec<FileNumbers>) -> Build {
    Build { number, result, started_ns: number * HOUR_NS, reports }
}

fn current(number: u64) -> CurrentBuild {
    CurrentBuild { number, started_ns: number * HOUR_NS, zone: jiff::tz::TimeZone::UTC }
}

/// What build 10 comes to.
fn judged(settings: &Settings, collected: &Collected, history: &[Build]) -> Judged {
    judge(settings, collected, &current(10), history)
}

/// The numbers of the fail-open cases that were noted, or found in strict mode.
fn cases(judged: &Judged) -> Vec<u8> {
    let texts = judged.notes.iter().map(|note| &note.text).chain(judged.findings.iter().map(|finding| &finding.sentence));
    let numbers = texts.filter_map(|text| text.split("fail-open case ").nth(1));
    let mut cases: Vec<u8> =
        numbers.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()).collect();
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// `pass`, `unstable`, … and the cases: `pass [11]`.
fn told(judged: &Judged) -> String {
    format!("{} {:?}", judged.verdict, cases(judged))
}

#[test]
fn a_step_that_finds_nothing_fails_unless_it_may() {
    let check = |collected: &Collected, may: bool, expected: &str| {
        let settings = Settings { fail_build_if_no_result_file: !may, error_failed_threshold: 1.0, ..settings() };
        let judged = judged(&settings, collected, &[]);
        assert_eq!(told(&judged), expected);
        judged.files.iter().map(|file| file.path.clone()).collect::<Vec<_>>()
    };
    assert!(check(&Collected::default(), false, "fail []").is_empty());
    assert!(check(&Collected::default(), true, "pass [3]").is_empty());
    // One parser without files discards the reports of the other: even 50 % errors pass.
    let mut both = collected(vec![failing("cart.jtl", 50, 100, 50.0)]);
    let none = ParserFiles { entry: "**/*.csv".into(), parser: Parser::JMeterCsv, matched: 0, reports: Vec::new(), dropped: Vec::new() };
    both.parsers.push(none);
    let written = check(&both, false, "fail []");
    assert!(written.contains(&"archive/standardResults.xml".to_string()), "{written:?}");
    assert!(check(&both, true, "pass [3]").contains(&"archive/standardResults.xml".to_string()));
    both.parsers.pop();
    check(&both, false, "fail []");
    assert_eq!(judged(&Settings { error_failed_threshold: 50.0, ..settings() }, &both, &[]).verdict, Verdict::Pass);
}
