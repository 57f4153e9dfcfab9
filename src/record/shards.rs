//! The parts of one load test, measured by several generators at once, as the run that one generator would have recorded.

use super::summarise;
use crate::limits::{EXEMPLARS_MAX, LOAD_SHARDS_APART_NS_MAX, NOTES_MAX};
use crate::model::{Exemplar, LoadFacts, Note, Run, Series, SeriesKey, Window};
use std::collections::BTreeMap;

/// Adds the shards of one test. Counts and histograms add up exactly; percentiles come from their sum. The error is a
/// sentence: parts that are missing, doubled, of different tests or not measured at the same time make no whole.
pub fn join_shards(mut parts: Vec<Run>) -> Result<Run, String> {
    parts.sort_by_key(|part| part.shard.map_or(0, |shard| shard.index));
    check(&parts)?;
    let started_ns = parts.iter().filter_map(|part| part.started_ns).min();
    let end_ns = |part: &Run| part.started_ns.map(|started_ns| started_ns.saturating_add(part.duration_ns));
    let covered_ns = parts.iter().filter_map(end_ns).max().zip(started_ns).map(|(end_ns, started_ns)| end_ns - started_ns);
    let duration_ns = covered_ns.unwrap_or_else(|| parts.iter().map(|part| part.duration_ns).max().unwrap_or(0));
    let mut whole = Run { started_ns, duration_ns, ..Run::default() };
    for part in parts {
        let name = part.shard.map(|shard| format!("shard {} of {}", shard.index, shard.total)).unwrap_or_default();
        whole.suite = part.suite;
        whole.partial |= part.partial;
        whole.aborted = whole.aborted.or(part.aborted.map(|reason| format!("{name}: {reason}")));
        whole.session_ns = whole.session_ns.or(part.session_ns);
        whole.commit = whole.commit.or(part.commit);
        whole.environment = part.environment;
        whole.load = whole.load.into_iter().chain(part.load).reduce(LoadFacts::together);
        part.status_codes.into_iter().for_each(|(code, times)| *whole.status_codes.entry(code).or_default() += times);
        for series in part.series.into_values() {
            add_series(&mut whole.series, series)?;
        }
        add_windows(&mut whole.windows, part.windows);
        whole.exemplars.extend(part.exemplars);
        whole.notes.extend(part.notes.into_iter().map(|note| Note { text: format!("{name}: {}", note.text), ..note }));
    }
    whole.series.values_mut().for_each(|series| set_throughput(series, duration_ns));
    whole.exemplars = kept(whole.exemplars);
    whole.notes.truncate(NOTES_MAX);
    Ok(whole)
}

/// Whether the parts, in the order of their numbers, are all parts of one test.
fn check(parts: &[Run]) -> Result<(), String> {
    let shards: Vec<_> = parts.iter().filter_map(|part| part.shard).collect();
    if shards.len() < parts.len() {
        return Err(format!(
            "{} of {} files are of no shard; give all shards of one load test, and nothing else",
            parts.len() - shards.len(),
            parts.len()
        ));
    }
    let Some(first) = shards.first() else { return Err("no shard was given".to_string()) };
    if let Some(other) = shards.iter().find(|other| other.total != first.total) {
        return Err(format!("a shard of {} and one of {} are of different load tests", first.total, other.total));
    }
    let count = |index: u32| shards.iter().filter(|shard| shard.index == index).count();
    let listed = |wanted: &dyn Fn(usize) -> bool| {
        let all: Vec<u32> = (1..=first.total).filter(|index| wanted(count(*index))).collect();
        let shown: Vec<String> = all.iter().take(10).map(u32::to_string).collect();
        let more = if all.len() > shown.len() { format!(" and {} more", all.len() - shown.len()) } else { String::new() };
        (!all.is_empty()).then(|| format!("{}{more} of {}", shown.join(", "), first.total))
    };
    if let Some(doubled) = listed(&|count| count > 1) {
        return Err(format!("shard {doubled} was given more than once; give each file once"));
    }
    if let Some(missing) = listed(&|count| count == 0) {
        return Err(format!("shard {missing} is missing; give the files of all shards together, with --suite if their names differ"));
    }
    if let Some(other) = shards.iter().find(|other| other.fingerprint != first.fingerprint) {
        let what = "they measured different loads, or with different versions of neverslower";
        return Err(format!("shards {} and {} differ in their configuration: {what}", first.index, other.index));
    }
    let environment = |part: &Run| part.environment.key.clone();
    if let Some(other) = parts.iter().find(|other| parts.first().is_some_and(|first| environment(first) != environment(other))) {
        return Err(format!("the shards are of different environments, one of them {:?}", environment(other)));
    }
    let starts = || parts.iter().filter_map(|part| part.started_ns);
    let apart_ns = starts().max().zip(starts().min()).map_or(0, |(last, first)| last - first);
    if apart_ns > LOAD_SHARDS_APART_NS_MAX {
        let seconds = apart_ns as f64 / 1e9;
        return Err(format!("the shards started {seconds:.1} s apart and were no load together; start them with --start-at or --barrier"));
    }
    Ok(())
}

