//! How pressed this machine is: what others take from it, and what it withholds from us.

use super::{cgroup, text};

/// How pressed this machine was. Two readings, at the start and the end of a measurement, say what happened between them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pressure {
    /// Share of the last ten seconds in which some task waited for a CPU, percent (`/proc/pressure/cpu`).
    pub cpu_some_avg10_percent: Option<f64>,
    /// CPU time since boot in ticks: taken by the hypervisor, and altogether (`/proc/stat`).
    pub steal: Option<Steal>,
    /// Periods in which our cgroup was throttled, since it was made (`cpu.stat`).
    pub throttled_periods: Option<u64>,
}

/// CPU time of all processors since boot, ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steal {
    pub stolen: u64,
    pub total: u64,
}

/// Share of CPU time taken by the hypervisor, percent, and share of time in which some task waited for a CPU, from which a
/// measurement is worth a note.
const STEAL_NOTED_PERCENT: f64 = 1.0;
const WAITING_NOTED_PERCENT: f64 = 50.0;

impl Pressure {
    /// What pressed this machine since the earlier reading, in words; empty where nothing did.
    pub fn since(&self, earlier: &Pressure) -> Vec<String> {
        let stolen = self.steal_percent_since(earlier).filter(|percent| *percent >= STEAL_NOTED_PERCENT);
        let throttled = self.throttled_since(earlier);
        let waiting = self.cpu_some_avg10_percent.filter(|percent| *percent >= WAITING_NOTED_PERCENT);
        let words = [
            stolen.map(|percent| format!("the hypervisor took {percent:.1}% of its CPU time")),
            throttled.filter(|periods| *periods > 0).map(|periods| format!("its cgroup was throttled in {periods} periods")),
            waiting.map(|percent| format!("in {percent:.0}% of the last ten seconds some task waited for a CPU")),
        ];
        words.into_iter().flatten().collect()
    }

    /// Periods since the earlier reading in which our cgroup was throttled.
    pub fn throttled_since(&self, earlier: &Pressure) -> Option<u64> {
        self.throttled_periods.zip(earlier.throttled_periods).map(|(now, then)| now.saturating_sub(then))
    }

    /// Share of CPU time that the hypervisor took since the earlier reading, percent; `None` where no time passed.
    pub fn steal_percent_since(&self, earlier: &Pressure) -> Option<f64> {
        let (now, then) = self.steal.zip(earlier.steal)?;
        let total = now.total.checked_sub(then.total).filter(|ticks| *ticks > 0)?;
        Some(now.stolen.saturating_sub(then.stolen) as f64 * 100.0 / total as f64)
    }
}

/// How pressed this machine is now; `None` where nothing tells.
pub fn pressure() -> Option<Pressure> {
    let pressure = Pressure {
        cpu_some_avg10_percent: text("/proc/pressure/cpu").and_then(|text| some_avg10(&text)),
        steal: text("/proc/stat").and_then(|stat| steal(&stat)),
        throttled_periods: cgroup::throttled_periods(text),
    };
    (pressure != Pressure::default()).then_some(pressure)
}

/// `some avg10=1.95 avg60=…`.
pub(super) fn some_avg10(pressure: &str) -> Option<f64> {
    let some = pressure.lines().find_map(|line| line.strip_prefix("some "))?;
    let value: f64 = some.split_whitespace().find_map(|word| word.strip_prefix("avg10="))?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// `cpu user nice system idle iowait irq softirq steal guest guest_nice`; guests are already within user and nice.
pub(super) fn steal(stat: &str) -> Option<Steal> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<u64> = line.split_whitespace().take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(Steal { stolen: *ticks.get(7)?, total: ticks.iter().fold(0, |sum, ticks| sum.saturating_add(*ticks)) })
}
