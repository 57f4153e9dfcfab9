//! Summaries and numbers as a baseline file rounds them; they are read as they stand.

use crate::model::{Summary, Unit};
use serde_json::{Map, Value, json};

/// Significant digits of measured values: more would be noise in every diff.
const DIGITS: usize = 4;
/// Significant digits of exact values, all of which a reader gets back unchanged.
const DIGITS_EXACT: usize = 12;

/// A value as it is written: times and rates to 4 significant digits, counts and sizes exact.
pub fn number(value: f64, unit: &Unit) -> Value {
    let is_exact = matches!(unit, Unit::Bytes | Unit::Count | Unit::Other(_));
    rounded(value, if is_exact { DIGITS_EXACT } else { DIGITS })
}

fn rounded(value: f64, digits: usize) -> Value {
    let is_whole = value.fract() == 0.0 && value.abs() < 9e15;
    let value = if is_whole && digits == DIGITS_EXACT { value } else { format!("{value:.*e}", digits - 1).parse().unwrap_or(value) };
    // Whole numbers without a decimal point, as people write them.
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

/// The stored form of a summary.
pub fn summary_value(summary: &Summary, unit: &Unit) -> Value {
    let mut map = Map::new();
    map.insert("count".to_string(), json!(summary.count));
    map.insert("errors".to_string(), json!(summary.errors));
    let own = [("mean", summary.mean), ("stddev", summary.stddev), ("min", summary.min), ("max", summary.max)];
    map.extend(own.into_iter().filter_map(|(name, value)| Some((name.to_string(), number(value?, unit)))));
    map.extend(summary.percentiles.iter().map(|(percentile, value)| (percentile.to_string(), number(*value, unit))));
    let rates = [("throughput", summary.throughput), ("precision", summary.precision)];
    map.extend(rates.into_iter().filter_map(|(name, value)| Some((name.to_string(), rounded(value?, DIGITS)))));
    Value::Object(map)
}
