//! Targets in a file of their own, in the two forms that vegeta reads: text (`METHOD URL`, headers below it, `@file` for the
//! body, `#` for comments) and JSON lines. They are requested in turn, from the start again after the last.

use super::error::{ConfigError, Document};
use super::material;
use super::value::{PORT, new_target, parse_header, parse_header_line, parse_method, parse_url};
use crate::judge::expression::ExpressionError;
use crate::limits::{BODY_BYTES_MAX, TARGETS_BYTES_MAX, TARGETS_MAX};
use crate::model::{LoadWork, Target, TargetFile};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

pub mod stream;

/// Reads the targets that a load refers to; paths are relative to `directory`. `has_server`: the suite chooses a port.
pub fn fill(load: &mut LoadWork, directory: &Path, has_server: bool) -> Result<(), ConfigError> {
    let Some(file) = load.targets_file.take_if(|file| !file.is_lazy) else { return Ok(()) };
    let (name, bytes) = bytes(&file.path, directory)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        ConfigError::new(format!("{name}:{line}"), "targets in UTF-8", "other bytes")
    })?;
    let document = Document::file(&name, &text);
    let mut reading = Reading { document, file: &file, directory, bodies: BTreeMap::new(), has_server, targets: Vec::new(), held: 0 };
    if text.trim_start().starts_with('{') {
        reading.json_lines()?
    } else {
        reading.text()?
    }
    if reading.targets.is_empty() {
        let error = ConfigError::new(&name, "at least one target, such as `GET http://127.0.0.1:8080/`", "none");
        return Err(error);
    }
    load.targets = reading.targets;
    Ok(())
}

/// How a file of targets is called in errors.
fn name_of(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_string() } else { path.display().to_string() }
}

/// What stands in the file, or comes on standard input, and how it is called in errors.
fn bytes(path: &Path, directory: &Path) -> Result<(String, Vec<u8>), ConfigError> {
    if path != Path::new("-") {
        return Ok((name_of(path), material::bytes("targets", directory, path, TARGETS_BYTES_MAX)?));
    }
    let name = name_of(path);
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(TARGETS_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| ConfigError::new(&name, "targets", error.to_string()))?;
    if bytes.len() as u64 > TARGETS_BYTES_MAX {
        let error = ConfigError::new(&name, format!("at most {TARGETS_BYTES_MAX} bytes of targets"), "more");
        return Err(error
            .hint("they are all read before the load starts, and then requested in turn; with --lazy they are read as they are needed"));
    }
    Ok((name, bytes))
}

/// A target in JSON. Other keys are a mistake: they would be ignored without a word.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    method: String,
    url: String,
    /// Base64.
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    header: Option<BTreeMap<String, Vec<String>>>,
}

struct Reading<'a> {
    document: Document<'a>,
    file: &'a TargetFile,
    directory: &'a Path,
    /// Read already, by path: many targets share one.
    bodies: BTreeMap<PathBuf, Vec<u8>>,
    has_server: bool,
    targets: Vec<Target>,
    /// Bytes of the targets so far.
    held: u64,
}

impl<'a> Reading<'a> {
    fn json_lines(&mut self) -> Result<(), ConfigError> {
        for (at, line) in lines(self.document.text) {
            let text = line.trim();
            if text.is_empty() {
                continue;
            }
            let span = at.start..at.start + line.trim_end().len();
            let line: Line = serde_json::from_str(text).map_err(|error| {
                let expected = "a target such as {\"method\":\"GET\",\"url\":\"http://127.0.0.1:8080/\"} with perhaps `body` and `header`";
                let start = span.start + error.column().saturating_sub(1).min(text.len());
                let why = error.to_string();
                let why = why.split(" at line ").next().unwrap_or_default();
                self.document.error_found(&(start..start), expected, super::error::cut(why))
            })?;
            let mistake = |error: ExpressionError| self.document.error_found(&span, error.expected, error.found);
            let mut target = new_target(parse_method(&line.method).map_err(mistake)?, parse_url(&line.url).map_err(mistake)?);
            for (name, values) in line.header.unwrap_or_default() {
                for value in values {
                    target.headers.push(parse_header(&name, &value).map_err(mistake)?);
                }
            }
            if let Some(body) = line.body {
                let not_base64 = |_| self.document.error_found(&span, "a body in base64", "another one");
                target.body = STANDARD.decode(body).map_err(not_base64)?;
            }
            self.push(target, &span)?;
        }
        Ok(())
    }

