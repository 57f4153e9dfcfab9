use super::{collected, failing, judged, settings, told};
use crate::jenkins::Settings;
use crate::jenkins::gate::error_mode::ErrorLimit;

/// A file with so many errors of so many samples, and its share as the plugin has it, against a failed and an unstable limit.
fn check(errors: i64, samples: i64, percent: f64, failed: f64, unstable: f64, expected: &str) {
    let settings = Settings { error_failed_threshold: failed, error_unstable_threshold: unstable, ..settings() };
    let judged = judged(&settings, &collected(vec![failing("cart.jtl", errors, samples, percent)]), &[]);
    assert_eq!(told(&judged), expected, "{percent} % against {failed} and {unstable}: {:?}", judged.findings);
}

#[test]
fn the_share_of_errors_must_be_strictly_above() {
    // Worked examples 4 and 5.
    check(2, 7, 28.571, 28.0, -1.0, "fail []");
    check(2, 7, 28.571, -1.0, 28.0, "unstable []");
    check(2, 7, 28.571, 29.0, -1.0, "pass []");
    check(1, 50, 2.0, 2.0, -1.0, "pass []");
    for (percent, expected) in [(1.999, "pass []"), (2.0, "pass []"), (2.001, "unstable []"), (3.0, "unstable []"), (3.001, "fail []")] {
        check(2, 100, percent, 3.0, 2.0, expected);
    }
    check(1, 100_000, 0.001, 0.0, -1.0, "fail []");
    check(0, 100, 0.0, 0.0, 0.0, "pass []");
    // Failed is looked at first, however the limits stand.
    check(10, 100, 10.0, 5.0, 20.0, "fail []");
}

#[test]
fn whole_limits_are_clamped_and_fractions_are_not() {
    check(1, 100, 1.0, -5.0, -1.0, "fail []");
    check(100, 100, 100.0, 300.0, -1.0, "pass []");
    check(1, 200, 0.5, 0.5, -1.0, "pass []");
    check(1, 199, 0.503, 0.5, -1.0, "fail []");
    for senseless in [-0.5, 100.5, f64::NAN, f64::INFINITY] {
        assert_eq!(ErrorLimit::of(senseless), ErrorLimit::Senseless);
        check(0, 100, 0.0, senseless, -1.0, "no-verdict []");
    }
}

/// A file of 412 ms on average with that share of errors, against response time lines and an unstable limit of 1 %.
fn check_time(lines: &str, percent: f64, expected: &str) {
    let settings = Settings { error_unstable_response_time_threshold: lines.to_string(), error_unstable_threshold: 1.0, ..settings() };
    let judged = judged(&settings, &collected(vec![failing("cart.jtl", percent as i64, 100, percent)]), &[]);
    assert_eq!(told(&judged), expected, "{lines:?}: {:?}", judged.findings);
}

#[test]
fn a_response_time_limit_is_crossed_when_reached() {
    // Worked example 6.
    check_time("cart.jtl:412", 0.0, "unstable []");
    check_time("cart.jtl:413", 0.0, "pass []");
    check_time("cart.jtl:411", 0.0, "unstable []");
    check_time("cart.jtl:412ms", 0.0, "fail []");
    check_time("cart.jtl: 412", 0.0, "fail []");
    check_time("cart.jtl:412\r\nother", 0.0, "fail [15]");
    check_time("cart.jtl:-5", 0.0, "unstable []");
    check_time("cart.jtl:+413", 0.0, "pass []");
    // Empty parts at the end do not count, and of several lines the last does.
    check_time("cart.jtl:413::", 0.0, "pass []");
    check_time("cart.jtl:412\n\ncart.jtl:413", 0.0, "pass []");
    check_time("cart.jtl:412:1\nshop.jtl:1", 0.0, "pass [15]");
}

#[test]
fn an_error_verdict_replaces_a_failure() {
    // Worked example 7.
    check_time("cart.jtl:412ms", 3.0, "unstable [16]");
    check_time("cart.jtl:412ms", 1.0, "fail []");
    check_time("cart.jtl:412", 3.0, "unstable []");
}

#[test]
fn every_report_is_told_with_the_plugins_numbers() {
    let settings = Settings { error_failed_threshold: 28.0, error_unstable_threshold: 1.0, ..settings() };
    let reports = vec![failing("out/cart.jtl", 2, 7, 28.571), failing("shop.jtl", 0, 7, 0.0)];
    let judged = judged(&settings, &collected(reports), &[]);
    let sentences: Vec<&str> = judged.findings.iter().map(|finding| finding.sentence.as_str()).collect();
    assert_eq!(
        sentences,
        [
            "cart.jtl: 28.571 % errors (2 of 7), above the failed threshold 28%",
            "shop.jtl: 0.0 % errors (0 of 7), not above the threshold 28%"
        ]
    );
    let first = &judged.findings[0];
    assert_eq!((first.after, first.threshold.as_str(), first.samples), (Some(0.285_71), "28%", 7));
    let files: Vec<&str> = judged.files.iter().map(|file| file.path.as_str()).collect();
    let names = ["archive/dashBoard_cart.xml", "archive/dashBoard_shop.xml", "archive/standardResults.xml"];
    assert_eq!(files[..3], names);
}
