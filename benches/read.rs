//! Result file → run, from memory: what `check` spends its time on.

#![allow(clippy::indexing_slicing, reason = "fixed tables of labels, no input")]

mod short;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neverslower::format;
use neverslower::jenkins::{self, Settings};
use neverslower::record::{Keep, Recorder};
use neverslower::source::Input;
use std::fmt::Write as _;
use std::hint::black_box;

const ROWS: u64 = 10_000;

/// Elapsed milliseconds and success of row `n`: some variety, always the same.
fn row(n: u64) -> (u64, bool) {
    (n * 7919 % 300, !n.is_multiple_of(97))
}

fn jtl_csv() -> String {
    let mut text = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,\
                    grpThreads,allThreads,URL,Latency,IdleTime,Connect\n"
        .to_string();
    for n in 0..ROWS {
        let ((elapsed, ok), label) = (row(n), ["GET /", "GET /items", "\"Login, step 1\"", "POST /orders"][n as usize % 4]);
        let (code, start) = (if ok { 200 } else { 503 }, 1_700_000_000_000 + n * 3);
        writeln!(text, "{start},{elapsed},{label},{code},OK,Users 1-1,text,{ok},,1263,118,50,50,http://127.0.0.1/,{elapsed},0,2")
            .unwrap_or_default();
    }
    text
}

fn jtl_xml() -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testResults version=\"1.2\">\n".to_string();
    for n in 0..ROWS {
        let ((t, ok), label) = (row(n), ["GET /", "GET /items", "Login &amp; more", "POST /orders"][n as usize % 4]);
        let (code, start) = (if ok { 200 } else { 503 }, 1_700_000_000_000 + n * 3);
        writeln!(
            text,
            "<httpSample t=\"{t}\" it=\"0\" lt=\"{t}\" ct=\"2\" ts=\"{start}\" s=\"{ok}\" lb=\"{label}\" rc=\"{code}\" rm=\"OK\" \
             tn=\"Users 1-1\" dt=\"text\" by=\"1263\" sby=\"118\" ng=\"50\" na=\"50\"/>"
        )
        .unwrap_or_default();
    }
    text + "</testResults>\n"
}

fn vegeta_json() -> String {
    let mut text = String::new();
    for n in 0..ROWS {
        let (ms, ok) = row(n);
        let (code, error, latency) = (if ok { 200 } else { 503 }, if ok { "" } else { "503 Service Unavailable" }, ms * 1_000_003);
        writeln!(
            text,
            "{{\"attack\":\"\",\"seq\":{n},\"code\":{code},\"timestamp\":\"2026-11-23T17:46:{:02}.830608485Z\",\"latency\":{latency},\
             \"bytes_out\":0,\"bytes_in\":12,\"error\":\"{error}\",\"body\":\"SGVsbG8gd29ybGQK\",\"method\":\"GET\",\
             \"url\":\"http://127.0.0.1/items?page={n}\",\"headers\":null}}",
            n % 60
        )
        .unwrap_or_default();
    }
    text
}

fn go() -> String {
    let mut text = "goos: linux\ngoarch: amd64\npkg: example.com/shop\n".to_string();
    for n in 0..ROWS {
        writeln!(text, "BenchmarkConcat/n={}-2 \t 1000\t {}.5 ns/op\t 64 B/op\t 9 allocs/op", n % 100, n % 997).unwrap_or_default();
    }
    text + "PASS\nok  \texample.com/shop\t1.0s\n"
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    group.sampling_mode(short::SAMPLING);
    for (name, text) in [("jtl-csv", jtl_csv()), ("jtl-xml", jtl_xml()), ("vegeta-json", vegeta_json()), ("go", go())] {
        let input = Input::bytes("bench", &text);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut recorder = Recorder::new(Keep::Exact);
                let read = format::read(&input, None, &mut recorder);
                black_box((read.is_ok(), recorder.finish("bench")))
            });
        });
    }
    // The profile's own readers of the same text: within twice of ours.
    for (name, text) in [("jenkins-csv", jtl_csv()), ("jenkins-xml", jtl_xml())] {
        let inputs = [Input::bytes("bench", &text)];
        let settings = Settings::of_plugin(Vec::new());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| black_box(jenkins::collect_inputs(&settings, &inputs))));
    }
    group.finish();
}

criterion_group! { name = benches; config = short::short(); targets = read }
criterion_main!(benches);
