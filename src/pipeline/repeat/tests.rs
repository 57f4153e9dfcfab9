use super::{measured, pooled};
use crate::model::{Better, Distribution, Evidence, Percentile, Run, Sample, Series, SeriesKey, Statistic, Unit, Value};
use crate::record::{Keep, Recorder, Sink};
use std::cell::Cell;

/// A run of one series of values.
fn run(started_ns: u64, values: &[f64]) -> Run {
    let mut recorder = Recorder::new(Keep::Exact);
    for value in values {
        let value = Value { label: "a", metric: "time", unit: &Unit::Ns, better: Better::Lower, value: *value, failed: false };
        recorder.sample(&Sample::Value(&value)).unwrap();
    }
    Run { started_ns: Some(started_ns), duration_ns: 10, ..recorder.finish("s") }
}

fn with(run: Run, series: Series) -> Run {
    Run { series: run.series.into_iter().chain([(series.key.clone(), series)]).collect(), ..run }
}

fn point(metric: &str, value: f64) -> Series {
    Series::point(SeriesKey::new("a", metric), Unit::Count, Better::Lower, value)
}

/// Median and count of a series of the runs together, or why they cannot be put together.
fn check(runs: &[Run], metric: &str, expected: &str) {
    let found = pooled(runs).map(|run| {
        let series = &run.series[&SeriesKey::new("a", metric)];
        let median = series.statistic(Statistic::Percentile(Percentile::P50)).unwrap();
        format!("{median} of {} ({})", series.summary.count, series.evidence.as_str())
    });
    assert_eq!(found.unwrap_or_else(|error| error), expected);
}

#[test]
fn values_are_repetitions_and_numbers_become_values() {
    let runs = [run(1, &[1.0, 2.0]), run(2, &[5.0, 6.0, 7.0])];
    check(&runs, "time", "5 of 5 (samples)");
    let [first, second] = runs;
    let both = [with(first, point("allocations", 7.0)), with(second, point("allocations", 9.0))];
    check(&both, "allocations", "7 of 2 (samples)");
    check(&both, "time", "5 of 5 (samples)");
}

#[test]
fn what_is_known_only_as_a_summary_is_not_guessed() {
    let mut spread = point("latency", 5.0);
    (spread.evidence, spread.summary.count, spread.distribution) = (Evidence::Spread, 40, Distribution::Unknown);
    let runs = [with(run(1, &[1.0]), spread.clone()), with(run(2, &[1.0]), spread)];
    let expected =
        "a latency: 2 measurements cannot be judged as one, because the tool tells no single values; measure once, without `repeat`";
    check(&runs, "latency", expected);
}

#[test]
fn a_series_that_did_not_come_each_time_is_noted() {
    let whole = pooled(&[with(run(1, &[1.0]), point("bytes", 3.0)), run(2, &[1.0])]).unwrap();
    assert_eq!(whole.notes[0].text, "a bytes came in 1 of 2 measurements");
}

#[test]
fn runs_in_a_row_are_one_session() {
    let measured = measured(3, || false, |time| Ok(run(u64::from(time) * 100, &[f64::from(time)])));
    let sessions: Vec<_> = measured.parts.iter().map(|part| (part.started_ns, part.session_ns)).collect();
    assert_eq!(sessions, [(Some(100), Some(100)), (Some(200), Some(100)), (Some(300), Some(100))]);
    let whole = measured.whole.unwrap();
    assert_eq!((whole.started_ns, whole.session_ns, whole.duration_ns, whole.partial), (Some(100), Some(100), 30, false));
}

#[test]
fn a_measurement_that_fails_leaves_no_verdict_and_keeps_the_others() {
    let measured = measured(3, || false, |time| if time < 2 { Ok(run(1, &[1.0])) } else { Err("it broke".to_string()) });
    assert_eq!((measured.whole.unwrap_err().as_str(), measured.parts.len()), ("measurement 2 of 3: it broke", 1));
}

#[test]
fn an_interruption_in_between_leaves_a_cut_run() {
    let done = Cell::new(0);
    let measured = measured(
        3,
        || done.get() == 2,
        |_| {
            done.set(done.get() + 1);
            Ok(run(1, &[1.0]))
        },
    );
    assert_eq!((measured.parts.len(), measured.whole.unwrap().partial), (2, true));
}

#[test]
fn once_is_a_run_like_any_other() {
    let measured = measured(1, || true, |_| Ok(run(7, &[1.0])));
    assert_eq!((measured.parts.len(), measured.whole.unwrap().session_ns), (0, None));
}
