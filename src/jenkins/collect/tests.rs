use super::{collect, collect_inputs, report_name};
use crate::jenkins::{Collected, FileNumbers, Parser, Settings, to_json};
use crate::source::Input;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const CSV: &str = "timeStamp,elapsed,label,responseCode,success,bytes\n1,10,a,200,true,0\n2,30,b,500,false,0\n";
const LOG: &str = "2024-03-05 10:00:31,500 INFO o.a.j.r.Summariser: Generate Summary Results =    480 in 00:00:30 =   16.0/s Avg:   118 \
                   Min:    40 Max:   902 Err:    12 (2.50%)\n";
const WRK: &str = "Running 30s test @ http://h/\n  Latency 14.60ms 3.20ms 88.10ms 71.00%\n  100 requests in 30.01s\n\
                   Non-2xx or 3xx responses: 9\n";

fn iago(errors: i64) -> String {
    format!(
        "INF [20240305-10:00:00.000] stats: {{\"client/requests\":50,\"client/success\":{},\"client/request_latency_ms_average\":6,\
         \"client/request_latency_ms_minimum\":2,\"client/request_latency_ms_maximum\":40,\"client/sent_bytes\":9000}}\n",
        50 - errors
    )
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn settings(entries: &[&str]) -> Settings {
    Settings::of_plugin(entries.iter().map(|entry| entry.to_string()).collect())
}

/// `entry parser matched: read files; dropped files` of each parser, `missing entry`, and the numbers of the cautions.
fn shown(collected: &Collected) -> Vec<String> {
    let parsers = collected.parsers.iter().map(|files| {
        let reports: String = files.reports.iter().map(|report| format!(" {}", report.file)).collect();
        let dropped: String = files.dropped.iter().map(|dropped| format!(" -{}", dropped.file)).collect();
        format!("{} {:?} {}:{reports}{dropped}", files.entry, files.parser, files.matched)
    });
    let missing = collected.missing.iter().map(|entry| format!("missing {entry}"));
    let cautions = collected.cautions.iter().map(|caution| format!("case {}", caution.case));
    parsers.chain(missing).chain(cautions).collect()
}

fn check(files: &[(&str, &str)], settings: &Settings, expected: &[&str]) {
    let folder = folder(files);
    assert_eq!(shown(&collect(settings, folder.path()).unwrap()), expected);
}

fn reports(collected: &Collected) -> Vec<&FileNumbers> {
    collected.parsers.iter().flat_map(|files| &files.reports).collect()
}

#[test]
fn entries_choose_files_and_parsers() {
    let files = [("a.jtl", CSV), ("out/b.csv", CSV), ("out/c[1].txt", CSV), ("out/deep/d.txt", WRK)];
    check(&files, &settings(&["**/*.jtl", "", "**/*.csv"]), &["**/*.jtl JMeter 1: a.jtl", "**/*.csv JMeterCsv 1: out/b.csv"]);
    check(&files, &settings(&["out/*.txt"]), &["out/*.txt JMeterCsv 1: out/c[1].txt"]);
    check(&files, &settings(&["out/c[1].txt;a.j?l"]), &["out/c[1].txt JMeterCsv 1: out/c[1].txt", "a.j?l JMeterCsv 1: a.jtl"]);
    check(
        &files,
        &settings(&["out/**"]),
        &["out/** JMeterCsv 1: out/b.csv", "out/** JMeterCsv 1: out/c[1].txt", "out/** Wrk 1: out/deep/d.txt", "case 8"],
    );
    check(&files, &settings(&["none.txt"]), &["missing none.txt"]);
    check(&files, &settings(&["none.txt", "a.jtl"]), &["a.jtl JMeterCsv 1: a.jtl", "missing none.txt", "case 2"]);
    check(&files, &settings(&["**/*.wrk"]), &["**/*.wrk Wrk 0:"]);
}

#[test]
fn commas_stand_between_patterns() {
    let files = [("a.csv", CSV), ("b.csv", CSV), ("c,d.csv", CSV)];
    check(&files, &settings(&["b.csv, a.csv ,none"]), &["b.csv, a.csv ,none JMeterCsv 1: a.csv", "b.csv, a.csv ,none JMeterCsv 1: b.csv"]);
    // A file of exactly this name is found where no pattern matches.
    check(&files, &settings(&["c,d.csv"]), &["c,d.csv JMeterCsv 1: c,d.csv"]);
    check(&files, &settings(&["e,f.csv"]), &["missing e,f.csv"]);
}

#[test]
fn an_entry_is_split_again_for_reading() {
    let files = [("a:b.csv", CSV)];
    check(&files, &settings(&["a:b.csv"]), &["a:b.csv JMeterCsv 0:", "case 3"]);
    check(&files, &Settings { strict: true, ..settings(&["a:b.csv"]) }, &["a:b.csv JMeterCsv 1: a:b.csv"]);
    check(&files, &settings(&["*b.csv"]), &["*b.csv JMeterCsv 1: a:b.csv"]);
}

#[test]
fn what_the_plugin_drops_is_told() {
    let broken = CSV.replace("30", "fast");
    check(&[("a.jtl", CSV), ("b.jtl", &broken)], &settings(&["**/*.jtl"]), &["**/*.jtl JMeter 2: a.jtl -b.jtl", "case 1"]);
    check(&[("a.jtl", "")], &settings(&["**/*.jtl"]), &["**/*.jtl JMeter 1: a.jtl", "case 4"]);
    let xml = "<testResults><sample ts='1' t='7' s='true' lb='a'/></testResults>";
    check(&[("a.jtl", xml)], &settings(&["a.jtl"]), &["a.jtl JMeter 1: -a.jtl", "case 7"]);
    let marked = format!("\u{feff}<?xml version='1.0'?>{xml}");
    check(&[("a.jtl", &marked)], &settings(&["a.jtl"]), &["a.jtl JMeter 1: -a.jtl", "case 7"]);
    check(&[("a.jtl", &marked)], &Settings { strict: true, ..settings(&["a.jtl"]) }, &["a.jtl JMeter 1: a.jtl"]);
    check(&[("a/x.csv", CSV), ("b/x.csv", CSV)], &settings(&["**/*.csv"]), &["**/*.csv JMeterCsv 2: a/x.csv b/x.csv", "case 22"]);
}

#[test]
fn filters() {
    let with = |regex: &str| Settings { filter_regex: Some(regex.to_string()), ..settings(&["**/*.csv"]) };
    check(&[("a.csv", CSV)], &with("a|c"), &["**/*.csv JMeterCsv 1: a.csv"]);
    check(&[("a.csv", CSV)], &with("c"), &["**/*.csv JMeterCsv 1: a.csv", "case 5"]);
    check(&[("a.csv", CSV), ("b.csv", CSV)], &with("("), &["**/*.csv JMeterCsv 2: -a.csv -b.csv", "case 6"]);
    let strict = collect(&Settings { strict: true, ..with("(") }, Path::new(".")).unwrap_err();
    assert!(strict.sentence.contains("filter_regex \"(\" is no regular expression"), "{strict}");
}

#[test]
fn left_out_times_are_told() {
    let exclude = Settings { exclude_response_time: true, ..settings(&["**/*.csv"]) };
    check(&[("a.csv", CSV)], &exclude, &["**/*.csv JMeterCsv 1: a.csv", "case 21"]);
}

#[test]
fn aborts() {
    let check = |name: &str, text: &str, words: &str| {
        let folder = folder(&[("good.csv", CSV), (name, text)]);
        let abort = collect(&settings(&["good.csv", name]), folder.path()).unwrap_err();
        assert!(abort.sentence.contains(words), "{abort}");
    };
    check("a.txt", "", "expected results, found nothing: the file is empty");
    check("a.txt", "what is this\n", "found \"what is this\"");
    check("a.mdb", "\0\u{1}\0\0Standard Jet DB\0", "export its transactions as CSV");
}

/// Error percent of the report read last, of logs and other files by entry.
fn error_percent(files: &[(&str, &str)], settings: &Settings) -> (f64, Vec<u8>) {
    let folder = folder(files);
    let collected = collect(settings, folder.path()).unwrap();
    let percent = reports(&collected).last().unwrap().numbers.error_percent;
    (percent, collected.cautions.iter().map(|caution| caution.case).collect())
}

#[test]
fn the_summary_formula_depends_on_the_configuration() {
    let check = |files: &[(&str, &str)], entries: &[&str], percent: f64, cautions: &[u8], strict: f64| {
        assert_eq!(error_percent(files, &settings(entries)), (percent, cautions.to_vec()), "{entries:?}");
        assert_eq!(error_percent(files, &Settings { strict: true, ..settings(entries) }).0, strict, "{entries:?}, strict");
    };
    let log = [("results/jm.log", LOG)];
    check(&log, &["**/*.log"], 2.5, &[], 2.5);
    check(&log, &["results/jm.log"], 0.0, &[9], 2.5);
    check(&log, &["results/*.log"], 0.0, &[9], 2.5);
    check(&[("a.log", LOG)], &["a.log"], 2.5, &[], 2.5);
    check(&[("a.l", LOG)], &["a.l"], 0.0, &[10, 9], 2.5);
    let lines = iago(3) + &iago(4);
    let both = [("parrot-server-stats.log", lines.as_str()), ("a.csv", CSV)];
    // Example 21, and what it does to the file beside it.
    check(&both[..1], &["parrot-server-stats.log"], 7.0, &[], 7.0);
    check(&both, &["parrot-server-stats.log", "a.csv"], 0.0, &[9], 50.0);
    check(&[("parrot-server-stats.log", &iago(3))], &["parrot-server-stats.log"], 3.0, &[9], 6.0);
    check(&[("a.wrk", WRK)], &["**/*.wrk"], 0.0, &[8], 9.0);
}

#[test]
fn inputs_are_entries() {
    let folder = folder(&[("a.csv", CSV)]);
    let missing = folder.path().join("none.csv");
    let inputs = [Input::File(folder.path().join("a.csv")), Input::bytes("out/w.txt", WRK), Input::File(missing.clone())];
    let collected = collect_inputs(&settings(&[]), &inputs).unwrap();
    let found: Vec<(Parser, usize)> = collected.parsers.iter().map(|files| (files.parser, files.reports.len())).collect();
    assert_eq!((found, collected.missing), (vec![(Parser::JMeterCsv, 1), (Parser::Wrk, 1)], vec![missing.display().to_string()]));
    assert!(collect_inputs(&settings(&[]), &[Input::File(folder.path().to_path_buf())]).is_err());
}

#[test]
fn names_of_reports() {
    let check = |file: &str, name: &str| assert_eq!(report_name(file), name, "{file:?}");
    check("out/a.jtl", "a.jtl");
    check("TEST-shop-12.xml", "TEST-shop.xml");
    check("a-.xml", "a.xml");
    check("a-1.xml-2.xml", "a.xml.xml");
    check("a-x1.xml", "a-x1.xml");
    check("a-1-2.xml", "a-1.xml");
    check("a-1.xmlx", "a.xmlx");
}

#[test]
fn the_json_has_the_shape_of_the_contract() {
    let broken = CSV.replace("30", "fast");
    let collected = collect_inputs(&settings(&[]), &[Input::bytes("a.csv", CSV), Input::bytes("b.csv", broken)]).unwrap();
    let json: serde_json::Value = serde_json::from_str(&to_json(&collected)).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let common = "average_ms average_size_kb error_percent errors";
    assert_eq!(
        keys(&json[0]),
        format!(
            "{common} file http_codes labels max_ms median_ms min_ms parser percentiles_ms samples side_fields throughput_rps total_traffic_kb"
        )
    );
    assert_eq!(
        keys(&json[0]["labels"][1]),
        format!("{common} http_codes label max_ms median_ms min_ms percentiles_ms samples throughput_rps total_traffic_kb")
    );
    assert_eq!(keys(&json[0]["percentiles_ms"]), "0 100 50 90 95");
    assert_eq!((&json[0]["parser"], &json[0]["labels"][1]["label"]), (&"JMeterCSV".into(), &"b".into()));
    assert_eq!(json[1]["dropped"], "b.csv:3: expected elapsed in whole milliseconds, found \"fast\"");
    assert_eq!(keys(&json[1]), "dropped file");
    assert!(to_json(&collected).contains("\"error_percent\": 50.0,"));
    let again: FileNumbers = serde_json::from_value(json[0].clone()).unwrap();
    assert_eq!(&again, reports(&collected)[0]);
}