    fn text(&mut self) -> Result<(), ConfigError> {
        // The target whose headers are being read, and where it stands.
        let mut open: Option<(Target, Range<usize>)> = None;
        for (at, line) in lines(self.document.text) {
            let text = line.trim();
            let start = at.start + (line.len() - line.trim_start().len());
            let span = start..start + text.len();
            let is_target = text.split_once(' ').is_some_and(|(method, _)| parse_method(method).is_ok());
            if text.starts_with('#') {
                continue;
            }
            if text.is_empty() || is_target {
                self.close(open.take())?;
            }
            if text.is_empty() {
                continue;
            }
            match &mut open {
                None => open = Some((self.target(text, &span)?, span)),
                Some((target, _)) => match text.strip_prefix('@') {
                    Some(path) => {
                        target.body = self.body(Path::new(path.trim()), &span)?;
                        // The body is the last of a target.
                        self.close(open.take())?;
                    }
                    None => {
                        let inside = |mistake| self.document.inside(&span, text, mistake);
                        target.headers.push(parse_header_line(text).map_err(inside)?);
                    }
                },
            }
        }
        self.close(open)
    }

    /// `METHOD URL`.
    fn target(&self, text: &str, span: &Range<usize>) -> Result<Target, ConfigError> {
        let inside = |skipped: usize| {
            move |mistake: ExpressionError| {
                self.document.inside(span, text, ExpressionError { column: mistake.column + skipped, ..mistake })
            }
        };
        let Some((method, url)) = text.split_once(' ') else {
            return Err(self.document.error(span, "a target such as `GET http://127.0.0.1:8080/`"));
        };
        let method = parse_method(method).map_err(inside(0))?;
        let trimmed = url.trim_start();
        let skipped = method.len() + 1 + (url.len() - trimmed.len());
        Ok(new_target(method, parse_url(trimmed).map_err(inside(skipped))?))
    }

    fn body(&mut self, path: &Path, span: &Range<usize>) -> Result<Vec<u8>, ConfigError> {
        if let Some(body) = self.bodies.get(path) {
            return Ok(body.clone());
        }
        let body = material::bytes("body", self.directory, path, BODY_BYTES_MAX)
            .map_err(|error| self.document.error_found(span, error.expected, error.found))?;
        self.bodies.insert(path.to_path_buf(), body.clone());
        Ok(body)
    }

    fn close(&mut self, open: Option<(Target, Range<usize>)>) -> Result<(), ConfigError> {
        open.map_or(Ok(()), |(target, span)| self.push(target, &span))
    }

    /// Takes a target with what all of them have: its own headers and body go before that.
    fn push(&mut self, mut target: Target, span: &Range<usize>) -> Result<(), ConfigError> {
        if target.url.contains(PORT) && !self.has_server {
            let expected = format!("a port, because `{PORT}` is chosen only for a `server` of this suite");
            return Err(self.document.error_found(span, expected, format!("`{PORT}`")));
        }
        if self.targets.len() == TARGETS_MAX {
            return Err(self.document.error_found(span, format!("at most {TARGETS_MAX} targets"), "one more"));
        }
        let common = &self.file.common;
        let is_own = |name: &str| target.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let more: Vec<_> = common.headers.iter().filter(|(name, _)| !is_own(name)).cloned().collect();
        target.headers.extend(more);
        if target.body.is_empty() {
            target.body.clone_from(&common.body);
        }
        target.assertions.clone_from(&common.assertions);
        let headers: usize = target.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.held += (target.url.len() + headers + target.body.len()) as u64;
        if self.held > TARGETS_BYTES_MAX {
            return Err(self.document.error_found(span, format!("at most {TARGETS_BYTES_MAX} bytes of requests"), "more"));
        }
        self.targets.push(target);
        Ok(())
    }
}

/// The lines with their places, line ends left out.
fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start..start + line.len();
        start = at.end;
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

#[cfg(test)]
mod tests;
