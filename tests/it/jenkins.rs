//! The profile `jenkins` as a user meets it: builds that are compared, files that the plugin drops, outputs.

use crate::project::{Answer, Project};

/// A JMeter file whose two samples of `open cart` took so long, one of them failed, and one of `pay`.
fn jtl(ms: u64, success: bool) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testResults version=\"1.2\">\n\
         <httpSample ts=\"1700000000000\" t=\"{ms}\" s=\"true\" lb=\"open cart\" rc=\"200\" by=\"2048\"/>\n\
         <httpSample ts=\"1700000002000\" t=\"{ms}\" s=\"{success}\" lb=\"open cart\" rc=\"500\" by=\"1024\"/>\n\
         <httpSample ts=\"1700000003000\" t=\"900\" s=\"true\" lb=\"pay\" rc=\"200\" by=\"512\"/>\n</testResults>\n"
    )
}

fn build(project: &Project, number: &str, ms: u64) -> Answer {
    project.write("out/cart.jtl", jtl(ms, true));
    project.call_with(&["check", "--profile", "jenkins"], &[("BUILD_NUMBER", number)])
}

const RELATIVE: &str = "[gate]\nprofile = 'jenkins'\n[jenkins]\nsource_data_files = 'out/*.jtl'\nmode_of_threshold = true\n\
                        compare_build_previous = true\nrelative_unstable_threshold_positive = 4.79\n\
                        relative_failed_threshold_positive = 10\nrelative_unstable_threshold_negative = 40\n";

#[test]
fn each_build_is_compared_with_the_newest_one_that_succeeded() {
    let project = Project::with(RELATIVE);
    build(&project, "1", 250).expect(0).says("fail-open case 11");
    // Worked example 8: +4.8 is beyond 4.79.
    build(&project, "2", 262).expect(3).says("build 1").says("rose from 250 ms to 262 ms (+4.8 %)");
    assert_eq!(project.outcome()["findings"][0]["threshold"], "+4.79%");
    // Still the first one: the second was unstable.
    build(&project, "3", 280).expect(1).says("build 1");
    build(&project, "4", 140).expect(3).says("fell");
    build(&project, "5", 250).expect(0);
    build(&project, "6", 261).expect(0).says("build 5");
    assert!(project.read("builds/6/jenkins.json").contains("\"average_ms\": 261"));
}

#[test]
fn strict_mode_begins_with_a_first_build() {
    let project = Project::with(&RELATIVE.replace("[jenkins]", "strict = true\n[jenkins]"));
    build(&project, "1", 250).expect(0).says("no earlier build succeeded");
    build(&project, "2", 262).expect(3).says("build 1");
    build(&project, "3", 250).expect(0).says("build 1");
}

#[test]
fn a_named_file_stands_for_the_build_before() {
    let project = Project::with("[gate]\nprofile = 'jenkins'\n[[threshold]]\nstatistic = 'mean'\nunstable = '+4.8%'\nfail = '+4.79%'\n");
    project.write("old.jtl", jtl(250, true));
    project.write("new.jtl", jtl(262, true));
    // The plugin knows no order of its limits, and the failed one is tested first.
    project.call(&["check", "new.jtl", "--baseline", "old.jtl"]).expect(1).says("old.jtl");
    project.call(&["check", "old.jtl", "--baseline", "old.jtl"]).expect(0);
    project.write("broken.jtl", "<?xml version=\"1.0\"?>\n<testResults><httpSample/></testResults>");
    project.call(&["check", "new.jtl", "--baseline", "broken.jtl"]).expect(4).says("broken.jtl");
}

#[test]
fn error_thresholds_are_of_files_and_strict() {
    let limit = |fail: &str| format!("[[threshold]]\nstatistic = 'error rate'\nfail = '{fail}'\n");
    let project = Project::new();
    project.write("cart.jtl", jtl(250, false));
    for (fail, code) in [("33%", 1), ("33.333%", 0), ("33.332%", 1), ("34%", 0), ("0%", 1)] {
        project.write("neverslower.toml", limit(fail));
        project.call(&["check", "cart.jtl", "--profile", "jenkins"]).expect(code);
    }
}

