//! String concatenation three ways, the classic first benchmark: by `+` on a copy (what `+` means in languages with
//! immutable strings), by collecting and joining, and by one growing buffer.

mod short;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;

const PIECE: &str = "x";

fn plus(pieces: usize) -> String {
    let mut text = String::new();
    for _ in 0..pieces {
        text = text.clone() + black_box(PIECE);
    }
    text
}

fn join(pieces: usize) -> String {
    let parts: Vec<&str> = (0..pieces).map(|_| black_box(PIECE)).collect();
    parts.join("")
}

fn buffer(pieces: usize) -> String {
    let mut text = String::new();
    for _ in 0..pieces {
        text.push_str(black_box(PIECE));
    }
    text
}

fn concat(c: &mut Criterion) {
    let mut group = c.benchmark_group("concat");
    group.sampling_mode(short::SAMPLING);
    for pieces in [10, 1_000, 10_000] {
        for (name, way) in [("plus", plus as fn(usize) -> String), ("join", join), ("buffer", buffer)] {
            group.bench_with_input(BenchmarkId::new(name, pieces), &pieces, |b, pieces| b.iter(|| way(black_box(*pieces))));
        }
    }
    group.finish();
}

criterion_group! { name = benches; config = short::short(); targets = concat }
criterion_main!(benches);
