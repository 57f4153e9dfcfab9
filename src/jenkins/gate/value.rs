//! A metered value: as the plugin has it, or as strict mode wants it.

use crate::jenkins::{FileNumbers, Metered, Numbers, Parser, Settings};

/// How numbers are taken from reports.
#[derive(Debug, Clone, Copy)]
pub struct Values {
    pub is_strict: bool,
    /// Failed samples were left out of the sums of times.
    pub excludes_failures: bool,
}

impl Values {
    pub fn of(settings: &Settings) -> Values {
        Values { is_strict: settings.strict, excludes_failures: settings.exclude_response_time }
    }

    /// The value of a report or of one of its labels; `None` where strict mode cannot know it.
    pub fn value(self, report: &FileNumbers, numbers: &Numbers, what: Metered) -> Option<f64> {
        match what {
            Metered::ErrorPercent if self.is_strict => true_error_percent(report, numbers),
            Metered::Average if self.is_strict && self.excludes_failures && !is_summary(report.parser) => {
                // The plugin divided the sum of the included samples by the number of all.
                let included = numbers.samples - numbers.errors;
                (included > 0).then(|| numbers.average_ms as f64 * numbers.samples as f64 / included as f64)
            }
            what => Some(plugins(numbers, what)),
        }
    }
}

/// The plugin's number: milliseconds, or per cent.
pub fn plugins(numbers: &Numbers, what: Metered) -> f64 {
    let ms = match what {
        Metered::Average => numbers.average_ms,
        Metered::Median => numbers.median_ms,
        Metered::Line90 => numbers.percentiles_ms.p90,
        Metered::Line95 => numbers.percentiles_ms.p95,
        Metered::Maximum => numbers.max_ms,
        Metered::Minimum => numbers.min_ms,
        Metered::ErrorPercent => return numbers.error_percent,
    };
    ms as f64
}

/// Whether a sample of this parser stands for many requests, or there are none at all.
pub fn is_summary(parser: Parser) -> bool {
    matches!(parser, Parser::Wrk | Parser::JmeterSummarizer | Parser::Iago | Parser::Locust | Parser::Taurus)
}

/// Failed requests out of all, in per cent, unrounded. The plugin's errors count samples, so that a source whose samples are
/// summaries must tell it beside them, and does so for the whole report only.
fn true_error_percent(report: &FileNumbers, numbers: &Numbers) -> Option<f64> {
    if !is_summary(report.parser) || report.parser == Parser::Taurus {
        return (numbers.samples > 0).then(|| numbers.errors as f64 / numbers.samples as f64 * 100.0);
    }
    if !std::ptr::eq(numbers, &report.numbers) && report.labels.len() != 1 {
        return None;
    }
    let number = |name: &str| report.side_fields.get(name).and_then(|text| text.trim().parse::<f64>().ok()).filter(|n| n.is_finite());
    let requests = number("requests").or_else(|| number("samples")).filter(|requests| *requests > 0.0);
    number("error_percent").or_else(|| Some(number("errors")? / requests? * 100.0))
}
