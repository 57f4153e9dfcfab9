//! What head is measured against, and when nobody has to ask for it.

use super::{FILE, plan, plan_in, refuses, repository};
use crate::config::against::{AutoFacts, interleaved};
use crate::config::plan::BaselineChoice;
use crate::model::Against;
use std::path::PathBuf;
use std::time::Duration;

const CLI: &str = "[[suite]]\nname = 'cli'\nbuild = 'make'\nartefacts = ['out/*']\ncommand = './tool'\n";
const SERVED: &str = "[[suite]]\nname = 'shop'\nload = { targets = ['http://h:{port}/'] }\n\
                      server = { command = 'serve {port}', ready = 'http://h:{port}/' }\n";

/// What is compared with: of a file, with what is typed after `run`.
fn check(file: &str, typed: &str, expected: BaselineChoice) {
    assert_eq!(plan(file, &format!("neverslower|run{typed}"), &[]).baseline, expected, "{typed}");
}

#[test]
fn against_is_typed_written_or_a_baseline() {
    let revision = |name: &str| BaselineChoice::Against(Against::Revision(name.to_string()));
    check(CLI, "", BaselineChoice::Auto);
    check(CLI, "|--against|v1", revision("v1"));
    check(CLI, "|--baseline|against:v1", revision("v1"));
    let written = format!("[gate]\nbaseline = 'against:merge-base'\n{CLI}");
    check(&written, "", BaselineChoice::Against(Against::MergeBase));
    check(&written, "|--against|v1", revision("v1"));
    check(&written, "|--baseline|committed", BaselineChoice::Committed);
    let both = "--against: expected no --baseline beside it, found `auto`; both say what to compare with; leave one out";
    refuses(CLI, "neverslower|run|--against|v1|--baseline|auto", &[], both);
}

#[test]
fn the_budget_the_seed_and_the_cache_are_set_like_everything_else() {
    let shown = |file: &str, typed: &str, variables: &[&'static str]| {
        let plan = plan(file, &format!("neverslower|run{typed}"), variables);
        (plan.budget.as_secs(), plan.seed, plan.versions)
    };
    let file = format!("[gate]\nbudget = '1m'\nversions = '../kept'\n{CLI}");
    assert_eq!(shown(CLI, "", &[]), (600, 0, None), "the seed is the time of the plan");
    assert_eq!(shown(&file, "", &["HOME=/h"]), (60, 0, Some("../kept".into())));
    let ours = ["NEVERSLOWER_BUDGET=2m", "NEVERSLOWER_SEED=7", "NEVERSLOWER_VERSIONS=v"];
    assert_eq!(shown(&file, "", &ours), (120, 7, Some("v".into())));
    assert_eq!(shown(&file, "|--budget|3m|--seed|8", &ours), (180, 8, Some("v".into())));
    let none = "--budget: expected more than no time, found `0s`\n | 0s\n | ^^";
    refuses(CLI, "neverslower|run|--budget|0s", &[], none);
    assert_eq!(plan(CLI, "neverslower|run", &[]).suites[0].work.artefacts, ["out/*"]);
}

