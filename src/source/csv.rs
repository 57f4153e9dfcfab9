//! One record of comma-separated values at a time, after RFC 4180: quoted fields may hold the delimiter, doubled quotes and
//! line breaks.

use super::buffer::Buffer;
use super::scan::{Finds, Wanted};
use super::{SourceError, Span};

const QUOTE: u8 = b'"';

/// Records of a CSV text; blank lines are skipped.
#[derive(Debug)]
pub struct CsvRecords {
    buffer: Buffer,
    delimiter: u8,
    wanted: Wanted<2>,
    place: Place,
    /// Start and end of each field in the buffered text.
    fields: Vec<Span>,
    /// The record's text where it cannot be borrowed: doubled quotes became single ones.
    rewritten: String,
    line: u64,
    /// The input ended without a line break and got one.
    is_cut: bool,
    is_malformed: bool,
}

/// How far the buffered text is scanned.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// Start of the next record.
    record: usize,
    /// Line breaks in the record before it.
    lines: u64,
    finds: Finds,
}

/// A record, borrowed until the next one is asked for.
#[derive(Debug, Clone, Copy)]
pub struct CsvRecord<'a> {
    /// What the spans are pieces of.
    pub text: &'a str,
    fields: &'a [Span],
    /// Of its first byte, 1-based.
    pub line: u64,
    /// A line break follows; without one the input may be cut here.
    pub is_terminated: bool,
    /// Text stands behind a closing quote, or a quote never closes: stricter readers refuse such a record.
    pub is_malformed: bool,
}

impl<'a> CsvRecord<'a> {
    /// The field without its quotes; `None` beyond the last one.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&'a str> {
        self.fields.get(index).map(|field| field.of(self.text))
    }

    /// Where the field stands in `text`; an empty piece beyond the last one.
    #[inline]
    pub fn span(&self, index: usize) -> Span {
        self.fields.get(index).copied().unwrap_or_default()
    }

    /// Number of fields; 0 only where the input ends within the first field's quotes.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.fields.len()).filter_map(|index| self.get(index))
    }
}

/// What the scan of a record came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scan {
    /// The fields can be borrowed as they stand.
    Plain,
    /// Some field holds doubled quotes.
    Doubled,
    /// The text ends before the record does.
    Unfinished,
}

impl CsvRecords {
    pub(super) fn new(buffer: Buffer, delimiter: u8) -> CsvRecords {
        CsvRecords {
            buffer,
            delimiter,
            wanted: Wanted::new([delimiter, b'\n']),
            place: Place::default(),
            fields: Vec::new(),
            rewritten: String::new(),
            line: 1,
            is_cut: false,
            is_malformed: false,
        }
    }

