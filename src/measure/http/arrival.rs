//! The intended start of request n: a pure function, so that pacing has no memory and cannot drift.

/// Arrivals are counted per 10⁹ seconds: any rate of up to nine decimals is then an integer and every start exact.
const RATE_SCALE: f64 = 1e9;
/// `RATE_SCALE` × nanoseconds of a second.
const NS_AT_SCALE: u128 = 1_000_000_000_000_000_000;

/// Evenly spaced intended starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Arrivals in 10⁹ seconds; never 0.
    scaled_rate: u64,
}

impl Schedule {
    /// `rate` arrivals per second, taken to nine decimals; `None` unless it is positive, finite and at most 10⁹.
    pub fn constant(rate: f64) -> Option<Schedule> {
        let scaled = (rate * RATE_SCALE).round();
        // NaN fails both comparisons. At most 10¹⁸, so the conversion is exact.
        (scaled >= 1.0 && rate <= 1e9).then_some(Schedule { scaled_rate: scaled as u64 })
    }

    /// Intended start of request `n` (from 0), ns after the start of the schedule, rounded down.
    #[inline]
    pub fn start_ns(&self, n: u64) -> u64 {
        u64::try_from(u128::from(n) * NS_AT_SCALE / u128::from(self.scaled_rate)).unwrap_or(u64::MAX)
    }

    /// Whole requests that `duration_ns` has room for: ⌊rate · duration⌋.
    pub fn count_within(&self, duration_ns: u64) -> u64 {
        u64::try_from(u128::from(self.scaled_rate) * u128::from(duration_ns) / NS_AT_SCALE).unwrap_or(u64::MAX)
    }

    /// Arrivals per second.
    pub fn rate(&self) -> f64 {
        self.scaled_rate as f64 / RATE_SCALE
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    fn check(rate: f64, starts_ns: &[(u64, u64)]) {
        let schedule = Schedule::constant(rate).expect("a rate");
        for (n, expected) in starts_ns {
            assert_eq!(schedule.start_ns(*n), *expected, "request {n} at {rate}/s");
        }
    }

    #[test]
    fn starts_are_exact() {
        check(1000.0, &[(0, 0), (1, 1_000_000), (3_600_000, 3_600_000_000_000)]);
        check(3.0, &[(1, 333_333_333), (2, 666_666_666), (3, 1_000_000_000), (3_000_000_000, 1_000_000_000_000_000_000)]);
        check(0.1, &[(1, 10_000_000_000), (7, 70_000_000_000)]);
        check(33.3, &[(333, 10_000_000_000)]);
        check(1e9, &[(1, 1)]);
    }

    #[test]
    fn senseless_rates_have_no_schedule() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-10, 2e9] {
            assert_eq!(Schedule::constant(rate), None, "{rate}");
        }
    }

    #[test]
    fn count_is_the_whole_requests_in_a_duration() {
        let count = |rate, seconds: f64| Schedule::constant(rate).map(|s| s.count_within((seconds * 1e9) as u64));
        assert_eq!(count(2000.0, 10.0), Some(20_000));
        assert_eq!(count(3.0, 1.0), Some(3));
        assert_eq!(count(0.5, 1.0), Some(0));
        assert_eq!(count(0.1, 30.0), Some(3));
    }

    proptest! {
        /// However far, request n is where rate × time says, to the nanosecond: rounding never adds up.
        #[test]
        fn no_drift(rate_milli in 1u64..1_000_000_000, n in 0u64..1_000_000_000_000) {
            let schedule = Schedule::constant(rate_milli as f64 / 1000.0).expect("a rate");
            let exact = u128::from(n) * 1_000_000_000_000 / u128::from(rate_milli);
            prop_assert_eq!(u128::from(schedule.start_ns(n)), exact.min(u128::from(u64::MAX)));
        }

        /// Neighbours are the interval apart, give or take the nanosecond of rounding.
        #[test]
        fn evenly_spaced(rate in 0.5f64..1e6, n in 0u64..1_000_000_000) {
            let schedule = Schedule::constant(rate).expect("a rate");
            let step = (schedule.start_ns(n + 1) - schedule.start_ns(n)) as f64;
            prop_assert!((step - 1e9 / schedule.rate()).abs() <= 1.0, "{step}");
        }

        /// The requests counted for a duration all start within it, and the next one would not fit.
        #[test]
        fn count_and_starts_agree(rate in 0.5f64..1e6, duration_ns in 0u64..100_000_000_000) {
            let schedule = Schedule::constant(rate).expect("a rate");
            let count = schedule.count_within(duration_ns);
            prop_assert!(schedule.start_ns(count) <= duration_ns);
            prop_assert!(schedule.start_ns(count + 1) >= duration_ns);
        }
    }
}
