//! One record of comma-separated values at a time, after RFC 4180: quoted fields may hold the delimiter, doubled quotes and
//! line breaks.

use super::SourceError;
use super::buffer::{Buffer, count_lines};
use super::scan::{BLOCK, block_at, positions};

const QUOTE: u8 = b'"';

/// Records of a CSV text; blank lines are skipped.
#[derive(Debug)]
pub struct CsvRecords {
    buffer: Buffer,
    delimiter: u8,
    fields: Vec<(u32, u32)>,
    /// Text of records that cannot be borrowed as they are: doubled quotes, bytes that are not UTF-8.
    rewritten: String,
    next_line: u64,
    /// Bytes of the record handed out last.
    given: usize,
    /// The input ended without a line break and got one.
    is_cut: bool,
}

/// A record, borrowed until the next one is asked for.
#[derive(Debug, Clone, Copy)]
pub struct CsvRecord<'a> {
    text: &'a str,
    fields: &'a [(u32, u32)],
    /// Of its first byte, 1-based.
    pub line: u64,
    /// A line break follows; without one the input may be cut here.
    pub is_terminated: bool,
    /// Some bytes were not UTF-8 and are replaced.
    pub is_lossy: bool,
}

impl<'a> CsvRecord<'a> {
    /// The field without its quotes; `None` beyond the last one.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&'a str> {
        let (start, end) = *self.fields.get(index)?;
        self.text.get(start as usize..end as usize)
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

/// What one look at the buffered bytes tells about the record at their start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scan {
    /// Complete, one line, fields as they stand; how many bytes it takes with its line break.
    Plain(usize),
    /// The same with quoted fields.
    Quoted { taken: usize, has_doubled: bool },
    /// A quote, and the plain scan does not know what it means.
    Unclear,
    /// The bytes end before the record does.
    Unfinished,
}

impl CsvRecords {
    pub(super) fn new(buffer: Buffer, delimiter: u8) -> CsvRecords {
        CsvRecords { buffer, delimiter, fields: Vec::new(), rewritten: String::new(), next_line: 1, given: 0, is_cut: false }
    }

    /// The next record; `None` at the end.
    #[allow(clippy::should_implement_trait, reason = "a lending iterator")]
    pub fn next(&mut self) -> Result<Option<CsvRecord<'_>>, SourceError> {
        let (taken, has_doubled) = loop {
            self.buffer.consume(self.given);
            self.given = 0;
            let scan = match scan_plain(self.buffer.data(), self.delimiter, &mut self.fields) {
                Scan::Unclear => scan_quoted(self.buffer.data(), self.delimiter, &mut self.fields),
                known => known,
            };
            match scan {
                Scan::Plain(taken) => {
                    if matches!(self.fields.as_slice(), [(start, end)] if start == end) {
                        (self.given, self.next_line) = (taken, self.next_line + 1);
                        continue;
                    }
                    break (taken, false);
                }
                Scan::Quoted { taken, has_doubled } => break (taken, has_doubled),
                _ if self.buffer.fill()? => {}
                _ if self.buffer.data().is_empty() => return Ok(None),
                _ if !self.is_cut => {
                    self.is_cut = true;
                    self.buffer.push(b'\n');
                }
                _ => break (self.buffer.data().len(), true),
            }
        };
        Ok(Some(self.record(taken, has_doubled)))
    }

    fn record(&mut self, taken: usize, has_doubled: bool) -> CsvRecord<'_> {
        let data = self.buffer.data();
        let bytes = data.get(..taken).unwrap_or_default();
        let is_terminated = !(self.is_cut && taken == data.len());
        let line = self.next_line;
        self.next_line += count_lines(bytes);
        self.given = taken;
        let valid = std::str::from_utf8(bytes);
        let is_lossy = valid.is_err();
        let text = match valid {
            Ok(text) if !has_doubled => text,
            _ => {
                rewrite(bytes, &mut self.fields, &mut self.rewritten);
                self.rewritten.as_str()
            }
        };
        CsvRecord { text, fields: &self.fields, line, is_terminated, is_lossy }
    }
}

