//! Every fail-open case of the plugin, as the profile and as strict mode judge it.

use super::expert::{absolute, averages, cart, expert, last, relative};
use super::{build, collected, failing, judged, report, settings, told};
use crate::jenkins::{
    Build, BuildResult, Builds, Caution, Collected, Constraint, Dropped, FileNumbers, Metered, Numbers, Operator, Parser, ParserFiles,
    Settings,
};

fn check(settings: &Settings, collected: &Collected, history: &[Build], profile: &str, strict: &str) {
    assert_eq!(told(&judged(settings, collected, history)), profile, "the profile");
    let strictly = judged(&Settings { strict: true, ..settings.clone() }, collected, history);
    assert_eq!(told(&strictly), strict, "strict mode: {:?} {:?}", strictly.findings, strictly.notes);
}

/// No errors allowed.
fn errors() -> Settings {
    Settings { error_failed_threshold: 0.0, ..settings() }
}

fn slower(limit: f64) -> Settings {
    Settings { mode_of_threshold: true, compare_build_previous: true, relative_failed_threshold_positive: limit, ..settings() }
}

fn caution(case: u8, mut collected: Collected) -> Collected {
    collected.cautions.push(Caution { case, sentence: "something was noticed".to_string() });
    collected
}

fn dropping(mut collected: Collected) -> Collected {
    collected.parsers[0].dropped.push(Dropped { file: "out/old.jtl".to_string(), reason: "out/old.jtl:3: expected a number".to_string() });
    collected
}

fn of_parser(parser: Parser, entry: &str, file: FileNumbers) -> ParserFiles {
    ParserFiles { entry: entry.to_string(), parser, matched: 1, reports: vec![FileNumbers { parser, ..file }], dropped: Vec::new() }
}

#[test]
fn case_1_an_unreadable_file() {
    check(&errors(), &dropping(collected(cart(1))), &[], "pass [1]", "no-verdict [1]");
    let mut nothing_left = dropping(collected(Vec::new()));
    nothing_left.parsers[0].matched = 1;
    check(&errors(), &nothing_left, &[], "pass [1]", "no-verdict [1]");
}

#[test]
fn case_2_a_missing_entry() {
    let one_missing = Collected { missing: vec!["shop.jtl".to_string()], ..collected(cart(1)) };
    check(&errors(), &one_missing, &[], "pass [2]", "no-verdict [2]");
    let all_missing = Collected { missing: vec!["shop.jtl".to_string()], ..Collected::default() };
    check(&errors(), &all_missing, &[], "fail []", "no-verdict [3]");
}

#[test]
fn case_3_nothing_found() {
    let may = Settings { fail_build_if_no_result_file: false, ..errors() };
    check(&may, &Collected::default(), &[], "pass [3]", "no-verdict [3]");
    check(&errors(), &Collected::default(), &[], "fail []", "no-verdict [3]");
    // In strict mode what was found is judged all the same.
    let mut one_empty = collected(vec![failing("cart.jtl", 1, 100, 1.0)]);
    one_empty.parsers.push(ParserFiles {
        matched: 0,
        reports: Vec::new(),
        ..of_parser(Parser::JMeterCsv, "**/*.csv", failing("a", 0, 0, 0.0))
    });
    check(&may, &one_empty, &[], "pass [3]", "fail [3]");
}

#[test]
fn cases_4_and_5_nothing_in_a_file() {
    let empty = collected(vec![failing("cart.jtl", 0, 0, 0.0)]);
    check(&errors(), &empty, &[], "pass [4]", "no-verdict [4]");
    check(&Settings { filter_regex: Some("a.*".to_string()), ..errors() }, &empty, &[], "pass [5]", "no-verdict [5]");
    check(&Settings { filter_regex: Some(" ".to_string()), ..errors() }, &empty, &[], "pass [4]", "no-verdict [4]");
}

#[test]
fn cases_6_and_7_what_only_readers_see() {
    check(&errors(), &caution(6, dropping(collected(cart(1)))), &[], "pass [1, 6]", "no-verdict [1, 6]");
    check(&errors(), &caution(7, dropping(collected(cart(1)))), &[], "pass [1, 7]", "no-verdict [1, 7]");
    check(&errors(), &caution(7, collected(cart(1))), &[], "pass [7]", "pass [7]");
}

#[test]
fn case_8_errors_of_summaries() {
    // The readers of strict mode count requests; the plugin's number stands beside them.
    let wrk = |errors: i64, requests: i64| {
        let file = failing("cart.wrk", errors, requests, 0.0);
        Collected { parsers: vec![of_parser(Parser::Wrk, "**/*.wrk", file)], ..Collected::default() }
    };
    check(&errors(), &wrk(900, 20400), &[], "pass [8]", "fail [8]");
    check(&errors(), &wrk(0, 20400), &[], "pass [8]", "pass [8]");
}

