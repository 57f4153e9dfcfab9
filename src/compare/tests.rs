//! Runs beside accepted runs: what is compared, and with which evidence.

use crate::model::{
    BaselineFacts, BaselineKind, Before, Better, Comparison, Distribution, Evidence, Percentile, Run, Series, SeriesKey, Statistic,
    Summary, Unit,
};
use crate::stats::{Histogram, Spread, spread_shift};

/// With everything asked.
fn compare(before: &Before, run: Run) -> Comparison {
    super::compare(before, run, &[P50, P95, Statistic::Mean, Statistic::ErrorRate].into())
}

const P50: Statistic = Statistic::Percentile(Percentile::P50);
const P95: Statistic = Statistic::Percentile(Percentile::P95);

/// A bare number.
fn point(label: &str, metric: &str, value: f64) -> Series {
    Series {
        key: SeriesKey::new(label, metric),
        unit: if metric == "time" { Unit::Ns } else { Unit::Count },
        better: Better::Lower,
        evidence: Evidence::Point,
        summary: Summary { count: 1, percentiles: [(Percentile::P50, value)].into(), ..Summary::default() },
        summary_ok: None,
        distribution: Distribution::Unknown,
        error_kinds: Default::default(),
    }
}

fn sampled(distribution: Distribution) -> Series {
    let percentiles = Percentile::STANDARD.iter().filter_map(|p| Some((*p, distribution.percentile(*p)?))).collect();
    let summary = Summary { count: distribution.count(), percentiles, ..Summary::default() };
    Series { evidence: Evidence::Samples, summary, distribution, ..point("sort", "time", 1.0) }
}

fn run_of(series: Vec<Series>) -> Run {
    Run { series: series.into_iter().map(|one| (one.key.clone(), one)).collect(), ..Run::default() }
}

fn before(runs: Vec<Run>, elsewhere: Vec<Run>) -> Before {
    let kind = BaselineKind::Committed;
    let facts = BaselineFacts { kind, runs: 1, ..BaselineFacts::default() };
    Before { facts, runs, elsewhere, pinned: None }
}

/// The log ratio, the runs of the band, and whether there is a within-run interval around the log ratio.
#[track_caller]
fn check(accepted: Vec<Series>, after: Series, statistic: Statistic, expected: (f64, u32, bool)) {
    let key = after.key.clone();
    let comparison = compare(&before(accepted.into_iter().map(|one| run_of(vec![one])).collect(), vec![]), run_of(vec![after]));
    let change = comparison.series[&key].changes.get(&statistic).unwrap();
    let (log_ratio, band) = (change.log_ratio.unwrap(), change.band.unwrap());
    assert!((log_ratio - expected.0).abs() < 2e-3, "{log_ratio} is not {}", expected.0);
    assert_eq!((band.runs, change.within.is_some()), (expected.1, expected.2));
    let (low, high) = change.within.unwrap_or((log_ratio, log_ratio));
    let upper = change.within_upper.unwrap_or(high);
    assert!(low <= log_ratio && log_ratio <= upper && upper <= high + 1e-12, "{low} {log_ratio} {upper} {high}");
}

fn values(n: u32, at: f64) -> Distribution {
    Distribution::Values((0..n).map(|i| at * (1.0 + f64::from(i * 37 % n) / 1000.0)).collect())
}

fn histogram(n: u64, at: f64) -> Distribution {
    let mut histogram = Histogram::new();
    (0..n).for_each(|i| histogram.add((at * (1.0 + (i as f64) / (n as f64) / 10.0)) as u64, 1));
    Distribution::Histogram(histogram)
}

#[test]
fn the_band_is_centred_on_the_median_of_accepted_runs() {
    let accepted = |values: &[f64]| values.iter().map(|value| point("sort", "time", *value)).collect::<Vec<_>>();
    check(accepted(&[100.0]), point("sort", "time", 200.0), P50, (2f64.ln(), 1, false));
    check(accepted(&[400.0, 100.0]), point("sort", "time", 200.0), P50, (0.0, 2, false));
    check(accepted(&[90.0, 100.0, 5000.0]), point("sort", "time", 110.0), P50, (1.1f64.ln(), 3, false));
    check(accepted(&[100.0; 30]), point("sort", "time", 100.0), P50, (0.0, 20, false));
}

