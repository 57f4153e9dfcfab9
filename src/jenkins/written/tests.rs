use super::{Folder, WrittenFile};
use crate::jenkins::{
    Build, BuildResult, Builds, Collected, Constraint, ConstraintKind, CurrentBuild, Escalation, FileNumbers, LabelNumbers, Metered,
    Numbers, Operator, Parser, ParserFiles, Percentiles, Settings, SideFields, judge,
};
use quick_xml::events::Event;

fn file(average_ms: i64) -> FileNumbers {
    let numbers = Numbers {
        samples: 3,
        errors: 1,
        error_percent: 33.333,
        average_ms,
        median_ms: 20,
        percentiles_ms: Percentiles { p0: 10, p50: 20, p90: 30, p95: 40, p100: 50 },
        min_ms: 10,
        max_ms: 50,
        throughput_rps: 2.0,
        average_size_kb: 1.5,
        total_traffic_kb: 4.5,
        http_codes: vec!["200".to_string(), "<5>".to_string()],
    };
    let label = |label: &str| LabelNumbers { label: label.to_string(), numbers: numbers.clone() };
    FileNumbers {
        file: "out/cart.v2.jtl".to_string(),
        parser: Parser::JMeter,
        numbers: numbers.clone(),
        side_fields: SideFields::new(),
        labels: vec![label("https://shop/a?b=1&c"), label("pay, \"now\" <b>")],
    }
}

fn settings() -> Settings {
    Settings { error_failed_threshold: 40.0, error_unstable_threshold: 0.5, ..Settings::of_plugin(vec!["*.jtl".to_string()]) }
}

fn constraint(operator: Operator, escalation_level: Escalation, test_case: Option<&str>, kind: ConstraintKind) -> Constraint {
    Constraint {
        related_perf_report: "cart.v2.jtl".to_string(),
        test_case: test_case.map(str::to_string),
        metered_value: Metered::Average,
        operator,
        escalation_level,
        kind,
    }
}

fn last(previous_results: &str) -> Builds {
    Builds::Last { previous_results: previous_results.to_string() }
}

/// The files of build 10, whose average is 330 ms; that of build 9 was 300 ms.
fn files(settings: &Settings, reports: Vec<FileNumbers>) -> Vec<WrittenFile> {
    let parser = ParserFiles { entry: "*.jtl".to_string(), parser: Parser::JMeter, matched: 1, reports, dropped: Vec::new() };
    let collected = Collected { parsers: vec![parser], ..Collected::default() };
    let current = CurrentBuild { number: 10, started_ns: 1_700_000_000_000_000_000, zone: jiff::tz::TimeZone::UTC };
    let before = Build { number: 9, result: Some(BuildResult::Success), started_ns: 0, reports: vec![file(300)] };
    judge(settings, &collected, &current, &[before]).files
}

/// The file of that path is that text; and if it is XML, it is well-formed.
fn check(settings: &Settings, path: &str, expected: &str) {
    let files = files(settings, vec![file(330)]);
    let found = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path} among {files:?}"));
    assert_eq!(found.text, expected, "{path}");
    if path.ends_with(".xml") {
        let mut reader = quick_xml::Reader::from_str(&found.text);
        while !matches!(reader.read_event().unwrap(), Event::Eof) {}
    }
}

#[test]
fn standard_results_hold_every_label() {
    let numbers = "\t\t<samples>3</samples>\n\t\t<average>330</average>\n\t\t<min>10</min>\n\t\t<median>20</median>\n\t\t<ninetieth>30</ninetieth>\n\
        \t\t<ninetyFifth>40</ninetyFifth>\n\t\t<max>50</max>\n\t\t<httpCode>200,&lt;5&gt;</httpCode>\n\t\t<errors>33.333</errors>\n\t</api>\n";
    let expected = format!(
        "<?xml version=\"1.0\"?>\n<results>\n\t<api>\n\t\t<uri>https://shop/a?b=1&amp;c</uri>\n{numbers}\
         \t<api>\n\t\t<uri>pay, &quot;now&quot; &lt;b&gt;</uri>\n{numbers}</results>"
    );
    check(&settings(), "archive/standardResults.xml", &expected);
    let none = files(&settings(), Vec::new());
    let empty = none.iter().find(|file| file.path == "archive/standardResults.xml").unwrap();
    assert_eq!(empty.text, "<?xml version=\"1.0\"?>\n<results>\n</results>");
}

