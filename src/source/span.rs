//! A piece of a record's text, as offsets.

/// From `start` to before `end`, in bytes of the record's text. Pieces are cut at ASCII bytes, so they are whole characters. The
/// default is the empty piece, which stands for what is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The piece between two offsets.
    #[inline]
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    /// The piece of `text`; empty where it does not lie within.
    #[inline]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The same as bytes, for what is not shown to anyone: cheaper.
    #[inline]
    pub fn bytes(self, text: &str) -> &[u8] {
        text.as_bytes().get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}
