use super::{build, collected, judged, report, settings};
use crate::jenkins::{BuildResult, Dropped, Settings};
use crate::model::Verdict;

#[test]
fn every_file_is_a_suite_and_the_step_stands_first() {
    let history = [build(9, Some(BuildResult::Success), vec![report("cart.jtl", &[("pay", 100)]), report("shop.jtl", &[("find", 100)])])];
    let settings =
        Settings { mode_of_threshold: true, compare_build_previous: true, relative_failed_threshold_positive: 10.0, ..settings() };
    let mut now = collected(vec![report("cart.jtl", &[("pay", 200)]), report("shop.jtl", &[("find", 100)])]);
    now.parsers[0].dropped.push(Dropped { file: "old.jtl".into(), reason: "old.jtl:1: expected a number".into() });
    let check = |settings: &Settings, expected: &[(&str, Verdict, u64)]| {
        let judged = judged(settings, &now, &history);
        let verdict = judged.verdict;
        let outcome = judged.outcome("neverslower check --profile jenkins");
        let suites: Vec<(&str, Verdict, u64)> = outcome.suites.iter().map(|one| (one.suite.as_str(), one.verdict, one.compared)).collect();
        assert_eq!(suites, expected);
        assert_eq!(outcome.verdict, verdict);
        assert!(outcome.findings().all(|finding| !finding.reproduce.is_empty()));
    };
    check(&settings, &[("cart", Verdict::Fail, 1), ("shop", Verdict::Pass, 1)]);
    let strict = Settings { strict: true, ..settings.clone() };
    check(&strict, &[("cart", Verdict::Fail, 1), ("shop", Verdict::Pass, 1), ("old", Verdict::NoVerdict, 0)]);
    let wrong = Settings { config_type: "average".into(), ..strict };
    check(
        &wrong,
        &[("jenkins", Verdict::NoVerdict, 0), ("cart", Verdict::Pass, 0), ("shop", Verdict::Pass, 0), ("old", Verdict::NoVerdict, 0)],
    );
}