    /// The next record; `None` at the end.
    #[allow(clippy::should_implement_trait, reason = "a lending iterator")]
    pub fn next(&mut self) -> Result<Option<CsvRecord<'_>>, SourceError> {
        let scan = loop {
            let start = self.place.record;
            self.line += std::mem::take(&mut self.place.lines);
            match self.scan() {
                Scan::Unfinished => {
                    self.buffer.consume(start);
                    self.place = Place::default();
                    if self.buffer.fill().map_err(|error| SourceError { line: self.line, ..error })? {
                        continue;
                    }
                    if self.buffer.data().is_empty() {
                        return Ok(None);
                    }
                    if self.is_cut {
                        self.place.record = self.buffer.data().len();
                        self.is_malformed = true;
                        break Scan::Doubled;
                    }
                    self.is_cut = true;
                    self.buffer.push_line_break();
                }
                Scan::Plain if matches!(self.fields.as_slice(), [field] if *field == Span::new(start, start)) => {}
                found => break found,
            }
        };
        let mut text = self.buffer.data();
        let is_terminated = !(self.is_cut && self.place.record == text.len());
        if scan == Scan::Doubled {
            rewrite(text, &mut self.fields, &mut self.rewritten);
            text = &self.rewritten;
        }
        Ok(Some(CsvRecord { text, fields: &self.fields, line: self.line, is_terminated, is_malformed: self.is_malformed }))
    }

    /// After the end: whether bytes were met that are not UTF-8, and replaced.
    pub fn is_lossy(&self) -> bool {
        self.buffer.is_lossy()
    }

    /// Splits the next record. This is where nearly all time goes: one pass over delimiters and line breaks. A quote means
    /// something only at the start of a field; such a field costs a search for its end.
    fn scan(&mut self) -> Scan {
        let data = self.buffer.data().as_bytes();
        self.fields.clear();
        self.is_malformed = false;
        let Place { mut finds, mut lines, record: mut start } = self.place;
        let mut scan = Scan::Plain;
        loop {
            let Some(mut at) = finds.next(&self.wanted, data) else { return Scan::Unfinished };
            let mut field = Span::new(start, at);
            if data.get(start) == Some(&QUOTE) {
                let Some(quoted) = quoted_field(data, start, self.delimiter) else { return Scan::Unfinished };
                field = Span::new(start + 1, quoted.close);
                scan = if quoted.has_doubled { Scan::Doubled } else { scan };
                lines += quoted.line_breaks;
                self.is_malformed |= quoted.has_text_behind;
                // Finds within the quotes are none.
                while at < quoted.end {
                    let Some(next) = finds.next(&self.wanted, data) else { return Scan::Unfinished };
                    at = next;
                }
            }
            let is_last = data.get(at) == Some(&b'\n');
            if is_last && field.end as usize == at {
                field = Span::new(start, line_end(data, start, at));
            }
            self.fields.push(field);
            start = at + 1;
            if is_last {
                self.place = Place { record: start, lines: lines + 1, finds };
                return scan;
            }
        }
    }
}

/// A field in quotes.
struct Quoted {
    /// Its closing quote.
    close: usize,
    /// The delimiter or line break behind it.
    end: usize,
    has_doubled: bool,
    /// More than blanks between its closing quote and its end.
    has_text_behind: bool,
    line_breaks: u64,
}

/// The quoted field that opens at `start`; `None` where the data ends before it does.
fn quoted_field(data: &[u8], start: usize, delimiter: u8) -> Option<Quoted> {
    let (mut from, mut has_doubled, mut line_breaks) = (start + 1, false, 0);
    loop {
        let at = from + memchr::memchr2(QUOTE, b'\n', data.get(from..)?)?;
        from = at + 1;
        match (data.get(at)?, data.get(at + 1)?) {
            (b'\n', _) => line_breaks += 1,
            (_, &QUOTE) => (has_doubled, from) = (true, at + 2),
            (_, &next) if next == delimiter || next == b'\n' => {
                return Some(Quoted { close: at, end: at + 1, has_doubled, has_text_behind: false, line_breaks });
            }
            _ => {
                let end = at + 1 + memchr::memchr2(delimiter, b'\n', data.get(at + 1..)?)?;
                let has_text_behind = data.get(at + 1..end).is_some_and(|rest| !rest.trim_ascii().is_empty());
                return Some(Quoted { close: at, end, has_doubled, has_text_behind, line_breaks });
            }
        }
    }
}

/// The end of a line's text: before `\r\n`, or before `\n` alone.
#[inline]
fn line_end(data: &[u8], start: usize, at: usize) -> usize {
    if at > start && data.get(at - 1) == Some(&b'\r') { at - 1 } else { at }
}

/// Copies the fields into `text`, quoted ones with single quotes for doubled ones.
fn rewrite(data: &str, fields: &mut [Span], text: &mut String) {
    text.clear();
    for field in fields {
        let mut rest = field.of(data);
        let was_quoted = field.start > 0 && data.as_bytes().get(field.start as usize - 1) == Some(&QUOTE);
        let start = text.len();
        while let Some(at) = memchr::memchr(QUOTE, rest.as_bytes()).filter(|_| was_quoted) {
            let (before, behind) = rest.split_at_checked(at + 1).unwrap_or_default();
            text.push_str(before);
            rest = behind.strip_prefix('"').unwrap_or(behind);
        }
        text.push_str(rest);
        *field = Span::new(start, text.len());
    }
}

#[cfg(test)]
mod tests;
