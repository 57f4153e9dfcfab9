//! Why an attempt failed: one word for each class, whichever tool or engine tells it. Reports count by these, never by a
//! server's own text.

pub const DNS: &str = "dns";
/// No connection could be made.
pub const CONNECT: &str = "connect";
pub const TLS: &str = "tls";
/// The request could not be written.
pub const WRITE: &str = "write";
/// The connection was reset, or closed before the answer's head was complete.
pub const READ_RESET: &str = "read-reset";
/// A time limit, of a tool that does not tell which.
pub const TIMEOUT: &str = "timeout";
pub const TIMEOUT_CONNECT: &str = "timeout-connect";
pub const TIMEOUT_RESPONSE: &str = "timeout-response";
/// What came is not an HTTP answer.
pub const PROTOCOL: &str = "protocol";
/// No answer, of a tool whose words say no more.
pub const NO_ANSWER: &str = "no-answer";
/// Due, but never sent.
pub const UNSENT: &str = "unsent";
/// On its way when the run was interrupted.
pub const INTERRUPTED: &str = "interrupted";
/// The answer began, and its body did not come whole.
pub const TRUNCATED_BODY: &str = "truncated-body";
pub const HTTP_4XX: &str = "http-4xx";
pub const HTTP_5XX: &str = "http-5xx";
/// More redirects than the limit allows, or one that cannot be followed.
pub const REDIRECT_LIMIT: &str = "redirect-limit";
/// An answer that is not what the user asserted.
pub const ASSERTION: &str = "assertion";
/// Failed, and nothing more is known.
pub const FAILED: &str = "failed";

/// Whether attempts that failed so never got an answer: a run of nothing else measured nobody.
pub fn is_unanswered(kind: &str) -> bool {
    const UNANSWERED: [&str; 12] =
        [DNS, CONNECT, TLS, WRITE, READ_RESET, TIMEOUT, TIMEOUT_CONNECT, TIMEOUT_RESPONSE, PROTOCOL, NO_ANSWER, UNSENT, INTERRUPTED];
    UNANSWERED.contains(&kind)
}
