//! The `jenkins` report: an array with one object a file, in the order read; a dropped file is there too, with its reason.

use super::numbers::{Collected, Dropped, FileNumbers, ParserFiles};
use serde::Serialize;

/// Its name and what it is, for `convert --to`, `--report` and `list reports`.
pub const REPORT: (&str, &str) = ("jenkins", "JSON: the numbers exactly as the Jenkins Performance Plugin computes them");

/// One file.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Read(&'a FileNumbers),
    Dropped { file: &'a str, dropped: &'a str },
}

/// The report, with a line break at its end.
pub fn to_json(collected: &Collected) -> String {
    let files: Vec<Entry<'_>> = collected.parsers.iter().flat_map(entries).collect();
    // Plain data with text keys: nothing that serde could refuse.
    serde_json::to_string_pretty(&files).unwrap_or_default() + "\n"
}

fn entries(files: &ParserFiles) -> impl Iterator<Item = Entry<'_>> {
    let dropped = files.dropped.iter().map(|Dropped { file, reason }| Entry::Dropped { file, dropped: reason });
    files.reports.iter().map(Entry::Read).chain(dropped)
}
