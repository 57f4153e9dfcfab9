//! Entries of `source_data_files` → parsers with their files.

use super::numbers::Parser;
use super::settings::Settings;
use super::sniff::{Sniffed, sniff};
use super::{Abort, Caution};
use crate::limits::RESULT_FILES_MAX;
use crate::source::{Input, Source};
use glob::{MatchOptions, Pattern};
use std::path::{Path, PathBuf};

/// Globs that choose a parser without a look at the content.
const DEFAULT_GLOBS: [(&str, Parser); 9] = [
    ("**/*.jtl", Parser::JMeter),
    ("**/*.csv", Parser::JMeterCsv),
    ("**/TEST-*.xml", Parser::JUnit),
    ("**/*.log", Parser::JmeterSummarizer),
    ("**/*.xml", Parser::Taurus),
    ("**/*.wrk", Parser::Wrk),
    ("parrot-server-stats.log", Parser::Iago),
    ("**/*.mdb", Parser::LoadRunner),
    ("**/*_stats.csv", Parser::Locust),
];

/// A parser that the plugin would make, and its files.
pub(super) struct Planned {
    pub(super) entry: String,
    pub(super) parser: Parser,
    pub(super) files: Vec<PlannedFile>,
}

/// A file to read.
pub(super) struct PlannedFile {
    /// As given.
    pub(super) name: String,
    pub(super) input: Input,
    pub(super) opened: Option<Source>,
}

/// What the entries came to.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) parsers: Vec<Planned>,
    pub(super) missing: Vec<String>,
    pub(super) cautions: Vec<Caution>,
}

/// The parsers of the settings' entries, relative to `root`.
pub(super) fn plan(settings: &Settings, root: &Path) -> Result<Plan, Abort> {
    let mut plan = Plan::default();
    let parts = settings.source_data_files.iter().flat_map(|entry| entry.split(';'));
    for entry in parts.filter(|entry| !entry.is_empty()) {
        let files = of_entry(entry, root)?;
        if let Some((_, parser)) = DEFAULT_GLOBS.into_iter().find(|(glob, _)| *glob == entry) {
            let files = files.into_iter().map(|path| PlannedFile { name: shown(&path, root), input: Input::File(path), opened: None });
            plan.parsers.push(Planned { entry: entry.to_string(), parser, files: files.collect() });
            continue;
        }
        if files.is_empty() {
            plan.missing.push(entry.to_string());
        }
        let found_again = if settings.strict { None } else { found_again(entry, root)? };
        for path in files {
            let name = shown(&path, root);
            let mut planned = one(entry, &name, sniff(&Input::File(path.clone()), settings)?);
            if found_again.as_ref().is_some_and(|found| !found.contains(&path)) {
                planned.files.clear();
                let sentence = format!("{name}: the plugin does not find it again, because it splits the entry {entry:?} at `:`");
                plan.cautions.push(Caution { case: 3, sentence });
            }
            plan.parsers.push(planned);
        }
    }
    Ok(plan)
}

/// The files that entries name, relative to `root`, without a look into them.
pub fn files(entries: &[String], root: &Path) -> Result<Vec<PathBuf>, Abort> {
    let parts = entries.iter().flat_map(|entry| entry.split(';')).filter(|entry| !entry.is_empty());
    let found: Result<Vec<Vec<PathBuf>>, Abort> = parts.map(|entry| of_entry(entry, root)).collect();
    Ok(found?.concat())
}

/// Each input as an entry of its own.
pub(super) fn plan_inputs(settings: &Settings, inputs: &[Input]) -> Result<Plan, Abort> {
    let mut plan = Plan::default();
    for input in inputs {
        let name = input.name();
        match input {
            Input::File(path) if !path.exists() => plan.missing.push(name),
            _ => plan.parsers.push(one(&name, &name, sniff(input, settings)?)),
        }
    }
    Ok(plan)
}

fn one(entry: &str, name: &str, Sniffed { parser, input, opened }: Sniffed) -> Planned {
    Planned { entry: entry.to_string(), parser, files: vec![PlannedFile { name: name.to_string(), input, opened }] }
}

/// The files of an entry: of the Ant patterns between its commas, in order of their paths; else the one of exactly this name.
fn of_entry(entry: &str, root: &Path) -> Result<Vec<PathBuf>, Abort> {
    let mut files = of_parts(entry, &[','], root)?;
    if files.is_empty() && root.join(entry).is_file() {
        files.push(root.join(entry));
    }
    Ok(files)
}

/// What the plugin finds when it collects files that a pattern matched: it then splits at `:` too. `None` where nothing is lost.
fn found_again(entry: &str, root: &Path) -> Result<Option<Vec<PathBuf>>, Abort> {
    if !entry.contains(':') || Path::new(entry).is_absolute() {
        return Ok(None);
    }
    of_parts(entry, &[':', ','], root).map(Some)
}

fn of_parts(entry: &str, separators: &[char], root: &Path) -> Result<Vec<PathBuf>, Abort> {
    let parts = entry.split(separators).map(str::trim).filter(|part| !part.is_empty());
    let found: Result<Vec<Vec<PathBuf>>, Abort> = parts.map(|part| matching(part, root)).collect();
    let mut files = found?.concat();
    files.sort();
    files.dedup();
    Ok(files)
}

/// Files that an Ant pattern matches, in order of their paths.
fn matching(pattern: &str, root: &Path) -> Result<Vec<PathBuf>, Abort> {
    let root = Pattern::escape(&root.to_string_lossy());
    let pattern = Path::new(&root).join(ant(pattern)).to_string_lossy().into_owned();
    let refused = |error: &dyn std::fmt::Display| Abort::of_ours(format!("{pattern}: expected files that can be listed, found {error}"));
    let options = MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };
    let mut found = Vec::new();
    for path in glob::glob_with(&pattern, options).map_err(|error| refused(&error))? {
        let path = path.map_err(|error| refused(&error))?;
        if path.is_dir() {
            continue;
        }
        if found.len() == RESULT_FILES_MAX {
            return Err(Abort::of_ours(format!("{pattern}: expected at most {RESULT_FILES_MAX} files, found more; name fewer")));
        }
        found.push(path);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// An Ant pattern in the words of our globs: brackets mean themselves, `**` within a name is `*`, and one at the end means files.
fn ant(pattern: &str) -> String {
    let pattern = if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_string() };
    let names: Vec<String> = pattern
        .split('/')
        .map(|name| {
            let mut name = if name == "**" { name.to_string() } else { name.replace('[', "\u{0}") };
            while name.len() > 2 && name.contains("**") {
                name = name.replace("**", "*");
            }
            name.replace(']', "[]]").replace('\u{0}', "[[]")
        })
        .collect();
    let more = if names.last().is_some_and(|name| name == "**") { "/*" } else { "" };
    names.join("/") + more
}

/// A path as the entry meant it.
fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::ant;

    #[test]
    fn speaks_ant() {
        let check = |pattern: &str, glob: &str| assert_eq!(ant(pattern), glob);
        check("**/*.jtl", "**/*.jtl");
        check("results/", "results/**/*");
        check("results/**", "results/**/*");
        check("a**b/***.jtl", "a*b/*.jtl");
        check("run[1]?.xml", "run[[]1[]]?.xml");
    }
}
