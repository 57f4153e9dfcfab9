//! Every bound of the program in one place. Nothing here grows with the size of an input.

/// Bytes of an input that detection may look at.
pub const HEAD_BYTES: usize = 64 * 1024;
/// Buffer through which an input is read; also the longest record a line reader accepts before it grows once.
pub const READ_BUFFER_BYTES: usize = 256 * 1024;
/// Samples that one row of a result file may stand for; a larger number is taken for damage.
pub const ROW_SAMPLES_MAX: u64 = 100_000;
/// Share of unreadable rows beyond which the rest of a file is not trusted (at best unstable).
pub const UNREADABLE_ROWS_SHARE_MAX: f64 = 0.01;
/// Values of a text that can only be named at its end (`go test -bench`).
pub const BUFFERED_RESULTS_MAX: usize = 1_000_000;
/// Longest single record (a JTL row, a JSON line): a longer one is an error with its place, not an allocation.
pub const RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of a document that a reader takes as a whole (JSON documents, stored runs, configuration).
pub const DOCUMENT_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Distinct labels in a run; beyond it the run is refused, because a report of it could not be read.
pub const LABELS_MAX: usize = 10_000;
/// Raw values kept for one series before they are folded into a histogram.
pub const KEPT_VALUES_PER_SERIES: usize = 10_000;
/// Raw values kept over all series of a run.
pub const KEPT_VALUES_PER_RUN: usize = 1_000_000;
/// Slots of the exact value → count tables over all series of a run (8 to 24 bytes each).
pub const COUNTED_VALUES_PER_RUN: usize = 250_000;
/// Values or slots that a series may hold however many series there are: a histogram would take more room.
pub const FAIR_SHARE_MIN: usize = 1_000;
/// Records between two looks at the run-wide budgets.
pub const RECORDS_BETWEEN_BUDGETS: u32 = 65_536;
/// Windows of a timeline; when they are full the width doubles.
pub const WINDOWS_MAX: usize = 240;
/// First width of a timeline's window.
pub const WINDOW_WIDTH_NS: u64 = 250_000_000;
/// Slowest, and separately failed, requests kept per run.
pub const EXEMPLARS_MAX: usize = 10;
/// Distinct error kinds kept per series; further ones are counted as `other`.
pub const ERROR_KINDS_MAX: usize = 32;
/// Notes kept per run; further ones are counted.
pub const NOTES_MAX: usize = 50;
/// Characters of foreign text quoted in an error or a finding.
pub const QUOTED_CHARS_MAX: usize = 80;
/// Upper edge of live-load histograms: one hour in ns, so that merged shards always agree.
pub const HISTOGRAM_NS_MAX: u64 = 3_600_000_000_000;
/// Significant digits of every histogram; the relative width of a bucket is at most 10^-digits.
pub const HISTOGRAM_DIGITS: u8 = 3;
/// Bytes of a child's output kept in its log.
pub const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Series of one run beyond which per-series text in reports is folded.
pub const REPORT_ROWS_MAX: usize = 200;
/// Files and directories in a directory that a format walks, and how deep it may be.
pub const DIRECTORY_ENTRIES_MAX: usize = 100_000;
pub const DIRECTORY_DEPTH_MAX: usize = 32;
