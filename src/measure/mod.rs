//! Produces samples.

pub mod http;
