use super::run;
use crate::measure::{MeasureError, Setting};
use crate::model::{CommandWork, Note, Pair, PairKey, RunFacts, Sample, Series, SeriesKey, Unit, metric};
use crate::record::{Rejected, Sink};
use crate::stats::Histogram;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// Remembers what it was given.
#[derive(Default)]
struct Seen {
    values: Vec<(String, String, Unit, f64)>,
    facts: Vec<RunFacts>,
}

impl Sink for Seen {
    fn sample(&mut self, sample: &Sample<'_>) -> Result<(), Rejected> {
        let Sample::Value(value) = sample else { return Err(Rejected("a request".into())) };
        assert!(!value.failed);
        self.values.push((value.label.into(), value.metric.into(), value.unit.clone(), value.value));
        Ok(())
    }

    fn histogram(&mut self, _: &SeriesKey, _: &Histogram, _: bool) -> Result<(), Rejected> {
        Err(Rejected("a histogram".into()))
    }

    fn summary(&mut self, _: Series) -> Result<(), Rejected> {
        Err(Rejected("a summary".into()))
    }

    fn pair(&mut self, _: &PairKey, _: &Pair) -> Result<(), Rejected> {
        Err(Rejected("a pair".into()))
    }

    fn facts(&mut self, facts: RunFacts) {
        self.facts.push(facts);
    }

    fn note(&mut self, _: Note) {}
}

impl Seen {
    fn of(&self, metric: &str) -> Vec<f64> {
        self.values.iter().filter(|(_, name, _, _)| name == metric).map(|(.., value)| *value).collect()
    }
}

/// Runs `command` with one warm-up and `repeat` recorded runs; what came of it, what the sink saw, and the lines that the
/// runs left in the file `runs`. The interrupt is raised when `stop_after` runs are done.
fn measure(command: &str, repeat: u32, stop_after: u32) -> (Result<(), MeasureError>, Seen, usize) {
    let place = TempDir::new().unwrap();
    let script =
        "#!/bin/sh\necho \"$@\" >> runs\nlines=$(wc -l < runs)\n[ \"$1\" != fail ] || [ $lines -lt 3 ] || { echo broken; exit 7; }\n";
    std::fs::write(place.path().join("tool.sh"), script).unwrap();
    let (log, interrupted) = (place.path().join("log"), AtomicBool::new(false));
    let setting =
        Setting { directory: place.path(), log: &log, timeout: Duration::from_secs(60), interrupted: &interrupted, environment: &[] };
    let work = CommandWork { run: command.into(), repeat, warm_up: 1 };
    let mut seen = Seen::default();
    let mut told = Vec::new();
    let mut progress = |done, of| {
        told.push((done, of));
        interrupted.store(done == stop_after, Ordering::SeqCst);
    };
    let result = run(&work, &setting, &mut progress, &mut seen);
    assert_eq!(told, (1..=seen.of(metric::TIME).len() as u32).map(|done| (done, repeat)).collect::<Vec<_>>());
    let runs = std::fs::read_to_string(place.path().join("runs")).unwrap_or_default();
    (result, seen, runs.lines().count())
}

/// A command that cannot be measured.
fn check_error(command: &str, repeat: u32, recorded: usize, parts: &[&str]) {
    let (result, seen, _) = measure(command, repeat, u32::MAX);
    let sentence = result.unwrap_err().to_string();
    parts.iter().for_each(|part| assert!(sentence.contains(part), "expected {part:?} in {sentence:?}"));
    assert_eq!(seen.of(metric::TIME).len(), recorded);
}

#[test]
fn every_run_is_a_sample_but_the_warm_up() {
    let (result, seen, runs) = measure("sh tool.sh 'one word' x", 4, u32::MAX);
    assert_eq!(result, Ok(()));
    assert_eq!(runs, 5);
    for metric in [metric::TIME, metric::CPU_TIME] {
        assert_eq!(seen.of(metric).len(), 4, "{metric}");
        assert!(seen.of(metric).iter().all(|value| *value > 0.0 && *value < 6e10), "{metric}");
    }
    assert!(seen.values.iter().all(|(label, ..)| label == "sh tool.sh 'one word' x"));
    assert!(seen.values.iter().all(|(_, name, unit, _)| (name == metric::PEAK_MEMORY) == (*unit == Unit::Bytes)));
    // A peak that cannot be known is absent, not a number.
    assert!(seen.of(metric::PEAK_MEMORY).iter().all(|bytes| *bytes > 0.0));
    assert!(seen.facts[0].started_ns.is_some() && !seen.facts[0].partial);
}

#[test]
fn wall_time_covers_the_sleep_and_cpu_time_does_not() {
    let (result, seen, _) = measure("sleep 0.2", 1, u32::MAX);
    assert_eq!(result, Ok(()));
    assert!(seen.of(metric::TIME)[0] >= 2e8);
    assert!(seen.of(metric::CPU_TIME)[0] < 2e8);
}

#[test]
fn a_bad_run_ends_it_all() {
    check_error("sh tool.sh fail", 5, 1, &["`sh tool.sh fail` ended with exit code 7", "  | broken"]);
    check_error("./missing", 5, 0, &["cannot start `./missing`"]);
    check_error("true", 0, 0, &["`repeat` is 0"]);
    check_error(" ", 1, 0, &["expected a program"]);
    check_error("a 'b", 1, 0, &["column 3", "never closed"]);
    check_error("sh tool.sh | wc", 1, 0, &["column 12", "without a shell"]);
}

#[test]
fn an_interrupt_keeps_what_was_measured_as_partial() {
    let (result, seen, _) = measure("sleep 0.1", 9, 2);
    assert_eq!(result, Err(MeasureError::Interrupted));
    assert_eq!(seen.of(metric::TIME).len(), 2);
    assert!(seen.facts[0].partial);
}

#[test]
#[cfg(unix)]
fn a_path_is_relative_to_the_working_directory() {
    let directory = std::path::Path::new("/project");
    assert_eq!(super::located("target/release/tool", directory), std::path::Path::new("/project/target/release/tool"));
    assert_eq!(super::located("/bin/tool", directory), std::path::Path::new("/bin/tool"));
    assert_eq!(super::located("tool", directory), std::path::Path::new("tool"));
}
