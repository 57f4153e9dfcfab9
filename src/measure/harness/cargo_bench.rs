//! `cargo bench` of Criterion benchmarks.

use super::command_line::CommandLine;
use super::narrowed::{Benchmark, exactly};
use super::program::Program;
use crate::model::ShortRun;
use std::time::Duration;

/// Options of cargo that take the next word; any other word is a filter, of which Criterion takes one.
const VALUED: [&str; 22] = [
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
];

/// Fewest samples that Criterion takes.
const SAMPLES_MIN: u32 = 10;

/// Resamples for the estimates, which nobody reads here; Criterion warns below this number.
const RESAMPLES: &str = "1000";

/// Instead of what the command gives to its benchmarks: a filter that only this one matches, and short times. Every Criterion
/// since 0.3 knows these options (`--exact` is younger).
pub(super) fn narrow(line: &mut CommandLine, benchmark: &Benchmark<'_>, short: &ShortRun) -> Option<()> {
    without_arguments(line)?;
    line.insert(line.len(), ["--"]);
    line.insert(line.len(), arguments(benchmark, short).iter().map(String::as_str));
    Some(())
}

/// The benchmark's own program in place of cargo, which takes a few tenths of a second to find out that nothing is to be done.
pub(super) fn replace(line: &mut CommandLine, program: &Program, benchmark: &Benchmark<'_>, short: &ShortRun) -> Option<()> {
    line.arguments_of("cargo", "bench")?;
    let cargo = line.find(0, is_cargo)?;
    line.remove(cargo..usize::MAX);
    line.insert(cargo, [program.executable.as_str(), "--bench"]);
    line.insert(line.len(), arguments(benchmark, short).iter().map(String::as_str));
    // Where cargo would have started it, and what some benchmarks ask for.
    line.before(&["cd", &program.directory]);
    line.before(&["export", &format!("CARGO_MANIFEST_DIR={}", program.directory)]);
    Some(())
}

/// What tells which programs the command would run: cargo's own messages, and no run.
pub(super) fn listing(line: &mut CommandLine) -> Option<()> {
    without_arguments(line)?;
    let start = line.arguments_of("cargo", "bench")?;
    while let Some(at) = line.find(start, |word| word.starts_with("--message-format")) {
        let words = if line.word(at) == Some("--message-format") { 2 } else { 1 };
        line.remove(at..at + words);
    }
    line.insert(line.len(), ["--no-run", "--message-format=json"]);
    Some(())
}

fn is_cargo(word: &str) -> bool {
    word.rsplit('/').next() == Some("cargo")
}

/// Takes out everything that the benchmarks would be given.
fn without_arguments(line: &mut CommandLine) -> Option<()> {
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
    Some(())
}

/// What a Criterion program is given.
fn arguments(benchmark: &Benchmark<'_>, short: &ShortRun) -> Vec<String> {
    let samples = short.samples(benchmark.usual_ns, SAMPLES_MIN);
    let seconds = |time: Duration| time.as_secs_f64().to_string();
    let (warm_up, measured) = (seconds(short.warm_up), seconds(short.batch.saturating_mul(samples)));
    let (filter, samples) = (exactly(benchmark.label), samples.to_string());
    let times = ["--warm-up-time", &warm_up, "--measurement-time", &measured, "--sample-size", &samples];
    let words = [filter.as_str()].into_iter().chain(times).chain(["--nresamples", RESAMPLES, "--noplot"]);
    words.map(str::to_string).collect()
}
