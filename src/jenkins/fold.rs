//! One file's samples become counts of whole milliseconds by label: exact, and no larger than there are distinct values.

use super::filter::Memory;
use super::names::key;
use super::numbers::SideFields;
use super::readers::Unread;
use super::settings::Settings;
use super::taurus_totals::Totals;
use crate::limits::{JENKINS_CODES_MAX, JENKINS_VALUES_MAX, LABELS_MAX};
use rustc_hash::FxHashMap;

/// One sample, as a reader takes it from its file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sample<'a> {
    pub(super) label: &'a str,
    /// Epoch milliseconds.
    pub(super) start_ms: i64,
    pub(super) duration_ms: i64,
    pub(super) is_ok: bool,
    pub(super) code: &'a str,
    pub(super) size_kb: f64,
    pub(super) summary: Option<Summed>,
}

/// What a sample that stands for many requests adds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Summed {
    /// What the plugin takes for its errors: a count, a percentage or a share, by format.
    pub(super) plugin_errors: f32,
    /// What the file says: requests, and failed ones among them.
    pub(super) requests: i64,
    pub(super) failures: i64,
}

/// Samples of one label.
#[derive(Debug, Default)]
pub(super) struct LabelFold {
    pub(super) label: String,
    pub(super) samples: i64,
    pub(super) errors: i64,
    /// Durations that count, by value.
    pub(super) counts: FxHashMap<i64, u64>,
    /// Their sum.
    pub(super) total_ms: i128,
    pub(super) size_kb: f64,
    pub(super) codes: Vec<String>,
    /// Earliest start and latest end.
    pub(super) span: Option<(i64, i64)>,
    /// Some sample stands for several requests: then these are known.
    pub(super) has_requests: bool,
    pub(super) requests: i64,
    pub(super) failures: i64,
}

/// What was read of one file.
#[derive(Debug)]
pub(super) struct Fold<'f> {
    filter: Memory<'f>,
    excludes_failed: bool,
    labels: Vec<LabelFold>,
    by_label: FxHashMap<String, usize>,
    by_key: FxHashMap<String, usize>,
    /// Where the sample before went: rows of one label often follow each other.
    last: usize,
    values: usize,
    /// Samples, or groups of them, before the filter.
    pub(super) seen: u64,
    /// Failed samples whose duration was left out.
    pub(super) excluded: u64,
    /// Sum over all samples.
    pub(super) plugin_errors: f32,
    pub(super) side_fields: SideFields,
    /// Taurus tells totals instead of samples.
    pub(super) totals: Option<Totals>,
}
impl<'f> Fold<'f> {
    pub(super) fn new(settings: &Settings, filter: Memory<'f>) -> Fold<'f> {
        Fold {
            filter,
            excludes_failed: settings.exclude_response_time,
            labels: Vec::new(),
            by_label: FxHashMap::default(),
            by_key: FxHashMap::default(),
            last: 0,
            values: 0,
            seen: 0,
            excluded: 0,
            plugin_errors: 0.0,
            side_fields: SideFields::new(),
            totals: None,
        }
    }

    /// From here on failed samples count like others, whatever the settings say.
    pub(super) fn include_failed(&mut self) {
        self.excludes_failed = false;
    }

    /// Whether the label passes the filter; for readers that know labels but no samples.
    pub(super) fn keeps(&mut self, label: &str) -> Result<bool, Unread> {
        self.seen += 1;
        self.filter.keeps(label)
    }

    /// The labels as folded.
    pub(super) fn labels(&self) -> &[LabelFold] {
        &self.labels
    }

    /// Takes a sample.
    #[inline]
    pub(super) fn push(&mut self, sample: &Sample<'_>) -> Result<(), Unread> {
        self.seen += 1;
        let is_last = self.labels.get(self.last).is_some_and(|label| label.label == sample.label);
        if !is_last {
            match self.place(sample.label)? {
                Some(place) => self.last = place,
                None => return Ok(()),
            }
        }
        let Some(label) = self.labels.get_mut(self.last) else { return Ok(()) };
        let is_included = sample.is_ok || !self.excludes_failed || sample.summary.is_some();
        self.excluded += u64::from(!is_included);
        self.plugin_errors += sample.summary.map_or(0.0, |summary| summary.plugin_errors);
        self.values += label.push(sample, is_included)?;
        if self.values > JENKINS_VALUES_MAX {
            return Err(Unread::Abort(format!(
                "expected at most {JENKINS_VALUES_MAX} distinct durations in a file, found more; are they milliseconds?"
            )));
        }
        Ok(())
    }

    /// Index of the label's fold; `None` where the filter drops it.
    fn place(&mut self, label: &str) -> Result<Option<usize>, Unread> {
        if let Some(place) = self.by_label.get(label) {
            return Ok(Some(*place));
        }
        if !self.filter.keeps(label)? {
            return Ok(None);
        }
        if self.by_label.len() == LABELS_MAX {
            let hint = "a label per request? Give requests names without ids";
            return Err(Unread::Abort(format!("expected at most {LABELS_MAX} labels in a file, found more; {hint}")));
        }
        let place = *self.by_key.entry(key(label)).or_insert(self.labels.len());
        if place == self.labels.len() {
            self.labels.push(LabelFold { label: label.to_string(), ..LabelFold::default() });
        }
        self.by_label.insert(label.to_string(), place);
        Ok(Some(place))
    }
}

impl LabelFold {
    /// The number of values that are new.
    #[inline]
    fn push(&mut self, sample: &Sample<'_>, is_included: bool) -> Result<usize, Unread> {
        self.samples += 1;
        self.errors += i64::from(!sample.is_ok);
        self.size_kb += sample.size_kb;
        let end = sample.start_ms.saturating_add(sample.duration_ms);
        self.span = Some(self.span.map_or((sample.start_ms, end), |(from, to)| (from.min(sample.start_ms), to.max(end))));
        if let Some(summary) = sample.summary {
            self.has_requests = true;
            self.requests = self.requests.saturating_add(summary.requests);
            self.failures = self.failures.saturating_add(summary.failures);
        }
        if !self.codes.iter().any(|code| code == sample.code) {
            if self.codes.len() == JENKINS_CODES_MAX {
                let hint = "is this column the code?";
                return Err(Unread::Abort(format!(
                    "expected at most {JENKINS_CODES_MAX} response codes of {:?}, found more; {hint}",
                    self.label
                )));
            }
            self.codes.push(sample.code.to_string());
        }
        if !is_included {
            return Ok(0);
        }
        self.total_ms += i128::from(sample.duration_ms);
        let before = self.counts.len();
        *self.counts.entry(sample.duration_ms).or_default() += 1;
        Ok(self.counts.len() - before)
    }
}
