//! Bytes with a position: files, directories, standard input, compressed or not.
//!
//! A [`Source`] is opened once. Detection sees its [`Head`]; a format then takes it as what it is: [`Lines`], [`CsvRecords`],
//! [`XmlTags`], one whole document, or a [`Directory`]. Everything is read forward and bounded.

mod buffer;
mod csv;
mod decode;
mod directory;
mod error;
mod lines;
mod number;
mod path;
mod scan;
mod span;
mod xml;

pub use csv::{CsvRecord, CsvRecords};
pub use directory::Directory;
pub use error::{SourceError, quoted};
pub use lines::{Line, Lines};
pub use number::{decimal, digits};
pub use path::{plain, relative};
pub use span::Span;
pub use xml::{TagKind, XmlTag, XmlTags, unescape};

use crate::limits::{DOCUMENT_BYTES_MAX, HEAD_BYTES};
use buffer::Buffer;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where results come from.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file, or a directory where the format is one.
    File(PathBuf),
    Stdin,
    /// Bytes that are already here: a child's output, a test.
    Bytes {
        /// Shown in place of a path.
        name: String,
        bytes: Arc<[u8]>,
    },
}

impl Input {
    /// Bytes that are already here, with the name to show for them.
    pub fn bytes(name: &str, bytes: impl AsRef<[u8]>) -> Input {
        Input::Bytes { name: name.to_string(), bytes: bytes.as_ref().into() }
    }

    /// What a word of the command line means: a path, or `-` for standard input.
    pub fn of_word(word: &Path) -> Input {
        if word.as_os_str() == "-" { Input::Stdin } else { Input::File(word.to_path_buf()) }
    }

    /// The input as shown to people.
    pub fn name(&self) -> String {
        match self {
            Input::File(path) => path.display().to_string(),
            Input::Stdin => "standard input".to_string(),
            Input::Bytes { name, .. } => name.clone(),
        }
    }
}

/// The first bytes of an input, decompressed: all that detection may look at.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// At most `limits::HEAD_BYTES`, without a byte-order mark. Of a directory: the relative paths of its first files in
    /// sorted order, one a line.
    pub bytes: Vec<u8>,
    /// The input is a directory.
    pub is_directory: bool,
}

/// An opened input.
pub struct Source {
    name: String,
    head: Head,
    body: Body,
    /// Bytes of the file, where that is known before it is read; 0 where not.
    length: u64,
}

enum Body {
    Stream(Box<dyn Read>),
    Directory(PathBuf),
}

impl Source {
    /// Opens an input, undoes gzip, byte-order mark and UTF-16, and looks at its first bytes. An input without any is an error.
    pub fn open(input: &Input) -> Result<Source, SourceError> {
        let name = input.name();
        if let Input::File(path) = input
            && is_directory(path)
        {
            return Source::open_directory(name, path);
        }
        let stream = raw(input).and_then(decode::decode).and_then(|plain| decode::peek(plain, HEAD_BYTES));
        let (bytes, stream) = stream.map_err(|error| unreadable(&name, &error))?;
        if bytes.is_empty() {
            return Err(SourceError::whole(&name, "results", "nothing: the input is empty", "did the tool that writes it fail?"));
        }
        Ok(Source { name, head: Head { bytes, is_directory: false }, body: Body::Stream(Box::new(stream)), length: length(input) })
    }

    /// Opens a file's bytes as they stand, whatever wraps them: for whoever must see what another program sees. It may be empty.
    pub fn open_verbatim(input: &Input) -> Result<Source, SourceError> {
        let name = input.name();
        if let Input::File(path) = input
            && is_directory(path)
        {
            return Err(SourceError::whole(&name, "a file", "a directory", "name the result file in it"));
        }
        let stream = raw(input).and_then(|raw| decode::peek(raw, HEAD_BYTES));
        let (bytes, stream) = stream.map_err(|error| unreadable(&name, &error))?;
        Ok(Source { name, head: Head { bytes, is_directory: false }, body: Body::Stream(Box::new(stream)), length: length(input) })
    }

    fn open_directory(name: String, path: &Path) -> Result<Source, SourceError> {
        let bytes = Directory::new(name.clone(), path.to_path_buf()).listing(HEAD_BYTES)?;
        if bytes.is_empty() {
            return Err(SourceError::whole(&name, "results", "a directory without files", "did the tool that writes it run?"));
        }
        Ok(Source { name, head: Head { bytes, is_directory: true }, body: Body::Directory(path.to_path_buf()), length: 0 })
    }

    /// Path as shown to people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first bytes.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The input as lines.
    pub fn lines(self) -> Result<Lines, SourceError> {
        Ok(Lines::new(self.buffer()?))
    }

    /// The input as CSV records.
    pub fn csv(self, delimiter: u8) -> Result<CsvRecords, SourceError> {
        Ok(CsvRecords::new(self.buffer()?, delimiter))
    }

    /// The input as XML tags.
    pub fn xml(self) -> Result<XmlTags, SourceError> {
        Ok(XmlTags::new(self.buffer()?))
    }

    /// The whole input, at most `limits::DOCUMENT_BYTES_MAX`.
    pub fn document(self) -> Result<Vec<u8>, SourceError> {
        // Room for the file as it stands, so that a large one is not copied again and again while it is read.
        let room = self.length.min(DOCUMENT_BYTES_MAX) + 1;
        let (name, stream) = self.stream()?;
        let mut bytes = Vec::with_capacity(usize::try_from(room).unwrap_or_default());
        stream.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&name, &error))?;
        if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
            return Err(SourceError::whole(&name, &format!("at most {DOCUMENT_BYTES_MAX} bytes"), "a larger document", ""));
        }
        Ok(bytes)
    }

    /// The input as a directory.
    pub fn directory(self) -> Result<Directory, SourceError> {
        match self.body {
            Body::Directory(root) => Ok(Directory::new(self.name, root)),
            Body::Stream(_) => Err(SourceError::whole(&self.name, "a directory", "a file", "")),
        }
    }

    fn buffer(self) -> Result<Buffer, SourceError> {
        let (name, stream) = self.stream()?;
        Ok(Buffer::new(name, stream))
    }

    fn stream(self) -> Result<(String, Box<dyn Read>), SourceError> {
        match self.body {
            Body::Stream(stream) => Ok((self.name, stream)),
            Body::Directory(_) => Err(SourceError::whole(&self.name, "a file", "a directory", "name the result file in it")),
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

fn raw(input: &Input) -> io::Result<Box<dyn Read>> {
    Ok(match input {
        Input::File(path) => Box::new(open_file(path)?),
        Input::Stdin => Box::new(io::stdin()),
        Input::Bytes { bytes, .. } => Box::new(io::Cursor::new(Arc::clone(bytes))),
    })
}

fn length(input: &Input) -> u64 {
    match input {
        Input::File(path) => fs::metadata(path).map_or(0, |metadata| metadata.len()),
        Input::Stdin => 0,
        Input::Bytes { bytes, .. } => bytes.len() as u64,
    }
}

fn is_directory(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

#[allow(clippy::disallowed_methods, reason = "a door to files")]
fn open_file(path: &Path) -> io::Result<fs::File> {
    fs::File::open(path)
}

fn unreadable(name: &str, error: &io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound => SourceError::whole(name, "results", "no such file", "did the tool that writes it run?"),
        io::ErrorKind::UnexpectedEof => SourceError::whole(name, "a whole file", "a cut one", "write it again"),
        _ => SourceError::whole(name, "a readable file", error.to_string(), ""),
    }
}

#[cfg(test)]
mod tests;
