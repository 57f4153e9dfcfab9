//! The error mode: the share of errors (5.1) and the average (5.2) of each report.

use super::input::{Named, quoted};
use super::ledger::{Ledger, Subject, measured};
use super::value::{Values, plugins};
use crate::jenkins::arithmetic::{breach, integer, print_f64};
use crate::jenkins::summary_type::{ShortPart, is_summary_type};
use crate::jenkins::{Metered, Parser, ParserFiles, Settings};
use crate::model::{Finding, FindingKind, Verdict};
use std::collections::BTreeMap;

/// A limit of the share of errors, in per cent. −1 is off. Another whole number is the plugin's, which clamps it to 0..100, so
/// that −5 means 0. A fraction is our extension: the plugin has whole numbers only, so a fraction is taken as it stands, and one
/// outside 0..100, which nothing clamps, is a mistake.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ErrorLimit {
    Off,
    At(f64),
    Senseless,
}

impl ErrorLimit {
    pub fn of(limit: f64) -> ErrorLimit {
        match limit {
            -1.0 => ErrorLimit::Off,
            whole if whole.is_finite() && whole.fract() == 0.0 => ErrorLimit::At(whole.clamp(0.0, 100.0)),
            fraction if (0.0..100.0).contains(&fraction) => ErrorLimit::At(fraction),
            _ => ErrorLimit::Senseless,
        }
    }

    /// The limit, where there is one.
    pub fn at(self) -> Option<f64> {
        match self {
            ErrorLimit::At(limit) => Some(limit),
            _ => None,
        }
    }
}

/// A share as written: whole numbers without decimals.
fn share(limit: f64) -> String {
    format!("{limit}%")
}

/// The error mode over all reports. Gives the reports it came to judge, in reading order.
pub fn judge<'a>(settings: &Settings, parsers: &[ParserFiles], reports: &'a [Named<'a>], ledger: &mut Ledger) -> &'a [Named<'a>] {
    let limits = [settings.error_failed_threshold, settings.error_unstable_threshold].map(ErrorLimit::of);
    if limits.contains(&ErrorLimit::Senseless) {
        let sentence = "an error threshold is neither a whole number nor a fraction between 0 and 100; -1 switches it off";
        ledger.step(Verdict::NoVerdict, sentence);
    }
    let [failed, unstable] = limits.map(ErrorLimit::at);
    let times = response_limits(&settings.error_unstable_response_time_threshold, ledger);
    for name in times.keys().filter(|name| !reports.iter().any(|one| one.name == **name)) {
        let sentence = format!("the response time limit for {} names no report", quoted(name));
        ledger.fail_open(15, None, Verdict::NoVerdict, &sentence);
    }
    for (position, named) in reports.iter().enumerate() {
        if !ledger.is_strict && summary_type(parsers, &named.name).is_err() {
            let sentence = format!(
                "an entry of JMeter's log with fewer than 5 characters stops the gate: {} and all after it are not checked",
                quoted(&named.name)
            );
            ledger.fail_open(10, None, Verdict::NoVerdict, &sentence);
            return reports.get(..position).unwrap_or_default();
        }
        let by_errors = errors(settings, parsers, named, failed, unstable, ledger);
        if let Some(limit) = times.get(named.name.as_str()) {
            response_time(settings, named, limit, by_errors, ledger);
        }
    }
    reports
}

/// Lines `report name:milliseconds`; the last of one name counts.
fn response_limits<'a>(text: &'a str, ledger: &mut Ledger) -> BTreeMap<&'a str, &'a str> {
    let mut limits = BTreeMap::new();
    for line in text.split('\n') {
        // Empty parts at the end do not count.
        let parts: Vec<&str> = line.trim_end_matches(':').split(':').collect();
        match parts.as_slice() {
            [name, limit] => {
                limits.insert(*name, *limit);
            }
            _ if line.trim().is_empty() => {}
            _ => {
                let sentence = format!("the response time line {} is not `report name:milliseconds` and is ignored", quoted(line));
                ledger.fail_open(15, None, Verdict::NoVerdict, &sentence);
            }
        }
    }
    limits
}

