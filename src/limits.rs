//! Every bound of the program in one place. Nothing here grows with the size of an input.

/// Bytes of an input that detection may look at.
pub const HEAD_BYTES: usize = 64 * 1024;
/// Buffer through which an input is read; also the longest record a line reader accepts before it grows once.
pub const READ_BUFFER_BYTES: usize = 1024 * 1024;
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
/// Distinct values of the exact value → count tables over all series of a run (16 bytes each at worst).
pub const COUNTED_VALUES_PER_RUN: usize = 1_000_000;
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
/// Connections of one load test.
pub const LOAD_CONNECTIONS_MAX: u32 = 65_536;
/// Bytes that one read from a socket may bring; one such buffer per event loop.
pub const LOAD_READ_BYTES: usize = 64 * 1024;
/// Events taken from the kernel in one turn of the loop.
pub const LOAD_EVENTS_PER_TURN: usize = 1024;
/// Longest head (status line and headers) of an answer; also the longest trailer and chunk-size line.
pub const RESPONSE_HEAD_BYTES_MAX: usize = 64 * 1024;
/// Headers of one answer.
pub const RESPONSE_HEADERS_MAX: usize = 128;
/// Stretches of due requests whose lag is known exactly while they wait for a connection (24 bytes each).
pub const LOAD_BACKLOG_STRETCHES_MAX: usize = 65_536;
/// Closed loop: pause of a connection after it failed, doubled with every further failure in a row up to the second.
pub const LOAD_PAUSE_NS_MIN: u64 = 1_000_000;
pub const LOAD_PAUSE_NS_MAX: u64 = 8_000_000;
/// After an interruption, how long answers on their way are waited for.
pub const LOAD_INTERRUPT_GRACE_NS: u64 = 500_000_000;
/// How often a load test tells its progress and looks whether it was interrupted.
pub const LOAD_PROGRESS_NS: u64 = 100_000_000;
