//! A Jenkins job's `config.xml` or a Jenkinsfile → the configuration of the profile. Nothing is dropped silently: what is no literal
//! becomes a line to fill in, what the plugin does not know is named.
//!
//! *text → steps with their arguments → TOML and notes.*

mod call;
mod job;
mod literal;
mod sheet;
mod token;
mod value;

use crate::limits;
use std::fmt;

/// One step as configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// `Jenkinsfile:12`.
    pub place: String,
    /// A whole `neverslower.toml`.
    pub text: String,
    /// Values that the text leaves to be filled in.
    pub open: usize,
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// In the order of the source; at least one.
    pub steps: Vec<Imported>,
    /// What to know, each with its place.
    pub notes: Vec<String>,
}

/// A source without a step that can be turned into configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// `config.xml:3`, or the path alone.
    pub place: String,
    pub expected: String,
    pub found: String,
    /// What to do about it.
    pub way_out: String,
}

impl ImportError {
    fn new(place: impl Into<String>, expected: &str, found: impl Into<String>, way_out: &str) -> ImportError {
        let found = found.into().chars().take(limits::QUOTED_CHARS_MAX).collect();
        ImportError { place: place.into(), expected: expected.to_string(), found, way_out: way_out.to_string() }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}; {}", self.place, self.expected, self.found, self.way_out)
    }
}

impl std::error::Error for ImportError {}

/// The steps of a `config.xml` or a Jenkinsfile (told apart by the first character); `name` is its path as shown in notes.
/// `results` gives the results directory of each step's configuration by its number, counted from 1.
pub fn import(name: &str, text: &str, results: impl Fn(usize) -> Option<String>) -> Result<Import, ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    let found = if text.trim_start().starts_with('<') { job::find(name, text)? } else { call::find(text, 1) };
    if found.is_cut || found.steps.len() > limits::IMPORTED_STEPS_MAX {
        let expected = format!("at most {} steps of the plugin", limits::IMPORTED_STEPS_MAX);
        return Err(ImportError::new(name, &expected, "more", "split the job"));
    }
    let outside = found.outside.iter().map(|step| outside_note(name, step));
    let mut notes: Vec<String> = outside.collect();
    if found.steps.is_empty() {
        let found = if notes.is_empty() { "none".to_string() } else { notes.join("; ") };
        return Err(ImportError::new(name, "a `perfReport`, `performanceReport` or `PerformancePublisher` step", found, WAY_OUT));
    }
    let steps = found.steps.iter().zip(1..).map(|(step, number)| sheet::write(name, step, results(number), &mut notes)).collect();
    Ok(Import { steps, notes })
}

const WAY_OUT: &str = "name the Jenkinsfile or config.xml that calls it; a step in a shared library is in the library's file";

fn outside_note(name: &str, step: &value::Step) -> String {
    format!(
        "{name}:{}: `{}` runs Taurus and publishes with all gates off, which is outside of the profile; keep the step, or run \
         Taurus as the `tool` of a [[suite]]",
        step.line, step.name
    )
}

#[cfg(test)]
mod tests;
