//! `filterRegex`: a Java regular expression that whole labels must match; other samples vanish while reading.

use super::readers::Unread;
use crate::limits::LABELS_MAX;
use crate::source::quoted;
use fancy_regex::Regex;
use rustc_hash::FxHashMap;

/// Marks of what only Java may understand: an expression with one that we refuse is not thereby wrong.
const JAVA_ONLY: [&str; 7] = ["\\Q", "\\p{", "\\P{", "\\h", "\\R", "\\X", "\\N{"];

/// What the step's filter is.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    /// None is set, or it is blank.
    All,
    Matching(Regex),
    /// Not a regular expression: the plugin then reads no file. Holds what is wrong with it.
    Invalid(String),
    /// One that Java may know and we do not.
    Foreign(String),
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
        let ours = as_java(pattern);
        // Alone first: in brackets `a)|(b` would become valid.
        match Regex::new(&ours).and_then(|_| Regex::new(&format!("\\A(?:{ours})\\z"))) {
            Ok(regex) => Filter::Matching(regex),
            Err(error) => {
                let why = format!("filter_regex {} is no regular expression: {error}", quoted(pattern));
                if JAVA_ONLY.iter().any(|mark| pattern.contains(mark)) { Filter::Foreign(why) } else { Filter::Invalid(why) }
            }
        }
    }
}

/// The expression with the classes that are ASCII in Java, and all of Unicode here, spelled out.
fn as_java(pattern: &str) -> String {
    let mut ours = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            ours.push(c);
            continue;
        }
        match rest.next() {
            Some('d') => ours.push_str("[0-9]"),
            Some('D') => ours.push_str("[^0-9]"),
            Some('w') => ours.push_str("[a-zA-Z0-9_]"),
            Some('W') => ours.push_str("[^a-zA-Z0-9_]"),
            Some('s') => ours.push_str("[ \\t\\n\\x0B\\f\\r]"),
            Some('S') => ours.push_str("[^ \\t\\n\\x0B\\f\\r]"),
            other => ours.extend(['\\'].into_iter().chain(other)),
        }
    }
    ours
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
            Filter::Foreign(why) => return Err(Unread::Abort(format!("{why}; write it without what only Java knows"))),
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
        check("[\\w-]+\\s\\d", "a-b 1", Some(true));
        check("\\w+", "\u{e9}", Some(false));
        check("\\W\\D\\S", "\u{e9}\u{660}\u{2003}", Some(true));
        check("\\\\d", "\\d", Some(true));
    }

    #[test]
    fn what_only_java_knows_is_not_invalid() {
        assert!(matches!(Filter::new(Some("\\Qa.b\\E.*")), Filter::Foreign(_)));
        check("\\Qa.b\\E.*", "a", None);
    }

    #[test]
    fn an_invalid_pattern_reads_nothing() {
        check("(", "a", None);
        check("a)|(b", "a", None);
    }
}
