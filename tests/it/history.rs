//! `history`: accepted runs over time, as a user meets them.

use crate::project::{Answer, Project};

/// A project that accepted a run for each of these times, ns, of one benchmark.
fn accepted(times: &[f64], pinned: Option<usize>) -> Project {
    let project = Project::with(
        "[gate]\nenvironment = \"here\"\nkeep_runs = 30\n[[suite]]\nname = \"bench\"\nbenchmark = { command = \"cat times.txt\" }\n\
         [[threshold]]\nunstable = \"+5%\"\nfail = \"+10%\"\n",
    );
    for (day, time) in times.iter().enumerate() {
        measure(&project, *time, day);
        let accept = if pinned == Some(day) { vec!["accept", "--yes", "--pin"] } else { vec!["accept", "--yes"] };
        project.call(&accept).expect(0);
    }
    project
}

/// A run of that time, of a day in September.
fn measure(project: &Project, time: f64, day: usize) {
    project.write("times.txt", format!("BenchmarkSort 10 {time} ns/op\n"));
    project.call(&["run"]);
    let text = project.read("perf-results/runs/bench.run.json");
    let mut run: serde_json::Value = serde_json::from_str(&text).unwrap();
    run["started"] = format!("2026-09-{:02}T10:00:00Z", day + 1).into();
    run["commit"] = format!("{day:02}c0ffee00000000").into();
    project.write("perf-results/runs/bench.run.json", run.to_string());
}

/// Fails unless standard output contains the words, wherever its lines break.
#[track_caller]
fn shows(answer: &Answer, words: &str) {
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined(&answer.stdout).contains(&joined(words)), "{words:?} is not in\n{}", answer.stdout);
}

const STEP: [f64; 12] = [1000.0, 1008.0, 994.0, 1003.0, 997.0, 1001.0, 1081.0, 1077.0, 1084.0, 1079.0, 1082.0, 1080.0];

#[test]
fn a_step_that_nobody_explained_is_unstable() {
    let project = accepted(&STEP, None);
    let answer = project.call(&["history"]).expect(3).says("verdict=unstable exit=3 series=1 changes=1 open=1 creep=0");
    for words in [
        "UNSTABLE: 1 of 1 series changed for the worse and nobody said why\n",
        "bench in here: 12 runs, 2026-09-01 to 2026-09-12\n",
        "at run 7 of 12, 2026-09-07, commit 06c0ffee00",
        "Change points are hints, not proof",
    ] {
        shows(&answer, words);
    }
    assert!(answer.stdout.lines().all(|line| line.chars().count() <= 80), "{}", answer.stdout);
    project.call(&["history", "--exit-zero"]).expect(0);
}

/// Pinning a run of the new level says that it is meant.
#[test]
fn a_pin_acknowledges_what_came_before() {
    let project = accepted(&STEP, Some(11));
    let answer = project.call(&["history"]).expect(0).says("verdict=pass exit=0 series=1 changes=1 open=0");
    shows(&answer, "(acknowledged: a run was pinned since)");
}

#[test]
fn a_reason_acknowledges_its_step() {
    let project = accepted(&[1000.0, 1001.0, 999.0, 1000.0, 1002.0, 998.0, 1000.0, 1001.0], None);
    for day in 8..13 {
        measure(&project, 1300.0 + day as f64, day);
        project.call(&["accept", "--yes", "--allow-slower", "bigger keys"]).expect(0);
    }
    let answer = project.call(&["history"]).expect(0);
    shows(&answer, "(acknowledged: bigger keys)");
}

/// Many small steps, each within its limit.
#[test]
fn creep_since_the_pinned_run_is_unstable() {
    let creep: Vec<f64> = (0..12).map(|step| 1000.0 * 1.008f64.powi(step)).collect();
    let project = accepted(&creep, Some(0));
    let answer = project.call(&["history"]).expect(3).says("creep=1");
    shows(&answer, "against the run pinned on 2026-09-01");
    shows(&answer, "+9.2%");
}

