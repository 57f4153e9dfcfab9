//! Random numbers one after the other, the same for the same seed on every machine.

use super::counter::{random_below, random_word};

/// A seeded generator: the numbers of a counter in their order. Not for secrets.
#[derive(Debug, Clone)]
pub struct Random {
    seed: u64,
    drawn: u64,
}

impl Random {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Random {
        Random { seed, drawn: 0 }
    }

    fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.drawn - 1
    }

    /// A fair coin.
    pub fn coin(&mut self) -> bool {
        random_word(self.seed, self.draw()) >> 63 == 1
    }

    /// A number from 0 to `end` − 1, each equally likely; 0 for an end of 0.
    pub fn below(&mut self, end: u32) -> u32 {
        let number = random_below(self.seed, self.draw(), u64::from(end));
        u32::try_from(number).unwrap_or(0)
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
            [random.below(u32::MAX), random.below(u32::MAX)]
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
    }
}
