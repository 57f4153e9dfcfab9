//! `cargo bench` of Criterion benchmarks.

use super::command_line::CommandLine;
use super::narrowed::{Benchmark, exactly};
use crate::model::ShortRun;
use std::time::Duration;

/// Options of cargo that take the next word; any other word is a filter, of which Criterion takes one.
const VALUED: [&str; 24] = [
    "--bench",
    "--bin",
    "--example",
    "--test",
    "-p",
    "--package",
    "--exclude",
    "-F",
    "--features",
    "--profile",
    "--target",
    "--target-dir",
    "--manifest-path",
    "--lockfile-path",
    "--config",
    "-Z",
    "-C",
    "--color",
    "--message-format",
    "-j",
    "--jobs",
    "--artifact-dir",
    "--build-plan",
    "--timings",
];

/// Fewest samples that Criterion takes.
const SAMPLES_MIN: u32 = 10;

/// Resamples for the estimates, which nobody reads here; Criterion warns below this number.
const RESAMPLES: &str = "1000";

/// Instead of what the command gives to its benchmarks: a filter that only this one matches, and short times. Every Criterion
/// since 0.3 knows these options (`--exact` is younger).
pub(super) fn narrow(line: &mut CommandLine, benchmark: &Benchmark<'_>, short: &ShortRun) -> Option<()> {
    let mut at = line.arguments_of("cargo", "bench")?;
    let end = line.find(at, |word| word == "--").unwrap_or(line.len());
    line.remove(end..usize::MAX);
    while at < line.len() {
        match line.word(at) {
            Some(option) if VALUED.contains(&option) => at += 2,
            Some(filter) if !filter.starts_with('-') => line.remove(at..at + 1),
            _ => at += 1,
        }
    }
    let samples = short.samples(benchmark.usual_ns, SAMPLES_MIN);
    let seconds = |time: Duration| time.as_secs_f64().to_string();
    let (warm_up, measured) = (seconds(short.warm_up), seconds(short.batch.saturating_mul(samples)));
    let (filter, samples) = (exactly(benchmark.label), samples.to_string());
    let times = ["--warm-up-time", &warm_up, "--measurement-time", &measured, "--sample-size", &samples];
    line.insert(line.len(), ["--", &filter].into_iter().chain(times).chain(["--nresamples", RESAMPLES, "--noplot"]));
    Some(())
}
