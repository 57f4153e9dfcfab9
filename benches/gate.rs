//! What the paired procedure promises, by simulation: `cargo bench --bench gate`. Deterministic; exits 1 when an error level is
//! broken.
//!
//! A world is the noise that one process run after the other meets, as a logarithm. Each pair is two runs in the order of a coin,
//! so that whatever drifts meets both sides; then `compare::paired` decides as in `run --against`.
#![allow(clippy::print_stdout, reason = "a program of its own")]
#![allow(clippy::disallowed_methods, reason = "a bench measures time")]

use neverslower::compare::{LOOKS, Levels, paired};
use neverslower::model::{Better, Order, Pair, PairLimits, PairedChange, Sides, Verdict};
use neverslower::stats::{random_word, signed_rank_p};
use std::process::ExitCode;
use std::time::Instant;

/// The limit of every gate, and its allowance.
const LIMIT: f64 = 0.03;
const ALLOWANCE: f64 = LIMIT / 6.0;
/// Gates of a row about false alarms, and of one about what is found.
const GATES: u32 = 100_000;
const FOUND_GATES: u32 = 10_000;
const SUITE: u32 = 100;
const PAIRS: u32 = 80;

struct Dice {
    seed: u64,
    drawn: u64,
}

impl Dice {
    fn word(&mut self) -> u64 {
        self.drawn += 1;
        random_word(self.seed, self.drawn)
    }

