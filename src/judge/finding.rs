//! What all findings have in common, and the words of their sentences.

use super::selection::Selected;
use super::threshold::{Case, Found};
use crate::limits::QUOTED_CHARS_MAX;
use crate::model::humanize::{percent, quantity};
use crate::model::{Finding, FindingKind, SeriesKey, Statistic, Unit, Verdict, metric};

/// A finding about the suite as a whole.
pub fn of_suite(suite: &str, reproduce: &str, verdict: Verdict, sentence: String) -> Finding {
    Finding { reproduce: reproduce.to_string(), ..Finding::of_suite(suite, verdict, sentence) }
}

impl Case<'_> {
    /// A finding about the suite of this case.
    pub fn suite_finding(&self, verdict: Verdict, sentence: String) -> Finding {
        of_suite(&self.comparison.run.suite, &self.policy.reproduce, verdict, sentence)
    }

    /// A finding of one rule on one series; the verdict and its reasons are the caller's to add.
    pub fn finding(&self, selected: &Selected<'_>, kind: FindingKind, verdict: Verdict, sentence: String) -> Finding {
        let summary = if selected.mixes_failures() { &selected.series.summary } else { selected.series.judged() };
        let counted = matches!(selected.statistic, Statistic::ErrorRate | Statistic::Throughput | Statistic::Count);
        Finding {
            key: selected.series.key.clone(),
            kind,
            statistic: Some(selected.statistic),
            unit: selected.unit(),
            better: selected.better(),
            threshold: selected.limits.gravest().map(|limit| limit.text().to_string()).unwrap_or_default(),
            after: selected.after,
            samples: if counted { selected.series.summary.count } else { summary.count },
            place: selected.rule.place.clone(),
            ..self.suite_finding(verdict, sentence)
        }
    }

    /// What to say when a rule cannot be applied: no verdict for the user's own rule; a default steps back with a note,
    /// because nobody asked for this statistic of this source.
    pub fn cannot_judge(&self, selected: &Selected<'_>, kind: FindingKind, reason: &'static str, found: &mut Found) {
        if selected.rule.is_default {
            found.skipped.entry(reason).or_insert_with(|| (subject(selected), 0)).1 += 1;
        } else {
            found.findings.push(self.no_verdict(selected, kind, reason));
        }
    }

    /// A rule on a series that cannot be judged.
    pub fn no_verdict(&self, selected: &Selected<'_>, kind: FindingKind, reason: &str) -> Finding {
        self.finding(selected, kind, Verdict::NoVerdict, format!("{}: {reason}", subject(selected)))
    }
}

/// What a sentence is about: `GET / p95`, `sort allocations p50`.
pub fn subject(selected: &Selected<'_>) -> String {
    let SeriesKey { label, metric } = &selected.series.key;
    let label = quoted(label);
    match metric.as_str() {
        metric::LATENCY | metric::TIME => format!("{label} {}", selected.statistic),
        other => format!("{label} {other} {}", selected.statistic),
    }
}

/// Foreign text, cut to what a sentence can hold.
pub fn quoted(text: &str) -> String {
    if text.chars().nth(QUOTED_CHARS_MAX).is_none() {
        return text.to_string();
    }
    text.chars().take(QUOTED_CHARS_MAX).chain(['…']).collect()
}

/// `rose from 0.42 ms to 20.6 ms (+4805%)`.
pub fn movement(before: f64, after: f64, unit: &Unit, change_percent: Option<f64>) -> String {
    let verb = if after > before {
        "rose"
    } else if after < before {
        "fell"
    } else {
        return format!("stayed at {}", quantity(after, unit));
    };
    let change = change_percent.map(|change| format!(" ({})", percent(change))).unwrap_or_default();
    format!("{verb} from {} to {}{change}", quantity(before, unit), quantity(after, unit))
}

/// `1 accepted run`, `3 accepted runs`.
pub fn counted(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
