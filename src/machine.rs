//! The one door to /proc, /sys and cgroups. What a system does not tell is absent, never guessed.

mod parse;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What must be alike to compare times, and what is only shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Readable key of `[a-z0-9_-]`, also a directory name.
    pub key: String,
    /// What the key is made of.
    pub hard: BTreeMap<String, String>,
    /// Stored and compared, a note when it differs.
    pub drift: BTreeMap<String, String>,
}

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
        let throttled = self.throttled_periods.zip(earlier.throttled_periods).map(|(now, then)| now.saturating_sub(then));
        let waiting = self.cpu_some_avg10_percent.filter(|percent| *percent >= WAITING_NOTED_PERCENT);
        let words = [
            stolen.map(|percent| format!("the hypervisor took {percent:.1}% of its CPU time")),
            throttled.filter(|periods| *periods > 0).map(|periods| format!("its cgroup was throttled in {periods} periods")),
            waiting.map(|percent| format!("in {percent:.0}% of the last ten seconds some task waited for a CPU")),
        ];
        words.into_iter().flatten().collect()
    }

    fn steal_percent_since(&self, earlier: &Pressure) -> Option<f64> {
        let (now, then) = self.steal.zip(earlier.steal)?;
        let total = now.total.checked_sub(then.total).filter(|ticks| *ticks > 0)?;
        Some(now.stolen.saturating_sub(then.stolen) as f64 * 100.0 / total as f64)
    }
}

/// What the living processes of a group or a tree used so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupUsage {
    /// User and system time of the processes and of their ended, reaped children, ns; in steps of the kernel's tick, at most
    /// two steps too low per process.
    pub cpu_ns: u64,
    /// The kernel's tick, ns (10 ms).
    pub cpu_step_ns: u64,
    /// Sum of the processes' largest resident sizes, bytes: memory shared between them counts once for each.
    pub peak_bytes: u64,
    /// Processes, without those that ended and wait to be reaped.
    pub living: u32,
}

