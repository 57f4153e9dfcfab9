//! A distribution in a line of text: counts in buckets of bounded relative width, small enough to be committed.

use super::counts::at_rank;
use crate::limits::SKETCH_BUCKETS_MAX;

/// Bits of the mantissa that tell buckets apart at first: a bucket is then at most 2⁻⁷ = 0.8 % wide.
const BITS_MAX: u32 = 7;
/// Bits of an `f64` below its exponent.
const MANTISSA_BITS: u32 = 52;

/// Counts of values that are not negative. A bucket holds the values that share an exponent and the first bits of the
/// mantissa, so that its edges are exact on every machine; its values are read as its upper edge, like those of a histogram.
///
/// The text is `bits;first;counts`: bits of the mantissa that count, number of the first bucket, and the counts from there on,
/// with commas; `-3` stands for three empty buckets. It is kept as text and read only when a statistic asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    text: Box<str>,
}

impl Sketch {
    /// The sketch of ascending values and their counts, as fine as `limits::SKETCH_BUCKETS_MAX` buckets allow. `None` without
    /// values, and for values that are negative or no numbers.
    pub fn of(steps: &[(f64, u64)]) -> Option<Sketch> {
        let is_sketchable = |(value, _): &(f64, u64)| value.is_finite() && *value >= 0.0;
        if steps.is_empty() || !steps.iter().all(is_sketchable) {
            return None;
        }
        (0..=BITS_MAX).rev().find_map(|bits| Sketch::with_bits(steps, bits))
    }

    fn with_bits(steps: &[(f64, u64)], bits: u32) -> Option<Sketch> {
        let mut buckets: Vec<(u64, u64)> = Vec::new();
        for (value, times) in steps {
            // Of two positive numbers the larger has the larger bits. A negative zero is one as well.
            let bucket = value.abs().to_bits() >> (MANTISSA_BITS - bits);
            let is_full = buckets.len() == SKETCH_BUCKETS_MAX;
            match buckets.last_mut() {
                Some((last, count)) if *last == bucket => *count += times,
                _ if is_full => return None,
                _ => buckets.push((bucket, *times)),
            }
        }
        let (first, _) = buckets.first()?;
        let mut text = format!("{bits};{first};");
        let mut next = *first;
        for (bucket, count) in &buckets {
            if bucket > first {
                text.push(',');
            }
            match bucket.saturating_sub(next) {
                0 => text.push_str(&count.to_string()),
                gap => text.push_str(&format!("-{gap},{count}")),
            }
            next = bucket + 1;
        }
        Some(Sketch { text: text.into() })
    }

    /// The sketch that was written as this text; what is wrong with it otherwise.
    pub fn from_text(text: &str) -> Result<Sketch, String> {
        let sketch = Sketch { text: text.into() };
        let (_, _, counts) = sketch.parts().ok_or_else(|| format!("no sketch: {text:?}"))?;
        let is_number = |part: &str| part.strip_prefix('-').unwrap_or(part).parse::<u64>().is_ok_and(|number| number > 0);
        match counts.split(',').find(|part| !is_number(part)) {
            Some(part) => Err(format!("the count {part:?} in a sketch")),
            None => Ok(sketch),
        }
    }

    /// The text that `from_text` reads.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Bits, first bucket, counts.
    fn parts(&self) -> Option<(u32, u64, &str)> {
        let mut parts = self.text.splitn(3, ';');
        let bits = parts.next()?.parse().ok().filter(|bits| *bits <= BITS_MAX)?;
        let first = parts.next()?.parse().ok().filter(|first| *first <= last_bucket(bits))?;
        Some((bits, first, parts.next()?))
    }

