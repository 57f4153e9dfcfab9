//! Where bytes go. Files appear whole or not at all: they are written beside their place and renamed into it.

use crate::limits::OUTPUT_BUFFER_BYTES;
use std::cell::RefCell;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

mod project;
#[cfg(test)]
mod tests;

pub use project::{add_lines, write_new};

/// Name of the one-line verdict in the results directory.
const VERDICT_FILE: &str = "verdict.txt";

/// A place that cannot be written. Shown as `path: what was tried: reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError {
    pub path: String,
    /// What was tried, and what the system answered.
    pub text: String,
}

impl TargetError {
    fn new(path: &Path, tried: &str, error: &io::Error) -> TargetError {
        TargetError { path: path.display().to_string(), text: format!("cannot {tried}: {error}") }
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; name a place that can be written", self.path, self.text)
    }
}

impl std::error::Error for TargetError {}

/// A place for the bytes of one output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Data. A reader that went away (`| head`) is not an error.
    Stdout,
    /// Text for people while standard output carries data.
    Stderr,
    /// Written atomically; missing parent directories are made. A device or a pipe is written as it is.
    File(PathBuf),
    /// Kept, and handed over by [`Pending::commit`].
    Buffer,
}

impl Target {
    /// Opens the place. The writer is for the output, the rest for whoever decides that the output is complete; without
    /// `commit` a file does not appear.
    pub fn open(&self) -> Result<(Box<dyn Write>, Pending), TargetError> {
        match self {
            Target::Stdout => Ok(stream("standard output", io::stdout())),
            Target::Stderr => Ok(stream("standard error", io::stderr())),
            Target::File(path) if is_special(path) => {
                let file = OpenOptions::new().write(true).open(path).map_err(|e| TargetError::new(path, "open it", &e))?;
                Ok(stream(&path.display().to_string(), file))
            }
            Target::File(path) => {
                let file = Shared::new(AtomicFile::create(path)?);
                Ok((Box::new(file.clone()), Pending(Held::File(file))))
            }
            Target::Buffer => {
                let bytes = Shared::new(Vec::new());
                Ok((Box::new(bytes.clone()), Pending(Held::Buffer(bytes))))
            }
        }
    }
}

/// Renaming over `/dev/null` or a named pipe would replace it.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn stream(name: &str, inner: impl Write + 'static) -> (Box<dyn Write>, Pending) {
    let writer = BufWriter::with_capacity(OUTPUT_BUFFER_BYTES, Tolerant { inner, is_gone: false });
    let shared = Shared::new(writer);
    (Box::new(shared.clone()), Pending(Held::Stream { name: name.to_string(), writer: Box::new(shared) }))
}

/// What is still to be done for a place once its output is complete.
pub struct Pending(Held);

enum Held {
    Stream { name: String, writer: Box<dyn Write> },
    File(Shared<AtomicFile>),
    Buffer(Shared<Vec<u8>>),
}

impl Pending {
    /// Makes it final: flushes a stream, lets a file appear under its name. Returns the bytes of a buffer, else none.
    pub fn commit(self) -> Result<Vec<u8>, TargetError> {
        match self.0 {
            Held::Stream { name, mut writer } => {
                writer.flush().map_err(|e| TargetError::new(Path::new(&name), "write it", &e))?;
                Ok(Vec::new())
            }
            Held::File(file) => file.0.borrow_mut().finish().map(|()| Vec::new()),
            Held::Buffer(bytes) => Ok(bytes.0.take()),
        }
    }
}

/// One writer held by the output that fills it and by the `Pending` that finishes it.
struct Shared<W>(Rc<RefCell<W>>);

impl<W> Shared<W> {
    fn new(inner: W) -> Self {
        Shared(Rc::new(RefCell::new(inner)))
    }
}

impl<W> Clone for Shared<W> {
    fn clone(&self) -> Self {
        Shared(Rc::clone(&self.0))
    }
}

impl<W: Write> Write for Shared<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// Swallows everything once the reader has gone away.
struct Tolerant<W> {
    inner: W,
    is_gone: bool,
}

impl<W: Write> Tolerant<W> {
    fn attempt<T>(&mut self, otherwise: T, action: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if self.is_gone {
            return Ok(otherwise);
        }
        match action(&mut self.inner) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_gone = true;
                Ok(otherwise)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for Tolerant<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt((), Write::flush)
    }
}

