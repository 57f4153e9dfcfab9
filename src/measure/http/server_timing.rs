//! What answers tell of their making in `Server-Timing` (W3C Server Timing): series of their own, never requests.

use crate::limits::{QUOTED_CHARS_MAX, SERVER_TIMING_NAME_BYTES_MAX, SERVER_TIMINGS_MAX, SERVER_TIMINGS_PER_LABEL_MAX};
use crate::measure::quoted;
use crate::model::{Better, Note, Sample, Unit, Value, metric};
use crate::record::{Rejected, Sink};

const NS_PER_MS: f64 = 1e6;
/// Longer than any request: a histogram's upper edge, as everywhere.
const DURATION_MS_MAX: f64 = 3_600_000.0;

/// One entry of the list.
#[derive(Debug, PartialEq)]
enum Entry<'a> {
    Timed {
        name: &'a str,
        duration_ns: f64,
    },
    /// A name or a description without `dur`: no number to record.
    Untimed,
    Unreadable(&'a str),
}

/// The entries of a header: `name;dur=12.3;desc="Cache, read"`, with commas between them. Parameters stand in any order, the
/// first `dur` counts, its unit is the millisecond.
fn entries(header: &str) -> impl Iterator<Item = Entry<'_>> {
    quoted::split(header, ',').map(str::trim).filter(|entry| !entry.is_empty()).map(entry)
}

fn entry(text: &str) -> Entry<'_> {
    let mut parts = quoted::split(text, ';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let is_name = !name.is_empty() && name.len() <= SERVER_TIMING_NAME_BYTES_MAX && name.bytes().all(is_token_byte);
    if !is_name {
        return Entry::Unreadable(text);
    }
    let parameters = parts.filter_map(|part| part.split_once('='));
    let Some((_, value)) = parameters.map(|(name, value)| (name.trim(), value.trim())).find(|(name, _)| name.eq_ignore_ascii_case("dur"))
    else {
        return Entry::Untimed;
    };
    match value.trim_matches('"').parse::<f64>() {
        Ok(ms) if (0.0..=DURATION_MS_MAX).contains(&ms) => Entry::Timed { name, duration_ns: ms * NS_PER_MS },
        _ => Entry::Unreadable(text),
    }
}

/// A byte of a token (RFC 9110 §5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A series: one name of one label of requests.
#[derive(Debug)]
struct Known {
    label: String,
    name: String,
    /// `GET / [db]`.
    series: String,
}

/// The names met in a run; there are few, so they are searched one by one.
#[derive(Debug, Default)]
pub struct Timings {
    known: Vec<Known>,
    /// Entries whose name is one too many, and the first of those names.
    beyond: Oddity,
    unreadable: Oddity,
}

/// Something that happened so often, the first time with this text.
#[derive(Debug, Default)]
struct Oddity {
    times: u64,
    first: String,
}

impl Oddity {
    fn add(&mut self, text: &str) {
        if self.times == 0 {
            self.first = text.chars().take(QUOTED_CHARS_MAX).collect();
        }
        self.times += 1;
    }

    fn note(&self, sentence: impl Fn(u64, &str) -> String) -> Option<Note> {
        (self.times > 0).then(|| Note::text(sentence(self.times, &self.first)))
    }
}

impl Timings {
    /// Records what an answer to a request of `label` told.
    pub fn push(&mut self, label: &str, header: &[u8], failed: bool, sink: &mut dyn Sink) -> Result<(), Rejected> {
        let Ok(header) = str::from_utf8(header) else {
            self.unreadable.add(&String::from_utf8_lossy(header));
            return Ok(());
        };
        for entry in entries(header) {
            match entry {
                Entry::Untimed => {}
                Entry::Unreadable(text) => self.unreadable.add(text),
                Entry::Timed { name, duration_ns } => {
                    let Some(series) = self.series(label, name) else {
                        self.beyond.add(name);
                        continue;
                    };
                    let value = Value {
                        label: series,
                        metric: metric::SERVER_TIMING,
                        unit: &Unit::Ns,
                        better: Better::Lower,
                        value: duration_ns,
                        failed,
                    };
                    sink.sample(&Sample::Value(&value))?;
                }
            }
        }
        Ok(())
    }

    /// The series of a name; `None` beyond the bounds.
    fn series(&mut self, label: &str, name: &str) -> Option<&str> {
        let mut of_label = 0;
        let mut found = None;
        for (index, known) in self.known.iter().enumerate().filter(|(_, known)| known.label == label) {
            of_label += 1;
            found = found.or((known.name == name).then_some(index));
        }
        if found.is_none() && of_label < SERVER_TIMINGS_PER_LABEL_MAX && self.known.len() < SERVER_TIMINGS_MAX {
            found = Some(self.known.len());
            self.known.push(Known { label: label.to_string(), name: name.to_string(), series: format!("{label} [{name}]") });
        }
        self.known.get(found?).map(|known| known.series.as_str())
    }

