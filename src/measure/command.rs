//! A program run many times: the process itself is the sample.

#[cfg(test)]
#[cfg(unix)]
mod tests;

use super::child::{Ending, Job, Log, Setting};
use super::error::{MeasureError, quoted};
use super::words;
use crate::clock::Clock;
use crate::model::{Better, CommandWork, RunFacts, Sample, SuiteWork, Unit, Value, Work, metric};
use crate::record::Sink;
use std::path::{Path, PathBuf};

/// Runs the program `warm_up` times unrecorded and then `repeat` times, pushing wall time, CPU time and largest resident
/// size of each run; the label is the command as written. The first run that ends badly ends it all. `progress` hears how
/// many recorded runs are done, of how many. A resident size below our own cannot be told from ours and is left out. When interrupted, what was measured is in the sink, marked partial.
pub fn run(work: &CommandWork, setting: &Setting<'_>, progress: &mut dyn FnMut(u32, u32), sink: &mut dyn Sink) -> Result<(), MeasureError> {
    let words = words::split(&work.run).map_err(|error| MeasureError::Failed(format!("command {}: {error}", quoted(&work.run))))?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(MeasureError::Failed("command: expected a program, found an empty `run`".to_string()));
    };
    if work.repeat == 0 {
        return Err(MeasureError::Failed(format!("command {}: `repeat` is 0, so nothing would be measured", quoted(&work.run))));
    }
    let program = located(program, setting.directory);
    let log = Log::create(setting.log)?;
    let once = || Job::program(&work.run, &program, arguments).run(setting, &log);
    for _ in 0..work.warm_up {
        once()?;
    }
    let clock = Clock::start();
    let mut outcome = Ok(());
    for done in 1..=work.repeat {
        match once() {
            Ok(ending) => {
                push(&work.run, &ending, sink)?;
                progress(done, work.repeat);
            }
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    sink.facts(RunFacts {
        started_ns: Some(clock.started_epoch_ns()),
        duration_ns: Some(clock.elapsed_ns()),
        partial: outcome.is_err(),
        ..RunFacts::default()
    });
    outcome
}

fn push(label: &str, ending: &Ending, sink: &mut dyn Sink) -> Result<(), MeasureError> {
    let usage = ending.usage;
    let values = [
        (metric::TIME, Unit::Ns, Some(ending.wall_ns)),
        (metric::CPU_TIME, Unit::Ns, usage.map(|usage| usage.cpu_ns)),
        (metric::PEAK_MEMORY, Unit::Bytes, usage.and_then(|usage| usage.peak_bytes)),
    ];
    for (metric, unit, value) in values {
        if let Some(value) = value {
            let value = Value { label, metric, unit: &unit, better: Better::Lower, value: value as f64, failed: false };
            sink.sample(&Sample::Value(&value))?;
        }
    }
    Ok(())
}

/// The program that a suite runs, where that is a path.
pub(super) fn program(work: &SuiteWork, directory: &Path) -> Option<PathBuf> {
    let Work::Command(command) = &work.work else { return None };
    let program = words::split(&command.run).ok()?.into_iter().next()?;
    program.contains(std::path::is_separator).then(|| located(&program, directory))
}

/// A path is relative to the working directory of the command on every platform; a bare name is looked up in PATH.
fn located(program: &str, directory: &Path) -> PathBuf {
    if !program.contains(std::path::is_separator) {
        return PathBuf::from(program);
    }
    let path = directory.join(program);
    std::path::absolute(&path).unwrap_or(path)
}
