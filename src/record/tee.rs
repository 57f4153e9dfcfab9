//! Pushes everything into two sinks.

use super::{Rejected, Sink};
use crate::model::{Note, Pair, RunFacts, Sample, Series, SeriesKey};
use crate::stats::Histogram;

/// Two sinks as one; what `a` rejects `b` does not see.
pub struct Tee<'a> {
    pub a: &'a mut dyn Sink,
    pub b: &'a mut dyn Sink,
}

impl Sink for Tee<'_> {
    fn sample(&mut self, sample: &Sample<'_>) -> Result<(), Rejected> {
        self.a.sample(sample)?;
        self.b.sample(sample)
    }

    fn histogram(&mut self, key: &SeriesKey, histogram: &Histogram, failed: bool) -> Result<(), Rejected> {
        self.a.histogram(key, histogram, failed)?;
        self.b.histogram(key, histogram, failed)
    }

    fn summary(&mut self, series: Series) -> Result<(), Rejected> {
        self.a.summary(series.clone())?;
        self.b.summary(series)
    }

    fn pair(&mut self, pair: &Pair<'_>) -> Result<(), Rejected> {
        self.a.pair(pair)?;
        self.b.pair(pair)
    }

    fn facts(&mut self, facts: RunFacts) {
        self.a.facts(facts.clone());
        self.b.facts(facts);
    }

    fn note(&mut self, note: Note) {
        self.a.note(note.clone());
        self.b.note(note);
    }
}
