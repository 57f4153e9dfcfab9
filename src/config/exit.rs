//! From a verdict to the code that the process exits with.

use crate::model::Verdict;

/// What `git bisect run` understands as "this commit cannot be tested".
const BISECT_SKIP: u8 = 125;

/// How the verdict becomes an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExitMapping {
    /// Fail and unstable exit 0.
    pub exit_zero: bool,
    pub unstable_exit_code: Option<u8>,
    /// Unstable and no verdict exit 125, for `git bisect run`.
    pub bisect: bool,
}

impl ExitMapping {
    /// What the process exits with for a verdict.
    pub fn code(&self, verdict: Verdict) -> u8 {
        match verdict {
            Verdict::Fail | Verdict::Unstable if self.exit_zero => 0,
            Verdict::Unstable | Verdict::NoVerdict if self.bisect => BISECT_SKIP,
            Verdict::Unstable => self.unstable_exit_code.unwrap_or(verdict.exit_code()),
            other => other.exit_code(),
        }
    }
}
