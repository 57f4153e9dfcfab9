//! What the two forms of JMeter's result file (JTL) have in common: the meaning of a row.
//! Layout: JMeter's user manual, listeners, "CSV Log format" and "XML Log format".

use super::ReadError;
use super::failure::{class_of_code, class_of_transport};
use super::oddities::Oddities;
use crate::limits::{ROW_SAMPLES_MAX, UNREADABLE_ROWS_SHARE_MAX};
use crate::model::{Note, Request, RunFacts, Sample, error_kind};
use crate::record::Sink;
use crate::source::{Span, decimal, digits};

const NS_PER_MS: u64 = 1_000_000;
/// Above this a "millisecond" timestamp lies beyond the year 5000: it is in microseconds, or further up in nanoseconds.
const TIMESTAMP_MS_MAX: u64 = 100_000_000_000_000;
const TIMESTAMP_US_MAX: u64 = 100_000_000_000_000_000;
/// How a transaction controller's row begins its message; nothing else tells it from a request.
const TRANSACTION: &str = "Number of samples in transaction : ";
/// What JMeter writes for a code when there was no answer.
const NO_ANSWER: &str = "Non HTTP response code";

/// The columns that mean something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    TimeStamp,
    Elapsed,
    Label,
    Code,
    Message,
    Thread,
    Success,
    Failure,
    Bytes,
    SentBytes,
    Latency,
    Connect,
    Url,
    SampleCount,
    ErrorCount,
}

/// Number of columns.
pub(super) const COLUMNS: usize = 15;

/// One row: its text and where each column stands in it; an absent column is empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) text: &'a str,
    pub(super) spans: [Span; COLUMNS],
}

impl<'a> Row<'a> {
    #[inline]
    pub(super) fn span(&self, column: Column) -> Span {
        self.spans.get(column as usize).copied().unwrap_or_default()
    }

    #[inline]
    fn text(&self, column: Column) -> &'a str {
        self.span(column).of(self.text)
    }

    /// For numbers and words, which need not be text.
    #[inline]
    fn bytes(&self, column: Column) -> &'a [u8] {
        self.span(column).bytes(self.text)
    }

    /// Whether the row is a transaction controller's, which stands beside the rows of its requests.
    #[inline]
    pub(super) fn is_transaction(&self) -> bool {
        self.bytes(Column::Message).starts_with(TRANSACTION.as_bytes())
    }

    /// Whether the row may repeat the names of the columns.
    #[inline]
    pub(super) fn may_be_header(&self) -> bool {
        matches!(self.bytes(Column::Elapsed), [b'e' | b'E', ..])
    }
}

pub(super) const UNREADABLE: &str = "a row that cannot be read: another number of fields, no elapsed time, or no success";
const NEGATIVE: &str = "a negative elapsed time (the clock was set back): not counted";
const NOT_MS: &str = "a timestamp that is not in epoch milliseconds: the row counts, but has no place in time";
const TOO_FINE: &str = "a timestamp too large for milliseconds: taken as finer";
const AGGREGATED: &str = "a row that stands for several samples (SampleCount): its mean is counted that many times";
const CONTROLLER: &str = "a transaction controller's row is left out, because the requests within it are rows of their own";

/// Takes the rows of one input to the sink.
pub(super) struct Rows<'s> {
    path: String,
    sink: &'s mut dyn Sink,
    oddities: Oddities,
    counted: u64,
    is_partial: bool,
}

