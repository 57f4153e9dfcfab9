//! The words of a Groovy script: enough of the language to find calls and read literals, after its lexical rules
//! (Apache Groovy documentation, "Syntax"). Comments are passed over; what is broken is a mark like any other.

/// A word with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    /// Byte offsets into the script.
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// Without the suffix of its type.
    Number(String),
    /// The text between quotes, its escapes resolved; `None` where something is put into it when the script runs.
    Text(Option<String>),
    Mark(char),
    Newline,
}

/// The script's words.
pub fn tokens(script: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(rest) = script.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let (kind, length) = if let Some(length) = comment(rest) {
            (None, length)
        } else if let Some((text, length)) = text(rest, tokens.last()) {
            (Some(Kind::Text(text)), length)
        } else if first == '\n' {
            (Some(Kind::Newline), 1)
        } else if is_word_start(first) {
            (Some(Kind::Word), rest.find(|c| !is_word(c)).unwrap_or(rest.len()))
        } else if first.is_ascii_digit() {
            let (number, length) = number(rest);
            (Some(Kind::Number(number)), length)
        } else {
            ((!first.is_whitespace()).then_some(Kind::Mark(first)), first.len_utf8())
        };
        tokens.extend(kind.map(|kind| Token { kind, start: at, end: at + length }));
        at += length;
    }
    tokens
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

fn is_word(c: char) -> bool {
    is_word_start(c) || c.is_numeric()
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") || rest.starts_with("#!") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let inner = rest.strip_prefix("/*")?;
    Some(inner.find("*/").map_or(rest.len(), |end| end + 4))
}

/// A number without the suffix of its type, and its length with it.
fn number(rest: &str) -> (String, usize) {
    let is_part = |(at, c): (usize, char)| match c {
        '.' => rest.get(at + 1..).is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit())),
        '+' | '-' => rest.get(..at).is_some_and(|before| before.ends_with(['e', 'E'])),
        _ => c.is_alphanumeric() || c == '_',
    };
    let length = rest.char_indices().find(|place| !is_part(*place)).map_or(rest.len(), |(at, _)| at);
    let written = rest.get(..length).unwrap_or_default();
    let plain = written.trim_end_matches(['d', 'D', 'f', 'F', 'g', 'G', 'i', 'I', 'l', 'L']);
    (plain.replace('_', ""), length)
}

/// Kinds of quotes: how they open and close, and what a dollar or a backslash means between them.
const QUOTES: [(&str, &str, Inside); 6] = [
    ("'''", "'''", Inside::Plain),
    ("\"\"\"", "\"\"\"", Inside::Filled),
    ("'", "'", Inside::Plain),
    ("\"", "\"", Inside::Filled),
    ("$/", "/$", Inside::Dollar),
    ("/", "/", Inside::Slashy),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Escapes only.
    Plain,
    /// Escapes and `$`.
    Filled,
    /// `\/` and `$`.
    Slashy,
    /// `$$`, `$/` and `$`.
    Dollar,
}

/// A quoted text at the start, and its length. A quote that is not closed, or that a division is likelier for, is none.
fn text(rest: &str, before: Option<&Token>) -> Option<(Option<String>, usize)> {
    let (open, close, inside) = QUOTES.iter().find(|(open, _, _)| rest.starts_with(open))?;
    if *inside == Inside::Slashy && before.is_some_and(ends_a_value) {
        return None;
    }
    let is_one_line = open.len() == 1;
    let mut text = String::new();
    let mut is_filled = false;
    let mut left = rest.get(open.len()..)?;
    while !left.starts_with(close) {
        let first = left.chars().next().filter(|c| !(is_one_line && *c == '\n'))?;
        let after = left.get(first.len_utf8()..)?;
        let next = after.chars().next();
        let (put, skipped) = match (inside, first) {
            (Inside::Plain | Inside::Filled, '\\') => escape(after)?,
            (Inside::Slashy, '\\') if next == Some('/') => (Some('/'), 1),
            (Inside::Dollar, '$') if matches!(next, Some('$' | '/')) => (next, 1),
            (Inside::Filled | Inside::Slashy | Inside::Dollar, '$') => {
                is_filled |= next.is_some_and(|c| c == '{' || is_word_start(c));
                (Some(first), 0)
            }
            _ => (Some(first), 0),
        };
        text.extend(put);
        left = after.get(skipped..)?;
    }
    Some(((!is_filled).then_some(text), rest.len() - left.len() + close.len()))
}

/// Whether a slash behind the word divides.
fn ends_a_value(token: &Token) -> bool {
    matches!(token.kind, Kind::Word | Kind::Number(_) | Kind::Text(_) | Kind::Mark(')' | ']' | '}' | '/'))
}

/// What stands for the escape whose backslash is already taken, and its length.
fn escape(after: &str) -> Option<(Option<char>, usize)> {
    let first = after.chars().next()?;
    let put = match first {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        // The end of a line continues on the next.
        '\n' => return Some((None, 1)),
        'u' => {
            let digits = after.get(1..5)?;
            return Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?), 5));
        }
        other => other,
    };
    Some((Some(put), first.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};

    /// Words as they stand, texts in angle brackets, `?` for what is filled in.
    fn check(script: &str, expected: &str) {
        let shown = tokens(script).into_iter().map(|token| match token.kind {
            Kind::Word => script.get(token.start..token.end).unwrap().to_string(),
            Kind::Number(number) => number,
            Kind::Text(Some(text)) => format!("<{text}>"),
            Kind::Text(None) => "?".to_string(),
            Kind::Mark(mark) => mark.to_string(),
            Kind::Newline => "NL".to_string(),
        });
        assert_eq!(shown.collect::<Vec<_>>().join(" "), expected, "{script}");
    }

    #[test]
    fn texts_of_every_quote() {
        check(r"'a\'b' '**\\*.jtl'", r"<a'b> <**\*.jtl>");
        check("\"a\\$b\" \"a$b\" \"${x}\" \"5 $\"", "<a$b> ? ? <5 $>");
        check("'''a\n'b''' \"\"\"x\"\"\"", "<a\n'b> <x>");
        check("x = ~/it's/ + $/a$$b/$", "x = ~ <it's> + <a$b>");
        check(r"'\u0041\tB'", "<A\tB>");
        check("'${x}'", "<${x}>");
    }

    #[test]
    fn numbers_lose_their_suffix() {
        check("5 -1.5d 100L 1_000 1e-3 2.toInt()", "5 - 1.5 100 1000 1e-3 2 . toInt ( )");
    }

    #[test]
    fn comments_are_passed_over() {
        check("#!groovy\na // b 'c\n/* d\n' */ e", "NL a NL e");
        check("/* open", "");
    }

    #[test]
    fn what_is_broken_is_marks() {
        check("a 'b\nc", "a ' b NL c");
        check("x / y / z", "x / y / z");
        check("\"", "\"");
    }
}
