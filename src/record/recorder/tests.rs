use crate::limits::{ERROR_KINDS_MAX, EXEMPLARS_MAX, KEPT_VALUES_PER_SERIES, LABELS_MAX, METRICS_PER_LABEL_MAX, NOTES_MAX};
use crate::model::{
    Better, Distribution, Evidence, LoadFacts, LoadModel, Note, Percentile, Request, Run, RunFacts, Sample, Series, SeriesKey, Summary,
    Unit, Value, metric,
};
use crate::record::{Keep, Recorder, Sink};
use crate::stats::Histogram;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

const MS: u64 = 1_000_000;

fn request<'a>(label: &'a str, start_ms: u64, latency_ns: u64, error: Option<&'a str>) -> Request<'a> {
    Request { label, start_ns: Some(start_ms * MS), latency_ns, error, ..Request::default() }
}

fn record(keep: Keep, requests: &[Request<'_>]) -> Run {
    let mut recorder = Recorder::new(keep);
    requests.iter().for_each(|request| recorder.sample(&Sample::Request(request)).unwrap());
    recorder.finish("suite")
}

fn record_values(values: &[Value<'_>]) -> Run {
    let mut recorder = Recorder::new(Keep::Exact);
    values.iter().for_each(|value| recorder.sample(&Sample::Value(value)).unwrap());
    recorder.finish("suite")
}

fn series<'a>(run: &'a Run, label: &str, metric: &str) -> &'a Series {
    &run.series[&SeriesKey::new(label, metric)]
}

/// Nearest rank of plain sorted values, for comparison.
fn percentiles(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    Percentile::STANDARD.iter().map(|p| values[p.rank(values.len() as u64) as usize - 1]).collect()
}

fn numbers(summary: &Summary) -> Vec<f64> {
    summary.percentiles.values().copied().collect()
}

#[test]
fn failed_attempts_count_but_are_not_judged() {
    let run = record(
        Keep::Exact,
        &[
            request("a", 1000, 10 * MS, None),
            request("a", 1500, 30 * MS, None),
            request("a", 900, 90 * MS, Some("http-5xx")),
            request("b", 2900, 100 * MS, Some("timeout")),
        ],
    );
    let a = series(&run, "a", metric::LATENCY);
    assert_eq!((a.summary.count, a.summary.errors, a.summary.max, a.summary.mean.map(f64::round)), (3, 1, Some(9e7), Some(43_333_333.0)));
    let ok = a.summary_ok.as_ref().unwrap();
    assert_eq!((ok.count, ok.errors, ok.max, ok.mean), (2, 0, Some(3e7), Some(2e7)));
    assert_eq!((a.distribution.count(), a.evidence), (2, Evidence::Samples));
    assert_eq!(a.error_kinds, [("http-5xx".to_string(), 1)].into());
    // 0.9 s to 3 s: 2 and 0 successes in 2.1 s.
    assert_eq!((run.started_ns, run.duration_ns), (Some(900 * MS), 2100 * MS));
    assert_eq!((a.summary.throughput, series(&run, "b", metric::LATENCY).summary.throughput), (Some(2.0 / 2.1), Some(0.0)));
    assert_eq!(run.windows.iter().map(|window| (window.count, window.errors)).collect::<Vec<_>>()[..4], [(1, 1), (1, 0), (0, 0), (1, 0)]);
}

#[test]
fn plain_values_tell_no_failures_unless_there_are_some() {
    let value = |value: f64, failed: bool| Value { label: "a", metric: "time", unit: &Unit::Ns, better: Better::Lower, value, failed };
    let run = record_values(&[value(1.5, false), value(2.5, false)]);
    let plain = series(&run, "a", "time");
    assert_eq!((plain.summary.count, plain.summary.mean, &plain.summary_ok), (2, Some(2.0), &None));
    assert_eq!(plain.distribution, Distribution::Values(vec![1.5, 2.5]));
    let run = record_values(&[value(1.5, false), value(9.5, true)]);
    let failing = series(&run, "a", "time");
    assert_eq!((failing.summary.count, failing.summary.errors, failing.judged().max), (2, 1, Some(1.5)));
}

