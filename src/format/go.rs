//! The text of `go test -bench`. Format: Go proposal 14313, "Go benchmark data format".

use super::oddities::Oddities;
use super::{Claim, ReadError, Reader};
use crate::limits::BUFFERED_RESULTS_MAX;
use crate::model::{Better, RunFacts, Sample, Unit, Value, metric};
use crate::record::Sink;
use crate::source::{Head, Source, decimal, digits};
use std::collections::BTreeMap;

/// `go`.
pub(super) struct Go;

const NOT_A_NUMBER: &str = "a value that is no finite number: absent";
const UNREADABLE: &str = "a benchmark line that cannot be read";
const FAILED: &str = "a benchmark or package failed: what was measured besides is kept";
const CUT: &str = "the output ends within a package (no PASS, ok or FAIL line): what is complete is counted";
const CUT_LINE: &str = "the last line has no line break: it may be cut, and is not counted";

impl Reader for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn about(&self) -> &'static str {
        "output of `go test -bench`; one series a unit, -count repeats are samples"
    }

    fn detect(&self, head: &Head) -> Claim {
        if head.is_directory {
            return Claim::No;
        }
        let text = String::from_utf8_lossy(&head.bytes);
        let is_result = |line: &str| result(line).is_some_and(|(_, values)| pairs(values).next().is_some());
        let is_setting = |line: &str| ["goos: ", "goarch: ", "pkg: "].iter().any(|key| line.starts_with(key));
        match () {
            () if text.lines().any(is_result) => Claim::Certain,
            () if text.lines().any(is_setting) => Claim::Maybe,
            () => Claim::No,
        }
    }

    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let path = source.name().to_string();
        let mut text = Text::default();
        let mut lines = source.lines()?;
        while let Some(line) = lines.next()? {
            if line.is_terminated {
                text.line(&path, line.text, line.number)?;
            } else if !line.text.trim().is_empty() {
                text.last(line.text, line.number);
            }
        }
        text.push(&path, sink)
    }
}

/// What is collected until the end, because only the whole text tells how benchmarks are to be named.
#[derive(Default)]
struct Text {
    /// Package and name → its place in `names`.
    places: BTreeMap<(String, String), usize>,
    names: Vec<(String, String)>,
    results: Vec<Measured>,
    directions: BTreeMap<String, Better>,
    package: String,
    /// A name whose numbers stand on a later line, because the benchmark printed something itself.
    pending: Option<String>,
    is_within_package: bool,
    is_partial: bool,
    oddities: Oddities,
}

/// One value of one line.
struct Measured {
    name: usize,
    unit: String,
    value: f64,
    line: u64,
}

