//! `outcome.json`: the whole outcome for programs, as CONTRACT lays it out. Members are only ever added.

use super::document::JsonWriter;
use super::{Entry, Needs, Style, document, facts};
use crate::model::{BaselineFacts, BaselineKind, Confirmation, Edited, Finding, Note, Outcome, SeriesKey, SuiteOutcome};
use crate::output::{Output, OutputError, Report};
use serde::Serialize;
use std::io::Write;

pub const ENTRY: Entry =
    Entry { name: "json", about: "the outcome as JSON, as written to outcome.json", needs: Needs::Outcome, extension: "json", open };

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::json(out, style, write)
}

const SCHEMA: &str = "neverslower.outcome.v1";

fn write(report: &Report<'_>, style: &Style, out: &mut JsonWriter<'_>) -> Result<(), OutputError> {
    let suites: Vec<_> = facts::suites(report, style).into_iter().map(|(suite, _)| suite).collect();
    out.write(&outcome(report.outcome, &suites)).map_err(|error| OutputError(format!("outcome.json: {error}")))
}

#[derive(Serialize)]
struct JsonOutcome<'a> {
    schema: &'static str,
    verdict: &'static str,
    exit_code: u8,
    compared: u64,
    partial: bool,
    suites: Vec<JsonSuite<'a>>,
    findings: Vec<JsonFinding<'a>>,
    new: Vec<JsonSeries<'a>>,
    missing: Vec<JsonSeries<'a>>,
    notes: Vec<JsonNote<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    next_steps: &'a [String],
}

#[derive(Serialize)]
struct JsonSuite<'a> {
    suite: &'a str,
    verdict: &'static str,
    compared: u64,
    duration_ns: u64,
    baseline: JsonBaseline<'a>,
}

#[derive(Serialize)]
struct JsonBaseline<'a> {
    kind: &'static str,
    /// Number of the earlier build.
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<u64>,
    /// Whether the change of this pull request edits it: `yes`, `no`, `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    edited: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    /// Start of the newest accepted run, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<String>,
    runs: u32,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    environments: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drift: Vec<JsonDrift<'a>>,
    /// Why runs were accepted although they were worse, newest first.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    reasons: &'a [String],
}

#[derive(Serialize)]
struct JsonDrift<'a> {
    name: &'a str,
    before: &'a str,
    after: &'a str,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    suite: &'a str,
    label: &'a str,
    metric: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistic: Option<String>,
    kind: &'static str,
    verdict: &'static str,
    unit: &'a str,
    better: &'static str,
    threshold: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_percent: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detectable_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pairs_used: Option<u32>,
    /// Where a failure was measured again.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmation: Option<JsonConfirmation>,
    samples: u64,
    sentence: &'a str,
    reproduce: &'a str,
    /// Why the series is in quarantine; only where it would not have passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<JsonPlace<'a>>,
}

#[derive(Serialize)]
struct JsonConfirmation {
    measured: u32,
    failed: u32,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    path: &'a str,
    line: u64,
}

#[derive(Serialize)]
struct JsonSeries<'a> {
    suite: &'a str,
    label: &'a str,
    metric: &'a str,
}

#[derive(Serialize)]
struct JsonNote<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    suite: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    text: &'a str,
}

fn outcome<'a>(outcome: &'a Outcome, suites: &[&'a SuiteOutcome]) -> JsonOutcome<'a> {
    let series = |keys: fn(&SuiteOutcome) -> &[SeriesKey]| -> Vec<JsonSeries<'a>> {
        let of = |suite: &'a SuiteOutcome| {
            keys(suite).iter().map(|key| JsonSeries { suite: &suite.suite, label: &key.label, metric: &key.metric })
        };
        suites.iter().flat_map(|suite| of(suite)).collect()
    };
    let of_suites = suites.iter().flat_map(|suite| suite.notes.iter().map(|text| note(Some(&suite.suite), text)));
    JsonOutcome {
        schema: SCHEMA,
        verdict: outcome.verdict.as_str(),
        exit_code: outcome.exit_code,
        compared: outcome.compared(),
        partial: outcome.partial,
        suites: suites.iter().map(|one| suite(one)).collect(),
        findings: suites.iter().flat_map(|suite| &suite.findings).map(finding).collect(),
        new: series(|suite| &suite.new),
        missing: series(|suite| &suite.missing),
        notes: outcome.notes.iter().map(|text| note(None, text)).chain(of_suites).collect(),
        next_steps: &outcome.next_steps,
    }
}

fn suite(suite: &SuiteOutcome) -> JsonSuite<'_> {
    JsonSuite {
        suite: &suite.suite,
        verdict: suite.verdict.as_str(),
        compared: suite.compared,
        duration_ns: suite.duration_ns,
        baseline: baseline(&suite.baseline),
    }
}

fn baseline(facts: &BaselineFacts) -> JsonBaseline<'_> {
    JsonBaseline {
        kind: match facts.kind {
            BaselineKind::None => "none",
            BaselineKind::OtherEnvironment => "other-environment",
            BaselineKind::Committed => "committed",
            BaselineKind::File => "file",
            BaselineKind::Build(_) => "build",
            BaselineKind::Interleaved => "interleaved",
        },
        build: if let BaselineKind::Build(number) = facts.kind { Some(number) } else { None },
        edited: match facts.edited {
            Edited::Unasked => None,
            Edited::No => Some("no"),
            Edited::Yes => Some("yes"),
            Edited::Unknown => Some("unknown"),
        },
        path: facts.path.as_deref(),
        commit: facts.commit.as_deref(),
        accepted: facts.accepted_ns.and_then(|ns| jiff::Timestamp::from_nanosecond(i128::from(ns)).ok()).map(|time| time.to_string()),
        runs: facts.runs,
        environments: &facts.environments,
        drift: facts.drift.iter().map(|(name, before, after)| JsonDrift { name, before, after }).collect(),
        reasons: &facts.reasons,
    }
}

fn finding(finding: &Finding) -> JsonFinding<'_> {
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    JsonFinding {
        suite: &finding.suite,
        label: &finding.key.label,
        metric: &finding.key.metric,
        statistic: finding.statistic.map(|statistic| statistic.to_string()),
        kind: facts::kind(finding.kind),
        verdict: finding.verdict.as_str(),
        unit: finding.unit.as_str(),
        better: finding.better.as_str(),
        threshold: &finding.threshold,
        before: finite(finding.before),
        after: finite(finding.after),
        change_percent: finite(finding.change_percent),
        interval_percent: finding.interval_percent.filter(|(a, b)| a.is_finite() && b.is_finite()).map(|(a, b)| [a, b]),
        detectable_percent: finite(finding.detectable_percent),
        pairs_used: finding.pairs_used,
        confirmation: finding.confirmation.map(|Confirmation { measured, failed }| JsonConfirmation { measured, failed }),
        samples: finding.samples,
        sentence: &finding.sentence,
        reproduce: &finding.reproduce,
        quarantined: finding.quarantined.as_deref(),
        place: finding.place.as_ref().map(|place| JsonPlace { path: &place.path, line: place.line }),
    }
}

fn note<'a>(suite: Option<&'a str>, note: &'a Note) -> JsonNote<'a> {
    JsonNote { suite, path: note.path.as_deref(), line: note.line, text: &note.text }
}
