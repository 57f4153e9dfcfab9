//! Bytes with a position: files, directories, standard input, compressed or not.

/// The first bytes of an input, decompressed: all that detection may look at.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// At most `limits::HEAD_BYTES`, without a byte-order mark.
    pub bytes: Vec<u8>,
    /// The input is a directory.
    pub is_directory: bool,
}

/// An opened input.
#[derive(Debug)]
pub struct Source {
    head: Head,
}

impl Source {
    /// The first bytes.
    pub fn head(&self) -> &Head {
        &self.head
    }
}
