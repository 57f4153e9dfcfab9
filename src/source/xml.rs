//! One XML tag at a time with its attributes: what result files need of XML 1.0, and nothing that makes reading foreign files
//! dangerous. Document type declarations are refused, so the only entities are the five that need none, and characters.

use super::SourceError;
use super::buffer::{Buffer, count_lines};
use super::scan::{BLOCK, block_at, positions};

/// Tags of an XML text; character data, comments, CDATA and processing instructions are passed over.
#[derive(Debug)]
pub struct XmlTags {
    buffer: Buffer,
    attributes: Vec<Span>,
    /// A tag whose bytes are not UTF-8, with replacements.
    rewritten: String,
    /// Bytes of what was handed out last.
    given: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    Open,
    Close,
    /// `<name …/>`.
    Empty,
}

/// A tag, borrowed until the next one is asked for.
#[derive(Debug, Clone, Copy)]
pub struct XmlTag<'a> {
    pub name: &'a str,
    pub kind: TagKind,
    /// Some bytes were not UTF-8 and are replaced.
    pub is_lossy: bool,
    text: &'a str,
    attributes: &'a [Span],
    lines_dropped: u64,
    before: &'a [u8],
}

/// Name and value of an attribute: offsets into the tag.
#[derive(Debug, Clone, Copy)]
struct Span {
    name: (u32, u32),
    value: (u32, u32),
}

impl<'a> XmlTag<'a> {
    /// Name and value of each attribute in order; entities in the value are not yet resolved (`unescape`).
    #[inline]
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        let text = self.text;
        let slice = move |(start, end): (u32, u32)| text.get(start as usize..end as usize).unwrap_or_default();
        self.attributes.iter().map(move |span| (slice(span.name), slice(span.value)))
    }

    /// 1-based line of the tag; counted only when asked.
    pub fn line(&self) -> u64 {
        self.lines_dropped + count_lines(self.before) + 1
    }
}

/// What stands at the start of the buffered bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Markup {
    /// Start and length of a tag, without the angle brackets' content being checked.
    Tag {
        length: usize,
    },
    /// Nothing to hand out.
    Skip {
        length: usize,
    },
    Doctype,
    Unfinished,
}

impl XmlTags {
    pub(super) fn new(buffer: Buffer) -> XmlTags {
        XmlTags { buffer, attributes: Vec::new(), rewritten: String::new(), given: 0 }
    }

    /// The next tag; `None` at the end of the input, which may be within a tag (`is_cut` tells).
    #[allow(clippy::should_implement_trait, reason = "a lending iterator")]
    pub fn next(&mut self) -> Result<Option<XmlTag<'_>>, SourceError> {
        loop {
            self.buffer.consume(self.given);
            self.given = 0;
            let text = memchr::memchr(b'<', self.buffer.data());
            self.buffer.consume(text.unwrap_or(self.buffer.data().len()));
            match markup(self.buffer.data(), &mut self.attributes) {
                Markup::Tag { length } => {
                    self.given = length;
                    return self.tag(length).map(Some);
                }
                Markup::Skip { length } => self.given = length,
                Markup::Doctype => {
                    return Err(self.error(
                        "no document type declaration",
                        "<!DOCTYPE",
                        "result files need none, and entities can be bombs",
                    ));
                }
                Markup::Unfinished if self.buffer.fill()? => {}
                Markup::Unfinished => return Ok(None),
            }
        }
    }

    /// After the end: whether the input stopped within a tag, comment or CDATA section.
    pub fn is_cut(&self) -> bool {
        !self.buffer.data().is_empty()
    }

    /// An error at the current place.
    pub fn error(&self, expected: &str, found: &str, hint: &str) -> SourceError {
        SourceError {
            path: self.buffer.name().to_string(),
            line: self.buffer.lines_before() + 1,
            expected: expected.to_string(),
            found: found.to_string(),
            hint: hint.to_string(),
        }
    }

    fn tag(&mut self, length: usize) -> Result<XmlTag<'_>, SourceError> {
        let bytes = self.buffer.data().get(..length).unwrap_or_default();
        let is_lossy = std::str::from_utf8(bytes).is_err();
        if is_lossy {
            self.rewritten = String::from_utf8_lossy(bytes).into_owned();
            if !matches!(markup(self.rewritten.as_bytes(), &mut self.attributes), Markup::Tag { .. }) {
                return Err(self.error("a tag in UTF-8", "other bytes", ""));
            }
        }
        let bytes = self.buffer.data().get(..length).unwrap_or_default();
        let text = if is_lossy { self.rewritten.as_str() } else { std::str::from_utf8(bytes).unwrap_or_default() };
        let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or_default();
        let (kind, inner) = match (inner.strip_prefix('/'), inner.strip_suffix('/')) {
            (Some(rest), _) => (TagKind::Close, rest),
            (None, Some(rest)) => (TagKind::Empty, rest),
            (None, None) => (TagKind::Open, inner),
        };
        let end = inner.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inner.len());
        let name = inner.get(..end).unwrap_or_default();
        if name.is_empty() {
            return Err(self.error("a name after <", "none", "write < as &lt; in text and attributes"));
        }
        let (lines_dropped, before) = self.buffer.before();
        Ok(XmlTag { name, kind, is_lossy, text, attributes: &self.attributes, lines_dropped, before })
    }
}

