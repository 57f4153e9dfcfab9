//! `vegeta encode --to json`: one object a line. The binary default of `vegeta attack` is recognised and refused.

use super::vegeta::{Hit, Hits};
use super::{Claim, ReadError, Reader};
use crate::record::Sink;
use crate::source::{Head, Source, quoted};
use serde::Deserialize;
use std::borrow::Cow;

/// `vegeta-json`.
pub(super) struct VegetaJson;

/// Members of a line; body and headers are passed over without being kept.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, default)]
    attack: Cow<'a, str>,
    code: u16,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    latency: u64,
    #[serde(default)]
    bytes_out: u64,
    #[serde(default)]
    bytes_in: u64,
    #[serde(borrow, default)]
    error: Cow<'a, str>,
    #[serde(borrow, default)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    url: Cow<'a, str>,
}

impl Reader for VegetaJson {
    fn name(&self) -> &'static str {
        "vegeta-json"
    }

    fn about(&self) -> &'static str {
        "results of vegeta attack, as `vegeta encode` writes them"
    }

    fn detect(&self, head: &Head) -> Claim {
        if head.is_directory {
            return Claim::No;
        }
        let first = head.bytes.trim_ascii_start();
        let first = memchr::memchr(b'\n', first).and_then(|end| first.get(..end)).unwrap_or(first);
        let has = |member: &[u8]| memchr::memmem::find(first, member).is_some();
        let is_object = first.first() == Some(&b'{') && has(b"\"code\":") && has(b"\"timestamp\":") && has(b"\"latency\":");
        if (is_object && (has(b"\"attack\":") || has(b"\"seq\":"))) || is_gob(head) { Claim::Certain } else { Claim::No }
    }

    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let path = source.name().to_string();
        if is_gob(source.head()) {
            let hint = format!("run `vegeta encode --to json {path}` and give its output");
            return Err(ReadError::at(&path, 0, "vegeta's results as JSON or CSV", "its binary form (gob)", &hint));
        }
        let mut hits = Hits::new(path.clone(), sink);
        let mut lines = source.lines()?;
        while let Some(line) = lines.next()? {
            if line.text.trim().is_empty() {
                continue;
            }
            let object: Object<'_> = match serde_json::from_str(line.text) {
                Ok(object) => object,
                Err(_) if !line.is_terminated => {
                    hits.cut(line.number);
                    continue;
                }
                Err(error) => {
                    let found = format!("{} ({error})", quoted(line.text));
                    let column = error.column() as u64;
                    return Err(ReadError { column, ..ReadError::at(&path, line.number, "a result of vegeta", found, "") });
                }
            };
            let mut code = [0; 5];
            hits.push(&hit(&object, write_code(object.code, &mut code)), line.number)?;
        }
        hits.finish()
    }
}

fn hit<'a>(object: &'a Object<'_>, code: &'a str) -> Hit<'a> {
    let start: Option<jiff::Timestamp> = object.timestamp.parse().ok();
    Hit {
        attack: &object.attack,
        method: &object.method,
        url: &object.url,
        code,
        start_ns: start.and_then(|start| u64::try_from(start.as_nanosecond()).ok()),
        latency_ns: object.latency,
        bytes_in: object.bytes_in,
        bytes_out: object.bytes_out,
        error: &object.error,
    }
}

/// The code in digits, without an allocation a line.
fn write_code(code: u16, room: &mut [u8; 5]) -> &str {
    use std::io::Write;
    let mut rest = room.as_mut_slice();
    let _ = write!(rest, "{code}");
    let written = 5 - rest.len();
    room.get(..written).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default()
}

/// Go's encoding of a stream whose type is called `Result` and has a member `Attack`.
fn is_gob(head: &Head) -> bool {
    let first = head.bytes.get(..head.bytes.len().min(64)).unwrap_or_default();
    memchr::memmem::find(first, b"\x06Result").is_some() && memchr::memmem::find(first, b"\x06Attack").is_some()
}

#[cfg(test)]
mod tests {
    use crate::format::read;
    use crate::record::{Keep, Recorder};
    use crate::source::Input;

    fn check(bytes: &[u8], want: &str) {
        let error = read(&Input::bytes("x.bin", bytes), None, &mut Recorder::new(Keep::Exact)).unwrap_err();
        assert_eq!(error.to_string(), want);
    }

    #[test]
    fn refuses_the_binary_form_and_damage_with_the_way_out() {
        // The first bytes of what `vegeta attack` writes.
        let gob = b"\xff\x96\x7f\x03\x01\x01\x06Result\x01\xff\x80\x00\x01\x0c\x01\x06Attack\x01\x0c\x00\x01\x03Seq\x01\x06\x00";
        check(
            gob,
            "x.bin: expected vegeta's results as JSON or CSV, found its binary form (gob); run `vegeta encode --to json x.bin` and give its output",
        );
        let line = r#"{"attack":"","seq":0,"code":200,"timestamp":"2026-11-23T17:46:49Z","latency":"#;
        check(
            format!("{line}5}}\n{line}-5}}\n").as_bytes(),
            "x.bin:2:79: expected a result of vegeta, found \
             \"{\\\"attack\\\":\\\"\\\",\\\"seq\\\":0,\\\"code\\\":200,\\\"timestamp\\\":\\\"2026-11-23T17:46:49Z\\\",\\\"latency\\\":-5}\" \
             (invalid value: integer `-5`, expected u64 at line 1 column 79)",
        );
    }
}