impl<'s> Rows<'s> {
    pub(super) fn new(path: String, sink: &'s mut dyn Sink) -> Rows<'s> {
        Rows { path, sink, oddities: Oddities::default(), counted: 0, is_partial: false }
    }

    /// Counts an oddity.
    pub(super) fn odd(&mut self, what: &'static str, line: impl FnOnce() -> u64) {
        self.oddities.add(what, line);
    }

    /// Leaves out a transaction controller's row.
    pub(super) fn controller(&mut self, line: impl FnOnce() -> u64) {
        self.oddities.add(CONTROLLER, line);
    }

    /// The input stops before its end.
    pub(super) fn cut(&mut self, what: &'static str, line: u64) {
        self.oddities.add(what, || line);
        self.is_partial = true;
    }

    /// Pushes what a row means.
    #[inline]
    pub(super) fn push(&mut self, row: &Row<'_>, line: &dyn Fn() -> u64) -> Result<(), ReadError> {
        let Some(latency_ns) = milliseconds(row.bytes(Column::Elapsed)).or_else(|| fraction(row.text(Column::Elapsed))) else {
            let is_negative = decimal(row.text(Column::Elapsed)).is_some_and(|ms| ms < 0.0);
            self.oddities.add(if is_negative { NEGATIVE } else { UNREADABLE }, line);
            return Ok(());
        };
        let code = row.text(Column::Code);
        let Some(is_ok) = success(row.bytes(Column::Success), code) else {
            self.oddities.add(UNREADABLE, line);
            return Ok(());
        };
        let (label, url) = (row.text(Column::Label), row.text(Column::Url));
        let request = Request {
            label: if label.is_empty() { url } else { label },
            start_ns: self.start_ns(row.bytes(Column::TimeStamp), line),
            latency_ns,
            first_byte_ns: milliseconds(row.bytes(Column::Latency)),
            connect_ns: milliseconds(row.bytes(Column::Connect)),
            bytes_in: digits(row.bytes(Column::Bytes)),
            bytes_out: digits(row.bytes(Column::SentBytes)),
            code,
            message: row.text(Column::Message),
            error: if is_ok { None } else { Some(class(code)) },
            error_detail: row.text(Column::Failure),
            thread: row.text(Column::Thread),
            url,
            ..Request::default()
        };
        match row.bytes(Column::SampleCount) {
            [] | [b'1'] => self.sample(&request, line),
            several => self.aggregated(&request, digits(several), digits(row.bytes(Column::ErrorCount)), line),
        }
    }

    #[inline]
    fn sample(&mut self, request: &Request<'_>, line: &dyn Fn() -> u64) -> Result<(), ReadError> {
        self.counted += 1;
        self.sink.sample(&Sample::Request(request)).map_err(|rejected| ReadError::rejected(&self.path, line(), rejected))
    }

    /// A row that sums up several samples; its elapsed time is their sum.
    fn aggregated(&mut self, row: &Request<'_>, count: Option<u64>, errors: Option<u64>, line: &dyn Fn() -> u64) -> Result<(), ReadError> {
        let Some(count) = count.filter(|count| (1..=ROW_SAMPLES_MAX).contains(count)) else {
            self.oddities.add(UNREADABLE, line);
            return Ok(());
        };
        self.oddities.add(AGGREGATED, line);
        let errors = errors.unwrap_or(if row.is_ok() { 0 } else { count });
        for index in 0..count {
            let error = (index < errors).then(|| row.error.unwrap_or(error_kind::FAILED));
            self.sample(&Request { latency_ns: row.latency_ns / count, error, ..row.clone() }, line)?;
        }
        Ok(())
    }

    #[inline]
    fn start_ns(&mut self, text: &[u8], line: &dyn Fn() -> u64) -> Option<u64> {
        match digits(text) {
            Some(ms @ 1..=TIMESTAMP_MS_MAX) => ms.checked_mul(NS_PER_MS),
            Some(0) | None => {
                if !text.is_empty() {
                    self.oddities.add(NOT_MS, line);
                }
                None
            }
            Some(finer) => {
                self.oddities.add(TOO_FINE, line);
                if finer <= TIMESTAMP_US_MAX { finer.checked_mul(1000) } else { Some(finer) }
            }
        }
    }

    /// Hands the notes over. An input without a single sample is an error.
    pub(super) fn finish(self) -> Result<(), ReadError> {
        if self.counted == 0 {
            let found = if self.oddities.text().is_empty() { "none".to_string() } else { format!("none, but {}", self.oddities.text()) };
            return Err(ReadError::at(&self.path, 0, "samples", found, "did the test run?"));
        }
        let unreadable = self.oddities.times(UNREADABLE);
        let is_much = unreadable as f64 > (self.counted + unreadable) as f64 * UNREADABLE_ROWS_SHARE_MAX;
        if is_much {
            self.sink.note(Note {
                path: Some(self.path.clone()),
                line: None,
                text: "too many unreadable rows to trust the rest".to_string(),
            });
        }
        self.sink.facts(RunFacts { partial: self.is_partial || is_much, ..RunFacts::default() });
        self.oddities.notes(&self.path).for_each(|note| self.sink.note(note));
        Ok(())
    }
}

/// Times that other tools write with decimals.
fn fraction(text: &str) -> Option<u64> {
    decimal(text).filter(|ms| (0.0..1e12).contains(ms)).map(|ms| (ms * NS_PER_MS as f64).round() as u64)
}

#[inline]
fn milliseconds(text: &[u8]) -> Option<u64> {
    digits(text).and_then(|ms| ms.checked_mul(NS_PER_MS))
}

/// What the column says; without it, what the code means.
#[inline]
fn success(word: &[u8], code: &str) -> Option<bool> {
    match word {
        b"true" => Some(true),
        b"false" => Some(false),
        [] if !code.is_empty() => Some(matches!(code.as_bytes(), [b'1'..=b'3', _, _])),
        other if other.eq_ignore_ascii_case(b"true") => Some(true),
        other if other.eq_ignore_ascii_case(b"false") => Some(false),
        _ => None,
    }
}

fn class(code: &str) -> &'static str {
    if code.starts_with(NO_ANSWER) { class_of_transport(code) } else { class_of_code(code) }
}
