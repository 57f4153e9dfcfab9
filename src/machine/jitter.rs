//! How steadily this machine works: sleeps that end late, and fixed work that takes now longer, now shorter.

use crate::clock::{Clock, thread_cpu_ns};
use crate::limits::{
    JITTER_BATCH_NS, JITTER_BATCHES_MAX, JITTER_REPETITIONS, JITTER_ROUNDS_MAX, JITTER_SLEEP, JITTER_SLEEP_SHARE, JITTER_WARM_UP,
};
use crate::model::{Batch, Repetition};
use std::hint::black_box;
use std::time::Duration;

/// Measures for about so long, on the calling thread. Each repetition first sleeps in short naps and then works, so that it is
/// placed anew and the repetitions lie spread over the whole time.
pub fn measure_jitter(duration: Duration) -> Vec<Repetition> {
    let clock = Clock::start();
    let total_ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    let rounds = sized(&clock);
    let until = |part: f64| (part / JITTER_REPETITIONS as f64 * total_ns as f64) as u64;
    (0..JITTER_REPETITIONS)
        .map(|repetition| {
            let start = repetition as f64;
            let lags_ns = naps(&clock, until(start + JITTER_SLEEP_SHARE));
            Repetition { lags_ns, batches: batches(&clock, rounds, until(start + 1.0)) }
        })
        .collect()
}

/// By how much naps are too long, until the clock shows so much.
fn naps(clock: &Clock, until_ns: u64) -> Vec<u64> {
    let asked_ns = u64::try_from(JITTER_SLEEP.as_nanos()).unwrap_or(u64::MAX);
    let mut lags = Vec::new();
    while clock.elapsed_ns() < until_ns && lags.len() < JITTER_BATCHES_MAX {
        let start = clock.elapsed_ns();
        std::thread::sleep(JITTER_SLEEP);
        lags.push((clock.elapsed_ns() - start).saturating_sub(asked_ns));
    }
    lags
}

/// Batches until the clock shows so much, at least one, without those that warm up.
fn batches(clock: &Clock, rounds: u64, until_ns: u64) -> Vec<Batch> {
    for _ in 0..JITTER_WARM_UP {
        batch(clock, rounds);
    }
    let mut batches = vec![batch(clock, rounds)];
    while clock.elapsed_ns() < until_ns && batches.len() < JITTER_BATCHES_MAX {
        batches.push(batch(clock, rounds));
    }
    batches
}

fn batch(clock: &Clock, rounds: u64) -> Batch {
    let (cpu, wall) = (thread_cpu_ns(), clock.elapsed_ns());
    work(rounds);
    let wall_ns = clock.elapsed_ns() - wall;
    Batch { wall_ns, cpu_ns: thread_cpu_ns().zip(cpu).map(|(after, before)| after.saturating_sub(before)) }
}

/// Rounds whose quickest batch takes about [`JITTER_BATCH_NS`]: doubled until they take half of it, then scaled.
fn sized(clock: &Clock) -> u64 {
    let quickest = |rounds: u64| (0..3).map(|_| batch(clock, rounds).wall_ns).min().unwrap_or(0).max(1);
    let mut rounds = 1024;
    while rounds < JITTER_ROUNDS_MAX {
        let ns = quickest(rounds);
        if ns >= JITTER_BATCH_NS / 2 {
            return (rounds as f64 * JITTER_BATCH_NS as f64 / ns as f64) as u64;
        }
        rounds *= 2;
    }
    rounds
}

/// The fixed work: a chain of dependent shifts in one register (xorshift64; G. Marsaglia, Journal of Statistical Software 8,
/// 2003). It touches no memory, so what varies is the CPU and who else is on it.
fn work(rounds: u64) {
    let mut x = black_box(0x9E37_79B9_7F4A_7C15_u64);
    for _ in 0..rounds {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    black_box(x);
}

#[cfg(test)]
mod tests {
    use super::measure_jitter;
    use crate::limits::JITTER_REPETITIONS;
    use std::time::Duration;

    #[test]
    fn every_repetition_holds_something_however_short_the_time() {
        let repetitions = measure_jitter(Duration::ZERO);
        assert_eq!(repetitions.len(), JITTER_REPETITIONS);
        assert!(repetitions.iter().all(|one| one.batches.iter().all(|batch| batch.wall_ns > 0) && !one.batches.is_empty()));
        assert_eq!(repetitions.iter().all(|one| one.batches.iter().all(|batch| batch.cpu_ns.is_some())), cfg!(unix));
    }
}
