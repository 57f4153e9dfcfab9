//! `check`: judges result files of other tools.

use super::{Failure, Session};
use crate::cli::CheckArgs;
use crate::config::{CheckSuite, Plan, Profile, Request};
use crate::pipeline::{self, CheckedSuite};
use crate::source::{Input, plain};
use glob::{MatchOptions, Pattern};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

/// Reads the files, compares, judges, reports; the verdict's exit code.
pub fn check(request: Request<'_>, arguments: &CheckArgs) -> Result<u8, Failure> {
    let mut plan = Plan::for_check(request, arguments)?;
    let session = Session::reading(&plan);
    if let Profile::Jenkins(step) = &plan.profile {
        return Ok(pipeline::jenkins::check(&plan, step, session.around())?.exit_code);
    }
    let suites = assign(&plan, &arguments.files, arguments.suite.as_deref());
    // Thresholds that match nothing are a mistake as soon as nobody else's files could be meant.
    plan.is_selection = plan.check.len() > 1 && plan.check.iter().any(|known| suites.iter().all(|given| given.name != known.name));
    // Not freed: the process ends here, and to free many findings one by one takes a while.
    let outcome = ManuallyDrop::new(pipeline::check(&plan, &suites, arguments.format.as_deref(), session.around())?);
    Ok(outcome.exit_code)
}

/// Which suite each file belongs to: the named one, else the configured one whose `results` match, else the file's stem
/// without digits. Files of one suite stay in the order given: they are repetitions.
fn assign(plan: &Plan, files: &[PathBuf], named: Option<&str>) -> Vec<CheckedSuite> {
    let mut suites: Vec<CheckedSuite> = Vec::new();
    for file in files {
        let configured = match named {
            Some(name) => plan.check.iter().find(|suite| suite.name == name),
            None => plan.check.iter().find(|suite| claims(plan, suite, file)),
        };
        let name = named.map(str::to_string).or_else(|| configured.map(|suite| suite.name.clone())).unwrap_or_else(|| suite_name(file));
        let input = Input::of_word(file);
        if let Some(suite) = suites.iter_mut().find(|suite| suite.name == name) {
            suite.inputs.push(input);
            continue;
        }
        suites.push(CheckedSuite {
            name,
            inputs: vec![input],
            environment: configured.map(|suite| suite.environment.clone()).or_else(|| plan.environment.clone()).unwrap_or_default(),
            expect: configured.map(|suite| suite.expect.clone()).unwrap_or_default(),
        });
    }
    suites
}

/// Whether a suite's `results` match the file, seen from where the configuration stands; as for tools, `*` stays within a
/// directory and `**` does not.
fn claims(plan: &Plan, suite: &CheckSuite, file: &Path) -> bool {
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::default() };
    let (Some(root), Some(file)) = (plain(&plan.root), plain(file)) else { return false };
    let relative = file.strip_prefix(&root).unwrap_or(&file);
    suite.results.iter().filter_map(|glob| Pattern::new(glob).ok()).any(|pattern| pattern.matches_path_with(relative, options))
}

/// A file's stem without digits and what separated them: `results-17.jtl` is `results`.
pub fn suite_name(file: &Path) -> String {
    if file.as_os_str() == "-" {
        return "stdin".to_string();
    }
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let kept: String =
        stem.chars().filter(|c| !c.is_ascii_digit()).map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
    let trimmed = kept.trim_matches(|c| "-_".contains(c));
    if trimmed.is_empty() { "results".to_string() } else { trimmed.to_string() }
}

#[cfg(test)]
mod tests {
    use super::suite_name;
    use std::path::Path;

    fn check(file: &str, expected: &str) {
        assert_eq!(suite_name(Path::new(file)), expected, "{file}");
    }

    #[test]
    fn a_suite_is_named_after_its_file() {
        check("out/results-17.jtl", "results");
        check("results.jtl", "results");
        check("shop_2026-11-23.jtl.gz", "shop");
        check("2026.jtl", "results");
        check("a b$c.csv", "a_b_c");
        check("-", "stdin");
    }
}
