//! Summaries and numbers in a baseline file.

use crate::model::{Percentile, Summary, Unit};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value, json};
use std::fmt;

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

/// Reads a summary; an unknown member is an error at its place.
pub fn summary<'de, D: Deserializer<'de>>(input: D) -> Result<Summary, D::Error> {
    input.deserialize_map(SummaryVisitor)
}

/// The same for a member that may be absent.
pub fn some_summary<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Summary>, D::Error> {
    summary(input).map(Some)
}

struct SummaryVisitor;

impl<'de> Visitor<'de> for SummaryVisitor {
    type Value = Summary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a summary")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Summary, A::Error> {
        let mut summary = Summary::default();
        let mut has_count = false;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match name.as_ref() {
                "count" => (summary.count, has_count) = (map.next_value()?, true),
                "errors" => summary.errors = map.next_value()?,
                "mean" => summary.mean = Some(map.next_value()?),
                "stddev" => summary.stddev = Some(map.next_value()?),
                "min" => summary.min = Some(map.next_value()?),
                "max" => summary.max = Some(map.next_value()?),
                "throughput" => summary.throughput = Some(map.next_value()?),
                "precision" => summary.precision = Some(map.next_value()?),
                other => {
                    let percentile: Percentile = other.parse().map_err(|()| A::Error::custom(format!("unknown field `{other}`")))?;
                    summary.percentiles.insert(percentile, map.next_value()?);
                }
            }
        }
        if !has_count {
            return Err(A::Error::missing_field("count"));
        }
        if summary.errors > summary.count {
            return Err(A::Error::custom(format!("{} errors among {} attempts", summary.errors, summary.count)));
        }
        Ok(summary)
    }
}
