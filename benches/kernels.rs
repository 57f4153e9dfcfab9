//! The kernels of examples/kernels through Criterion; `KERNELS_SLOWER=3` makes them do 3 % more work.
#![allow(clippy::disallowed_methods, clippy::indexing_slicing, reason = "a benchmark program")]

#[path = "../examples/kernels/kernel.rs"]
mod kernel;
mod short;

use criterion::{Criterion, criterion_group, criterion_main};
use kernel::{KERNELS, slower};

/// An iteration is a part of a batch, so that Criterion can choose how many it takes at once.
const PARTS: u32 = 10;

fn kernels(c: &mut Criterion) {
    let percent = std::env::var("KERNELS_SLOWER").ok().and_then(|text| text.parse().ok()).unwrap_or(0.0);
    let mut group = c.benchmark_group("kernels");
    group.sampling_mode(short::SAMPLING);
    for kernel in &KERNELS {
        let units = slower(kernel.units / PARTS, percent);
        // Made only when it is wanted: a filter leaves the others out.
        group.bench_function(kernel.name, |b| {
            let mut work = (kernel.prepare)();
            b.iter(|| work(units));
        });
    }
    group.finish();
}

criterion_group! { name = benches; config = short::short(); targets = kernels }
criterion_main!(benches);
