//! A mistake in what was typed or written, with its place and a caret below it.

use crate::judge::expression::ExpressionError;
use crate::limits;
use std::fmt;
use std::ops::Range;

/// Shown as `neverslower.toml:3:12: expected …, found …; hint`, then the line and a caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// `neverslower.toml:3:12` (characters, 1-based), `--duration`, `NEVERSLOWER_RESULTS`, or a path.
    pub place: String,
    pub expected: String,
    pub found: String,
    /// The way out; may be empty.
    pub hint: String,
    /// Boxed, because an error is carried through every function that reads.
    pub excerpt: Option<Box<Excerpt>>,
}

impl ConfigError {
    /// A mistake that no line can be shown for.
    pub fn new(place: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        ConfigError { place: place.into(), expected: expected.into(), found: found.into(), hint: String::new(), excerpt: None }
    }

    /// The same with a way out.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// The line at fault, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// Absent where the text is a flag's or a variable's value.
    pub line: Option<usize>,
    pub text: String,
    /// Characters before the caret.
    pub indent: usize,
    /// Carets.
    pub width: usize,
}

impl Excerpt {
    /// Cut around the caret, so that a minified file does not flood a terminal.
    fn new(line: Option<usize>, text: &str, indent: usize, width: usize) -> Excerpt {
        let first = if indent < limits::QUOTED_CHARS_MAX { 0 } else { indent - limits::QUOTED_CHARS_MAX / 2 };
        let shown: String = text.chars().skip(first).take(2 * limits::QUOTED_CHARS_MAX).collect();
        let left = shown.chars().count().saturating_sub(indent - first);
        Excerpt { line, text: shown, indent: indent - first, width: width.min(left).max(1) }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.map(|line| line.to_string()).unwrap_or_default();
        // Tabs stay tabs below themselves, so that the caret stands where the reader's eye is.
        let blank: String = self.text.chars().take(self.indent).map(|c| if c == '\t' { c } else { ' ' }).collect();
        writeln!(f, "{number} | {}", self.text)?;
        write!(f, "{:width$} | {blank}{}", "", "^".repeat(self.width), width = number.len())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.place, self.expected, self.found)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        self.excerpt.as_ref().map_or(Ok(()), |excerpt| write!(f, "\n{excerpt}"))
    }
}

impl std::error::Error for ConfigError {}

/// A text that mistakes can be shown in: a file, or the value of a flag or a variable.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The file as shown to people, or the flag.
    pub name: &'a str,
    pub text: &'a str,
    pub is_file: bool,
    /// Lines of the file before the text, where it is a part of it.
    pub skipped: usize,
}

impl<'a> Document<'a> {
    /// A configuration file.
    pub fn file(name: &'a str, text: &'a str) -> Self {
        Document { name, text, is_file: true, skipped: 0 }
    }

    /// The value of a flag or a variable.
    pub fn value(name: &'a str, text: &'a str) -> Self {
        Document { name, text, is_file: false, skipped: 0 }
    }

    /// Line (1-based), its text, and characters before the offset in it.
    fn locate(&self, offset: usize) -> (usize, &'a str, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let column = before.get(start..).unwrap_or_default().chars().count();
        (self.skipped + before.matches('\n').count() + 1, line, column)
    }

    /// Line of a byte offset, 1-based.
    pub fn line(&self, offset: usize) -> usize {
        self.locate(offset).0
    }

    /// The text of a range; empty outside of the document.
    pub fn slice(&self, span: &Range<usize>) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// A mistake at a byte range, quoting what stands there.
    pub fn error(&self, span: &Range<usize>, expected: impl Into<String>) -> ConfigError {
        let found = match self.slice(span).lines().next() {
            Some(text) if !text.is_empty() => format!("`{}`", cut(text)),
            _ => "the end".to_string(),
        };
        self.error_found(span, expected, found)
    }

    /// A mistake at a byte range, with words for what was found.
    pub fn error_found(&self, span: &Range<usize>, expected: impl Into<String>, found: impl Into<String>) -> ConfigError {
        let (line, text, column) = self.locate(span.start);
        let width = self.slice(span).lines().next().unwrap_or_default().chars().count();
        let place = if self.is_file { format!("{}:{line}:{}", self.name, column + 1) } else { self.name.to_string() };
        let excerpt = Excerpt::new(self.is_file.then_some(line), text, column, width);
        ConfigError { excerpt: Some(Box::new(excerpt)), ..ConfigError::new(place, expected, found) }
    }

