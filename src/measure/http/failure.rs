//! Why a request failed: the classes of the error taxonomy.

use crate::model::error_kind;
use std::borrow::Cow;
use std::io;

/// A class of failures, by the phase that failed. Reports count by its slug, never by a server's own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The name of a server could not be resolved.
    Dns,
    /// No connection could be made.
    Connect,
    /// The TLS handshake failed, or what came on the secured connection cannot be trusted.
    Tls,
    /// The request could not be written.
    Write,
    /// The connection was reset, or closed before the answer's head was complete.
    ReadReset,
    TimeoutConnect,
    TimeoutResponse,
    /// What came is no answer of the HTTP that was asked for.
    Protocol,
    /// The connection was closed before the announced body was complete.
    TruncatedBody,
    Http4xx,
    Http5xx,
    /// More redirects than the limit allows, or one that cannot be followed.
    RedirectLimit,
    /// An answer, but not the one that was asserted.
    Assertion,
    /// Due, but never sent before the deadline.
    Unsent,
    /// On its way when the run was interrupted.
    Interrupted,
}

impl ErrorClass {
    /// The class of a status: 400 and above are errors, 3xx is an answer like any other.
    pub fn of_status(status: u16) -> Option<ErrorClass> {
        match status {
            0..400 => None,
            400..500 => Some(ErrorClass::Http4xx),
            _ => Some(ErrorClass::Http5xx),
        }
    }

    /// Whether the request was answered all the same, though not well.
    pub fn is_answer(self) -> bool {
        matches!(self, ErrorClass::Http4xx | ErrorClass::Http5xx | ErrorClass::Assertion)
    }

    /// The name in results.
    pub fn slug(self) -> &'static str {
        match self {
            ErrorClass::Dns => error_kind::DNS,
            ErrorClass::Connect => error_kind::CONNECT,
            ErrorClass::Tls => error_kind::TLS,
            ErrorClass::Write => error_kind::WRITE,
            ErrorClass::ReadReset => error_kind::READ_RESET,
            ErrorClass::TimeoutConnect => error_kind::TIMEOUT_CONNECT,
            ErrorClass::TimeoutResponse => error_kind::TIMEOUT_RESPONSE,
            ErrorClass::Protocol => error_kind::PROTOCOL,
            ErrorClass::TruncatedBody => error_kind::TRUNCATED_BODY,
            ErrorClass::Http4xx => error_kind::HTTP_4XX,
            ErrorClass::Http5xx => error_kind::HTTP_5XX,
            ErrorClass::RedirectLimit => error_kind::REDIRECT_LIMIT,
            ErrorClass::Assertion => error_kind::ASSERTION,
            ErrorClass::Unsent => error_kind::UNSENT,
            ErrorClass::Interrupted => error_kind::INTERRUPTED,
        }
    }
}

/// A request that got no (whole) answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub class: ErrorClass,
    /// For people.
    pub detail: Cow<'static, str>,
}

impl Failure {
    /// A failure that this program noticed.
    pub fn new(class: ErrorClass, detail: &'static str) -> Failure {
        Failure { class, detail: Cow::Borrowed(detail) }
    }

    /// The same with details that are known only now.
    pub fn owned(class: ErrorClass, detail: String) -> Failure {
        Failure { class, detail: Cow::Owned(detail) }
    }

    /// A failure that the operating system reported.
    pub fn io(class: ErrorClass, error: &io::Error) -> Failure {
        Failure { class, detail: Cow::Owned(error.to_string()) }
    }
}
