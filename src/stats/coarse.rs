//! A histogram so small that it can be kept beside the real one and read ten times a second while a run goes on.

/// Buckets of one power of two: a value is known to 1/16 of itself.
const PARTS: u64 = 16;
/// Powers of two above the values that have a bucket each.
const POWERS: usize = 60;

/// Counts of integer values in 1/16ths of powers of two; 8 KiB whatever is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coarse {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Coarse {
    fn default() -> Self {
        Coarse { counts: vec![0; (POWERS + 1) * PARTS as usize], total: 0 }
    }
}

impl Coarse {
    /// Counts one value.
    #[inline]
    pub fn add(&mut self, value: u64) {
        if let Some(count) = self.counts.get_mut(index(value)) {
            *count += 1;
            self.total += 1;
        }
    }

    /// Values counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.total = 0;
    }

    /// The value at a 1-based rank, as the middle of its bucket; `None` for rank 0 or beyond the total.
    pub fn value_at_rank(&self, rank: u64) -> Option<u64> {
        let mut below = rank.checked_sub(1)?;
        for (index, count) in self.counts.iter().enumerate() {
            if below < *count {
                return Some(lower(index).midpoint(lower(index + 1).saturating_sub(1)));
            }
            below -= count;
        }
        None
    }

    /// The shape in at most `rows` rows: the value at which each ends, and its count. Each row but the last is as many
    /// buckets wide as the others; the last holds the slowest hundredth with all that is far away.
    pub fn rows(&self, rows: usize) -> Vec<(u64, u64)> {
        let position = |rank: u64| self.value_at_rank(rank).map(index);
        let tail_rank = self.total - self.total / 100;
        let (Some(first), Some(tail), Some(last)) = (position(1), position(tail_rank), position(self.total)) else { return Vec::new() };
        let even = rows.saturating_sub(1).max(1);
        let wide = (tail + 1 - first).div_ceil(even);
        let split = (first + wide * even).min(last + 1);
        let counted = |from: usize, to: usize| self.counts.get(from..to).map_or(0, |counts| counts.iter().sum());
        let starts = (first..split).step_by(wide);
        let mut shown: Vec<(u64, u64)> =
            starts.map(|from| (from, (from + wide).min(split))).map(|(from, to)| (lower(to), counted(from, to))).collect();
        if last >= split {
            shown.push((lower(last + 1), counted(split, last + 1)));
        }
        shown
    }
}

#[inline]
fn index(value: u64) -> usize {
    if value < PARTS {
        return value as usize;
    }
    let power = u64::from(value.ilog2()) - 4;
    ((power + 1) * PARTS + ((value >> power) - PARTS)) as usize
}

/// Smallest value of a bucket.
fn lower(index: usize) -> u64 {
    let (power, part) = (index as u64 / PARTS, index as u64 % PARTS);
    if power == 0 {
        return part;
    }
    u64::try_from(u128::from(PARTS + part) << (power - 1)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Coarse, index, lower};
    use proptest::prelude::{prop_assert, proptest};

    #[track_caller]
    fn check(values: &[u64], rank: u64, expected: Option<u64>) {
        let mut coarse = Coarse::default();
        values.iter().for_each(|value| coarse.add(*value));
        assert_eq!(coarse.value_at_rank(rank), expected);
    }

    #[test]
    fn small_values_are_exact() {
        check(&[3, 1, 15], 1, Some(1));
        check(&[3, 1, 15], 3, Some(15));
        check(&[3], 0, None);
        check(&[3], 2, None);
        check(&[u64::MAX], 1, Some(lower(index(u64::MAX)).midpoint(u64::MAX - 1)));
    }

    #[test]
    fn a_few_rows_show_the_shape() {
        let mut coarse = Coarse::default();
        (0..1000).for_each(|n| coarse.add(if n < 995 { 8 + n % 8 } else { 1 << 20 }));
        assert_eq!(coarse.rows(5), [(10, 250), (12, 249), (14, 248), (16, 248), ((1 << 20) + (1 << 16), 5)]);
        assert_eq!(coarse.rows(5).iter().map(|(_, count)| count).sum::<u64>(), coarse.total());
        coarse.clear();
        assert_eq!((coarse.rows(5), coarse.total()), (Vec::new(), 0));
    }

    proptest! {
        #[test]
        fn a_value_is_known_to_a_sixteenth(value in 0u64..u64::MAX) {
            let mut coarse = Coarse::default();
            coarse.add(value);
            let found = coarse.value_at_rank(1).unwrap();
            prop_assert!(found.abs_diff(value) <= value / 16 + 1, "{found}");
            prop_assert!(lower(index(value)) <= value);
        }

        #[test]
        fn rows_hold_every_value(values in proptest::collection::vec(0u64..1 << 40, 1..300), rows in 1usize..9) {
            let mut coarse = Coarse::default();
            values.iter().for_each(|value| coarse.add(*value));
            let shown = coarse.rows(rows);
            prop_assert!(shown.len() <= rows.max(2), "{shown:?}");
            prop_assert!(shown.iter().map(|(_, count)| count).sum::<u64>() == values.len() as u64, "{shown:?}");
        }
    }
}
