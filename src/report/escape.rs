//! Makes foreign text harmless for each place it is put in. Labels, URLs and server texts are never trusted.

use std::borrow::Cow;

/// Stands for characters that may not be shown.
const REPLACEMENT: char = '\u{fffd}';

/// Whether a character would do something instead of being seen: control characters, line separators, characters that
/// turn the direction of writing, and the two that XML 1.0 does not know.
fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether every byte is harmless. Most texts are, and without an early end many bytes are looked at together.
fn is_plain(text: &str, is_harmless: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |plain, byte| plain & is_harmless(byte))
}

/// Whether the bytes alone tell that no character is active, as in every `µs`: beyond ASCII active ones begin with E2 or EF, or
/// are C2 and a byte below A0. Looking at characters would take most of the time that a large report takes.
fn is_inactive(text: &str) -> bool {
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    is_plain(text, |byte| !matches!(byte, 0..=0x1f | 0x7f | 0xe2 | 0xef))
        && pairs.fold(true, |plain, (first, second)| plain & !(*first == 0xc2 && *second < 0xa0))
}

/// One line without active characters: white space becomes a space, an ANSI sequence and any other active character
/// one replacement character.
pub fn printable(text: &str) -> Cow<'_, str> {
    if is_plain(text, |byte| matches!(byte, b' '..=b'~')) || is_inactive(text) || !text.chars().any(is_active) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{1b}' if rest.peek() == Some(&'[') => {
                // ECMA-48: parameters and intermediates up to the final byte.
                rest.next();
                while rest.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
                rest.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
                out.push(REPLACEMENT);
            }
            c if is_active(c) => out.push(REPLACEMENT),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// For a log that a CI host watches: printable, and without what starts a command there (`::` at the start of a word,
/// since a line may be broken before it; `##` anywhere, since `##[` and `##vso[` are searched in the whole line).
pub fn log(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        let starts_word = out.strip_suffix(c).is_some_and(|before| before.is_empty() || before.ends_with(' '));
        if (c == '#' && out.ends_with('#')) || (c == ':' && starts_word) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// At most `max` characters, the middle left out: both ends of a label tell more than its beginning.
pub fn shorten(text: &str, max: usize) -> Cow<'_, str> {
    let length = text.chars().count();
    if length <= max {
        return Cow::Borrowed(text);
    }
    let kept = max.saturating_sub(1);
    let (head, tail) = (kept.div_ceil(2), kept / 2);
    Cow::Owned(text.chars().take(head).chain(['…']).chain(text.chars().skip(length - tail)).collect())
}

/// XML character data and attribute values alike; only characters of XML 1.0.
pub fn xml(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    if is_plain(&text, |byte| !matches!(byte, b'&' | b'<' | b'>' | b'"')) {
        return text;
    }
    Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"))
}

/// Markdown prose, also inside a table: no markup, no HTML, no mention, no end of a comment.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // An entity alone would still be a mention: hosts look for those after decoding.
            '@' => out.push_str("@&#8203;"),
            c => out.push(c),
        }
    }
    out
}

/// A Markdown code span, also inside a table: delimited by more backticks than it holds.
pub fn code(text: &str) -> String {
    // A backslash before a bar cannot be told from the escape of the bar, so such a text is prose.
    if text.contains("\\|") {
        return markdown(text);
    }
    let text = printable(text).replace("-->", "-- >").replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // Spaces keep a backtick at an end apart from the fence; one on each side is not shown.
    if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// Data of a GitHub workflow command.
pub fn workflow_data(text: &str) -> String {
    // No line break is left to be escaped.
    log(text).replace('%', "%25")
}

/// A property of a GitHub workflow command.
pub fn workflow_property(text: &str) -> String {
    workflow_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Whether a field of CSV can stand as it is: neither quoting nor replacing is needed.
fn is_plain_csv(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b',' && byte != b'"'
}

/// Appends one field of CSV (RFC 4180): quoted where it holds a delimiter or a quote. Line breaks are replaced, so that
/// a row is a line for every reader.
pub fn push_csv(out: &mut Vec<u8>, field: &str) {
    if field.bytes().all(is_plain_csv) {
        out.extend_from_slice(field.as_bytes());
        return;
    }
    let field = printable(field);
    if !field.contains([',', '"']) {
        out.extend_from_slice(field.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(field.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

/// Appends XML text without a copy where nothing needs replacing.
pub fn push_xml(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"')) {
        out.extend_from_slice(text.as_bytes());
    } else {
        out.extend_from_slice(xml(text).as_bytes());
    }
}

#[cfg(test)]
mod tests;
