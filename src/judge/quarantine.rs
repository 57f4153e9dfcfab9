//! Series that are measured and shown, but do not fail, until a day. It lowers what limits say of a series and nothing else: a
//! void measurement, an input that cannot be read and a rule that cannot be applied stay what they are.

use super::finding::quoted;
use super::rule::{Policy, Quarantine};
use super::selection::is_glob;
use super::threshold::{Case, Found};
use crate::model::{Finding, Note, Run, SeriesKey, SuiteOutcome, Verdict};
use wildmatch::WildMatch;

/// An entry for this suite with its patterns compiled once; `None` matches everything.
struct Entry<'a> {
    quarantine: &'a Quarantine,
    label: Option<WildMatch>,
    metric: Option<WildMatch>,
    /// Findings that it keeps from failing.
    lowered: u64,
}

impl<'a> Entry<'a> {
    fn new(quarantine: &'a Quarantine) -> Entry<'a> {
        let compiled = |pattern: &str| (pattern != "*").then(|| WildMatch::new(pattern));
        Entry { quarantine, label: compiled(&quarantine.label), metric: compiled(&quarantine.metric), lowered: 0 }
    }

    fn covers(&self, key: &SeriesKey) -> bool {
        self.label.as_ref().is_none_or(|label| label.matches(&key.label))
            && self.metric.as_ref().is_none_or(|metric| metric.matches(&key.metric))
    }

    fn picks_any<'k>(&self, mut keys: impl Iterator<Item = &'k SeriesKey>) -> bool {
        keys.any(|key| self.covers(key))
    }
}

fn is_of_suite(quarantine: &Quarantine, suite: &str) -> bool {
    WildMatch::new(&quarantine.suite).matches(suite)
}

/// Lowers the findings of series in quarantine, and adds what is to be said of entries that expired or match nothing.
pub fn apply(case: &Case<'_>, found: &mut Found) {
    let run = &case.comparison.run;
    let keys = || run.series.keys().chain(&case.comparison.missing);
    let mut holding = Vec::new();
    for quarantine in case.policy.quarantine.iter().filter(|one| is_of_suite(one, &run.suite)) {
        let entry = Entry::new(quarantine);
        let is_idle = !entry.picks_any(keys());
        if is_idle && !is_glob(&quarantine.suite) {
            found.findings.push(unmatched(quarantine, case.suite_finding(Verdict::NoVerdict, String::new())));
        } else if !is_idle && case.policy.now_ns >= quarantine.until_ns {
            found.findings.push(expired(quarantine, case.suite_finding(Verdict::Unstable, String::new())));
        } else if !is_idle {
            holding.push(entry);
        }
    }
    if holding.is_empty() {
        return;
    }
    // A finding without label is about the suite as a whole.
    let is_lowered = |one: &Finding| matches!(one.verdict, Verdict::Fail | Verdict::Unstable) && !one.key.label.is_empty();
    for finding in found.findings.iter_mut().filter(|finding| is_lowered(finding)) {
        let mut quarantine = None;
        for entry in holding.iter_mut().filter(|entry| entry.covers(&finding.key)) {
            entry.lowered += 1;
            quarantine = quarantine.or(Some(entry.quarantine));
        }
        if let Some(quarantine) = quarantine {
            lower(finding, quarantine);
        }
    }
    found.notes.extend(holding.iter().filter(|entry| entry.lowered == 0).map(|entry| needless(entry.quarantine)));
}

fn lower(finding: &mut Finding, quarantine: &Quarantine) {
    let Quarantine { until, reason, .. } = quarantine;
    let told = format!("{}; {} without its quarantine until {until}: {}", finding.sentence, finding.verdict.word(), quoted(reason));
    finding.sentence = told;
    finding.verdict = Verdict::Pass;
    finding.quarantined = Some(reason.clone());
}

fn expired(quarantine: &Quarantine, finding: Finding) -> Finding {
    let Quarantine { until, reason, .. } = quarantine;
    let sentence = format!(
        "the quarantine ({}) expired after {until} and holds no longer; it was for {:?}: repair that and remove it, or give it a new day",
        patterns(quarantine),
        quoted(reason)
    );
    Finding { place: quarantine.place.clone(), sentence, ..finding }
}

fn needless(quarantine: &Quarantine) -> Note {
    Note {
        path: quarantine.place.as_ref().map(|place| place.path.clone()),
        line: quarantine.place.as_ref().map(|place| place.line),
        text: format!("the quarantine ({}) was not needed: everything it covers passed", patterns(quarantine)),
    }
}

/// The finding about an entry that matches no series, made from one of the suite it is shown in.
pub fn unmatched(quarantine: &Quarantine, finding: Finding) -> Finding {
    let sentence = format!("the quarantine ({}) matches no series; correct it or remove it", patterns(quarantine));
    Finding { place: quarantine.place.clone(), sentence, ..finding }
}

fn patterns(quarantine: &Quarantine) -> String {
    let Quarantine { suite, label, metric, .. } = quarantine;
    format!("suite {suite:?}, label {:?}, metric {metric:?}", quoted(label))
}

/// Entries that pick no series of any of these runs, those included that are missing in them.
pub fn unmatched_everywhere<'a>(policy: &'a Policy, runs: &[&Run], suites: &[SuiteOutcome]) -> Vec<&'a Quarantine> {
    let picks = |quarantine: &Quarantine| {
        let entry = Entry::new(quarantine);
        runs.iter().any(|run| is_of_suite(quarantine, &run.suite) && entry.picks_any(run.series.keys()))
            || suites.iter().any(|suite| is_of_suite(quarantine, &suite.suite) && entry.picks_any(suite.missing.iter()))
    };
    policy.quarantine.iter().filter(|quarantine| !picks(quarantine)).collect()
}
