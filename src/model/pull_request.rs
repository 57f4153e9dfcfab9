//! What a change is made against.

/// A pull request, as the CI tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullRequest {
    /// The branch that it is to be merged into; where the user named it, any revision.
    pub target: String,
    /// Commit of the merge base, where the CI knows it.
    pub merge_base: Option<String>,
    /// A merge commit made by the CI: if it is what is checked out, its first parent is the tip of the target branch.
    pub merge_commit: Option<String>,
}
