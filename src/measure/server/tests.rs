use super::Server;
use crate::machine;
use crate::measure::{MeasureError, Setting};
use crate::model::ServerWork;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tempfile::TempDir;

const READY: &str = "http://127.0.0.1:{port}/";
const GOOD: &str = "echo starting; exec python3 -m http.server --bind 127.0.0.1 {port}";

fn work(command: &str, ready: &str, ready_timeout: Duration) -> ServerWork {
    ServerWork { command: command.into(), ready: ready.into(), ready_timeout, stop_timeout: Duration::from_secs(10) }
}

fn start(place: &TempDir, command: &str, ready: &str, timeout: Duration, interrupted: &AtomicBool) -> Result<Server, MeasureError> {
    let log = place.path().join("logs/server.log");
    // Only `ready_timeout` bounds a start.
    let setting = Setting { directory: place.path(), log: &log, timeout: Duration::ZERO, interrupted, environment: &[] };
    Server::start(&work(command, ready, timeout), &setting)
}

/// A server that must not be measured: parts of the sentence that says why.
fn check(command: &str, ready: &str, timeout: Duration, parts: &[&str]) {
    let place = TempDir::new().unwrap();
    let sentence = start(&place, command, ready, timeout, &AtomicBool::new(false)).unwrap_err().to_string();
    parts.iter().for_each(|part| assert!(sentence.contains(part), "expected {part:?} in {sentence:?}"));
}

/// Tests of real servers need one; without Python they say so and pass.
#[allow(clippy::print_stderr, reason = "says why nothing is tested")]
fn has_python() -> bool {
    let found = std::process::Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("not tested here: python3 is missing");
    }
    found
}

#[test]
fn a_server_that_never_answers_is_an_error() {
    check("sleep 600", READY, Duration::from_millis(200), &["`sleep 600` was started", "did not answer within 200ms (`ready_timeout`)"]);
}

#[test]
fn a_server_that_ends_is_an_error() {
    let parts = ["ended with exit code 5", "before http://127.0.0.1:", "nobody answers", "server.log ends with:\n  | no configuration"];
    check("echo no configuration; exit 5", READY, Duration::from_secs(60), &parts);
    check("no-such-server-anywhere", READY, Duration::from_secs(60), &["exit code 127"]);
}

#[test]
fn a_stranger_on_the_address_is_an_error_before_anything_starts() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let ready = format!("http://{}/", listener.local_addr().unwrap());
    let place = TempDir::new().unwrap();
    let error = start(&place, "touch started; sleep 600", &ready, Duration::from_secs(60), &AtomicBool::new(false)).unwrap_err();
    assert!(error.to_string().contains(&format!("a stranger answers on {ready}")), "{error}");
    assert!(!place.path().join("started").exists());
}

#[test]
fn a_bad_url_is_an_error() {
    check("sleep 600", "ftp://127.0.0.1/", Duration::from_secs(60), &["server.ready", "ftp://127.0.0.1/"]);
}

#[test]
fn an_interrupt_stops_the_wait_and_the_server() {
    let place = TempDir::new().unwrap();
    let interrupted = AtomicBool::new(true);
    let found = start(&place, "sleep 600", READY, Duration::from_secs(60), &interrupted);
    assert!(matches!(found, Err(MeasureError::Interrupted)), "{found:?}");
}

#[test]
fn a_good_server_answers_is_watched_and_stops() {
    if !has_python() {
        return;
    }
    let place = TempDir::new().unwrap();
    let mut server = start(&place, GOOD, READY, Duration::from_secs(60), &AtomicBool::new(false)).unwrap();
    assert!(TcpStream::connect(("127.0.0.1", server.port())).is_ok());
    assert_eq!(server.check(), Ok(()));
    if cfg!(target_os = "linux") {
        let usage = server.usage().unwrap();
        assert!(usage.cpu_ns > 0 && usage.peak_bytes > 1_000_000, "{usage:?}");
    }
    let group = server.child.id();
    let ending = server.stop().unwrap();
    assert!(!ending.was_killed && ending.usage.unwrap().cpu_ns > 0, "{ending:?}");
    assert!(machine::group_usage(group).is_none_or(|usage| usage.living == 0));
    assert!(std::fs::read_to_string(place.path().join("logs/server.log")).unwrap().starts_with("starting\n"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_that_left_the_group_still_counts() {
    if !has_python() {
        return;
    }
    let place = TempDir::new().unwrap();
    // It says who it is once it has used some time.
    let left = "import os, time; os.setsid(); sum(range(3000000)); open('id.part', 'w').write(str(os.getpid())); \
                os.rename('id.part', 'id'); time.sleep(60)";
    let command = format!("python3 -c \"{left}\" & {GOOD}");
    let server = start(&place, &command, READY, Duration::from_secs(60), &AtomicBool::new(false)).unwrap();
    let id = loop {
        match std::fs::read_to_string(place.path().join("id")) {
            Ok(id) => break id.parse().unwrap(),
            Err(_) => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let (tree, group) = (machine::tree_usage(server.child.id()).unwrap(), machine::group_usage(server.child.id()).unwrap());
    rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), rustix::process::Signal::KILL).unwrap();
    assert!(tree.living > group.living && tree.cpu_ns > group.cpu_ns, "{tree:?} {group:?}");
    server.stop().unwrap();
}

#[test]
fn a_server_that_dies_under_load_is_found_out() {
    if !has_python() {
        return;
    }
    let place = TempDir::new().unwrap();
    let mut server = start(&place, GOOD, READY, Duration::from_secs(60), &AtomicBool::new(false)).unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(server.child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    while !server.child.has_ended() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let sentence = server.check().unwrap_err().to_string();
    assert!(sentence.contains("signal: 9") && sentence.contains("while it was measured"), "{sentence}");
}
