//! The door through which every measurement enters.

use crate::model::{Note, Pair, PairKey, RunFacts, Sample, Series, SeriesKey};
use crate::stats::Histogram;

/// Why a sink takes nothing more: a bound was reached or an output could not be written. The text names the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected(pub String);

/// Takes observations. Several doors, because half the formats hold only summaries and some hold histograms:
/// making samples out of a mean would be a lie.
pub trait Sink {
    /// One observation.
    fn sample(&mut self, sample: &Sample<'_>) -> Result<(), Rejected>;

    /// Counts that a source holds instead of samples; values in ns. `failed` says which attempts they are of.
    fn histogram(&mut self, key: &SeriesKey, histogram: &Histogram, failed: bool) -> Result<(), Rejected>;

    /// A series that the source has already folded. The same key again is a repetition and is merged where that is
    /// exact, else rejected.
    fn summary(&mut self, series: Series) -> Result<(), Rejected>;

    /// One round of base and head.
    fn pair(&mut self, key: &PairKey, pair: &Pair) -> Result<(), Rejected>;

    /// Facts about the run as a whole.
    fn facts(&mut self, facts: RunFacts);

    /// A recoverable oddity.
    fn note(&mut self, note: Note);
}

/// Hands everything to a sink, and every sample to a closure first. What the closure refuses, the sink does not get.
pub struct Tee<'a, F> {
    /// Sees every sample first.
    pub first: F,
    pub sink: &'a mut dyn Sink,
}

impl<F: FnMut(&Sample<'_>) -> Result<(), Rejected>> Sink for Tee<'_, F> {
    #[inline]
    fn sample(&mut self, sample: &Sample<'_>) -> Result<(), Rejected> {
        (self.first)(sample)?;
        self.sink.sample(sample)
    }

    fn histogram(&mut self, key: &SeriesKey, histogram: &Histogram, failed: bool) -> Result<(), Rejected> {
        self.sink.histogram(key, histogram, failed)
    }

    fn summary(&mut self, series: Series) -> Result<(), Rejected> {
        self.sink.summary(series)
    }

    fn pair(&mut self, key: &PairKey, pair: &Pair) -> Result<(), Rejected> {
        self.sink.pair(key, pair)
    }

    fn facts(&mut self, facts: RunFacts) {
        self.sink.facts(facts);
    }

    fn note(&mut self, note: Note) {
        self.sink.note(note);
    }
}