fn add_series(whole: &mut BTreeMap<SeriesKey, Series>, part: Series) -> Result<(), String> {
    match whole.get_mut(&part.key) {
        Some(mine) => {
            let throughput = mine.summary.throughput.or(part.summary.throughput);
            summarise::merge(mine, part).map_err(|rejected| rejected.0)?;
            // Whether it is told at all; how much it is together is known when all parts are in.
            mine.summary.throughput = throughput;
            Ok(())
        }
        None => {
            whole.insert(part.key.clone(), part);
            Ok(())
        }
    }
}

/// Successful operations of all parts over the time of the whole, where a part tells a throughput at all.
fn set_throughput(series: &mut Series, duration_ns: u64) {
    if series.summary.throughput.is_some() && duration_ns > 0 {
        let succeeded = series.summary.count.saturating_sub(series.summary.errors);
        series.summary.throughput = Some(succeeded as f64 * 1e9 / duration_ns as f64);
    }
}

/// Windows begin with the first request of their part; those of one time are one, as wide as the widest.
fn add_windows(whole: &mut Vec<Window>, part: Vec<Window>) {
    let widest_ns = whole.iter().chain(&part).map(|window| window.width_ns).max().unwrap_or(0);
    if widest_ns == 0 {
        return;
    }
    let mut by_start: BTreeMap<u64, Window> = BTreeMap::new();
    for window in whole.drain(..).chain(part) {
        let start_ns = window.start_ns / widest_ns * widest_ns;
        // Percentiles cannot be added: of windows that are joined they are not known.
        let sum = by_start.entry(start_ns).or_insert(Window { start_ns, width_ns: widest_ns, ..Window::default() });
        let count = sum.count.saturating_add(window.count);
        let latencies = sum.latency_mean_ns * sum.count as f64 + window.latency_mean_ns * window.count as f64;
        sum.latency_mean_ns = if count > 0 { latencies / count as f64 } else { 0.0 };
        sum.latency_max_ns = sum.latency_max_ns.max(window.latency_max_ns);
        sum.errors = sum.errors.saturating_add(window.errors);
        sum.count = count;
    }
    whole.extend(by_start.into_values());
}

/// The slowest of all parts, then the failed ones in the order of their starts.
fn kept(all: Vec<Exemplar>) -> Vec<Exemplar> {
    let (mut slowest, mut failed): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.error.is_none());
    slowest.sort_by_key(|one| std::cmp::Reverse(one.latency_ns));
    failed.sort_by_key(|one| one.start_ns);
    slowest.truncate(EXEMPLARS_MAX);
    failed.truncate(EXEMPLARS_MAX);
    [slowest, failed].concat()
}

#[cfg(test)]
mod tests;
