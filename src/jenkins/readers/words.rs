//! Pieces of a line of text, for the formats made for people.

/// What stands behind the first `mark`.
pub(super) fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, behind)| behind)
}

/// The first word of a text that begins with white space or a word.
pub(super) fn word(text: &str) -> Option<&str> {
    text.split_whitespace().next()
}
