//! One statistic of a series over earlier runs: its levels, and what changed between them.

use super::noise::{Known, band};
use crate::limits::BAND_RUNS_MAX;
use crate::model::{Better, Earlier, Level, LevelChange, Meaning, Point, SeriesKey, Statistic, Trend, Unit, metric};
use crate::stats::{VALUES_AFTER, VALUES_BEFORE, change_points, median};

/// Smallest difference of two levels, as a logarithm: less is never evidence, as in a noise band. What repeats exactly has none.
const LEAST_CHANGE: f64 = 0.001;
/// Deviations that are shown around a level.
const BAND_DEVIATIONS: f64 = 2.0;

/// The trend of a statistic; `None` where no run tells it. `earlier` is oldest first. A run of another unit than the newest is
/// left out: it does not compare.
pub fn trend(key: &SeriesKey, earlier: &[Earlier], statistic: Statistic) -> Option<Trend> {
    let newest = &earlier.last()?.series;
    let alike = earlier.iter().filter(|one| one.series.unit == newest.unit);
    let points: Vec<Point> = alike.filter_map(|one| point(one, statistic)).collect();
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let last = *values.last()?;
    let better = better(newest.better, statistic);
    let places = places(key, &values);
    let mut levels = levels(&values, places.iter().map(|(index, _)| *index));
    if metric::is_deterministic(&key.metric) {
        // What repeats exactly has no noise.
        levels.iter_mut().for_each(|level| level.band = None);
    }
    let beside = places.iter().zip(levels.iter().zip(levels.iter().skip(1)));
    let changes =
        beside.map(|((index, p_value), (before, after))| level_change(*index, *p_value, (before.median, after.median), better)).collect();
    let pinned = points.iter().rfind(|point| point.is_pinned).map(|point| point.value);
    Some(Trend {
        key: key.clone(),
        statistic,
        unit: unit(&newest.unit, statistic),
        better,
        is_searched: values.len() >= VALUES_BEFORE + VALUES_AFTER,
        creep_percent: pinned.and_then(|pinned| percent(pinned, last)),
        creep: None,
        points,
        levels,
        changes,
    })
}

fn point(one: &Earlier, statistic: Statistic) -> Option<Point> {
    let value = one.series.statistic(statistic).filter(|value| value.is_finite())?;
    let Earlier { started_ns, commit, build, reason, is_pinned, .. } = one.clone();
    Some(Point { value, started_ns, commit, build, reason, is_pinned })
}

fn unit(of_series: &Unit, statistic: Statistic) -> Unit {
    match statistic {
        Statistic::ErrorRate => Unit::Ratio,
        Statistic::Throughput => Unit::PerSecond,
        Statistic::Count => Unit::Count,
        _ => of_series.clone(),
    }
}

fn better(of_series: Better, statistic: Statistic) -> Better {
    match statistic {
        Statistic::ErrorRate | Statistic::Stddev => Better::Lower,
        Statistic::Throughput => Better::Higher,
        Statistic::Count => Better::Unknown,
        _ => of_series,
    }
}

/// First points of new levels, with their p-values. Logarithms, so that a change is a factor; plain values where one is not
/// positive, as error rates may be.
fn places(key: &SeriesKey, values: &[f64]) -> Vec<(usize, f64)> {
    let logs: Option<Vec<f64>> = values.iter().map(|value| (*value > 0.0).then(|| value.ln())).collect();
    let least = if metric::is_deterministic(&key.metric) { 0.0 } else { LEAST_CHANGE };
    let found = logs.map_or_else(|| change_points(values, 0.0), |logs| change_points(&logs, least));
    found.into_iter().map(|point| (point.index, point.p_value)).collect()
}

fn levels(values: &[f64], starts: impl Iterator<Item = usize> + Clone) -> Vec<Level> {
    let ends = starts.clone().chain([values.len()]);
    let ranges = std::iter::once(0).chain(starts).zip(ends);
    ranges.filter_map(|(start, end)| level(values, start, end)).collect()
}

