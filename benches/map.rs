//! A map shared by threads two ways: behind a mutex, and owned by one thread that is asked through channels.
#![allow(clippy::expect_used, reason = "a benchmark program: a panic is its failure")]

mod short;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Mutex, mpsc};
use std::thread;

/// Increments that all threads together make in one iteration.
const INCREMENTS: u64 = 1_200;
const KEYS: u64 = 64;

fn mutex(threads: u64) -> u64 {
    let map: Mutex<HashMap<u64, u64>> = Mutex::new(HashMap::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for n in 0..INCREMENTS / threads {
                    *map.lock().expect("no thread panics").entry(n % KEYS).or_insert(0) += 1;
                }
            });
        }
    });
    map.into_inner().expect("no thread panics").values().sum()
}

fn channel(threads: u64) -> u64 {
    let (ask, questions) = mpsc::channel::<(u64, mpsc::SyncSender<u64>)>();
    let owner = thread::spawn(move || {
        let mut map: HashMap<u64, u64> = HashMap::new();
        for (key, answer) in questions {
            let value = map.entry(key).or_insert(0);
            *value += 1;
            let _ = answer.send(*value);
        }
        map.values().sum()
    });
    thread::scope(|scope| {
        for _ in 0..threads {
            let ask = ask.clone();
            scope.spawn(move || {
                let (answer, answers) = mpsc::sync_channel(1);
                for n in 0..INCREMENTS / threads {
                    ask.send((n % KEYS, answer.clone())).expect("the owner lives");
                    black_box(answers.recv().expect("the owner answers"));
                }
            });
        }
    });
    drop(ask);
    owner.join().expect("the owner ends")
}

fn map(c: &mut Criterion) {
    let mut group = c.benchmark_group("map");
    group.sampling_mode(short::SAMPLING);
    for threads in 1..=4u64 {
        for (name, way) in [("mutex", mutex as fn(u64) -> u64), ("channel", channel)] {
            group.bench_with_input(BenchmarkId::new(name, threads), &threads, |b, threads| b.iter(|| way(black_box(*threads))));
        }
    }
    group.finish();
}

criterion_group! { name = benches; config = short::short(); targets = map }
criterion_main!(benches);
