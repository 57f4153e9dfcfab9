//! Folds what is pushed into it to a `Run` of some kilobytes.

mod buckets;
mod exemplars;
mod fold;
mod label;
mod recorder;
mod shards;
mod sink;
mod status_codes;
mod summarise;
mod timeline;

pub use fold::Keep;
pub use recorder::Recorder;
pub use shards::join_shards;
pub use sink::{Rejected, Sink, Tee};