#[test]
fn a_steady_series_passes() {
    let project = accepted(&[1000.0, 1008.0, 994.0, 1003.0, 997.0, 1001.0, 1002.0, 999.0, 1004.0, 1000.0], Some(0));
    project.call(&["history"]).expect(0).says("changes=0 open=0 creep=0");
    // Fewer runs than a change point needs, which is said.
    let project = accepted(&STEP[4..8], None);
    let answer = project.call(&["history"]).expect(0);
    shows(&answer, "1 series with fewer than 8 runs");
}

#[test]
fn nothing_to_show_is_no_verdict_with_the_way_out() {
    let project = Project::with("[gate]\nenvironment = \"here\"\n[[suite]]\nname = \"a\"\ncommand = { run = \"true\" }\n");
    project.call(&["history"]).expect(4).says("expected accepted runs, found none").says("neverslower accept").says("--from DIR");
    let project = accepted(&STEP[..1], None);
    project.call(&["history", "--environment", "there"]).expect(4).says("found those of here").says("history --environment here");
    project.call(&["history", "shop"]).expect(4).says("expected runs of the suite \"shop\", found those of bench");
    project.call(&["history", "--label", "nope*"]).expect(4).says("--label \"nope*\"");
    project.call(&["history", "--from", "nowhere"]).expect(4).says("nowhere: expected stored runs (*.run.json), found none");
}

#[test]
fn a_damaged_baseline_is_no_verdict_with_its_place() {
    let project = accepted(&STEP[..3], None);
    let text = project.read("baselines/here/bench.json");
    project.write("baselines/here/bench.json", text.replace("1008", "1009"));
    project.call(&["history"]).expect(4).says("bench.json:").says("expected");
    project.write("baselines/here/bench.json", text.replacen('\n', "\n<<<<<<< ours\n", 1));
    project.call(&["history"]).expect(4).says("conflict marker");
}

#[test]
fn mistakes_are_usage_errors() {
    let project = accepted(&STEP[..1], None);
    project.call(&["history", "--report", "junit"]).expect(2).says("`text`, `json`, `csv` or `svg` for a history");
    project.call(&["history", "--statistic", "p5x"]).expect(2).says("--statistic");
    project.call(&["run", "--report", "svg"]).expect(2);
}

/// Data on standard output, the table for people beside it.
#[test]
fn every_form_is_written() {
    let project = accepted(&STEP, None);
    let answer = project.call(&["history", "--report", "json", "--report", "svg=sheet.svg", "--report", "csv=rows.csv"]).expect(3);
    let document: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(document["suites"][0]["series"][0]["changes"][0]["run"], 7);
    assert!(answer.stderr.contains("bench in here: 12 runs") && answer.stderr.contains("sheet.svg"));
    assert_eq!(project.read("rows.csv").lines().count(), 13);
    assert!(project.read("sheet.svg").ends_with("</svg>\n"));
}

#[test]
fn stored_runs_are_ordered_by_their_start() {
    let project = accepted(&[], None);
    for (day, time) in STEP.iter().enumerate().rev() {
        measure(&project, *time, day);
        std::fs::create_dir_all(project.path("artifacts")).unwrap();
        std::fs::rename(project.path("perf-results"), project.path(&format!("artifacts/job-{}", 99 - day))).unwrap();
    }
    let answer = project.call(&["history", "--from", "artifacts"]).expect(0);
    shows(&answer, "at run 7 of 12, 2026-09-07");
    shows(&answer, "Stored runs are shown and not judged");
    project.write("artifacts/job-99/runs/bench.run.json", "{ cut");
    project.call(&["history", "--from", "artifacts"]).expect(4).says("job-99/runs/bench.run.json:1:");
}

#[test]
fn builds_are_shown_by_their_number() {
    let project = accepted(&[], None);
    for (number, time) in STEP.iter().enumerate() {
        project.write("times.txt", format!("BenchmarkSort 10 {time} ns/op\n"));
        project.call(&["run", "--baseline", "previous", "--build-number", &(number + 1).to_string()]);
    }
    let answer = project.call(&["history", "--builds", "builds"]).expect(0);
    shows(&answer, "at run 7 of 12, build 7");
    // Where they are what is compared with, they are what is shown.
    project.call(&["history", "--baseline", "previous"]).expect(0);
    project.call(&["history"]).expect(4).says("history --builds builds");
}
