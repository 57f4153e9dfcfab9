//! Targets that are read as they are needed: of a stream that may never end, never all in memory.

use super::{Reading, name_of};
use crate::config::error::{ConfigError, Document};
use crate::config::material;
use crate::config::value::parse_method;
use crate::limits::{LOAD_STREAM_AHEAD, RECORD_BYTES_MAX};
use crate::model::{Target, TargetFile};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};

/// Reads a stream of targets on a thread of its own, a bounded number of them ahead of whoever takes them. An error is the last
/// thing that comes. The thread ends with the stream, or when nobody takes targets any more and another one comes.
pub fn open(file: &TargetFile, directory: &Path) -> Result<Receiver<Result<Target, String>>, ConfigError> {
    let (sender, receiver) = sync_channel(LOAD_STREAM_AHEAD);
    let (file, directory) = (file.clone(), directory.to_path_buf());
    let bytes: Box<dyn io::Read + Send> =
        if file.path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(material::open("targets", &directory, &file.path)?) };
    std::thread::spawn(move || {
        let mut blocks = Blocks::new(BufReader::new(bytes), name_of(&file.path));
        loop {
            let read = match blocks.next() {
                Ok(None) => return,
                Ok(Some(block)) => targets(&block, &blocks.name, &file, &directory),
                Err(error) => Err(error),
            };
            let is_over = read.is_err();
            let read = read.map_or_else(|error| vec![Err(error.to_string())], |targets| targets.into_iter().map(Ok).collect());
            if is_over | read.into_iter().any(|target| sender.send(target).is_err()) {
                return;
            }
        }
    });
    Ok(receiver)
}

/// The lines of one target.
#[derive(Debug, Default, PartialEq, Eq)]
struct Block {
    /// Lines before it.
    skipped: usize,
    text: String,
    is_json: bool,
}

fn targets(block: &Block, name: &str, file: &TargetFile, directory: &Path) -> Result<Vec<Target>, ConfigError> {
    let document = Document { skipped: block.skipped, ..Document::file(name, &block.text) };
    let bodies = BTreeMap::new();
    let mut reading = Reading { document, file, directory, bodies, has_server: false, targets: Vec::new(), held: 0 };
    if block.is_json {
        reading.json_lines()?
    } else {
        reading.text()?
    }
    Ok(reading.targets)
}

/// A stream cut into blocks, as far as that can be done by the beginnings of lines.
struct Blocks<R> {
    reader: R,
    name: String,
    lines: usize,
    /// The first line that says something began with `{`.
    is_json: Option<bool>,
    /// Begun by the line that ended the block before.
    next: Block,
}

impl<R: BufRead> Blocks<R> {
    fn new(reader: R, name: String) -> Blocks<R> {
        Blocks { reader, name, lines: 0, is_json: None, next: Block::default() }
    }

    /// The next block; `None` at the end of the stream.
    fn next(&mut self) -> Result<Option<Block>, ConfigError> {
        let mut block = std::mem::take(&mut self.next);
        while let Some(line) = self.line()? {
            let text = line.trim();
            if text.is_empty() || text.starts_with('#') {
                if text.is_empty() && !block.text.is_empty() {
                    return Ok(Some(block));
                }
                // Within a target, so that lines keep their numbers.
                block.text.push_str(if block.text.is_empty() { "" } else { &line });
                continue;
            }
            let is_json = *self.is_json.get_or_insert(text.starts_with('{'));
            let is_target = is_json || text.split_once(' ').is_some_and(|(method, _)| parse_method(method).is_ok());
            // A body is the last line of a target, and JSON the only one.
            let is_last = is_json || text.starts_with('@');
            if !block.text.is_empty() && is_target {
                self.next = Block { skipped: self.lines - 1, text: line, is_json };
                return Ok(Some(block));
            }
            if block.text.is_empty() {
                block = Block { skipped: self.lines - 1, is_json, ..Block::default() };
            }
            block.text.push_str(&line);
            if is_last {
                return Ok(Some(block));
            }
            if block.text.len() > RECORD_BYTES_MAX {
                return Err(self.error(format!("a target of at most {RECORD_BYTES_MAX} bytes"), "a longer one"));
            }
        }
        Ok(Some(block).filter(|block| !block.text.is_empty()))
    }

    /// The next line, with its end.
    fn line(&mut self) -> Result<Option<String>, ConfigError> {
        let mut bytes = Vec::new();
        let limit = RECORD_BYTES_MAX as u64 + 1;
        let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut bytes);
        read.map_err(|error| self.error("targets", error.to_string()))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.lines += 1;
        if bytes.len() as u64 == limit {
            return Err(self.error(format!("a line of at most {RECORD_BYTES_MAX} bytes"), "a longer one"));
        }
        String::from_utf8(bytes).map(Some).map_err(|_| self.error("targets in UTF-8", "other bytes"))
    }

    fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> ConfigError {
        ConfigError::new(format!("{}:{}", self.name, self.lines), expected, found)
    }
}
