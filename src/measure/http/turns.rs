//! Which target a request is for, which scenario an iteration is of: functions of its number alone, so that shards agree.

use super::LoadError;
use super::request::Message;
use crate::limits::LOAD_TURNS_MAX;

/// The order in which members of different weights come round.
#[derive(Debug)]
pub struct Round {
    /// One round, as places of members; empty where each comes once, in the order given.
    order: Vec<u32>,
    members: u64,
}

impl Round {
    /// An error where the weights make a round that is too long, or none.
    pub fn new(weights: &[u32]) -> Result<Round, LoadError> {
        Ok(Round { order: order(weights)?, members: weights.len() as u64 })
    }

    /// The place of the member whose turn `sequence` is.
    #[inline]
    pub fn of(&self, sequence: u64) -> usize {
        if self.order.is_empty() {
            return (sequence % self.members.max(1)) as usize;
        }
        self.order.get((sequence % self.order.len() as u64) as usize).map_or(0, |place| *place as usize)
    }
}

/// The messages of a load.
#[derive(Debug)]
pub struct Turns {
    messages: Vec<Message>,
    round: Round,
}

impl Turns {
    /// An error where there is no message, or no round of them.
    pub fn new(messages: Vec<Message>) -> Result<Turns, LoadError> {
        if messages.is_empty() {
            return Err(LoadError("the load test has no target; name at least one URL".to_string()));
        }
        let weights: Vec<u32> = messages.iter().map(|message| message.target.weight).collect();
        Ok(Turns { round: Round::new(&weights)?, messages })
    }

    /// The messages themselves, each once.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The message of request `sequence`.
    #[inline]
    pub fn of(&self, sequence: u64) -> Option<&Message> {
        self.messages.get(self.round.of(sequence))
    }
}

/// Each member as often as its weight says, its turns as evenly spread over the round as they can be: turn j of w is due at
/// (2j + 1) / 2w of it, and the turns come in the order in which they are due.
fn order(weights: &[u32]) -> Result<Vec<u32>, LoadError> {
    let divisor = weights.iter().fold(0, |divisor, weight| greatest_common_divisor(divisor, *weight)).max(1);
    let total: u64 = weights.iter().map(|weight| u64::from(weight / divisor)).sum();
    if total == weights.len() as u64 && !weights.contains(&0) {
        return Ok(Vec::new());
    }
    if total == 0 || total > LOAD_TURNS_MAX as u64 {
        return Err(LoadError(format!("the weights make a round of {total} requests; use weights that make 1 to {LOAD_TURNS_MAX}")));
    }
    let turns = weights.iter().zip(0u32..).flat_map(|(weight, member)| {
        let weight = weight / divisor;
        (0..weight).map(move |turn| (2 * u64::from(turn) + 1, u64::from(weight), member))
    });
    let mut turns: Vec<_> = turns.collect();
    turns.sort_by(|(due, weight, member), (other_due, other_weight, other)| {
        (due * other_weight).cmp(&(other_due * weight)).then(member.cmp(other))
    });
    Ok(turns.into_iter().map(|(_, _, member)| member).collect())
}

fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::order;
    use crate::limits::LOAD_TURNS_MAX;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    fn check(weights: &[u32], expected: &[u32]) {
        assert_eq!(order(weights).expect("a round"), expected);
    }

    #[test]
    fn a_round_spreads_the_turns() {
        check(&[1, 1, 1], &[]);
        check(&[7, 7], &[]);
        check(&[3, 1], &[0, 0, 1, 0]);
        check(&[5, 1, 1], &[0, 0, 0, 1, 2, 0, 0]);
        check(&[20, 10], &[0, 1, 0]);
        check(&[0, 2], &[1]);
    }

    #[test]
    fn a_round_has_bounds() {
        for weights in [[0, 0], [1, LOAD_TURNS_MAX as u32]] {
            assert!(order(&weights).expect_err("no round").0.contains("weights"));
        }
    }

    proptest! {
        /// Every target comes exactly as often as its weight says, and is never more than one turn per target away from its share.
        #[test]
        fn shares_are_exact_and_even(weights in proptest::collection::vec(1u32..40, 2..6)) {
            let total: u32 = weights.iter().sum();
            let one = order(&weights).expect("a round");
            if one.is_empty() {
                prop_assert!(weights.iter().all(|weight| *weight == weights[0]));
                return Ok(());
            }
            let rounds = total as usize / one.len();
            for (target, weight) in weights.iter().enumerate() {
                let mine = |turns: &[u32]| turns.iter().filter(|turn| **turn == target as u32).count();
                prop_assert_eq!(mine(&one) * rounds, *weight as usize);
                for end in 0..=one.len() {
                    let share = end as f64 * f64::from(*weight) / f64::from(total);
                    prop_assert!((mine(&one[..end]) as f64 - share).abs() <= weights.len() as f64 / 2.0);
                }
            }
        }
    }
}
