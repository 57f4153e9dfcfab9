//! The rows of the situation table in which nothing can be shown: none of them passes.

use crate::project::Project;

const HEADER: &str = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n";

/// Checks one input file; the sentence must name it and say `words`.
fn check(name: &str, content: &[u8], code: i32, words: &str) {
    let project = Project::new();
    project.write(name, content);
    let answer = project.call(&["check", name]).expect(code).says(words);
    assert!(code != 4 || answer.stderr.contains(name), "the sentence does not name the file:\n{}", answer.stderr);
    let verdict = project.read("perf-results/verdict.txt");
    assert!(verdict.contains(&format!("exit={code}")), "{verdict}");
}

#[test]
fn an_empty_file_is_no_verdict() {
    check("empty.jtl", b"", 4, "empty");
}

#[test]
fn an_unknown_file_is_no_verdict() {
    check("junk.txt", b"hello\nworld\n", 4, "--format");
}

#[test]
fn a_header_without_rows_is_no_verdict() {
    check("header.csv", b"timeStamp,elapsed,label,responseCode,success,bytes\n", 4, "header.csv");
}

#[test]
fn an_entity_bomb_is_no_verdict() {
    let bomb = b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z \"&x;&x;\">]><testResults version=\"1.2\"><httpSample t=\"1\" ts=\"1\" s=\"true\" lb=\"&z;\" rc=\"200\" by=\"1\"/></testResults>";
    check("bomb.jtl", bomb, 4, "DOCTYPE");
}

#[test]
fn a_cut_file_is_no_verdict() {
    let cut = b"<?xml version=\"1.0\"?>\n<testResults version=\"1.2\">\n<httpSample t=\"1\" ts=\"1700000000000\" s=\"true\" lb=\"a\" rc=\"200\" by=\"1\"/>\n<httpSample t=\"1\" ts=\"17000";
    check("cut.jtl", cut, 4, "cut");
}

#[test]
fn a_run_of_errors_is_judged_and_fails() {
    let rows: String = (1..=5).map(|n| format!("170000000000{n},1,home,503,x,t 1-1,text,false,,1,1,1,1,u,1,0,0\n")).collect();
    check("all-failed.jtl", format!("{HEADER}{rows}").as_bytes(), 1, "home");
}

#[test]
fn a_missing_file_is_no_verdict() {
    let project = Project::new();
    project.call(&["check", "nowhere.jtl"]).expect(4).says("nowhere.jtl");
}

/// Runs a configuration; the sentence must say `words`.
fn run(config: &str, code: i32, words: &str) {
    let project = Project::with(config);
    project.call(&["run"]).expect(code).says(words);
}

#[test]
fn a_failing_benchmark_command_is_no_verdict() {
    run("[[suite]]\nname = \"x\"\nbenchmark = { command = \"echo why it failed; exit 7\" }\n", 4, "why it failed");
}

#[test]
fn a_benchmark_that_measures_nothing_is_no_verdict() {
    run("[[suite]]\nname = \"x\"\nbenchmark = { command = \"true\" }\n", 4, "x");
}

#[test]
fn a_failing_build_is_no_verdict() {
    run("[[suite]]\nname = \"x\"\nbuild = \"exit 3\"\ncommand = { run = \"true\", repeat = 2 }\n", 4, "build");
}

#[test]
fn a_command_that_exits_non_zero_is_no_verdict() {
    run("[[suite]]\nname = \"x\"\ncommand = { run = \"false\", repeat = 2 }\n", 4, "false");
}

#[test]
fn a_refused_target_is_no_verdict() {
    let config = "[[suite]]\nname = \"x\"\nload = { targets = [\"GET http://127.0.0.1:9/\"], rate = 50, duration = \"1s\" }\n";
    run(config, 4, "got an answer");
}

#[test]
fn a_server_that_never_answers_is_no_verdict() {
    let config = "[[suite]]\nname = \"x\"\nserver = { command = \"exec sleep 100\", ready = \"http://127.0.0.1:{port}/\", ready_timeout = \"500ms\" }\nload = { targets = [\"GET http://127.0.0.1:{port}/\"], rate = 50, duration = \"1s\" }\n";
    run(config, 4, "ready");
}

