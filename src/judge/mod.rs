//! Judges a comparison by thresholds. Pure.

pub mod expression;
mod rule;

pub use rule::{Attempts, Limit, Policy, Rule, Statistics, UnknownEnvironment};
