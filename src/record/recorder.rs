//! Folds a stream of measurements to a run.

use super::exemplars::Exemplars;
use super::label::Label;
use super::status_codes::StatusCodes;
use super::summarise::{self, two_things};
use super::timeline::Timeline;
use super::{Keep, Rejected, Sink};
use crate::limits::{COUNTED_VALUES_PER_RUN, FAIR_SHARE_MIN, KEPT_VALUES_PER_RUN, LABELS_MAX, NOTES_MAX, RECORDS_BETWEEN_BUDGETS};
use crate::model::{LoadFacts, Note, Pair, PairKey, Pairs, Request, Run, RunFacts, Sample, Series, SeriesKey, metric};
use crate::stats::Histogram;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Takes a run while it is measured or read, in memory that does not depend on its length: it grows with labels, and with
/// distinct values up to the budgets of `limits`.
#[derive(Debug)]
pub struct Recorder {
    keep: Keep,
    names: FxHashMap<Box<str>, usize>,
    labels: Vec<Label>,
    /// Series that came folded.
    folded: BTreeMap<SeriesKey, Series>,
    timeline: Timeline,
    status_codes: StatusCodes,
    exemplars: Exemplars,
    pairs: Pairs,
    facts: RunFacts,
    first_start_ns: u64,
    last_end_ns: u64,
    /// First start and last end of each repetition that is over.
    spans: Vec<(u64, u64)>,
    notes: Vec<Note>,
    notes_dropped: usize,
    until_budgets: u32,
}

impl Recorder {
    /// An empty recording.
    pub fn new(keep: Keep) -> Recorder {
        Recorder {
            keep,
            names: FxHashMap::default(),
            labels: Vec::new(),
            folded: BTreeMap::new(),
            timeline: Timeline::default(),
            status_codes: StatusCodes::default(),
            exemplars: Exemplars::default(),
            pairs: Pairs::new(),
            facts: RunFacts::default(),
            first_start_ns: u64::MAX,
            last_end_ns: 0,
            spans: Vec::new(),
            notes: Vec::new(),
            notes_dropped: 0,
            until_budgets: RECORDS_BETWEEN_BUDGETS,
        }
    }

    /// The suite that the source named.
    pub fn suite(&self) -> Option<&str> {
        self.facts.suite.as_deref()
    }

    /// Whether a source named a shard, which is no repetition of anything.
    pub fn has_shard(&self) -> bool {
        self.facts.shard.is_some()
    }

    /// A repetition ends: the time until the next one starts is no part of the run.
    pub fn end_repetition(&mut self) {
        if self.first_start_ns <= self.last_end_ns {
            self.spans.push((self.first_start_ns, self.last_end_ns));
        }
        (self.first_start_ns, self.last_end_ns) = (u64::MAX, 0);
    }

    /// The run. Its duration is the told one, else from the first start to the last end of each repetition.
    pub fn finish(mut self, suite: &str) -> Run {
        self.end_repetition();
        let first_start_ns = self.spans.iter().map(|(start, _)| *start).min();
        let duration_ns = self.facts.duration_ns.or(first_start_ns.map(|_| covered_ns(self.spans)));
        let mut series = self.folded;
        for (name, index) in self.names {
            let label = self.labels.get_mut(index).map(std::mem::take).unwrap_or_default();
            series.extend(label.finish(&name, duration_ns).into_iter().map(|one| (one.key.clone(), one)));
        }
        if self.notes_dropped > 0 {
            self.notes.push(Note::text(format!("{} further notes are not kept", self.notes_dropped)));
        }
        let facts = self.facts;
        Run {
            suite: suite.to_string(),
            started_ns: facts.started_ns.or(first_start_ns),
            duration_ns: duration_ns.unwrap_or(0),
            partial: facts.partial,
            aborted: facts.aborted,
            commit: facts.commit,
            environment: facts.environment.unwrap_or_default(),
            shard: facts.shard,
            session_ns: facts.session_ns,
            series,
            pairs: self.pairs,
            pair_facts: facts.pairs.unwrap_or_default(),
            load: facts.load,
            status_codes: self.status_codes.finish(),
            windows: if facts.windows.is_empty() { self.timeline.windows() } else { facts.windows },
            exemplars: if facts.exemplars.is_empty() { self.exemplars.finish() } else { facts.exemplars },
            notes: self.notes,
            format: None,
        }
    }

    #[inline]
    fn request(&mut self, request: &Request<'_>) -> Result<(), Rejected> {
        let keep = self.keep;
        self.label(request.label)?.request(request, keep).map_err(|why| two_things(request.label, metric::LATENCY, why))?;
        if let Some(start_ns) = request.start_ns {
            self.first_start_ns = self.first_start_ns.min(start_ns);
            self.last_end_ns = self.last_end_ns.max(start_ns.saturating_add(request.latency_ns));
            self.timeline.add(start_ns, request.latency_ns, u64::from(request.error.is_some()));
        }
        self.status_codes.add(request.code);
        self.exemplars.offer(request);
        Ok(())
    }

    #[inline]
    fn label(&mut self, name: &str) -> Result<&mut Label, Rejected> {
        let index = match self.names.get(name) {
            Some(index) => *index,
            None => self.new_label(name)?,
        };
        self.labels.get_mut(index).ok_or_else(|| unreachable!("every name has its label"))
    }

