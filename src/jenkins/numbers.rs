//! What the plugin knows of a result file after reading it: plain data, and the `jenkins` JSON of the contract. Every time is
//! in whole milliseconds.

use serde::{Deserialize, Serialize};

/// The plugin's parsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Parser {
    JMeter,
    #[serde(rename = "JMeterCSV")]
    JMeterCsv,
    JUnit,
    JmeterSummarizer,
    Taurus,
    #[serde(rename = "wrk")]
    Wrk,
    Iago,
    LoadRunner,
    Locust,
}

/// The percentiles that the plugin shows; the standard five.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    #[serde(rename = "0")]
    pub p0: i64,
    #[serde(rename = "50")]
    pub p50: i64,
    #[serde(rename = "90")]
    pub p90: i64,
    #[serde(rename = "95")]
    pub p95: i64,
    #[serde(rename = "100")]
    pub p100: i64,
}

/// What a summary-only source told beside its samples; as text, because the plugin keeps and shows it so.
pub type SideFields = std::collections::BTreeMap<String, String>;

/// The numbers of a whole report, or of one label in it; both have the same ones.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    pub samples: i64,
    pub errors: i64,
    pub error_percent: f64,
    pub average_ms: i64,
    pub median_ms: i64,
    pub percentiles_ms: Percentiles,
    pub min_ms: i64,
    pub max_ms: i64,
    pub throughput_rps: f64,
    pub average_size_kb: f64,
    pub total_traffic_kb: f64,
    pub http_codes: Vec<String>,
}

/// One label's numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelNumbers {
    /// As first seen; labels of equal key are one.
    pub label: String,
    #[serde(flatten)]
    pub numbers: Numbers,
}

/// One file's numbers: a report of the plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileNumbers {
    /// The path as given.
    pub file: String,
    pub parser: Parser,
    #[serde(flatten)]
    pub numbers: Numbers,
    pub side_fields: SideFields,
    /// Ascending by UTF-16 code units.
    pub labels: Vec<LabelNumbers>,
}

/// A file whose reading raised any error: the plugin logs it and goes on without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    pub file: String,
    /// `path:line: expected …, found …`.
    pub reason: String,
}

/// A case in which the plugin says less than it should: its number in the list of fail-open cases, and what to know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caution {
    pub case: u8,
    pub sentence: String,
}

/// What one configured entry brought.
#[derive(Debug, Clone, PartialEq)]
pub struct ParserFiles {
    /// The entry of `source_data_files`.
    pub entry: String,
    pub parser: Parser,
    /// Files that the entry matched for this parser, read or dropped. An entry whose files are looked into makes one parser a file.
    pub matched: usize,
    pub reports: Vec<FileNumbers>,
    pub dropped: Vec<Dropped>,
}

/// Everything that the step collected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Collected {
    /// In the order configured.
    pub parsers: Vec<ParserFiles>,
    /// Entries for which the plugin makes no parser, because they match no file at all. An entry that is a default glob has its
    /// parser all the same, with `matched` 0, and stands in `parsers`.
    pub missing: Vec<String>,
    /// What the readers noticed of the fail-open cases; none with `strict`.
    pub cautions: Vec<Caution>,
}
