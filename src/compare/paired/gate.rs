//! One limit at one look. Natural logarithms, turned so that worse is up.

use crate::model::{Better, Bound, PairLimits};
use crate::stats::{WalshAverages, signed_rank_p};

/// Pairs after which the procedure looks.
pub const LOOKS: [usize; 7] = [8, 14, 20, 28, 40, 56, crate::limits::PAIRS_MAX];

/// False alarms of one series, and of a whole measurement.
const ALPHA: f64 = 0.001;
const ALPHA_OF_ALL: f64 = 0.02;
/// The same of a measurement that confirms a failure: it can only lower the rate of alarms.
const ALPHA_OF_CONFIRMATION: f64 = 0.01;
/// Slowdowns as large as the limit that pass.
const BETA: f64 = 0.05;
/// What each of the seven looks may spend of them: their correlation lets the sum be 1.4 of the whole.
const SHARE_OF_A_LOOK: f64 = 1.4 / 7.0;
/// A slowdown must be shown to exceed this share of its limit: the allowance for code placement and roles.
const ALLOWANCE: f64 = 1.0 / 6.0;

/// Error levels of one look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// Chance that one look takes unchanged code for slower.
    pub fail: f64,
    /// Chance that one look takes code as slow as the limit for good.
    pub pass: f64,
}

impl Levels {
    /// For a measurement in which that many series can fail; fixed before it begins.
    pub fn of(series: u32) -> Levels {
        Levels::per_gate(ALPHA.min(ALPHA_OF_ALL / f64::from(series.max(1))))
    }

    /// For the second measurement of what failed without more instructions.
    pub fn of_confirmation() -> Levels {
        Levels::per_gate(ALPHA_OF_CONFIRMATION)
    }

    fn per_gate(alpha: f64) -> Levels {
        Levels { fail: alpha * SHARE_OF_A_LOOK, pass: BETA * SHARE_OF_A_LOOK }
    }
}

/// A limit T: what is tolerated as placement (T/6), what an estimate must reach, and T itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    allowance: f64,
    middle: f64,
    limit: f64,
}

impl Bar {
    /// Of a change given as a share; `None` for what cannot happen, a drop to nothing or below.
    pub fn of(change: f64, better: Better) -> Option<Bar> {
        let (sign, share) = if better == Better::Higher { (-1.0, -change.abs()) } else { (1.0, change) };
        let log = |share: f64| sign * share.ln_1p();
        let allowance = share * ALLOWANCE;
        (share > -1.0).then(|| Bar { allowance: log(allowance), middle: log((allowance + share) / 2.0), limit: log(share) })
    }

    /// How far the allowance and the limit are apart.
    pub fn width(self) -> f64 {
        self.limit - self.allowance
    }

    /// p-value of "not slower than the allowance".
    pub fn p_fail(self, worse: &[f64]) -> f64 {
        signed_rank_p(worse, self.allowance)
    }

    /// p-value of "as slow as the limit".
    pub fn p_pass(self, worse: &[f64]) -> f64 {
        signed_rank_p(&negated(worse), -self.limit)
    }

    /// Slower: evidence and size.
    pub fn fails(self, worse: &[f64], levels: Levels) -> bool {
        self.p_fail(worse) <= levels.fail && self.is_large(worse)
    }

    /// Not slower: evidence, and less than that size.
    pub fn passes(self, worse: &[f64], levels: Levels) -> bool {
        self.p_pass(worse) <= levels.pass && !self.is_large(worse)
    }

    /// Whether the estimate is as large as a fail needs.
    fn is_large(self, worse: &[f64]) -> bool {
        WalshAverages::of(worse).median().is_some_and(|estimate| estimate >= self.middle)
    }

    /// The mirrored rule of a fail.
    pub fn is_improved(self, worse: &[f64], estimate: f64, levels: Levels) -> bool {
        estimate <= -self.middle && signed_rank_p(&negated(worse), self.allowance) <= levels.fail
    }

    /// Whether the estimate is as large as a fail needs, but so few pairs cannot fail, even if all of them are worse.
    pub fn is_suspicious(self, worse: &[f64], levels: Levels) -> bool {
        let is_mute = 0.5f64.powi(i32::try_from(worse.len()).unwrap_or(i32::MAX)) > levels.fail;
        is_mute && self.is_large(worse)
    }

    /// Smallest worsening that would have been found. `certain` is the Walsh average that must lie above the allowance for a
    /// fail; where so few pairs can have none, a pass has excluded the limit itself.
    pub fn detectable(self, estimate: f64, certain: Option<f64>, error: f64) -> f64 {
        let power = super::POWER * error;
        certain.map_or(self.limit, |certain| (self.middle + power).max(self.allowance + (estimate - certain) + power))
    }
}

/// Both limits of a series.
pub struct Bars {
    unstable: Option<Bar>,
    fail: Option<Bar>,
}

impl Bars {
    pub fn of(limits: &PairLimits) -> Bars {
        let bar = |change: Option<f64>| change.and_then(|change| Bar::of(change, limits.better));
        Bars { unstable: bar(limits.unstable), fail: bar(limits.fail) }
    }

    pub fn get(&self, bound: Bound) -> Option<Bar> {
        match bound {
            Bound::Unstable => self.unstable,
            Bound::Fail => self.fail,
        }
    }

    /// The one that a pass has to keep.
    pub fn strictest(&self) -> Bound {
        if self.unstable.is_some() { Bound::Unstable } else { Bound::Fail }
    }

    /// Whether the pairs fail at one of them, where it is there.
    pub fn fails(&self, bound: Bound, worse: &[f64], levels: Levels) -> bool {
        self.get(bound).is_some_and(|bar| bar.fails(worse, levels))
    }

    /// Whether they pass at the strictest.
    pub fn passes(&self, worse: &[f64], levels: Levels) -> bool {
        self.get(self.strictest()).is_some_and(|bar| bar.passes(worse, levels))
    }
}

fn negated(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| -value).collect()
}
