//! A bounded window of text over a stream, on which the record readers work.

use super::SourceError;
use crate::limits::{READ_BUFFER_BYTES, RECORD_BYTES_MAX};
use std::io::Read;

/// Text of a stream that is not consumed yet. Grows only while a single record does not fit. Text is checked to be UTF-8 once a
/// window, not once a record; other bytes are replaced by U+FFFD.
pub(super) struct Buffer {
    name: String,
    reader: Box<dyn Read>,
    text: String,
    /// Bytes of `text` that are done.
    done: usize,
    /// The first bytes of a character whose others are not read yet.
    unfinished: Vec<u8>,
    /// Bytes that `text` may hold.
    size: usize,
    /// Line breaks in what was dropped before `text`, as far as the record reader had them counted.
    lines_dropped: u64,
    is_at_end: bool,
    is_lossy: bool,
}

impl Buffer {
    pub(super) fn new(name: String, reader: Box<dyn Read>) -> Buffer {
        Buffer {
            name,
            reader,
            text: String::new(),
            done: 0,
            unfinished: Vec::new(),
            size: READ_BUFFER_BYTES,
            lines_dropped: 0,
            is_at_end: false,
            is_lossy: false,
        }
    }

    /// What is buffered and not consumed.
    #[inline]
    pub(super) fn data(&self) -> &str {
        self.text.get(self.done..).unwrap_or_default()
    }

    /// Marks the first `length` bytes of `data` as done.
    #[inline]
    pub(super) fn consume(&mut self, length: usize) {
        self.done = self.text.len().min(self.done + length);
    }

    /// Line breaks that were dropped, and the text that is still there before `data`: enough to count lines on demand.
    pub(super) fn before(&self) -> (u64, &str) {
        (self.lines_dropped, self.text.get(..self.done).unwrap_or_default())
    }

    /// Bytes were met that are not UTF-8.
    pub(super) fn is_lossy(&self) -> bool {
        self.is_lossy
    }

    /// Counts the line breaks in what `fill` is about to drop, for a record reader that does not count lines itself.
    pub(super) fn count_dropped(&mut self) {
        self.lines_dropped += count_lines(self.before().1);
    }

    /// Reads until the window is full or the stream ends; `false` when nothing more came. A window that one unfinished
    /// record fills doubles, up to `limits::RECORD_BYTES_MAX`: scanning that record again then costs no more than twice.
    pub(super) fn fill(&mut self) -> Result<bool, SourceError> {
        if self.is_at_end {
            return Ok(false);
        }
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        bytes.drain(..self.done);
        let kept = bytes.len();
        if kept >= self.size {
            if self.size >= RECORD_BYTES_MAX {
                let hint = "is a quotation mark or a line break missing?";
                return Err(self.error(&format!("records of at most {RECORD_BYTES_MAX} bytes"), "a longer one", hint));
            }
            self.size *= 2;
        }
        bytes.append(&mut self.unfinished);
        let room = self.size.saturating_sub(bytes.len()).max(1);
        bytes.reserve_exact(room);
        let read = self.reader.by_ref().take(room as u64).read_to_end(&mut bytes);
        let read = read.map_err(|error| self.error("readable bytes", &error.to_string(), "the input is damaged or cut"))?;
        self.done = 0;
        self.is_at_end = read == 0;
        self.text = self.checked(bytes);
        Ok(self.text.len() > kept || !self.is_at_end)
    }

    /// The bytes as text; an unfinished character at their end waits for the rest of the stream.
    fn checked(&mut self, bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap_or_else(|error| {
            let (at, is_unfinished) = (error.utf8_error().valid_up_to(), error.utf8_error().error_len().is_none());
            let mut bytes = error.into_bytes();
            if is_unfinished && !self.is_at_end {
                self.unfinished = bytes.split_off(at);
                return self.checked(bytes);
            }
            self.is_lossy = true;
            String::from_utf8_lossy(&bytes).into_owned()
        })
    }

    /// Adds a line break behind everything read.
    pub(super) fn push_line_break(&mut self) {
        self.text.push('\n');
    }

    /// An error at the current place.
    pub(super) fn error(&self, expected: &str, found: &str, hint: &str) -> SourceError {
        let (dropped, before) = self.before();
        let line = dropped + count_lines(before) + 1;
        SourceError { line, ..SourceError::whole(&self.name, expected, found, hint) }
    }
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffer").field("name", &self.name).field("done", &self.done).finish_non_exhaustive()
    }
}

/// Line breaks in the text.
pub(super) fn count_lines(text: &str) -> u64 {
    memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64
}