#[cfg(unix)]
#[test]
fn versions_are_kept_in_the_users_cache_by_the_rules_of_xdg() {
    let place = |variables: &[&'static str]| plan(CLI, "neverslower|run", variables).versions;
    let below = |cache: &str| Some(PathBuf::from(cache).join("neverslower/versions"));
    assert_eq!(place(&["HOME=/h"]), below("/h/.cache"));
    assert_eq!(place(&["HOME=/h", "XDG_CACHE_HOME=/c"]), below("/c"));
    assert_eq!(place(&["HOME=/h", "XDG_CACHE_HOME=relative"]), below("/h/.cache"));
    assert_eq!(place(&["HOME=relative"]), None);
}

#[test]
fn only_a_suite_whose_base_can_be_started_is_measured_against_it() {
    let refuses = |file: &str, base: &str, expected: &str| {
        let line = format!("neverslower|run|--against|{base}");
        let error = plan_in(repository(file).path(), &line, &[]).expect_err(base).to_string();
        assert!(error.starts_with(expected), "{error}");
    };
    let only_servers = "expected a load suite: only a server can be `url:` or `command:`, found another kind of work";
    refuses(CLI, "url:http://old/", &format!("suite cli: against:url:http://old/: {only_servers}"));
    refuses(CLI, "command:x {port}", &format!("suite cli: against:command:x {{port}}: {only_servers}"));
    check(SERVED, "|--against|url:http://old/", BaselineChoice::Against(Against::Url("http://old/".to_string())));
    check(SERVED, "|--against|merge-base", BaselineChoice::Against(Against::MergeBase));
    let fixed = SERVED.replace("serve {port}", "serve 80");
    refuses(&fixed, "merge-base", "suite shop: against:merge-base: expected `{port}` in `command` and `ready` of the server");
    // What runs elsewhere has no version that could be built.
    refuses(FILE, "merge-base", "suite remote: against:merge-base: expected a suite with `server`");
    check(FILE, "|shop|--against|merge-base", BaselineChoice::Against(Against::MergeBase));
    let socket = "[[suite]]\nname = 's'\nload = { targets = ['http://h/'], unix_socket = 'run/s' }";
    refuses(socket, "url:http://old/", "suite s: against:url:http://old/: expected a load that goes where its URLs say");
}

#[test]
fn only_run_measures_two_versions() {
    let file = format!("[gate]\nbaseline = 'against:merge-base'\n{CLI}");
    let way_out = "only `run` measures two versions side by side; use `--baseline committed`, `previous`, `build:N` or a path";
    let expected = format!("check: expected a baseline that is stored, found `against:merge-base`; {way_out}");
    refuses(&file, "neverslower|check|a.jtl", &[], &expected);
    let jenkins = format!("[gate]\nprofile = 'jenkins'\nbaseline = 'against:merge-base'\n{CLI}");
    let expected = "baseline: expected `previous`, `build:N` or a result file in the profile `jenkins`, found `against:merge-base`; the \
                    plugin knows no interleaved comparison; measure one with a configuration of our own rules";
    refuses(&jenkins, "neverslower|run", &[], expected);
    let typed = "--against: expected only flags that the profile `jenkins` heeds, found `v1`; it judges one set of result files, as the \
                 plugin does";
    refuses(&format!("[gate]\nprofile = 'jenkins'\n{CLI}"), "neverslower|run|--against|v1", &[], typed);
}

/// Whether the first suite is measured interleaved when nobody asked for it.
fn auto(file: &str, variables: &[&'static str], facts: AutoFacts, expected: bool) {
    let plan = plan(file, "neverslower|run", variables);
    let expected = expected.then_some(&Against::MergeBase);
    assert_eq!(interleaved(&plan, &plan.suites[0], facts), expected, "{variables:?} {facts:?}");
}

#[test]
fn auto_measures_what_no_baseline_judges_in_a_ci_that_can_build_both() {
    let bare = AutoFacts { is_checkout: true, compares: false };
    auto(CLI, &["CI=1"], bare, true);
    auto(CLI, &[], bare, false);
    auto(CLI, &["CI=1"], AutoFacts { compares: true, ..bare }, false);
    auto(CLI, &["CI=1"], AutoFacts { is_checkout: false, ..bare }, false);
    auto(&CLI.replace("build = 'make'", ""), &["CI=1"], bare, false);
    auto(&format!("[gate]\nbaseline = 'committed'\n{CLI}"), &["CI=1"], bare, false);
    auto(&format!("[gate]\nprofile = 'jenkins'\n{CLI}"), &["CI=1"], bare, false);
    auto("[[suite]]\nname = 'r'\nbuild = 'make'\nload = { targets = ['http://h/'] }", &["CI=1"], bare, false);
    // A fixed port serves one version only.
    auto(&SERVED.replace("name = 'shop'", "name = 'shop'\nbuild = 'make'").replace("serve {port}", "serve 80"), &["CI=1"], bare, false);
    let asked = plan(CLI, "neverslower|run|--against|v1|--budget|90s", &[]);
    assert_eq!(interleaved(&asked, &asked.suites[0], AutoFacts { compares: true, ..bare }), Some(&Against::Revision("v1".into())));
    assert_eq!(asked.budget, Duration::from_secs(90));
}
