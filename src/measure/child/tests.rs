use super::{Child, Job, Log, Setting, Waited, believable_peak, run_to_end};
use crate::machine;
use crate::measure::MeasureError;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

const LONG: Duration = Duration::from_secs(60);

/// Runs one shell command in a directory of its own; what came of it, as the user reads it.
fn check(command: &str, timeout: Duration, expected: Result<(), &[&str]>) -> TempDir {
    let place = TempDir::new().unwrap();
    let log = place.path().join("logs/suite.log");
    let interrupted = AtomicBool::new(false);
    let setting = Setting { directory: place.path(), log: &log, timeout, interrupted: &interrupted, environment: &[] };
    match (run_to_end(command, &setting), expected) {
        (Ok(ending), Ok(())) => assert!(ending.status.success() && ending.usage.is_some()),
        (Err(MeasureError::Failed(sentence)), Err(parts)) => {
            for part in parts {
                assert!(sentence.contains(part), "expected {part:?} in {sentence:?}");
            }
        }
        (found, expected) => panic!("{command}: expected {expected:?}, found {found:?}"),
    }
    place
}

/// What starting needs.
fn within(directory: &Path) -> Setting<'_> {
    static NEVER: AtomicBool = AtomicBool::new(false);
    Setting { directory, log: Path::new("log"), timeout: LONG, interrupted: &NEVER, environment: &[] }
}

/// A shell command, running, that has written into `pid` the number of the process that is looked for later.
fn started(command: &str) -> (TempDir, Log, Child) {
    let place = TempDir::new().unwrap();
    let log = Log::create(&place.path().join("log")).unwrap();
    let child = Job::shell(command).start(&within(place.path()), &log).unwrap();
    await_pid(place.path());
    (place, log, child)
}

