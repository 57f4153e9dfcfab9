//! What the kernel's text files say; pure. Formats: proc(5), and `cgroup-v2` and `psi` of the kernel's documentation.

use super::Steal;
use crate::limits;

/// The value of the first `name : value` line.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

/// The processor's name, without runs of blanks. ARM kernels give two numbers instead of a name.
pub(super) fn cpu_model(cpuinfo: &str) -> Option<String> {
    let name = ["model name", "cpu model", "cpu", "uarch"].iter().find_map(|name| field(cpuinfo, name).map(str::to_string));
    let arm = || Some(format!("arm {} {}", field(cpuinfo, "CPU implementer")?, field(cpuinfo, "CPU part")?));
    name.or_else(arm).map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether the processor tells of a hypervisor; `None` where it tells no flags.
pub(super) fn is_virtual_machine(cpuinfo: &str) -> Option<bool> {
    Some(field(cpuinfo, "flags")?.split_whitespace().any(|flag| flag == "hypervisor"))
}

/// Whether the cgroup of process 1 is that of a container.
pub(super) fn is_container(cgroup: &str) -> bool {
    ["docker", "kubepods", "containerd", "libpod", "lxc"].iter().any(|word| cgroup.contains(word))
}

/// Memory in whole GiB: what the kernel keeps for itself differs from boot to boot.
pub(super) fn memory(meminfo: &str) -> Option<String> {
    let kib: u64 = field(meminfo, "MemTotal")?.strip_suffix("kB")?.trim().parse().ok()?;
    Some(format!("{} GiB", (kib + 512 * 1024) / (1024 * 1024)))
}

/// `linux-x86_64-intel-xeon-e5-2673-v4-2c`: trade marks, the word CPU and the clock rate say nothing that tells machines apart.
pub(super) fn key(os: &str, arch: &str, model: &str, cores: usize) -> String {
    let plain = model.split('@').next().unwrap_or(model).replace("(R)", " ").replace("(TM)", " ").replace("(tm)", " ");
    let model: Vec<&str> = plain.split_whitespace().filter(|word| *word != "CPU").collect();
    // Cut where it is long, so that the number of cores stays.
    let model: String = word(&model.join(" ")).chars().take(limits::ENVIRONMENT_KEY_CHARS_MAX / 2).collect();
    word(&format!("{os}-{arch}-{model}-{cores}c"))
}

/// Lower case, `[a-z0-9_]` joined by single dashes: good as a directory name everywhere. `unnamed` when nothing is left.
pub(super) fn word(text: &str) -> String {
    let lower = text.to_lowercase();
    let parts = lower.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|part| !part.is_empty());
    let joined = parts.collect::<Vec<_>>().join("-");
    let word: String = joined.chars().take(limits::ENVIRONMENT_KEY_CHARS_MAX).collect();
    if word.is_empty() { "unnamed".to_string() } else { word }
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

/// Path of the cgroup in the unified hierarchy: the line `0::/path`; empty for the root.
pub(super) fn unified_cgroup(own: &str) -> Option<String> {
    let path = own.lines().find_map(|line| line.strip_prefix("0::"))?;
    Some(path.trim_end_matches('/').to_string())
}

/// `nr_throttled` of `cpu.stat`.
pub(super) fn throttled_periods(stat: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix("nr_throttled "))?.trim().parse().ok()
}

/// What `/proc/<pid>/stat` says of a process.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub parent: u32,
    pub group: u32,
    /// User and system time, its own and of its reaped children.
    pub ticks: u64,
    /// Neither a zombie nor dead.
    pub is_living: bool,
}

/// `pid (name) state ppid pgrp …`; utime, stime, cutime, cstime are the fields 14 to 17. The name may hold blanks and brackets.
pub(super) fn process(stat: &str) -> Option<Process> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let times: Vec<u64> = fields.skip(8).take(4).map(str::parse).collect::<Result<_, _>>().ok()?;
    let ticks = (times.len() == 4).then(|| times.iter().fold(0u64, |sum, ticks| sum.saturating_add(*ticks)))?;
    Some(Process { parent, group, ticks, is_living: !matches!(state, "Z" | "X" | "x") })
}

/// `VmHWM` of `/proc/<pid>/status`, in bytes; a zombie has none.
pub(super) fn peak_bytes(status: &str) -> Option<u64> {
    let kib: u64 = field(status, "VmHWM")?.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib.saturating_mul(1024))
}

/// The mask of ignored signals in `/proc/<pid>/status`; bit 0 is signal 1.
pub(super) fn ignored_signals(status: &str) -> Option<u64> {
    u64::from_str_radix(field(status, "SigIgn")?.trim(), 16).ok()
}