#[test]
fn the_error_mode_writes_a_dashboard_for_each_report() {
    let one = |name: &str, inner: &str, value: i64| format!("\t<{name}>\n\t\t<{inner}>{value}</{inner}>\n\t</{name}>\n");
    let all = |inner: &[(&str, i64)]| {
        let of = |name: &str| inner.iter().map(|(inner, value)| one(name, inner, *value)).collect::<String>();
        of("__shop_a_b_1_c") + &of("pay___now___b_")
    };
    let expected = format!(
        "<?xml version=\"1.0\"?>\n<results>\n<absoluteDefinition>\n\t<unstable>0.5</unstable>\n\t<failed>40</failed>\n\
         \t<calculated>33.333</calculated>\n</absoluteDefinition>\n<average>\n{}</average>\n<median>\n{}</median>\n<percentile>\n{}</percentile>\n</results>",
        all(&[("currentBuildAvg", 330)]),
        all(&[("currentBuildMed", 20)]),
        all(&[("currentBuild90Line", 30), ("currentBuild95Line", 40)]),
    );
    check(&settings(), "archive/dashBoard_cart.xml", &expected);
}

#[test]
fn the_relative_mode_writes_all_three_metrics() {
    let relative =
        Settings { mode_of_threshold: true, compare_build_previous: true, relative_failed_threshold_positive: 5.5, ..settings() };
    let head = |build: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<results>\n<relativeDefinition>\n\t<buildNum>{build}</buildNum>\n\
             \t<unstable>\n\t\t<negative>-1.0</negative>\n\t\t<positive>-1.0</positive>\n\t</unstable>\n\
             \t<failed>\n\t\t<negative>-1.0</negative>\n\t\t<positive>5.5</positive>\n\t</failed>\n</relativeDefinition>\n"
        )
    };
    let section = |name: &str, metric: &str, before: i64, after: i64, difference: &str, percent: &str| {
        let of = |key: &str| {
            format!(
                "\t<{key}>\n\t\t<previousBuild{metric}>{before}</previousBuild{metric}>\n\t\t<currentBuild{metric}>{after}</currentBuild{metric}>\n\
                 \t\t<relativeDiff>{difference}</relativeDiff>\n\t\t<relativeDiffPercent>{percent}</relativeDiffPercent>\n\t</{key}>\n"
            )
        };
        format!("<{name}>\n{}{}</{name}>\n", of("__shop_a_b_1_c"), of("pay___now___b_"))
    };
    let expected = head("previous")
        + &section("average", "Avg", 300, 330, "30.0", "10.0")
        + &section("median", "Med", 20, 20, "0.0", "0.0")
        + &section("percentile", "90Line", 30, 30, "0.0", "0.0")
        + "</results>";
    check(&relative, "archive/dashBoard_results.xml", &expected);
    let lost = Settings { compare_build_previous: false, nth_build_number: 3, ..relative };
    check(&lost, "archive/dashBoard_results.xml", &(head("3") + "</results>"));
}

fn expert() -> Settings {
    let relative = |tolerance: f64, builds: Builds| ConstraintKind::Relative { tolerance, builds };
    let constraints = vec![
        constraint(Operator::NotGreater, Escalation::Warning, Some("pay, \"now\" <b>"), ConstraintKind::Absolute { value: 300 }),
        constraint(Operator::NotGreater, Escalation::Error, None, ConstraintKind::Absolute { value: 330 }),
        constraint(Operator::NotGreater, Escalation::Information, None, relative(5.0, last("*"))),
        constraint(Operator::NotLess, Escalation::Error, None, relative(5.0, last("*"))),
        constraint(Operator::NotLess, Escalation::Error, None, relative(5.0, last("0"))),
    ];
    let settings = Settings { mode_evaluation: true, constraints, junit_output: "out/constraints.xml".to_string(), ..settings() };
    Settings { persist_constraint_log: true, ..settings }
}

/// A comma in a label splits a list of labels, so the first constraint is on a label without.
fn expert_on(label: &str) -> Settings {
    let mut settings = expert();
    settings.constraints[0].test_case = Some(label.to_string());
    settings
}