#[test]
fn phases_and_sizes_are_series_of_their_own() {
    let full = Request {
        label: "a",
        latency_ns: 10 * MS,
        connect_ns: Some(2 * MS),
        first_byte_ns: Some(8 * MS),
        bytes_in: Some(123_456),
        ..Request::default()
    };
    let run = record(Keep::Exact, &[full, request("a", 1, 5 * MS, None)]);
    let got: Vec<(&str, &str, u64)> = run.series.values().map(|s| (s.key.metric.as_str(), s.unit.as_str(), s.summary.count)).collect();
    assert_eq!(got, [("bytes_in", "bytes", 1), ("connect", "ns", 1), ("first_byte", "ns", 1), ("latency", "ns", 2)]);
    assert_eq!(series(&run, "a", "bytes_in").summary.max, Some(123_456.0));
}

#[test]
fn values_beyond_the_bound_become_a_histogram_that_says_so() {
    let latencies: Vec<u64> = (0..KEPT_VALUES_PER_SERIES as u64 * 2).map(|n| 1_000_001 + n * 7919).collect();
    let samples: Vec<Request<'_>> = latencies.iter().map(|ns| request("a", 1, *ns, None)).collect();
    let exact = percentiles(latencies.iter().map(|ns| *ns as f64).collect());
    for (keep, kept) in [(Keep::Exact, samples.len()), (Keep::Exact, KEPT_VALUES_PER_SERIES), (Keep::Histogram, 10)] {
        let run = record(keep, &samples[..kept]);
        let summary = &series(&run, "a", metric::LATENCY).summary;
        assert_eq!((summary.count, summary.min), (kept as u64, Some(1_000_001.0)));
        let is_histogram = kept > KEPT_VALUES_PER_SERIES || keep == Keep::Histogram;
        assert_eq!(summary.precision, is_histogram.then_some(1e-3));
        if kept == samples.len() {
            assert!(
                numbers(summary).iter().zip(&exact).all(|(got, want)| (got - want).abs() <= want * 1e-3),
                "{:?} {exact:?}",
                numbers(summary)
            );
        }
    }
}

#[test]
fn bounds_hold() {
    let mut recorder = Recorder::new(Keep::Exact);
    for label in 0..LABELS_MAX {
        recorder.sample(&Sample::Request(&request(&label.to_string(), 1, 2000 * MS, None))).unwrap();
    }
    let rejected = recorder.sample(&Sample::Request(&request("one more", 1, MS, None))).unwrap_err();
    assert_eq!(rejected.0, "more than 10000 distinct labels, the last one \"one more\": name requests by their route, without ids in them");
    (0..NOTES_MAX + 5).for_each(|_| recorder.note(Note::text("x")));
    let kinds: Vec<String> = (0..100).map(|kind| kind.to_string()).collect();
    kinds.iter().for_each(|kind| recorder.sample(&Sample::Request(&request("0", 1, 3000 * MS, Some(kind)))).unwrap());
    let run = recorder.finish("suite");
    assert_eq!(run.notes.last().unwrap().text, "5 further notes are not kept");
    let error_kinds = &series(&run, "0", metric::LATENCY).error_kinds;
    assert_eq!((error_kinds.len(), error_kinds["other"]), (ERROR_KINDS_MAX + 1, 100 - ERROR_KINDS_MAX as u64));
    assert_eq!(run.exemplars.len(), EXEMPLARS_MAX + ERROR_KINDS_MAX, "the slowest, and one of each kind");
}

#[test]
fn the_slowest_requests_are_kept() {
    let samples: Vec<Request<'_>> = (0..100u64).map(|n| request("a", n, (n * 37 % 100) * MS, None)).collect();
    let slowest: Vec<u64> = record(Keep::Exact, &samples).exemplars.iter().map(|exemplar| exemplar.latency_ns / MS).collect();
    assert_eq!(slowest, (90..100).rev().collect::<Vec<_>>());
}

