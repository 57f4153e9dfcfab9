//! A tool of one's own, as a `tool` suite runs it: it times two ways of sorting and writes what it found to a file, in
//! the text form of Go benchmarks, which many readers take. `sorter FILE`.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "a program of its own")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

const NUMBERS: usize = 20_000;
const REPETITIONS: usize = 12;

/// Always the same numbers in the same disorder (a linear congruential generator; Knuth's constants for MMIX).
fn numbers() -> Vec<u64> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 16
    };
    (0..NUMBERS).map(|_| next()).collect()
}

fn main() -> std::io::Result<()> {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: sorter FILE");
        std::process::exit(2);
    };
    let mut text = String::from("pkg: sorter\n");
    for _ in 0..REPETITIONS {
        for (name, sort) in [("Stable", <[u64]>::sort as fn(&mut [u64])), ("Unstable", <[u64]>::sort_unstable)] {
            let mut input = numbers();
            let start = Instant::now();
            sort(black_box(&mut input));
            let _ = writeln!(text, "BenchmarkSort/{name} \t 1 \t {} ns/op", start.elapsed().as_nanos());
        }
    }
    text.push_str("PASS\nok  \tsorter\t0.1s\n");
    if let Some(folder) = std::path::Path::new(&path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
