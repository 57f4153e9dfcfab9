//! What a change proves (`docs/STATISTICS.md`, the honest verdict). Logarithms; positive is worse.

use super::threshold::Reading;
use crate::limits::BAND_RUNS_MAX;
use crate::model::{Better, Change};
use crate::stats::student_quantile;
use std::sync::OnceLock;

/// Accepted runs from which the band alone may fail a run, and from which it may pass one.
const RUNS_TO_FAIL: u32 = 8;
const RUNS_TO_PASS: u32 = 3;
/// Stated prior of the noise between runs, as long as fewer runs than `RUNS_TO_FAIL` are accepted, and its factor.
pub const PRIOR_SCALE: f64 = 0.10;
const PRIOR_FACTOR: f64 = 5.0;
const FAIL_LEVEL: f64 = 0.999;
const PASS_LEVEL: f64 = 0.95;
/// A change must be shown to exceed this share of its limit: the allowance for placement and roles.
const ALLOWANCE: f64 = 1.0 / 6.0;

/// What is known of a change, turned so that worse is up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// How much worse, as a logarithm.
    pub worse: f64,
    /// Certainly at least so much worse.
    pub low: f64,
    /// Certainly at most so much worse; `None` where nothing tells.
    pub high: Option<f64>,
    /// Accepted runs.
    pub runs: u32,
}

/// A relative limit, turned so that worse is up: the limit itself, and the part of it that must be exceeded for sure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    pub limit: f64,
    pub allowance: f64,
}

impl Evidence {
    /// From a change against accepted runs; `None` where a value is not positive or no run was accepted.
    pub fn of(change: &Change, better: Better) -> Option<Evidence> {
        let (delta, band) = (change.log_ratio?, change.band?);
        let worse = turned(delta, better);
        let scale = if band.runs < RUNS_TO_FAIL { band.scale.max(PRIOR_SCALE) } else { band.scale };
        let within = match better {
            Better::Higher => change.within.map(|(low, _)| -low),
            _ => change.within_upper,
        };
        let high = if band.runs >= RUNS_TO_PASS { Some(worse + pass_factor(band.runs) * band.scale) } else { within };
        Some(Evidence { worse, low: worse - fail_factor(band.runs) * scale, high, runs: band.runs })
    }

    /// Where the change lies, seen from a limit.
    pub fn read(&self, bar: Bar) -> Reading {
        if self.worse >= bar.limit && self.low > bar.allowance {
            Reading::Crossed
        } else if self.high.is_some_and(|high| high < bar.limit) {
            Reading::Within
        } else {
            Reading::Unclear
        }
    }

    /// Smallest worsening that would have crossed the limit.
    pub fn detectable(&self, bar: Bar) -> f64 {
        bar.limit.max(self.worse - self.low + bar.allowance)
    }

    /// Whether the noise between runs is still the stated prior.
    pub fn is_young(&self) -> bool {
        self.runs < RUNS_TO_FAIL
    }

    /// Whether a pass rests on evidence from within the runs only.
    pub fn is_within_only(&self) -> bool {
        self.runs < RUNS_TO_PASS
    }
}

/// Accepted runs still missing until the band alone decides.
pub fn runs_missing(runs: u32) -> u32 {
    RUNS_TO_FAIL.saturating_sub(runs)
}

impl Bar {
    /// The bar of a change given as a share. Where higher is better, `-10%` and `+10%` both mean a drop by a tenth. `None`
    /// for what cannot happen: a drop to nothing or below.
    pub fn of(change: f64, better: Better) -> Option<Bar> {
        match better {
            Better::Higher if change.abs() < 1.0 => {
                Some(Bar { limit: -(-change.abs()).ln_1p(), allowance: -(-change.abs() * ALLOWANCE).ln_1p() })
            }
            Better::Higher => None,
            _ if change > -1.0 => Some(Bar { limit: change.ln_1p(), allowance: (change * ALLOWANCE).ln_1p() }),
            _ => None,
        }
    }
}

/// A logarithmic change turned so that worse is up, or back.
pub fn turned(log: f64, better: Better) -> f64 {
    if better == Better::Higher { -log } else { log }
}

fn fail_factor(runs: u32) -> f64 {
    if runs < RUNS_TO_FAIL { PRIOR_FACTOR } else { factors(runs).0 }
}

fn pass_factor(runs: u32) -> f64 {
    factors(runs).1
}

/// t·√(1 + 1/N) for a new value against N accepted ones, at the levels of fail and pass; computed once.
fn factors(runs: u32) -> (f64, f64) {
    static FACTORS: OnceLock<Vec<(f64, f64)>> = OnceLock::new();
    let table = FACTORS.get_or_init(|| {
        let row = |runs: usize| {
            let n = runs as f64;
            let factor = |level: f64| if runs < 2 { f64::INFINITY } else { student_quantile(level, n - 1.0) * (1.0 + 1.0 / n).sqrt() };
            (factor(FAIL_LEVEL), factor(PASS_LEVEL))
        };
        (0..=BAND_RUNS_MAX).map(row).collect()
    });
    table.get(runs as usize).or(table.last()).copied().unwrap_or((f64::INFINITY, f64::INFINITY))
}