#[test]
fn histograms_made_elsewhere_are_merged() {
    let histogram = |values: &[u64]| {
        let mut histogram = Histogram::new();
        values.iter().for_each(|value| histogram.add(*value, 1));
        histogram
    };
    let mut recorder = Recorder::new(Keep::Histogram);
    let key = SeriesKey::new("a", metric::LATENCY);
    recorder.histogram(&key, &histogram(&[1000, 2000]), false).unwrap();
    recorder.histogram(&key, &histogram(&[3000]), false).unwrap();
    recorder.histogram(&key, &histogram(&[9000]), true).unwrap();
    recorder.facts(RunFacts { duration_ns: Some(3_000_000_000), ..RunFacts::default() });
    let run = recorder.finish("suite");
    let latency = series(&run, "a", metric::LATENCY);
    assert_eq!((latency.summary.count, latency.summary.errors, latency.summary.throughput), (4, 1, Some(1.0)));
    assert_eq!((latency.judged().count, latency.distribution.count(), latency.judged().precision), (3, 3, Some(1e-3)));
}

/// The run of some values in ms as a series that was folded elsewhere.
fn folded(values: &[u64]) -> Series {
    let samples: Vec<Request<'_>> = values.iter().map(|ms| request("a", 1, ms * MS, None)).collect();
    series(&record(Keep::Exact, &samples), "a", metric::LATENCY).clone()
}

#[test]
fn a_repeated_summary_is_merged_only_where_that_is_exact() {
    let merge = |a: Series, b: Series| {
        let mut recorder = Recorder::new(Keep::Exact);
        recorder.summary(a)?;
        recorder.summary(b)?;
        Ok::<Run, crate::record::Rejected>(recorder.finish("suite"))
    };
    let merged = merge(folded(&[1, 2]), folded(&[3, 9])).unwrap();
    let (merged, whole) = (series(&merged, "a", metric::LATENCY), folded(&[1, 2, 3, 9]));
    assert_eq!((merged.summary.count, merged.summary.max, numbers(&merged.summary)), (4, whole.summary.max, numbers(&whole.summary)));
    assert_eq!((merged.summary.mean, merged.distribution.count()), (whole.summary.mean, 4));

    // What one side does not tell is not known of both, and nobody is lost for that.
    let untold = |series: Series| {
        let summary = Summary { mean: None, min: None, ..series.summary.clone() };
        Series { summary: Summary { count: 5, errors: 3, ..summary.clone() }, summary_ok: Some(summary), ..series }
    };
    let merged = merge(folded(&[1, 2]), untold(folded(&[3, 9]))).unwrap();
    let merged = series(&merged, "a", metric::LATENCY);
    assert_eq!((merged.summary.count, merged.summary.errors, merged.summary.mean, merged.summary.max), (7, 3, None, None));
    assert_eq!((merged.judged().count, merged.judged().errors, numbers(merged.judged())), (4, 0, numbers(&whole.summary)));

    let point = Series { distribution: Distribution::Unknown, ..folded(&[1]) };
    assert!(merge(point, folded(&[1])).unwrap_err().0.ends_with("its single values are not known; judge them as suites of their own"));
    let other = Series { unit: Unit::Bytes, ..folded(&[1]) };
    assert!(merge(other, folded(&[1])).unwrap_err().0.contains("means two things"));
    let mut recorder = Recorder::new(Keep::Exact);
    recorder.sample(&Sample::Request(&request("a", 1, MS, None))).unwrap();
    assert!(recorder.summary(folded(&[1])).unwrap_err().0.contains("comes as samples and as a summary"));
}

#[test]
fn the_time_between_repetitions_is_no_part_of_the_run() {
    // Seconds: two repetitions an hour apart, and then one of another generator that overlaps the second.
    let mut recorder = Recorder::new(Keep::Exact);
    for starts in [[10, 12], [3600, 3602], [3601, 3603]] {
        starts.iter().for_each(|start| recorder.sample(&Sample::Request(&request("a", start * 1000, 1000 * MS, None))).unwrap());
        recorder.end_repetition();
    }
    let run = recorder.finish("suite");
    assert_eq!((run.started_ns, run.duration_ns), (Some(10_000 * MS), (3 + 4) * 1000 * MS));
    assert_eq!(series(&run, "a", metric::LATENCY).summary.throughput, Some(6.0 / 7.0));
}

