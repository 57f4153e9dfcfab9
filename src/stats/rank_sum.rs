//! Mann–Whitney: the shift between two samples without any assumption about their shape.

use super::shift::Shift;
use std::cell::RefCell;
use std::collections::HashMap;

/// Up to this many values a side the null distribution is counted exactly.
const EXACT_MAX: usize = 20;
/// A tail probability and the normal quantile beyond which it lies.
#[derive(Clone, Copy)]
struct Tail {
    probability: f64,
    normal: f64,
}
const TWO_SIDED: Tail = Tail { probability: 0.025, normal: 1.959_963_985 };
const ONE_SIDED: Tail = Tail { probability: 0.05, normal: 1.644_853_627 };
/// Halvings that bring any difference of logarithms below 1e-13.
const HALVINGS: usize = 64;

/// Interval and bound of the shift `after − before` by inverting the Mann–Whitney test: its ends are order statistics of
/// the n·m differences. Both sides must be sorted ascending. Exact for at most 20 values a side, beyond that by the normal
/// approximation with the correction for ties. `None` for an empty side; an end is infinite where none exists.
pub fn rank_shift(before: &[f64], after: &[f64]) -> Option<Shift> {
    let pairs = (before.len() * after.len()) as u64;
    if pairs == 0 {
        return None;
    }
    let differences = Differences::of(before, after);
    let end = |k: Option<u64>, none: f64| k.and_then(|k| differences.at_rank(k)).unwrap_or(none);
    let [two_sided, one_sided] = critical_ranks(before, after);
    Some(Shift {
        low: end(two_sided, f64::NEG_INFINITY),
        high: end(two_sided.map(|k| pairs + 1 - k), f64::INFINITY),
        upper: end(one_sided.map(|k| pairs + 1 - k), f64::INFINITY),
    })
}

/// For both tails the largest k with P(U ≤ k − 1) within the tail if both samples are alike; `None` where even k = 1 is
/// too likely.
fn critical_ranks(before: &[f64], after: &[f64]) -> [Option<u64>; 2] {
    let (n, m) = (before.len(), after.len());
    let ranks = if n.max(m) <= EXACT_MAX {
        exact_ranks(n, m)
    } else {
        let deviation = deviation(before, after);
        // Continuity: P(U ≤ k − 1) is the normal probability below k − ½.
        [TWO_SIDED, ONE_SIDED].map(|tail| ((n * m) as f64 / 2.0 - tail.normal * deviation + 0.5).max(0.0).floor() as u64)
    };
    ranks.map(|k| (k > 0).then_some(k))
}

/// Counted once for each pair of sizes: there are at most `EXACT_MAX`² of them, and thousands of series.
fn exact_ranks(n: usize, m: usize) -> [u64; 2] {
    thread_local! {
        static RANKS: RefCell<HashMap<(usize, usize), [u64; 2]>> = RefCell::default();
    }
    let ranks = || {
        let counts = u_counts(n, m);
        [TWO_SIDED, ONE_SIDED].map(|tail| exact_rank(&counts, tail.probability))
    };
    RANKS.with_borrow_mut(|known| *known.entry((n, m)).or_insert_with(ranks))
}

fn exact_rank(counts: &[f64], tail: f64) -> u64 {
    let budget = tail * counts.iter().sum::<f64>();
    let mut seen = 0.0;
    let within = counts.iter().take_while(|count| {
        seen += **count;
        seen <= budget
    });
    within.count() as u64
}

/// In how many of the orders of n and m values the statistic U takes each value 0..=n·m: the coefficients of the Gaussian
/// binomial Π (1 − q^(m+i)) / (1 − q^i), i = 1..=n, which satisfies c(n,m,u) = c(n−1,m,u−m) + c(n,m−1,u).
pub fn u_counts(n: usize, m: usize) -> Vec<f64> {
    let mut counts = vec![0.0; n * m + 1];
    if let Some(first) = counts.first_mut() {
        *first = 1.0;
    }
    for i in 1..=n {
        for u in (m + i..counts.len()).rev() {
            let lower = counts.get(u - m - i).copied().unwrap_or(0.0);
            if let Some(count) = counts.get_mut(u) {
                *count -= lower;
            }
        }
        for u in i..counts.len() {
            let lower = counts.get(u - i).copied().unwrap_or(0.0);
            if let Some(count) = counts.get_mut(u) {
                *count += lower;
            }
        }
    }
    counts
}

/// Standard deviation of U if both samples are alike, corrected for ties.
fn deviation(before: &[f64], after: &[f64]) -> f64 {
    let (n, m) = (before.len() as f64, after.len() as f64);
    let total = n + m;
    let mut all: Vec<f64> = before.iter().chain(after).copied().collect();
    all.sort_by(f64::total_cmp);
    let ties: f64 = all.chunk_by(|a, b| a == b).map(|tied| (tied.len() as f64).powi(3) - tied.len() as f64).sum();
    (n * m / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)))).max(0.0).sqrt()
}

