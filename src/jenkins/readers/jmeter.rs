//! JMeter's XML: the outermost sample elements. A file without an XML declaration is read as CSV, whatever it is.

use super::xml::{Elements, has_prolog, plain};
use super::{Reading, Unread, jmeter_csv};
use crate::jenkins::arithmetic::{boolean, decimal, integer};
use crate::jenkins::fold::{Fold, Sample};
use crate::source::{Source, Span, TagKind, XmlTag, digits};

const BYTES_PER_KB: f64 = 1024.0;
/// A longer response code is shown as `0`.
const CODE_CHARS_MAX: usize = 3;
/// Byte-order mark of UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A sample element's fields: the short name of each, and the one of older files.
#[derive(Debug, Clone, Copy, Default)]
struct Fields {
    time: [Option<Span>; 2],
    duration: [Option<Span>; 2],
    success: [Option<Span>; 2],
    label: [Option<Span>; 2],
    code: Option<Span>,
    bytes: Option<Span>,
}

/// Reads a JTL file.
pub(super) fn read(source: Source, reading: Reading<'_>, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let head = source.head();
    if head.bytes.is_empty() {
        return Ok(());
    }
    let text = head.bytes.strip_prefix(MARK).unwrap_or(&head.bytes);
    let is_xml = text.trim_ascii_start().starts_with(b"<");
    if has_prolog(head) || (reading.strict && is_xml) {
        return read_xml(source, fold);
    }
    fold.include_failed();
    jmeter_csv::read(source, fold).map_err(|unread| match unread {
        Unread::Dropped { case: 1, reason } if is_xml => Unread::Dropped { case: 7, reason },
        other => other,
    })
}

fn read_xml(source: Source, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let mut elements = Elements::new(source)?;
    let path = elements.path().to_string();
    // Sample elements that are open.
    let mut depth = 0_usize;
    while let Some(tag) = elements.next()? {
        if !is_sample(tag.name) {
            continue;
        }
        if tag.kind == TagKind::Close {
            depth = depth.saturating_sub(1);
            continue;
        }
        element(&path, &tag, depth == 0, fold)?;
        depth += usize::from(tag.kind == TagKind::Open);
    }
    Ok(())
}

#[inline]
fn is_sample(name: &str) -> bool {
    matches!(name, "httpSample" | "sample") || name.eq_ignore_ascii_case("httpSample") || name.eq_ignore_ascii_case("sample")
}

/// One sample element. Those within another are not counted, but their numbers are read, and drop the file where they are none.
#[inline]
fn element(path: &str, tag: &XmlTag<'_>, is_outermost: bool, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let fields = fields(tag);
    let first = |[short, long]: [Option<Span>; 2]| short.or(long).map(|span| plain(tag.text, span));
    let number = |names: [Option<Span>; 2], what: &str| {
        let span = names[0].or(names[1]);
        let fast = span.and_then(|span| digits(span.bytes(tag.text))).and_then(|value| i64::try_from(value).ok());
        let value = fast.or_else(|| integer(&plain(tag.text, span?)));
        value.ok_or_else(|| Unread::text(path, tag.line(), what, span.map(|span| span.of(tag.text))))
    };
    let start_ms = number(fields.time, "ts or timeStamp in whole milliseconds")?;
    let duration_ms = number(fields.duration, "t or time in whole milliseconds")?;
    if !is_outermost {
        return Ok(());
    }
    let Some(label) = first(fields.label) else { return Err(Unread::at(path, tag.line(), "lb or label", "neither")) };
    let code = fields.code.map(|span| plain(tag.text, span));
    let code = code.as_deref().filter(|code| code.len() <= CODE_CHARS_MAX || code.encode_utf16().count() <= CODE_CHARS_MAX).unwrap_or("0");
    let bytes = fields.bytes.and_then(|span| match digits(span.bytes(tag.text)) {
        // So many digits are exact.
        Some(whole) if whole < 1 << f64::MANTISSA_DIGITS => Some(whole as f64),
        _ => decimal(&plain(tag.text, span)).filter(|bytes| bytes.is_finite()),
    });
    fold.push(&Sample {
        label: &label,
        start_ms,
        duration_ms,
        is_ok: first(fields.success).is_some_and(|text| boolean(&text)),
        code,
        size_kb: bytes.unwrap_or(0.0) / BYTES_PER_KB,
        summary: None,
    })
}

#[inline]
fn fields(tag: &XmlTag<'_>) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in tag.attributes() {
        let field = match name {
            [b't', b's'] => &mut fields.time[0],
            b"timeStamp" => &mut fields.time[1],
            [b't'] => &mut fields.duration[0],
            b"time" => &mut fields.duration[1],
            [b's'] => &mut fields.success[0],
            b"success" => &mut fields.success[1],
            [b'l', b'b'] => &mut fields.label[0],
            b"label" => &mut fields.label[1],
            [b'r', b'c'] => &mut fields.code,
            [b'b', b'y'] => &mut fields.bytes,
            _ => continue,
        };
        *field = Some(value);
    }
    fields
}
