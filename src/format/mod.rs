//! Reads what other tools wrote; one file per producing tool.

mod reader;

pub use reader::{Claim, ReadError, Reader};
