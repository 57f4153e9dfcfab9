//! What of an answer is kept for assertions; without one nothing is.

use crate::limits::{LOAD_KEPT_BODY_BYTES_MAX, QUOTED_CHARS_MAX};

/// How much of an answer is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    #[default]
    Nothing,
    /// The headers, and how long the body was.
    Head,
    /// The body too, up to a bound.
    Body,
}

/// Used again for answer after answer.
#[derive(Debug, Default)]
pub struct Kept {
    keep: Keep,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    size: u64,
}

impl Kept {
    /// Gets ready for the next answer.
    pub fn begin(&mut self, keep: Keep) {
        self.keep = keep;
        self.headers.clear();
        self.body.clear();
        self.size = 0;
    }

    /// Takes the headers of an answer, trailers not among them.
    pub fn add_headers<'a>(&mut self, headers: impl Iterator<Item = (&'a str, &'a [u8])>) {
        if self.keep != Keep::Nothing {
            self.headers.extend(headers.map(|(name, value)| (name.to_string(), value.to_vec())));
        }
    }

    /// Takes the next bytes of the body, without the marks of a transfer coding.
    #[inline]
    pub fn add_body(&mut self, bytes: &[u8]) {
        if self.keep == Keep::Nothing {
            return;
        }
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.keep == Keep::Body {
            let room = LOAD_KEPT_BODY_BYTES_MAX.saturating_sub(self.body.len());
            self.body.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        }
    }

    /// The values of the headers of that name, in the order they came.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    /// All of the body, or why it cannot be looked into: what is not there whole and plain proves nothing.
    pub fn whole_body(&self) -> Result<&[u8], String> {
        if self.size > self.body.len() as u64 {
            return Err(format!("expected a body of at most {LOAD_KEPT_BODY_BYTES_MAX} bytes to look into, found {}", self.size));
        }
        let is_encoded = |value: &&[u8]| !value.trim_ascii().eq_ignore_ascii_case(b"identity");
        if let Some(coding) = self.values("content-encoding").find(is_encoded) {
            let coding: String = String::from_utf8_lossy(coding).chars().take(QUOTED_CHARS_MAX).collect();
            return Err(format!("expected a body without a content coding to look into, found `{coding}`; do not ask for one"));
        }
        Ok(&self.body)
    }

    /// Bytes of the body that came.
    pub fn size(&self) -> u64 {
        self.size
    }
}
