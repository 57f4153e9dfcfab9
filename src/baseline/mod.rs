//! Accepted runs: found, read, appended. `file.rs` is the only door to them.

mod accept;
pub mod builds;
mod edits;
mod error;
mod file;
mod find;
mod layout;
mod refusal;
mod store;
mod summary;

pub use accept::{Proposal, propose, write};
pub use edits::differs;
pub use error::BaselineError;
pub use file::parse;
pub use find::{find, from_runs, load_file};
pub use layout::{BASELINE_SCHEMA, StoredBaseline};
pub use refusal::{Override, Refusal, refusals};
pub use store::Store;

#[cfg(test)]
mod tests;
