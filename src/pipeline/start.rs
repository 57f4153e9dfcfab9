//! What a load test waits for and reads before it starts.

use super::Surroundings;
use crate::config;
use crate::limits::{BARRIER_POLL, TRACE_STARTS_MAX};
use crate::measure::http::Targets;
use crate::model::{Arrival, LoadWork, Start};
use crate::source::{Input, Source, SourceError, decimal, quoted};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Waits for the barrier file, or an interruption.
pub fn at_barrier(start: &Start, around: Surroundings<'_>) {
    let Start::Barrier(path) = start else { return };
    let phase = around.terminal.phase(&format!("waiting for {}", path.display()));
    while !path.exists() && !around.interrupt.flag().load(Ordering::Relaxed) {
        std::thread::sleep(BARRIER_POLL);
    }
    drop(phase);
}

/// The starts of the work's trace, ns after the start of the load; empty where it has none. The error is a sentence.
pub fn recorded(work: &LoadWork, directory: &Path) -> Result<Arc<[u64]>, String> {
    match &work.arrival {
        Arrival::Trace(path) => read(&Input::File(directory.join(path))).map(Arc::from).map_err(|error| error.to_string()),
        _ => Ok(Arc::default()),
    }
}

/// The targets of the work, where they are read as they are needed. The error is a sentence.
pub fn streamed(work: &LoadWork, directory: &Path) -> Result<Option<Targets>, String> {
    let opened = work.targets_file.as_ref().map(|file| config::stream_targets(file, directory));
    opened.transpose().map_err(|error| error.to_string())
}

/// A start a line, in seconds; blank lines and what follows a `#` say nothing.
fn read(input: &Input) -> Result<Vec<u64>, SourceError> {
    let source = Source::open(input)?;
    let path = source.name().to_string();
    let mut lines = source.lines()?;
    let mut starts_ns: Vec<u64> = Vec::new();
    while let Some(line) = lines.next()? {
        let text = line.text.split('#').next().unwrap_or_default().trim();
        if text.is_empty() {
            continue;
        }
        let error = |expected: &str, found: String| SourceError { line: line.number, ..SourceError::whole(&path, expected, found, "") };
        let Some(seconds) = decimal(text).filter(|seconds| (0.0..1e9).contains(seconds)) else {
            return Err(error("seconds from the start of the load, such as 12.5", quoted(text)));
        };
        let start_ns = (seconds * 1e9).round() as u64;
        if starts_ns.last().is_some_and(|last| *last > start_ns) {
            return Err(error("starts in ascending order", quoted(text)));
        }
        if starts_ns.len() == TRACE_STARTS_MAX {
            return Err(error(&format!("at most {TRACE_STARTS_MAX} starts"), "more".to_string()));
        }
        starts_ns.push(start_ns);
    }
    if starts_ns.is_empty() {
        return Err(SourceError::whole(&path, "at least one start, in seconds from the start of the load", "none", ""));
    }
    Ok(starts_ns)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::source::Input;

    fn check(text: &str, expected: Result<&[u64], &str>) {
        let found = read(&Input::bytes("trace", text)).map_err(|error| error.to_string());
        assert_eq!(found.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn a_trace_is_a_start_a_line() {
        check("0\n0.5 # the first\n\n0.500000001\r\n12", Ok(&[0, 500_000_000, 500_000_001, 12_000_000_000]));
    }

    #[test]
    fn mistakes_in_a_trace_have_their_line() {
        check("# nothing\n", Err("trace: expected at least one start, in seconds from the start of the load, found none"));
        check("0\n-1\n", Err("trace:2: expected seconds from the start of the load, such as 12.5, found \"-1\""));
        check("1\n0.5\n", Err("trace:2: expected starts in ascending order, found \"0.5\""));
        check("1e30\n", Err("trace:1: expected seconds from the start of the load, such as 12.5, found \"1e30\""));
    }
}
