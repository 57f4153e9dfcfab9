//! Judges a comparison by thresholds. Pure.

mod rule;

pub use rule::{Attempts, Limit, Policy, Rule, Statistics, UnknownEnvironment};
