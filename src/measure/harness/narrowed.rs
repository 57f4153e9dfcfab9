//! One benchmark of a program that holds many: run by itself, and shortly.

use super::command_line::{CommandLine, quoted};
use super::program::Program;
use super::{cargo_bench, go_test};
use crate::measure::MeasureError;
use crate::model::{HarnessWork, Run, SeriesKey, ShortRun};

/// Which benchmark, and what its first run told.
#[derive(Debug, Clone, Copy)]
pub struct Benchmark<'a> {
    /// Name of the reader that read it.
    pub format: &'a str,
    /// Its label in a run of the whole program.
    pub label: &'a str,
    /// How long one iteration takes, ns; `None` before that is known.
    pub usual_ns: Option<f64>,
}

/// The work that runs this benchmark only, with a short measuring time. `None` where nobody knows how: then the whole program is
/// what is run. What comes of it must go through [`only`], because a command can mean more than its words tell.
pub fn narrowed(work: &HarnessWork, benchmark: &Benchmark<'_>, short: &ShortRun) -> Option<HarnessWork> {
    let Some(single) = &work.single else {
        // The shells of other systems quote otherwise.
        let mut line = CommandLine::parse(&work.command).filter(|_| cfg!(unix))?;
        match benchmark.format {
            "criterion" => cargo_bench::narrow(&mut line, benchmark, short)?,
            "go" => go_test::narrow(&mut line, benchmark, short)?,
            _ => return None,
        }
        return Some(HarnessWork { command: line.text(), ..work.clone() });
    };
    Some(HarnessWork { command: single.replace("{label}", &quoted(benchmark.label)), ..work.clone() })
}

/// The same by the benchmark's own program, where its work is cargo's and one of `programs` is known to hold it: it starts a few
/// tenths of a second sooner. A program can lack what cargo prepares for it; then [`narrowed`] is what works.
pub fn direct(work: &HarnessWork, benchmark: &Benchmark<'_>, short: &ShortRun, programs: &[Program]) -> Option<HarnessWork> {
    let mut holding = programs.iter().filter(|program| program.labels.contains(benchmark.label));
    let (Some(program), None) = (holding.next(), holding.next()) else { return None };
    let mut line = CommandLine::parse(&work.command)?;
    cargo_bench::replace(&mut line, program, benchmark, short)?;
    Some(HarnessWork { command: line.text(), ..work.clone() })
}

/// The run of one benchmark under the label that it has in the whole program, because some tools name a benchmark by what is
/// measured beside it. Anything but exactly one benchmark is an error.
pub fn only(run: Run, label: &str) -> Result<Run, MeasureError> {
    let mut labels: Vec<&str> = run.series.keys().map(|key| key.label.as_str()).collect();
    labels.dedup();
    if labels.len() != 1 {
        let found = if labels.is_empty() { "none".to_string() } else { format!("{} of them", labels.len()) };
        return Err(MeasureError::Failed(format!(
            "expected the benchmark {label:?} alone, found {found}; say with `single` how one benchmark is run"
        )));
    }
    let named = |key: SeriesKey| SeriesKey { label: label.to_string(), ..key };
    let series = run.series.into_iter().map(|(key, mut series)| {
        series.key = named(key);
        (series.key.clone(), series)
    });
    Ok(Run { series: series.collect(), ..run })
}

/// A regular expression that only this text matches, in the syntaxes of Rust and of Go.
pub(super) fn exactly(text: &str) -> String {
    let mut pattern = String::from("^");
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('$');
    pattern
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
