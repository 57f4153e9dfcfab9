//! What head is measured against, side by side.

use std::fmt;

/// The other version of an interleaved comparison, as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// The commit at which the change begins.
    MergeBase,
    /// Any name of a commit that git understands.
    Revision(String),
    /// A server that runs already: `http://…` or `https://…`. For load suites.
    Url(String),
    /// A shell command that starts a server at `{port}`. For load suites.
    Command(String),
}

impl Against {
    /// Whether base is a commit, checked out and built beside head.
    pub fn is_commit(&self) -> bool {
        matches!(self, Against::MergeBase | Against::Revision(_))
    }
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Against::MergeBase => f.write_str("merge-base"),
            Against::Revision(name) => f.write_str(name),
            Against::Url(url) => write!(f, "url:{url}"),
            Against::Command(command) => write!(f, "command:{command}"),
        }
    }
}
