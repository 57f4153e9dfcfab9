//! One benchmark of a real program, run alone and shortly, with the tools themselves.

use crate::project::{component, example};
use neverslower::format;
use neverslower::measure::{Setting, harness};
use neverslower::model::{Distribution, HarnessWork, Run, ShortRun};
use neverslower::record::{Keep, Recorder};
use neverslower::source::Input;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tempfile::TempDir;

const SHORT: ShortRun =
    ShortRun { batches: 12, batch: Duration::from_micros(500), warm_up: Duration::from_millis(1), longest: Duration::from_millis(500) };

fn measured(work: &HarnessWork, format: &str, directory: &Path) -> Run {
    let scratch = TempDir::new().unwrap();
    let (log, interrupted) = (scratch.path().join("x.log"), AtomicBool::new(false));
    let setting = Setting { directory, log: &log, timeout: Duration::from_secs(300), interrupted: &interrupted, environment: &[] };
    let harvest = harness::run(work, &scratch.path().join("criterion"), &setting).unwrap();
    let mut recorder = Recorder::new(Keep::Exact);
    format::read(&Input::File(harvest.stdout), Some(format), &mut recorder).unwrap();
    recorder.finish("single")
}

/// Runs the benchmark called `label` alone: its series, and how many values each of them holds.
fn check(command: &str, single: Option<&str>, format: &str, directory: &Path, label: &str, expected: &[(&str, usize)]) {
    let work = HarnessWork { command: command.into(), format: None, results: None, single: single.map(Into::into) };
    let benchmark = harness::Benchmark { format, label, usual_ns: None };
    let narrowed = harness::narrowed(&work, &benchmark, &SHORT).unwrap();
    let run = harness::only(measured(&narrowed, format, directory), label).unwrap();
    let mut found = Vec::new();
    for (key, series) in &run.series {
        assert_eq!(key.label, label);
        assert!(series.statistic(series.paired_statistic()).is_some_and(|value| value >= 0.0), "{key:?}");
        let Distribution::Values(values) = &series.distribution else { panic!("{key:?} keeps no values") };
        found.push((key.metric.as_str(), values.len()));
    }
    assert_eq!(found, expected, "{}", narrowed.command);
}

#[test]
fn one_benchmark_of_go() {
    if component("go").is_none() {
        return;
    }
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/go-kernels");
    let expected = [("allocations", 12), ("bytes", 12), ("time", 12)];
    check("go test -bench . -benchmem ./...", None, "go", &module, "BenchmarkKernels/map", &expected);
    check("go test -bench=Kernels -benchmem", None, "go", &module, "example.com/kernels.BenchmarkKernels/sort", &expected);
}

#[test]
fn one_benchmark_of_a_program_of_ones_own() {
    let kernels = example("kernels");
    let single = format!("{kernels} --kernel {{label}} --batches 5");
    check(&kernels, Some(&single), "plain", Path::new("."), "copy", &[("cpu_time", 5), ("time", 5)]);
}