#[test]
fn constraints_become_test_cases() {
    let expected = "<testsuite tests=\"5\" failures=\"3\" >\n\
        <testcase classname=\"cart.v2.jtl\" name=\"Average of https://shop/a?b=1&amp;c must not be greater than 300 milliseconds\">\n\
        \x20   <failure type=\"Warning\">Measured value for Average: 330 milliseconds</failure>\n</testcase>\n\
        <testcase classname=\"cart.v2.jtl\" name=\"Average of all test cases must not be greater than 330 milliseconds\">\n</testcase>\n\
        <testcase classname=\"cart.v2.jtl\" name=\"Average of all test cases must not be greater than 5.000 percent above/below previous\">\n\
        \x20   <failure type=\"Information\">Measured value for Average: 330 milliseconds. Previous value: 300 milliseconds. Deviation: 10.000 %\
        </failure>\n</testcase>\n\
        <testcase classname=\"cart.v2.jtl\" name=\"Average of all test cases must not be less than 5.000 percent above/below previous\">\n\
        </testcase>\n</testsuite>";
    check(&expert_on("https://shop/a?b=1&c"), "out/constraints.xml", expected);
    let all = files(&expert_on("pay"), vec![file(330)]);
    let junit = all.iter().find(|file| file.path == "out/constraints.xml").unwrap();
    assert_eq!(junit.folder, Folder::Workspace);
    assert!(junit.text.starts_with("<testsuite tests=\"4\" failures=\"2\" >"), "{}", junit.text);
    let asked = |settings: Settings| files(&settings, vec![file(330)]).into_iter().map(|file| file.path).collect::<Vec<_>>();
    let quiet = Settings { junit_output: String::new(), persist_constraint_log: false, ..expert() };
    assert_eq!(asked(quiet), ["labels.csv", "throughput.csv"]);
}

#[test]
fn the_log_counts_and_lists_what_was_violated() {
    let files = files(&expert_on("https://shop/a?b=1&c"), vec![file(330)]);
    let log = files.iter().find(|file| file.path == "performance-results/performance.log").unwrap();
    assert_eq!(log.folder, Folder::Build);
    for line in [
        "Build Number: #10",
        "Build Date: Tue Nov 14 22:13:20 UTC 2023",
        "Build State: FAILURE",
        "Number of all constraints: 5",
        "Relative constraints: 3",
        "Absolute constraints: 2",
        "Successful constraints: 2",
        "Violated constraints: 3",
        "->INFORMATION: 1",
        "->UNSTABLE: 1",
        "->ERROR: 1",
        "The constraint says: Average of all test cases must not be greater than 315.0",
        "Measured value for Average: 330.0",
        "The highest escalation: Error! The build will be marked as FAILURE",
        "Report      Testcase             Metric     Operator                  Value Level               ",
        "cart.v2.jtl https://shop/a?b=1&c Average    not be greater than         300 Warning             ",
        "cart.v2.jtl *                    Average    not be less than         5.000% Error               ",
    ] {
        assert!(log.text.lines().any(|one| one == line), "{line:?} is not in\n{}", log.text);
    }
}

#[test]
fn labels_and_throughput_are_tables() {
    check(
        &settings(),
        "labels.csv",
        "report,label,samples,errors,error_percent,average_ms,min_ms,median_ms,p90_ms,p95_ms,max_ms,average_size_kb,total_traffic_kb,http_codes\n\
         cart.v2.jtl,,3,1,33.333,330,10,20,30,40,50,1.5,4.5,200 <5>\n\
         cart.v2.jtl,https://shop/a?b=1&c,3,1,33.333,330,10,20,30,40,50,1.5,4.5,200 <5>\n\
         cart.v2.jtl,\"pay, \"\"now\"\" <b>\",3,1,33.333,330,10,20,30,40,50,1.5,4.5,200 <5>\n",
    );
    check(
        &settings(),
        "throughput.csv",
        "report,label,samples,throughput_rps\ncart.v2.jtl,,3,2.0\ncart.v2.jtl,https://shop/a?b=1&c,3,2.0\ncart.v2.jtl,\"pay, \"\"now\"\" <b>\",3,2.0\n",
    );
}

#[test]
fn limits_are_written_as_the_plugin_keeps_them() {
    let limits = Settings { error_failed_threshold: 300.0, error_unstable_threshold: -5.0, ..settings() };
    let dashboard = files(&limits, vec![file(330)]).into_iter().find(|file| file.path == "archive/dashBoard_cart.xml").unwrap();
    assert!(dashboard.text.contains("\t<unstable>0</unstable>\n\t<failed>100</failed>\n"), "{}", dashboard.text);
}