/// The facts of this machine; with a `name` given to its class, the name alone is what must be alike. Times measured on
/// machines of equal key are compared.
pub fn environment(name: Option<&str>) -> Facts {
    let cpuinfo = text("/proc/cpuinfo").unwrap_or_default();
    let mut facts = hard_facts(&cpuinfo);
    if let Some(name) = name {
        let hard = BTreeMap::from([("name".to_string(), name.to_string())]);
        facts = Facts { key: parse::word(name), hard, drift: facts.hard };
    }
    let drift = [
        ("kernel", text("/proc/sys/kernel/osrelease")),
        ("governor", text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
        ("memory", text("/proc/meminfo").and_then(|meminfo| parse::memory(&meminfo))),
        ("virtualisation", virtualisation(&cpuinfo)),
        ("neverslower", Some(env!("CARGO_PKG_VERSION").to_string())),
    ];
    for (field, value) in drift {
        if let Some(value) = value.map(|value| value.trim().to_string()).filter(|value| !value.is_empty()) {
            facts.drift.insert(field.to_string(), value);
        }
    }
    facts
}

fn hard_facts(cpuinfo: &str) -> Facts {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let model = parse::cpu_model(cpuinfo).unwrap_or_else(|| "unknown-cpu".to_string());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let hard = [("os", os.to_string()), ("arch", arch.to_string()), ("cpu", model.clone()), ("cores", cores.to_string())];
    Facts {
        key: parse::key(os, arch, &model, cores),
        hard: hard.into_iter().map(|(field, value)| (field.to_string(), value)).collect(),
        drift: BTreeMap::new(),
    }
}

fn virtualisation(cpuinfo: &str) -> Option<String> {
    let marks = ["/.dockerenv", "/run/.containerenv"];
    let cgroup = text("/proc/1/cgroup").unwrap_or_default();
    let container = marks.iter().any(|mark| Path::new(mark).exists()) || parse::is_container(&cgroup);
    let machine = parse::is_virtual_machine(cpuinfo)?;
    Some(
        match (machine, container) {
            (false, false) => "none",
            (false, true) => "container",
            (true, false) => "virtual machine",
            (true, true) => "container in a virtual machine",
        }
        .to_string(),
    )
}

/// How pressed this machine is now; `None` where nothing tells.
pub fn pressure() -> Option<Pressure> {
    let cgroup = text("/proc/self/cgroup").and_then(|own| parse::unified_cgroup(&own));
    let pressure = Pressure {
        cpu_some_avg10_percent: text("/proc/pressure/cpu").and_then(|text| parse::some_avg10(&text)),
        steal: text("/proc/stat").and_then(|stat| parse::steal(&stat)),
        throttled_periods: cgroup
            .and_then(|path| text(format!("/sys/fs/cgroup{path}/cpu.stat")))
            .and_then(|stat| parse::throttled_periods(&stat)),
    };
    (pressure != Pressure::default()).then_some(pressure)
}

/// Whether this process was started with that signal ignored; `false` where there is no /proc to tell.
pub fn ignores_signal(signal: i32) -> bool {
    let mask = text("/proc/self/status").and_then(|status| parse::ignored_signals(&status)).unwrap_or(0);
    u32::try_from(signal - 1).ok().and_then(|bit| mask.checked_shr(bit)).is_some_and(|mask| mask & 1 == 1)
}

/// What the processes of a group (led by the process of the same number) used so far; `None` where there is no /proc.
pub fn group_usage(group: u32) -> Option<GroupUsage> {
    Some(usage_of(processes()?.iter().filter(|(_, process)| process.group == group)))
}

/// The same of a group and of everything that its processes started, into whatever group that went.
pub fn tree_usage(group: u32) -> Option<GroupUsage> {
    let all = processes()?;
    let mut members: BTreeSet<u32> = all.iter().filter(|(_, process)| process.group == group).map(|(id, _)| *id).collect();
    // A child may be listed before its parent: until nobody joins.
    loop {
        let found = members.len();
        members.extend(all.iter().filter(|(_, process)| members.contains(&process.parent)).map(|(id, _)| *id).collect::<Vec<_>>());
        if members.len() == found {
            break;
        }
    }
    Some(usage_of(all.iter().filter(|(id, _)| members.contains(id))))
}

/// Every process by its number. One may end at any moment: then it no longer counts, and its parent holds its times.
fn processes() -> Option<Vec<(u32, parse::Process)>> {
    let entries = std::fs::read_dir("/proc").ok()?.flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Some(ids.filter_map(|id: u32| Some((id, parse::process(&text(format!("/proc/{id}/stat"))?)?))).collect())
}

fn usage_of<'a>(processes: impl Iterator<Item = &'a (u32, parse::Process)>) -> GroupUsage {
    let mut usage = GroupUsage { cpu_step_ns: 1_000_000_000 / ticks_per_second(), ..GroupUsage::default() };
    for (id, process) in processes {
        usage.cpu_ns = usage.cpu_ns.saturating_add(process.ticks.saturating_mul(usage.cpu_step_ns));
        usage.living += u32::from(process.is_living);
        let peak = text(format!("/proc/{id}/status")).and_then(|status| parse::peak_bytes(&status));
        usage.peak_bytes = usage.peak_bytes.saturating_add(peak.unwrap_or(0));
    }
    usage
}

/// Our own largest resident size, bytes.
pub fn own_peak_bytes() -> Option<u64> {
    parse::peak_bytes(&text("/proc/self/status")?)
}

#[cfg(unix)]
fn ticks_per_second() -> u64 {
    rustix::param::clock_ticks_per_second().max(1)
}

#[cfg(not(unix))]
fn ticks_per_second() -> u64 {
    100
}

#[allow(clippy::disallowed_methods, reason = "the one door to /proc and /sys")]
fn text(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}
