use super::{parse, refuses};
use crate::judge::{Limit, Rule};

/// A mistake in the last line of a threshold.
fn line(before: &str, line: &str, column: usize, width: usize, message: &str) {
    let number = before.lines().count() + 2;
    let expected = format!("n.toml:{number}:{column}: {message}\n{number} | {line}\n  | {}{}", " ".repeat(column - 1), "^".repeat(width));
    refuses(&format!("[[threshold]]\n{before}{line}"), &expected);
}

fn rule(text: &str) -> Rule {
    parse(&format!("[[threshold]]\n{text}")).unwrap_or_else(|error| panic!("{error}")).rules.remove(0)
}

#[test]
fn a_threshold_without_limit_is_none() {
    refuses(
        "[[threshold]]\nlabel = 'x'",
        "n.toml:1:1: expected at least one of `unstable` and `fail`, found none\n1 | [[threshold]]\n  | ^^^^^^^^^^^^^",
    );
}

#[test]
fn words_are_checked() {
    let words = "a statistic: `p50`, `p90`, `p95`, `p99`, `p99.9`, `mean`, `stddev`, `min`, `max`, `error rate`, `throughput` or `count`";
    line("", "statistic = 'averge'", 13, 8, &format!("expected {words}, found `'averge'`; did you mean `average`?"));
    line("", "statistic = 'p100.5'", 13, 8, &format!("expected {words}, found `'p100.5'`"));
    line("", "of = 'some'", 6, 6, "expected `ok` or `all`, found `'some'`");
    line("label = 'x'\nfail = '+5%'\n", "against = 'x'", 11, 3, "expected another label than the threshold's own, found `'x'`");
}

#[test]
fn limits_fit_what_they_judge() {
    let only = "only `error rate` has limits that are percentages without a sign";
    line("", "fail = '5%'", 8, 4, &format!("expected a change such as `+5%`, or a time such as `250ms`, found `'5%'`; {only}"));
    line("", "fail = '2MB'", 8, 5, "expected a change such as `+5%`, or a time such as `250ms`, found `'2MB'`");
    line("", "fail = 250", 8, 3, "expected a change such as `+5%`, or a time such as `250ms`, found `250`");
    let message = "expected a change such as `+5%`, or a size such as `2MB`, found `'250ms'`";
    line("metric = 'bytes'\n", "fail = '250ms'", 8, 7, message);
    let message = "expected a change such as `+5%`, or a percentage such as `1%`, found `'5ms'`";
    line("statistic = 'error rate'\n", "fail = '5ms'", 8, 5, message);
    let unit = "a unit: `%`, ns, us, ms, s, m, h, B, kB, MB, GB, KiB, MiB, GiB or `/s`";
    line("", "fail = '250 mss'", 13, 3, &format!("expected {unit}, found `mss`"));
    line("", "fail = '+5'", 11, 1, "expected `%`: a signed number is a change in per cent, found the end");
    line("", "fail = true", 8, 4, "expected a text or a number for `fail`, found `true`");
    let otherwise = "absolute limits go into a threshold without `against`";
    let message = format!("expected a change such as `+5%` or `-50%` against the other series, found `'5ms'`; {otherwise}");
    line("against = 'x'\n", "fail = '5ms'", 8, 5, &message);
    let way_out = "to ask for less than another series of the same run, name it with `against`";
    let message = format!("expected a change for the worse such as `+5%`, because less is better here, found `'-5%'`; {way_out}");
    line("", "fail = '-5%'", 8, 5, &message);
}

#[test]
fn limits_that_fit_are_in_the_unit_of_their_series() {
    let fail = |text: &str| rule(text).fail.unwrap();
    let absolute = |value: f64, text: &str| Limit::Absolute { value, text: text.to_string() };
    assert_eq!(fail("fail = '250ms'"), absolute(250e6, "250ms"));
    assert_eq!(fail("statistic = 'error rate'\nfail = '1%'"), absolute(0.01, "1%"));
    assert_eq!(fail("metric = 'bytes'\nfail = '2kB'"), absolute(2000.0, "2kB"));
    assert_eq!(fail("metric = 'allocations'\nfail = 12"), absolute(12.0, "12"));
    assert_eq!(fail("statistic = 'throughput'\nfail = '500/s'"), absolute(500.0, "500/s"));
    assert_eq!(fail("metric = 'chars/op'\nfail = 12.5"), absolute(12.5, "12.5"));
    assert_eq!(fail("against = 'x'\nfail = '-50%'"), Limit::Relative { change: -0.5, text: "-50%".to_string() });
    assert_eq!(fail("metric = 'throughput'\nfail = '-5%'"), Limit::Relative { change: -0.05, text: "-5%".to_string() });
    assert_eq!(rule("fail = '+5%'\nfloor = '2ms'").floor, Some(2e6));
}

