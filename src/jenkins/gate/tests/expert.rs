use super::{HOUR_NS, build, collected, failing, judged, report, settings, told};
use crate::jenkins::{
    Build, BuildResult, Builds, Constraint, ConstraintKind, Escalation, FileNumbers, Metered, Operator, Parser, ParserFiles, Settings,
};

use BuildResult::{Failure, Success, Unstable};

/// Must not be greater than 300 ms on average, over the whole of cart.jtl, or the build fails.
pub fn absolute(value: i64) -> Constraint {
    Constraint {
        related_perf_report: "cart.jtl".to_string(),
        test_case: None,
        metered_value: Metered::Average,
        operator: Operator::NotGreater,
        escalation_level: Escalation::Error,
        kind: ConstraintKind::Absolute { value },
    }
}

pub fn relative(operator: Operator, tolerance: f64, builds: Builds) -> Constraint {
    Constraint { operator, kind: ConstraintKind::Relative { tolerance, builds }, ..absolute(0) }
}

pub fn last(previous_results: &str) -> Builds {
    Builds::Last { previous_results: previous_results.to_string() }
}

pub fn expert(constraints: Vec<Constraint>) -> Settings {
    Settings { mode_evaluation: true, constraints, ..settings() }
}

/// Builds 9, 8, … of which cart.jtl took so many milliseconds each, on the label `pay` and as a whole.
pub fn averages(all: &[i64]) -> Vec<Build> {
    (0u64..).zip(all).map(|(back, ms)| build(9 - back, Some(Success), cart(*ms))).collect()
}

pub fn cart(ms: i64) -> Vec<FileNumbers> {
    vec![report("cart.jtl", &[("pay", ms)])]
}

fn check(constraints: Vec<Constraint>, ms: i64, history: &[Build], expected: &str) {
    check_with(&expert(constraints), ms, history, expected);
}

fn check_with(settings: &Settings, ms: i64, history: &[Build], expected: &str) {
    let judged = judged(settings, &collected(cart(ms)), history);
    assert_eq!(told(&judged), expected, "{ms} ms: {:?} {:?}", judged.findings, judged.notes);
}

#[test]
fn an_absolute_limit_is_kept_when_reached() {
    // Worked example 15, and its neighbours.
    for (operator, at_411, at_412, at_413) in [
        (Operator::NotGreater, "pass []", "pass []", "fail []"),
        (Operator::NotLess, "fail []", "pass []", "pass []"),
        (Operator::NotEqual, "pass []", "fail []", "pass []"),
    ] {
        for (ms, expected) in [(411, at_411), (412, at_412), (413, at_413)] {
            check(vec![Constraint { operator, ..absolute(412) }], ms, &[], expected);
        }
    }
    check(vec![absolute(0)], 0, &[], "pass []");
    check(vec![absolute(-1)], 412, &[], "pass [17]");
}

#[test]
fn escalations_say_what_a_violation_does() {
    let at = |escalation_level: Escalation| Constraint { escalation_level, ..absolute(1) };
    check(vec![at(Escalation::Information)], 2, &[], "pass []");
    check(vec![at(Escalation::Warning)], 2, &[], "unstable []");
    check(vec![at(Escalation::Error)], 2, &[], "fail []");
    // The worst counts, and nothing outweighs it.
    check(vec![at(Escalation::Warning), absolute(5), at(Escalation::Error), at(Escalation::Information)], 2, &[], "fail []");
}

#[test]
fn a_relative_limit_is_not_rounded() {
    // Worked example 16.
    let all = |operator, tolerance| vec![relative(operator, tolerance, last("*"))];
    check(all(Operator::NotGreater, 5.0), 213, &averages(&[206, 203, 200]), "pass []");
    check(all(Operator::NotGreater, 5.0), 214, &averages(&[206, 203, 200]), "fail []");
    // Worked example 18: not less means strictly more than the limit.
    for (ms, expected) in [(179, "fail []"), (180, "fail []"), (181, "pass []")] {
        check(all(Operator::NotLess, 10.0), ms, &averages(&[200]), expected);
    }
    for (ms, expected) in [(219, "pass []"), (220, "pass []"), (221, "fail []")] {
        check(all(Operator::NotGreater, 10.0), ms, &averages(&[200]), expected);
    }
    check(all(Operator::NotEqual, 10.0), 500, &averages(&[200]), "fail []");
    check(all(Operator::NotGreater, -1.0), 500, &averages(&[200]), "pass [17]");
    // A base of 0 lets only 0 pass, or only more than 0.
    for (operator, ms, expected) in [
        (Operator::NotGreater, 0, "pass []"),
        (Operator::NotGreater, 1, "fail []"),
        (Operator::NotLess, 0, "fail []"),
        (Operator::NotLess, 1, "pass []"),
    ] {
        check(all(operator, 50.0), ms, &averages(&[0]), expected);
    }
}

