//! The files that the plugin writes, and two of our own: same text, but escaped, well-formed, and with `.` in every decimal.

mod archive;
mod constraint_junit;
mod constraint_log;
mod escape;
mod tables;

pub use archive::{absolute, relative, standard};
pub use tables::tables;

use super::Settings;
use super::gate::{CurrentBuild, Evaluated};

/// Which folder a written file is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// That of the build.
    Build,
    /// In which the step runs.
    Workspace,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    pub folder: Folder,
    pub path: String,
    pub text: String,
}

/// A file of the build, replaced.
fn of_build(path: impl Into<String>, text: String) -> WrittenFile {
    WrittenFile { folder: Folder::Build, path: path.into(), text }
}

/// What the expert mode writes, where it is asked for.
pub fn constraints(settings: &Settings, current: &CurrentBuild, evaluated: &[Evaluated]) -> Vec<WrittenFile> {
    let mut files = Vec::new();
    if settings.persist_constraint_log {
        // The plugin appends to it; a build has one step with constraints here, and begins with an empty folder.
        files.push(of_build("performance-results/performance.log", constraint_log::text(current, evaluated)));
    }
    if !settings.junit_output.is_empty() {
        let junit = of_build(settings.junit_output.clone(), constraint_junit::text(evaluated));
        files.push(WrittenFile { folder: Folder::Workspace, ..junit });
    }
    files
}

#[cfg(test)]
mod tests;
