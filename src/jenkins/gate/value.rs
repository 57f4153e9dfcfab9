//! A metered value: as the plugin has it, or as strict mode wants it.

use crate::jenkins::{Metered, Numbers, Parser, Settings};

/// How numbers are taken from reports.
#[derive(Debug, Clone, Copy)]
pub struct Values {
    pub is_strict: bool,
    /// Failed samples were left out of the times.
    pub excludes_failures: bool,
}

impl Values {
    pub fn of(settings: &Settings) -> Values {
        Values { is_strict: settings.strict, excludes_failures: settings.exclude_response_time }
    }

    /// The value of a report or of one of its labels; `None` where strict mode cannot know it. In strict mode the readers have
    /// already counted requests where the plugin counts samples, and left failed ones out of both sides of the average; what
    /// is left is the rounding of the share.
    pub fn value(self, numbers: &Numbers, what: Metered) -> Option<f64> {
        match what {
            Metered::ErrorPercent if self.is_strict => {
                (numbers.samples > 0).then(|| numbers.errors as f64 / numbers.samples as f64 * 100.0)
            }
            // No sample is left for any time.
            _ if self.is_strict && self.excludes_failures && numbers.errors >= numbers.samples => None,
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
