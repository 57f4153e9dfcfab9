//! The written form of a summary, in stored runs and baselines: a flat object whose percentiles are members (`p50`, `p99.9`)
//! and in which what is not known is absent.

use super::{Percentile, Summary};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;
use std::fmt;

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("count", &self.count)?;
        map.serialize_entry("errors", &self.errors)?;
        for (name, value) in [("mean", self.mean), ("stddev", self.stddev), ("min", self.min), ("max", self.max)] {
            if let Some(value) = value {
                map.serialize_entry(name, &value)?;
            }
        }
        for (percentile, value) in &self.percentiles {
            map.serialize_entry(&*name_of(*percentile), value)?;
        }
        for (name, value) in [("throughput", self.throughput), ("precision", self.precision)] {
            if let Some(value) = value {
                map.serialize_entry(name, &value)?;
            }
        }
        map.end()
    }
}

/// Its name; that of the usual ones without making a text, of which a large run would need tens of thousands.
fn name_of(percentile: Percentile) -> Cow<'static, str> {
    match percentile {
        Percentile::P50 => Cow::Borrowed("p50"),
        Percentile::P90 => Cow::Borrowed("p90"),
        Percentile::P95 => Cow::Borrowed("p95"),
        Percentile::P99 => Cow::Borrowed("p99"),
        Percentile::P999 => Cow::Borrowed("p99.9"),
        other => Cow::Owned(other.to_string()),
    }
}

impl<'de> Deserialize<'de> for Summary {
    /// An unknown member is an error at its place, and so are more errors than attempts.
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Summary, D::Error> {
        input.deserialize_map(SummaryVisitor)
    }
}

/// A member of the object, told apart without keeping its name.
enum Member {
    Count,
    Errors,
    Mean,
    Stddev,
    Min,
    Max,
    Throughput,
    Precision,
    Percentile(Percentile),
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Member, D::Error> {
        input.deserialize_identifier(MemberVisitor)
    }
}

struct MemberVisitor;

impl Visitor<'_> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member of a summary")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Member, E> {
        Ok(match name {
            "count" => Member::Count,
            "errors" => Member::Errors,
            "mean" => Member::Mean,
            "stddev" => Member::Stddev,
            "min" => Member::Min,
            "max" => Member::Max,
            "throughput" => Member::Throughput,
            "precision" => Member::Precision,
            other => Member::Percentile(other.parse().map_err(|()| E::custom(format!("unknown field `{other}`")))?),
        })
    }
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
        while let Some(member) = map.next_key()? {
            match member {
                Member::Count => (summary.count, has_count) = (map.next_value()?, true),
                Member::Errors => summary.errors = map.next_value()?,
                Member::Mean => summary.mean = Some(map.next_value()?),
                Member::Stddev => summary.stddev = Some(map.next_value()?),
                Member::Min => summary.min = Some(map.next_value()?),
                Member::Max => summary.max = Some(map.next_value()?),
                Member::Throughput => summary.throughput = Some(map.next_value()?),
                Member::Precision => summary.precision = Some(map.next_value()?),
                Member::Percentile(percentile) => drop(summary.percentiles.insert(percentile, map.next_value()?)),
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

#[cfg(test)]
mod tests {
    use crate::model::{Percentile, Summary};

    /// Reads a summary; an error tells itself.
    fn check(text: &str, expected: &str) {
        let read = serde_json::from_str::<Summary>(text);
        let shown = read.map_or_else(|error| error.to_string(), |summary| serde_json::to_string(&summary).unwrap());
        assert!(shown.contains(expected), "{text}: {shown}");
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let full = Summary {
            count: 4,
            errors: 1,
            mean: Some(1.5),
            stddev: Some(0.25),
            min: Some(1.0),
            max: Some(2.0),
            percentiles: Percentile::STANDARD.into_iter().chain(Percentile::from_parts(99_990)).map(|p| (p, p.fraction())).collect(),
            throughput: Some(10.0),
            precision: Some(0.001),
        };
        let text = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), full);
        check(r#"{"count":1,"p99.9":7}"#, r#"{"count":1,"errors":0,"p99.9":7.0}"#);
        check(r#"{"errors":0}"#, "missing field `count`");
        check(r#"{"count":1,"p101":7}"#, "unknown field `p101`");
        check(r#"{"count":1,"errors":2}"#, "2 errors among 1 attempts");
        check(r#"{"count":-1}"#, "invalid value");
    }
}