fn await_pid(place: &Path) {
    while !std::fs::read_to_string(place.join("pid")).unwrap_or_default().ends_with('\n') {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The number that a command wrote into `pid`, and that this process is gone.
fn check_gone(place: &Path) {
    let pid: u32 = std::fs::read_to_string(place.join("pid")).unwrap().trim().parse().unwrap();
    // A killed process needs a moment, and stays a zombie where nobody above reaps.
    for _ in 0..1000 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if stat.is_empty() || stat.contains(") Z ") {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("process {pid} still lives");
}

#[test]
fn a_good_end_is_fine_and_a_bad_one_is_told_with_the_log() {
    check("true", LONG, Ok(()));
    check("false", LONG, Err(&["`false` ended with exit code 1", "printed nothing", "suite.log"]));
    check("echo out; echo oops >&2; exit 3", LONG, Err(&["exit code 3", "suite.log ends with:\n  | out\n  | oops"]));
    check("no-such-command-anywhere", LONG, Err(&["exit code 127", "not found"]));
    check("kill -9 $$", LONG, Err(&["signal: 9"]));
    let lines = "i=0; while [ $i -lt 30 ]; do echo line $i; i=$((i+1)); done; exit 1";
    check(lines, LONG, Err(&["ends with:\n  | line 20\n", "  | line 29"]));
    check("printf 'a\\033[2Jb\\377\\n'; exit 1", LONG, Err(&["  | a[2Jb\u{fffd}"]));
}

#[test]
fn the_directory_is_the_commands_and_its_input_is_empty() {
    let place = check("cat > copied && echo here > file", LONG, Ok(()));
    assert_eq!(std::fs::read_to_string(place.path().join("file")).unwrap(), "here\n");
    assert_eq!(std::fs::read(place.path().join("copied")).unwrap(), b"");
}

#[test]
fn variables_of_the_setting_reach_the_command_but_not_over_its_own() {
    let place = TempDir::new().unwrap();
    let environment = [("NS_A", "of the setting"), ("NS_B", "of the setting")].map(|(name, value)| (name.to_string(), value.to_string()));
    let setting = Setting { environment: &environment, ..within(place.path()) };
    let log = Log::create(&place.path().join("log")).unwrap();
    Job::shell("echo $NS_A, $NS_B > said").environment("NS_B", "its own").run(&setting, &log).unwrap();
    assert_eq!(std::fs::read_to_string(place.path().join("said")).unwrap(), "of the setting, its own\n");
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let place = TempDir::new().unwrap();
    let log = Log::create(&place.path().join("log")).unwrap();
    let error = Job::shell("true").start(&within(&place.path().join("missing")), &log).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
    let error = Job::program("ghost -v", "no-such-program-anywhere", &[]).start(&within(place.path()), &log).unwrap_err();
    assert!(error.to_string().starts_with("cannot start `ghost -v`"), "{error}");
}

#[test]
fn time_ran_out() {
    check("sleep 600", Duration::from_millis(100), Err(&["`sleep 600` took longer than 100ms", "`timeout`"]));
}

#[test]
fn a_stop_reaches_grandchildren() {
    let (place, log, mut child) = started("sh -c 'sleep 600 & echo $! > pid; wait'; true");
    assert_eq!(child.wait(Duration::ZERO, &AtomicBool::new(false), &log), Waited::TimedOut);
    assert!(!child.stop(LONG).unwrap().was_killed);
    check_gone(place.path());
}

#[test]
fn the_stubborn_are_killed() {
    let (place, _, mut child) = started("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done");
    assert!(child.stop(Duration::from_millis(100)).unwrap().was_killed);
    check_gone(place.path());
}

#[test]
fn what_the_leader_leaves_behind_is_killed() {
    let place = check("sleep 600 & echo $! > pid", LONG, Ok(()));
    check_gone(place.path());
}

#[test]
fn an_interrupt_ends_the_wait() {
    let place = TempDir::new().unwrap();
    let log = place.path().join("log");
    let interrupted = AtomicBool::new(false);
    let setting = Setting { directory: place.path(), log: &log, timeout: LONG, interrupted: &interrupted, environment: &[] };
    let found = std::thread::scope(|scope| {
        scope.spawn(|| {
            await_pid(place.path());
            interrupted.store(true, Ordering::SeqCst);
        });
        run_to_end("echo $$ > pid; sleep 600", &setting)
    });
    assert_eq!(found, Err(MeasureError::Interrupted));
    check_gone(place.path());
}

#[test]
fn a_panic_leaves_no_orphan() {
    let (place, _, child) = started("sleep 600 & echo $! > pid; wait");
    let id = child.id();
    let panicked = std::thread::spawn(move || {
        let _held = child;
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    assert!(panicked.join().is_err());
    check_gone(place.path());
    assert!(machine::group_usage(id).is_none_or(|usage| usage.living == 0));
}

#[test]
fn the_end_is_told_politely_and_the_account_is_the_kernels() {
    // The shell ends at once; what it started closes its files first, and is given the time.
    let server = "trap 'sleep 0.2; echo closed > file; exit 0' TERM; echo $$ > pid; while :; do sleep 0.01; done";
    let (place, _, mut child) = started(&format!("({server}) & wait"));
    assert!(!child.has_ended());
    let ending = child.stop(LONG).unwrap();
    assert!(child.has_ended());
    assert!(!ending.was_killed && !ending.status.success());
    assert!(ending.usage.unwrap().cpu_ns > 0);
    assert_eq!(std::fs::read_to_string(place.path().join("file")).unwrap(), "closed\n");
}

#[test]
fn a_log_keeps_its_newest_part_and_goes_on() {
    let place = TempDir::new().unwrap();
    let path = place.path().join("log");
    let log = Log::create(&path).unwrap();
    std::fs::write(&path, "0123456789").unwrap();
    log.keep(10, 4).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "0123456789");
    log.keep(9, 4).unwrap();
    let setting = Setting { directory: place.path(), log: &path, timeout: LONG, interrupted: &AtomicBool::new(false), environment: &[] };
    Job::shell("echo more").run(&setting, &log).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("[neverslower: ") && text.ends_with("]\n6789more\n"), "{text:?}");
}

#[test]
fn a_peak_below_our_own_says_nothing() {
    assert_eq!(believable_peak(11, Some(10)), Some(11));
    assert_eq!(believable_peak(10, Some(10)), None);
    assert_eq!(believable_peak(10, None), Some(10));
}
