//! Produces samples. Measuring never judges.

mod child;
pub mod command;
mod error;
mod fresh;
pub mod git;
pub mod harness;
pub mod http;
pub mod interleave;
mod quoted;
pub mod scrape;
mod server;
pub mod tool;
pub mod versions;
mod words;

pub use child::{Child, Ending, Job, Log, Setting, Usage, run_to_end};
pub use error::MeasureError;
pub use server::{Server, ServerUsage};
