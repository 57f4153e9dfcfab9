//! Plain data that travels between the stages. No I/O, no clock, no mathematics beyond `stats`.

mod change;
mod comparison;
mod condition;
pub mod error_kind;
pub mod humanize;
pub mod metric;
mod outcome;
mod pull_request;
mod run;
mod sample;
mod series;
mod stored;
mod summary;
mod summary_form;
mod transport;
mod unit;
mod work;

pub use comparison::{Band, BaselineFacts, BaselineKind, Before, Change, Changes, ComparedSeries, Comparison, Edited, Pinned};
pub use condition::{Condition, Side};
pub use outcome::{Confirmation, Finding, FindingKind, Outcome, Place, SuiteOutcome, Verdict};
pub use pull_request::PullRequest;
pub use run::{Environment, Exemplar, LoadFacts, LoadModel, Note, Run, RunFacts, Shard, Window};
pub use sample::{Request, Sample, Value};
pub use series::{Distribution, Evidence, Series, SeriesKey};
pub use stored::{STORED_RUN_SCHEMA, StoredError, StoredRun};
pub use summary::{Percentile, STATISTIC_WORDS, Statistic, Summary};
pub use transport::{
    Auth, ConnectTo, Family, Http, Material, Origin, Proxy, Resolve, Secret, TlsFacts, TlsWork, Transport, TransportFacts,
};
pub use unit::{Better, Unit};
pub use work::{Arrival, CommandWork, HarnessWork, LoadWork, ServerWork, Spacing, Stage, Start, Stop, SuiteWork, Target, ToolWork, Work};
