//! Wilcoxon's signed-rank test, exact, and the estimate and interval that belong to it (Hodges and Lehmann).

use crate::limits::PAIRS_MAX;
use std::iter::repeat_n;
use std::sync::{Arc, OnceLock};

/// Differences up to this are none: two values that close are the same measurement, rounded.
const EQUAL: f64 = 1e-12;

/// p-value of "the values are symmetric about `shift` or below it" against "they lie above": the probability of at least this
/// rank sum, given the distances from `shift`, if each value were above or below it with equal chance.
///
/// Distances of zero are ranked but add nothing (Pratt 1959), ties share their middle rank, and the distribution is that of the
/// ranks as they are, so the p-value is exact with both. Where every value equals `shift` it is 1.
pub fn signed_rank_p(values: &[f64], shift: f64) -> f64 {
    let mut distances: Vec<f64> = values.iter().map(|value| value - shift).collect();
    distances.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));
    let is_apart = |pair: &[f64]| matches!(pair, [a, b] if b.abs() - a.abs() > EQUAL);
    if distances.first().is_some_and(|least| least.abs() > EQUAL) && distances.windows(2).all(is_apart) {
        let above = (1..).zip(&distances).filter(|(_, distance)| **distance > 0.0).map(|(rank, _)| rank);
        return tails(values.len()).get(above.sum::<usize>()).copied().unwrap_or(0.0);
    }
    tied_p(&distances)
}

/// The same with ties or zeros; `distances` ascend, their signs aside. Ranks are doubled, so that middle ranks are whole.
fn tied_p(distances: &[f64]) -> f64 {
    let (mut ranks, mut above, mut ranked) = (Vec::with_capacity(distances.len()), 0, 0);
    for tied in distances.chunk_by(|a, b| b.abs() - a.abs() <= EQUAL) {
        let doubled = 2 * ranked + tied.len() + 1;
        ranked += tied.len();
        for distance in tied.iter().filter(|distance| distance.abs() > EQUAL) {
            ranks.push(doubled);
            above += if *distance > 0.0 { doubled } else { 0 };
        }
    }
    if ranks.is_empty() { 1.0 } else { distribution(&ranks).iter().skip(above).rev().sum() }
}

/// Probability of each sum, from 0 on, if each of these ranks is added with chance ½.
fn distribution(ranks: &[usize]) -> Vec<f64> {
    ranks.iter().fold(vec![1.0], |known, rank| {
        let without = known.iter().copied().chain(repeat_n(0.0, *rank));
        let with = repeat_n(0.0, *rank).chain(known.iter().copied());
        without.zip(with).map(|(without, with)| 0.5 * (without + with)).collect()
    })
}

/// P(W⁺ ≥ w) for w from 0 to n(n+1)/2, without ties and zeros: the classical table. Summed from its small end.
fn tails(n: usize) -> Arc<[f64]> {
    static TABLES: [OnceLock<Arc<[f64]>>; PAIRS_MAX + 1] = [const { OnceLock::new() }; PAIRS_MAX + 1];
    let table = || {
        let ranks: Vec<usize> = (1..=n).collect();
        let mut sums = distribution(&ranks);
        let mut tail = 0.0;
        for chance in sums.iter_mut().rev() {
            tail += *chance;
            *chance = tail;
        }
        Arc::from(sums)
    };
    TABLES.get(n).map_or_else(table, |known| Arc::clone(known.get_or_init(table)))
}

/// The largest k with P(W⁺ ≤ k − 1) ≤ `tail` for n values: the k-th smallest and the k-th largest Walsh average are the ends of
/// the interval that leaves out `tail` on either side. 0 where there is none.
pub fn signed_rank_index(n: usize, tail: f64) -> usize {
    // P(W⁺ ≤ k − 1) is the tail from the other end: the distribution is symmetric.
    tails(n).iter().rev().take_while(|chance| **chance <= tail).count()
}

/// The means of all pairs of values, each value with itself too: n(n + 1)/2 of them. Their median estimates the centre of a
/// symmetric distribution; their order statistics bound it.
#[derive(Debug, Clone)]
pub struct WalshAverages {
    averages: Vec<f64>,
    /// Places that already hold what sorting would put there: what is smaller lies before, what is larger behind.
    placed: Vec<usize>,
}

impl WalshAverages {
    /// Of these values, which are finite.
    pub fn of(values: &[f64]) -> WalshAverages {
        let mut averages = Vec::with_capacity(values.len() * (values.len() + 1) / 2);
        for (i, one) in values.iter().enumerate() {
            averages.extend(values.iter().skip(i).map(|other| (one + other) / 2.0));
        }
        WalshAverages { averages, placed: Vec::new() }
    }

    /// The k-th smallest, from 1; `None` beyond them.
    pub fn at(&mut self, k: usize) -> Option<f64> {
        let index = k.checked_sub(1).filter(|index| *index < self.averages.len())?;
        let place = self.placed.partition_point(|placed| *placed < index);
        if self.placed.get(place) != Some(&index) {
            let from = place.checked_sub(1).and_then(|before| self.placed.get(before)).map_or(0, |before| before + 1);
            let to = self.placed.get(place).copied().unwrap_or(self.averages.len());
            self.averages.get_mut(from..to)?.select_nth_unstable_by(index - from, f64::total_cmp);
            self.placed.insert(place, index);
        }
        self.averages.get(index).copied()
    }

    /// The k-th smallest and the k-th largest.
    pub fn ends(&mut self, k: usize) -> Option<(f64, f64)> {
        let last = (self.averages.len() + 1).checked_sub(k)?;
        Some((self.at(k)?, self.at(last)?))
    }

    /// Hodges and Lehmann's estimate: their median, the mean of the two middle ones for an even number.
    pub fn median(&mut self) -> Option<f64> {
        let middle = self.averages.len().div_ceil(2);
        let lower = self.at(middle)?;
        if self.averages.len() % 2 == 1 { Some(lower) } else { Some((lower + self.at(middle + 1)?) / 2.0) }
    }
}

#[cfg(test)]
mod tests;