#[test]
fn what_the_plugin_drops_is_said_and_strictly_no_verdict() {
    let gate = |strict: bool| {
        format!("[gate]\nprofile = 'jenkins'\nstrict = {strict}\n[jenkins]\nsource_data_files = 'out/*.jtl'\nerror_failed_threshold = 3\n")
    };
    let project = Project::with(&gate(false));
    project.write("out/cart.jtl", jtl(250, true));
    project.write("out/cut.jtl", jtl(250, true).replace("</testResults>", ""));
    project.call(&["check", "--profile", "jenkins"]).expect(0).says("fail-open case 1").says("cut.jtl");
    // One that is known by another case is told once.
    project.write("out/marked.jtl", format!("\u{feff}{}", jtl(250, true)));
    let answer = project.call(&["check", "--profile", "jenkins"]).expect(0).says("fail-open case 7");
    assert_eq!(answer.stdout.matches("marked.jtl").count() + answer.stderr.matches("marked.jtl").count(), 1);
    project.write("neverslower.toml", gate(true));
    project.call(&["check", "--profile", "jenkins"]).expect(4).says("cut.jtl");
    // Nothing to read at all fails the build, as the plugin does by default.
    let nothing = gate(false).replace("out/*", "none/*");
    project.write("neverslower.toml", &nothing);
    project.call(&["check", "--profile", "jenkins"]).expect(1).says("matches no file");
    project.write("neverslower.toml", nothing.replace("strict = false", "strict = true"));
    project.call(&["check", "--profile", "jenkins"]).expect(4);
}

#[test]
fn a_file_that_nobody_knows_ends_the_step() {
    let project = Project::new();
    project.write("a.jtl", "hello\n");
    project.call(&["check", "a.jtl", "--profile", "jenkins"]).expect(1).says("nothing was judged");
    project.write("empty.jtl", "");
    project.call(&["check", "empty.jtl", "--profile", "jenkins"]).expect(1);
    // The plugin would read this one: that we cannot is no verdict of its.
    project.write("lr.mdb", "\0\u{1}\0\0Standard Jet DB\0");
    let answer = project.call(&["check", "lr.mdb", "--profile", "jenkins"]).expect(4).says("cannot be read here");
    assert!(!answer.stdout.contains("the plugin's step") && !answer.stderr.contains("the plugin's step"));
    project.call(&["check", "none.jtl", "--profile", "jenkins"]).expect(1).says("none.jtl matches no file");
}

#[test]
fn the_plugins_numbers_and_files_are_written() {
    let project = Project::with(RELATIVE);
    project.write("out/cart.jtl", jtl(250, false));
    let answer = project.call(&["check", "out/cart.jtl", "--report", "jenkins"]).expect(0);
    let numbers: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!((&numbers[0]["average_ms"], &numbers[0]["error_percent"]), (&466.into(), &33.333.into()));
    assert_eq!(numbers[0]["labels"][0]["label"], "open cart");
    let standard = project.read("perf-results/jenkins/archive/standardResults.xml");
    assert!(standard.contains("<uri>open cart</uri>") && standard.contains("<errors>50.0</errors>"), "{standard}");
    assert!(project.read("perf-results/jenkins/labels.csv").contains("open cart"));
    assert!(project.exists("perf-results/junit/TEST-cart.xml"));
    // What an earlier check left is gone.
    project.write("neverslower.toml", "");
    project.write("a.jtl", jtl(250, true));
    project.call(&["check", "a.jtl"]).expect(0);
    assert!(!project.exists("perf-results/jenkins"));
}

#[test]
fn an_imported_step_judges_at_once() {
    let project = Project::new();
    project.write(
        "Jenkinsfile",
        "pipeline { stages { stage('x') { steps {\n perfReport sourceDataFiles: 'out/*.jtl', errorFailedThreshold: 30, \
         errorUnstableThreshold: 10\n} } } }\n",
    );
    project.call(&["init", "--from-jenkins", "Jenkinsfile"]).expect(0);
    project.write("out/cart.jtl", jtl(250, false));
    project.call(&["check", "--profile", "jenkins"]).expect(1).says("33.333 % errors");
    project.write("out/cart.jtl", jtl(250, true));
    project.call(&["check", "--profile", "jenkins"]).expect(0);
}

