//! Random numbers from a counter: number k depends on the seed and on k alone, and is the same bits on every machine.

/// Increment of SplitMix64 (Steele, Lea, Flood 2014), whose k-th output is a function of seed + k · increment.
const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// The `k`-th random word of a seed.
#[inline]
pub fn random_word(seed: u64, k: u64) -> u64 {
    mixed(mixed(seed).wrapping_add(k.wrapping_add(1).wrapping_mul(INCREMENT)))
}

/// The `k`-th random number of a seed that is below `end`, each as likely as the others to 2⁻⁶⁴ of `end`; 0 where `end` is 0.
#[inline]
pub fn random_below(seed: u64, k: u64, end: u64) -> u64 {
    let scaled = (u128::from(random_word(seed, k)) * u128::from(end)) >> u64::BITS;
    u64::try_from(scaled).unwrap_or(0)
}

/// The finaliser of SplitMix64.
fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::random_below;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn numbers_are_the_same_for_ever() {
        // Stored seeds would mean other loads if one of these changed.
        let found: Vec<u64> = (0..8).map(|k| random_below(7, k, 10)).chain([random_below(8, 0, 10)]).collect();
        assert_eq!(found, [5, 3, 9, 8, 6, 3, 3, 6, 9]);
    }

    proptest! {
        #[test]
        fn numbers_lie_below_their_end(seed: u64, k: u64, end: u64) {
            let found = random_below(seed, k, end);
            prop_assert!(found < end || (found, end) == (0, 0));
        }

        /// No number of a small range is missed, whatever the seed.
        #[test]
        fn every_number_comes(seed: u64, end in 1u64..8) {
            let mut found: Vec<u64> = (0..400).map(|k| random_below(seed, k, end)).collect();
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(found.len() as u64, end);
        }
    }
}
