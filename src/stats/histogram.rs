//! Histogram of bounded relative width (High Dynamic Range), mergeable and storable.

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

    /// Values counted.
    pub fn total(&self) -> u64 {
        self.inner.len()
    }

    /// Upper edge of the bucket that holds a 1-based rank; `None` for rank 0 or beyond the total.
    pub fn value_at_rank(&self, rank: u64) -> Option<u64> {
        if rank == 0 {
            return None;
        }
        let mut seen = 0;
        self.iter()
            .find(|(_, times)| {
                seen += times;
                seen >= rank
            })
            .map(|(value, _)| value)
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
        let inner = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|e| HistogramError(format!("not an HdrHistogram V2 payload: {e}")))?;
        Ok(Histogram { inner })
    }
}
