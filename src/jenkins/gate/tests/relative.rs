use super::{build, collected, judged, report, settings, told};
use crate::jenkins::gate::relative_mode::change_percent;
use crate::jenkins::{BuildResult, FileNumbers, Settings};
use crate::model::{FindingKind, Verdict};

/// Failed and unstable limits for slower, then for faster.
fn limits(failed: f64, unstable: f64, failed_faster: f64, unstable_faster: f64) -> Settings {
    Settings {
        mode_of_threshold: true,
        compare_build_previous: true,
        relative_failed_threshold_positive: failed,
        relative_unstable_threshold_positive: unstable,
        relative_failed_threshold_negative: failed_faster,
        relative_unstable_threshold_negative: unstable_faster,
        ..settings()
    }
}

fn check(settings: &Settings, before: i64, after: i64, expected: &str) {
    let history = [build(9, Some(BuildResult::Success), vec![report("cart.jtl", &[("pay", before)])])];
    let judged = judged(settings, &collected(vec![report("cart.jtl", &[("pay", after)])]), &history);
    assert_eq!(told(&judged), expected, "{before} to {after}: {:?}", judged.findings);
}

#[test]
fn a_change_must_be_strictly_beyond_its_limit() {
    // Worked example 8.
    check(&limits(4.8, -1.0, -1.0, -1.0), 250, 262, "pass []");
    check(&limits(4.79, -1.0, -1.0, -1.0), 250, 262, "fail []");
    for (after, expected) in [(1099, "pass []"), (1100, "pass []"), (1101, "unstable []"), (1200, "unstable []"), (1201, "fail []")] {
        check(&limits(20.0, 10.0, -1.0, -1.0), 1000, after, expected);
    }
    for (after, expected) in [(901, "pass []"), (900, "pass []"), (899, "unstable []"), (800, "unstable []"), (799, "fail []")] {
        check(&limits(-1.0, -1.0, 20.0, 10.0), 1000, after, expected);
        check(&limits(5.0, 5.0, -1.0, -1.0), 1000, after, "pass []");
    }
    // Worked example 10: failed first.
    check(&limits(50.0, 10.0, -1.0, -1.0), 3, 4, "unstable []");
    check(&limits(10.0, 50.0, -1.0, -1.0), 3, 4, "fail []");
    // Any negative limit is off, and 0 means any change.
    check(&limits(-0.5, -7.0, 0.0, -1.0), 100, 200, "pass []");
    check(&limits(0.0, -1.0, 0.0, -1.0), 1000, 1000, "pass []");
    check(&limits(0.0, -1.0, 0.0, -1.0), 1000, 1001, "fail []");
}

#[test]
fn changes_are_rounded_as_the_plugin_rounds() {
    // Worked examples 8 to 12.
    for (before, after, percent) in
        [(250, 262, 4.8), (800, 799, -0.12), (800, 801, 0.13), (3, 4, 33.33), (0, 0, 9.223372036854776e16), (40, 0, -100.0)]
    {
        assert_eq!(change_percent(before, after), percent);
    }
    // −0.001 % rounds to 0, which is no longer faster.
    check(&limits(-1.0, -1.0, 0.0, 0.0), 1_000_000, 999_990, "pass []");
}

#[test]
fn a_base_of_nothing_breaches_every_positive_limit() {
    check(&limits(1_000_000.0, -1.0, -1.0, -1.0), 0, 0, "fail []");
    check(&limits(1_000_000.0, -1.0, -1.0, -1.0), 40, 0, "pass []");
}

#[test]
fn labels_pair_by_key_ignoring_case_across_all_files() {
    let pair = |before: Vec<FileNumbers>, after: Vec<FileNumbers>| {
        let history = [build(9, Some(BuildResult::Success), before)];
        let judged = judged(&limits(10.0, -1.0, -1.0, -1.0), &collected(after), &history);
        let found = judged.findings.iter().filter(|one| one.kind == FindingKind::Relative);
        let pairs: Vec<String> = found.map(|one| format!("{} {} {}", one.suite, one.key.label, one.verdict)).collect();
        (told(&judged), pairs)
    };
    // Worked example 13.
    let (told, pairs) = pair(vec![report("a.jtl", &[("Pay", 100)])], vec![report("a.jtl", &[("pay", 200)])]);
    assert_eq!((told.as_str(), pairs), ("fail []", vec!["a pay fail".to_string()]));
    let before = vec![report("a.jtl", &[("http://x/y", 100), ("gone", 1)]), report("b.jtl", &[("__x_Y", 1000)])];
    let (told, pairs) = pair(before, vec![report("c.jtl", &[("https://x/y", 200), ("new", 1)])]);
    assert_eq!((told.as_str(), pairs), ("fail [13]", vec!["c https://x/y fail".to_string(), "c https://x/y pass".to_string()]));
    // Of equal names the first counts.
    let before = vec![report("x/a.jtl", &[("pay", 200)]), report("y/a.jtl", &[("pay", 1)])];
    assert_eq!(pair(before, vec![report("a.jtl", &[("pay", 200)])]).0, "pass []");
}

