//! Whether the load engine keeps the rate it is asked for: `cargo bench --bench rates`. nginx with an 11-byte body, 50
//! connections, 10 s at 1,000, 10,000 and 30,000 requests per second, even and Poisson. Prints the achieved over the planned rate
//! of the same run (of random starts: the rate as drawn, not the one asked for) and how late starts were; exits 1 where that
//! ratio is more than 0.1 % from 1 and the run did not say so. A machine that others use may void any row; none is then missed.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a program of its own")]

use serde_json::Value;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_neverslower");
const RATES: [u32; 3] = [1_000, 10_000, 30_000];
const TOLERATED: f64 = 0.001;

/// nginx as a process of ours, in a folder of ours.
fn nginx(folder: &Path, port: u16) -> Option<Child> {
    let shown = folder.display();
    let config = format!(
        "daemon off; master_process off; pid {shown}/pid; error_log {shown}/error.log; events {{ worker_connections 1024; }}
         http {{ access_log off; keepalive_requests 100000000; server {{ listen 127.0.0.1:{port}; location / {{ return 200 'Hello world'; }} }} }}"
    );
    std::fs::write(folder.join("nginx.conf"), config).unwrap();
    let program = ["/usr/sbin/nginx", "/usr/bin/nginx"].into_iter().find(|path| Path::new(path).exists())?;
    let mut server = Command::new(program);
    server.arg("-c").arg(folder.join("nginx.conf")).arg("-p").arg(folder).stderr(Stdio::null());
    Some(server.spawn().unwrap())
}

/// Whether somebody listens within two seconds.
fn is_listening(port: u16) -> bool {
    (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    })
}

/// A statistic of a phase in µs.
fn micros(run: &Value, metric: &str, statistic: &str) -> f64 {
    let series = run["series"].as_array().unwrap().iter().find(|series| series["metric"] == metric);
    series.and_then(|series| series["summary"][statistic].as_f64()).unwrap_or(f64::NAN) / 1e3
}

/// Runs every load and prints its row; whether each rate was met, or its run said that it was not.
fn all_kept(port: u16) -> bool {
    let mut is_kept = true;
    println!("  asked   kind     planned/s   achieved/planned   lag p50   lag p99  queue p99  late   CPU s/M  said");
    for rate in RATES {
        for kind in ["even", "poisson"] {
            let (url, text) = (format!("http://127.0.0.1:{port}/"), rate.to_string());
            let arguments = ["load", &url, "-q", &text, "-z", "10s", "--warm-up", "500ms", "--arrival", kind, "--json"];
            let output = Command::new(PROGRAM).args(arguments).output().unwrap();
            let run: Value = serde_json::from_slice(&output.stdout).unwrap();
            let load = &run["load"];
            let (planned, achieved) = (load["rate_planned"].as_f64().unwrap(), load["rate_achieved"].as_f64().unwrap());
            let is_void = output.status.code() == Some(4);
            let ratio = achieved / planned;
            let is_met = (ratio - 1.0).abs() <= TOLERATED;
            is_kept &= is_void || is_met;
            println!(
                "{rate:>7}   {kind:<8} {planned:>9.1} {ratio:>18.6} {:>6.0} µs {:>6.0} µs {:>7.0} µs {:>5} {:>8.1}  {}",
                micros(&run, "schedule_lag", "p50"),
                micros(&run, "schedule_lag", "p99"),
                micros(&run, "queue_wait", "p99"),
                load["late"],
                load["client_cpu_ns"].as_f64().unwrap_or(f64::NAN) / load["completed"].as_f64().unwrap() / 1e3,
                match (is_void, is_met) {
                    (true, _) => "no verdict",
                    (false, true) => "kept",
                    (false, false) => "missed",
                }
            );
        }
    }
    is_kept
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(mut server) = nginx(folder.path(), port) else {
        println!("skipped: nginx is not installed");
        return ExitCode::SUCCESS;
    };
    let is_kept = is_listening(port) && all_kept(port);
    server.kill().unwrap();
    server.wait().unwrap();
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