/// The differences after − before of all pairs.
enum Differences<'a> {
    /// Few: written out and sorted.
    Sorted(Vec<f64>),
    /// Many: only counted.
    Of(&'a [f64], &'a [f64]),
}

impl<'a> Differences<'a> {
    fn of(before: &'a [f64], after: &'a [f64]) -> Differences<'a> {
        if before.len().max(after.len()) > EXACT_MAX {
            return Differences::Of(before, after);
        }
        let mut all: Vec<f64> = after.iter().flat_map(|value| before.iter().map(move |base| value - base)).collect();
        all.sort_unstable_by(f64::total_cmp);
        Differences::Sorted(all)
    }

    /// The k-th smallest; among many to 1e-13, by halving the range and counting how many lie below.
    fn at_rank(&self, k: u64) -> Option<f64> {
        let (before, after) = match self {
            Differences::Sorted(all) => return all.get(usize::try_from(k.checked_sub(1)?).ok()?).copied(),
            Differences::Of(before, after) => (*before, *after),
        };
        let (mut low, mut high) = (after.first()? - before.last()?, after.last()? - before.first()?);
        for _ in 0..HALVINGS {
            let middle = low + (high - low) / 2.0;
            if count_up_to(before, after, middle) >= k {
                high = middle
            } else {
                low = middle
            }
            if high - low <= 1e-13 {
                break;
            }
        }
        Some(high)
    }
}

/// Pairs with after − before ≤ `bound`; one pass, as both sides are sorted.
fn count_up_to(before: &[f64], after: &[f64], bound: f64) -> u64 {
    let mut reached = 0;
    let mut count = 0;
    for base in before {
        while after.get(reached).is_some_and(|value| value - base <= bound) {
            reached += 1;
        }
        count += reached as u64;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{exact_rank, rank_shift, u_counts};
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};

    /// The counts must satisfy their recurrence and add up to the number of orders.
    fn check_counts(n: usize, m: usize) {
        let counts = u_counts(n, m);
        let (less_n, less_m) = (u_counts(n - 1, m), u_counts(n, m - 1));
        for (u, count) in counts.iter().enumerate() {
            let above = u.checked_sub(m).and_then(|u| less_n.get(u)).copied().unwrap_or(0.0);
            assert_eq!(*count, above + less_m.get(u).copied().unwrap_or(0.0), "c({n},{m},{u})");
        }
    }

    #[test]
    fn counts_are_exact() {
        assert_eq!(u_counts(2, 2), [1.0, 1.0, 2.0, 1.0, 1.0]);
        check_counts(3, 4);
        check_counts(20, 20);
        assert_eq!(u_counts(20, 20).iter().sum::<f64>(), 137_846_528_820.0);
    }

    /// Critical values of the classical tables: two-sided 5 % for n = m = 5, 8, 10, 20 reject at U ≤ 2, 13, 23, 127.
    #[test]
    fn classical_table() {
        assert_eq!([3, 5, 8, 10, 20].map(|n| exact_rank(&u_counts(n, n), 0.025)), [0, 3, 14, 24, 128]);
    }

    #[test]
    fn ends_are_differences() {
        let before = [1.0, 2.0, 3.0, 4.0, 5.0];
        let after = before.map(|value| value + 10.0);
        let shift = rank_shift(&before, &after).unwrap();
        assert!((shift.low - 7.0).abs() < 1e-9 && (shift.high - 13.0).abs() < 1e-9, "{shift:?}");
        assert_eq!(rank_shift(&[], &after), None);
        assert_eq!(rank_shift(&[1.0], &[2.0]).unwrap().upper, f64::INFINITY);
    }

    #[test]
    fn large_samples_agree_with_exact_ones_at_the_border() {
        let side = |n: u32, at: f64| (0..n).map(|i| at + f64::from(i * 37 % n) / f64::from(n)).collect::<Vec<_>>();
        let sorted = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values
        };
        let exact = rank_shift(&sorted(side(20, 0.0)), &sorted(side(20, 0.5))).unwrap();
        let normal = rank_shift(&sorted(side(21, 0.0)), &sorted(side(21, 0.5))).unwrap();
        assert!((exact.low - normal.low).abs() < 0.06 && (exact.high - normal.high).abs() < 0.06, "{exact:?} {normal:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn swapping_the_sides_mirrors_the_interval(seed in proptest::collection::vec(0.0f64..10.0, 12..60)) {
            let (mut a, mut b) = (seed[..seed.len() / 2].to_vec(), seed[seed.len() / 2..].to_vec());
            a.sort_by(f64::total_cmp);
            b.sort_by(f64::total_cmp);
            let (there, back) = (rank_shift(&a, &b).unwrap(), rank_shift(&b, &a).unwrap());
            prop_assert!((there.low + back.high).abs() < 1e-9 && (there.high + back.low).abs() < 1e-9);
        }
    }
}
