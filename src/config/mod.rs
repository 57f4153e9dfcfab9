//! From what was typed and written to a `Plan` with every default applied.

mod build;
mod ci;
mod conditions;
mod error;
mod file;
mod jenkins;
mod judged;
mod load;
mod material;
mod pace;
mod plan;
mod profile;
mod quarantine;
mod redact;
mod schedule;
mod shadow;
mod shard;
mod suite;
mod table;
mod threshold;
mod transport;
mod value;

pub use build::Request;
pub use error::{ConfigError, Excerpt};
pub use file::{File, Gate};
pub use plan::{
    BaselineChoice, CONFIG_FILE, CheckSuite, ColorChoice, ExitMapping, Keep, Plan, RESULTS, ReportRequest, SuitePlan, Surroundings, Tables,
    Verbosity,
};
pub use profile::{Profile, Step};
pub use suite::Suite;