    /// From 0 to 1, neither included.
    fn share(&mut self) -> f64 {
        ((self.word() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Normal (Box and Muller).
    fn normal(&mut self, deviation: f64) -> f64 {
        deviation * (-2.0 * self.share().ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos()
    }
}

/// What of the noise there is: each part in deviations of the log, or as it is named.
#[derive(Clone, Copy, Default)]
struct World {
    name: &'static str,
    /// Of each run by itself.
    white: f64,
    /// Share of runs that take half as long again.
    outliers: f64,
    /// Step of a random walk.
    walk: f64,
    /// Of a process that remembers 0.9 of its last value.
    remembered: f64,
    /// Chance to change between two modes that lie 8 % apart.
    switching: f64,
}

const CPU_BOUND: World = World { name: "CPU-bound on busy cores (1.7% a run)", white: 0.017, ..NOTHING };
const NOTHING: World = World { name: "", white: 0.0, outliers: 0.0, walk: 0.0, remembered: 0.0, switching: 0.0 };
const NOISY: World = World { name: "noisy (3% a run)", white: 0.03, ..NOTHING };
const WORLDS: [World; 9] = [
    CPU_BOUND,
    World { name: "quiet (0.7% a run)", white: 0.007, ..NOTHING },
    NOISY,
    World { name: "noisy, 5% outliers of +50%", outliers: 0.05, ..NOISY },
    World { name: "noisy, random walk (1% a run)", walk: 0.01, ..NOISY },
    World { name: "noisy, AR(1) 0.9", remembered: 0.03, ..NOISY },
    World { name: "noisy, sticky two modes, 8% apart", switching: 0.05, ..NOISY },
    World { name: "noisy, two modes a run, 8% apart", switching: 0.5, ..NOISY },
    World { name: "all of it", outliers: 0.05, walk: 0.01, remembered: 0.03, switching: 0.05, ..NOISY },
];

/// A world in time.
struct Machine<'a> {
    world: World,
    dice: &'a mut Dice,
    walked: f64,
    remembered: f64,
    is_slow: bool,
}

impl Machine<'_> {
    fn run(&mut self) -> f64 {
        let World { white, outliers, walk, remembered, switching, .. } = self.world;
        let mut noise = self.dice.normal(white);
        if walk > 0.0 {
            self.walked += self.dice.normal(walk);
        }
        if remembered > 0.0 {
            self.remembered = 0.9 * self.remembered + self.dice.normal(remembered * (1.0f64 - 0.81).sqrt());
        }
        if switching > 0.0 && self.dice.share() < switching {
            self.is_slow = !self.is_slow;
        }
        if outliers > 0.0 && self.dice.share() < outliers {
            noise += 1.5f64.ln();
        }
        noise + self.walked + self.remembered + if self.is_slow { 1.08f64.ln() } else { 0.0 }
    }
}

/// 80 pairs of a head that is slower by a share.
fn pairs(world: World, slower: f64, dice: &mut Dice) -> Vec<Pair> {
    let mut machine = Machine { world, dice, walked: 0.0, remembered: 0.0, is_slow: false };
    let pair = |round: u32| {
        let is_base_first = machine.dice.word() >> 63 == 1;
        let (first, second) = (machine.run(), machine.run());
        let (order, base, head) = if is_base_first { (Order::BaseFirst, first, second) } else { (Order::HeadFirst, second, first) };
        let value = Sides { base: 1e6 * base.exp(), head: 1e6 * (1.0 + slower) * head.exp() };
        Pair { round, order, value, wall: None, mean: None }
    };
    (0..PAIRS).map(pair).collect()
}

fn decided(world: World, slower: f64, levels: Levels, dice: &mut Dice) -> PairedChange {
    let limits = PairLimits { unstable: None, fail: Some(LIMIT), better: Better::Lower };
    paired(&pairs(world, slower, dice), &limits, levels)
}

/// Shares of the verdicts of many gates, and the pairs they took in the mean.
struct Rates {
    fail: f64,
    pass: f64,
    unstable: f64,
    pairs: f64,
}

fn rates(world: World, slower: f64, gates: u32, dice: &mut Dice) -> Rates {
    let (mut fail, mut pass, mut pairs) = (0u32, 0u32, 0u32);
    for _ in 0..gates {
        let change = decided(world, slower, Levels::of(1), dice);
        fail += u32::from(change.verdict == Verdict::Fail);
        pass += u32::from(change.verdict == Verdict::Pass);
        pairs += change.pairs_used;
    }
    let share = |count: u32| f64::from(count) / f64::from(gates);
    Rates { fail: share(fail), pass: share(pass), unstable: share(gates - fail - pass), pairs: share(pairs) }
}

/// Largest share that counts within a true share are likely to show: four standard deviations above.
fn at_most(share: f64, trials: u32) -> f64 {
    share + 4.0 * (share * (1.0 - share) / f64::from(trials)).sqrt()
}

struct Table {
    is_sound: bool,
}

impl Table {
    /// A row with a goal; whether it was reached.
    fn row(&mut self, what: &str, measured: &str, goal: &str, is_reached: bool) {
        println!("| {what} | {measured} | {goal} | {} |", if is_reached { "yes" } else { "NO" });
    }

    /// A row about an error level, which the procedure must keep whatever the machine.
    fn level(&mut self, what: &str, share: f64, goal: f64, trials: u32) {
        let is_kept = share <= at_most(goal, trials);
        self.is_sound &= is_kept;
        let chance = format!("≤ {} (by chance ≤ {})", percent(goal), percent(at_most(goal, trials)));
        self.row(what, &percent(share), &chance, is_kept);
    }
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 1e5).round() / 1e3)
}

/// The test alone, without effect size and without passes: any of seven looks at α/5 each, under noise that is symmetric and
/// otherwise anything.
fn overall_levels(table: &mut Table, dice: &mut Dice) {
    for (alpha, expected) in [(0.05, 0.0392), (0.01, 0.0077), (0.001, 0.0009), (0.0001, 0.000_07)] {
        let alarms = (0..GATES).filter(|_| {
            let values: Vec<f64> = (0..PAIRS).map(|_| dice.normal(1.0)).collect();
            LOOKS.iter().any(|look| values.get(..*look).is_some_and(|seen| signed_rank_p(seen, 0.0) <= alpha / 5.0))
        });
        let share = alarms.count() as f64 / f64::from(GATES);
        let what = format!("seven looks at α/5 each, overall, α = {}", percent(alpha));
        table.level(&what, share, expected, GATES);
    }
}

