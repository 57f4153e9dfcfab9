//! The profile in force, its files and its builds.

use super::{plan, refuses};
use crate::config::profile::{Profile, Step};

const STEP: &str = "[gate]\nprofile = 'jenkins'\n[jenkins]\nsource_data_files = '**/*.jtl'\nerror_failed_threshold = 3\n";

fn step(file: &str, line: &str) -> Option<Step> {
    match plan(file, line, &[]).profile {
        Profile::Jenkins(step) => Some(step),
        Profile::Default => None,
    }
}

/// What the plugin's step reads, and its limit; `None` for our own rules.
fn check(file: &str, line: &str, expected: Option<(&str, f64)>) {
    let found = step(file, line).map(|step| {
        let typed = step.files.iter().map(|file| file.display().to_string());
        let configured = step.settings[0].source_data_files.iter().cloned();
        let words: Vec<String> = if step.files.is_empty() { configured.collect() } else { typed.collect() };
        (words.join(" "), step.settings[0].error_failed_threshold)
    });
    assert_eq!(found, expected.map(|(files, limit)| (files.to_string(), limit)), "{line}");
}

#[test]
fn the_profile_is_the_typed_one_else_the_configured_one() {
    check("", "neverslower|check|a.jtl", None);
    check("", "neverslower|check|a;b.jtl|c.jtl|--profile|jenkins", Some(("a;b.jtl c.jtl", -1.0)));
    check(STEP, "neverslower|check|a.jtl", Some(("a.jtl", 3.0)));
    check(STEP, "neverslower|check|--profile|jenkins", Some(("**/*.jtl", 3.0)));
    check(STEP, "neverslower|check|a.jtl|--profile|default", None);
    check(&format!("{STEP}[[suite]]\nname = 'a'\ncommand = 'true'"), "neverslower|run", Some(("**/*.jtl", 3.0)));
    check("[[threshold]]\nstatistic = 'error rate'\nfail = '28%'", "neverslower|check|a.jtl|--profile|jenkins", Some(("a.jtl", 28.0)));
}

/// Which build the relative step compares with.
fn check_build(typed: &str, expected: (bool, i64)) {
    let file = "[gate]\nprofile = 'jenkins'\n[[threshold]]\nstatistic = 'mean'\nfail = '+5%'";
    let step = step(file, &format!("neverslower|check|a.jtl{typed}")).unwrap();
    assert_eq!((step.settings[0].compare_build_previous, step.settings[0].nth_build_number), expected, "{typed}");
}

#[test]
fn the_build_compared_with_can_be_typed() {
    check_build("", (true, 0));
    check_build("|--baseline|previous", (true, 0));
    check_build("|--baseline|build:7", (false, 7));
    check_build("|--baseline|old.jtl", (true, 0));
}

#[test]
fn a_profile_without_files_or_with_flags_of_ours_is_refused() {
    let expected = "check: expected at least one FILE, or `source_data_files` in [jenkins], found none; see docs/MIGRATING-FROM-JENKINS.md";
    refuses("", "neverslower|check|--profile|jenkins", &[], expected);
    refuses(STEP, "neverslower|check|--profile|default", &[], "check: expected at least one FILE, found none");
    let expected = "--suite: expected only flags that the profile `jenkins` heeds, found `shop`; it detects formats and names reports \
                    as the plugin does";
    refuses(STEP, "neverslower|check|a.jtl|--suite|shop", &[], expected);
    let expected = "baseline: expected `previous`, `build:N` or a result file in the profile `jenkins`, found `committed`; accepted runs are \
                    rounded; the plugin compares the exact numbers of builds";
    refuses(STEP, "neverslower|check|a.jtl|--baseline|committed", &[], expected);
    let expected = "--profile: expected `default` or `jenkins`, found `jenkin`\n | jenkin\n | ^^^^^^";
    refuses("", "neverslower|check|a.jtl|--profile|jenkin", &[], expected);
}
