//! One integration binary: the built program in scratch projects, as a user would meet it.
#![allow(clippy::disallowed_methods, reason = "tests make their own files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a skipped test says why")]

mod accept;
mod check;
mod convert;
mod fail_closed;
mod first_use;
mod hello;
mod interrupts;
mod load;
mod project;
mod run;
mod tidy;