#[test]
fn a_tool_that_writes_nothing_new_is_no_verdict() {
    let project = Project::with("[[suite]]\nname = \"x\"\ntool = { run = \"true\", results = [\"out/*.jtl\"] }\n");
    project.write("out/old.jtl", format!("{HEADER}1700000000001,1,home,200,OK,t 1-1,text,true,,1,1,1,1,u,1,0,0\n"));
    let old = std::fs::File::options().write(true).open(project.path("out/old.jtl")).unwrap();
    old.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000)).unwrap();
    project.call(&["run"]).expect(4).says("out/*.jtl");
}

#[test]
fn a_threshold_that_matches_nothing_is_no_verdict() {
    run(
        "[[suite]]\nname = \"x\"\ncommand = { run = \"true\", repeat = 3 }\n[[threshold]]\nlabel = \"nobody\"\nfail = \"250ms\"\n",
        4,
        "nobody",
    );
}

#[test]
fn an_expected_series_that_does_not_come_is_no_verdict() {
    run("[[suite]]\nname = \"x\"\nexpect = [\"absent\"]\ncommand = { run = \"true\", repeat = 3 }\n", 4, "absent");
}

#[test]
fn a_required_baseline_that_is_not_there_is_no_verdict() {
    run("[gate]\nrequire_baseline = true\n[[suite]]\nname = \"x\"\ncommand = { run = \"true\", repeat = 3 }\n", 4, "baseline");
}

#[test]
fn a_configuration_error_measures_nothing_and_removes_a_stale_verdict() {
    let project = Project::with("[gaet]\nx = 1\n");
    project.write("perf-results/verdict.txt", "verdict=pass exit=0\n");
    project.call(&["run"]).expect(2).says("neverslower.toml:1:").says("gate");
    assert!(!project.exists("perf-results/verdict.txt"), "a verdict of an earlier run stands beside a configuration error");
}

#[test]
fn a_suite_that_does_not_exist_is_a_usage_error() {
    let project = Project::with("[[suite]]\nname = \"shop\"\ncommand = { run = \"true\" }\n");
    project.call(&["run", "shpo"]).expect(2).says("shop");
}

#[test]
fn a_shadowed_threshold_is_a_configuration_error() {
    let config = "[[suite]]\nname = \"x\"\ncommand = { run = \"true\" }\n[[threshold]]\nmetric = \"time\"\nfail = \"+5%\"\n[[threshold]]\nmetric = \"time\"\nlabel = \"true\"\nfail = \"+1%\"\n";
    run(config, 2, "neverslower.toml:");
}

/// Naming a place to compare with is no first use.
#[test]
fn a_named_baseline_that_holds_nothing_is_no_verdict() {
    let project = Project::new();
    project.write("a.csv", "timeStamp,elapsed,label,responseCode,success,bytes\n1700000000000,5,home,200,true,10\n");
    project.write("empty/readme.txt", "");
    project.write("cut.csv", "timeStamp,elapsed,label,responseCode,success,bytes\n1700000000000,5,home,200,true,10\n1700000000100,5,ho");
    project.write("conflict.json", "<<<<<<< HEAD\n{}");
    for (baseline, words) in [
        ("empty", "expected a baseline of \"a\" below this directory, found none"),
        ("nowhere.json", "nowhere.json: expected a baseline, found no such file"),
        ("cut.csv", "found a cut or interrupted run"),
        ("conflict.json", "the conflict marker"),
    ] {
        let answer = project.call(&["check", "a.csv", "--baseline", baseline]).expect(4);
        let said = answer.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(words), "{words:?} is not said in\n{}", answer.stderr);
    }
}

/// Nobody may read a pass in one place while another could not be written.
#[test]
fn a_report_that_cannot_be_written_is_no_verdict_everywhere() {
    let project = Project::new();
    project.write("a.csv", "timeStamp,elapsed,label,responseCode,success,bytes\n1700000000000,5,home,200,true,10\n");
    project.write("file", "");
    project.call(&["check", "a.csv", "--report", "json=file/x.json"]).expect(4).says("file/x.json");
    assert_eq!((&project.outcome()["verdict"], &project.outcome()["exit_code"]), (&"no-verdict".into(), &4.into()));
    assert!(project.read("perf-results/verdict.txt").starts_with("verdict=no-verdict exit=4"));
    assert!(project.exists("perf-results/runs/a.run.json"), "what was measured is lost");
}

#[test]
fn a_host_that_nobody_knows_is_named() {
    Project::new().call(&["load", "http://nobody.invalid/", "-n", "1"]).expect(4).says("nobody.invalid");
}
