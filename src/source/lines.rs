//! One line at a time.

use super::SourceError;
use super::buffer::Buffer;

/// Lines of a text; `\n` and `\r\n` end them.
#[derive(Debug)]
pub struct Lines {
    buffer: Buffer,
    number: u64,
    /// Bytes of the line handed out last, with its break.
    given: usize,
}

/// A line, borrowed until the next one is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Without its break.
    pub text: &'a str,
    /// 1-based.
    pub number: u64,
    /// A break follows; without one the input may be cut here.
    pub is_terminated: bool,
}

impl Lines {
    pub(super) fn new(buffer: Buffer) -> Lines {
        Lines { buffer, number: 0, given: 0 }
    }

    /// The next line; `None` at the end. An empty rest after the last break is no line.
    #[allow(clippy::should_implement_trait, reason = "a lending iterator")]
    pub fn next(&mut self) -> Result<Option<Line<'_>>, SourceError> {
        self.buffer.consume(self.given);
        self.given = 0;
        let end = loop {
            if let Some(end) = memchr::memchr(b'\n', self.buffer.data().as_bytes()) {
                break Some(end);
            }
            if !self.buffer.fill().map_err(|error| SourceError { line: self.number + 1, ..error })? {
                break None;
            }
        };
        let data = self.buffer.data();
        let length = end.unwrap_or(data.len());
        if end.is_none() && length == 0 {
            return Ok(None);
        }
        self.given = length + 1;
        self.number += 1;
        let text = data.get(..length).unwrap_or_default();
        Ok(Some(Line { text: text.strip_suffix('\r').unwrap_or(text), number: self.number, is_terminated: end.is_some() }))
    }
}