fn level(values: &[f64], start: usize, end: usize) -> Option<Level> {
    let part = values.get(start..end)?;
    // The newest ones, as many as make a noise band.
    let newest = part.get(part.len().saturating_sub(BAND_RUNS_MAX)..)?;
    let known: Option<Vec<Known>> = newest.iter().map(|value| (*value > 0.0).then(|| Known { log: value.ln(), session: None })).collect();
    let known = known.filter(|known| known.len() >= VALUES_BEFORE);
    let median = median(part)?;
    let around = |scale: f64| (median * (-BAND_DEVIATIONS * scale).exp(), median * (BAND_DEVIATIONS * scale).exp());
    Some(Level { start, end, median, band: known.and_then(|known| band(&known, 0.0)).map(|band| around(band.scale)) })
}

fn level_change(index: usize, p_value: f64, (before, after): (f64, f64), better: Better) -> LevelChange {
    let is_worse = match better {
        Better::Lower => Some(after > before),
        Better::Higher => Some(after < before),
        Better::Unknown => None,
    };
    LevelChange { index, before, after, change_percent: percent(before, after), p_value, is_worse, meaning: Meaning::Shown }
}

fn percent(before: f64, after: f64) -> Option<f64> {
    (before > 0.0).then(|| 100.0 * (after / before - 1.0))
}

#[cfg(test)]
mod tests {
    use super::trend;
    use crate::model::{Better, Earlier, Percentile, Series, SeriesKey, Statistic, Trend, Unit};

    fn of(metric: &str, values: &[f64], pinned: Option<usize>) -> Trend {
        let key = SeriesKey::new("sort", metric);
        let earlier = |(at, value): (usize, &f64)| Earlier {
            series: Series::point(key.clone(), Unit::Ns, Better::Lower, *value),
            started_ns: Some(at as u64),
            commit: None,
            build: None,
            reason: None,
            is_pinned: pinned == Some(at),
        };
        let earlier: Vec<Earlier> = values.iter().enumerate().map(earlier).collect();
        trend(&key, &earlier, Statistic::Percentile(Percentile::P50)).unwrap()
    }

    /// Levels as `start..end median`.
    #[track_caller]
    fn check(values: &[f64], expected: &[&str]) {
        let found: Vec<String> =
            of("time", values, None).levels.iter().map(|level| format!("{}..{} {}", level.start, level.end, level.median)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn levels_lie_between_changes() {
        check(&[100.0, 101.0, 99.0, 100.0, 120.0, 121.0, 119.0, 120.0, 120.0], &["0..4 100", "4..9 120"]);
        check(&[100.0, 101.0, 99.0], &["0..3 100"]);
        check(&[100.0], &["0..1 100"]);
        check(&[0.0, 0.0, 0.0, 0.0, 5.0, 5.0, 5.0, 5.0, 5.0], &["0..4 0", "4..9 5"]);
    }

    #[test]
    fn only_what_repeats_exactly_shows_the_smallest_change() {
        let values = [10_000.0, 10_000.0, 10_000.0, 10_001.0, 10_001.0, 10_001.0, 10_001.0, 10_001.0];
        assert_eq!((of("time", &values, None).changes.len(), of("instructions", &values, None).changes.len()), (0, 1));
    }

    #[test]
    fn creep_is_counted_from_the_newest_pin() {
        assert_eq!(of("time", &[100.0, 50.0, 60.0], Some(1)).creep_percent, Some(19.999_999_999_999_996));
        assert_eq!(of("time", &[100.0, 50.0], None).creep_percent, None);
    }

    #[test]
    fn a_change_says_for_whom_it_is() {
        let found = of("time", &[100.0, 101.0, 99.0, 100.0, 120.0, 121.0, 119.0, 120.0, 120.0], None);
        let change = &found.changes[0];
        assert_eq!((change.index, change.is_worse), (4, Some(true)));
        assert!((change.change_percent.unwrap() - 20.0).abs() < 1e-9 && change.p_value < 1e-6);
        assert!(found.is_searched && !of("time", &[1.0; 7], None).is_searched);
    }
}