#[test]
fn facts_of_repetitions_add_up() {
    let facts = |late: u64, achieved: f64| RunFacts {
        duration_ns: Some(1000 * MS),
        load: Some(LoadFacts {
            model: LoadModel::Open,
            connections: 1,
            planned: 100,
            completed: 90,
            failed: 6,
            unsent: 4,
            rate_planned: Some(100.0),
            rate_achieved: Some(achieved),
            late,
            max_lag_ns: MS,
            reconnects: 0,
            client_cpu_ns: None,
            measured_ns: 1000 * MS,
            schedule: None,
            transport: None,
        }),
        ..RunFacts::default()
    };
    for (first, second) in [((50, 80.0), (0, 100.0)), ((0, 100.0), (50, 80.0)), ((50, f64::NAN), (0, 100.0))] {
        let mut recorder = Recorder::new(Keep::Exact);
        recorder.facts(facts(first.0, first.1));
        recorder.facts(facts(second.0, second.1));
        let run = recorder.finish("suite");
        let load = run.load.unwrap();
        assert_eq!((run.duration_ns, load.planned, load.completed + load.failed + load.unsent, load.late), (2000 * MS, 200, 200, 50));
        assert!(load.rate_achieved.is_none_or(|achieved| achieved.is_nan() || achieved == 80.0), "the missed rate is kept");
    }
}

#[test]
fn one_label_and_metric_is_one_thing() {
    let (ns, bytes) = (Unit::Ns, Unit::Bytes);
    let value = |metric: &'static str, unit| Value { label: "a", metric, unit, better: Better::Lower, value: 1.0, failed: false };
    let check = |first: &Sample<'_>, second: &Sample<'_>, why: &str| {
        let mut recorder = Recorder::new(Keep::Exact);
        recorder.sample(first).unwrap();
        let rejected = recorder.sample(second).unwrap_err();
        assert!(rejected.0.contains(why), "{rejected:?}");
    };
    check(&Sample::Value(&value("x", &ns)), &Sample::Value(&value("x", &bytes)), "the series \"a\" \"x\" comes in two units");
    let (plain, other) = (value(metric::LATENCY, &ns), request("a", 1, MS, None));
    check(&Sample::Value(&plain), &Sample::Request(&other), "comes as plain values and as requests");
    check(&Sample::Request(&other), &Sample::Value(&plain), "comes as requests and as plain values");

    let mut recorder = Recorder::new(Keep::Exact);
    let names: Vec<String> = (0..=METRICS_PER_LABEL_MAX).map(|n| format!("m{n}")).collect();
    let mut push = |name: &str| recorder.sample(&Sample::Value(&Value { metric: name, ..value("", &ns) }));
    assert!(names[..METRICS_PER_LABEL_MAX].iter().all(|name| push(name).is_ok()));
    assert!(push(&names[METRICS_PER_LABEL_MAX]).unwrap_err().0.contains("one metric too many"));
}

proptest! {
    #[test]
    fn whole_milliseconds_are_exact(rows in proptest::collection::vec((0u64..9000, proptest::bool::ANY), 1..200)) {
        let samples: Vec<Request<'_>> = rows.iter().map(|(ms, ok)| request("a", 1, ms * MS, (!ok).then_some("failed"))).collect();
        let run = record(Keep::Exact, &samples);
        let latency = series(&run, "a", metric::LATENCY);
        prop_assert_eq!(numbers(&latency.summary), percentiles(rows.iter().map(|(ms, _)| (ms * MS) as f64).collect()));
        let ok: Vec<f64> = rows.iter().filter(|(_, ok)| *ok).map(|(ms, _)| (ms * MS) as f64).collect();
        prop_assert_eq!(latency.judged().count, ok.len() as u64);
        if !ok.is_empty() {
            prop_assert_eq!(numbers(latency.judged()), percentiles(ok.clone()));
            let mean = ok.iter().sum::<f64>() / ok.len() as f64;
            prop_assert!((latency.judged().mean.unwrap() - mean).abs() <= mean * 1e-12 + 1e-6);
        }
        prop_assert_eq!(latency.summary.precision, None);
    }
}
