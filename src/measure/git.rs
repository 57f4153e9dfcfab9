//! What git knows of the code that is measured.

use super::child::{Log, Setting, run_to_end};

/// The commit that is checked out; `None` outside a repository, before its first commit, or without git.
pub fn commit(setting: &Setting<'_>) -> Option<String> {
    run_to_end("git rev-parse --verify --quiet HEAD", setting).ok()?;
    let printed = Log::last_line(setting.log)?;
    printed.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(printed)
}
