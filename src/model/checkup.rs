//! What `doctor` learned of a machine: what it tells of itself, and how steadily it works.

use crate::stats::{Moments, median, nearest_rank, scaled_mad};
use serde::Serialize;
use std::collections::BTreeMap;

/// Name and version of the layout.
pub const CHECKUP_SCHEMA: &str = "neverslower.checkup.v1";

/// Share of its wall time below which a batch did not have a CPU for itself: somebody else ran, or the process waited.
const INTERRUPTED_BELOW: f64 = 0.9;

/// What a machine tells of itself, read and never changed. What it does not tell is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MachineFacts {
    /// CPUs that this process may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// Frequency governors of the CPUs, each named once, joined by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub governor: Option<String>,
    /// Whether the clock rate may rise above the nominal one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turbo: Option<bool>,
    /// Whether hardware threads share cores, as far as this system sees them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smt: Option<bool>,
    /// CPUs that the scheduler leaves alone, as a list such as `2-3`, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolated_cpus: Option<String>,
    /// `none`, `container`, `virtual machine`, or both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtualisation: Option<String>,
    /// Runnable tasks, mean of the last minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_average: Option<f64>,
    /// Share of the last ten seconds in which some task waited for a CPU, for memory, for a disk; percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_pressure_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_pressure_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub io_pressure_percent: Option<f64>,
    /// CPUs that our cgroup may use at once: all of them where it has no quota.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_limit: Option<f64>,
    /// Periods of the measurement in which our cgroup was throttled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttled_periods: Option<u64>,
    /// Share of the CPU time of the measurement that the hypervisor took, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steal_percent: Option<f64>,
    /// Memory that was moved out to disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swap_used_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_source: Option<String>,
    /// Smallest step of the monotonic clock, as the kernel gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timer_resolution_ns: Option<u64>,
    /// Files and sockets that this process may hold open; the largest number: unlimited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub descriptors: Option<u64>,
    /// First and last port of connections to elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<(u16, u16)>,
    /// Connections whose ports are not free yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_wait: Option<u64>,
    /// 0: addresses are the same in every process; 1 and 2: they are drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aslr: Option<u64>,
    /// `perf_event_paranoid`: up to 2 a user may count instructions of his own processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perf_event_paranoid: Option<i64>,
    /// Whether the processor's counters show: virtual machines often hide them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_counters: Option<bool>,
    /// Whether the program is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valgrind: Option<bool>,
}

/// One run of the fixed work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    pub wall_ns: u64,
    /// CPU time of the thread; `None` where the system does not tell.
    pub cpu_ns: Option<u64>,
}

/// Some short sleeps, then batches in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repetition {
    /// By how much each sleep was too long, ns.
    pub lags_ns: Vec<u64>,
    pub batches: Vec<Batch>,
}

/// How steadily the machine works: one thread, fixed work in registers (no memory, no disk, no network), some seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Jitter {
    /// How long it was measured, ns.
    pub measured_ns: u64,
    /// Late wake-ups; absent where none was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timer_lag: Option<TimerLag>,
    /// Repetitions, and batches in all of them.
    pub repetitions: u64,
    pub batches: u64,
    pub wall: Times,
    /// The same of CPU time; absent where the system does not tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Times>,
    /// Share of batches with less than 0.9 of a CPU for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interrupted_share: Option<f64>,
}

/// How late the process woke from sleeps of 1 ms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TimerLag {
    pub sleeps: u64,
    pub p50_ns: u64,
    pub p99_ns: u64,
    pub max_ns: u64,
}

/// Times of batches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Times {
    pub lower_quartile_ns: u64,
    pub p50_ns: u64,
    pub p99_ns: u64,
    /// Standard deviation over mean, of single batches.
    pub spread: f64,
    /// How the repetitions' p50 differ: the larger of standard deviation and 1.4826 · MAD of their logarithms.
    pub between: f64,
    /// The same of their lower quartiles.
    pub between_lower_quartile: f64,
}

