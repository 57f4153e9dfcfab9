//! `check`: result files of other tools through the same gate.

use crate::project::{Answer, Project};

const HEADER: &str = "timeStamp,elapsed,label,responseCode,success,bytes\n";

/// A JTL with `count` requests of one label around `elapsed` milliseconds.
fn jtl(count: u64, elapsed: u64) -> String {
    let rows: String = (0..count).map(|n| format!("{},{},home,200,true,10\n", 1_700_000_000_000 + n * 10, elapsed + n % 5)).collect();
    format!("{HEADER}{rows}")
}

#[test]
fn default_thresholds_judge_without_a_configuration() {
    let project = Project::new();
    project.write("shop.jtl", jtl(500, 40));
    project.call(&["check", "shop.jtl"]).expect(0).says("nothing compared yet");
    project.call(&["accept", "--yes"]).expect(0);
    assert!(project.exists("baselines/default/shop.json"), "results of unknown origin belong to the environment `default`");
    project.write("shop-2.jtl", jtl(500, 400));
    project.call(&["check", "shop-2.jtl"]).expect(1).says("home").says("p95");
    project.write("shop.jtl", jtl(500, 41));
    project.call(&["check", "shop.jtl"]).expect(0);
}

#[test]
fn four_per_cent_errors_fail_and_two_are_unstable() {
    let project = Project::new();
    let with_errors = |every: u64| {
        let rows: String = (0..500u64)
            .map(|n| format!("{},40,home,{},10\n", 1_700_000_000_000 + n, if n % every == 0 { "503,false" } else { "200,true" }))
            .collect();
        format!("{HEADER}{rows}")
    };
    project.write("a.jtl", with_errors(25));
    project.call(&["check", "a.jtl"]).expect(1).says("error rate");
    project.write("a.jtl", with_errors(50));
    project.call(&["check", "a.jtl"]).expect(3).says("error rate");
    project.write("a.jtl", with_errors(100));
    project.call(&["check", "a.jtl"]).expect(0);
}

#[test]
fn several_files_of_one_suite_are_repetitions() {
    let project = Project::new();
    project.write("shop-1.jtl", jtl(100, 40));
    project.write("shop-2.jtl", jtl(150, 40));
    project.call(&["check", "shop-1.jtl", "shop-2.jtl"]).expect(0);
    let run: serde_json::Value = serde_json::from_str(&project.read("perf-results/runs/shop.run.json")).unwrap();
    assert_eq!(run["series"].as_array().unwrap().iter().find(|series| series["metric"] == "latency").unwrap()["summary"]["count"], 250);
}

#[test]
fn one_unreadable_file_among_good_ones_is_no_verdict() {
    let project = Project::new();
    project.write("shop.jtl", jtl(100, 40));
    project.write("cart.jtl", "nonsense\n");
    project.call(&["check", "shop.jtl", "cart.jtl"]).expect(4).says("cart.jtl");
    project.call(&["check", "shop.jtl", "gone.jtl"]).expect(4).says("gone.jtl");
}

#[test]
fn a_configured_suite_claims_its_results() {
    let project =
        Project::with("[[suite]]\nname = \"jmeter\"\nresults = [\"out/*.jtl\"]\nenvironment = \"staging\"\nexpect = [\"home\"]\n");
    project.write("out/17.jtl", jtl(100, 40));
    project.call(&["check", "out/17.jtl"]).expect(0);
    project.call(&["accept", "--yes"]).expect(0);
    assert!(project.exists("baselines/staging/jmeter.json"));
}

#[test]
fn standard_input_is_read_and_gzip_too() {
    use std::io::Write;
    use std::process::Stdio;
    let project = Project::new();
    let mut child = project.command(&["check", "-", "--suite", "piped"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(jtl(100, 40).as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(project.exists("perf-results/runs/piped.run.json"));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(jtl(100, 40).as_bytes()).unwrap();
    project.write("shop.jtl.gz", packed.finish().unwrap());
    project.call(&["check", "shop.jtl.gz"]).expect(0);
}

#[test]
fn an_absolute_limit_judges_without_a_baseline() {
    let project = Project::with("[[threshold]]\nlabel = \"home\"\nstatistic = \"p95\"\nfail = \"250ms\"\n");
    project.write("shop.jtl", jtl(500, 400));
    project.call(&["check", "shop.jtl"]).expect(1).says("250ms");
    project.write("shop.jtl", jtl(500, 40));
    project.call(&["check", "shop.jtl"]).expect(0);
}

#[test]
fn a_stored_run_is_checked_like_any_other_file() {
    let project = Project::new();
    project.write("shop.jtl", jtl(500, 40));
    project.call(&["convert", "shop.jtl", "--to", "json", "--output", "stored.json"]).expect(0);
    project.call(&["check", "stored.json", "--suite", "shop"]).expect(0);
    let run: serde_json::Value = serde_json::from_str(&project.read("perf-results/runs/shop.run.json")).unwrap();
    assert_eq!(run["series"][0]["summary"]["count"], 500);
}

/// `*` stays within a directory as for tools, and a file is the same one however it is written and from wherever.
#[test]
fn a_suite_claims_a_file_by_its_place_below_the_configuration() {
    let suite = |name: &str, glob: &str| format!("[[suite]]\nname = \"{name}\"\nresults = [\"{glob}\"]\n");
    let project = Project::with(&(suite("flat", "*.jtl") + &suite("deep", "out/*.jtl")));
    project.write("1.jtl", jtl(100, 40));
    project.write("out/2.jtl", jtl(100, 40));
    let absolute = project.path("out/2.jtl").display().to_string();
    let deep = ["out/2.jtl", "./out/2.jtl", "out/../out/2.jtl", absolute.as_str()];
    for (file, expected) in deep.map(|file| (file, "deep")).into_iter().chain([("1.jtl", "flat")]) {
        project.call(&["check", file]).expect(0);
        assert_eq!(project.outcome()["suites"][0]["suite"], expected, "{file}");
    }
    let below = project.command(&["check", "2.jtl"]).current_dir(project.path("out")).output().unwrap();
    Answer::of(below).expect(0);
    assert_eq!(project.outcome()["suites"][0]["suite"], "deep");
}

#[test]
fn a_threshold_that_matches_nothing_is_no_verdict_once_every_suite_was_given() {
    let config = "[[suite]]\nname = \"a\"\nresults = [\"a.jtl\"]\n[[suite]]\nname = \"b\"\nresults = [\"b.jtl\"]\n[[threshold]]\nlabel = \"hoem\"\nfail = \"1s\"\n";
    let project = Project::with(config);
    project.write("a.jtl", jtl(100, 40));
    project.write("b.jtl", jtl(100, 40));
    project.call(&["check", "a.jtl"]).expect(0).says("hoem");
    project.call(&["check", "a.jtl", "b.jtl"]).expect(4).says("hoem");
}
