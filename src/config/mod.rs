//! From what was typed and written to a `Plan` with every default applied.

mod plan;

pub use plan::{BaselineChoice, ColorChoice, ExitMapping, Plan, ReportRequest, SuitePlan, Verbosity};
