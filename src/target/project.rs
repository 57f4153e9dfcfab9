//! Files of a project that a person owns from then on: nothing that stands there is changed, except by lines added at its end.

use super::TargetError;
use crate::limits::DOCUMENT_BYTES_MAX;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

/// Writes a file that must not be there yet; missing directories are made. That it is there is an error, also when somebody else made
/// it a moment ago.
pub fn write_new(path: &Path, text: &str) -> Result<(), TargetError> {
    let failed = |error: std::io::Error| TargetError::new(path, "write a new file", &error);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(|error| {
        // A half of a file would be taken for a whole one.
        let _ = fs::remove_file(path);
        failed(error)
    })
}

/// Adds the lines that a file of patterns does not hold yet, with or without a slash at their ends; the file is made when missing.
/// Returns those added.
pub fn add_lines<'a>(path: &Path, lines: &[&'a str]) -> Result<Vec<&'a str>, TargetError> {
    let failed = |error: std::io::Error| TargetError::new(path, "add lines", &error);
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    (&mut file).take(DOCUMENT_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes);
    let plain = |line: &str| line.trim().trim_matches('/').to_string();
    let is_there = |line: &str| text.lines().any(|written| plain(written) == plain(line));
    let missing: Vec<&str> = lines.iter().copied().filter(|line| !is_there(line)).collect();
    if !missing.is_empty() {
        let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        file.write_all(format!("{separator}{}\n", missing.join("\n")).as_bytes()).map_err(failed)?;
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::{add_lines, write_new};

    fn check(before: Option<&str>, added: &[&str], after: &str) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ignore");
        if let Some(before) = before {
            std::fs::write(&path, before).unwrap();
        }
        assert_eq!(add_lines(&path, &["perf-results/", "*.new"]).unwrap(), added);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
        assert!(add_lines(&path, &["perf-results/", "*.new"]).unwrap().is_empty());
    }

    #[test]
    fn only_missing_lines_are_added() {
        check(None, &["perf-results/", "*.new"], "perf-results/\n*.new\n");
        check(Some("/target"), &["perf-results/", "*.new"], "/target\nperf-results/\n*.new\n");
        check(Some("/perf-results\r\n"), &["*.new"], "/perf-results\r\n*.new\n");
        check(Some("*.new\nperf-results"), &[], "*.new\nperf-results");
    }

    #[test]
    fn a_file_that_stands_there_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b");
        write_new(&path, "one").unwrap();
        assert!(write_new(&path, "two").unwrap_err().to_string().contains("write a new file"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
    }
}
