//! Bytes as a file for every reader of the Jenkins profile, chosen by default globs, by content, and with `strict`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neverslower::jenkins::{Collected, FileNumbers, Settings, collect, collect_inputs, to_json};
use neverslower::source::Input;

/// One file name for each parser, and the glob that chooses it.
const CHOSEN: [(&str, &str); 9] = [
    ("a.jtl", "**/*.jtl"),
    ("a.csv", "**/*.csv"),
    ("TEST-a.xml", "**/TEST-*.xml"),
    ("a.log", "**/*.log"),
    ("a.xml", "**/*.xml"),
    ("a.wrk", "**/*.wrk"),
    ("parrot-server-stats.log", "parrot-server-stats.log"),
    ("a.mdb", "**/*.mdb"),
    ("a_stats.csv", "**/*_stats.csv"),
];

fn check(collected: &Collected) {
    let json: serde_json::Value = serde_json::from_str(&to_json(collected)).expect("the report is JSON");
    for file in json.as_array().expect("an array") {
        if file.get("dropped").is_none() {
            serde_json::from_value::<FileNumbers>(file.clone()).expect("a report is read back");
        }
    }
    for report in collected.parsers.iter().flat_map(|files| &files.reports) {
        let percentiles = report.numbers.percentiles_ms;
        assert!(report.numbers.error_percent >= 0.0 || report.numbers.errors < 0 || report.numbers.samples < 0);
        assert!(report.numbers.samples == 0 || !report.labels.is_empty() || report.parser == neverslower::jenkins::Parser::Taurus);
        assert_eq!(percentiles.p50, report.numbers.median_ms);
    }
}

fuzz_target!(|data: &[u8]| {
    for strict in [false, true] {
        let settings = Settings { strict, filter_regex: Some("(?!x).*".to_string()), ..Settings::of_plugin(Vec::new()) };
        if let Ok(collected) = collect_inputs(&settings, &[Input::bytes("fuzz", data)]) {
            check(&collected);
        }
        let folder = tempfile::tempdir().expect("a folder");
        for (name, glob) in CHOSEN {
            std::fs::write(folder.path().join(name), data).expect("a file");
            let settings = Settings { source_data_files: vec![glob.to_string()], ..settings.clone() };
            if let Ok(collected) = collect(&settings, folder.path()) {
                check(&collected);
            }
        }
    }
});