#[test]
fn case_9_the_formula_of_another_report() {
    let jmeter = of_parser(Parser::JMeter, "*.jtl", failing("cart.jtl", 50, 100, 0.0));
    let iago = of_parser(Parser::Iago, "parrot-server-stats.log", failing("parrot-server-stats.log", 0, 1, 0.0));
    let both = Collected { parsers: vec![iago, jmeter], ..Collected::default() };
    check(&errors(), &both, &[], "pass [9]", "fail [9]");
    let log = failing("results/jm.log", 12, 480, 0.0);
    let by_path = Collected { parsers: vec![of_parser(Parser::JmeterSummarizer, "results/jm.log", log.clone())], ..Collected::default() };
    check(&errors(), &by_path, &[], "pass [8, 9]", "fail [8, 9]");
    let by_glob = Collected { parsers: vec![of_parser(Parser::JmeterSummarizer, "**/*.log", log)], ..Collected::default() };
    check(&errors(), &by_glob, &[], "pass [8]", "fail [8]");
}

#[test]
fn case_10_an_error_inside_the_error_gate() {
    let log = failing("a.lg", 0, 1, 0.0);
    let jmeter = of_parser(Parser::JMeter, "*.jtl", failing("cart.jtl", 50, 100, 50.0));
    let short = Collected { parsers: vec![of_parser(Parser::JmeterSummarizer, "a.lg", log), jmeter], ..Collected::default() };
    check(&errors(), &short, &[], "pass [10]", "fail [8, 9]");
}

#[test]
fn cases_11_and_12_no_baseline_and_itself() {
    // The first build passes everywhere, else there would never be one to compare with.
    check(&slower(10.0), &collected(cart(9)), &[], "pass [11]", "pass [11]");
    let failed = [build(9, Some(BuildResult::Failure), cart(1))];
    check(&slower(10.0), &collected(cart(9)), &failed, "pass [11]", "pass [11]");
    let nth = |nth_build_number: i64| Settings { compare_build_previous: false, nth_build_number, ..slower(10.0) };
    check(&nth(3), &collected(cart(9)), &averages(&[1]), "pass [11]", "no-verdict [11]");
    check(&nth(0), &collected(cart(9)), &averages(&[9]), "pass [11]", "no-verdict [11]");
    check(&nth(10), &collected(cart(9)), &averages(&[1]), "pass [12]", "no-verdict [12]");
    // Files of another format: an error, after which nothing is compared or written.
    let csv = vec![FileNumbers { parser: Parser::JMeterCsv, ..cart(1).remove(0) }];
    let other_format = [build(9, Some(BuildResult::Success), csv)];
    check(&slower(10.0), &collected(cart(9)), &other_format, "pass [11]", "no-verdict [11]");
    let files = judged(&slower(10.0), &collected(cart(9)), &other_format).files;
    assert!(files.iter().all(|file| file.path != "archive/dashBoard_results.xml"));
}

#[test]
fn case_13_labels_on_one_side_only() {
    let before = |labels: &[(&str, i64)]| [build(9, Some(BuildResult::Success), vec![report("cart.jtl", labels)])];
    let now = |labels: &[(&str, i64)]| collected(vec![report("cart.jtl", labels)]);
    check(&slower(10.0), &now(&[("pay", 1)]), &before(&[("pay", 1), ("gone", 1)]), "pass [13]", "unstable [13]");
    check(&slower(10.0), &now(&[("pay", 1), ("new", 1)]), &before(&[("pay", 1)]), "pass [13]", "pass [13]");
    check(&slower(10.0), &now(&[("pay", 1)]), &before(&[("PAY", 1)]), "pass []", "pass []");
}

#[test]
fn case_14_limits_that_nothing_looks_at() {
    let same = averages(&[9]);
    check(&Settings { config_type: "p95".to_string(), ..slower(10.0) }, &collected(cart(99)), &same, "pass [14]", "no-verdict [14]");
    check(&settings(), &collected(vec![failing("cart.jtl", 9, 10, 90.0)]), &[], "pass [14]", "no-verdict [14]");
    check(&slower(-1.0), &collected(cart(99)), &same, "pass [14]", "no-verdict [14]");
    check(&expert(Vec::new()), &collected(cart(99)), &same, "pass [14]", "no-verdict [14]");
    let both = Settings { error_failed_threshold: 0.0, ..slower(10.0) };
    check(&both, &collected(vec![failing("cart.jtl", 9, 10, 90.0)]), &averages(&[412]), "pass [13, 14]", "no-verdict [13, 14]");
}

#[test]
fn cases_15_and_16_response_time_lines() {
    let lines = |lines: &str| Settings { error_unstable_response_time_threshold: lines.to_string(), ..settings() };
    check(&lines("cart.jtl 5"), &collected(cart(9)), &[], "pass [15]", "no-verdict [15]");
    check(&lines("Cart.jtl:5"), &collected(cart(9)), &[], "pass [15]", "no-verdict [15]");
    check(&lines("cart.jtl:5"), &collected(cart(9)), &[], "unstable []", "unstable []");
    let replaced = Settings { error_unstable_threshold: 1.0, ..lines("cart.jtl:5ms") };
    check(&replaced, &collected(vec![failing("cart.jtl", 3, 100, 3.0)]), &[], "unstable [16]", "fail []");
}