#[test]
fn config_type_chooses_the_metric() {
    let mut slower = report("cart.jtl", &[("pay", 100)]);
    slower.labels[0].numbers.percentiles_ms.p90 = 300;
    let history = [build(9, Some(BuildResult::Success), vec![report("cart.jtl", &[("pay", 100)])])];
    for (config_type, expected) in [("ART", "pass []"), ("mrt", "pass []"), ("Prt", "fail []"), ("PRT ", "pass [14]"), ("", "pass [14]")] {
        let settings = Settings { config_type: config_type.to_string(), ..limits(10.0, -1.0, -1.0, -1.0) };
        assert_eq!(told(&judged(&settings, &collected(vec![slower.clone()]), &history)), expected, "{config_type:?}");
    }
}

/// Against builds newest first, of which one took 100 ms and the others 1 ms; this one takes 100 ms too.
fn check_build(previous: bool, nth: i64, builds: &[(u64, Option<BuildResult>)], chosen: u64, expected: &str) {
    let settings = Settings { compare_build_previous: previous, nth_build_number: nth, ..limits(10.0, -1.0, -1.0, -1.0) };
    let of = |number: u64| vec![report("cart.jtl", &[("pay", if number == chosen { 100 } else { 1 })])];
    let history: Vec<_> = builds.iter().map(|(number, result)| build(*number, *result, of(*number))).collect();
    let judged = judged(&settings, &collected(vec![report("cart.jtl", &[("pay", 100)])]), &history);
    assert_eq!(told(&judged), expected, "build {nth} of {builds:?}");
}

#[test]
fn the_baseline_is_the_last_success_or_so_many_steps_back() {
    use BuildResult::{Failure, Success, Unstable};
    let all = [(9, Some(Failure)), (8, Some(Unstable)), (7, None), (6, Some(Success)), (5, Some(Success))];
    check_build(true, 0, &all, 6, "pass []");
    check_build(true, 0, &all[..3], 6, "pass [11]");
    check_build(false, 0, &all, 6, "pass [11]");
    check_build(false, -4, &all, 6, "pass [11]");
    for (nth, chosen) in [(9, 9), (8, 8), (7, 7), (5, 5)] {
        check_build(false, nth, &all, chosen, "pass []");
    }
    // Build 8 was deleted: two steps back is 7, and the target of five steps is lost.
    let deleted = [(9, Some(Failure)), (7, None), (6, Some(Success)), (5, Some(Success))];
    check_build(false, 8, &deleted, 7, "pass [11]");
    check_build(false, 8, &deleted, 5, "fail [11]");
    check_build(false, 5, &deleted, 5, "pass [11]");
    check_build(false, 10, &all, 0, "pass [12]");
    check_build(false, 99, &all, 0, "pass [12]");
}

#[test]
fn a_finding_says_how_exact_it_is() {
    let history = [build(9, Some(BuildResult::Success), vec![report("cart.jtl", &[("pay", 250)])])];
    let judged = judged(&limits(5.0, 4.0, -1.0, -1.0), &collected(vec![report("cart.jtl", &[("pay", 262)])]), &history);
    let finding = &judged.findings[0];
    assert_eq!(
        finding.sentence,
        "pay average: rose from 250 ms to 262 ms (+4.8 %), beyond the unstable limit +4%; an exact rule without noise model"
    );
    let numbers = (finding.before, finding.after, finding.change_percent, finding.threshold.as_str());
    assert_eq!(numbers, (Some(250e6), Some(262e6), Some(4.8), "+4%"));
    assert_eq!(judged.verdict, Verdict::Unstable);
}