/// A file that appears under its name, whole, when it is committed. Dropped before that it leaves nothing behind.
/// Not synchronised to the disk: these files are evidence of a run, and a machine that lost power has no run to show.
pub struct AtomicFile {
    path: PathBuf,
    temporary: PathBuf,
    /// `None` once committed.
    file: Option<BufWriter<File>>,
}

impl AtomicFile {
    /// Opens a temporary file in the directory of `path`, which is made when missing. A link is followed, so that the
    /// file it names is replaced and not the link.
    pub fn create(path: &Path) -> Result<AtomicFile, TargetError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let failed = |tried: &str, error: io::Error| TargetError::new(path, tried, &error);
        if path.is_dir() {
            return Err(failed("write a file here", io::ErrorKind::IsADirectory.into()));
        }
        let place = if path.is_symlink() { fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()) } else { path.to_path_buf() };
        let directory = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(directory).map_err(|e| failed("make its directory", e))?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = directory.join(format!(".neverslower-{}-{number}.tmp", std::process::id()));
        let file =
            OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(|e| failed("make a temporary file beside it", e))?;
        Ok(AtomicFile { path: place, temporary, file: Some(BufWriter::with_capacity(OUTPUT_BUFFER_BYTES, file)) })
    }

    /// Lets the file appear, in place of an earlier one.
    pub fn commit(mut self) -> Result<(), TargetError> {
        self.finish()
    }

    fn finish(&mut self) -> Result<(), TargetError> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        let written = file.flush().and_then(|()| fs::rename(&self.temporary, &self.path));
        written.map_err(|error| {
            remove_quietly(&self.temporary);
            TargetError::new(&self.path, "write it", &error)
        })
    }

    fn open_file(&mut self) -> io::Result<&mut BufWriter<File>> {
        self.file.as_mut().ok_or_else(|| io::Error::other("the file is already complete"))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.open_file()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        // An output may flush again after the commit: there is nothing left to do then.
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // Without flushing what would be thrown away in the next line.
            drop(file.into_parts());
            remove_quietly(&self.temporary);
        }
    }
}

/// Removes a temporary file; that it cannot be removed must not hide the reason why it is.
fn remove_quietly(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Writes the last word of a `run` or `check`: one line in `verdict.txt` under the results directory.
pub fn write_verdict(directory: &Path, line: &str) -> Result<(), TargetError> {
    let path = directory.join(VERDICT_FILE);
    let mut file = AtomicFile::create(&path)?;
    writeln!(file, "{line}").map_err(|e| TargetError::new(&path, "write it", &e))?;
    file.commit()
}

/// Removes the verdict of an earlier run, so that a stale one is never taken for this one's.
pub fn remove_verdict(directory: &Path) -> Result<(), TargetError> {
    let path = directory.join(VERDICT_FILE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(TargetError::new(&path, "remove the verdict of an earlier run", &error))
        }
        _ => Ok(()),
    }
}

/// Removes what an earlier run wrote into a folder of the results directory: the files and directories whose names match a
/// glob. The folder goes too when nothing else is in it.
pub fn remove_earlier(directory: &Path, folder: &str, names: &[&str]) -> Result<(), TargetError> {
    let folder = directory.join(folder);
    let failed = |path: &Path, error: io::Error| TargetError::new(path, "remove what an earlier run wrote", &error);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(&folder, error)),
    };
    let patterns: Vec<glob::Pattern> = names.iter().filter_map(|name| glob::Pattern::new(name).ok()).collect();
    for entry in entries {
        let entry = entry.map_err(|error| failed(&folder, error))?;
        let path = entry.path();
        if !patterns.iter().any(|pattern| pattern.matches(&entry.file_name().to_string_lossy())) {
            continue;
        }
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = if is_directory { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(|error| failed(&path, error))?;
    }
    if folder != directory {
        remove_if_empty(&folder);
    }
    Ok(())
}

/// Removes a folder in which nothing is left.
pub fn remove_if_empty(folder: &Path) {
    // Fails where others keep something there, which is then theirs.
    let _ = fs::remove_dir(folder);
}