#[test]
fn case_17_constraints_on_nothing() {
    let on = |report: &str, label: Option<&str>| Constraint {
        related_perf_report: report.to_string(),
        test_case: label.map(str::to_string),
        ..absolute(1)
    };
    check(&expert(vec![on("shop.jtl", None)]), &collected(cart(9)), &[], "pass [17]", "no-verdict [17]");
    check(&expert(vec![on("cart.jtl", Some("gone"))]), &collected(cart(9)), &[], "pass [17]", "no-verdict [17]");
    check(&expert(vec![absolute(-1)]), &collected(cart(9)), &[], "pass [17]", "no-verdict [17]");
    // With `*` all constraints go, the violated one too.
    let all_dropped = expert(vec![absolute(1), on("shop.jtl", Some("*"))]);
    check(&all_dropped, &collected(cart(9)), &[], "pass [17]", "fail [17]");
    check(&expert(vec![absolute(1), on("shop.jtl", None)]), &collected(cart(9)), &[], "fail [17]", "fail [17]");
    let date = Builds::Between { start: "soon".to_string(), end: "now".to_string() };
    check(&expert(vec![relative(Operator::NotGreater, 5.0, date)]), &collected(cart(9)), &[], "fail []", "no-verdict []");
}

#[test]
fn cases_18_and_20_nothing_to_compare_with() {
    let all = || expert(vec![relative(Operator::NotGreater, 5.0, last("*"))]);
    let other = [build(9, Some(BuildResult::Success), vec![report("shop.jtl", &[("pay", 1)])])];
    check(&all(), &collected(cart(9)), &other, "pass [18]", "no-verdict [18]");
    let itself = expert(vec![relative(Operator::NotGreater, 5.0, Builds::Baseline)]);
    check(&itself, &collected(cart(9)), &averages(&[1]), "pass [18]", "no-verdict [18]");
    check(&all(), &collected(cart(9)), &[], "pass [20]", "pass [20]");
    // None eligible is a violation for the plugin.
    check(&all(), &collected(cart(9)), &[build(9, None, cart(1))], "fail []", "no-verdict [18]");
}

#[test]
fn cases_19_and_24_means_that_are_too_low() {
    let on_pay = Constraint { test_case: Some("pay".into()), ..relative(Operator::NotLess, 10.0, last("*")) };
    let mut history = averages(&[200, 1, 205]);
    history[1].reports = vec![report("cart.jtl", &[("other", 1)])];
    // 135 of three, or 202.5 of two.
    check(&expert(vec![on_pay]), &collected(cart(150)), &history, "pass [19]", "fail [19]");
    let failures = |errors: i64| vec![failing("cart.jtl", errors, 1000, errors as f64 / 10.0)];
    let history = [(9, 19), (8, 29)].map(|(number, errors)| build(number, Some(BuildResult::Success), failures(errors)));
    let no_less = Constraint { metered_value: Metered::ErrorPercent, ..relative(Operator::NotLess, 0.0, last("*")) };
    // 1 %, or 2.4 %.
    check(&expert(vec![no_less]), &collected(failures(20)), &history, "pass [24]", "fail []");
    check(&errors(), &caution(24, collected(cart(1))), &[], "pass [24]", "pass [24]");
}

#[test]
fn case_21_failed_samples_in_the_divisor() {
    // Worked example 3: 900 / 5, or 900 / 3.
    let mut file = failing("cart.jtl", 2, 5, 40.0);
    file.numbers = Numbers { average_ms: 180, ..file.numbers };
    let lines = Settings { exclude_response_time: true, error_unstable_response_time_threshold: "cart.jtl:300".to_string(), ..settings() };
    assert_eq!(told(&judged(&lines, &collected(vec![file.clone()]), &[])), "pass [21]");
    // What the readers of strict mode make of the same file.
    file.numbers = Numbers { average_ms: 300, ..file.numbers };
    assert_eq!(told(&judged(&Settings { strict: true, ..lines.clone() }, &collected(vec![file.clone()]), &[])), "unstable [21]");
    file.numbers = Numbers { average_ms: 0, ..file.numbers };
    file.numbers = Numbers { errors: 5, ..file.numbers };
    check(&lines, &collected(vec![file]), &[], "pass [21]", "no-verdict [21]");
}

#[test]
fn cases_22_and_23_other_files_and_builds() {
    let both = collected(vec![report("a/cart.jtl", &[("pay", 9)]), report("b/cart.jtl", &[("pay", 1)])]);
    check(&expert(vec![absolute(5)]), &both, &[], "pass [22]", "fail [22]");
    let newer = [build(11, Some(BuildResult::Success), cart(1)), build(9, Some(BuildResult::Success), cart(9))];
    check(&slower(10.0), &collected(cart(9)), &newer, "pass [23]", "pass [23]");
}
