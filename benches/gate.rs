//! How often the paired procedure is right: `cargo bench --bench gate`. Simulated gates, the same for the same seed; exits 1 when an
//! error level is broken. What real noise does on the machine at hand, only measuring tells (docs/INTERLEAVED.md).
//!
//! - false alarms for unchanged code, per series and per run of 100 series, under noise of six shapes: the bound follows from the coin
//!   that orders each pair, so it must hold for every shape,
//! - how many pairs unchanged code takes to pass, and +3 % and +5 % take to fail, at the spread of a busy machine,
//! - time of the decision for 1,000 series of 80 pairs.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::indexing_slicing, reason = "a program of its own")]

use neverslower::compare::{Levels, paired};
use neverslower::model::{Better, Order, Pair, PairLimits, Sides, Verdict};
use neverslower::stats::random_word;
use std::time::Instant;

const SEED: u64 = 20_261_123;
/// Gates for unchanged code, over all shapes of noise, and for changed code of one shape.
const UNCHANGED: u32 = 100_000;
const CHANGED: u32 = 10_000;
/// Runs of 100 series.
const RUNS: u32 = 1_000;
const PAIRS: u32 = 80;
/// Deviation of the logarithm of a process's value that makes pairs spread as those of median CPU time on two busy cores do.
const BUSY: f64 = 0.017;
/// One limit of 3 %, as in docs/STATISTICS.md.
const LIMITS: PairLimits = PairLimits { unstable: None, fail: Some(0.03), better: Better::Lower };

/// What moves the logarithm of one process's value.
#[derive(Clone, Copy, Debug)]
enum Noise {
    Normal,
    /// One process in twenty takes half as long again.
    Outliers,
    /// Each process begins where the last one ended.
    RandomWalk,
    /// Neighbours that stay for a while: autocorrelation 0.9.
    Autocorrelated,
    /// Two speeds, 8 % apart, that last for some fifty processes.
    StickyModes,
    /// Two speeds, 8 % apart, drawn anew for each process.
    Modes,
}

const SHAPES: [Noise; 6] = [Noise::Normal, Noise::Outliers, Noise::RandomWalk, Noise::Autocorrelated, Noise::StickyModes, Noise::Modes];

/// Numbers of one gate.
struct Draw {
    seed: u64,
    drawn: u64,
}

