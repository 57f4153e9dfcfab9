//! Arrival rates over time, their cumulative count and its exact inverse.

use std::fmt;

/// Arrivals are counted per 10⁹ seconds: any rate of up to nine decimals is then an integer.
const RATE_SCALE: f64 = 1e9;
/// One arrival, in the unit in which arrivals are counted. Rate × time gives 10⁻¹⁸; the half of it makes the area below
/// an even change of rate a whole number.
pub const SLOT: u128 = 2_000_000_000_000_000_000;
/// 10⁻⁹ of an arrival.
pub const NANOSLOT: u128 = SLOT / 1_000_000_000;

/// Rates, leg after leg. The last one goes on for ever at the rate with which it ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    legs: Vec<Leg>,
}

/// A stretch of time in which the rate stays, or changes evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Leg {
    start_ns: u64,
    length_ns: u64,
    /// Arrivals in 10⁹ seconds.
    from: u64,
    to: u64,
    /// Arrivals before it, in units of `SLOT`.
    before: u128,
}

impl Rates {
    /// Legs of a rate at the start, a rate at the end (both per second, taken to nine decimals) and a length in ns. `None`
    /// where one is negative, not finite or above 10⁹ per second, or where nothing ever arrives.
    pub fn new(legs: impl IntoIterator<Item = (f64, f64, u64)>) -> Option<Rates> {
        let (mut start_ns, mut before, mut all) = (0u64, 0u128, Vec::new());
        for (from, to, length_ns) in legs {
            let leg = Leg { start_ns, length_ns, from: scaled(from)?, to: scaled(to)?, before };
            start_ns = start_ns.saturating_add(length_ns);
            before = before.saturating_add(leg.count());
            all.push(leg);
        }
        (before > 0).then_some(Rates { legs: all })
    }

    /// The same rate for ever.
    pub fn constant_at(rate: f64) -> Option<Rates> {
        Rates::new([(rate, rate, u64::MAX)])
    }

    /// When the cumulative count stops being at most `count` (in units of `SLOT`), ns, rounded down: where nothing arrives
    /// for a while the next one starts when that is over.
    #[inline]
    pub fn when(&self, count: u128) -> u64 {
        let leg = match self.legs.as_slice() {
            [only] => Some(only),
            legs => legs.get(legs.partition_point(|leg| leg.before <= count).saturating_sub(1)),
        };
        leg.map_or(0, |leg| leg.start_ns.saturating_add(leg.offset_ns(count - leg.before)))
    }

    /// Whole arrivals before a time.
    pub fn count_before(&self, time_ns: u64) -> u64 {
        let index = self.legs.partition_point(|leg| leg.start_ns <= time_ns).saturating_sub(1);
        let counted = self.legs.get(index).map_or(0, |leg| leg.before.saturating_add(leg.count_until(time_ns - leg.start_ns)));
        u64::try_from(counted / SLOT).unwrap_or(u64::MAX)
    }

    /// The rate per second, where it never changes.
    pub fn constant(&self) -> Option<f64> {
        let (first, rest) = self.legs.split_first()?;
        let is_same = first.from == first.to && rest.iter().all(|leg| (leg.from, leg.to) == (first.from, first.to));
        is_same.then_some(first.from as f64 / RATE_SCALE)
    }
}

fn scaled(rate: f64) -> Option<u64> {
    // NaN fails the comparison. At most 10¹⁸, so the conversion is exact.
    (0.0..=1e9).contains(&rate).then_some((rate * RATE_SCALE).round() as u64)
}

impl Leg {
    /// Arrivals in all of it: the mean rate by its length, exact.
    fn count(&self) -> u128 {
        (u128::from(self.from) + u128::from(self.to)) * u128::from(self.length_ns)
    }

    /// Arrivals in its first `offset_ns`, rounded down.
    fn count_until(&self, offset_ns: u64) -> u128 {
        if offset_ns >= self.length_ns {
            let beyond_ns = u128::from(offset_ns - self.length_ns);
            return self.count().saturating_add(2 * u128::from(self.to) * beyond_ns);
        }
        // 2·from·t + (to − from)·t²/length, with t² split by the length so that every product fits.
        let (time, length) = (u128::from(offset_ns), u128::from(self.length_ns));
        let (whole, rest) = (time * time / length, time * time % length);
        let change = u128::from(self.from.abs_diff(self.to));
        let steady = 2 * u128::from(self.from) * time;
        if self.to >= self.from {
            steady + change * whole + change * rest / length
        } else {
            steady - change * whole - (change * rest).div_ceil(length)
        }
    }

    /// The last ns at which no more than `count` arrivals are over.
    #[inline]
    fn offset_ns(&self, count: u128) -> u64 {
        let at_rate = |count: u128, rate: u64| u64::try_from(count / (2 * u128::from(rate))).unwrap_or(u64::MAX);
        if self.from == self.to && self.from > 0 {
            return at_rate(count, self.from);
        }
        match count.checked_sub(self.count()) {
            Some(_) if self.to == 0 => self.length_ns,
            Some(beyond) => self.length_ns.saturating_add(at_rate(beyond, self.to)),
            None => self.ramp_offset_ns(count),
        }
    }

    /// A guess by the quadratic formula, made exact by looking at its neighbours.
    fn ramp_offset_ns(&self, count: u128) -> u64 {
        let fits = |offset_ns: u64| self.count_until(offset_ns) <= count;
        let (from, to, sought) = (self.from as f64, self.to as f64, count as f64);
        let root = (from * from + (to - from) * sought / self.length_ns as f64).max(0.0).sqrt();
        let guess = (sought / (from + root)) as u64;
        let (mut low, mut high) = (guess.min(self.length_ns), self.length_ns);
        let mut step = 1u64;
        if fits(low) {
            while high > low && fits(high.min(low.saturating_add(step))) {
                (low, step) = (high.min(low.saturating_add(step)), step.saturating_mul(2));
            }
            high = high.min(low.saturating_add(step));
        } else {
            while !fits(low) {
                (high, low, step) = (low, low.saturating_sub(step), step.saturating_mul(2));
            }
        }
        // Now `low` fits and `high` does not, unless they are one.
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if fits(middle) { low = middle } else { high = middle }
        }
        low
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, leg) in self.legs.iter().enumerate() {
            let (from, to) = (leg.from as f64 / RATE_SCALE, leg.to as f64 / RATE_SCALE);
            f.write_str(if index > 0 { ", " } else { "" })?;
            if from == to { write!(f, "{from}/s") } else { write!(f, "{from}..{to}/s") }?;
            if leg.length_ns < u64::MAX {
                write!(f, " for {:?}", std::time::Duration::from_nanos(leg.length_ns))?;
            }
        }
        Ok(())
    }
}
