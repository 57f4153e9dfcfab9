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
mod gate;
mod import;
mod json;
mod names;
mod numbers;
mod readers;
mod settings;
mod sniff;
mod statistics;
mod summary_type;
mod taurus_totals;
mod written;

pub use collect::{Abort, collect, collect_inputs};
pub use entries::files;
pub use gate::{Build, BuildResult, CurrentBuild, Judged, judge};
pub use import::{Import, ImportError, Imported, import};
pub use json::{REPORT, to_json};
pub use numbers::{Caution, Collected, Dropped, FileNumbers, LabelNumbers, Numbers, Parser, ParserFiles, Percentiles, SideFields};
pub use settings::{
    Builds, Constraint, ConstraintKind, ESCALATIONS, Escalation, METERED, Metered, OPERATORS, Operator, PARAMETERS, Parameter,
    ParameterKind, Settings,
};
pub use written::{Folder, WrittenFile};