/// Judges the share of errors; gives its verdict.
fn errors(
    settings: &Settings,
    parsers: &[ParserFiles],
    named: &Named<'_>,
    failed: Option<f64>,
    unstable: Option<f64>,
    ledger: &mut Ledger,
) -> Verdict {
    if failed.is_none() && unstable.is_none() {
        return Verdict::Pass;
    }
    let (report, subject) = (named.numbers, Subject::report(&named.name));
    summaries(parsers, named, ledger);
    let Some(percent) = Values::of(settings).value(&report.numbers, Metered::ErrorPercent) else {
        let sentence = format!("{} does not tell how many of its requests failed, so no error threshold can judge it", named.name);
        ledger.find(Finding { sentence, ..measured_none(subject) });
        return Verdict::NoVerdict;
    };
    let above = |limit: Option<f64>| limit.filter(|limit| breach(percent, *limit));
    let (verdict, limit, words) = match (above(failed), above(unstable)) {
        (Some(limit), _) => (Verdict::Fail, limit, "above the failed threshold"),
        (None, Some(limit)) => (Verdict::Unstable, limit, "above the unstable threshold"),
        (None, None) => (Verdict::Pass, failed.or(unstable).unwrap_or(0.0), "not above the threshold"),
    };
    let counted = if super::value::is_summary(report.parser) {
        String::new()
    } else {
        format!(" ({} of {})", report.numbers.errors, report.numbers.samples)
    };
    let sentence = format!("{}: {} % errors{counted}, {words} {}", named.name, print_f64(percent), share(limit));
    let finding = measured(subject, FindingKind::ErrorRate, Metered::ErrorPercent, percent, report.numbers.samples);
    ledger.find(Finding { verdict, threshold: share(limit), sentence, ..finding });
    verdict
}

fn measured_none(subject: Subject<'_>) -> Finding {
    let finding = measured(subject, FindingKind::ErrorRate, Metered::ErrorPercent, 0.0, 0);
    Finding { after: None, verdict: Verdict::NoVerdict, ..finding }
}

/// Judges the average, which fails at the limit already. `by_errors` replaces a worse verdict, as in the plugin.
fn response_time(settings: &Settings, named: &Named<'_>, limit: &str, by_errors: Verdict, ledger: &mut Ledger) {
    let (report, subject) = (named.numbers, Subject::report(&named.name));
    let Some(average) = Values::of(settings).value(&report.numbers, Metered::Average) else {
        let sentence = format!("{}: no sample is left for an average, so the limit {limit} ms cannot judge it", named.name);
        let finding = measured(subject, FindingKind::Absolute, Metered::Average, 0.0, 0);
        return ledger.find(Finding { after: None, verdict: Verdict::NoVerdict, sentence, ..finding });
    };
    let shown = if settings.strict { print_f64(average) } else { report.numbers.average_ms.to_string() };
    let (mut verdict, mut sentence, threshold) = match integer(limit) {
        Some(limit) if limit as f64 <= average => {
            (Verdict::Unstable, format!("{}: average {shown} ms, not below the limit {limit} ms", named.name), format!("{limit}ms"))
        }
        Some(limit) => (Verdict::Pass, format!("{}: average {shown} ms, below the limit {limit} ms", named.name), format!("{limit}ms")),
        None => (Verdict::Fail, format!("{}: the limit {} is no whole number of milliseconds", named.name, quoted(limit)), quoted(limit)),
    };
    if verdict == Verdict::Fail && by_errors == Verdict::Unstable && !ledger.is_strict {
        verdict = Verdict::Unstable;
        sentence.push_str(", which the plugin replaces by the error verdict UNSTABLE");
        ledger.fail_open(16, Some(subject), Verdict::Fail, &format!("the error verdict of {} replaces a failure", quoted(&named.name)));
    }
    let finding =
        measured(subject, FindingKind::Absolute, Metered::Average, plugins(&report.numbers, Metered::Average), report.numbers.samples);
    ledger.find(Finding { verdict, threshold, sentence, ..finding });
}

/// Whether the report is a summary to the plugin; the error is where finding out fails.
fn summary_type(parsers: &[ParserFiles], name: &str) -> Result<bool, ShortPart> {
    is_summary_type(parsers.iter().map(|parser| (parser.parser, parser.entry.as_str())), name)
}

/// Cases 8 and 9: shares of errors that are not those of the requests.
fn summaries(parsers: &[ParserFiles], named: &Named<'_>, ledger: &mut Ledger) {
    let parser = named.numbers.parser;
    let is_of_type = summary_type(parsers, &named.name) == Ok(true);
    let strictly = "it is failed requests out of all, or no verdict where the file does not tell";
    if matches!(parser, Parser::Wrk | Parser::Locust | Parser::JmeterSummarizer) {
        let sentence = format!("the error share of {} is not that of its requests", quoted(&named.name));
        ledger.remark(8, &sentence, strictly);
    }
    let is_summariser_unfit = parser == Parser::JmeterSummarizer && !is_of_type;
    let is_other_of_type = is_of_type && !matches!(parser, Parser::Iago | Parser::JmeterSummarizer);
    if is_summariser_unfit || is_other_of_type {
        let sentence = format!("the error share of {} is 0 % by the formula of another kind of report", quoted(&named.name));
        ledger.remark(9, &sentence, strictly);
    }
}
