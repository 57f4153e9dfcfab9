//! Recoverable oddities of an input, counted so that a million of them are one note.

use crate::model::Note;

/// How often each kind of oddity was met, and where first.
#[derive(Debug, Default)]
pub(super) struct Oddities(Vec<Oddity>);

#[derive(Debug)]
struct Oddity {
    what: &'static str,
    times: u64,
    first_line: u64,
}

impl Oddities {
    /// Counts one; `line` is only asked for the first of its kind.
    pub(super) fn add(&mut self, what: &'static str, line: impl FnOnce() -> u64) {
        match self.0.iter_mut().find(|oddity| oddity.what == what) {
            Some(oddity) => oddity.times += 1,
            None => self.0.push(Oddity { what, times: 1, first_line: line() }),
        }
    }

    /// How often that one was met.
    pub(super) fn times(&self, what: &str) -> u64 {
        self.0.iter().find(|oddity| oddity.what == what).map_or(0, |oddity| oddity.times)
    }

    /// All of them in one line of text, for an error.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(|oddity| format!("{}× {}", oddity.times, oddity.what)).collect::<Vec<_>>().join(", ")
    }

    /// One note for each kind, at its first place.
    pub(super) fn notes(self, path: &str) -> impl Iterator<Item = Note> {
        self.0.into_iter().map(move |oddity| Note {
            path: Some(path.to_string()),
            line: (oddity.first_line > 0).then_some(oddity.first_line),
            text: if oddity.times > 1 { format!("{} ({} times)", oddity.what, oddity.times) } else { oddity.what.to_string() },
        })
    }
}
