use super::run;
use crate::measure::Setting;
use crate::model::ToolWork;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tempfile::TempDir;

/// Runs a tool where `old` files already lie. `Ok`: names that count and names in notes; `Err`: parts of the sentence.
fn check(command: &str, globs: &[&str], old: &[&str], expected: Result<(&[&str], &[&str]), &[&str]>) {
    let place = TempDir::new().unwrap();
    let directory = place.path().join("odd [name]");
    for path in old {
        std::fs::create_dir_all(directory.join(path).parent().unwrap()).unwrap();
        std::fs::write(directory.join(path), "old").unwrap();
    }
    std::fs::create_dir_all(directory.join("out")).unwrap();
    let (log, interrupted) = (place.path().join("log"), AtomicBool::new(false));
    let setting =
        Setting { directory: &directory, log: &log, timeout: Duration::from_secs(60), interrupted: &interrupted, environment: &[] };
    let work = ToolWork { run: command.into(), results: globs.iter().map(ToString::to_string).collect(), format: None };
    let full = |names: &[&str]| names.iter().map(|name| directory.join(name)).collect::<Vec<_>>();
    match (run(&work, &setting), expected) {
        (Ok(found), Ok((fresh, stale))) => {
            assert_eq!(found.paths, full(fresh), "{command}");
            let noted: Vec<_> = found.notes.iter().map(|note| note.path.as_ref().unwrap().into()).collect::<Vec<std::path::PathBuf>>();
            assert_eq!(noted, full(stale), "{command}");
        }
        (Err(error), Err(parts)) => {
            let sentence = error.to_string();
            parts.iter().for_each(|part| assert!(sentence.contains(part), "expected {part:?} in {sentence:?}"));
        }
        (found, expected) => panic!("{command}: expected {expected:?}, found {found:?}"),
    }
}

#[test]
fn only_files_that_the_tool_wrote_count() {
    check("echo b > out/b.jtl; echo a > out/a.jtl", &["out/*.jtl"], &[], Ok((&["out/a.jtl", "out/b.jtl"], &[])));
    check("echo new > out/a.jtl", &["out/*.jtl"], &["out/a.jtl", "out/b.jtl"], Ok((&["out/a.jtl"], &["out/b.jtl"])));
    check("echo x > out/a.jtl", &["out/*.jtl", "out/a*"], &[], Ok((&["out/a.jtl"], &[])));
    // Same content and length, but written again.
    check("rm out/a.jtl; printf old > out/a.jtl", &["out/*.jtl"], &["out/a.jtl"], Ok((&["out/a.jtl"], &[])));
    check("echo more >> out/a.jtl", &["out/*.jtl"], &["out/a.jtl"], Ok((&["out/a.jtl"], &[])));
}

#[test]
fn a_directory_counts_when_something_in_it_was_written() {
    check("mkdir -p d/x; echo 1 > d/x/f", &["d"], &[], Ok((&["d"], &[])));
    check("echo 1 > d/new", &["d"], &["d/old"], Ok((&["d"], &["d"])));
    check("true", &["d"], &["d/old"], Err(&["1 older ones"]));
}

#[test]
fn nothing_written_is_an_error_that_counts_the_stale() {
    check("true", &["out/*.jtl"], &[], Err(&["`true` wrote no file", "out/*.jtl", "(0 older"]));
    check("true", &["out/*.jtl"], &["out/a.jtl", "out/b.jtl"], Err(&["(2 older ones match"]));
    check("rm out/a.jtl", &["out/*.jtl"], &["out/a.jtl"], Err(&["(0 older"]));
    check("echo x > out/a.jtl; exit 9", &["out/*.jtl"], &[], Err(&["exit code 9"]));
    check("true", &["out/[.jtl"], &[], Err(&["results", "out/[.jtl"]));
}