fn markup(data: &[u8], attributes: &mut Vec<Span>) -> Markup {
    let behind = |opening: usize, end: &[u8]| match data.get(opening..).and_then(|rest| memchr::memmem::find(rest, end)) {
        Some(at) => Markup::Skip { length: opening + at + end.len() },
        None => Markup::Unfinished,
    };
    match data {
        [b'<', b'!', b'-', b'-', ..] => behind(4, b"-->"),
        [b'<', b'!', b'[', ..] => behind(3, b"]]>"),
        [b'<', b'!'] | [b'<', b'!', b'-'] | [b'<'] | [] => Markup::Unfinished,
        [b'<', b'!', ..] => Markup::Doctype,
        [b'<', b'?', ..] => behind(2, b"?>"),
        _ => tag(data, attributes),
    }
}

/// Finds the attributes and the end of the tag at the start of `data`: one pass over the quotes and the closing bracket.
#[inline]
fn tag(data: &[u8], attributes: &mut Vec<Span>) -> Markup {
    attributes.clear();
    let mut offset = 0;
    let mut open: Option<(u8, usize, (u32, u32))> = None;
    let mut outside = 1;
    while let Some(block) = block_at(data, offset) {
        let mut mask = positions(&block, *b"\">'");
        while mask != 0 {
            let bit = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            let at = offset + bit;
            let byte = block.get(bit).copied().unwrap_or_default();
            match open {
                Some((quote, start, name)) if byte == quote => {
                    attributes.push(Span { name, value: (start as u32, at as u32) });
                    open = None;
                    outside = at + 1;
                }
                Some(_) => {}
                None if byte == b'>' => return Markup::Tag { length: at + 1 },
                None => open = Some((byte, at + 1, name_before(data, outside, at))),
            }
        }
        offset += BLOCK;
    }
    Markup::Unfinished
}

/// The attribute's name in ` name = `, ending before the quote at `end`.
#[inline]
fn name_before(data: &[u8], start: usize, end: usize) -> (u32, u32) {
    let between = data.get(start..end).unwrap_or_default();
    let name = between.trim_ascii_end();
    let name = name.strip_suffix(b"=").unwrap_or(name).trim_ascii_end();
    let length = name.iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
    ((start + name.len() - length) as u32, (start + name.len()) as u32)
}

/// Resolves the entities of an attribute value into `scratch`; the value itself where it has none. `None` for an entity that
/// would need a declaration.
pub fn unescape<'a>(value: &'a str, scratch: &'a mut String) -> Option<&'a str> {
    if memchr::memchr(b'&', value.as_bytes()).is_none() {
        return Some(value);
    }
    scratch.clear();
    let mut parts = value.split('&');
    scratch.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (entity, rest) = part.split_once(';')?;
        scratch.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => character(entity.strip_prefix('#')?)?,
        });
        scratch.push_str(rest);
    }
    Some(scratch)
}

fn character(number: &str) -> Option<char> {
    let code = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests;
