//! What both JTL reports make of a request. Runs inside the load loop and over inputs of many gigabytes: one buffer, and
//! no allocation for a usual row.

use super::Style;
use crate::limits::OUTPUT_BUFFER_BYTES;
use crate::model::{Request, Sample, error_kind};
use crate::output::{Output, OutputError, Report};
use std::borrow::Cow;
use std::io::Write;

/// Marks a transaction controller for `jmeter -g`, which then drops the row.
const CONTROLLER_MESSAGE: &str = "Number of samples in transaction";
const NS_PER_MS: u64 = 1_000_000;

/// A request as a JTL row: whole milliseconds, from the intended start, so that a wait before sending stays visible.
pub struct Row<'a> {
    /// Intended start, ms since the epoch.
    pub start_ms: u64,
    pub elapsed_ms: u64,
    /// To the first byte, and for connecting; both within `elapsed_ms`. `None` where the source does not tell.
    pub first_byte_ms: Option<u64>,
    pub connect_ms: Option<u64>,
    pub is_ok: bool,
    pub label: &'a str,
    pub code: &'a str,
    pub message: Cow<'a, str>,
    pub thread: &'a str,
    pub failure: &'a str,
    pub bytes_in: Option<u64>,
    pub bytes_out: Option<u64>,
    pub url: &'a str,
    /// Active workers.
    pub workers: u32,
}

impl<'a> Row<'a> {
    fn of(request: &Request<'a>, workers: u32) -> Result<Row<'a>, OutputError> {
        let start_ns = request.start_ns.ok_or_else(|| {
            let label: String = request.label.chars().take(crate::limits::QUOTED_CHARS_MAX).collect();
            OutputError(format!("a JTL needs timestamps, {label:?} has none; use --to csv or json"))
        })?;
        let elapsed_ms = to_ms(request.latency_ns);
        let (code, message) = code_and_message(request);
        let failure = match request.error {
            Some(class) if request.error_detail.is_empty() => class,
            Some(_) => request.error_detail,
            None => "",
        };
        Ok(Row {
            start_ms: start_ns / NS_PER_MS,
            elapsed_ms,
            first_byte_ms: first_byte_ns(request).map(|ns| to_ms(ns).min(elapsed_ms)),
            connect_ms: request.connect_ns.map(|ns| to_ms(ns).min(elapsed_ms)),
            is_ok: request.is_ok(),
            label: request.label,
            code,
            message,
            thread: if request.thread.is_empty() { "neverslower 1-1" } else { request.thread },
            failure,
            bytes_in: request.bytes_in,
            bytes_out: request.bytes_out,
            url: request.url,
            workers,
        })
    }
}

/// Nearest.
fn to_ms(ns: u64) -> u64 {
    ns.saturating_add(NS_PER_MS / 2) / NS_PER_MS
}

/// To the first byte, counted like the latency from the intended start where the source tells the service time.
fn first_byte_ns(request: &Request<'_>) -> Option<u64> {
    let waited = request.service_time_ns.map_or(0, |service| request.latency_ns.saturating_sub(service));
    request.first_byte_ns.map(|first_byte| first_byte.saturating_add(waited))
}

/// As the source spells them. A request that got no answer at all has code `000` and the class of its failure.
fn code_and_message<'a>(request: &Request<'a>) -> (&'a str, Cow<'a, str>) {
    let no_answer = matches!(request.code, "" | "0" | "000");
    match request.error.and_then(transport_class) {
        Some(class) if no_answer => ("000", Cow::Borrowed(class)),
        _ if request.message.starts_with(CONTROLLER_MESSAGE) => (request.code, Cow::Owned(format!("transaction: {}", request.message))),
        _ => (request.code, Cow::Borrowed(request.message)),
    }
}

/// The class of a failure below HTTP, in the words that JTL readers group by; `None` for an answer that was bad.
fn transport_class(error: &str) -> Option<&'static str> {
    Some(match error {
        error_kind::TIMEOUT | error_kind::TIMEOUT_CONNECT | error_kind::TIMEOUT_RESPONSE => "timeout",
        error_kind::DNS | error_kind::CONNECT => "connect",
        error_kind::TLS => "tls",
        error_kind::WRITE | error_kind::READ_RESET | error_kind::TRUNCATED_BODY => "reset",
        error_kind::PROTOCOL => "protocol",
        error_kind::NO_ANSWER => "no answer",
        error_kind::UNSENT | error_kind::INTERRUPTED => "unsent",
        _ => return None,
    })
}

/// Appends a number without going through a formatter.
pub fn push_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0_u8; 20];
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        length += 1;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - length..).unwrap_or(&[]));
}

/// The form of a JTL.
pub struct Form {
    pub head: &'static [u8],
    pub push: fn(&mut Vec<u8>, &Row<'_>),
    pub tail: &'static [u8],
}

struct Jtl {
    out: Box<dyn Write>,
    buffer: Vec<u8>,
    form: Form,
    workers: u32,
    rows: u64,
    /// Label of the first benchmark value that came.
    value: Option<String>,
}

/// The output that writes each request in that form.
pub fn open(out: Box<dyn Write>, style: &Style, form: Form) -> Box<dyn Output> {
    let mut buffer = Vec::with_capacity(2 * OUTPUT_BUFFER_BYTES);
    buffer.extend_from_slice(form.head);
    Box::new(Jtl { out, buffer, form, workers: style.workers.max(1), rows: 0, value: None })
}

impl Jtl {
    fn spill(&mut self) -> Result<(), OutputError> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl Output for Jtl {
    fn wants_samples(&self) -> bool {
        true
    }

    fn sample(&mut self, sample: &Sample<'_>) -> Result<(), OutputError> {
        match sample {
            Sample::Request(request) => {
                (self.form.push)(&mut self.buffer, &Row::of(request, self.workers)?);
                self.rows += 1;
            }
            // A load suite also measures its server; only without any request is the input of the wrong kind.
            Sample::Value(value) if self.value.is_none() => self.value = Some(value.label.to_string()),
            Sample::Value(_) => {}
        }
        if self.buffer.len() >= OUTPUT_BUFFER_BYTES { self.spill() } else { Ok(()) }
    }

    fn outcome(&mut self, _report: &Report<'_>) -> Result<(), OutputError> {
        let found = match &self.value {
            _ if self.rows > 0 => None,
            Some(_) => Some("benchmark values"),
            None => Some("no single requests"),
        };
        if let Some(found) = found {
            return Err(OutputError(format!("a JTL holds requests; this input holds {found}; use --to csv or json")));
        }
        self.buffer.extend_from_slice(self.form.tail);
        self.spill()?;
        Ok(self.out.flush()?)
    }
}

#[cfg(test)]
mod tests;
