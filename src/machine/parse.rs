//! What the kernel's text files say; pure. Formats: proc(5), and `cgroup-v2` and `psi` of the kernel's documentation.

use crate::limits;
use std::collections::BTreeSet;

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

/// `VmHWM` of `/proc/<pid>/status`, in bytes; a zombie has none.
pub(super) fn peak_bytes(status: &str) -> Option<u64> {
    let kib: u64 = field(status, "VmHWM")?.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib.saturating_mul(1024))
}

/// The mask of ignored signals in `/proc/<pid>/status`; bit 0 is signal 1.
pub(super) fn ignored_signals(status: &str) -> Option<u64> {
    u64::from_str_radix(field(status, "SigIgn")?.trim(), 16).ok()
}

/// A file that holds 0 or 1.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text.trim() {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

/// A list of CPUs such as `2-3,7`; `none` where it is empty.
pub(super) fn list(text: &str) -> String {
    let list = text.trim();
    if list.is_empty() { "none" } else { list }.to_string()
}

/// Words, each once, in order, joined by commas; `None` without any.
pub(super) fn distinct(words: impl Iterator<Item = String>) -> Option<String> {
    let words: BTreeSet<String> = words.map(|word| word.trim().to_string()).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.into_iter().collect::<Vec<_>>().join(","))
}

/// The mean of the last minute: `0.75 0.63 1.01 3/98 5737`.
pub(super) fn load_average(loadavg: &str) -> Option<f64> {
    let minute: f64 = loadavg.split_whitespace().next()?.parse().ok()?;
    minute.is_finite().then_some(minute)
}

/// `SwapTotal` without `SwapFree`.
pub(super) fn swap_used_bytes(meminfo: &str) -> Option<u64> {
    let kib = |name: &str| field(meminfo, name)?.strip_suffix("kB")?.trim().parse::<u64>().ok();
    Some(kib("SwapTotal")?.saturating_sub(kib("SwapFree")?).saturating_mul(1024))
}

/// First and last port: `32768 60999`.
pub(super) fn ports(range: &str) -> Option<(u16, u16)> {
    let (first, last) = range.trim().split_once(char::is_whitespace)?;
    let (first, last) = (first.parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

/// `TCP: inuse 4 orphan 0 tw 7 alloc 4 mem 0`.
pub(super) fn time_wait(sockets: &str) -> Option<u64> {
    let mut words = field(sockets, "TCP")?.split_whitespace().skip_while(|word| *word != "tw");
    words.nth(1)?.parse().ok()
}

/// Whether one of the sources of events is a processor: `cpu`, `cpu_core`, `armv8_pmuv3_0`.
pub(super) fn has_processor_events(mut names: impl Iterator<Item = String>) -> bool {
    names.any(|name| name == "cpu" || name.starts_with("cpu_") || name.starts_with("armv"))
}

/// `/proc/<pid>/task/<tid>/schedstat`: ns on a CPU, ns waiting for one, turns.
pub fn ran_ns(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}
