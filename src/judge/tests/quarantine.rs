//! Series in quarantine: what they may hide, and what they may not.

use super::{
    accepted, accepted_points, check, elsewhere, error_rule, load, nothing, outcome, point, policy, relative, requests, rule, run_of, usual,
};
use crate::compare::compare;
use crate::judge::{Policy, Quarantine, Rule, conclude, judge};
use crate::model::{LoadModel, Place, Run, Verdict};

fn entry(suite: &str, label: &str, metric: &str) -> Quarantine {
    Quarantine {
        suite: suite.into(),
        label: label.into(),
        metric: metric.into(),
        reason: "flaky disk".into(),
        until_ns: 1000,
        until: "2026-12-31".into(),
        place: Some(Place { path: "neverslower.toml".into(), line: 30 }),
    }
}

/// The usual policy at a moment, with these entries.
fn with(now_ns: u64, quarantine: Vec<Quarantine>) -> Policy {
    Policy { quarantine, now_ns, ..usual() }
}

fn slow() -> Run {
    run_of(vec![point("sort", "time", 4e6), point("search", "time", 1e6)])
}

fn usual_runs() -> crate::model::Before {
    accepted(vec![run_of(vec![point("sort", "time", 1e6), point("search", "time", 1e6)]); 9])
}

#[test]
fn what_is_in_quarantine_does_not_fail_and_says_so() {
    check(usual_runs(), slow(), &usual(), Verdict::Fail, "sort p50 rose");
    let quarantined = with(999, vec![entry("*", "so*", "time")]);
    check(
        usual_runs(),
        slow(),
        &quarantined,
        Verdict::Pass,
        "(+300%), limit +10%; beyond the noise of 9 accepted runs; FAIL without its quarantine until 2026-12-31: flaky disk",
    );
    let found = outcome(&usual_runs(), slow(), &quarantined);
    let reasons: Vec<Option<&str>> = found.findings.iter().map(|finding| finding.quarantined.as_deref()).collect();
    assert_eq!(reasons, [None, Some("flaky disk")], "only what would not have passed is marked");
    assert_eq!((found.compared, found.findings[1].change_percent.map(f64::round)), (2, Some(300.0)), "its numbers are kept");
    check(usual_runs(), slow(), &with(0, vec![entry("*", "search", "*")]), Verdict::Fail, "was not needed: everything it covers passed");
    check(usual_runs(), slow(), &with(0, vec![entry("shop", "sort", "allocations")]), Verdict::Fail, "sort p50 rose");
}

#[test]
fn it_covers_errors_and_missing_series() {
    let failing = || run_of(vec![requests("GET /", 1e6, 1000, 90, "http-5xx"), requests("GET /a", 1e6, 1000, 0, "")]);
    let errors = Policy { quarantine: vec![entry("*", "GET /", "*")], ..policy(vec![error_rule()]) };
    check(nothing(), failing(), &errors, Verdict::Pass, "FAIL without its quarantine");
    let gone = || run_of(vec![point("search", "time", 1e6)]);
    check(usual_runs(), gone(), &usual(), Verdict::Unstable, "sort time is in the baseline but did not come");
    check(usual_runs(), gone(), &with(0, vec![entry("shop", "sort", "*")]), Verdict::Pass, "UNSTABLE without its quarantine");
}

#[test]
fn it_hides_nothing_else() {
    let all = || vec![entry("*", "*", "*")];
    check(accepted_points(&[1.0; 3]), run_of(vec![]), &with(0, all()), Verdict::NoVerdict, "nothing was measured");
    let refused = run_of(vec![requests("GET /", 1.0, 50, 50, "connect")]);
    check(nothing(), refused, &with(0, all()), Verdict::NoVerdict, "none of 50 requests got an answer");
    let late = Run { load: load(LoadModel::Open, 500, 100.0), ..run_of(vec![requests("GET /", 1e6, 1000, 0, "")]) };
    check(nothing(), late, &with(0, all()), Verdict::NoVerdict, "load generator, not the server");
    let cut = Run { partial: true, ..slow() };
    check(usual_runs(), cut, &with(0, all()), Verdict::NoVerdict, "the run is cut");
    check(elsewhere(vec![slow()]), slow(), &with(0, all()), Verdict::Unstable, "times were not compared");
    let unknown = Rule { statistic: Some(crate::model::Statistic::Max), ..rule(None, relative(0.1)) };
    let unknown = Policy { quarantine: all(), ..policy(vec![unknown]) };
    check(usual_runs(), slow(), &unknown, Verdict::NoVerdict, "this statistic is not known");
    let expecting = Policy { expect: vec!["sort".into(), "gone".into()], ..with(0, all()) };
    check(usual_runs(), slow(), &expecting, Verdict::NoVerdict, "\"gone\" is expected");
}

#[test]
fn it_ends() {
    check(usual_runs(), slow(), &with(999, vec![entry("*", "sort", "*")]), Verdict::Pass, "without its quarantine");
    for now in [1000, u64::MAX] {
        check(usual_runs(), slow(), &with(now, vec![entry("*", "sort", "*")]), Verdict::Fail, "sort p50 rose");
        let well = run_of(vec![point("sort", "time", 1e6), point("search", "time", 1e6)]);
        let told = "label \"sort\", metric \"*\") expired after 2026-12-31 and holds no longer; it was for \"flaky disk\"";
        check(usual_runs(), well.clone(), &with(now, vec![entry("*", "sort", "*")]), Verdict::Unstable, told);
        let found = outcome(&usual_runs(), well, &with(now, vec![entry("*", "sort", "*")]));
        assert_eq!(found.findings[0].place.as_ref().map(|place| place.line), Some(30));
    }
}

#[test]
fn what_matches_nothing_is_no_verdict() {
    let of_shop = with(0, vec![entry("shop", "srot", "*")]);
    let well = || run_of(vec![point("sort", "time", 1e6), point("search", "time", 1e6)]);
    check(
        usual_runs(),
        well(),
        &of_shop,
        Verdict::NoVerdict,
        "the quarantine (suite \"shop\", label \"srot\", metric \"*\") matches no series",
    );
    check(usual_runs(), well(), &with(0, vec![entry("other", "srot", "*")]), Verdict::Pass, "sort p50 stayed");
    let concluded = |quarantine: Quarantine, is_selection| {
        let policy = Policy { is_selection, ..with(0, vec![quarantine]) };
        let run = run_of(vec![point("search", "time", 1e6)]);
        let judged = judge(&compare(&usual_runs(), run.clone(), &policy.asked()), &policy);
        let outcome = conclude(&policy, &[&run], vec![judged]);
        (outcome.verdict, outcome.notes.len())
    };
    assert_eq!(concluded(entry("*", "srot", "*"), false), (Verdict::NoVerdict, 0));
    assert_eq!(concluded(entry("other", "sort", "*"), false), (Verdict::NoVerdict, 0));
    assert_eq!(concluded(entry("*", "srot", "*"), true), (Verdict::Unstable, 1));
    assert_eq!(concluded(entry("shop", "srot", "*"), false), (Verdict::NoVerdict, 0), "said once, with its suite");
    // A series that is missing is one that it matches.
    assert_eq!(concluded(entry("*", "sort", "*"), false), (Verdict::Pass, 0));
}