impl Text {
    fn line(&mut self, path: &str, line: &str, number: u64) -> Result<(), ReadError> {
        if let Some((name, values)) = result(line) {
            self.pending = None;
            return self.result(path, name, values, number);
        }
        match line.split_ascii_whitespace().next() {
            Some("pkg:") => {
                self.package = line.trim_start_matches("pkg:").trim().to_string();
                self.is_within_package = true;
            }
            Some("PASS" | "ok") => self.is_within_package = false,
            Some("FAIL" | "panic:") => self.failed(number),
            Some("---") if line.starts_with("--- FAIL") => self.failed(number),
            Some("Unit") => self.direction(line),
            Some(name) if is_name(name) => self.pending = Some(name.to_string()),
            Some(iterations) if self.pending.is_some() && digits(iterations.as_bytes()).is_some() => {
                let values = line.trim_start().strip_prefix(iterations).unwrap_or_default();
                if let Some(name) = self.pending.take_if(|_| pairs(values).next().is_some()) {
                    return self.result(path, &name, values, number);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A last line without a break: the words of an end are believed, numbers are not.
    fn last(&mut self, line: &str, number: u64) {
        if line.trim() == "PASS" || line.starts_with("ok ") {
            self.is_within_package = false;
        } else {
            self.oddities.add(CUT_LINE, || number);
            self.is_partial = true;
        }
    }

    fn failed(&mut self, number: u64) {
        self.oddities.add(FAILED, || number);
        self.is_within_package = false;
        self.is_partial = true;
    }

    /// `Unit ns/op better=lower`.
    fn direction(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace().skip(1);
        let Some(unit) = words.next() else { return };
        for better in words.filter_map(|word| word.strip_prefix("better=")) {
            self.directions.insert(unit.to_string(), Better::from_name(better));
        }
    }

    fn result(&mut self, path: &str, name: &str, values: &str, line: u64) -> Result<(), ReadError> {
        let key = (self.package.clone(), name.to_string());
        let place = *self.places.entry(key.clone()).or_insert_with(|| {
            self.names.push(key);
            self.names.len() - 1
        });
        let mut found = 0;
        for (value, unit) in pairs(values) {
            found += 1;
            match decimal(value) {
                Some(value) => self.results.push(Measured { name: place, unit: unit.to_string(), value, line }),
                None => self.oddities.add(NOT_A_NUMBER, || line),
            }
        }
        if found == 0 || values.split_ascii_whitespace().count() != found * 2 {
            self.oddities.add(UNREADABLE, || line);
            self.is_partial = true;
        }
        if self.results.len() > BUFFERED_RESULTS_MAX {
            let hint = "give the packages' output one by one";
            return Err(ReadError::at(path, line, &format!("at most {BUFFERED_RESULTS_MAX} values"), "more", hint));
        }
        Ok(())
    }

    fn push(mut self, path: &str, sink: &mut dyn Sink) -> Result<(), ReadError> {
        if self.results.is_empty() {
            let found = if self.oddities.text().is_empty() { "none".to_string() } else { format!("none, but {}", self.oddities.text()) };
            return Err(ReadError::at(path, 0, "benchmark results", found, "was -bench given, and did it match?"));
        }
        if self.is_within_package {
            self.oddities.add(CUT, || 0);
            self.is_partial = true;
        }
        let labels = labels(&self.names);
        for measured in &self.results {
            let (metric, unit, better, factor) = metric_of(&measured.unit);
            let value = Value {
                label: labels.get(measured.name).map_or("", String::as_str),
                metric,
                unit: &unit,
                better: self.directions.get(&measured.unit).copied().unwrap_or(better),
                value: measured.value * factor,
                failed: false,
            };
            sink.sample(&Sample::Value(&value)).map_err(|rejected| ReadError::rejected(path, measured.line, rejected))?;
        }
        sink.facts(RunFacts { partial: self.is_partial, ..RunFacts::default() });
        self.oddities.notes(path).for_each(|note| sink.note(note));
        Ok(())
    }
}

/// Name and values of a result line: `BenchmarkX-8  1000  12.3 ns/op …`.
fn result(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once([' ', '\t'])?;
    let rest = rest.trim_start();
    let (iterations, values) = rest.split_once([' ', '\t'])?;
    (is_name(name) && digits(iterations.as_bytes()).is_some()).then_some((name, values))
}

/// `Benchmark` and then no lower-case letter, as `go test` itself decides.
fn is_name(word: &str) -> bool {
    word.strip_prefix("Benchmark").is_some_and(|rest| !rest.starts_with(char::is_lowercase))
}

/// Value and unit, as far as the words look like that.
fn pairs(values: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut words = values.split_ascii_whitespace();
    std::iter::from_fn(move || Some((words.next()?, words.next()?)))
        .take_while(|(value, unit)| value.parse::<f64>().is_ok() && digits(unit.as_bytes()).is_none())
}

/// Labels of all benchmarks. With several packages the package belongs to the name. `-8` (GOMAXPROCS) is left out only where every
/// name ends with the same: with GOMAXPROCS=1 it is absent, and `size-8` may be a name's own end.
fn labels(names: &[(String, String)]) -> Vec<String> {
    let suffix = names.first().and_then(|(_, name)| procs(name)).filter(|suffix| names.iter().all(|(_, name)| procs(name) == Some(suffix)));
    let has_packages = names.iter().any(|(package, _)| Some(package) != names.first().map(|(first, _)| first));
    let label = |(package, name): &(String, String)| {
        let name = suffix.and_then(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
        if has_packages && !package.is_empty() { format!("{package}.{name}") } else { name.to_string() }
    };
    names.iter().map(label).collect()
}

/// The `-8` at the end of a name.
fn procs(name: &str) -> Option<&str> {
    let at = name.rfind('-')?;
    let (_, suffix) = name.split_at_checked(at)?;
    digits(suffix.strip_prefix('-')?.as_bytes()).map(|_| suffix)
}

/// Metric, stored unit, direction and factor of a printed unit. A unit nobody knows has no direction.
fn metric_of(unit: &str) -> (&str, Unit, Better, f64) {
    match unit {
        "ns/op" => (metric::TIME, Unit::Ns, Better::Lower, 1.0),
        "B/op" => (metric::BYTES, Unit::Bytes, Better::Lower, 1.0),
        "allocs/op" => (metric::ALLOCATIONS, Unit::Count, Better::Lower, 1.0),
        // Megabytes are 10⁶ here.
        "MB/s" => (metric::THROUGHPUT, Unit::PerSecond, Better::Higher, 1e6),
        other => (other, Unit::from_name(other), Better::Unknown, 1.0),
    }
}

#[cfg(test)]
mod tests;