#[test]
fn sums_are_cut_after_each_addition_and_missing_labels_count_as_nothing() {
    // Worked example 17: base 135, so that 135 is the most.
    let mut history = averages(&[200, 203, 206]);
    history[1].reports = vec![report("cart.jtl", &[("other", 203)])];
    let on_pay = Constraint { test_case: Some("pay".into()), ..relative(Operator::NotGreater, 0.0, last("*")) };
    check(vec![on_pay.clone()], 135, &history, "pass [19, 24]");
    check(vec![on_pay], 136, &history, "fail [19, 24]");
    // Worked example 19: base 1 of 1.9 and 2.9.
    let rates = [(9, 1.9), (8, 2.9)].map(|(number, percent)| build(number, Some(Success), vec![failing("cart.jtl", 2, 100, percent)]));
    let on_errors = Constraint { metered_value: Metered::ErrorPercent, ..relative(Operator::NotGreater, 0.0, last("*")) };
    for (percent, expected) in [(1.0, "pass [24]"), (1.001, "fail [24]")] {
        let now = collected(vec![failing("cart.jtl", 1, 100, percent)]);
        assert_eq!(told(&judged(&expert(vec![on_errors.clone()]), &now, &rates)), expected);
    }
}

/// The base of a constraint is the mean of the chosen builds, each of which took 2 to the power of its number: so the limit
/// tells which ones were chosen.
fn check_chosen(settings: &Settings, builds: Builds, results: &[Option<BuildResult>], chosen: &[u64]) {
    let history: Vec<Build> = (0u64..).zip(results).map(|(back, result)| build(9 - back, *result, cart(1 << (9 - back)))).collect();
    let sum: i64 = chosen.iter().map(|number| 1i64 << number).sum();
    let base = sum / chosen.len() as i64;
    for (ms, is_kept) in [(base, true), (base + 1, false)] {
        let settings =
            Settings { constraints: vec![relative(Operator::NotGreater, 0.0, builds.clone())], mode_evaluation: true, ..settings.clone() };
        let judged = judged(&settings, &collected(cart(ms)), &history);
        assert_eq!(told(&judged).starts_with("pass"), is_kept, "{builds:?} {ms}: {:?}", judged.findings);
    }
}

#[test]
fn builds_are_chosen_by_number_and_result() {
    // Worked example 22.
    let example = [Some(Failure), Some(Unstable), Some(Success), Some(Success)];
    let ignoring = Settings { ignore_failed_builds: true, ..settings() };
    check_chosen(&ignoring, last("2"), &example, &[8, 7]);
    check_chosen(&settings(), last("2"), &example, &[9, 8]);
    check_chosen(&Settings { ignore_unstable_builds: true, ..ignoring.clone() }, last("2"), &example, &[7, 6]);
    for all in ["*", "-1", "", "two", "99", " 2"] {
        check_chosen(&ignoring, last(all), &example, &[8, 7, 6]);
    }
    check_chosen(&settings(), last("1"), &[None, Some(Failure)], &[8]);
    // A build without data counts among the last ones.
    let mut history = averages(&[100, 200]);
    history[0].reports.clear();
    check(vec![relative(Operator::NotGreater, 0.0, last("2"))], 200, &history, "pass []");
    check(vec![relative(Operator::NotGreater, 0.0, last("1"))], 999, &history, "pass [18]");
}

#[test]
fn a_position_is_no_build_number_and_its_result_does_not_matter() {
    for (position, chosen) in [(1, 9), (2, 8), (3, 7)] {
        let settings = Settings { baseline_build: position, ignore_failed_builds: true, ..settings() };
        check_chosen(&settings, Builds::Baseline, &[Some(Failure), None, Some(Success)], &[chosen]);
    }
    let at =
        |baseline_build: i64, operator: Operator| Settings { baseline_build, ..expert(vec![relative(operator, 5.0, Builds::Baseline)]) };
    check_with(&at(0, Operator::NotGreater), 1_000_000, &averages(&[1]), "pass [18]");
    check_with(&at(0, Operator::NotLess), 1_000_000, &averages(&[1]), "fail [18]");
    check_with(&at(2, Operator::NotGreater), 1_000_000, &averages(&[1]), "pass [17]");
    check_with(&at(-1, Operator::NotGreater), 1_000_000, &averages(&[1]), "pass [17]");
}

