//! Undoes what wraps a text: gzip, a byte-order mark, UTF-16.

use flate2::read::MultiGzDecoder;
use std::io::{self, Read};

/// A reader that gives some bytes first, then the rest of a stream.
pub(super) struct Prefixed<R> {
    prefix: io::Cursor<Vec<u8>>,
    rest: R,
}

impl<R: Read> Prefixed<R> {
    pub(super) fn new(prefix: Vec<u8>, rest: R) -> Self {
        Prefixed { prefix: io::Cursor::new(prefix), rest }
    }
}

impl<R: Read> Read for Prefixed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.prefix.read(into)? {
            0 => self.rest.read(into),
            length => Ok(length),
        }
    }
}

/// The stream without gzip, byte-order mark and UTF-16; anything else passes unchanged.
pub(super) fn decode(raw: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let (first, raw) = peek(raw, 2)?;
    let plain: Box<dyn Read> = if first == [0x1f, 0x8b] { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
    let (first, mut plain) = peek(plain, 3)?;
    match first.as_slice() {
        [0xef, 0xbb, 0xbf] => {
            plain.prefix.set_position(3);
            Ok(Box::new(plain))
        }
        // PowerShell 5 writes UTF-16 with a byte-order mark on `>`.
        [0xff, 0xfe, ..] => {
            plain.prefix.set_position(2);
            Ok(Box::new(Utf16::new(Box::new(plain))))
        }
        _ => Ok(Box::new(plain)),
    }
}

/// The first `length` bytes (fewer at the end of the stream), and the stream with them still in front.
pub(super) fn peek<R: Read>(mut stream: R, length: usize) -> io::Result<(Vec<u8>, Prefixed<R>)> {
    let mut first = Vec::new();
    stream.by_ref().take(length as u64).read_to_end(&mut first)?;
    Ok((first.clone(), Prefixed::new(first, stream)))
}

/// UTF-16LE to UTF-8; lone surrogates become U+FFFD.
struct Utf16 {
    raw: Box<dyn Read>,
    units: Vec<u8>,
    text: io::Cursor<Vec<u8>>,
}

impl Utf16 {
    fn new(raw: Box<dyn Read>) -> Utf16 {
        Utf16 { raw, units: Vec::new(), text: io::Cursor::new(Vec::new()) }
    }
}

impl Read for Utf16 {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.text.read(into)?;
            if length > 0 || into.is_empty() {
                return Ok(length);
            }
            let before = self.units.len();
            self.raw.by_ref().take(64 * 1024).read_to_end(&mut self.units)?;
            if self.units.len() == before {
                return Ok(0);
            }
            let (pairs, _) = self.units.as_chunks::<2>();
            let mut units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            // A high surrogate at the end waits for its other half.
            if units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) && self.units.len() > 2 {
                units.pop();
            }
            self.units.drain(..units.len() * 2);
            let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            self.text = io::Cursor::new(text.into_bytes());
        }
    }
}
