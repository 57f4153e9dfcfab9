//! From what was typed and written to a `Plan` with every default applied.

mod build;
mod error;
mod file;
mod find_rate;
mod load;
mod plan;
mod report;
mod shadow;
mod suite;
mod table;
mod threshold;
mod value;

pub use build::Request;
pub use error::{ConfigError, Excerpt};
pub use file::{File, Gate};
pub use find_rate::{RateSearch, from_arguments as find_rate};
pub use plan::{
    BaselineChoice, CheckSuite, ColorChoice, ExitMapping, Keep, Plan, ReportRequest, SuitePlan, Surroundings, Tables, Verbosity,
};
pub use suite::Suite;