impl Draw {
    fn uniform(&mut self) -> f64 {
        self.drawn += 1;
        (random_word(self.seed, self.drawn) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn is(&mut self, chance: f64) -> bool {
        self.uniform() < chance
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// Pairs of a head that is slower by a share, in the order measured.
fn pairs(noise: Noise, slower: f64, gate: u64) -> Vec<Pair> {
    let mut draw = Draw { seed: SEED ^ (gate << 8) ^ noise as u64, drawn: 0 };
    let mut level = 0.0;
    let mut process = |draw: &mut Draw| {
        let own = BUSY * draw.normal();
        level = match noise {
            Noise::Normal => 0.0,
            Noise::Outliers if draw.is(0.05) => 0.5f64.ln_1p(),
            Noise::Outliers => 0.0,
            Noise::RandomWalk => level + BUSY * draw.normal(),
            Noise::Autocorrelated => 0.9 * level + BUSY * draw.normal(),
            Noise::StickyModes if draw.is(0.02) => 0.08 - level,
            Noise::StickyModes => level,
            Noise::Modes => {
                if draw.is(0.5) {
                    0.08
                } else {
                    0.0
                }
            }
        };
        1e6 * (own + level).exp()
    };
    let pair = |round: u32, draw: &mut Draw| {
        let order = if draw.is(0.5) { Order::BaseFirst } else { Order::HeadFirst };
        let (first, second) = (process(draw), process(draw));
        let (base, head) = if order == Order::BaseFirst { (first, second) } else { (second, first) };
        Pair { round, order, value: Sides { base, head: head * (1.0 + slower) }, wall: None, mean: None }
    };
    let mut made = Vec::new();
    let mut pair = pair;
    (1..=PAIRS).for_each(|round| made.push(pair(round, &mut draw)));
    made
}

/// Shares of fail, pass and unstable, and the pairs used in the mean.
#[derive(Default)]
struct Tally {
    gates: f64,
    failed: f64,
    passed: f64,
    pairs: f64,
}

impl Tally {
    fn of(noise: &[Noise], slower: f64, gates: u32, series: u32) -> Tally {
        let mut tally = Tally::default();
        for gate in 0..gates {
            let noise = noise[gate as usize % noise.len()];
            let change = paired(&pairs(noise, slower, u64::from(gate)), &LIMITS, Levels::of(series));
            tally.gates += 1.0;
            tally.failed += f64::from(u8::from(change.verdict == Verdict::Fail));
            tally.passed += f64::from(u8::from(change.verdict == Verdict::Pass));
            tally.pairs += f64::from(change.pairs_used);
        }
        tally
    }

    fn failed(&self) -> f64 {
        100.0 * self.failed / self.gates
    }

    fn passed(&self) -> f64 {
        100.0 * self.passed / self.gates
    }

    fn pairs(&self) -> f64 {
        self.pairs / self.gates
    }
}

/// Prints a row; gives whether its goal is reached.
fn row(what: &str, measured: f64, unit: &str, goal: &str, reached: bool) -> bool {
    println!("{what:<58} {measured:>9.3} {unit:<6} {goal:<9} {}", if reached { "yes" } else { "NO" });
    reached
}

fn main() {
    println!("{:<58} {:>9} {:<6} {:<9} reached", "", "measured", "", "goal");
    let mut is_sound = true;
    for shape in SHAPES {
        let alarms = Tally::of(&[shape], 0.0, UNCHANGED / SHAPES.len() as u32, 1).failed();
        // Five standard deviations of a rate of 0.1 % in so many gates.
        let bound = 0.1 + 5.0 * 100.0 * (0.001 / f64::from(UNCHANGED / SHAPES.len() as u32)).sqrt();
        is_sound &=
            row(&format!("unchanged, {shape:?}: false alarms of a series"), alarms, "%", "<= 0.1", alarms <= 0.1) || alarms <= bound;
    }
    let red = (0..RUNS).filter(|run| {
        let is_red = |series: u64| {
            let shape = SHAPES[(series % SHAPES.len() as u64) as usize];
            let made = pairs(shape, 0.0, 1_000_000 + u64::from(*run) * 100 + series);
            paired(&made, &LIMITS, Levels::of(100)).verdict == Verdict::Fail
        };
        (0..100).any(is_red)
    });
    let red = 100.0 * red.count() as f64 / f64::from(RUNS);
    is_sound &= row("unchanged: runs of 100 series that turn red", red, "%", "<= 2", red <= 2.0) || red <= 4.2;
    let same = Tally::of(&[Noise::Normal], 0.0, CHANGED, 1);
    row("unchanged: passes", same.passed(), "%", ">= 95", same.passed() >= 95.0);
    row("unchanged: pairs in the mean", same.pairs(), "pairs", "<= 16", same.pairs() <= 16.0);
    let three = Tally::of(&[Noise::Normal], 0.03, CHANGED, 1);
    row("+3 %: found", three.failed(), "%", ">= 95", three.failed() >= 95.0);
    row("+3 %: pairs in the mean", three.pairs(), "pairs", "<= 33", three.pairs() <= 33.0);
    let five = Tally::of(&[Noise::Normal], 0.05, CHANGED, 1);
    row("+5 %: found", five.failed(), "%", ">= 99", five.failed() >= 99.0);
    row("+5 %: pairs in the mean", five.pairs(), "pairs", "<= 21", five.pairs() <= 21.0);
    is_sound &= row("+5 %: wrongly passed", five.passed(), "%", "<= 0.5", five.passed() <= 0.5);
    let faster = Tally::of(&SHAPES, -0.05, CHANGED, 1).failed();
    is_sound &= row("5 % faster: fails", faster, "%", "0", faster == 0.0);
    let many: Vec<Vec<Pair>> = (0..1_000).map(|gate| pairs(Noise::Outliers, 0.015, gate)).collect();
    let begun = Instant::now();
    let decided = many.iter().filter(|pairs| paired(pairs, &LIMITS, Levels::of(1_000)).is_final).count();
    let took_ms = begun.elapsed().as_secs_f64() * 1e3;
    row("decision for 1,000 series of 80 pairs", took_ms, "ms", "<= 50", took_ms <= 50.0);
    assert!(decided <= many.len());
    if !is_sound {
        println!("an error level is broken");
        std::process::exit(1);
    }
}
