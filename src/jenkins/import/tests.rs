use super::{Import, import};
use crate::config::{File, Tables};
use proptest::prelude::{prop_assert, proptest};

const DECLARATIVE: &str = include_str!("fixtures/declarative.Jenkinsfile");
const SCRIPTED: &str = include_str!("fixtures/scripted.Jenkinsfile");
const FREESTYLE: &str = include_str!("fixtures/freestyle.xml");
const PIPELINE: &str = include_str!("fixtures/pipeline.xml");

fn read(text: &str) -> Import {
    import("J", text, |_| None).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The rows of the step behind `[jenkins]`.
fn rows(found: &Import, step: usize) -> Vec<&str> {
    let text = found.steps[step].text.split("[jenkins]\n").nth(1).unwrap();
    text.lines().filter(|row| !row.is_empty()).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(rows(&read(text), 0), expected, "{text}");
}

#[test]
fn a_declarative_pipeline() {
    let found = read(DECLARATIVE);
    let expected = [
        r#"source_data_files = ["results/shop.jtl", "results/**/*.csv"]"#,
        "error_failed_threshold = 5",
        "# TODO error_unstable_threshold = …    # J:13: `params.LIMIT as int` has to be written as a value",
        r#"error_unstable_response_time_threshold = ["shop.jtl:412", "pay.csv:900"]"#,
        "mode_of_threshold = true",
        "relative_failed_threshold_positive = 20.5",
        "relative_unstable_threshold_negative = -1.0",
        "compare_build_previous = true",
        r#"config_type = "PRT""#,
        r#"filter_regex = "GET \\S+""#,
        "# J:17: `ignoreFailedBuild: false` is no parameter of the plugin",
    ];
    assert_eq!(rows(&found, 0), expected);
    assert_eq!((found.steps.len(), found.steps[0].place.as_str(), found.steps[0].open), (1, "J:12", 1));
    let notes = [
        "J:13: fill in `error_unstable_threshold`, because `params.LIMIT as int` is no value that can be taken over; until then the \
         plugin's default holds",
        "J:17: `ignoreFailedBuild` of `perfReport` is no parameter of the plugin; it is left out",
    ];
    assert_eq!(found.notes, notes);
}

#[test]
fn a_scripted_pipeline_with_several_steps() {
    let found = read(SCRIPTED);
    let places: Vec<&str> = found.steps.iter().map(|step| step.place.as_str()).collect();
    assert_eq!(places, ["J:4", "J:6", "J:19"]);
    assert!(found.notes[0].starts_with("J:3: `bzt` runs Taurus"), "{:?}", found.notes);
    let first = [
        "# TODO source_data_files = …    # J:5: `\"$WORKSPACE/b.jtl;c.jtl\"` has to be written as a value",
        r#"source_data_files = ["a.jtl"]"#,
    ];
    assert_eq!(rows(&found, 0), first);
    assert_eq!(rows(&found, 2), [r#"source_data_files = ["plain.jtl"]"#]);
    let second = rows(&found, 1).join("\n");
    let expected = r#"# TODO source_data_files = …    # J:7: `${WORKSPACE}/d.csv` has to be written as a value
source_data_files = ["**\\*.jtl"]
mode_evaluation = true
baseline_build = 1
[[jenkins.constraint]]
kind = "absolute"
escalation_level = "ERROR"
metered_value = "AVERAGE"
operator = "NOT_GREATER"
related_perf_report = "shop.jtl"
test_case = "GET /cart"
value = 800
[[jenkins.constraint]]
kind = "relative"
escalation_level = "WARNING"
metered_value = "LINE95"
operator = "NOT_GREATER"
related_perf_report = "shop.jtl"
tolerance = 7.5
previous_results = "3"
[[jenkins.constraint]]
kind = "relative"
escalation_level = "INFORMATION"
metered_value = "ERRORPRC"
operator = "NOT_LESS"
related_perf_report = "shop.jtl"
tolerance = 0.0
timeframe_start = "2026-01-01"
timeframe_end = "now"
# [[jenkins.constraint]]
# kind = "absolute"
# escalation_level = "ERROR"
# TODO metered_value = …    # J:17: `"P99"` has to be written as a value
# operator = "NOT_GREATER"
# TODO related_perf_report = …    # J:17: `"${name}.jtl"` has to be written as a value
# value = 1"#;
    assert_eq!(second, expected);
}

#[test]
fn a_freestyle_job() {
    let found = read(FREESTYLE);
    let expected = r#"source_data_files = ["shop.jtl", "results/**/*.jtl"]
error_failed_threshold = 5
error_unstable_threshold = -1
error_unstable_response_time_threshold = ["shop.jtl:412", "pay.jtl:900"]
mode_of_threshold = false
relative_failed_threshold_positive = 12.5
relative_failed_threshold_negative = -1.0
relative_unstable_threshold_positive = -1.0
relative_unstable_threshold_negative = 0
nth_build_number = 0
config_type = "ART"
mode_evaluation = true
fail_build_if_no_result_file = false
filter_regex = ""
# J:54: `surprise: "7"` is no parameter of the plugin
[[jenkins.constraint]]
kind = "absolute"
metered_value = "LINE90"
operator = "NOT_GREATER"
escalation_level = "WARNING"
related_perf_report = "shop.jtl"
test_case = "a < b"
value = 300
[[jenkins.constraint]]
kind = "relative"
metered_value = "AVERAGE"
operator = "NOT_LESS"
escalation_level = "ERROR"
related_perf_report = "shop.jtl"
tolerance = 10.0
baseline = true"#;
    assert_eq!(rows(&found, 0).join("\n"), expected);
    assert_eq!(
        found.notes,
        [
            "J:6: Jenkins reads fields that are absent as 0 or false, so that is written for relativeUnstableThresholdNegative, \
             failBuildIfNoResultFile",
            "J:54: `surprise` of `PerformancePublisher` is no parameter of the plugin; it is left out",
        ]
    );
}

#[test]
fn a_pipeline_job_holds_its_script() {
    let found = read(PIPELINE);
    assert_eq!(found.steps[0].place, "J:6");
    assert_eq!(rows(&found, 0), [r#"source_data_files = ["shop.jtl"]"#, "error_failed_threshold = 3"]);
}

#[test]
fn forms_of_a_call() {
    let plain = r#"source_data_files = ["a.jtl"]"#;
    check("perfReport 'a.jtl'", &[plain]);
    check("steps.perfReport('a.jtl')", &[plain]);
    check("perfReport([sourceDataFiles: 'a.jtl'])", &[plain]);
    check("if (x) { perfReport sourceDataFiles: \"\"\"a.jtl\"\"\" }", &[plain]);
    check("step $class: 'hudson.plugins.performance.PerformancePublisher', sourceDataFiles: 'a.jtl'", &[plain]);
    check("step(performanceReport(sourceDataFiles: 'a.jtl'))", &[plain]);
    check(
        "performanceReport parsers: [[$class: 'JMeterParser', glob: 'a.jtl']], relativeFailedThresholdNegative: 1.2",
        &[plain, "relative_failed_threshold_negative = 1.2"],
    );
    check(
        "perfReport sourceDataFiles: 'a.jtl', filterRegex: null, failBuildIfNoResultFile: false",
        &[plain, "fail_build_if_no_result_file = false"],
    );
    // What the generator of snippets of older versions wrote.
    let none = "# source_data_files = [\"**/*.jtl\"]    # none yet: name the result files";
    check(
        "perfReport relativeFailedThresholdNegative: <object of type java.lang.Double>, errorFailedThreshold: -1",
        &[
            none,
            "error_failed_threshold = -1",
            "# TODO relative_failed_threshold_negative = …    # J:1: `<object of type java.lang.Double>` has to be written as a value",
        ],
    );
}

#[test]
fn expressions_are_never_taken_for_their_first_literal() {
    let none = "# source_data_files = [\"**/*.jtl\"]    # none yet: name the result files";
    for source in ["5 + n", "(5)", "5 as int", "5 * 2", "f(5)", "limits['a']", "-n", "x ? 1 : 2"] {
        let todo = format!("# TODO error_failed_threshold = …    # J:1: `{source}` has to be written as a value");
        check(&format!("perfReport(errorFailedThreshold: {source})"), &[none, &todo]);
    }
    let todo = "# TODO source_data_files = …    # J:1: `'a' + b` has to be written as a value";
    check("perfReport('a' + b)", &[todo, none]);
}

fn refuses(text: &str, expected: &str) {
    let error = import("J", text, |_| None).map(drop).expect_err(text).to_string();
    assert!(error.starts_with(expected), "{error}\n{expected}");
}

#[test]
fn sources_without_a_step_are_errors() {
    const EXPECTED: &str = "J: expected a `perfReport`, `performanceReport` or `PerformancePublisher` step, found";
    refuses("", &format!("{EXPECTED} none; name the Jenkinsfile"));
    refuses("// perfReport 'a'\nsh 'perfReport x'\ndef perfReport(a) {}\nx = [perfReport: 1]", &format!("{EXPECTED} none"));
    refuses("bzt 'a.yml'", &format!("{EXPECTED} J:1: `bzt` runs Taurus"));
    refuses("<project/>", &format!("{EXPECTED} none"));
    refuses(
        "<flow-definition><definition><scriptPath>ci/Jenkinsfile</scriptPath></definition></flow-definition>",
        "J: expected a job with a step or a script of its own, found a script from the repository; give that file: `ci/Jenkinsfile`",
    );
    refuses(&"perfReport 'a'\n".repeat(21), "J: expected at most 20 steps of the plugin, found more; split the job");
    refuses(&"step(".repeat(2000), "J: expected at most 20 steps of the plugin, found more; split the job");
}

#[test]
fn broken_jobs_have_their_place() {
    refuses("<project>\n  <a>", "J: expected the XML of a Jenkins job, found one that is cut");
    refuses("<project>\n</b></project>", "J:2: expected the XML of a Jenkins job, found ");
    refuses("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<project/>", "J:1: expected the XML of a Jenkins job, found <!DOCTYPE");
    refuses("<project>&b;</project>", "J:1: expected the XML of a Jenkins job, found &b;");
    refuses(&"<a>".repeat(200), "J:1: expected the XML of a Jenkins job, found elements more than 64 deep");
}

proptest! {
    /// Whatever stands there: no panic, and what comes out is configuration.
    #[test]
    fn damage_gives_configuration_or_an_error(which in 0usize..4, cut in 0usize..2400, length in 0usize..30, put in "[\\[\\](){}'\",:$/*\\\\<>&a\n ]{0,8}") {
        let text = [DECLARATIVE, SCRIPTED, FREESTYLE, PIPELINE][which];
        let mut text: Vec<char> = text.chars().collect();
        let cut = cut.min(text.len());
        text.splice(cut..(cut + length).min(text.len()), put.chars());
        if let Ok(found) = import("J", &text.into_iter().collect::<String>(), |_| None) {
            for step in found.steps {
                let parsed = File::parse("n.toml", &step.text, &Tables::default());
                prop_assert!(parsed.is_ok(), "{}", parsed.map(drop).unwrap_err());
            }
        }
    }
}
