//! JMeter's result file as XML, version 1.2 and the attribute names of older ones.

use super::jtl::{COLUMNS, Column, Row, Rows};
use super::{Claim, ReadError, Reader};
use crate::record::Sink;
use crate::source::{Head, Input, Source, Span, TagKind, XmlTag, quoted, unescape};

/// `jtl-xml`.
pub(super) struct JtlXml;

const ROOT: &str = "testResults";
const CUT: &str = "the input ends before </testResults>: what is complete is counted";
const NOT_UTF8: &str = "some bytes are not UTF-8: they are replaced";

impl Reader for JtlXml {
    fn name(&self) -> &'static str {
        "jtl-xml"
    }

    fn about(&self) -> &'static str {
        "JMeter results (JTL) as XML; samples of the top level"
    }

    fn detect(&self, head: &Head) -> Claim {
        if !head.is_directory && first_element(head).as_deref() == Some(ROOT) { Claim::Certain } else { Claim::No }
    }

    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let path = source.name().to_string();
        let mut tags = source.xml()?;
        let mut document = Document { rows: Rows::new(path.clone(), sink), depth: 0, controller: None };
        let mut plain = String::new();
        while let Some(tag) = tags.next()? {
            document.tag(&path, &tag, &mut plain)?;
        }
        if document.depth > 0 || tags.is_cut() {
            document.rows.cut(CUT, tags.line());
        }
        if tags.is_lossy() {
            document.rows.odd(NOT_UTF8, || 0);
        }
        document.rows.finish()
    }
}

/// Where the reading stands.
struct Document<'s> {
    rows: Rows<'s>,
    /// Elements that are open.
    depth: usize,
    /// A transaction controller's sample of which it is not known yet whether its requests are within it or beside it.
    controller: Option<Controller>,
}

/// A row that is kept for later, and its line.
struct Controller {
    text: String,
    spans: [Span; COLUMNS],
    line: u64,
}

impl Document<'_> {
    fn tag(&mut self, path: &str, tag: &XmlTag<'_>, plain: &mut String) -> Result<(), ReadError> {
        if tag.kind == TagKind::Close {
            let Some(depth) = self.depth.checked_sub(1) else {
                return Err(ReadError::at(path, tag.line(), "an open element", format!("</{}>", tag.name), ""));
            };
            self.depth = depth;
            if let Some(controller) = self.controller.take_if(|_| depth == 1) {
                self.rows.controller(|| controller.line);
            }
            return Ok(());
        }
        let is_sample = matches!(tag.name, "httpSample" | "sample" | "sampleResult");
        match self.depth {
            0 if tag.name != ROOT => {
                return Err(ReadError::at(path, tag.line(), "<testResults>", quoted(tag.name), "this is another kind of XML"));
            }
            0 => {}
            1 if is_sample => self.sample(path, tag, plain)?,
            _ if is_sample => self.nested()?,
            _ => {}
        }
        self.depth += usize::from(tag.kind == TagKind::Open);
        Ok(())
    }

    /// A sample of the top level. `plain` is room for its text without entities.
    #[inline]
    fn sample(&mut self, path: &str, tag: &XmlTag<'_>, plain: &mut String) -> Result<(), ReadError> {
        let mut row = Row { text: tag.text, spans: spans(tag) };
        if memchr::memchr(b'&', tag.text.as_bytes()).is_some() {
            row = resolved(row, plain)
                .map_err(|value| ReadError::at(path, tag.line(), "an entity that XML itself defines", quoted(value), ""))?;
        }
        match (row.is_transaction(), tag.kind) {
            (false, _) => self.rows.push(&row, &|| tag.line())?,
            (true, TagKind::Open) => {
                self.controller = Some(Controller { text: row.text.to_string(), spans: row.spans, line: tag.line() });
            }
            (true, _) => self.rows.controller(|| tag.line()),
        }
        Ok(())
    }

    /// A sample within a sample is a part of it. It shows that a controller holds its requests itself, and so counts.
    fn nested(&mut self) -> Result<(), ReadError> {
        match self.controller.take() {
            Some(Controller { text, spans, line }) => self.rows.push(&Row { text: &text, spans }, &|| line),
            None => Ok(()),
        }
    }
}

/// The row with the entities of its texts resolved, behind a copy of its tag in `plain`; else the value with a foreign entity.
fn resolved<'a>(row: Row<'a>, plain: &'a mut String) -> Result<Row<'a>, &'a str> {
    plain.clear();
    plain.push_str(row.text);
    let mut spans = row.spans;
    for column in [Column::Label, Column::Code, Column::Message, Column::Thread] {
        let (value, start) = (row.span(column).of(row.text), plain.len());
        unescape(value, plain).ok_or(value)?;
        if let Some(span) = spans.get_mut(column as usize) {
            *span = Span::new(start, plain.len());
        }
    }
    Ok(Row { text: plain, spans })
}

/// Attributes to columns, after versions 1.2 and older.
#[inline]
fn spans(tag: &XmlTag<'_>) -> [Span; COLUMNS] {
    let mut spans = [Span::default(); COLUMNS];
    for (name, value) in tag.attributes() {
        let column = match name {
            [b't'] | b"time" => Column::Elapsed,
            [b'l', b't'] => Column::Latency,
            [b'c', b't'] => Column::Connect,
            [b't', b's'] | b"timeStamp" => Column::TimeStamp,
            [b's'] | b"success" => Column::Success,
            [b'l', b'b'] | b"label" => Column::Label,
            [b'r', b'c'] | [b'r', b's'] | b"responseCode" => Column::Code,
            [b'r', b'm'] | b"responseMessage" => Column::Message,
            [b't', b'n'] | b"threadName" => Column::Thread,
            [b'b', b'y'] => Column::Bytes,
            [b's', b'b', b'y'] => Column::SentBytes,
            [b's', b'c'] => Column::SampleCount,
            [b'e', b'c'] => Column::ErrorCount,
            _ => continue,
        };
        if let Some(span) = spans.get_mut(column as usize) {
            *span = value;
        }
    }
    spans
}

/// Name of the document's element. A declaration that the reader will refuse does not hide it.
fn first_element(head: &Head) -> Option<String> {
    let text = head.bytes.trim_ascii_start();
    if text.first() != Some(&b'<') {
        return None;
    }
    let doctype = memchr::memmem::find(text, b"<!DOCTYPE");
    let behind = doctype.map(|at| text.get(at + 2..).unwrap_or_default());
    let root = memchr::memmem::find(behind.unwrap_or(text), b"<testResults");
    if doctype.is_some() {
        return root.map(|_| ROOT.to_string());
    }
    let mut tags = Source::open(&Input::bytes("head", text)).ok()?.xml().ok()?;
    tags.next().ok()?.map(|tag| tag.name.to_string())
}

#[cfg(test)]
mod tests;
