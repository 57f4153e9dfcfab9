//! neverslower: a CI performance gate. Modules in the order data flows.
//!
//! - [`cli`]: what can be typed. [`config`]: what was typed and written becomes a `Plan`. [`command`]: one file per subcommand.
//! - [`pipeline`]: the straight line through everything below.
//! - [`measure`]: produces samples: runs programs, benchmarks, tools, servers and load. [`interrupt`]: Ctrl-C as a flag.
//! - [`mod@format`] over [`source`]: reads result files of other tools.
//! - [`record`]: folds every observation into a `Run` of some kilobytes.
//! - [`jenkins`]: the profile that reproduces the Jenkins Performance Plugin, beside all of the below.
//! - [`baseline`]: the accepted runs. [`compare`]: the run beside them. [`judge`]: decides by thresholds.
//! - [`output`]: the contract of reports; [`report`]: what people and other tools read; [`target`]: where the bytes go.
//! - [`model`]: the plain data between the stages; [`stats`]: the mathematics; [`limits`], [`clock`], [`net`], [`machine`],
//!   [`terminal`].

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests make their own files"))]

pub mod baseline;
pub mod cli;
pub mod clock;
pub mod command;
pub mod compare;
pub mod config;
pub mod format;
pub mod interrupt;
pub mod jenkins;
pub mod judge;
pub mod limits;
pub mod machine;
pub mod measure;
pub mod model;
pub mod net;
pub mod output;
pub mod pipeline;
pub mod record;
pub mod report;
pub mod source;
pub mod stats;
pub mod target;
pub mod terminal;
