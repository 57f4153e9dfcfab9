//! Accepted runs: found, read, appended. `file.rs` is the only door to them.

mod accept;
mod assemble;
pub mod builds;
mod edits;
mod error;
mod file;
mod find;
mod first_layout;
mod history;
mod layout;
mod level;
mod lines;
mod refusal;
mod seal;
mod store;
mod summary;
mod text;
mod words;

pub use accept::{Acceptance, accept, preview, text};
pub use edits::differs;
pub use error::BaselineError;
pub use file::{parse, suites};
pub use find::{Ahead, ahead, find, find_ahead, from_runs, load_file, of_file};
pub use history::{Kept, held, history};
pub use layout::{BASELINE_SCHEMA, StoredBaseline};
pub use level::moved;
pub use refusal::{Override, Refusal, refusals};
pub use store::Store;

#[cfg(test)]
mod tests;