#[test]
fn constraints_escalate_and_write_their_log() {
    let project = Project::with(
        "[gate]\nprofile = 'jenkins'\n[jenkins]\nsource_data_files = 'out/*.jtl'\nmode_evaluation = true\npersist_constraint_log = true\n\
         junit_output = 'constraints.xml'\n[[jenkins.constraint]]\nkind = 'absolute'\nrelated_perf_report = 'cart.jtl'\n\
         test_case = 'open cart'\nmetered_value = 'AVERAGE'\noperator = 'NOT_GREATER'\nescalation_level = 'WARNING'\nvalue = 249\n",
    );
    build(&project, "1", 249).expect(0);
    build(&project, "2", 250).expect(3).says("must not be greater than 249");
    assert!(project.read("constraints.xml").contains("<failure type=\"Warning\">Measured value for Average: 250 milliseconds"));
    assert!(project.exists("perf-results/jenkins/performance-results/performance.log"));
}

#[test]
fn run_measures_and_the_plugins_rules_judge() {
    let config = "[gate]\nprofile = 'jenkins'\n[jenkins]\nerror_failed_threshold = 3\n[[suite]]\nname = 'shop'\n\
                  tool = { run = 'cp saved.jtl out/cart.jtl', results = ['out/*.jtl'] }\n";
    let project = Project::with(config);
    project.write("out/.keep", "");
    project.write("saved.jtl", jtl(250, false));
    project.call(&["run"]).expect(1).says("33.333 % errors");
    project.call(&["run", "--repeat", "2"]).expect(2).says("--repeat");
    project.call(&["run", "--confirm", "1"]).expect(2).says("--confirm");
    project.write("saved.jtl", jtl(250, true));
    project.call(&["run"]).expect(0);
    assert!(project.exists("perf-results/runs/shop.run.json"));
    // What could not be measured is no verdict, whatever the plugin would say of an old file.
    project.write("neverslower.toml", config.replace("cp saved.jtl out/cart.jtl", "false"));
    project.call(&["run"]).expect(4).says("shop");
}

#[test]
fn a_suite_that_no_rule_judges_does_not_pass() {
    let tool =
        |name: &str| format!("[[suite]]\nname = '{name}'\ntool = {{ run = 'cp saved.jtl {name}/r.jtl', results = ['./{name}/*.jtl'] }}\n");
    let gate = "[gate]\nprofile = 'jenkins'\n[jenkins]\nerror_failed_threshold = 3\n";
    let project = Project::with(&format!("{gate}{}[[suite]]\nname = 'cli'\ncommand = {{ run = 'touch measured' }}\n", tool("shop")));
    project.write("saved.jtl", jtl(250, true));
    project.write("shop/.keep", "");
    project.write("pay/.keep", "");
    project.call(&["run"]).expect(4).says("cli").says("writes none that it reads");
    assert!(!project.exists("measured"));
    project.call(&["run", "shop"]).expect(0);
    project.call(&["run", "cli"]).expect(4);
    // Named files of which one suite writes none.
    let named = gate.replace("[jenkins]\n", "[jenkins]\nsource_data_files = 'shop/*.jtl'\n");
    project.write("neverslower.toml", format!("{named}{}{}", tool("shop"), tool("pay")));
    project.call(&["run"]).expect(4).says("pay").says("source_data_files");
    project.call(&["run", "shop"]).expect(0);
    // One that fails is found all the same, and an old file is no evidence.
    project.write("saved.jtl", jtl(250, false));
    project.call(&["run"]).expect(1).says("33.333 % errors");
    project.call(&["run", "pay", "--exit-zero"]).expect(4);
    project.call(&["run", "shop", "--exit-zero"]).expect(0);
}
