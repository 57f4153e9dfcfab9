//! Series over earlier runs, for people and for other tools. A report of its own: there is no verdict on a run to tell of.

mod csv;
mod json;
mod svg;
mod text;
mod words;

use super::Style;
use crate::model::History;

/// A form of it.
type Render = fn(&History, &Style) -> String;

/// Names and one-line descriptions of its forms.
pub static KINDS: &[(&str, &str)] = &[
    ("text", "table, change points and reasons for the terminal"),
    ("json", "everything, as one document"),
    ("csv", "one row for each series and run"),
    ("svg", "of `history`: a diagram of each series, on one sheet"),
];

static RENDERS: &[Render] = &[text::render, json::render, csv::render, svg::render];

/// The history in the form of that name; `None` where there is none.
pub fn render(kind: &str, history: &History, style: &Style) -> Option<String> {
    let found = KINDS.iter().zip(RENDERS).find(|((name, _), _)| *name == kind);
    found.map(|(_, render)| render(history, style))
}

#[cfg(test)]
mod tests;
