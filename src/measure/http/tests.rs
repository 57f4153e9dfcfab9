//! The whole engine against servers made for the test: what they do to a connection decides what must be counted.

mod accounting;
mod answers;
mod assertions;
mod feeds;
mod http2;
mod pace;
mod redirects;
mod scenarios;
mod schedules;
mod server_timing;
mod streams;
mod tls;
mod ways;

use super::{Drive, LoadError, Progress, drive};
use crate::model::{Arrival, Assertions, LoadFacts, LoadWork, Note, Pair, PairKey, RunFacts, Sample, Series, SeriesKey};
use crate::model::{Spacing, Start, Stop, Target, Transport, TransportFacts};
use crate::record::{Rejected, Sink};
use crate::stats::Histogram;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nHello world";

/// A sample, kept.
#[derive(Debug, Clone)]
struct Row {
    label: String,
    latency_ns: u64,
    service_time_ns: Option<u64>,
    lag_ns: Option<u64>,
    queue_wait_ns: Option<u64>,
    connect_ns: Option<u64>,
    tls_ns: Option<u64>,
    bytes_in: Option<u64>,
    bytes_out: Option<u64>,
    code: String,
    message: String,
    error: String,
    detail: String,
}

/// Keeps everything; takes at most `room` samples.
#[derive(Debug)]
struct Kept {
    rows: Vec<Row>,
    /// What answers told of themselves: series, ns, whether the request failed.
    values: Vec<(String, f64, bool)>,
    facts: Option<RunFacts>,
    notes: Vec<String>,
    room: usize,
}

impl Sink for Kept {
    fn sample(&mut self, sample: &Sample<'_>) -> Result<(), Rejected> {
        let request = match sample {
            Sample::Request(request) => request,
            Sample::Value(value) => {
                self.values.push((value.label.to_string(), value.value, value.failed));
                return Ok(());
            }
        };
        if self.rows.len() == self.room {
            return Err(Rejected("the disk is full; make room".to_string()));
        }
        assert!(request.start_ns.is_some() && request.url.contains("://") && request.thread.starts_with("load 1"));
        self.rows.push(Row {
            label: request.label.to_string(),
            latency_ns: request.latency_ns,
            service_time_ns: request.service_time_ns,
            lag_ns: request.schedule_lag_ns,
            queue_wait_ns: request.queue_wait_ns,
            connect_ns: request.connect_ns,
            tls_ns: request.tls_ns,
            bytes_in: request.bytes_in,
            bytes_out: request.bytes_out,
            code: request.code.to_string(),
            message: request.message.to_string(),
            error: request.error.unwrap_or_default().to_string(),
            detail: request.error_detail.to_string(),
        });
        Ok(())
    }

    fn histogram(&mut self, _: &SeriesKey, _: &Histogram, _: bool) -> Result<(), Rejected> {
        unreachable!("a load test makes samples")
    }

    fn summary(&mut self, _: Series) -> Result<(), Rejected> {
        unreachable!("a load test makes samples")
    }

    fn pair(&mut self, _: &PairKey, _: &Pair) -> Result<(), Rejected> {
        Err(Rejected("a pair".to_string()))
    }

    fn facts(&mut self, facts: RunFacts) {
        self.facts = Some(facts);
    }

    fn note(&mut self, note: Note) {
        self.notes.push(note.text);
    }
}

/// What a run left behind.
#[derive(Debug)]
struct Report {
    rows: Vec<Row>,
    values: Vec<(String, f64, bool)>,
    facts: RunFacts,
    load: LoadFacts,
    transport: TransportFacts,
    notes: Vec<String>,
}

impl Report {
    /// Error kinds (empty: success) and how often each came.
    fn errors(&self) -> BTreeMap<&str, usize> {
        let mut errors = BTreeMap::new();
        self.rows.iter().for_each(|row| *errors.entry(row.error.as_str()).or_insert(0) += 1);
        errors
    }
}

/// One end of a connection, plain or secured.
trait Wire: Read + Write {}

impl<T: Read + Write> Wire for T {}

/// Starts a server; `behave` has each of its connections, and what it returns from is closed.
fn serve(behave: impl Fn(&mut dyn Wire) + Clone + Send + 'static) -> u16 {
    serve_tcp(move |mut stream| behave(&mut stream))
}

/// The same of bare TCP.
fn serve_tcp(behave: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let behave = behave.clone();
            std::thread::spawn(move || {
                stream.set_nodelay(true).expect("an option");
                behave(stream);
            });
        }
    });
    port
}

/// A server that answers every request with the same bytes.
fn serve_bytes(answer: &'static [u8]) -> u16 {
    serve(move |stream| while read_request(stream) && stream.write_all(answer).is_ok() {})
}

/// A port at which nobody listens, and nobody will: it is the near end of a connection that is kept.
fn refusing_port() -> (u16, TcpStream) {
    let held = TcpStream::connect(("127.0.0.1", serve_bytes(HELLO))).expect("a connection");
    (held.local_addr().expect("an address").port(), held)
}

/// Reads one request without a body; `false` once there is none.
fn read_request(stream: &mut dyn Wire) -> bool {
    read_head(stream).is_some()
}

/// The head of the next request.
fn read_head(stream: &mut dyn Wire) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.extend_from_slice(&byte),
            _ => return None,
        }
    }
    String::from_utf8(head).ok()
}

fn target(method: &str, path: &str) -> Target {
    Target {
        label: format!("{method} {path}"),
        method: method.to_string(),
        url: format!("http://127.0.0.1:{{port}}{path}"),
        headers: Vec::new(),
        body: Vec::new(),
        weight: 1,
        assertions: Assertions::default(),
    }
}

/// `count` requests `GET /`, with limits that no test reaches by accident.
fn work(arrival: Arrival, connections: u32, count: u64) -> LoadWork {
    LoadWork {
        targets: vec![target("GET", "/")],
        scenarios: Vec::new(),
        feeders: Vec::new(),
        targets_file: None,
        arrival,
        connections,
        stop: Stop::Requests(count),
        warm_up: Duration::ZERO,
        timeout: Duration::from_secs(60),
        connect_timeout: Duration::from_secs(60),
        grace: Duration::from_secs(60),
        max_lag: Duration::from_millis(10),
        spacing: Spacing::Even,
        think_time: Duration::ZERO,
        shard: None,
        start: Start::AtOnce,
        abort_if: None,
        scrape: None,
        transport: Transport::default(),
    }
}

fn try_run(
    work: &LoadWork,
    port: u16,
    room: usize,
    interrupted: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Kept, LoadError> {
    let mut kept = Kept { rows: Vec::new(), values: Vec::new(), facts: None, notes: Vec::new(), room };
    drive(
        Drive { work, recorded: Arc::from([0, 1_000_000, 1_000_000]), targets: None, port: Some(port), interrupted, progress },
        &mut kept,
    )?;
    Ok(kept)
}

fn report(kept: Kept) -> Report {
    let facts = kept.facts.expect("facts");
    let load = facts.load.clone().expect("facts about the load");
    // What holds for every run whatever the server did: nothing planned is dropped, nothing is counted twice.
    assert_eq!(load.completed + load.failed + load.unsent, load.planned, "{load:?}");
    assert_eq!(kept.rows.len() as u64, load.planned, "{load:?}");
    let transport = load.transport.clone().expect("facts about the connections");
    Report { rows: kept.rows, values: kept.values, facts, load, transport, notes: kept.notes }
}

fn run(work: &LoadWork, port: u16) -> Report {
    report(try_run(work, port, usize::MAX, &AtomicBool::new(false), &mut |_| {}).expect("a run"))
}
