//! One observation, borrowed from the input or from the load loop.

use super::{Better, Unit};

/// What a measuring stage or a reader pushes into a `Sink`.
#[derive(Debug, Clone, Copy)]
pub enum Sample<'a> {
    Request(&'a Request<'a>),
    Value(&'a Value<'a>),
}

/// One answered, failed or unsent request. All durations in ns; a phase that the source does not tell is `None`, never 0.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// The name the tool's users know.
    pub label: &'a str,
    /// Intended start (actual start where the source knows only that), ns since the Unix epoch.
    pub start_ns: Option<u64>,
    /// From the intended start to the last byte.
    pub latency_ns: u64,
    pub service_time_ns: Option<u64>,
    pub schedule_lag_ns: Option<u64>,
    pub queue_wait_ns: Option<u64>,
    pub connect_ns: Option<u64>,
    /// The TLS handshake of the connection made for this request.
    pub tls_ns: Option<u64>,
    pub first_byte_ns: Option<u64>,
    pub bytes_in: Option<u64>,
    pub bytes_out: Option<u64>,
    /// Response code as the source spells it; empty where there is none.
    pub code: &'a str,
    /// Response message as the source spells it.
    pub message: &'a str,
    /// Why it failed: a class of the error taxonomy such as `http-5xx` or `timeout-response`. `None` is success.
    pub error: Option<&'a str>,
    /// Text about the failure, for people.
    pub error_detail: &'a str,
    /// Worker or thread, as the source names it.
    pub thread: &'a str,
    pub method: &'a str,
    pub url: &'a str,
}

impl Request<'_> {
    /// Whether the request got a good answer.
    pub fn is_ok(&self) -> bool {
        self.error.is_none()
    }
}

/// One value of one metric, e.g. ns per operation of one benchmark sample.
#[derive(Debug, Clone)]
pub struct Value<'a> {
    pub label: &'a str,
    pub metric: &'a str,
    pub unit: &'a Unit,
    pub better: Better,
    /// In `unit`; finite.
    pub value: f64,
    /// The attempt failed (a command that exited non-zero): counted as an error, its value kept apart.
    pub failed: bool,
}