#[test]
fn fail_is_not_milder_than_unstable() {
    line("unstable = '+10%'\n", "fail = '+5%'", 8, 5, "expected a limit that is crossed after `unstable` (+10%), found `'+5%'`");
    line("unstable = '2s'\n", "fail = '1s'", 8, 4, "expected a limit that is crossed after `unstable` (2s), found `'1s'`");
    let message = "expected a limit that is crossed after `unstable` (500/s), found `'600/s'`";
    line("statistic = 'throughput'\nunstable = '500/s'\n", "fail = '600/s'", 8, 7, message);
    let message = "expected a limit that is crossed after `unstable` (-50%), found `'-60%'`";
    line("against = 'x'\nunstable = '-50%'\n", "fail = '-60%'", 8, 6, message);
    rule("statistic = 'throughput'\nunstable = '-5%'\nfail = '-10%'");
    rule("against = 'x'\nunstable = '-60%'\nfail = '-50%'");
    rule("unstable = '+5%'\nfail = '+5%'");
}

#[test]
fn kinds_are_not_mixed() {
    let way_out = "write two thresholds: one for the change, one for the absolute limit";
    let message = format!("expected limits of one kind in a threshold, found `'250ms'`; {way_out}");
    line("unstable = '+5%'\n", "fail = '250ms'", 8, 7, &message);
}

#[test]
fn floors_fit_the_unit_and_stand_beside_changes() {
    line("fail = '+5%'\n", "floor = '2MB'", 9, 5, "expected a time such as `250ms` for `floor`, found `'2MB'`");
    line("fail = '+5%'\n", "floor = '+2%'", 9, 5, "expected a time such as `250ms` for `floor`, found `'+2%'`");
    line("fail = '5s'\n", "floor = '2ms'", 9, 5, "expected a `floor` only beside changes such as `+5%`, found `'2ms'`");
}

#[test]
fn the_series_that_others_are_held_against_is_left_out() {
    let all = "against = 'plus'\nfail = '-50%'";
    shadows(all, "label = 'plus'\nagainst = 'join'\nfail = '-10%'", false);
    shadows(all, "label = 'p*'\nagainst = 'join'\nfail = '-10%'", false);
    shadows(all, "label = 'p*'\nagainst = 'plus'\nfail = '-10%'", true);
    shadows(all, "label = 'buffer'\nagainst = 'join'\nfail = '-10%'", true);
}

/// Whether the second threshold is refused because the first always beats it.
fn shadows(first: &str, second: &str, expected: bool) {
    let found = parse(&format!("[[threshold]]\n{first}\n[[threshold]]\n{second}"));
    match found {
        Ok(_) => assert!(!expected, "{first} / {second}"),
        Err(error) => assert!(expected && error.found == "one that line 1 always beats", "{error}"),
    }
}

#[test]
fn a_threshold_that_never_matches_names_both_lines() {
    refuses(
        "[[threshold]]\nfail = '+5%'\n\n[[threshold]]\nlabel = 'GET /'\nfail = '+9%'",
        "n.toml:4:1: expected a threshold that can match, found one that line 1 always beats; the first match wins for a \
         statistic: put the narrower threshold first, or delete one\n4 | [[threshold]]\n  | ^^^^^^^^^^^^^",
    );
    shadows("fail = '+5%'", "metric = 'latency'\nstatistic = 'median'\nfail = '+9%'", true);
    shadows("suite = 'a*'\nfail = '+5%'", "suite = 'ab'\nfail = '+9%'", true);
    shadows("label = 'GET /'\nfail = '+5%'", "fail = '+9%'", false);
    shadows("fail = '+5%'", "fail = '250ms'", false);
    shadows("fail = '+5%'", "against = 'x'\nfail = '+5%'", false);
    shadows("fail = '+5%'", "statistic = 'p99'\nfail = '+5%'", false);
    shadows("metric = 'latency'\nfail = '+5%'", "metric = 'time'\nfail = '+5%'", false);
    shadows("suite = 'a'\nfail = '+5%'", "suite = 'b'\nfail = '+5%'", false);
}

#[test]
fn noise_bands_stand_where_there_is_noise() {
    assert_eq!(rule("fail = 'noise band'").fail, Some(Limit::Band { text: "noise band".to_string() }));
    assert_eq!(rule("unstable = 'noise band'\nfail = '+10%'\nfloor = '2ms'").floor, Some(2e6));
    rule("metric = 'throughput'\nunstable = 'noise band'\nfail = 'noise band'");
    line("", "fail = 'noise bant'", 18, 1, "expected `noise band`, found `t`");
    line("", "fail = 'noise'", 14, 1, "expected `noise band`, found the end");
    let message = "expected a limit that is crossed after `unstable` (+5%), found `'noise band'`; the noise may be less than that: \
                   exchange the two";
    line("unstable = '+5%'\n", "fail = 'noise band'", 8, 12, message);
    let message =
        "expected limits of one kind in a threshold, found `'5s'`; write two thresholds: one for the change, one for the absolute limit";
    line("unstable = 'noise band'\n", "fail = '5s'", 8, 4, message);
    let message =
        "expected a change such as `+5%` or `-50%` against the other series, found `'noise band'`; a noise band is of accepted runs";
    line("against = 'x'\n", "fail = 'noise band'", 8, 12, message);
    let message = "expected a change such as `+5%`, or a percentage such as `1%`, found `'noise band'`; error rates are compared by \
                   their counts, without a band";
    line("statistic = 'error rate'\n", "fail = 'noise band'", 8, 12, message);
    refuses(
        "[[threshold]]\nfail = 'noise band'\n[gate]\nstatistics = 'plain'",
        "n.toml:2:8: expected a change such as `+5%`, found `'noise band'`; with `statistics = \"plain\"` there is no noise band\n\
         2 | fail = 'noise band'\n  |        ^^^^^^^^^^^^",
    );
    line("fail = '+5%'\n", "floor = 'noise band'", 9, 12, "expected a time such as `250ms` for `floor`, found `'noise band'`");
}

