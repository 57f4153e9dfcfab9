//! From what was typed and written to a `Plan` with every default applied.

mod against;
mod assertion;
mod build;
mod checkup;
mod ci;
mod conditions;
mod error;
mod exit;
mod feed;
mod file;
mod find_rate;
mod history;
mod jenkins;
mod judged;
mod load;
mod material;
mod pace;
mod plan;
mod profile;
mod quarantine;
mod redact;
mod report;
mod scenario;
mod schedule;
mod scrape;
mod shadow;
mod shard;
mod suite;
mod table;
mod targets;
mod threshold;
mod transport;
mod value;

pub use against::{AutoFacts, interleaved};
pub use build::Request;
pub use checkup::{CheckupAsked, Shape, from_arguments as doctor};
pub use error::{ConfigError, Excerpt};
pub use exit::ExitMapping;
pub use file::{File, Gate};
pub use find_rate::{RateSearch, from_arguments as find_rate};
pub use history::{HistoryQuery, HistorySources, from_arguments as history};
pub use plan::{
    BaselineChoice, CONFIG_FILE, CheckSuite, ColorChoice, INTERLEAVED_PAIRS_EXPECTED, INTERLEAVED_PHASE, INTERLEAVED_WARM_UP, Keep, Plan,
    RESULTS, SHORT_RUN, SuitePlan, Surroundings, Tables, Verbosity,
};
pub use profile::{Profile, Step};
pub use report::ReportRequest;
pub use suite::Suite;
pub use targets::stream::open as stream_targets;
