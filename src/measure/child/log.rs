//! What children print: a bounded file that they write themselves, so that no thread of ours runs beside a measurement.

use super::MeasureError;
use crate::limits;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The log of one or more children, written one after the other.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    /// Opened to append, and so are the children's: when the file is shortened they go on at its new end.
    file: File,
}

impl Log {
    /// An empty log; the directory is made where it is missing.
    pub fn create(path: &Path) -> Result<Log, MeasureError> {
        make(path)?;
        let file = OpenOptions::new().append(true).open(path).map_err(|error| cannot_write(path, &error))?;
        Ok(Log { path: path.to_path_buf(), file })
    }

    /// The last lines in a log that is no longer written.
    pub fn lines(path: &Path) -> Vec<String> {
        last_lines(path)
    }

    /// What a command printed into a file of its own; at most so many bytes.
    pub fn bytes(path: &Path, bytes_max: u64) -> Result<Vec<u8>, MeasureError> {
        let mut bytes = Vec::new();
        let read = open(path).and_then(|file| file.take(bytes_max + 1).read_to_end(&mut bytes));
        let failed = |reason: String| MeasureError::Failed(format!("{}: cannot read what a command printed: {reason}", path.display()));
        match read {
            Ok(read) if read as u64 > bytes_max => Err(failed(format!("more than {bytes_max} bytes"))),
            Ok(_) => Ok(bytes),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    pub(super) fn writer(&self) -> io::Result<Stdio> {
        Ok(Stdio::from(self.file.try_clone()?))
    }

    /// Shortens the log to its newest part when it has outgrown its bound. Lines written at that very moment may be lost.
    pub fn bound(&self) {
        self.keep(limits::LOG_BYTES_MAX, limits::LOG_KEPT_BYTES).ok();
    }

    pub(super) fn keep(&self, bytes_max: u64, kept: u64) -> io::Result<()> {
        if self.file.metadata()?.len() > bytes_max {
            let newest = last_bytes(&self.path, kept)?;
            self.file.set_len(0)?;
            let mut file = &self.file;
            file.write_all(b"[neverslower: the log outgrew its bound; older lines were dropped here]\n")?;
            file.write_all(&newest)?;
        }
        Ok(())
    }

    /// The end of a sentence about a failed child: the last lines that it printed and where all of them lie. A child that
    /// logged nothing may have complained on its standard output.
    pub(super) fn ending(&self, stdout: Option<&Path>) -> String {
        let printed = [Some(self.path.as_path()), stdout].into_iter().flatten().map(|path| (path, last_lines(path)));
        match printed.into_iter().find(|(_, lines)| !lines.is_empty()) {
            Some((path, lines)) => format!("{} ends with:\n  | {}", path.display(), lines.join("\n  | ")),
            None => format!("it printed nothing ({})", self.path.display()),
        }
    }
}

/// An empty file for a child to write.
pub(super) fn make(path: &Path) -> Result<File, MeasureError> {
    let directory = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let file = directory.and_then(|()| OpenOptions::new().write(true).create(true).truncate(true).open(path));
    file.map_err(|error| cannot_write(path, &error))
}

pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// A text for a child to read.
pub(super) fn write(path: &Path, text: &str) -> Result<(), MeasureError> {
    make(path)?.write_all(text.as_bytes()).map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &io::Error) -> MeasureError {
    MeasureError::Failed(format!("{}: cannot write what a command prints: {error}", path.display()))
}

fn last_bytes(path: &Path, count: u64) -> io::Result<Vec<u8>> {
    let mut file = open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(count)))?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The last printed lines, without blank ones and without what would move the cursor; empty when there are none.
fn last_lines(path: &Path) -> Vec<String> {
    let bytes = last_bytes(path, limits::LOG_KEPT_BYTES).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let printable = |line: &str| line.chars().filter(|c| !c.is_control()).take(limits::LOG_LINE_CHARS_MAX).collect::<String>();
    let lines = text.lines().rev().map(printable).filter(|line| !line.trim().is_empty());
    let mut lines: Vec<String> = lines.take(limits::LOG_TAIL_LINES).collect();
    lines.reverse();
    lines
}
