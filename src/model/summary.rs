//! What is known of a series after a run.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A percentile as an exact number: parts per 100,000, so that p50, p99.9 and p99.999 are integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percentile(u32);

impl Percentile {
    /// The lower quartile: of many wall times of one process run a steadier number than their median.
    pub const P25: Percentile = Percentile(25_000);
    pub const P50: Percentile = Percentile(50_000);
    pub const P90: Percentile = Percentile(90_000);
    pub const P95: Percentile = Percentile(95_000);
    pub const P99: Percentile = Percentile(99_000);
    pub const P999: Percentile = Percentile(99_900);
    /// The percentiles that every summary made from values carries.
    pub const STANDARD: [Percentile; 5] = [Self::P50, Self::P90, Self::P95, Self::P99, Self::P999];

    /// The percentile of `parts` per 100,000; `None` above 100,000.
    pub fn from_parts(parts: u32) -> Option<Percentile> {
        (parts <= 100_000).then_some(Percentile(parts))
    }

    /// Parts per 100,000.
    pub fn parts(self) -> u32 {
        self.0
    }

    /// As a share of 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 100_000.0
    }

    /// Nearest rank, 1-based: ⌈p·n⌉, at least 1, in integers so that no rounding enters. 0 for an empty series.
    pub fn rank(self, count: u64) -> u64 {
        if count == 0 {
            return 0;
        }
        let rank = (u128::from(self.0) * u128::from(count)).div_ceil(100_000);
        u64::try_from(rank.max(1)).unwrap_or(u64::MAX)
    }
}

impl fmt::Display for Percentile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, mut rest, mut width) = (self.0 / 1000, self.0 % 1000, 3);
        if rest == 0 {
            return write!(f, "p{whole}");
        }
        while rest % 10 == 0 {
            (rest, width) = (rest / 10, width - 1);
        }
        write!(f, "p{whole}.{rest:0width$}")
    }
}

impl FromStr for Percentile {
    type Err = ();

    /// `p50`, `p99.9`; at most three decimals.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('p').ok_or(())?;
        let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(whole, decimals)| (whole, Some(decimals)));
        let number = |part: &str| {
            let is_plain = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|_: &u32| is_plain).ok_or(())
        };
        let rest = match decimals {
            Some(decimals) => number(decimals)? * [1000, 100, 10, 1].get(decimals.len()).ok_or(())?,
            None => 0,
        };
        Percentile::from_parts(number(whole)? * 1000 + rest).ok_or(())
    }
}

/// One number of a summary that a threshold can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    Mean,
    Stddev,
    Min,
    Max,
    Percentile(Percentile),
    /// Failed attempts / all attempts.
    ErrorRate,
    /// Successful operations per second.
    Throughput,
    Count,
}

/// The words for statistics, and what they mean, in the order shown to people. Any percentile may be named.
pub const STATISTIC_WORDS: &[(&str, &str)] = &[
    ("p50", "the median, nearest rank; also `median`"),
    ("p90", "90% of the values are at most this"),
    ("p95", "95% of the values are at most this"),
    ("p99", "99% of the values are at most this"),
    ("p99.9", "any percentile, with up to three decimals"),
    ("mean", "the arithmetic mean; also `average`"),
    ("stddev", "the sample standard deviation"),
    ("min", "the smallest value"),
    ("max", "the largest value"),
    ("error rate", "failed attempts out of all attempts"),
    ("throughput", "successful operations per second"),
    ("count", "attempts"),
];

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Statistic::Mean => f.write_str("mean"),
            Statistic::Stddev => f.write_str("stddev"),
            Statistic::Min => f.write_str("min"),
            Statistic::Max => f.write_str("max"),
            Statistic::Percentile(p) => p.fmt(f),
            Statistic::ErrorRate => f.write_str("error rate"),
            Statistic::Throughput => f.write_str("throughput"),
            Statistic::Count => f.write_str("count"),
        }
    }
}

impl FromStr for Statistic {
    type Err = ();

    /// Also takes the words people use: `average`, `median`, `error_rate`.
    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "mean" | "average" | "avg" => Statistic::Mean,
            "median" => Statistic::Percentile(Percentile::P50),
            "stddev" => Statistic::Stddev,
            "min" => Statistic::Min,
            "max" => Statistic::Max,
            "error rate" | "error_rate" | "error-rate" | "errors" => Statistic::ErrorRate,
            "throughput" => Statistic::Throughput,
            "count" => Statistic::Count,
            other => Statistic::Percentile(other.parse()?),
        })
    }
}

/// The numbers of one series. A statistic that is not known is absent, never 0 or NaN. Values are in the series' unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Attempts covered.
    pub count: u64,
    /// Failed ones among them.
    pub errors: u64,
    pub mean: Option<f64>,
    /// Sample standard deviation (n − 1).
    pub stddev: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Nearest rank.
    pub percentiles: BTreeMap<Percentile, f64>,
    /// Operations per second.
    pub throughput: Option<f64>,
    /// Largest relative error of min, max and percentiles; `None` where they are exact.
    pub precision: Option<f64>,
}

impl Summary {
    /// The value of one statistic; `None` where the source did not tell it.
    pub fn get(&self, statistic: Statistic) -> Option<f64> {
        match statistic {
            Statistic::Mean => self.mean,
            Statistic::Stddev => self.stddev,
            Statistic::Min => self.min,
            Statistic::Max => self.max,
            Statistic::Percentile(p) => self.percentiles.get(&p).copied(),
            Statistic::ErrorRate => (self.count > 0).then(|| self.errors as f64 / self.count as f64),
            Statistic::Throughput => self.throughput,
            Statistic::Count => Some(self.count as f64),
        }
    }
}
