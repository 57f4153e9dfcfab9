//! What an answer has to be to count as a success.

use std::fmt;
use std::ops::RangeInclusive;

/// Of one target; `Assertions::default()` asserts nothing beyond a status below 400. A failed one is an error of the class
/// `assertion`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assertions {
    /// Statuses that are a success, 4xx and 5xx among them where they are named; no other one is.
    pub status: Option<StatusSet>,
    pub headers: Vec<HeaderAssertion>,
    /// Texts that stand in the body.
    pub body: Vec<String>,
    pub json: Vec<JsonAssertion>,
    /// Bytes of the body, as it came.
    pub size: Option<RangeInclusive<u64>>,
}

impl Assertions {
    /// These, and what they leave open as `common` says.
    pub fn or(self, common: &Assertions) -> Assertions {
        fn either<T: Clone>(own: Vec<T>, common: &[T]) -> Vec<T> {
            if own.is_empty() { common.to_vec() } else { own }
        }
        Assertions {
            status: self.status.or_else(|| common.status.clone()),
            headers: either(self.headers, &common.headers),
            body: either(self.body, &common.body),
            json: either(self.json, &common.json),
            size: self.size.or_else(|| common.size.clone()),
        }
    }

    /// Whether the body itself is looked at, not only its size.
    pub fn need_body(&self) -> bool {
        !self.body.is_empty() || !self.json.is_empty()
    }
}

/// Statuses, as `200,204,3xx` names them.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusSet {
    /// As written.
    pub text: String,
    pub ranges: Vec<RangeInclusive<u16>>,
}

impl StatusSet {
    /// Whether a status is one of them.
    pub fn contains(&self, status: u16) -> bool {
        self.ranges.iter().any(|range| range.contains(&status))
    }
}

/// A header that must be there.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderAssertion {
    pub name: String,
    /// What stands somewhere in its value.
    pub contains: Option<String>,
}

impl fmt::Display for HeaderAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.contains {
            Some(text) => write!(f, "{}: {text}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A value that must be there in a body of JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonAssertion {
    /// RFC 6901; empty for the whole document.
    pub pointer: String,
    pub equals: Option<serde_json::Value>,
}

impl JsonAssertion {
    /// Whether the value that the pointer found is as it should be. Numbers are equal as numbers: 7 and 7.0.
    pub fn holds(&self, found: &serde_json::Value) -> bool {
        let Some(expected) = &self.equals else { return true };
        match (expected.as_f64(), found.as_f64()) {
            // Beyond 2^53 a float cannot tell neighbours apart, and whole numbers can.
            (Some(one), Some(other)) if expected.is_f64() || found.is_f64() => one == other,
            _ => expected == found,
        }
    }
}
