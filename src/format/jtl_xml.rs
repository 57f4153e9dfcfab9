//! JMeter's result file as XML, version 1.2 and the attribute names of older ones.

use super::jtl::{COLUMNS, Cells, Column, Rows, is_transaction};
use super::{Claim, ReadError, Reader};
use crate::record::Sink;
use crate::source::{Head, Input, Source, TagKind, XmlTag, quoted, unescape};

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
        let mut scratch = Scratch::default();
        while let Some(tag) = tags.next()? {
            document.tag(&path, &tag, &mut scratch)?;
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
    controller: Option<([String; COLUMNS], u64)>,
}

/// Room for attribute values without their entities.
#[derive(Default)]
struct Scratch {
    label: String,
    message: String,
    thread: String,
}

impl Document<'_> {
    fn tag(&mut self, path: &str, tag: &XmlTag<'_>, scratch: &mut Scratch) -> Result<(), ReadError> {
        if tag.kind == TagKind::Close {
            let Some(depth) = self.depth.checked_sub(1) else {
                return Err(ReadError::at(path, tag.line(), "an open element", format!("</{}>", tag.name), ""));
            };
            self.depth = depth;
            if let (1, Some((_, line))) = (depth, self.controller.as_ref()) {
                let line = *line;
                self.rows.controller(|| line);
                self.controller = None;
            }
            return Ok(());
        }
        let is_sample = matches!(tag.name, "httpSample" | "sample" | "sampleResult");
        match self.depth {
            0 if tag.name != ROOT => {
                return Err(ReadError::at(path, tag.line(), "<testResults>", quoted(tag.name), "this is another kind of XML"));
            }
            0 => {}
            1 if is_sample => self.sample(path, tag, scratch)?,
            _ if is_sample => self.nested()?,
            _ => {}
        }
        self.depth += usize::from(tag.kind == TagKind::Open);
        Ok(())
    }

    #[inline]
    fn sample(&mut self, path: &str, tag: &XmlTag<'_>, scratch: &mut Scratch) -> Result<(), ReadError> {
        let mut cells = cells(tag);
        let texts = [(Column::Label, &mut scratch.label), (Column::Message, &mut scratch.message), (Column::Thread, &mut scratch.thread)];
        for (column, scratch) in texts {
            if let Some(cell) = cells.get_mut(column as usize) {
                let Some(plain) = unescape(cell, scratch) else {
                    return Err(ReadError::at(path, tag.line(), "an entity that XML itself defines", quoted(cell), ""));
                };
                *cell = plain;
            }
        }
        match (is_transaction(&cells), tag.kind) {
            (false, _) => self.rows.push(&cells, &|| tag.line())?,
            (true, TagKind::Open) => self.controller = Some((cells.map(str::to_string), tag.line())),
            (true, _) => self.rows.controller(|| tag.line()),
        }
        Ok(())
    }

    /// A sample within a sample is a part of it. It shows that a controller holds its requests itself, and so counts.
    fn nested(&mut self) -> Result<(), ReadError> {
        if let Some((cells, line)) = self.controller.take() {
            let cells = cells.each_ref().map(String::as_str);
            self.rows.push(&cells, &|| line)?;
        }
        Ok(())
    }
}

/// Attributes to columns, after versions 1.2 and older.
#[inline]
fn cells<'a>(tag: &XmlTag<'a>) -> Cells<'a> {
    let mut cells = Cells::default();
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
        if let Some(cell) = cells.get_mut(column as usize) {
            *cell = value;
        }
    }
    cells
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