impl Jitter {
    /// From what was measured; `None` with fewer than two repetitions that have batches, which have nothing between them.
    pub fn of(measured_ns: u64, repetitions: &[Repetition]) -> Option<Jitter> {
        let repetitions: Vec<&Repetition> = repetitions.iter().filter(|one| !one.batches.is_empty()).collect();
        let all = || repetitions.iter().flat_map(|one| &one.batches);
        let wall: Vec<Vec<u64>> = repetitions.iter().map(|one| one.batches.iter().map(|batch| batch.wall_ns).collect()).collect();
        let cpu: Option<Vec<Vec<u64>>> =
            repetitions.iter().map(|one| one.batches.iter().map(|batch| batch.cpu_ns).collect::<Option<_>>()).collect();
        let is_interrupted = |batch: &Batch| batch.cpu_ns.map(|cpu| (cpu as f64) < INTERRUPTED_BELOW * batch.wall_ns as f64);
        let interrupted: Option<Vec<bool>> = all().map(is_interrupted).collect();
        let share = |of: Vec<bool>| of.iter().filter(|is| **is).count() as f64 / of.len().max(1) as f64;
        Some(Jitter {
            measured_ns,
            timer_lag: TimerLag::of(repetitions.iter().flat_map(|one| one.lags_ns.iter().copied()).collect()),
            repetitions: repetitions.len() as u64,
            batches: all().count() as u64,
            wall: Times::of(&wall)?,
            cpu: cpu.and_then(|cpu| Times::of(&cpu)),
            interrupted_share: interrupted.map(share),
        })
    }
}

impl TimerLag {
    fn of(mut lags: Vec<u64>) -> Option<TimerLag> {
        lags.sort_unstable();
        let at = |share: f64| nearest_rank(&lags, share);
        Some(TimerLag { sleeps: lags.len() as u64, p50_ns: at(0.5)?, p99_ns: at(0.99)?, max_ns: *lags.last()? })
    }
}

impl Times {
    fn of(repetitions: &[Vec<u64>]) -> Option<Times> {
        let sorted = |values: &[u64]| {
            let mut values = values.to_vec();
            values.sort_unstable();
            values
        };
        let each: Vec<Vec<u64>> = repetitions.iter().map(|values| sorted(values)).collect();
        let all = sorted(&each.concat());
        let mut moments = Moments::default();
        all.iter().for_each(|ns| moments.add(*ns as f64));
        let between = |share: f64| between(&each.iter().filter_map(|values| nearest_rank(values, share)).collect::<Vec<_>>());
        Some(Times {
            lower_quartile_ns: nearest_rank(&all, 0.25)?,
            p50_ns: nearest_rank(&all, 0.5)?,
            p99_ns: nearest_rank(&all, 0.99)?,
            spread: moments.stddev().unwrap_or(0.0) / moments.mean()?,
            between: between(0.5)?,
            between_lower_quartile: between(0.25)?,
        })
    }
}

/// Scale of how values differ, as a share; `None` with fewer than two, or where one is 0.
fn between(values: &[u64]) -> Option<f64> {
    let logs: Vec<f64> = values.iter().filter(|ns| **ns > 0).map(|ns| (*ns as f64).ln()).collect();
    if logs.len() < values.len() || median(&logs).is_none() {
        return None;
    }
    let mut moments = Moments::default();
    logs.iter().for_each(|log| moments.add(*log));
    Some(moments.stddev()?.max(scaled_mad(&logs)?))
}

/// How much a sign weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Worth knowing; nothing is wrong.
    Note,
    /// It makes numbers noisy, or voids a measurement.
    Noisy,
}

/// What one fact means for who measures here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sign {
    /// The member of the facts or of the jitter that it is about.
    pub about: &'static str,
    pub weight: Weight,
    /// What it means, a sentence without its full stop.
    pub means: String,
    /// What to do, likewise.
    pub remedy: String,
}

/// The whole checkup, as `doctor` prints it as JSON and stores it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checkup {
    pub schema: &'static str,
    /// `pass`: nothing notable; `unstable`: something makes numbers noisy; `no-verdict`: nothing could be read or measured.
    pub verdict: &'static str,
    pub exit_code: u8,
    /// When, RFC 3339 in UTC.
    pub recorded: String,
    /// Key of this machine's environment.
    pub environment: String,
    /// What is alike on machines of that key.
    pub hard: BTreeMap<String, String>,
    pub facts: MachineFacts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Jitter>,
    pub signs: Vec<Sign>,
    /// What it changes for young baselines, a sentence without its full stop; absent where nothing was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior: Option<String>,
}

/// How much runs of the same code differ, as a checkup measured it: what judges a young baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredNoise {
    /// Key of the environment it was measured in.
    pub environment: String,
    /// Scale between repetitions, as a share.
    pub scale: f64,
    /// Whether that machine showed anything that makes numbers noisy.
    pub is_noisy: bool,
}

#[cfg(test)]
mod tests;