    /// What was not recorded, and why.
    pub fn notes(&self) -> Vec<Note> {
        let beyond = self.beyond.note(|times, first| {
            format!(
                "{times} entries of Server-Timing were not recorded, the first one {first:?}: at most {SERVER_TIMINGS_PER_LABEL_MAX} \
                 names of a label and {SERVER_TIMINGS_MAX} of a run become series"
            )
        });
        let unreadable = self.unreadable.note(|times, first| {
            format!("{times} entries of Server-Timing could not be read, the first one {first:?}; expected NAME;dur=MILLISECONDS")
        });
        beyond.into_iter().chain(unreadable).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Timings, entries};
    use crate::limits::{SERVER_TIMINGS_MAX, SERVER_TIMINGS_PER_LABEL_MAX};
    use crate::record::{Keep, Recorder};
    use proptest::prelude::{prop_assert, proptest};

    /// Entries as `name=ns`, `-` where there is no number, `!` where it cannot be read.
    fn check(header: &str, expected: &[&str]) {
        let shown = |entry| match entry {
            Entry::Timed { name, duration_ns } => format!("{name}={duration_ns}"),
            Entry::Untimed => "-".to_string(),
            Entry::Unreadable(_) => "!".to_string(),
        };
        assert_eq!(entries(header).map(shown).collect::<Vec<_>>(), expected, "{header}");
    }

    #[test]
    fn entries_are_read_as_their_grammar_says() {
        check(r#"db;dur=12.5, cache;desc="Cache, Read";dur=23.25"#, &["db=12500000", "cache=23250000"]);
        check("db ; DUR = 1 ;dur=2,, total;dur=\"0.5\" ,", &["db=1000000", "total=500000"]);
        check(r#"miss, cpu;desc="a;dur=9\";dur=8", app;dur=0"#, &["-", "-", "app=0"]);
        check("db;dur=fast, db;dur=-1, db;dur=NaN, db;dur=inf, db;dur=", &["!", "!", "!", "!", "!"]);
        check("d b;dur=1, ;dur=1, \"db\";dur=1", &["!", "!", "!"]);
        check("", &[]);
    }

    /// Series and values of a run in which every header came once for each label.
    fn recorded(labels: &[&str], headers: &[&str]) -> (Vec<String>, u64, Vec<String>) {
        let (mut timings, mut recorder) = (Timings::default(), Recorder::new(Keep::Histogram));
        for label in labels {
            headers.iter().for_each(|header| timings.push(label, header.as_bytes(), false, &mut recorder).unwrap());
        }
        let run = recorder.finish("x");
        let labels = run.series.keys().map(|key| format!("{} {}", key.label, key.metric)).collect();
        (labels, run.series.values().map(|series| series.summary.count).sum(), timings.notes().into_iter().map(|note| note.text).collect())
    }

    #[test]
    fn every_name_of_a_label_is_a_series() {
        let (series, values, notes) = recorded(&["GET /", "GET /a"], &["db;dur=1", "db;dur=2,app;dur=3"]);
        assert_eq!(series, ["GET / [app]", "GET / [db]", "GET /a [app]", "GET /a [db]"].map(|label| format!("{label} server_timing")));
        assert_eq!((values, notes.len()), (6, 0));
    }

    #[test]
    fn names_beyond_the_bounds_are_a_note() {
        let headers: Vec<String> = (0..=SERVER_TIMINGS_PER_LABEL_MAX).map(|name| format!("n{name};dur=1")).collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let (series, _, notes) = recorded(&["a"], &headers);
        assert_eq!((series.len(), notes.len()), (SERVER_TIMINGS_PER_LABEL_MAX, 1));
        assert!(notes[0].starts_with("1 entries") && notes[0].contains("\"n16\""), "{notes:?}");
        let (series, _, _) = recorded(&["a", "b", "c", "d", "e"], &headers);
        assert_eq!(series.len(), SERVER_TIMINGS_MAX);
        let (series, _, notes) = recorded(&["a"], &["db;dur=x", "\u{fffd}"]);
        assert_eq!((series.len(), notes.len()), (0, 1));
        assert!(notes[0].contains("db;dur=x"), "{notes:?}");
    }

    proptest! {
        #[test]
        fn no_header_breaks_it(header in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let (mut timings, mut recorder) = (Timings::default(), Recorder::new(Keep::Histogram));
            prop_assert!(timings.push("x", &header, false, &mut recorder).is_ok());
        }
    }
}
