//! Elements of a well-formed XML file: what a strict parser would refuse drops the file, whoever reads it.

use super::Unread;
use crate::jenkins::arithmetic::java_trim;
use crate::limits::JENKINS_XML_DEPTH_MAX;
use crate::source::{Head, Input, Source, Span, TagKind, XmlTag, XmlTags, quoted, unescape};
use std::borrow::Cow;

/// The elements of a file, in order.
pub(super) struct Elements {
    path: String,
    tags: XmlTags,
    open: OpenNames,
}

/// Names of open elements, put together in one text.
#[derive(Debug, Default)]
struct OpenNames {
    text: String,
    ends: Vec<usize>,
    has_root: bool,
}

impl Elements {
    /// A file whose declaration, if it has one, stands at its very start.
    pub(super) fn new(source: Source) -> Result<Elements, Unread> {
        let path = source.name().to_string();
        let text = source.head().bytes.as_slice();
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        if !text.starts_with(b"<?xml") && text.trim_ascii_start().starts_with(b"<?xml") {
            return Err(Unread::at(&path, 1, "<?xml at the very start", "blanks before it"));
        }
        Ok(Elements { path, tags: source.xml()?, open: OpenNames::default() })
    }

    /// The file as shown to people.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The next tag; `None` at the end of a whole document.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<XmlTag<'_>>, Unread> {
        if !self.tags.advance()? {
            self.finish()?;
            return Ok(None);
        }
        let tag = self.tags.current()?;
        self.open.follow(&self.path, &tag)?;
        Ok(Some(tag))
    }

    /// The text behind the tag handed out last.
    pub(super) fn text(&mut self) -> Result<String, Unread> {
        let mut plain = String::new();
        if unescape(self.tags.text()?, &mut plain).is_none() {
            return Err(Unread::at(&self.path, self.tags.line(), "an entity that XML itself defines", "another one"));
        }
        Ok(plain)
    }

    fn finish(&self) -> Result<(), Unread> {
        let found = match &self.open {
            _ if self.tags.is_cut() => "the end of the file within a tag",
            open if !open.ends.is_empty() => "the end of the file before the last element ends",
            open if !open.has_root => "no element at all",
            _ if self.tags.is_lossy() => "bytes that are not UTF-8",
            _ => return Ok(()),
        };
        Err(Unread::at(&self.path, self.tags.line(), "a whole XML document", found))
    }
}

impl OpenNames {
    #[inline]
    fn follow(&mut self, path: &str, tag: &XmlTag<'_>) -> Result<(), Unread> {
        if memchr::memchr(b'&', tag.text.as_bytes()).is_some() {
            known_entities(path, tag)?;
        }
        let start = self.ends.last().copied().unwrap_or(0);
        match tag.kind {
            TagKind::Close => {
                let before = self.ends.len().checked_sub(2).and_then(|index| self.ends.get(index)).copied().unwrap_or(0);
                if self.ends.is_empty() || self.text.get(before..) != Some(tag.name) {
                    return Err(Unread::at(path, tag.line(), "the end of the innermost element", format!("</{}>", tag.name)));
                }
                self.text.truncate(before);
                self.ends.pop();
                return Ok(());
            }
            _ if self.ends.is_empty() && self.has_root => {
                return Err(Unread::at(path, tag.line(), "the end of the file", quoted(tag.text)));
            }
            TagKind::Empty => {}
            TagKind::Open if self.ends.len() == JENKINS_XML_DEPTH_MAX => {
                return Err(Unread::Abort(format!(
                    "{path}: expected at most {JENKINS_XML_DEPTH_MAX} elements within each other, found more"
                )));
            }
            TagKind::Open => {
                self.text.push_str(tag.name);
                self.ends.push(start + tag.name.len());
            }
        }
        self.has_root = true;
        Ok(())
    }
}

fn known_entities(path: &str, tag: &XmlTag<'_>) -> Result<(), Unread> {
    let mut plain = String::new();
    for (_, value) in tag.attributes() {
        let value = value.of(tag.text);
        if unescape(value, &mut plain).is_none() {
            return Err(Unread::at(path, tag.line(), "an entity that XML itself defines", quoted(value)));
        }
    }
    Ok(())
}

/// An attribute's value as XML means it: line breaks and tabs are blanks, entities resolved.
#[inline]
pub(super) fn plain<'a>(text: &'a str, value: Span) -> Cow<'a, str> {
    let value = value.of(text);
    // Values are short: one plain pass costs less than a search that is set up.
    if value.bytes().all(|byte| byte >= b' ' && byte != b'&') {
        return Cow::Borrowed(value);
    }
    let value = value.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
    let mut plain = String::new();
    Cow::Owned(if unescape(&value, &mut plain).is_some() { plain } else { value })
}

/// An attribute by its exact name.
pub(super) fn attribute<'a>(tag: &XmlTag<'a>, name: &str) -> Option<Cow<'a, str>> {
    let text = tag.text;
    tag.attributes().find(|(known, _)| *known == name.as_bytes()).map(|(_, value)| plain(text, value))
}

/// Name of the first element, from the first bytes of a file; `None` where they hold none, or what may not stand before it.
pub(in crate::jenkins) fn root(head: &Head) -> Option<String> {
    let source = Source::open_verbatim(&Input::bytes("head", &head.bytes)).ok()?;
    Elements::new(source).ok()?.next().ok()?.map(|tag| tag.name.to_string())
}

/// Whether the first line that is not blank begins with an XML declaration: what decides between JMeter's two forms.
pub(super) fn has_prolog(head: &Head) -> bool {
    let text = String::from_utf8_lossy(&head.bytes);
    let first = text.split(['\n', '\r']).map(java_trim).find(|line| !line.is_empty());
    first.is_some_and(|line| line.to_lowercase().starts_with("<?xml "))
}
