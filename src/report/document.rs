//! A report that is written in one piece, when everything is known.

use super::Style;
use crate::output::{Output, OutputError, Report};
use std::io::Write;

/// Makes the whole text of a report.
pub type Render = fn(&Report<'_>, &Style) -> Result<String, OutputError>;

struct Document {
    out: Box<dyn Write>,
    style: Style,
    render: Render,
}

/// The output that writes what `render` makes of the outcome.
pub fn open(out: Box<dyn Write>, style: &Style, render: Render) -> Box<dyn Output> {
    Box::new(Document { out, style: style.clone(), render })
}

impl Output for Document {
    fn outcome(&mut self, report: &Report<'_>) -> Result<(), OutputError> {
        let text = (self.render)(report, &self.style)?;
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }
}
