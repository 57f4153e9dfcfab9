//! A small HTTP/1.1 server to measure: keep-alive, a thread per connection, the standard library only.
//!
//! `hello --port N` serves `/` ("Hello world"), `/slow?ms=N` (answers after N ms) and `/error?rate=R` (every round(1/R)-th answer
//! is a 503, counted, not drawn). To see a gate turn red without touching this file: `HELLO_SLEEP_MS=20` delays every
//! answer, `HELLO_ERROR_RATE=0.02` fails every 50th on any path.
//!
//! It also shows what a server can tell of itself: `/metrics` (Prometheus text) and `/debug/vars` (JSON as of Go's expvar) count
//! its answers and the queries that it pretends to make for `/` (three; `HELLO_QUERIES=4` makes it four), and with
//! `HELLO_SERVER_TIMING=1` every answer carries a `Server-Timing` header.

#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "a program of its own, outside the house and its doors")]

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Longest request head that is understood.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// What the environment asks of every answer.
struct Demonstration {
    sleep: Duration,
    errors: Option<Every>,
    queries: u64,
    tells_timing: bool,
}

/// Chooses every n-th of a stream of requests, over all connections.
struct Every {
    nth: u64,
    seen: &'static AtomicU64,
}

impl Every {
    /// Every round(1/rate)-th; `None` where the rate asks for none at all.
    fn of_rate(rate: f64, seen: &'static AtomicU64) -> Option<Every> {
        (rate > 0.0).then(|| Every { nth: (1.0 / rate).round().max(1.0) as u64, seen })
    }

    fn is_next(&self) -> bool {
        (self.seen.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(self.nth)
    }
}

static SEEN_ON_ERROR_PATH: AtomicU64 = AtomicU64::new(0);
static SEEN_ON_ANY_PATH: AtomicU64 = AtomicU64::new(0);
/// What `/metrics` shows.
static ANSWERS: AtomicU64 = AtomicU64::new(0);
static QUERIES: AtomicU64 = AtomicU64::new(0);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = match arguments.as_slice() {
        [flag, port] if flag == "--port" => port.parse::<u16>().ok(),
        _ => None,
    };
    let Some(port) = port else {
        eprintln!("usage: hello --port N");
        return ExitCode::from(2);
    };
    let listener = match TcpListener::bind(("127.0.0.1", port)) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("hello: cannot listen on port {port}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    let demonstration: &'static Demonstration = Box::leak(Box::new(Demonstration {
        sleep: Duration::from_secs_f64(number("HELLO_SLEEP_MS").max(0.0) / 1000.0),
        errors: Every::of_rate(number("HELLO_ERROR_RATE"), &SEEN_ON_ANY_PATH),
        queries: if std::env::var_os("HELLO_QUERIES").is_some() { number("HELLO_QUERIES") as u64 } else { 3 },
        tells_timing: number("HELLO_SERVER_TIMING") > 0.0,
    }));
    for stream in listener.incoming().flatten() {
        std::thread::spawn(move || serve(stream, demonstration));
    }
    ExitCode::SUCCESS
}

/// Answers requests on one connection until either side has had enough.
fn serve(mut stream: TcpStream, demonstration: &Demonstration) {
    // Without it an answer waits for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::with_capacity(HEAD_BYTES_MAX);
    loop {
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            let mut more = [0; 4096];
            match stream.read(&mut more) {
                Ok(0) => return,
                Ok(count) if buffer.len() + count <= HEAD_BYTES_MAX => buffer.extend_from_slice(more.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => return,
            }
            continue;
        };
        let head: Vec<u8> = buffer.drain(..end + 4).collect();
        let Ok(head) = std::str::from_utf8(&head) else { return };
        let request = Request::parse(head);
        if skip_body(&mut stream, &mut buffer, request.body_bytes).is_err() {
            return;
        }
        let answer = request.answer(demonstration);
        if stream.write_all(answer.as_bytes()).is_err() || !request.is_keep_alive {
            return;
        }
    }
}

fn skip_body(stream: &mut TcpStream, buffer: &mut Vec<u8>, mut bytes: usize) -> std::io::Result<()> {
    let here = bytes.min(buffer.len());
    buffer.drain(..here);
    bytes -= here;
    std::io::copy(&mut stream.take(bytes as u64), &mut std::io::sink()).map(|_| ())
}

struct Request<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    is_keep_alive: bool,
    body_bytes: usize,
}

impl<'a> Request<'a> {
    fn parse(head: &'a str) -> Request<'a> {
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, target, version) =
            (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Request { method, path, query, is_keep_alive: version == "HTTP/1.1", body_bytes: 0 };
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("connection") {
                request.is_keep_alive =
                    !value.eq_ignore_ascii_case("close") && (request.is_keep_alive || value.eq_ignore_ascii_case("keep-alive"));
            } else if name.eq_ignore_ascii_case("content-length") {
                request.body_bytes = value.parse().unwrap_or(0);
            }
        }
        request
    }

    fn number(&self, name: &str) -> f64 {
        let value = self.query.split('&').filter_map(|pair| pair.split_once('=')).find(|(other, _)| *other == name);
        value.and_then(|(_, text)| text.parse().ok()).filter(|number: &f64| *number >= 0.0 && *number <= 3_600_000.0).unwrap_or(0.0)
    }

    /// Head and body together, so that one write sends them.
    fn answer(&self, demonstration: &Demonstration) -> String {
        std::thread::sleep(demonstration.sleep);
        if self.path == "/slow" {
            std::thread::sleep(Duration::from_secs_f64(self.number("ms") / 1000.0));
        }
        let answers = ANSWERS.fetch_add(1, Ordering::Relaxed) + 1;
        if self.path == "/" {
            QUERIES.fetch_add(demonstration.queries, Ordering::Relaxed);
        }
        let is_failing = |errors: &Every| errors.is_next();
        let on_path = (self.path == "/error").then(|| Every::of_rate(self.number("rate"), &SEEN_ON_ERROR_PATH)).flatten();
        let (status, body) = if demonstration.errors.as_ref().is_some_and(is_failing) || on_path.as_ref().is_some_and(is_failing) {
            ("503 Service Unavailable", "Try again".to_string())
        } else {
            match self.path {
                "/" | "/slow" | "/error" => ("200 OK", "Hello world".to_string()),
                "/metrics" => ("200 OK", metrics(answers)),
                "/debug/vars" => {
                    ("200 OK", format!("{{\"answers\": {answers}, \"sql\": {{\"queries\": {}}}}}\n", QUERIES.load(Ordering::Relaxed)))
                }
                _ => ("404 Not Found", "Nothing here".to_string()),
            }
        };
        let timing = if demonstration.tells_timing { "Server-Timing: db;dur=1.5, cache;desc=\"Cache, Read\";dur=0.25\r\n" } else { "" };
        let connection = if self.is_keep_alive { "" } else { "Connection: close\r\n" };
        let length = body.len();
        let sent = if self.method == "HEAD" { "" } else { body.as_str() };
        format!("HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n{timing}{connection}\r\n{sent}")
    }
}

/// Prometheus text.
fn metrics(answers: u64) -> String {
    let queries = QUERIES.load(Ordering::Relaxed);
    format!(
        "# TYPE answers_total counter\nanswers_total {answers}\n# TYPE sql_queries_total counter\n\
         sql_queries_total{{table=\"greeting\"}} {queries}\n# TYPE connections gauge\nconnections 1\n"
    )
}
