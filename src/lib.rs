//! neverslower: a CI performance gate. Modules in the order data flows.
//!
//! - [`config`]: what was typed and written becomes a `Plan`.
//! - [`format`] over [`source`]: reads result files of other tools.
//! - [`measure`]: produces samples: the load engine.
//! - [`record`]: folds every observation into a `Run` of some kilobytes.
//! - [`judge`]: decides by thresholds.
//! - [`output`]: the contract of reports and exporters.
//! - [`model`]: the plain data between the stages; [`stats`]: the mathematics; [`limits`], [`clock`].

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests make their own files"))]

pub mod clock;
pub mod config;
pub mod format;
pub mod judge;
pub mod limits;
pub mod measure;
pub mod model;
pub mod output;
pub mod record;
pub mod source;
pub mod stats;
