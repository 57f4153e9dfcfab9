//! The chunked transfer coding (RFC 9112 §7.1), decoded only as far as needed to find its end: what it holds is discarded, unless it
//! is to be kept.

use super::kept::Kept;
use super::parser::Malformed;
use crate::limits::RESPONSE_HEAD_BYTES_MAX;

/// Where in a chunked body the next byte falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// First digit of a chunk size: at least one must come.
    SizeStart,
    Size,
    /// Chunk extension, or white space after the size, up to the end of the line.
    Extension,
    /// After the CR of the size line.
    SizeLf,
    Data,
    /// The line end after the data, and its LF.
    DataEnd,
    DataLf,
    /// Start of a trailer line: an empty one ends the body.
    TrailerStart,
    TrailerLine,
    /// After the CR of the empty line.
    FinalLf,
    Done,
}

/// A chunked body on its way. A bare LF is taken for a line end, as RFC 9112 §2.2 allows.
#[derive(Debug, Clone, Copy)]
pub struct Chunked {
    at: At,
    /// Size being read, then bytes of the chunk still to come.
    left: u64,
    /// Bytes of extensions and trailers seen, which the server could send for ever.
    overhead: usize,
}

impl Chunked {
    /// A body of which nothing has come yet.
    pub fn new() -> Chunked {
        Chunked { at: At::SizeStart, left: 0, overhead: 0 }
    }

    /// Whether the last byte of the body has come.
    pub fn is_done(&self) -> bool {
        self.at == At::Done
    }

    /// Takes what belongs to the body from the front of `input`; tells how much that was.
    pub fn feed(&mut self, input: &[u8], kept: &mut Kept) -> Result<usize, Malformed> {
        let mut used = 0;
        while let Some(&byte) = input.get(used)
            && self.at != At::Done
        {
            if self.at == At::Data {
                let here = self.left.min((input.len() - used) as u64);
                self.left -= here;
                kept.add_body(input.get(used..used + here as usize).unwrap_or_default());
                used += here as usize;
                if self.left == 0 {
                    self.at = At::DataEnd;
                }
            } else {
                self.at = self.step(byte)?;
                used += 1;
            }
        }
        Ok(used)
    }

    fn step(&mut self, byte: u8) -> Result<At, Malformed> {
        match (self.at, byte) {
            (At::SizeStart | At::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => self.digit(byte),
            (At::Size, b'\r') => Ok(At::SizeLf),
            (At::Size | At::SizeLf | At::Extension, b'\n') => Ok(self.after_size()),
            (At::Size, b';' | b' ' | b'\t') | (At::Extension, _) => self.extra(At::Extension),
            (At::DataEnd, b'\r') => Ok(At::DataLf),
            (At::DataEnd | At::DataLf, b'\n') => {
                self.left = 0;
                Ok(At::SizeStart)
            }
            (At::TrailerStart, b'\r') => Ok(At::FinalLf),
            (At::TrailerStart | At::FinalLf, b'\n') => Ok(At::Done),
            (At::TrailerLine, b'\n') => Ok(At::TrailerStart),
            (At::TrailerStart | At::TrailerLine, _) => self.extra(At::TrailerLine),
            _ => Err(Malformed::new("the chunked body is malformed")),
        }
    }

    fn digit(&mut self, byte: u8) -> Result<At, Malformed> {
        let digit = u64::from(char::from(byte).to_digit(16).unwrap_or(0));
        let size = self.left.checked_mul(16).and_then(|size| size.checked_add(digit));
        self.left = size.ok_or_else(|| Malformed::new("a chunk size is larger than 64 bits"))?;
        self.extra(At::Size)
    }

    fn after_size(&self) -> At {
        if self.left == 0 { At::TrailerStart } else { At::Data }
    }

    fn extra(&mut self, next: At) -> Result<At, Malformed> {
        // A digit counts too: zeros can lead a size without end. What a body really holds starts the count anew.
        self.overhead = if self.at == At::SizeStart { 1 } else { self.overhead + 1 };
        if self.overhead > RESPONSE_HEAD_BYTES_MAX {
            return Err(Malformed::new("a chunk-size line or the trailer is longer than 64 KiB"));
        }
        Ok(next)
    }
}
