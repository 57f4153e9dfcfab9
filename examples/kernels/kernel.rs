//! Small programs of different kinds, each a number of equal units of work, so that a slowdown can be made exact by count.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::BuildHasherDefault;
use std::hint::black_box;

/// One of them.
pub struct Kernel {
    pub name: &'static str,
    /// Units that take about half a millisecond; a multiple of 1,000, so that 0.1 % is a whole number of them.
    pub units: u32,
    /// Makes what it works on.
    pub prepare: fn() -> Box<dyn FnMut(u32)>,
}

/// All of them.
pub static KERNELS: [Kernel; 6] = [
    Kernel { name: "sort", units: 6_000, prepare: sort },
    Kernel { name: "text", units: 40_000, prepare: text },
    Kernel { name: "copy", units: 3_000, prepare: copy },
    Kernel { name: "map", units: 70_000, prepare: map },
    Kernel { name: "scan", units: 12_000, prepare: scan },
    Kernel { name: "chase", units: 3_000, prepare: chase },
];

/// That many per cent more units.
pub fn slower(units: u32, percent: f64) -> u32 {
    (f64::from(units) * (1.0 + percent / 100.0)).round() as u32
}

/// Always the same numbers in the same disorder (a linear congruential generator; Knuth's constants for MMIX).
struct Numbers(u64);

impl Iterator for Numbers {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(self.0 >> 33)
    }
}

/// Sorts 32 numbers.
fn sort() -> Box<dyn FnMut(u32)> {
    let numbers: Vec<u64> = Numbers(1).take(32).collect();
    let mut sorted = numbers.clone();
    Box::new(move |units| {
        for _ in 0..units {
            sorted.copy_from_slice(black_box(&numbers));
            black_box(&mut sorted).sort_unstable();
        }
    })
}

/// Writes a number to a growing text.
fn text() -> Box<dyn FnMut(u32)> {
    Box::new(|units| {
        let mut text = String::new();
        for n in 0..units {
            let _ = write!(text, "{n},");
            if text.len() > 4096 {
                black_box(std::mem::take(&mut text));
            }
        }
    })
}

/// Copies 16 KiB.
fn copy() -> Box<dyn FnMut(u32)> {
    let (from, mut to) = (vec![7u8; 16 * 1024], vec![0u8; 16 * 1024]);
    Box::new(move |units| {
        for _ in 0..units {
            to.copy_from_slice(black_box(&from));
            black_box(&mut to);
        }
    })
}

/// Counts a key in a hash map. The keys of the hash are fixed: random ones would make every process another program.
fn map() -> Box<dyn FnMut(u32)> {
    let keys: Vec<u64> = Numbers(2).take(1024).collect();
    let mut map: HashMap<u64, u64, BuildHasherDefault<DefaultHasher>> = HashMap::default();
    Box::new(move |units| {
        for key in keys.iter().cycle().take(units as usize) {
            *map.entry(black_box(*key)).or_insert(0) += 1;
        }
    })
}

/// Finds strings and nesting in a record of JSON.
fn scan() -> Box<dyn FnMut(u32)> {
    let record = br#"{"name": "a \"b\"", "values": [1, 2.5, {"x": null}], "ok": true}"#;
    Box::new(move |units| {
        for _ in 0..units {
            let (mut depth, mut strings, mut is_string, mut is_escaped) = (0u32, 0u32, false, false);
            for byte in black_box(record) {
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' => is_escaped = true,
                    b'"' => (is_string, strings) = (!is_string, strings + 1),
                    b'{' | b'[' if !is_string => depth += 1,
                    b'}' | b']' if !is_string => depth -= 1,
                    _ => {}
                }
            }
            black_box((depth, strings));
        }
    })
}

/// Follows one step of a chain that visits every cache line of 16 MB in random order: what waiting for memory costs.
fn chase() -> Box<dyn FnMut(u32)> {
    const LINES: usize = 16 * 1024 * 1024 / 64;
    let mut next: Vec<[u32; 16]> = (0..LINES as u32).map(|line| [line; 16]).collect();
    // Sattolo's shuffle gives a single cycle.
    for (last, random) in (1..LINES).rev().zip(Numbers(3)) {
        next.swap(last, random as usize % last);
    }
    let mut at = 0;
    Box::new(move |units| {
        for _ in 0..units {
            at = next[at as usize][0];
        }
        black_box(at);
    })
}
