//! Folds what is pushed into it to a `Run` of some kilobytes.

mod sink;

pub use sink::{Rejected, Sink};