/// Unchanged code, and code that is slower by exactly the allowance: the hardest that must not fail.
fn false_alarms(table: &mut Table, dice: &mut Dice) {
    let mut all = 0.0;
    for world in WORLDS {
        let unchanged = rates(world, 0.0, GATES, dice);
        all += unchanged.fail / WORLDS.len() as f64;
        table.level(&format!("false alarms, {}", world.name), unchanged.fail, 0.001, GATES);
        if world.name == CPU_BOUND.name {
            table.row("unchanged code passes, CPU-bound", &percent(unchanged.pass), "≥ 95%", unchanged.pass >= 0.95);
            table.row("… pairs in the mean", &format!("{:.1}", unchanged.pairs), "≤ 16", unchanged.pairs <= 16.0);
        }
    }
    table.level("false alarms, all of these worlds", all, 0.001, GATES * WORLDS.len() as u32);
    let bordering = rates(NOISY, ALLOWANCE, GATES / 4, dice);
    table.level("fails of a head slower by the allowance (+0.5%), noisy", bordering.fail, 1.4 * 0.001, GATES / 4);
    let faster = rates(NOISY, -0.03, FOUND_GATES, dice);
    table.level("fails of a faster head (-3%), noisy", faster.fail, 0.0, FOUND_GATES);
}

/// A hundred unchanged series at once, one world after the other: α is a fiftieth of a percent for each of them.
fn suites(table: &mut Table, dice: &mut Dice) {
    let levels = Levels::of(SUITE);
    let runs = GATES / SUITE;
    let is_red = |dice: &mut Dice| {
        WORLDS.into_iter().cycle().take(SUITE as usize).filter(|world| decided(*world, 0.0, levels, dice).verdict == Verdict::Fail).count()
            > 0
    };
    let red = (0..runs).filter(|_| is_red(dice)).count() as f64 / f64::from(runs);
    table.level("runs of 100 unchanged series that are red", red, 0.02, runs);
}

fn slowdowns(table: &mut Table, dice: &mut Dice) {
    let three = rates(CPU_BOUND, 0.03, FOUND_GATES, dice);
    table.row("+3% found, CPU-bound", &percent(three.fail), "≥ 95%", three.fail >= 0.95);
    table.row("… pairs in the mean", &format!("{:.1}", three.pairs), "≤ 33", three.pairs <= 33.0);
    let five = rates(CPU_BOUND, 0.05, FOUND_GATES, dice);
    table.row("+5% found, CPU-bound", &percent(five.fail), "≥ 99%", five.fail >= 0.99);
    table.row("… pairs in the mean", &format!("{:.1}", five.pairs), "≤ 21", five.pairs <= 21.0);
    table.level("… wrongly passed", five.pass, 0.005, FOUND_GATES);
    for world in WORLDS {
        let slow = rates(world, LIMIT, FOUND_GATES / 5, dice);
        table.level(&format!("+3% passed, {}", world.name), slow.pass, 0.05, FOUND_GATES / 5);
        println!(
            "| +3%, {}: found / unstable, mean pairs | {} / {}, {:.1} | – | – |",
            world.name,
            percent(slow.fail),
            percent(slow.unstable),
            slow.pairs
        );
    }
}

/// Pairs that decide nothing are the dearest: every look is taken, at both limits.
fn decision_time(table: &mut Table, dice: &mut Dice) {
    let both = PairLimits { unstable: Some(0.05), fail: Some(0.10), better: Better::Lower };
    let wild = World { white: 0.5, ..NOTHING };
    let series: Vec<Vec<Pair>> = (0..1000).map(|_| pairs(wild, 0.04, dice)).collect();
    let ms = (0..5).map(|_| {
        let start = Instant::now();
        let open = series.iter().filter(|pairs| paired(pairs, &both, Levels::of(1000)).pairs_used == PAIRS).count();
        std::hint::black_box(open);
        start.elapsed().as_secs_f64() * 1e3
    });
    let ms = ms.fold(f64::MAX, f64::min);
    table.row("decision for 1,000 series × 80 pairs, best of 5", &format!("{ms:.1} ms"), "≤ 50 ms", ms <= 50.0);
}

fn main() -> ExitCode {
    let (mut table, mut dice) = (Table { is_sound: true }, Dice { seed: 1, drawn: 0 });
    println!("| what, limit +3%, one series unless said | measured | goal | reached |\n|---|---|---|---|");
    false_alarms(&mut table, &mut dice);
    suites(&mut table, &mut dice);
    slowdowns(&mut table, &mut dice);
    overall_levels(&mut table, &mut dice);
    decision_time(&mut table, &mut dice);
    if table.is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
