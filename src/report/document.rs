//! A report that is written in one piece, when everything is known.

use super::Style;
use crate::limits::OUTPUT_BUFFER_BYTES;
use crate::output::{Output, OutputError, Report};
use serde::Serialize;
use serde_json::ser::Formatter;
use std::io::{self, BufWriter, Write};

struct Document<W> {
    out: Box<dyn Write>,
    style: Style,
    write: W,
}

/// The output that writes the text that `render` makes of the outcome.
pub fn open(out: Box<dyn Write>, style: &Style, render: fn(&Report<'_>, &Style) -> Result<String, OutputError>) -> Box<dyn Output> {
    let write = move |report: &Report<'_>, style: &Style, out: &mut dyn Write| {
        let text = render(report, style)?;
        Ok(out.write_all(text.as_bytes())?)
    };
    Box::new(Document { out, style: style.clone(), write })
}

/// The output of a document that is written as it is made, because it may be large.
pub fn written(
    out: Box<dyn Write>,
    style: &Style,
    write: fn(&Report<'_>, &Style, &mut dyn Write) -> Result<(), OutputError>,
) -> Box<dyn Output> {
    let write = move |report: &Report<'_>, style: &Style, out: &mut dyn Write| {
        let mut out = BufWriter::with_capacity(OUTPUT_BUFFER_BYTES, out);
        write(report, style, &mut out)?;
        Ok(out.flush()?)
    };
    Box::new(Document { out, style: style.clone(), write })
}

/// The same of a JSON document.
pub fn json(
    out: Box<dyn Write>,
    style: &Style,
    write: fn(&Report<'_>, &Style, &mut JsonWriter<'_>) -> Result<(), OutputError>,
) -> Box<dyn Output> {
    let write = move |report: &Report<'_>, style: &Style, out: &mut dyn Write| {
        let mut json = JsonWriter(BufWriter::with_capacity(OUTPUT_BUFFER_BYTES, out));
        write(report, style, &mut json)?;
        Ok(json.0.flush()?)
    };
    Box::new(Document { out, style: style.clone(), write })
}

/// Takes one value and writes it: two spaces, a newline at the end.
pub struct JsonWriter<'a>(BufWriter<&'a mut dyn Write>);

impl JsonWriter<'_> {
    /// Writes the document.
    pub fn write(&mut self, value: &impl Serialize) -> Result<(), serde_json::Error> {
        let layout = Layout { depth: 0, is_empty: true };
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut self.0, layout))?;
        self.0.write_all(b"\n").map_err(serde_json::Error::io)
    }
}

/// The layout of `serde_json::to_writer_pretty`, which writes each step of an indentation by itself. Large documents are mostly
/// beginnings of lines, so here they are one piece each.
struct Layout {
    depth: usize,
    /// Nothing stands in the innermost array or object yet.
    is_empty: bool,
}

/// The beginning of a line behind another member, as deep as any of our documents is.
const LINE: &[u8] = b",\n                        ";
const INDENTATION: &[u8] = b"  ";

impl Layout {
    fn begin<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        (self.depth, self.is_empty) = (self.depth + 1, true);
        out.write_all(bracket)
    }

    fn line<W: ?Sized + Write>(&self, out: &mut W, is_first: bool) -> io::Result<()> {
        let (from, to) = (usize::from(is_first), 2 + INDENTATION.len() * self.depth);
        match LINE.get(from..to) {
            Some(line) => out.write_all(line),
            None => {
                out.write_all(LINE.get(from..2).unwrap_or_default())?;
                (0..self.depth).try_for_each(|_| out.write_all(INDENTATION))
            }
        }
    }

    fn end<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if !self.is_empty {
            self.line(out, true)?;
        }
        self.is_empty = false;
        out.write_all(bracket)
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }
}

impl<W: Fn(&Report<'_>, &Style, &mut dyn Write) -> Result<(), OutputError>> Output for Document<W> {
    fn outcome(&mut self, report: &Report<'_>) -> Result<(), OutputError> {
        (self.write)(report, &self.style, &mut *self.out)?;
        Ok(self.out.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::JsonWriter;
    use std::io::{BufWriter, Write};

    fn check(value: &serde_json::Value) {
        let (mut bytes, expected) = (Vec::new(), serde_json::to_string_pretty(value).unwrap() + "\n");
        let out: &mut dyn Write = &mut bytes;
        let mut json = JsonWriter(BufWriter::new(out));
        json.write(value).unwrap();
        json.0.flush().unwrap();
        drop(json);
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn documents_are_laid_out_as_by_serde_json() {
        check(&serde_json::json!({"a": [], "b": {}, "c": [1, [], [{}, {"d": null}], "e"], "f": {"g": {"h": []}}}));
        check(&(0..20).fold(serde_json::json!([]), |inner, _| serde_json::json!([inner, {"deep": [1]}])));
        check(&serde_json::json!("alone"));
    }
}
