//! The prior of young baselines, stated or measured by `doctor` (`docs/STATISTICS.md`, the prior).

use super::{P95, accepted, check, point, policy, relative, rule, run_of};
use crate::judge::{Policy, Rule, prior};
use crate::model::{MeasuredNoise, Statistic, Verdict};

fn measured(environment: &str, scale: f64, is_noisy: bool) -> Option<MeasuredNoise> {
    Some(MeasuredNoise { environment: environment.to_string(), scale, is_noisy })
}

/// One or more accepted runs of 1 ms, then a run so many times as long; +10% fails.
#[track_caller]
fn judged(metric: &str, statistic: Option<Statistic>, runs: usize, times: f64, noise: Option<MeasuredNoise>, verdict: Verdict, why: &str) {
    let policy = Policy {
        measured_noise: noise,
        ..policy(vec![Rule { statistic, metric: Some(metric.to_string()), ..rule(None, relative(0.10)) }])
    };
    let run = |value: f64| run_of(vec![point("sort", metric, value)]);
    check(accepted(vec![run(1e6); runs]), run(1e6 * times), &policy, verdict, why);
}

#[test]
fn a_quiet_machine_lets_a_young_baseline_fail_earlier() {
    let stated = "with 1 accepted run the noise between runs is taken as 10%: a change of +67.6% would have failed";
    judged("time", None, 1, 1.2, None, Verdict::Unstable, stated);
    let quiet = || measured("lab", 0.004, false);
    let told = "with 1 accepted run the noise between runs is taken as 3%, the least that is believed (doctor measured 0.4% on this machine), \
                and this is beyond it";
    judged("time", None, 1, 1.2, quiet(), Verdict::Fail, told);
    // 5 · 0.03 + ln(1 + 0.1/6) is +18.1%.
    judged("cpu_time", None, 7, 1.182, quiet(), Verdict::Fail, "and this is beyond it");
    judged("cpu_time", None, 7, 1.180, quiet(), Verdict::Unstable, "a change of +18.1% would have failed");
    let some = measured("lab", 0.05, false);
    judged(
        "time",
        None,
        1,
        1.2,
        some,
        Verdict::Unstable,
        "noise between runs is 5%, measured by doctor on this machine: a change of +30.5%",
    );
}

#[test]
fn a_noisy_machine_keeps_a_young_baseline_from_failing() {
    judged("time", None, 1, 2.0, None, Verdict::Fail, "is taken as 10%, and this is beyond it");
    for is_noisy in [false, true] {
        let loud = || measured("lab", 0.2, is_noisy);
        let told = "noise between runs is 20%, measured by doctor on this machine: a change of +176% would have failed";
        judged("time", None, 1, 2.0, loud(), Verdict::Unstable, told);
        judged("latency", Some(P95), 1, 2.0, loud(), Verdict::Unstable, "noise between runs is 20%, measured by doctor");
        judged("time", None, 1, 2.8, loud(), Verdict::Fail, "and this is beyond it");
        // Noise of time is none of counts.
        judged("queries", None, 1, 2.0, loud(), Verdict::Fail, "is taken as 10%, and this is beyond it");
    }
}

#[test]
fn what_is_not_like_the_measured_work_is_not_judged_by_it() {
    let stated = "is taken as 10%: a change of +67.6% would have failed";
    judged("latency", None, 1, 1.2, measured("lab", 0.004, false), Verdict::Unstable, stated);
    judged("time", Some(P95), 1, 1.2, measured("lab", 0.004, false), Verdict::Unstable, stated);
    judged("time", None, 1, 1.2, measured("lab", 0.004, true), Verdict::Unstable, stated);
    judged("time", None, 1, 1.2, measured("elsewhere", 0.004, false), Verdict::Unstable, stated);
    judged("time", None, 1, 2.0, measured("elsewhere", 0.2, false), Verdict::Fail, "is taken as 10%");
    judged("time", None, 1, 1.2, measured("lab", f64::NAN, false), Verdict::Unstable, stated);
    // Eight runs speak for themselves.
    judged("time", None, 8, 1.2, measured("lab", 0.2, true), Verdict::Fail, "beyond the noise of 8 accepted runs");
}

#[test]
fn a_checkup_says_what_it_changes() {
    let said = |scale: f64, is_noisy: bool| measured("lab", scale, is_noisy).map(|noise| prior(&noise)).unwrap();
    assert_eq!(said(0.004, false), "a young baseline of benchmarks is judged with a noise between runs of 3% instead of 10% here");
    assert!(said(0.2, true).ends_with("of 20% instead of 10% here"));
    assert!(said(0.02, true).contains("still judged with a noise between runs of 10%"));
}
