//! One integration binary: the built program in scratch projects, as a user would meet it.
#![allow(clippy::disallowed_methods, reason = "tests make their own files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a skipped test says why")]

mod accept;
mod builds;
mod check;
mod convert;
mod doctor;
mod durable;
mod fail_closed;
mod feeds;
mod first_use;
mod hello;
mod history;
mod http2;
mod init;
mod interleave;
mod interrupts;
mod jenkins;
mod laws;
mod load;
mod load_view;
mod project;
#[cfg(unix)]
mod pull_request;
mod repeat;
mod rules;
mod run;
mod signals;
#[cfg(unix)]
mod single;
mod tidy;
#[cfg(unix)]
mod versions;
