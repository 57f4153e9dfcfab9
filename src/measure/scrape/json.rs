//! A JSON object of numbers, as Go's expvar and go-metrics show it. It tells no types: what is known not to count is left
//! out, and of the rest what falls is no counter.

use serde_json::Value;
use std::collections::BTreeMap;

/// The numbers of Go's `runtime.MemStats` that count; all its others are sizes of now.
const MEMSTATS: [&str; 7] = ["TotalAlloc", "Lookups", "Mallocs", "Frees", "PauseTotalNs", "NumGC", "NumForcedGC"];
/// Members of timers, histograms, meters and gauges that do not count; `count` does.
const STATISTICS: [&str; 9] = ["value", "min", "max", "mean", "median", "stddev", "std-dev", "variance", "error"];
const STATISTIC_ENDS: [&str; 6] = ["rate", "percentile", "%", "minute", "-hour", "_units"];

/// The numbers that may count, by their path with dots between its members.
pub(super) fn counters(text: &str) -> Result<BTreeMap<String, f64>, String> {
    // The parser bounds how deep a document may be nested.
    let document: Value = serde_json::from_str(text).map_err(|error| format!("expected a JSON object ({error})"))?;
    let mut counters = BTreeMap::new();
    collect("", &document, &mut counters);
    Ok(counters)
}

fn collect(path: &str, value: &Value, counters: &mut BTreeMap<String, f64>) {
    let Value::Object(members) = value else { return };
    // `runtime.MemStats`, under whatever name.
    let is_memstats = members.contains_key("TotalAlloc") && members.contains_key("NumGC");
    for (name, member) in members {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match member.as_f64().filter(|number| number.is_finite() && *number >= 0.0) {
            Some(number) if may_count(name, is_memstats) => drop(counters.insert(path, number)),
            Some(_) => {}
            None => collect(&path, member, counters),
        }
    }
}

fn may_count(name: &str, is_memstats: bool) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_quantile = last.strip_prefix('p').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    let is_statistic = STATISTICS.contains(&last) || STATISTIC_ENDS.iter().any(|end| last.ends_with(end)) || is_quantile;
    if is_memstats { MEMSTATS.contains(&name) } else { !is_statistic }
}
