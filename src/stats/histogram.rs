//! Histogram of bounded relative width (High Dynamic Range), mergeable and storable.

use super::Moments;
use super::counts::at_rank;
use crate::limits::{HISTOGRAM_DIGITS, HISTOGRAM_NS_MAX};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};

/// A payload that is not a V2 histogram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramError(pub String);

/// Counts of integer values in buckets no wider than 10⁻³ of their value; lowest value 1, highest one hour in ns.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    inner: hdrhistogram::Histogram<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// An empty histogram; it grows with the largest value, never with their number.
    pub fn new() -> Self {
        let inner = hdrhistogram::Histogram::new(HISTOGRAM_DIGITS).unwrap_or_else(|_| unreachable!("3 digits are valid"));
        Histogram { inner }
    }

    /// Counts one value; values beyond the upper edge are counted at the edge.
    #[inline]
    pub fn add(&mut self, value: u64, times: u64) {
        let clamped = value.clamp(0, HISTOGRAM_NS_MAX);
        // Cannot fail: the histogram resizes itself and the value is below the edge.
        let _ = self.inner.record_n(clamped, times);
    }

    /// Adds all counts of `other`.
    pub fn merge(&mut self, other: &Histogram) {
        let _ = self.inner.add(&other.inner);
    }

    /// Moments of the counted values, each taken as the middle of its bucket.
    pub fn moments(&self) -> Moments {
        let mut moments = Moments::default();
        for step in self.inner.iter_recorded() {
            moments.add_times(self.inner.median_equivalent(step.value_iterated_to()) as f64, step.count_at_value());
        }
        moments
    }

    /// Values counted.
    pub fn total(&self) -> u64 {
        self.inner.len()
    }

    /// Upper edge of the bucket that holds a 1-based rank; `None` for rank 0 or beyond the total.
    pub fn value_at_rank(&self, rank: u64) -> Option<u64> {
        at_rank(self.iter(), rank)
    }

    /// Upper edge of each non-empty bucket with its count, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.inner.iter_recorded().map(|step| (step.value_iterated_to(), step.count_at_value()))
    }

    /// Largest relative error of a value read back.
    pub fn precision(&self) -> f64 {
        10f64.powi(-i32::from(HISTOGRAM_DIGITS))
    }

    /// HdrHistogram V2 compressed encoding, base64.
    pub fn encode(&self) -> String {
        let mut bytes = Vec::new();
        // Writing to a Vec cannot fail.
        let _ = V2DeflateSerializer::new().serialize(&self.inner, &mut bytes);
        STANDARD.encode(bytes)
    }

    /// Reads what `encode` (or another HdrHistogram V2 writer) wrote.
    pub fn decode(text: &str) -> Result<Self, HistogramError> {
        let bytes = STANDARD.decode(text).map_err(|e| HistogramError(format!("not base64: {e}")))?;
        let mut inner = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|e| HistogramError(format!("not an HdrHistogram V2 payload: {e}")))?;
        // What is read does not grow by itself, and would refuse larger values of another.
        inner.auto(true);
        Ok(Histogram { inner })
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;
    use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn stays_within_its_precision(mut values in proptest::collection::vec(1u64..10_000_000_000, 1..40)) {
            let mut histogram = Histogram::new();
            values.iter().for_each(|value| histogram.add(*value, 1));
            prop_assert_eq!(&Histogram::decode(&histogram.encode()).unwrap(), &histogram);
            let mut twice = Histogram::decode(&histogram.encode()).unwrap();
            let mut larger = Histogram::new();
            larger.add(100_000_000_000, 2);
            twice.merge(&larger);
            prop_assert_eq!((twice.total(), twice.value_at_rank(twice.total()).is_some_and(|found| found >= 100_000_000_000)), (histogram.total() + 2, true));
            let near = |found: f64, want: f64| (found - want).abs() <= want * histogram.precision() + 1.0;
            let mean = values.iter().sum::<u64>() as f64 / values.len() as f64;
            prop_assert!(histogram.moments().mean().is_some_and(|found| near(found, mean)));
            values.sort_unstable();
            for (index, value) in values.iter().enumerate() {
                prop_assert!(histogram.value_at_rank(index as u64 + 1).is_some_and(|found| near(found as f64, *value as f64)));
            }
        }
    }
}
