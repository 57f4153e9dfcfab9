//! Which reports the plugin takes for summaries, whose error percent it computes by another formula: a matter of what else the step
//! reads, not of the report.

use super::numbers::Parser;

/// At these, with the blanks around them, the plugin splits an entry.
const SPLITS: [char; 3] = [';', ':', ','];
/// So many UTF-16 code units of a part are not compared: those of `**/*.`.
const SKIPPED: usize = 5;

/// A part of the entry is too short to be compared: an error in the plugin, at the report that asks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShortPart;

/// Whether the report of this name is of summary type in a step with these parsers, each with its entry.
pub(super) fn is_summary_type<'a>(parsers: impl Iterator<Item = (Parser, &'a str)> + Clone, report: &str) -> Result<bool, ShortPart> {
    let log = parsers.clone().find(|(parser, _)| *parser == Parser::JmeterSummarizer);
    for part in log.iter().flat_map(|(_, entry)| parts(entry)) {
        let units: Vec<u16> = part.encode_utf16().collect();
        let behind = String::from_utf16_lossy(units.get(SKIPPED..).ok_or(ShortPart)?);
        if report.ends_with(&behind) {
            return Ok(true);
        }
    }
    Ok(parsers.into_iter().any(|(parser, _)| parser == Parser::Iago))
}

/// As Java splits: several separators in a row are one, and nothing empty stands at the end.
fn parts(entry: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = entry;
    while let Some((part, behind)) = rest.split_once(SPLITS) {
        // Blanks before a separator and behind it belong to it; those before the first part do not.
        parts.push(part.trim_ascii_end());
        rest = behind.trim_start_matches(SPLITS).trim_ascii_start();
    }
    parts.push(rest);
    while parts.last().is_some_and(|part| part.is_empty()) && parts.len() > 1 {
        parts.pop();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{ShortPart, is_summary_type};
    use crate::jenkins::numbers::Parser;

    fn check(parsers: &[(Parser, &str)], report: &str, expected: Result<bool, ShortPart>) {
        assert_eq!(is_summary_type(parsers.iter().copied(), report), expected, "{parsers:?}");
    }

    #[test]
    fn the_first_log_decides_then_any_iago() {
        let log = |entry| (Parser::JmeterSummarizer, entry);
        check(&[log("**/*.log")], "jm.log", Ok(true));
        check(&[log("results/jm.log")], "jm.log", Ok(false));
        check(&[log("resul"), log("**/*.log")], "anything", Ok(true));
        check(&[log("results/jm.log"), log("**/*.log")], "jm.log", Ok(false));
        check(&[log("results/jm.log"), (Parser::Iago, "parrot-server-stats.log")], "a.jtl", Ok(true));
        check(&[(Parser::JMeter, "**/*.log")], "jm.log", Ok(false));
    }

    #[test]
    fn a_short_part_is_an_error_where_it_is_reached() {
        let check = |entry: &str, expected| {
            check(&[(Parser::Iago, "x"), (Parser::JmeterSummarizer, entry)], "jm.log", expected);
        };
        check("a.lg", Err(ShortPart));
        check("**/*.log,a.lg", Ok(true));
        check("a.lg,**/*.log", Err(ShortPart));
        check("out/a.txt , **/*.log", Ok(true));
        check("out/a.txt,;**/*.log", Ok(true));
        check("**/*.txt, ,**/*.log", Err(ShortPart));
        check(",**/*.log", Err(ShortPart));
        check("**/*.txt,,", Ok(true));
    }
}
