//! Prometheus text and OpenMetrics: which of its lines are counters.

use crate::limits::QUOTED_CHARS_MAX;
use crate::measure::quoted;
use std::collections::{BTreeMap, HashMap};

/// The counters of a document: those of type `counter`, sums and counts of histograms and summaries, and names that end in
/// `_total` where nothing tells the type. Labels are sorted, because not every server shows them in the same order.
pub(super) fn counters(text: &str) -> Result<BTreeMap<String, f64>, String> {
    let mut types: HashMap<&str, &str> = HashMap::new();
    let mut counters = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            let mut words = comment.split_whitespace();
            if let (Some("TYPE"), Some(name), Some(kind)) = (words.next(), words.next(), words.next()) {
                types.insert(name, kind);
            }
        } else if !line.is_empty() {
            let Some((name, labels, value)) = sample(line) else {
                let found: String = line.chars().take(QUOTED_CHARS_MAX).collect();
                return Err(format!("line {}: expected NAME{{LABELS}} VALUE, found {found:?}", index + 1));
            };
            if value.is_finite() && is_counter(name, &types) {
                counters.insert(shown(name, labels), value);
            }
        }
    }
    Ok(counters)
}

/// Name, what stands between the braces, and value of a line. A time stamp or exemplar behind them says nothing to us.
fn sample(line: &str) -> Option<(&str, &str, f64)> {
    let (name, rest) = line.split_at(line.find(|c: char| c == '{' || c.is_whitespace())?);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(inner) => {
            let labels = quoted::split(inner, '}').next()?;
            (labels, inner.get(labels.len()..)?.strip_prefix('}')?)
        }
        None => ("", rest),
    };
    Some((name, labels, rest.split_whitespace().next()?.parse().ok()?))
}

fn is_counter(name: &str, types: &HashMap<&str, &str>) -> bool {
    let of = |name: &str| types.get(name).copied().filter(|kind| !matches!(*kind, "untyped" | "unknown"));
    if let Some(kind) = of(name) {
        return kind == "counter";
    }
    let stem_is = |suffix: &str, kinds: &[&str]| name.strip_suffix(suffix).and_then(of).is_some_and(|kind| kinds.contains(&kind));
    let sums = ["histogram", "summary"];
    let is_typed_otherwise =
        ["_total", "_bucket", "_created"].into_iter().any(|suffix| stem_is(suffix, &["gauge", "histogram", "summary"]));
    stem_is("_sum", &sums) || stem_is("_count", &sums) || (name.ends_with("_total") && !is_typed_otherwise)
}

fn shown(name: &str, labels: &str) -> String {
    let mut labels: Vec<&str> = quoted::split(labels, ',').map(str::trim).filter(|label| !label.is_empty()).collect();
    labels.sort_unstable();
    if labels.is_empty() { name.to_string() } else { format!("{name}{{{}}}", labels.join(",")) }
}
