//! One XML tag at a time with its attributes: what result files need of XML 1.0, and nothing that makes reading foreign files
//! dangerous. Document type declarations are refused, so the only entities are the five that need none, and characters.

use super::buffer::{Buffer, count_lines};
use super::scan::{Finds, Wanted};
use super::{SourceError, Span};

/// Tags of an XML text; character data, comments, CDATA and processing instructions are passed over.
#[derive(Debug)]
pub struct XmlTags {
    buffer: Buffer,
    attributes: Vec<Attribute>,
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
    /// What the spans are pieces of.
    pub text: &'a str,
    attributes: &'a [Attribute],
    lines_dropped: u64,
    before: &'a str,
}

/// An attribute's name and value.
#[derive(Debug, Clone, Copy)]
struct Attribute {
    name: Span,
    value: Span,
}

impl<'a> XmlTag<'a> {
    /// Name of each attribute in order, and where its value stands in `text`; entities are not yet resolved (`unescape`).
    #[inline]
    pub fn attributes(&self) -> impl Iterator<Item = (&'a [u8], Span)> + 'a {
        let text = self.text;
        self.attributes.iter().map(move |attribute| (attribute.name.bytes(text), attribute.value))
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
        XmlTags { buffer, attributes: Vec::new(), given: 0 }
    }

    /// The next tag; `None` at the end of the input, which may be within a tag (`is_cut` tells).
    #[allow(clippy::should_implement_trait, reason = "a lending iterator")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<XmlTag<'_>>, SourceError> {
        if self.advance()? { self.current().map(Some) } else { Ok(None) }
    }

    /// Goes to the next tag, which is then the current one; `false` at the end.
    pub fn advance(&mut self) -> Result<bool, SourceError> {
        loop {
            self.buffer.consume(self.given);
            self.given = 0;
            let data = self.buffer.data().as_bytes();
            // One tag a line is what nearly all of a result file is.
            let text = if let [b'\n', b'<', ..] = data { Some(1) } else { memchr::memchr(b'<', data) };
            let length = text.unwrap_or(data.len());
            self.buffer.consume(length);
            match markup(self.buffer.data().as_bytes(), &mut self.attributes) {
                Markup::Tag { length } => {
                    self.given = length;
                    return Ok(true);
                }
                Markup::Skip { length } => self.given = length,
                Markup::Doctype => {
                    let hint = "result files need none, and entities can be bombs";
                    return Err(self.buffer.error("no document type declaration", "<!DOCTYPE", hint));
                }
                Markup::Unfinished => {
                    self.buffer.count_dropped();
                    if !self.buffer.fill()? {
                        return Ok(false);
                    }
                }
            }
        }
    }

    /// The tag handed out last, again.
    #[inline]
    pub fn current(&self) -> Result<XmlTag<'_>, SourceError> {
        self.tag(self.given)
    }

    /// The text behind the tag handed out last, up to the next markup; entities are not yet resolved. That tag is then gone.
    pub fn text(&mut self) -> Result<&str, SourceError> {
        self.buffer.consume(self.given);
        self.given = 0;
        while memchr::memchr(b'<', self.buffer.data().as_bytes()).is_none() {
            self.buffer.count_dropped();
            if !self.buffer.fill()? {
                break;
            }
        }
        let data = self.buffer.data();
        Ok(data.split_once('<').map_or(data, |(text, _)| text))
    }

    /// After the end: whether the input stopped within a tag, comment or CDATA section.
    pub fn is_cut(&self) -> bool {
        !self.buffer.data().is_empty()
    }

    /// After the end: whether bytes were met that are not UTF-8, and replaced.
    pub fn is_lossy(&self) -> bool {
        self.buffer.is_lossy()
    }

    /// 1-based line of the current place.
    pub fn line(&self) -> u64 {
        self.buffer.error("", "", "").line
    }

    #[inline]
    fn tag(&self, length: usize) -> Result<XmlTag<'_>, SourceError> {
        let text = self.buffer.data().get(..length).unwrap_or_default();
        let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or_default();
        let (kind, inner) = match (inner.strip_prefix('/'), inner.strip_suffix('/')) {
            (Some(rest), _) => (TagKind::Close, rest),
            (None, Some(rest)) => (TagKind::Empty, rest),
            (None, None) => (TagKind::Open, inner),
        };
        let end = inner.bytes().position(|byte| byte <= b' ').unwrap_or(inner.len());
        let name = inner.get(..end).unwrap_or_default();
        if name.is_empty() {
            return Err(self.buffer.error("a name after <", "none", "write < as &lt; in text and attributes"));
        }
        let (lines_dropped, before) = self.buffer.before();
        Ok(XmlTag { name, kind, text, attributes: &self.attributes, lines_dropped, before })
    }
}

fn markup(data: &[u8], attributes: &mut Vec<Attribute>) -> Markup {
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

/// Finds the attributes and the end of the tag at the start of `data`. Hardly any tool quotes with apostrophes: only a tag that has
/// some is looked at again with them in mind.
#[inline]
fn tag(data: &[u8], attributes: &mut Vec<Attribute>) -> Markup {
    if let Some(length) = tag_by(&Wanted::new(*b"\">"), data, attributes)
        && data.get(..length).is_some_and(|tag| memchr::memchr(b'\'', tag).is_none())
    {
        return Markup::Tag { length };
    }
    match tag_by(&Wanted::new(*b"\">'"), data, attributes) {
        Some(length) => Markup::Tag { length },
        None => Markup::Unfinished,
    }
}

/// One pass over the quotes to the closing bracket; the length up to it.
#[inline]
fn tag_by<const N: usize>(wanted: &Wanted<N>, data: &[u8], attributes: &mut Vec<Attribute>) -> Option<usize> {
    attributes.clear();
    let (mut finds, mut outside) = (Finds::from(0), 1);
    loop {
        let open = finds.next(wanted, data)?;
        let quote = data.get(open)?;
        if *quote == b'>' {
            return Some(open + 1);
        }
        let mut close = finds.next(wanted, data)?;
        while data.get(close) != Some(quote) {
            close = finds.next(wanted, data)?;
        }
        attributes.push(Attribute { name: name_in(data, outside, open), value: Span::new(open + 1, close) });
        outside = close + 1;
    }
}

/// The attribute's name in ` name = `, which ends before the quote.
#[inline]
fn name_in(data: &[u8], start: usize, quote: usize) -> Span {
    match data.get(start..quote).unwrap_or_default() {
        [b' ', name @ .., b'='] if !matches!(name, [b' ', ..] | [.., b' ']) => Span::new(start + 1, quote - 1),
        between => {
            let name = between.trim_ascii_end();
            let name = name.strip_suffix(b"=").unwrap_or(name).trim_ascii_end();
            let length = name.iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
            Span::new(start + name.len() - length, start + name.len())
        }
    }
}

/// Appends an attribute's value to `plain`, its entities resolved. `None` for an entity that would need a declaration.
pub fn unescape(value: &str, plain: &mut String) -> Option<()> {
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, behind) = rest.split_at_checked(at)?;
        plain.push_str(before);
        let end = memchr::memchr(b';', behind.as_bytes())?;
        plain.push(match behind.get(1..end)? {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            other => character(other.strip_prefix('#')?)?,
        });
        rest = behind.get(end + 1..)?;
    }
    plain.push_str(rest);
    Some(())
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
