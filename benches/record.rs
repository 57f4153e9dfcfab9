//! One observation into a run: what every request of a live load test pays.

#![allow(clippy::indexing_slicing, reason = "fixed tables of labels, no input")]

mod short;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neverslower::model::{Request, Sample};
use neverslower::record::{Keep, Recorder, Sink};
use std::hint::black_box;

const SAMPLES: u64 = 10_000;

fn record(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record");
    group.sampling_mode(short::SAMPLING);
    group.throughput(Throughput::Elements(SAMPLES));
    for (name, keep, unit) in
        [("counts", Keep::Exact, 1_000_000), ("values", Keep::Exact, 1_000_003), ("histogram", Keep::Histogram, 1_000_003)]
    {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut recorder = Recorder::new(keep);
                for n in 0..SAMPLES {
                    let request = Request {
                        label: ["GET /", "GET /items", "POST /orders"][n as usize % 3],
                        start_ns: Some(1_700_000_000_000_000_000 + n * 2_000_000),
                        latency_ns: n * 7919 % 300 * unit,
                        bytes_in: Some(1263),
                        error: n.is_multiple_of(97).then_some("http-5xx"),
                        ..Request::default()
                    };
                    let taken = recorder.sample(&Sample::Request(&request));
                    debug_assert!(taken.is_ok());
                }
                black_box(recorder.finish("bench"))
            });
        });
    }
    group.finish();
}

criterion_group! { name = benches; config = short::short(); targets = record }
criterion_main!(benches);
