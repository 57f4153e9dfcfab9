//! What a change proves (`docs/STATISTICS.md`, the honest verdict). Logarithms; positive is worse.

use super::finding::counted;
use super::prior::Prior;
use super::threshold::Reading;
use crate::limits::BAND_RUNS_MAX;
use crate::model::{Better, Change};
use crate::stats::student_quantile;
use std::sync::OnceLock;

/// Accepted runs from which the band alone may fail a run.
const RUNS_TO_FAIL: u32 = 8;
/// Sessions of measuring from which the band alone may judge at all: runs in a row share their neighbours, so they tell
/// little of the noise between runs.
const SESSIONS: u32 = 3;
/// Factor of the noise between runs as long as a baseline is young.
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
    /// Scale of the noise between runs: as they show it, at least the prior while they are few.
    noise: f64,
    /// What that is while they are few and show less.
    prior: Prior,
    /// Beyond the band by so much at the level of a fail, by the band's own scale even where that is not yet trusted.
    beyond: f64,
    /// Accepted runs.
    pub runs: u32,
    /// Sessions they are of.
    sessions: u32,
}

/// What a change is held against, turned so that worse is up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bar {
    /// A relative limit, and the part of it that must be exceeded for sure.
    Change { limit: f64, allowance: f64 },
    /// The noise itself: what is certainly beyond it.
    Noise,
}

impl Evidence {
    /// From a change against accepted runs; `None` where a value is not positive or no run was accepted.
    pub fn of(change: &Change, better: Better, prior: Prior) -> Option<Evidence> {
        let (delta, band) = (change.log_ratio?, change.band?);
        let worse = turned(delta, better);
        let (fail, pass) = factors(band.runs);
        let is_young = is_young(band.runs, band.sessions);
        let noise = if is_young { band.scale.max(prior.scale) } else { band.scale };
        let low = worse - if is_young { PRIOR_FACTOR } else { fail } * noise;
        let within = match better {
            Better::Higher => change.within.map(|(low, _)| -low),
            _ => change.within_upper,
        };
        let high = if band.sessions >= SESSIONS { Some(worse + pass * band.scale) } else { within };
        let beyond = worse - fail * band.scale;
        Some(Evidence { worse, low, high, noise, prior, beyond, runs: band.runs, sessions: band.sessions })
    }

    /// Where the change lies, seen from a bar.
    pub fn read(&self, bar: Bar) -> Reading {
        let (is_crossed, is_within) = match bar {
            Bar::Change { limit, allowance } => (self.worse >= limit && self.low > allowance, self.high.is_some_and(|high| high < limit)),
            Bar::Noise => (self.low > 0.0, self.sessions >= SESSIONS && self.beyond <= 0.0),
        };
        match (is_crossed, is_within) {
            (true, _) => Reading::Crossed,
            (_, true) => Reading::Within,
            _ => Reading::Unclear,
        }
    }

    /// Smallest worsening that would have crossed the bar. It depends on the noise alone, not on the change.
    pub fn detectable(&self, bar: Bar) -> f64 {
        let noise = self.worse - self.low;
        match bar {
            Bar::Change { limit, allowance } => limit.max(noise + allowance),
            Bar::Noise => noise,
        }
    }

    /// Scale of the noise between runs that the verdict rests on, and the prior where it is that.
    pub fn noise(&self) -> (f64, Option<Prior>) {
        (self.noise, Some(self.prior).filter(|prior| self.noise <= prior.scale))
    }

    /// Whether too few runs were accepted for the band alone.
    pub fn is_young(&self) -> bool {
        is_young(self.runs, self.sessions)
    }

    /// Whether a pass rests on evidence from within the runs only.
    pub fn is_within_only(&self) -> bool {
        self.sessions < SESSIONS
    }

    /// `1 accepted run`, `12 accepted runs of 2 sessions`.
    pub fn accepted(&self) -> String {
        let runs = counted(u64::from(self.runs), "accepted run");
        if self.sessions == self.runs { runs } else { format!("{runs} of {}", counted(u64::from(self.sessions), "session")) }
    }

    /// What has to be accepted until the band decides, and until it decides alone: `2 more unchanged runs for a verdict, 7 more
    /// to see smaller ones`.
    pub fn wanted(&self) -> String {
        let sessions = u64::from(SESSIONS.saturating_sub(self.sessions));
        let runs = u64::from(RUNS_TO_FAIL.saturating_sub(self.runs)).max(sessions);
        let what = if self.sessions == self.runs { "more unchanged run" } else { "more session" };
        match sessions {
            0 => format!("{} to see smaller ones", counted(runs, "more unchanged run")),
            _ if runs == sessions => format!("{} for a verdict", counted(sessions, what)),
            _ => format!("{} for a verdict, {runs} more runs to see smaller ones", counted(sessions, what)),
        }
    }
}

impl Bar {
    /// The bar of a change given as a share. Where higher is better, `-10%` and `+10%` both mean a drop by a tenth. `None`
    /// for what cannot happen: a drop to nothing or below.
    pub fn of(change: f64, better: Better) -> Option<Bar> {
        match better {
            Better::Higher if change.abs() < 1.0 => {
                Some(Bar::Change { limit: -(-change.abs()).ln_1p(), allowance: -(-change.abs() * ALLOWANCE).ln_1p() })
            }
            Better::Higher => None,
            _ if change > -1.0 => Some(Bar::Change { limit: change.ln_1p(), allowance: (change * ALLOWANCE).ln_1p() }),
            _ => None,
        }
    }
}

/// A logarithmic change turned so that worse is up, or back.
pub fn turned(log: f64, better: Better) -> f64 {
    if better == Better::Higher { -log } else { log }
}

fn is_young(runs: u32, sessions: u32) -> bool {
    runs < RUNS_TO_FAIL || sessions < SESSIONS
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
