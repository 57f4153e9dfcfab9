use super::run;
use crate::measure::Setting;
use crate::model::HarnessWork;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tempfile::TempDir;

/// Runs a benchmark program. `Ok`: what it printed, whether Criterion's directory has content, the results; `Err`: parts of
/// the sentence. A file `old.txt` already lies in the directory; `home` names Criterion's directory.
fn check(command: &str, results: Option<&str>, home: &str, expected: Result<(&str, bool, Option<&str>), &[&str]>) {
    let place = TempDir::new().unwrap();
    let directory = place.path();
    std::fs::create_dir(directory.join("full")).unwrap();
    std::fs::write(directory.join("full/benchmark"), "stale").unwrap();
    std::fs::write(directory.join("old.txt"), "old").unwrap();
    let (log, interrupted) = (directory.join("logs/bench.log"), AtomicBool::new(false));
    let setting = Setting { directory, log: &log, timeout: Duration::from_secs(60), interrupted: &interrupted, environment: &[] };
    let work = HarnessWork { command: command.into(), format: None, results: results.map(Into::into), single: None };
    match (run(&work, &directory.join(home), &setting), expected) {
        (Ok(found), Ok((printed, criterion, results))) => {
            assert_eq!(std::fs::read_to_string(&found.stdout).unwrap(), printed, "{command}");
            assert_eq!(found.criterion.is_some(), criterion, "{command}");
            assert_eq!(found.results, results.map(|path| directory.join(path)), "{command}");
            assert!(found.criterion.is_none_or(|path| path.is_absolute()));
        }
        (Err(error), Err(parts)) => {
            let sentence = error.to_string();
            parts.iter().for_each(|part| assert!(sentence.contains(part), "expected {part:?} in {sentence:?}"));
        }
        (found, expected) => panic!("{command}: expected {expected:?}, found {found:?}"),
    }
    assert!(Path::new(&directory.join("full/benchmark")).exists());
}

#[test]
fn standard_output_is_kept_apart_from_the_log() {
    check("echo result; echo noise >&2", None, "fresh", Ok(("result\n", false, None)));
}

#[test]
fn criterion_writes_into_a_fresh_directory() {
    check("mkdir \"$CRITERION_HOME/concat\"", None, "fresh", Ok(("", true, None)));
    check("mkdir \"$CRITERION_HOME/concat\"", None, "full", Err(&["full: expected an empty directory"]));
}

#[test]
fn configured_results_must_be_written() {
    check("echo new > new.txt", Some("new.txt"), "fresh", Ok(("", false, Some("new.txt"))));
    check("echo new > old.txt", Some("old.txt"), "fresh", Ok(("", false, Some("old.txt"))));
    check("mkdir d; echo new > d/x", Some("d"), "fresh", Ok(("", false, Some("d"))));
    check("echo printed", Some("old.txt"), "fresh", Err(&["old.txt: expected results of `echo printed`", "only what lay there before"]));
    check("echo printed", Some("new.txt"), "fresh", Err(&["new.txt", "nothing there"]));
}

#[test]
fn a_bad_end_or_nothing_to_read_is_an_error() {
    check("echo result; exit 101", None, "fresh", Err(&["exit code 101", "bench.out ends with:\n  | result"]));
    check("echo why >&2; exit 101", None, "fresh", Err(&["exit code 101", "bench.log ends with:\n  | why"]));
    check("echo noise >&2", None, "fresh", Err(&["left nothing to read", "bench.log"]));
}
