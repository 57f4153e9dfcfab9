//! The `jenkins` profile: what the Jenkins Performance Plugin (1007.vd486c5ea_b_416) does, to the last rounding, chosen by the
//! profile and by nothing else. Its own readers, because the plugin chooses other fields than we do; its own whole-millisecond
//! arithmetic; its own gates and outputs. The one place where the plugin's fail-open verdicts live, each with its [`Caution`].
//!
//! *settings → collect files → numbers → judge → outcome and files.*

mod arithmetic;
mod collect;
mod dates;
mod entries;
mod filter;
mod fold;
mod json;
mod numbers;
mod readers;
mod settings;
mod sniff;
mod statistics;
mod taurus_totals;

pub use arithmetic::{breach, div, print_f64, round, round2, trunc};
pub use collect::{Abort, collect, collect_inputs, report_name};
pub use fold::key;
pub use json::{REPORT, to_json};
pub use numbers::{Caution, Collected, Dropped, FileNumbers, LabelNumbers, Numbers, Parser, ParserFiles, Percentiles, SideFields};
pub use settings::{Builds, Constraint, ConstraintKind, Escalation, Metered, Operator, Settings};