#[test]
fn time_frames_hold_both_ends() {
    // Build n started in hour n of 1970; the current one is build 10.
    let between = |start: &str, end: &str| Builds::Between { start: start.to_string(), end: end.to_string() };
    let all = [Some(Success); 5];
    check_chosen(&settings(), between("1970-01-01 06:00", "1970-01-01 08:00"), &all, &[8, 7, 6]);
    check_chosen(&settings(), between("1970-01-01 06:01", "1970-01-01 07:59"), &all, &[7]);
    check_chosen(&settings(), between("1970-01-01", "1970-01-01"), &all, &[9, 8, 7, 6, 5]);
    check_chosen(&settings(), between("1970-01-01 08:00", "now"), &all, &[9, 8]);
    let frame = |start: &str, end: &str| vec![relative(Operator::NotGreater, 0.0, between(start, end))];
    check(frame("1970-01-02", "1970-01-01"), 999, &averages(&[1]), "pass [17]");
    // None chosen, though there are others: violated. Unless this is the only build.
    check(frame("1970-01-01 01:00", "1970-01-01 02:00"), 0, &averages(&[1]), "fail []");
    check(vec![relative(Operator::NotGreater, 0.0, last("0"))], 0, &averages(&[1]), "fail []");
    check(vec![relative(Operator::NotGreater, 0.0, last("*"))], 999, &[], "pass [20]");
    // A date that is none ends the step before anything is written.
    let settings = Settings { junit_output: "out.xml".into(), ..expert(frame("yesterday", "now")) };
    let judged = judged(&settings, &collected(cart(1)), &averages(&[1]));
    assert_eq!(told(&judged), "fail []");
    assert!(judged.files.iter().all(|file| file.path != "out.xml"));
    assert_eq!(HOUR_NS, 3600 * 1_000_000_000);
}

#[test]
fn labels_are_listed_exactly() {
    let on = |labels: &str| Constraint { test_case: Some(labels.to_string()), ..absolute(100) };
    let now = collected(vec![report("cart.jtl", &[("pay", 100), ("open cart", 101), ("*x", 1)])]);
    let check = |labels: &str, expected: &str, judged_labels: &[&str]| {
        let judged = judged(&expert(vec![on(labels)]), &now, &[]);
        assert_eq!(told(&judged), expected, "{labels}");
        let labels: Vec<&str> = judged.findings.iter().map(|finding| finding.key.label.as_str()).collect();
        assert_eq!(labels, judged_labels);
    };
    check("pay", "pass []", &["pay"]);
    check(" open cart , pay,,", "fail []", &["open cart", "pay"]);
    check("*", "fail []", &["pay", "open cart", "*x"]);
    // Worked example 13: unknown where 5.3 would pair it.
    check("Pay", "pass [17]", &[]);
    check("pay,*", "pass [17]", &["pay"]);
}

#[test]
fn every_metered_value_is_its_own() {
    let mut one = report("cart.jtl", &[("pay", 0)]);
    let numbers = &mut one.numbers;
    (numbers.average_ms, numbers.median_ms, numbers.min_ms, numbers.max_ms, numbers.error_percent) = (1, 2, 3, 4, 5.5);
    (numbers.percentiles_ms.p90, numbers.percentiles_ms.p95) = (6, 7);
    for (metered_value, least) in [
        (Metered::Average, 1),
        (Metered::Median, 2),
        (Metered::Minimum, 3),
        (Metered::Maximum, 4),
        (Metered::ErrorPercent, 6),
        (Metered::Line90, 6),
        (Metered::Line95, 7),
    ] {
        for (value, expected) in [(least, "pass []"), (least - 1, "fail []")] {
            let settings = expert(vec![Constraint { metered_value, ..absolute(value) }]);
            assert_eq!(told(&judged(&settings, &collected(vec![one.clone()]), &[])), expected, "{metered_value:?}");
        }
    }
}

#[test]
fn what_was_read_before_a_missing_entry_is_still_judged() {
    let mut both = collected(cart(9));
    both.parsers.push(ParserFiles {
        entry: "**/*.csv".into(),
        parser: Parser::JMeterCsv,
        matched: 0,
        reports: Vec::new(),
        dropped: Vec::new(),
    });
    let may = Settings { fail_build_if_no_result_file: false, ..expert(vec![absolute(8)]) };
    assert_eq!(told(&judged(&may, &both, &[])), "fail [3]");
    both.parsers.reverse();
    assert_eq!(told(&judged(&may, &both, &[])), "pass [3, 17]");
}
