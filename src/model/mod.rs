//! Plain data that travels between the stages. No I/O, no clock, no mathematics beyond `stats`.

mod against;
mod assertion;
mod change;
mod checkup;
mod comparison;
mod condition;
pub mod error_kind;
mod feed;
mod found_rate;
mod history;
pub mod humanize;
pub mod metric;
mod outcome;
mod overall;
mod pair;
mod paired;
mod pull_request;
mod run;
mod sample;
mod scenario;
mod series;
mod stored;
mod stored_pairs;
mod summary;
mod summary_form;
mod transport;
mod unit;
mod work;

pub use against::Against;
pub use assertion::{Assertions, HeaderAssertion, JsonAssertion, StatusSet};
pub use checkup::{Batch, CHECKUP_SCHEMA, Checkup, Jitter, MachineFacts, MeasuredNoise, Repetition, Sign, TimerLag, Times, Weight};
pub use comparison::{Band, BaselineFacts, BaselineKind, Before, Change, Changes, ComparedSeries, Comparison, Edited, Pinned};
pub use condition::{Condition, Side};
pub use feed::{FeedOrder, Feeder, Rows};
pub use found_rate::{FOUND_RATE_SCHEMA, FoundRate, RateAnswer, RateStep, StepVerdict};
pub use history::{Earlier, HISTORY_SCHEMA, History, Level, LevelChange, Meaning, Point, SuiteHistory, Trend};
pub use outcome::{Confirmation, Finding, FindingKind, Outcome, Place, SuiteOutcome, Verdict};
pub use overall::Overall;
pub use pair::{Order, Pair, PairKey, Pairs, Sides};
pub use paired::{Bound, Doubt, PairFacts, PairLimits, PairThreshold, PairedChange};
pub use pull_request::PullRequest;
pub use run::{Environment, Exemplar, LoadFacts, LoadModel, Note, Run, RunFacts, Shard, Window};
pub use sample::{Request, Sample, Value};
pub use scenario::{Extract, Extraction, ITERATION, Scenario, Step, pieces, variables};
pub use series::{Distribution, Evidence, Series, SeriesKey};
pub use stored::{STORED_RUN_SCHEMA, StoredError, StoredRun};
pub use stored_pairs::{PAIRS_SCHEMA, StoredPair, StoredPairsHeader, StoredThreshold, StoredThresholds};
pub use summary::{Percentile, STATISTIC_WORDS, Statistic, Summary};
pub use transport::{
    Auth, ConnectTo, Family, Http, Material, Origin, Proxy, Resolve, Secret, TlsFacts, TlsWork, Transport, TransportFacts,
};
pub use unit::{Better, Unit};
pub use work::{
    Arrival, CommandWork, HarnessWork, LoadWork, Scrape, ServerWork, ShortRun, Spacing, Stage, Start, Stop, SuiteWork, Target, TargetFile,
    ToolWork, Work,
};
