//! Several measurements of a suite in a row: one session, judged as one run, kept one by one.

use crate::model::{Evidence, Note, Run, RunFacts, Sample, Series, SeriesKey, Value};
use crate::record::{Keep, Recorder, Rejected, Sink};
use std::collections::BTreeMap;

/// What was measured of a suite.
pub struct Measured {
    /// The run that is judged, or why there is none.
    pub whole: Result<Run, String>,
    /// The single measurements, where there are several.
    pub parts: Vec<Run>,
}

/// Measures once, or several times in a row. `once` is told which time it is, from 1 on.
pub fn measured(times: u32, is_interrupted: impl Fn() -> bool, mut once: impl FnMut(u32) -> Result<Run, String>) -> Measured {
    if times <= 1 {
        return Measured { whole: once(1), parts: Vec::new() };
    }
    let mut parts: Vec<Run> = Vec::new();
    for time in 1..=times {
        if time > 1 && is_interrupted() {
            break;
        }
        match once(time) {
            Ok(run) => {
                let session_ns = parts.first().map_or(run.started_ns, |first| first.session_ns);
                parts.push(Run { session_ns, ..run });
            }
            Err(reason) => return Measured { whole: Err(format!("measurement {time} of {times}: {reason}")), parts: cut(parts) },
        }
    }
    let is_whole = parts.len() as u32 == times;
    let parts = if is_whole { parts } else { cut(parts) };
    Measured { whole: pooled(&parts).map(|run| Run { partial: run.partial || !is_whole, ..run }), parts }
}

/// Measurements of a session that did not come to its end: kept, but nobody may take them for a baseline.
fn cut(parts: Vec<Run>) -> Vec<Run> {
    parts.into_iter().map(|part| Run { partial: true, ..part }).collect()
}

/// The runs as repetitions of one: their values together; of what is one number a run, the numbers. What cannot be put
/// together without a guess is an error, never the last run alone.
pub fn pooled(runs: &[Run]) -> Result<Run, String> {
    let mut by_key: BTreeMap<&SeriesKey, Vec<&Series>> = BTreeMap::new();
    for (key, series) in runs.iter().flat_map(|run| &run.series) {
        by_key.entry(key).or_default().push(series);
    }
    let refused = |key: &SeriesKey, why: &str| {
        let times = runs.len();
        format!("{} {}: {times} measurements cannot be judged as one, because {why}; measure once, without `repeat`", key.label, key.metric)
    };
    let mut recorder = Recorder::new(Keep::Exact);
    let (numbers, others): (Vec<_>, Vec<_>) = by_key.iter().partition(|(_, parts)| parts.iter().all(|one| number(one).is_some()));
    // Values first: the recorder takes no values of a label that it knows from summaries only.
    for (key, parts) in &numbers {
        parts.iter().try_for_each(|one| push(&mut recorder, one)).map_err(|rejected| refused(key, &rejected.0))?;
    }
    for (key, parts) in &others {
        for one in parts.iter() {
            if one.distribution.count() != one.judged().count {
                return Err(refused(key, "the tool tells no single values"));
            }
            recorder.summary((*one).clone()).map_err(|rejected| refused(key, &rejected.0))?;
        }
    }
    for run in runs {
        recorder.facts(facts(run));
        run.notes.iter().cloned().for_each(|note| recorder.note(note));
    }
    for (key, parts) in by_key.iter().filter(|(_, parts)| parts.len() < runs.len()) {
        recorder.note(Note::text(format!("{} {} came in {} of {} measurements", key.label, key.metric, parts.len(), runs.len())));
    }
    let suite = runs.first().map(|run| run.suite.clone()).unwrap_or_default();
    let mut run = recorder.finish(&suite);
    for (key, parts) in &numbers {
        if let Some(series) = run.series.get_mut(**key) {
            series.summary.precision = parts.iter().filter_map(|one| one.summary.precision).reduce(f64::max);
        }
    }
    Ok(run)
}

/// The number of a series of which one number a run is known.
fn number(series: &Series) -> Option<f64> {
    let summary = &series.summary;
    let is_one = series.evidence == Evidence::Point && summary.count == 1 && summary.errors == 0;
    summary.mean.filter(|mean| is_one && mean.is_finite())
}

fn push(recorder: &mut Recorder, series: &Series) -> Result<(), Rejected> {
    let Some(value) = number(series) else { return Ok(()) };
    let SeriesKey { label, metric } = &series.key;
    recorder.sample(&Sample::Value(&Value { label, metric, unit: &series.unit, better: series.better, value, failed: false }))
}

/// What is known of a run as a whole. Windows of several runs are no one timeline.
fn facts(run: &Run) -> RunFacts {
    RunFacts {
        suite: None,
        started_ns: run.started_ns,
        duration_ns: (run.duration_ns > 0).then_some(run.duration_ns),
        partial: run.partial,
        aborted: run.aborted.clone(),
        commit: run.commit.clone(),
        environment: (!run.environment.key.is_empty()).then(|| run.environment.clone()),
        shard: run.shard,
        session_ns: run.session_ns,
        load: run.load.clone(),
        pairs: None,
        status_codes: run.status_codes.clone(),
        windows: Vec::new(),
        exemplars: run.exemplars.clone(),
    }
}

#[cfg(test)]
mod tests;
