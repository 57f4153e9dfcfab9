//! The contract of everything that leaves the program: reports and exporters.

use crate::model::{Outcome, Run, Sample, Window};

/// An output could not take what it was given, or could not be written. The text names the place and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputError(pub String);

impl From<std::io::Error> for OutputError {
    fn from(error: std::io::Error) -> Self {
        OutputError(error.to_string())
    }
}

/// What a report may look at: the verdict and the recordings it rests on. Reports compute no statistic.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    pub outcome: &'a Outcome,
    pub runs: &'a [Run],
}

/// A report or an exporter. Bytes go where `target` put them; no output opens a file or a socket itself.
pub trait Output {
    /// Whether `sample` does anything: sources are only teed to outputs that want samples.
    fn wants_samples(&self) -> bool {
        false
    }

    /// One observation, while it is made.
    fn sample(&mut self, _sample: &Sample<'_>) -> Result<(), OutputError> {
        Ok(())
    }

    /// A finished stretch of time.
    fn window(&mut self, _window: &Window) -> Result<(), OutputError> {
        Ok(())
    }

    /// The end: everything is known. Outputs of samples finish their document here.
    fn outcome(&mut self, report: &Report<'_>) -> Result<(), OutputError>;
}
