//! Rounds of base and head in random order: who is measured next, which side first, and in what surroundings. Everything that
//! could become a role is drawn by lot, so that under "no difference" every sign is as likely as the other.

use crate::limits::PADDING_BYTES_MAX;
use crate::model::Order;
use crate::stats::Random;

/// One pair that is to be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Which of the things that are measured.
    pub unit: usize,
    /// From 1 on.
    pub round: u32,
    /// An independent coin for each pair: neither alternation nor balanced blocks make every sign symmetric.
    pub order: Order,
    /// Bytes that the environment of each process is larger by, in the order in which they run: where a process's stack
    /// begins is luck, and must not be one side's.
    pub paddings: [u32; 2],
}

/// The turns of a comparison. In each round everything that is open is visited once, in fresh order, so that drift hits all
/// of it; what is decided leaves.
#[derive(Debug)]
pub struct Rounds {
    random: Random,
    round: u32,
    waiting: Vec<usize>,
}

impl Rounds {
    /// The same turns for the same seed and the same decisions.
    pub fn new(seed: u64) -> Rounds {
        Rounds { random: Random::new(seed), round: 0, waiting: Vec::new() }
    }

    /// The next pair among `units` things, of which `is_open` says whether they are still measured; `None` when none is.
    pub fn turn(&mut self, units: usize, is_open: impl Fn(usize) -> bool) -> Option<Turn> {
        self.waiting.retain(|unit| is_open(*unit));
        if self.waiting.is_empty() {
            self.waiting = (0..units).filter(|unit| is_open(*unit)).collect();
            self.random.shuffle(&mut self.waiting);
            self.round += 1;
        }
        let unit = self.waiting.pop()?;
        let order = if self.random.coin() { Order::BaseFirst } else { Order::HeadFirst };
        let paddings = [self.random.below(PADDING_BYTES_MAX), self.random.below(PADDING_BYTES_MAX)];
        Some(Turn { unit, round: self.round, order, paddings })
    }
}

#[cfg(test)]
mod tests {
    use super::{Rounds, Turn};
    use crate::model::Order;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    /// The turns of so many rounds, of units that close after so many pairs each.
    fn turns(seed: u64, pairs: &[u32]) -> Vec<Turn> {
        let (mut rounds, mut done, mut turns) = (Rounds::new(seed), vec![0; pairs.len()], Vec::new());
        while let Some(turn) = rounds.turn(pairs.len(), |unit| done[unit] < pairs[unit]) {
            done[turn.unit] += 1;
            turns.push(turn);
        }
        turns
    }

    proptest! {
        #[test]
        fn every_round_visits_what_is_open_once(seed: u64, pairs in proptest::collection::vec(0u32..6, 0..6)) {
            let turns = turns(seed, &pairs);
            for (unit, wanted) in pairs.iter().enumerate() {
                let rounds: Vec<u32> = turns.iter().filter(|turn| turn.unit == unit).map(|turn| turn.round).collect();
                prop_assert_eq!(rounds, (1..=*wanted).collect::<Vec<u32>>());
            }
            prop_assert!(turns.is_sorted_by_key(|turn| turn.round));
        }
    }

    #[test]
    fn what_could_become_a_role_is_drawn_by_lot() {
        let turns = turns(3, &[500, 500]);
        let share = |is: &dyn Fn(&Turn) -> bool| turns.iter().filter(|turn| is(turn)).count();
        assert!((440..560).contains(&share(&|turn| turn.order == Order::BaseFirst)));
        assert!((440..560).contains(&share(&|turn| turn.paddings[0] < turn.paddings[1])));
        let first = turns.chunks(2).filter(|round| round[0].unit == 0).count();
        assert!((200..300).contains(&first));
    }

    #[test]
    fn a_seed_repeats_the_turns() {
        assert_eq!(turns(1, &[9, 9]), turns(1, &[9, 9]));
        assert_ne!(turns(1, &[9, 9]), turns(2, &[9, 9]));
    }
}
