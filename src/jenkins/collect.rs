//! The reading half of the step: entries → parsers → files → numbers, and what was noticed on the way.

use super::entries::{Plan, Planned, PlannedFile, plan, plan_inputs};
use super::filter::{Filter, Memory};
use super::fold::Fold;
use super::names::report_name;
use super::numbers::{Caution, Collected, Dropped, FileNumbers, Parser, ParserFiles};
use super::readers::{self, Reading, Unread};
use super::settings::Settings;
use super::sniff::open;
use super::statistics::{ErrorFormula, file_numbers, honest_error_percent};
use super::summary_type::{ShortPart, is_summary_type};
use crate::source::{Input, SourceError};
use std::fmt;
use std::path::Path;

/// An error after which nothing is judged, whatever the other files say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abort {
    /// `path: expected …, found …`.
    pub sentence: String,
    /// Nothing in the plugin catches it: its step fails. Else it is ours, and the plugin would have judged.
    pub is_plugins: bool,
}

impl Abort {
    pub(super) fn at(path: &str, expected: &str, found: impl Into<String>) -> Abort {
        SourceError::whole(path, expected, found, "").into()
    }

    /// What the plugin could do and we cannot.
    pub(super) fn of_ours(sentence: impl Into<String>) -> Abort {
        Abort { sentence: sentence.into(), is_plugins: false }
    }
}

impl fmt::Display for Abort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Abort {}

impl From<SourceError> for Abort {
    fn from(error: SourceError) -> Abort {
        Abort { sentence: error.to_string(), is_plugins: true }
    }
}

/// Reads every file that the settings name, relative to `root`.
pub fn collect(settings: &Settings, root: &Path) -> Result<Collected, Abort> {
    read_all(settings, plan(settings, root)?)
}

/// Reads these inputs, each as an entry of its own; `source_data_files` is not looked at.
pub fn collect_inputs(settings: &Settings, inputs: &[Input]) -> Result<Collected, Abort> {
    read_all(settings, plan_inputs(settings, inputs)?)
}

/// What is the same for every file of the step.
struct Step<'s> {
    settings: &'s Settings,
    filter: Filter,
    /// Every parser with its entry: whether a report is a summary depends on all of them.
    entries: Vec<(Parser, String)>,
}

fn read_all(settings: &Settings, plan: Plan) -> Result<Collected, Abort> {
    let step = Step {
        settings,
        filter: Filter::new(settings.filter_regex.as_deref()),
        entries: plan.parsers.iter().map(|planned| (planned.parser, planned.entry.clone())).collect(),
    };
    let mut collected = Collected { missing: plan.missing, cautions: plan.cautions, ..Collected::default() };
    if let Filter::Invalid(why) = &step.filter {
        if settings.strict {
            return Err(Abort::of_ours(why));
        }
        collected.cautions.push(Caution { case: 6, sentence: format!("{why}; the plugin then drops every file") });
    }
    if !plan.parsers.is_empty() {
        let missing = collected.missing.iter();
        let sentence = |entry| format!("the entry {entry:?} matches no file; the plugin goes on with the others");
        collected.cautions.extend(missing.map(|entry| Caution { case: 2, sentence: sentence(entry) }));
    }
    for planned in plan.parsers {
        let files = step.parser(planned, &mut collected.cautions)?;
        collected.parsers.push(files);
    }
    if settings.strict {
        // What was read is then right, and what was not read is there to see: nothing is left to warn of.
        collected.cautions.clear();
    } else {
        same_names(&mut collected);
    }
    Ok(collected)
}

impl Step<'_> {
    fn parser(&self, planned: Planned, cautions: &mut Vec<Caution>) -> Result<ParserFiles, Abort> {
        let Planned { entry, parser, files } = planned;
        let mut read = ParserFiles { entry, parser, matched: files.len(), reports: Vec::new(), dropped: Vec::new() };
        for PlannedFile { name, input, opened } in files {
            let mut fold = Fold::new(self.settings, Memory::new(&self.filter));
            let reading = Reading { report_name: &report_name(&name), strict: self.settings.strict };
            let source = opened.map_or_else(|| open(&input, self.settings), Ok);
            let outcome = source.map_err(Unread::from).and_then(|source| readers::read(parser, source, reading, &mut fold));
            match outcome {
                Ok(()) => read.reports.push(self.report(&name, parser, &fold, cautions)),
                Err(Unread::Abort(sentence)) => return Err(Abort::of_ours(sentence)),
                Err(Unread::Dropped { case, reason }) => {
                    // Said once, not of every file.
                    if case != 6 {
                        cautions.push(Caution { case, sentence: format!("{reason}; the plugin drops the file and goes on without it") });
                    }
                    read.dropped.push(Dropped { file: name, reason });
                }
            }
        }
        Ok(read)
    }

    fn report(&self, name: &str, parser: Parser, fold: &Fold<'_>, cautions: &mut Vec<Caution>) -> FileNumbers {
        if self.settings.strict {
            return file_numbers(name, parser, fold, ErrorFormula::Honest);
        }
        let formula = self.formula(name);
        let report = file_numbers(name, parser, fold, formula.unwrap_or(ErrorFormula::Samples));
        let mut warn = |case, sentence: String| cautions.push(Caution { case, sentence: format!("{name}: {sentence}") });
        if formula.is_err() {
            warn(10, "an entry of JMeter's log has a part of fewer than 5 characters, at which the plugin's error gate stops".to_string());
        }
        if report.numbers.samples == 0 && fold.seen > 0 && !matches!(self.filter, Filter::All) {
            warn(5, "the filter leaves no samples; the plugin then sees 0 ms and 0 % errors".to_string());
        } else if report.numbers.samples == 0 {
            warn(4, "no samples; the plugin then sees 0 ms and 0 % errors".to_string());
        }
        let (shown, honest) = (report.numbers.error_percent, honest_error_percent(fold));
        if shown < honest {
            let has_iago = self.entries.iter().any(|(parser, _)| *parser == Parser::Iago);
            let case = if has_iago || parser == Parser::JmeterSummarizer { 9 } else { 8 };
            warn(case, format!("{honest} % of the requests failed, but the plugin counts {shown} %"));
        }
        if fold.excluded > 0 {
            let share = format!("{} failed samples are left out of the sum of times but not of their number", fold.excluded);
            warn(21, format!("{share}, so the plugin's average is too low"));
        }
        report
    }

    /// How the plugin computes a report's error percent; the error is where it fails to.
    fn formula(&self, name: &str) -> Result<ErrorFormula, ShortPart> {
        let entries = self.entries.iter().map(|(parser, entry)| (*parser, entry.as_str()));
        let is_summary = is_summary_type(entries, &report_name(name))?;
        Ok(if is_summary { ErrorFormula::SummaryErrors } else { ErrorFormula::Samples })
    }
}

/// Reports of one parser with equal names overwrite each other in the plugin's store.
fn same_names(collected: &mut Collected) {
    let mut seen = std::collections::BTreeMap::new();
    for parser in &collected.parsers {
        for report in &parser.reports {
            let first = seen.entry((parser.parser, report_name(&report.file))).or_insert(&report.file);
            if *first != &report.file {
                let sentence = format!("{} and {first} have one name as reports: the plugin loses one of them", report.file);
                collected.cautions.push(Caution { case: 22, sentence });
            }
        }
    }
}

#[cfg(test)]
mod tests;