#[test]
fn within_run_evidence_is_asked_while_the_noise_between_runs_is_unknown() {
    check(vec![sampled(values(15, 1000.0))], sampled(values(15, 1100.0)), P50, (1.1f64.ln(), 1, true));
    check(vec![sampled(values(200, 1000.0))], sampled(values(100, 1100.0)), P95, (0.01204, 1, true));
    check(vec![sampled(histogram(9000, 1e6))], sampled(histogram(9000, 2e6)), P95, (2f64.ln(), 1, true));
    check(
        vec![sampled(values(15, 1000.0)), point("sort", "time", 1000.0)],
        sampled(values(15, 1100.0)),
        P50,
        ((1.1f64 * 1007.0).ln() - (1007f64 * 1000.0).ln() / 2.0, 2, true),
    );
    check(vec![sampled(values(15, 1000.0)); 3], sampled(values(15, 1100.0)), P50, (1.1f64.ln(), 3, false));
    check(vec![point("sort", "time", 1000.0)], sampled(values(15, 1000.0)), P50, (1.007f64.ln(), 1, false));
    let spread = |mean: f64, stddev: f64| {
        let summary = Summary { count: 30, mean: Some(mean), stddev: Some(stddev), ..Summary::default() };
        Series { evidence: Evidence::Spread, summary, ..point("sort", "time", 1.0) }
    };
    check(vec![spread(120.0, 9.0)], spread(126.0, 10.0), Statistic::Mean, (0.0487902, 1, true));
    let comparison = compare(&before(vec![run_of(vec![spread(120.0, 9.0)])], vec![]), run_of(vec![spread(126.0, 10.0)]));
    let change = comparison.series.values().next().unwrap().changes.get(&Statistic::Mean).unwrap();
    let sides = [(120.0, 9.0), (126.0, 10.0)].map(|(mean, stddev)| Spread { count: 30, mean, stddev });
    let (found, expected) = (change.within.unwrap(), spread_shift(sides[0], sides[1]).unwrap());
    assert!((found.0 - expected.low).abs() < 1e-12 && (found.1 - expected.high).abs() < 1e-12, "{found:?} {expected:?}");
}

#[test]
fn a_run_noisier_in_itself_widens_the_band() {
    let wide = Distribution::Values((1..=20).map(|i| f64::from(i) * 100.0).collect());
    let comparison = compare(&before(vec![run_of(vec![point("sort", "time", 1000.0)])], vec![]), run_of(vec![sampled(wide)]));
    let band = comparison.series.values().next().unwrap().changes.get(&P50).unwrap().band.unwrap();
    // x_(6) = 600 and x_(15) = 1500 are the 95 % bounds of the median.
    assert!((band.scale - (1500f64 / 600.0).ln() / 3.92).abs() < 1e-12, "{}", band.scale);
}

#[test]
fn another_environment_compares_only_what_repeats_exactly() {
    let run = || run_of(vec![point("sort", "time", 100.0), point("sort", "allocations", 7.0), point("new", "bytes", 1.0)]);
    let old = run_of(vec![
        point("sort", "time", 50.0),
        point("sort", "allocations", 6.0),
        point("gone", "time", 1.0),
        point("gone", "bytes", 1.0),
    ]);
    let comparison = compare(&before(vec![], vec![old]), run());
    let facts = |label: &str, metric: &str| {
        let one = &comparison.series[&SeriesKey::new(label, metric)];
        (one.comparable, one.changes.get(&P50).map(|change| change.before))
    };
    assert_eq!(facts("sort", "time"), (false, None));
    assert_eq!(facts("sort", "allocations"), (true, Some(6.0)));
    assert_eq!(comparison.missing, [SeriesKey::new("gone", "bytes")]);
    assert_eq!(comparison.new, [SeriesKey::new("new", "bytes")]);
    let nothing = compare(&before(vec![], vec![]), run());
    assert_eq!((nothing.new.len(), nothing.missing.len()), (0, 0));
    assert!(nothing.series.values().all(|one| !one.comparable && one.changes.is_empty()));
}

#[test]
fn a_series_whose_unit_changed_is_another_one() {
    let changed = Series { unit: Unit::Bytes, ..point("sort", "time", 100.0) };
    let comparison = compare(&before(vec![run_of(vec![point("sort", "time", 100.0)])], vec![]), run_of(vec![changed]));
    let key = [SeriesKey::new("sort", "time")];
    assert_eq!((comparison.new.as_slice(), comparison.missing.as_slice()), (key.as_slice(), key.as_slice()));
}

