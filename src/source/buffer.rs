//! A bounded window over a stream, on which the record readers work.

use super::SourceError;
use crate::limits::{READ_BUFFER_BYTES, RECORD_BYTES_MAX};
use std::io::{ErrorKind, Read};

/// Bytes of a stream that are not consumed yet. Grows only while a single record does not fit.
pub(super) struct Buffer {
    name: String,
    reader: Box<dyn Read>,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Line breaks in what was dropped before `bytes`.
    lines_dropped: u64,
    is_at_end: bool,
}

impl Buffer {
    pub(super) fn new(name: String, reader: Box<dyn Read>) -> Buffer {
        Buffer { name, reader, bytes: vec![0; READ_BUFFER_BYTES], start: 0, end: 0, lines_dropped: 0, is_at_end: false }
    }

    /// What is buffered and not consumed.
    #[inline]
    pub(super) fn data(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Marks the first `length` bytes of `data` as done.
    #[inline]
    pub(super) fn consume(&mut self, length: usize) {
        self.start = self.end.min(self.start + length);
    }

    /// Line breaks before `data`, dropped ones included.
    pub(super) fn lines_before(&self) -> u64 {
        self.lines_dropped + count_lines(self.bytes.get(..self.start).unwrap_or_default())
    }

    /// How many line breaks were dropped, and the bytes that are still there before `data`: enough to count lines on demand.
    pub(super) fn before(&self) -> (u64, &[u8]) {
        (self.lines_dropped, self.bytes.get(..self.start).unwrap_or_default())
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Reads until the window is full or the stream ends; `false` when nothing more came. A window that one unfinished
    /// record fills doubles, up to `limits::RECORD_BYTES_MAX`: scanning that record again then costs no more than twice.
    pub(super) fn fill(&mut self) -> Result<bool, SourceError> {
        if self.is_at_end {
            return Ok(false);
        }
        if self.start > 0 {
            self.lines_dropped += count_lines(self.bytes.get(..self.start).unwrap_or_default());
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.bytes.len() {
            if self.bytes.len() >= RECORD_BYTES_MAX {
                return Err(self.error(
                    format!("records of at most {RECORD_BYTES_MAX} bytes"),
                    "a longer one".to_string(),
                    "is a quotation mark or a line break missing?",
                ));
            }
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
        let before = self.end;
        while let Some(free) = self.bytes.get_mut(self.end..).filter(|free| !free.is_empty()) {
            match self.reader.read(free) {
                Ok(0) => {
                    self.is_at_end = true;
                    break;
                }
                Ok(length) => self.end += length,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.error("readable bytes".to_string(), error.to_string(), "the input is damaged or cut")),
            }
        }
        Ok(self.end > before)
    }

    /// Adds a byte behind everything read: a line break that the input lacks.
    pub(super) fn push(&mut self, byte: u8) {
        self.bytes.truncate(self.end);
        self.bytes.push(byte);
        self.end += 1;
    }

    fn error(&self, expected: String, found: String, hint: &str) -> SourceError {
        SourceError { path: self.name.clone(), line: self.lines_before() + 1, expected, found, hint: hint.to_string() }
    }
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffer").field("name", &self.name).field("start", &self.start).field("end", &self.end).finish_non_exhaustive()
    }
}

/// Line breaks in `bytes`.
pub(super) fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
