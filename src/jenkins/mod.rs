//! The `jenkins` profile: what the Jenkins Performance Plugin (1007.vd486c5ea_b_416) does, to the last rounding, chosen by the
//! profile and by nothing else. Its own readers, because the plugin chooses other fields than we do; its own whole-millisecond
//! arithmetic; its own gates and outputs. The one place where the plugin's fail-open verdicts live, each with its [`Caution`].
//!
//! *settings → collect files → numbers → judge → outcome and files.*

mod gate;
mod import;
mod numbers;
mod settings;
mod written;

pub use gate::{Build, BuildResult, CurrentBuild, Judged, judge, report_name};
pub use import::{Import, ImportError, Imported, import};
pub use numbers::{Caution, Collected, Dropped, FileNumbers, LabelNumbers, Numbers, Parser, ParserFiles, Percentiles, SideFields};
pub use settings::{
    Builds, Constraint, ConstraintKind, ESCALATIONS, Escalation, METERED, Metered, OPERATORS, Operator, PARAMETERS, Parameter,
    ParameterKind, Settings,
};
pub use written::{Folder, WrittenFile};
