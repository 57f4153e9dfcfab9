use crate::config::Tables;
use crate::config::file::File;
use crate::jenkins::Settings;

fn parse(text: &str) -> Result<Vec<Settings>, String> {
    let text = format!("[gate]\nprofile = 'jenkins'\n{text}");
    File::parse("n.toml", &text, &Tables::default()).map(|file| file.jenkins).map_err(|error| error.to_string())
}

/// The steps of a file, each by what differs from the plugin's own.
fn check(text: &str, expected: &[&str]) {
    let shown = |step: &Settings| {
        let error = (step.error_unstable_threshold, step.error_failed_threshold);
        let slower = (step.relative_unstable_threshold_positive, step.relative_failed_threshold_positive);
        let faster = (step.relative_unstable_threshold_negative, step.relative_failed_threshold_negative);
        match step.mode_of_threshold {
            false => format!("errors {error:?}"),
            true => format!("{} {slower:?} {faster:?}", step.config_type),
        }
    };
    assert_eq!(parse(text).unwrap().iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn thresholds_become_steps() {
    check("", &["errors (-1.0, -1.0)"]);
    let errors = "[[threshold]]\nstatistic = 'error rate'\n";
    check(&format!("{errors}unstable = '1%'\nfail = '28%'"), &["errors (1.0, 28.0)"]);
    // The plugin's profile enforces no order between the two.
    check(&format!("{errors}unstable = '5%'\nfail = '0.5%'"), &["errors (5.0, 0.5)"]);
    let mean = "[[threshold]]\nstatistic = 'mean'\n";
    check(&format!("{mean}unstable = '+50%'\nfail = '+10%'"), &["ART (50.0, 10.0) (-1.0, -1.0)"]);
    check(&format!("{mean}fail = '+4.79%'\n{mean}fail = '-12.5%'"), &["ART (-1.0, 4.79) (-1.0, 12.5)"]);
    check("[[threshold]]\nunstable = '+5%'", &["MRT (5.0, -1.0) (-1.0, -1.0)"]);
    check("[[threshold]]\nmetric = 'latency'\nunstable = '+5%'", &["MRT (5.0, -1.0) (-1.0, -1.0)"]);
    check(
        &format!("{errors}fail = '3%'\n[[threshold]]\nstatistic = 'p90'\nfail = '+5%'\n{mean}fail = '+7%'"),
        &["errors (-1.0, 3.0)", "PRT (-1.0, 5.0) (-1.0, -1.0)", "ART (-1.0, 7.0) (-1.0, -1.0)"],
    );
}

#[test]
fn a_step_of_its_own_judges_first() {
    let limits = "error_failed_threshold = 3\n[[threshold]]\nfail = '+5%'";
    check(&format!("[jenkins]\n{limits}"), &["errors (-1.0, 3.0)", "MRT (-1.0, 5.0) (-1.0, -1.0)"]);
    let only_read = "[jenkins]\nsource_data_files = '*.jtl'\nexclude_response_time = true\n[[threshold]]\nfail = '+5%'";
    check(only_read, &["MRT (-1.0, 5.0) (-1.0, -1.0)"]);
    let steps = parse(&only_read.replace("[jenkins]", "strict = true\n[jenkins]")).unwrap();
    assert!(steps[0].strict && steps[0].exclude_response_time);
    assert_eq!(steps[0].source_data_files, ["*.jtl"]);
}

fn refuses(threshold: &str, expected: &str) {
    let error = parse(&format!("[[threshold]]\n{threshold}")).map(drop).expect_err(threshold);
    assert!(error.lines().next().is_some_and(|line| line.contains(expected)), "{error}");
}

#[test]
fn what_the_plugin_cannot_judge_is_refused_with_its_place() {
    refuses("fail = '+5%'\nfloor = '2ms'", "n.toml:3:1: expected only `statistic`, `unstable` and `fail`");
    refuses("metric = 'bytes'\nfail = '+5%'", "n.toml:4:10: expected `latency`");
    refuses("label = 'GET /'\nfail = '+5%'", "n.toml:3:1: expected no `label`");
    refuses("statistic = 'p99'\nfail = '+5%'", "n.toml:4:13: expected what the plugin has limits for");
    refuses("statistic = 'mean'\nfail = '250ms'", "n.toml:5:8: expected a change such as `+5%`");
    refuses("statistic = 'error rate'\nfail = '+5%'", "n.toml:5:8: expected a percentage of failed samples");
    refuses("statistic = 'mean'", "n.toml:3:1: expected at least one of `unstable` and `fail`");
    refuses("fail = '+5%'\n[[threshold]]\nfail = '+6%'", "n.toml:6:8: expected one limit of a kind");
}