    fn new_label(&mut self, name: &str) -> Result<usize, Rejected> {
        let index = self.labels.len();
        if index >= LABELS_MAX {
            return Err(Rejected(format!(
                "more than {LABELS_MAX} distinct labels, the last one {:?}: name requests by their route, without ids in them",
                name.chars().take(crate::limits::QUOTED_CHARS_MAX).collect::<String>()
            )));
        }
        let same_label = self.folded.range(SeriesKey::new(name, "")..).next().filter(|(key, _)| key.label == name);
        if let Some((key, _)) = same_label {
            return Err(two_things(name, &key.metric, "comes as samples and as a summary"));
        }
        self.labels.push(Label::default());
        self.names.insert(name.into(), index);
        Ok(index)
    }

    /// Now and then: where the run-wide budgets are spent, the series that hold more than their share become histograms.
    fn keep_budgets(&mut self) {
        self.until_budgets = RECORDS_BETWEEN_BUDGETS;
        let (mut slots, mut kept, mut used) = (0, 0, 0);
        for fold in self.labels.iter_mut().flat_map(Label::folds) {
            slots += fold.slots();
            kept += fold.kept();
            used += usize::from(fold.slots() + fold.kept() > 0);
        }
        let share = |budget: usize| (budget / used.max(1)).max(FAIR_SHARE_MIN);
        let slots_max = if slots > COUNTED_VALUES_PER_RUN { share(COUNTED_VALUES_PER_RUN) } else { usize::MAX };
        let kept_max = if kept > KEPT_VALUES_PER_RUN { share(KEPT_VALUES_PER_RUN) } else { usize::MAX };
        for fold in self.labels.iter_mut().flat_map(Label::folds).filter(|fold| fold.slots() > slots_max || fold.kept() > kept_max) {
            fold.spill();
        }
    }
}

/// Time that the spans cover together; files of generators that ran at once overlap.
fn covered_ns(mut spans: Vec<(u64, u64)>) -> u64 {
    spans.sort_unstable();
    let mut until_ns = 0;
    spans.into_iter().fold(0, |covered: u64, (start, end)| {
        let new_ns = end.saturating_sub(start.max(until_ns));
        until_ns = until_ns.max(end);
        covered.saturating_add(new_ns)
    })
}

impl Sink for Recorder {
    #[inline]
    fn sample(&mut self, sample: &Sample<'_>) -> Result<(), Rejected> {
        self.until_budgets -= 1;
        if self.until_budgets == 0 {
            self.keep_budgets();
        }
        match sample {
            Sample::Request(request) => self.request(request),
            Sample::Value(value) => {
                let keep = self.keep;
                self.label(value.label)?.value(value, keep).map_err(|why| two_things(value.label, value.metric, why))
            }
        }
    }

    fn histogram(&mut self, key: &SeriesKey, histogram: &Histogram, failed: bool) -> Result<(), Rejected> {
        self.label(&key.label)?.histogram(&key.metric, histogram, failed).map_err(|why| two_things(&key.label, &key.metric, why))
    }

    fn summary(&mut self, series: Series) -> Result<(), Rejected> {
        let recorded = self.names.get(series.key.label.as_str()).and_then(|index| self.labels.get(*index));
        if recorded.is_some_and(|label| label.has(&series.key.metric)) {
            return Err(two_things(&series.key.label, &series.key.metric, "comes as samples and as a summary"));
        }
        match self.folded.entry(series.key.clone()) {
            Entry::Occupied(mine) => summarise::merge(mine.into_mut(), series),
            Entry::Vacant(room) => {
                room.insert(series);
                Ok(())
            }
        }
    }

    fn pair(&mut self, key: &PairKey, pair: &Pair) -> Result<(), Rejected> {
        match self.pairs.get_mut(key) {
            Some(pairs) => pairs.push(*pair),
            None => drop(self.pairs.insert(key.clone(), vec![*pair])),
        }
        Ok(())
    }

    fn facts(&mut self, facts: RunFacts) {
        let mine = &mut self.facts;
        mine.suite = facts.suite.or(mine.suite.take());
        mine.started_ns = mine.started_ns.into_iter().chain(facts.started_ns).min();
        mine.duration_ns = mine.duration_ns.into_iter().chain(facts.duration_ns).reduce(u64::saturating_add);
        mine.partial |= facts.partial;
        mine.aborted = mine.aborted.take().or(facts.aborted);
        mine.commit = facts.commit.or(mine.commit.take());
        mine.environment = facts.environment.or(mine.environment.take());
        mine.shard = facts.shard.or(mine.shard);
        mine.session_ns = facts.session_ns.or(mine.session_ns);
        mine.load = mine.load.take().into_iter().chain(facts.load).reduce(LoadFacts::merged);
        mine.pairs = facts.pairs.or(mine.pairs.take());
        facts.status_codes.into_iter().for_each(|(code, times)| self.status_codes.add_times(code, times));
        mine.windows.extend(facts.windows);
        mine.exemplars.extend(facts.exemplars);
    }

    fn note(&mut self, note: Note) {
        if self.notes.len() < NOTES_MAX {
            self.notes.push(note);
        } else {
            self.notes_dropped += 1;
        }
    }
}

#[cfg(test)]
mod tests;