    /// A mistake inside a value: its exact place where the value stands in the text as it is (no escapes).
    pub fn inside(&self, span: &Range<usize>, value: &str, mistake: ExpressionError) -> ConfigError {
        let raw = self.slice(span);
        let quote = usize::from(raw != value);
        let is_verbatim = raw.get(quote..raw.len().saturating_sub(quote)) == Some(value);
        if !is_verbatim {
            return self.error_found(span, mistake.expected, mistake.found);
        }
        let before = value.char_indices().nth(mistake.column.saturating_sub(1)).map_or(value.len(), |(offset, _)| offset);
        let start = span.start + quote + before;
        self.error_found(&(start..start.max(span.end - quote)), mistake.expected, mistake.found)
    }
}

/// The value of a flag or a variable, understood by `parse`.
pub fn typed<T>(name: &str, text: &str, parse: impl Fn(&str) -> Result<T, ExpressionError>) -> Result<T, ConfigError> {
    parse(text).map_err(|mistake| Document::value(name, text).inside(&(0..text.len()), text, mistake))
}

/// An error unless the table has that name.
pub fn known(flag: &str, name: &str, table: &[(&str, &str)], expected: &str) -> Result<(), ConfigError> {
    let names = || table.iter().map(|(name, _)| *name);
    if names().any(|known| known == name) {
        return Ok(());
    }
    Err(Document::value(flag, name).error(&(0..name.len()), expected).hint(did_you_mean(name, names())))
}

/// At most [`limits::QUOTED_CHARS_MAX`] characters of a foreign text.
pub fn cut(text: &str) -> String {
    if text.chars().count() <= limits::QUOTED_CHARS_MAX {
        return text.to_string();
    }
    let kept: String = text.chars().take(limits::QUOTED_CHARS_MAX - 1).collect();
    format!("{kept}…")
}

/// Words as people read them in an error: `` `a`, `b` or `c` ``.
pub fn alternatives<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.pop() {
        None => "nothing".to_string(),
        Some(last) if quoted.is_empty() => last,
        Some(last) => format!("{} or {last}", quoted.join(", ")),
    }
}

/// ``did you mean `gate`?`` for the nearest word that is near enough; else empty.
pub fn did_you_mean<'a>(found: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    let near = (found.chars().count() / 3).max(1);
    let distance = |word: &str| strsim::damerau_levenshtein(&found.to_lowercase(), &word.to_lowercase());
    let nearest = words.into_iter().map(|word| (distance(word), word)).filter(|(distance, _)| *distance <= near).min();
    nearest.map(|(_, word)| format!("did you mean `{word}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Document, alternatives, did_you_mean};

    fn check(text: &str, at: &str, expected: &str) {
        let start = text.find(at).unwrap();
        let error = Document::file("n.toml", text).error(&(start..start + at.len()), "x");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn the_caret_stands_below_the_mistake() {
        check("a = 1\nb = foo\n", "foo", "n.toml:2:5: expected x, found `foo`\n2 | b = foo\n  |     ^^^");
        check("\tkéy = foo", "foo", "n.toml:1:8: expected x, found `foo`\n1 | \tkéy = foo\n  | \t      ^^^");
        check("a = [\r\n1,\r\n]", "[\r\n1,\r\n]", "n.toml:1:5: expected x, found `[`\n1 | a = [\n  |     ^");
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        let text = format!("a = \"{}\", b = foo, c = \"{}\"", "x".repeat(500), "y".repeat(500));
        let start = text.find("foo").unwrap();
        let shown = Document::file("n.toml", &text).error(&(start..start + 3), "x").to_string();
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1].chars().count(), 4 + 160);
        assert_eq!(lines[1].find("foo"), lines[2].find("^^^"));
    }

    #[test]
    fn values_of_flags_have_no_line() {
        let error = Document::value("--duration", "10x").error(&(2..3), "a unit");
        assert_eq!(error.to_string(), "--duration: expected a unit, found `x`\n | 10x\n |   ^");
    }

    #[test]
    fn only_near_words_are_suggested() {
        assert_eq!(did_you_mean("gaet", ["suite", "gate"]), "did you mean `gate`?");
        assert_eq!(did_you_mean("zebra", ["suite", "gate"]), "");
        assert_eq!(alternatives(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