/// Splits a record without quotes. This is where nearly all time goes: one pass, no byte looked at twice.
#[inline]
fn scan_plain(data: &[u8], delimiter: u8, fields: &mut Vec<(u32, u32)>) -> Scan {
    fields.clear();
    let (mut start, mut offset) = (0, 0);
    while let Some(block) = block_at(data, offset) {
        let mut mask = positions(&block, [delimiter, b'\n', QUOTE]);
        while mask != 0 {
            let bit = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            let at = offset + bit;
            match block.get(bit) {
                Some(&byte) if byte == delimiter => fields.push((start as u32, at as u32)),
                Some(b'\n') => {
                    fields.push((start as u32, line_end(data, start, at) as u32));
                    return Scan::Plain(at + 1);
                }
                _ => return Scan::Unclear,
            }
            start = at + 1;
        }
        offset += BLOCK;
    }
    Scan::Unfinished
}

/// Splits a record that has quotes somewhere. A quote opens only at the start of a field; elsewhere it is a character.
fn scan_quoted(data: &[u8], delimiter: u8, fields: &mut Vec<(u32, u32)>) -> Scan {
    fields.clear();
    let (mut start, mut has_doubled) = (0, false);
    loop {
        let (mut from, mut end) = (start, None);
        if data.get(start) == Some(&QUOTE) {
            let Some((close, doubled)) = closing_quote(data, start + 1) else { return Scan::Unfinished };
            has_doubled |= doubled;
            (from, end) = (start + 1, Some(close));
        }
        let behind = end.map_or(start, |close| close + 1);
        let Some(at) = data.get(behind..).and_then(|rest| memchr::memchr2(delimiter, b'\n', rest)).map(|at| behind + at) else {
            return Scan::Unfinished;
        };
        let is_last = data.get(at) == Some(&b'\n');
        let plain_end = if is_last { line_end(data, start, at) } else { at };
        fields.push((from as u32, end.unwrap_or(plain_end) as u32));
        if is_last {
            return Scan::Quoted { taken: at + 1, has_doubled };
        }
        start = at + 1;
    }
}

/// Where the quote that closes a field stands, and whether doubled ones come before it.
fn closing_quote(data: &[u8], mut from: usize) -> Option<(usize, bool)> {
    let mut has_doubled = false;
    loop {
        let at = from + memchr::memchr(QUOTE, data.get(from..)?)?;
        match data.get(at + 1) {
            Some(&QUOTE) => (has_doubled, from) = (true, at + 2),
            // The next byte decides, so it must be there.
            None => return None,
            Some(_) => return Some((at, has_doubled)),
        }
    }
}

/// The end of a line's text: before `\r\n`, or before `\n` alone.
#[inline]
fn line_end(data: &[u8], start: usize, at: usize) -> usize {
    if at > start && data.get(at - 1) == Some(&b'\r') { at - 1 } else { at }
}

/// Copies the fields into `text`, with single quotes for doubled ones and U+FFFD for what is not UTF-8.
fn rewrite(bytes: &[u8], fields: &mut [(u32, u32)], text: &mut String) {
    text.clear();
    for (start, end) in fields {
        let raw = bytes.get(*start as usize..*end as usize).unwrap_or_default();
        let was_quoted = *start > 0 && bytes.get(*start as usize - 1) == Some(&QUOTE);
        *start = text.len() as u32;
        for chunk in raw.utf8_chunks() {
            if was_quoted {
                text.extend(chunk.valid().split("\"\"").flat_map(|part| ["\"", part]).skip(1));
            } else {
                text.push_str(chunk.valid());
            }
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        *end = text.len() as u32;
    }
}

#[cfg(test)]
mod tests;
