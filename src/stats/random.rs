//! Numbers that look random and are the same for the same seed, on every machine: SplitMix64 (Steele, Lea, Flood 2014).

/// Increment of the state, whose k-th output is a function of seed + k · increment.
pub const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser: a permutation of all 64-bit numbers that leaves no trace of their order.
pub fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// A seeded generator. Not for secrets.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Random {
        Random { state: mixed(seed) }
    }

    /// Any of 2⁶⁴ numbers.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(INCREMENT);
        mixed(self.state)
    }

    /// A fair coin.
    pub fn coin(&mut self) -> bool {
        self.next_u64() >> 63 == 1
    }

    /// A number from 0 to `bound` − 1, each equally likely to within 2⁻³² of itself; 0 for a bound of 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        let high = (self.next_u64() >> 32) * u64::from(bound);
        u32::try_from(high >> 32).unwrap_or(0)
    }

    /// Puts them in an order of which each is equally likely (Fisher, Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(u32::try_from(last + 1).unwrap_or(u32::MAX)) as usize;
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Random;
    use std::collections::BTreeMap;

    /// That no count is further from the expected one than five standard deviations.
    fn check<T: Ord>(draws: u32, outcomes: usize, mut draw: impl FnMut(&mut Random) -> T) {
        let (mut random, mut counts) = (Random::new(7), BTreeMap::new());
        (0..draws).for_each(|_| *counts.entry(draw(&mut random)).or_insert(0u32) += 1);
        assert_eq!(counts.len(), outcomes);
        let share = 1.0 / outcomes as f64;
        let (expected, deviation) = (f64::from(draws) * share, (f64::from(draws) * share * (1.0 - share)).sqrt());
        assert!(counts.values().all(|count| (f64::from(*count) - expected).abs() <= 5.0 * deviation));
    }

    #[test]
    fn every_outcome_is_equally_likely() {
        check(20_000, 2, Random::coin);
        check(20_000, 7, |random| random.below(7));
        check(20_000, 1, |random| random.below(0));
        check(60_000, 24, |random| {
            let mut four = [0, 1, 2, 3];
            random.shuffle(&mut four);
            four
        });
        // Neither does one coin tell the next.
        check(20_000, 4, |random| (random.coin(), random.coin()));
    }

    #[test]
    fn a_seed_says_everything() {
        let numbers = |seed: u64| {
            let mut random = Random::new(seed);
            [random.next_u64(), random.next_u64()]
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
    }
}
