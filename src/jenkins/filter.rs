//! `filterRegex`: a Java regular expression that whole labels must match; other samples vanish while reading.

use super::readers::Unread;
use crate::limits::LABELS_MAX;
use crate::source::quoted;
use fancy_regex::Regex;
use rustc_hash::FxHashMap;

/// What the step's filter is.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    /// None is set, or it is blank.
    All,
    Matching(Regex),
    /// Not a regular expression: no file can be read. Holds what is wrong with it.
    Invalid(String),
}

/// A filter at work on one file: labels repeat, so their answers are remembered.
#[derive(Debug)]
pub(super) struct Memory<'f> {
    filter: &'f Filter,
    answers: FxHashMap<String, bool>,
}

impl Filter {
    /// The filter of the settings.
    pub(super) fn new(pattern: Option<&str>) -> Filter {
        let Some(pattern) = pattern.filter(|pattern| !pattern.trim().is_empty()) else { return Filter::All };
        // Alone first: in brackets `a)|(b` would become valid.
        match Regex::new(pattern).and_then(|_| Regex::new(&format!("\\A(?:{pattern})\\z"))) {
            Ok(regex) => Filter::Matching(regex),
            Err(error) => Filter::Invalid(format!("filter_regex {} is no regular expression: {error}", quoted(pattern))),
        }
    }
}

impl<'f> Memory<'f> {
    pub(super) fn new(filter: &'f Filter) -> Memory<'f> {
        Memory { filter, answers: FxHashMap::default() }
    }

    /// Whether samples of this label stay.
    pub(super) fn keeps(&mut self, label: &str) -> Result<bool, Unread> {
        let regex = match self.filter {
            Filter::All => return Ok(true),
            Filter::Invalid(why) => return Err(Unread::filter(why)),
            Filter::Matching(regex) => regex,
        };
        if let Some(answer) = self.answers.get(label) {
            return Ok(*answer);
        }
        let answer = regex.is_match(label).map_err(|error| {
            let label = quoted(label);
            Unread::Abort(format!("filter_regex on the label {label}: expected an answer, found {error}; write a simpler expression"))
        })?;
        if self.answers.len() < LABELS_MAX {
            self.answers.insert(label.to_string(), answer);
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::{Filter, Memory};

    fn check(pattern: &str, label: &str, expected: Option<bool>) {
        let filter = Filter::new(Some(pattern));
        let mut memory = Memory::new(&filter);
        for _ in 0..2 {
            assert_eq!(memory.keeps(label).ok(), expected, "{pattern:?} on {label:?}");
        }
    }

    #[test]
    fn whole_labels_match() {
        check("", "anything", Some(true));
        check("  ", "anything", Some(true));
        check("pay|cart", "cart", Some(true));
        check("pay|cart", "cart 2", Some(false));
        check("(?!tx_).*", "tx_pay", Some(false));
        check("(?!tx_).*", "pay", Some(true));
        check("(?i)PAY", "pay", Some(true));
        check("a", "a\n", Some(false));
    }

    #[test]
    fn an_invalid_pattern_reads_nothing() {
        check("(", "a", None);
        check("a)|(b", "a", None);
    }
}