#[test]
fn failed_attempts_are_kept_apart() {
    let requests = |errors, all: f64| {
        let summary = Summary { count: 10, errors, percentiles: [(Percentile::P50, all)].into(), ..Summary::default() };
        let bare = point("GET /", "time", 100.0);
        Series { summary_ok: Some(bare.summary.clone()), summary, ..bare }
    };
    let compared = |errors| {
        let comparison = compare(&before(vec![run_of(vec![requests(0, 100.0)])], vec![]), run_of(vec![requests(errors, 300.0)]));
        comparison.series.into_values().next().unwrap()
    };
    let with_errors = compared(3);
    assert_eq!(with_errors.before_errors, Some((10, 0)));
    assert_eq!((with_errors.changes.get(&P50).unwrap().after, with_errors.changes_all.unwrap().get(&P50).unwrap().after), (100.0, 300.0));
    assert!(compared(0).changes_all.is_none());
}

/// Runs of one series, newest first; the sessions stand beside them.
fn history(values: &[f64], sessions: &[Option<u64>]) -> Vec<Run> {
    let runs = values.iter().zip(sessions.iter().chain(std::iter::repeat(&None)));
    runs.map(|(value, session)| Run { session_ns: *session, ..run_of(vec![point("sort", "time", *value)]) }).collect()
}

#[test]
fn many_small_steps_do_not_vanish_against_the_pinned_run() {
    let creep: Vec<f64> = (0..10).rev().map(|step| 100.0 * 1.02f64.powi(step)).collect();
    let pinned = run_of(vec![point("sort", "time", 100.0)]);
    let before = Before { pinned: Some(pinned), ..before(history(&creep, &[]), vec![]) };
    let comparison = compare(&before, run_of(vec![point("sort", "time", 122.0)]));
    let one = &comparison.series[&SeriesKey::new("sort", "time")];
    let (since, last) = (*one.pinned.as_ref().unwrap().get(&P50).unwrap(), *one.changes.get(&P50).unwrap());
    assert_eq!((since.before, since.after, since.band.unwrap().runs), (100.0, 122.0, 10));
    assert!((since.log_ratio.unwrap() - 1.22f64.ln()).abs() < 1e-12);
    // `docs/STATISTICS.md`: beyond a limit of +5 % for sure, where the accepted runs alone do not show it.
    let certain = |change: &crate::model::Change| change.log_ratio.unwrap() - 4.507 * change.band.unwrap().scale;
    assert!(certain(&since) > 0.05f64.ln_1p() / 6.0 && certain(&last) < 0.0, "{since:?} {last:?}");
}

#[test]
fn only_what_was_pinned_in_this_unit_compares() {
    let pinned = run_of(vec![point("other", "time", 100.0), Series { unit: Unit::Bytes, ..point("sort", "time", 1.0) }]);
    let before = Before { pinned: Some(pinned), ..before(history(&[100.0], &[]), vec![]) };
    let comparison = compare(&before, run_of(vec![point("sort", "time", 100.0), point("other", "time", 101.0)]));
    let pinned = |label: &str| comparison.series[&SeriesKey::new(label, "time")].pinned.is_some();
    assert_eq!((pinned("sort"), pinned("other")), (false, true));
}

#[test]
fn sessions_are_counted_beside_runs() {
    let accepted = history(&[100.0, 101.0, 99.0, 100.0], &[Some(5), Some(5), None, Some(4)]);
    let comparison = compare(&before(accepted, vec![]), run_of(vec![point("sort", "time", 100.0)]));
    let band = comparison.series.values().next().unwrap().changes.get(&P50).unwrap().band.unwrap();
    assert_eq!((band.runs, band.sessions), (4, 3));
}

/// Series are accepted one by one, so the newest run need not hold them all.
#[test]
fn what_any_kept_run_holds_is_missing_when_it_does_not_come() {
    let run = |labels: &[&str]| run_of(labels.iter().map(|label| point(label, "time", 1.0)).collect());
    let comparison = compare(&before(vec![run(&["b"]), run(&["a", "b", "d"]), run(&["c", "e"])], vec![]), run(&["b", "c", "f"]));
    let key = |label: &str| SeriesKey::new(label, "time");
    assert_eq!(comparison.missing, [key("a"), key("d"), key("e")]);
    assert_eq!(comparison.new, [key("f")]);
    assert!(comparison.series[&key("c")].changes.get(&P50).is_some());
}
