//! What pairs prove: the result of the paired procedure (`docs/STATISTICS.md`, interleaved comparison).

use super::{Better, Statistic, Verdict};

/// The relative limits that one paired series is held against, as shares: 0.05 is `+5%`. Where higher is better either sign means
/// a drop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairLimits {
    pub unstable: Option<f64>,
    pub fail: Option<f64>,
    pub better: Better,
}

impl PairLimits {
    /// The limit that a pass has to keep.
    pub fn strictest(&self) -> Option<f64> {
        self.unstable.or(self.fail)
    }
}

/// Why pairs prove neither, or why their word is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The pairs ended before the procedure could decide.
    TooFew,
    /// All pairs that the procedure looks at were made, and they differ too much among themselves.
    Spread,
    /// The process runs of one side fall into two groups.
    TwoModes,
    /// CPU time is judged of something that waits.
    Waiting,
    /// Every pair began with the same side, so that nothing was randomised: it proves no slowdown.
    OneOrder,
    /// The value passes, but the mean of the same runs fails at twice the limit.
    Tail,
    /// CPU time passes, but wall time of the same runs fails at twice the limit.
    SlowerInWaiting,
    /// Measured again, it did not fail again.
    Unconfirmed,
    /// More than a tenth of the pairs is void.
    Void,
}

/// Which of two limits a verdict is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Unstable,
    Fail,
}

/// What the pairs of one series say against its limits. Logarithms are of head/base as measured: positive is more, whichever is
/// better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedChange {
    /// If measuring ends here. No verdict: fewer valid pairs than the first look takes, or too many void ones.
    pub verdict: Verdict,
    /// Whether further pairs can change nothing: the series needs not be measured on.
    pub is_final: bool,
    /// The limit that the verdict is about.
    pub bound: Bound,
    /// Why it is not a pass or a fail.
    pub doubt: Option<Doubt>,
    /// Proven better, by the mirrored rule of a fail.
    pub is_improved: bool,
    /// Hodges and Lehmann's estimate of the log ratio, and its nominal 95 % interval.
    pub estimate: f64,
    pub interval: Option<(f64, f64)>,
    /// Pairs of the look that the numbers are of: the deciding one, else the last one reached.
    pub pairs_used: u32,
    /// Valid pairs, and void ones.
    pub pairs: u32,
    pub void: u32,
    /// At `bound`: of "not slower than the allowance", and of "as slow as the limit".
    pub p_fail: f64,
    pub p_pass: f64,
    /// Smallest worsening, as a logarithm, that would have been found with a power of about 0.9.
    pub detectable: Option<f64>,
    /// Pairs that a verdict would need at the spread seen; only where there is none.
    pub pairs_needed: Option<u32>,
    /// Medians of the values used.
    pub base: f64,
    pub head: f64,
    /// Of the valid pairs, those that began with base.
    pub base_first: u32,
    /// Estimates of the pairs that began with base, and with head: they differ where one run leaves something to the next.
    pub by_order: Option<(f64, f64)>,
}

/// What a source of pairs tells about them as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PairFacts {
    /// Series that could fail in the measurement that they are of, over all its suites: what the error levels were divided by.
    /// `None`: as many as are judged.
    pub series: Option<u32>,
    /// Limits that they were measured for, as written.
    pub thresholds: Vec<PairThreshold>,
}

/// A limit that pairs were measured for.
#[derive(Debug, Clone, PartialEq)]
pub struct PairThreshold {
    /// Glob over labels.
    pub label: String,
    /// Glob over metrics.
    pub metric: Option<String>,
    pub statistic: Option<Statistic>,
    pub unstable: Option<String>,
    pub fail: Option<String>,
    /// Changes smaller than this (in the series' unit) do not count.
    pub floor: Option<f64>,
}
