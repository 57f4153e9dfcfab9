//! All process runs of one side as one run, for what is not judged by pairs and for who wants to see it.

use super::unit::Unit;
use crate::model::{Note, Run, Sample, Series, Value};
use crate::pipeline::repeat;
use crate::record::{Keep, Recorder, Sink};

/// The side's run: of each unit its process runs as repetitions of each other.
pub fn run(suite: &str, units: &[Unit], side: impl Fn(&Unit) -> &Vec<Run>) -> Run {
    let mut whole = Run { suite: suite.to_string(), ..Run::default() };
    for unit in units {
        let runs = side(unit);
        let part = repeat::pooled(runs).unwrap_or_else(|_| values(runs));
        whole.started_ns = whole.started_ns.into_iter().chain(part.started_ns).min();
        whole.duration_ns = whole.duration_ns.saturating_add(part.duration_ns);
        whole.load = whole.load.or(part.load);
        whole.windows.extend(part.windows);
        whole.exemplars.extend(part.exemplars);
        for note in part.notes {
            // Each process run of a side says the same, with other numbers.
            if !whole.notes.iter().any(|known| worded(&known.text) == worded(&note.text)) {
                whole.notes.push(note);
            }
        }
        part.status_codes.into_iter().for_each(|(code, times)| *whole.status_codes.entry(code).or_default() += times);
        whole.series.extend(part.series.into_iter().filter(|(key, _)| unit.label.as_ref().is_none_or(|label| *label == key.label)));
    }
    whole
}

/// A text without its numbers.
fn worded(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// One number a process run, of tools that tell no single values.
fn values(runs: &[Run]) -> Run {
    let mut recorder = Recorder::new(Keep::Exact);
    let mut refused = 0;
    for series in runs.iter().flat_map(|run| run.series.values()) {
        refused += u32::from(push(&mut recorder, series).is_none());
    }
    if refused > 0 {
        recorder.note(Note::text(format!("{refused} numbers of single process runs could not be put together")));
    }
    recorder.finish("")
}

fn push(recorder: &mut Recorder, series: &Series) -> Option<()> {
    let value = series.statistic(series.usual_statistic())?;
    let value =
        Value { label: &series.key.label, metric: &series.key.metric, unit: &series.unit, better: series.better, value, failed: false };
    recorder.sample(&Sample::Value(&value)).ok()
}