#[test]
fn too_fast_is_an_improvement() {
    let text = |text: &str| rule(text).too_fast.map(|limit| limit.text().to_string());
    // The default is for times that are compared with the baseline, and for statistics that one outlier does not move.
    for with in ["", "metric = 'latency'\nstatistic = 'p95'\n", "statistic = 'mean'\n", "unstable = 'noise band'\n"] {
        assert_eq!(text(&format!("{with}fail = '+5%'")).as_deref(), Some("-90%"), "{with}");
    }
    for without in
        ["metric = 'allocations'\n", "metric = 'chars'\n", "statistic = 'p99'\n", "against = 'x'\n", "statistic = 'error rate'\n"]
    {
        assert_eq!(text(&format!("{without}fail = '+5%'")), None, "{without}");
    }
    assert_eq!(text("fail = '250ms'"), None);
    assert_eq!(text("fail = '+5%'\ntoo_fast = '-50%'").as_deref(), Some("-50%"));
    assert_eq!(text("metric = 'throughput'\nfail = '-5%'\ntoo_fast = '+900%'").as_deref(), Some("+900%"));
    assert_eq!(text("against = 'x'\nfail = '-50%'\ntoo_fast = '-90%'").as_deref(), Some("-90%"));
    for wrong in ["+90%", "90%", "5ms", "-0%"] {
        let message = format!("expected an improvement such as `-90%` for `too_fast`, found `'{wrong}'`");
        line("fail = '+5%'\n", &format!("too_fast = '{wrong}'"), 12, wrong.len() + 2, &message);
    }
    let message = "expected an improvement such as `+900%` for `too_fast`, found `'-90%'`";
    line("metric = 'throughput'\nfail = '-5%'\n", "too_fast = '-90%'", 12, 6, message);
    let message = "expected `too_fast` only beside changes such as `+5%` of what can be fast, found `'-90%'`";
    line("fail = '250ms'\n", "too_fast = '-90%'", 12, 6, message);
    line("statistic = 'error rate'\nfail = '+5%'\n", "too_fast = '-90%'", 12, 6, message);
    let message = "expected an improvement beyond the limit (-50%) for `too_fast`, found `'-50%'`";
    line("against = 'x'\nfail = '-50%'\n", "too_fast = '-50%'", 12, 6, message);
}

#[test]
fn limits_are_widened_only_where_noise_can_hide_them() {
    assert_eq!(rule("fail = '+5%'\nwiden_to = '20%'").widen_to, Some(0.20));
    assert_eq!(rule("metric = 'throughput'\nfail = '-5%'\nwiden_to = '-20%'").widen_to, Some(0.20));
    assert_eq!(rule("unstable = '+5%'\nfail = '+10%'\nwiden_to = '8%'").widen_to, Some(0.08));
    line("fail = '+5%'\n", "widen_to = '5%'", 12, 4, "expected more than the limit (+5%) for `widen_to`, found `'5%'`");
    line("fail = '+5%'\n", "widen_to = '2ms'", 12, 5, "expected a percentage such as `20%` for `widen_to`, found `'2ms'`");
    let message = "expected less than `100%` for `widen_to`, because a drop is never more, found `'100%'`";
    line("metric = 'throughput'\nfail = '-5%'\n", "widen_to = '100%'", 12, 6, message);
    let message = "expected `widen_to` only beside a change such as `+5%` against the baseline, which noise can hide, found `'20%'`";
    for beside in ["fail = '5s'\n", "fail = 'noise band'\n", "unstable = 'noise band'\nfail = '+5%'\n", "against = 'x'\nfail = '+5%'\n"] {
        line(beside, "widen_to = '20%'", 12, 5, message);
    }
    let message = "expected no `widen_to` where no noise is looked at (plain statistics, error rates), found `'20%'`";
    line("statistic = 'error rate'\nfail = '+5%'\n", "widen_to = '20%'", 12, 5, message);
}

#[test]
fn a_noise_band_shadows_like_a_change() {
    shadows("fail = '+5%'", "fail = 'noise band'", true);
    shadows("unstable = 'noise band'\nfail = '+5%'", "label = 'x'\nfail = '+5%'\ntoo_fast = '-50%'\nwiden_to = '20%'", true);
    shadows("fail = 'noise band'", "fail = '250ms'", false);
    shadows("fail = 'noise band'", "against = 'x'\nfail = '+5%'", false);
}
