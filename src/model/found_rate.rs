//! What a search for the highest arrival rate showed.

use serde::Serialize;

/// Name and version of the layout.
pub const FOUND_RATE_SCHEMA: &str = "neverslower.find-rate.v1";

/// What one step said of its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepVerdict {
    Holds,
    Fails,
    /// The generator was late: the step says nothing about the service.
    GeneratorLate,
}

/// The evidence of one step. Times in ns; what is not known is absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RateStep {
    /// Arrivals per second.
    pub rate: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub achieved: Option<f64>,
    pub requests: u64,
    pub errors: u64,
    pub unsent: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lag_p99_ns: Option<f64>,
    /// Requests that the generator handled late.
    pub late: u64,
    pub verdict: StepVerdict,
    /// Why it did not hold.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The answer of the search, in arrivals per second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RateAnswer {
    /// It held at `rate` and did not at `fails_at`.
    Found { rate: f64, fails_at: f64 },
    /// It held at `rate`; beyond, up to `not_made_at`, the generator could not make more.
    AtLeast {
        rate: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        not_made_at: Option<f64>,
    },
    /// It did not hold at the lowest rate.
    NotAtLowest { rate: f64 },
    /// Nothing could be measured.
    Unknown,
}

impl RateAnswer {
    /// Whether there is a rate to tell.
    pub fn is_found(self) -> bool {
        matches!(self, RateAnswer::Found { .. } | RateAnswer::AtLeast { .. })
    }
}

/// The whole search, as `--json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundRate {
    pub schema: &'static str,
    pub target: String,
    pub conditions: Vec<String>,
    pub connections: u32,
    /// Length of each step, ns.
    pub step_ns: u64,
    /// Interrupted before it ended.
    pub partial: bool,
    pub answer: RateAnswer,
    pub steps: Vec<RateStep>,
}
