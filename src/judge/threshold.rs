//! The contract of a threshold: one kind of rule, judged over a whole comparison.

use super::rule::{Limit, Policy};
use super::selection::Selection;
use crate::model::{Comparison, Finding, Note, Verdict};
use std::collections::BTreeMap;

/// What a threshold may look at.
pub struct Case<'a> {
    pub comparison: &'a Comparison,
    pub policy: &'a Policy,
    /// Which rule judges which series.
    pub selection: Selection<'a>,
}

/// What thresholds say.
#[derive(Default)]
pub struct Found {
    pub findings: Vec<Finding>,
    pub notes: Vec<Note>,
    /// Why default rules stepped back: reason → one example, and how many series.
    pub skipped: BTreeMap<&'static str, (String, u64)>,
}

/// One kind of rule. Adding one: a file of its own, and one entry in the table of `judge/mod.rs`.
pub trait Threshold: Sync {
    /// Adds a finding for everything it judged, the passing ones too; pure.
    fn judge(&self, case: &Case<'_>, found: &mut Found);

    /// Whether a finding of this kind makes the measurement void, so that no later threshold looks at its numbers.
    fn voids(&self) -> bool {
        false
    }
}

/// The limits of one rule that are of one kind; at least one of them is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits<'a> {
    pub unstable: Option<&'a Limit>,
    pub fail: Option<&'a Limit>,
}

/// Where a value lies, seen from one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    Within,
    /// The evidence says neither.
    Unclear,
    Crossed,
}

impl<'a> Limits<'a> {
    /// The verdict of both limits, and the limit that decided it: that of the gravest one that is crossed; pass if the value is
    /// within both; else unstable, because the evidence does not say.
    pub fn decide(&self, read: impl Fn(&Limit) -> Reading) -> (Verdict, &'a str) {
        if let Some(limit) = self.fail.filter(|limit| read(limit) == Reading::Crossed) {
            return (Verdict::Fail, limit.text());
        }
        let open = [self.unstable, self.fail].into_iter().flatten().find(|limit| read(limit) != Reading::Within);
        match (open, self.strictest()) {
            (Some(limit), _) => (Verdict::Unstable, limit.text()),
            (None, Some(limit)) => (Verdict::Pass, limit.text()),
            (None, None) => (Verdict::Unstable, ""),
        }
    }

    /// Whether one of them is crossed.
    pub fn is_crossed(&self, read: impl Fn(&Limit) -> Reading) -> bool {
        [self.unstable, self.fail].into_iter().flatten().any(|limit| read(limit) == Reading::Crossed)
    }

    /// The limit that a passing value is within.
    pub fn strictest(&self) -> Option<&'a Limit> {
        self.unstable.or(self.fail)
    }

    /// Whether a limit is written like that; else it was widened.
    pub fn is_one_of(&self, text: &str) -> bool {
        [self.unstable, self.fail].into_iter().flatten().any(|limit| limit.text() == text)
    }

    /// The limit that speaks of the gravest verdict.
    pub fn gravest(&self) -> Option<&'a Limit> {
        self.fail.or(self.unstable)
    }
}

/// Share of a value by which two may differ through rounding alone, in stored decimals and in arithmetic.
const ROUNDING: f64 = 1e-9;

/// Strictly more, beyond rounding.
pub fn exceeds(value: f64, limit: f64) -> bool {
    value - limit > ROUNDING * limit.abs().max(value.abs())
}
