//! A report that is written in one piece, when everything is known.

use super::Style;
use crate::limits::OUTPUT_BUFFER_BYTES;
use crate::output::{Output, OutputError, Report};
use serde::Serialize;
use std::io::{BufWriter, Write};

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

/// The output of a JSON document, which is written as it is made because it may be large.
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
        serde_json::to_writer_pretty(&mut self.0, value)?;
        self.0.write_all(b"\n").map_err(serde_json::Error::io)
    }
}

impl<W: Fn(&Report<'_>, &Style, &mut dyn Write) -> Result<(), OutputError>> Output for Document<W> {
    fn outcome(&mut self, report: &Report<'_>) -> Result<(), OutputError> {
        (self.write)(report, &self.style, &mut *self.out)?;
        Ok(self.out.flush()?)
    }
}