    /// Upper edge of each bucket with its count, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let (bits, first, counts) = self.parts().unwrap_or((0, 0, ""));
        let mut bucket = first;
        counts.split(',').filter_map(move |part| match part.strip_prefix('-') {
            Some(gap) => {
                bucket = bucket.saturating_add(gap.parse().ok()?);
                None
            }
            None => {
                let edge = match bucket {
                    0 => 0.0,
                    inner if inner >= last_bucket(bits) => f64::MAX,
                    inner => f64::from_bits((inner + 1) << (MANTISSA_BITS - bits)),
                };
                bucket = bucket.saturating_add(1);
                Some((edge, part.parse().ok()?))
            }
        })
    }

    /// Values counted.
    pub fn total(&self) -> u64 {
        self.iter().fold(0, |total, (_, times)| u64::saturating_add(total, times))
    }

    /// The value at a 1-based rank; `None` for rank 0 or beyond the total.
    pub fn value_at_rank(&self, rank: u64) -> Option<f64> {
        at_rank(self.iter(), rank)
    }

    /// By how much of itself a value read back may lie above the true one.
    pub fn precision(&self) -> f64 {
        0.5f64.powi(self.parts().map_or(0, |(bits, _, _)| bits) as i32)
    }
}

/// Number of the bucket of the largest number.
fn last_bucket(bits: u32) -> u64 {
    f64::MAX.to_bits() >> (MANTISSA_BITS - bits)
}

#[cfg(test)]
mod tests {
    use super::Sketch;
    use crate::limits::SKETCH_BUCKETS_MAX;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[track_caller]
    fn check(steps: &[(f64, u64)], text: Option<&str>) {
        let sketch = Sketch::of(steps);
        assert_eq!(sketch.as_ref().map(Sketch::as_str), text);
        if let Some(sketch) = sketch {
            assert_eq!(Sketch::from_text(sketch.as_str()).as_ref(), Ok(&sketch));
            assert_eq!(sketch.total(), steps.iter().map(|(_, times)| times).sum::<u64>());
        }
    }

    /// 1 is exponent 1023 with an empty mantissa: bucket 1023·2⁷ = 130944; every further 1/128 is the next bucket.
    #[test]
    fn worked_examples() {
        check(&[(1.0, 3), (1.001, 1), (1.01, 5), (1.05, 2)], Some("7;130944;4,5,-4,2"));
        check(&[(0.0, 7), (1.0, 1)], Some("7;0;7,-130943,1"));
        check(&[], None);
        check(&[(-1.0, 1)], None);
        check(&[(f64::NAN, 1)], None);
    }

    #[test]
    fn what_was_not_written_by_a_sketch_is_refused() {
        for text in ["", "7;1", "8;1;1", "7;x;1", "7;1;", "7;1;1,,2", "7;1;1,0", "7;18446744073709551615;1", "7;1;1,--2"] {
            assert!(Sketch::from_text(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn ranks_stay_within_the_precision(mut values in proptest::collection::vec(1f64..1e12, 1..400), tight in 1f64..4.0) {
            // Some tests see values close together, some far apart.
            values.iter_mut().for_each(|value| *value = 1e6 * value.powf(1.0 / tight.powi(3)));
            values.sort_by(f64::total_cmp);
            let steps: Vec<(f64, u64)> = values.iter().map(|value| (*value, 1)).collect();
            let sketch = Sketch::of(&steps).unwrap();
            prop_assert!(sketch.iter().count() <= SKETCH_BUCKETS_MAX);
            prop_assert_eq!(sketch.total(), values.len() as u64);
            for (index, value) in values.iter().enumerate() {
                let found = sketch.value_at_rank(index as u64 + 1).unwrap();
                prop_assert!(found > *value && found <= value * (1.0 + sketch.precision()), "{} is not near {}", found, value);
            }
            prop_assert_eq!(sketch.value_at_rank(values.len() as u64 + 1), None);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-7];[0-9]{1,9};[-,0-9]{1,20}") {
            if let Ok(sketch) = Sketch::from_text(&text) {
                prop_assert!(sketch.iter().all(|(value, _)| value.is_finite()));
                prop_assert!(sketch.total() > 0 || sketch.value_at_rank(1).is_none());
            }
        }
    }
}
