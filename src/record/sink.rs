//! The door through which every measurement enters.

use crate::model::{Note, RunFacts, Sample, Series, SeriesKey};
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

    /// Facts about the run as a whole.
    fn facts(&mut self, facts: RunFacts);

    /// A recoverable oddity.
    fn note(&mut self, note: Note);
}
