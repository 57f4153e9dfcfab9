//! neverslower: a CI performance gate. Modules in the order data flows.
//!
//! - [`config`]: what was typed and written becomes a `Plan`.
//! - [`format`] over [`source`]: reads result files of other tools.
//! - [`record`]: folds every observation into a `Run` of some kilobytes.
//! - [`baseline`]: the accepted runs, committed to the repository.
//! - [`compare`]: puts a run beside them.
//! - [`judge`]: decides by thresholds.
//! - [`output`]: the contract of reports and exporters.
//! - [`model`]: the plain data between the stages; [`stats`]: the mathematics; [`limits`], [`clock`].

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests make their own files"))]

pub mod baseline;
pub mod clock;
pub mod compare;
pub mod config;
pub mod format;
pub mod judge;
pub mod limits;
pub mod model;
pub mod output;
pub mod record;
pub mod source;
pub mod stats;
