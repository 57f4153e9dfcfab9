//! The one door to /proc, /sys and cgroups. What a system does not tell is absent, never guessed.

mod cgroup;
mod jitter;
mod parse;
mod pressure;
mod processes;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

pub use jitter::measure_jitter;
pub use pressure::{Pressure, Steal, pressure};
pub use processes::{GroupUsage, group_usage, tree_usage};
pub use settings::machine_facts;

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
        ("memory", text("/proc/meminfo").and_then(|meminfo| parse::memory(&meminfo))),
        ("neverslower", Some(env!("CARGO_PKG_VERSION").to_string())),
    ];
    let drift = drift.into_iter().filter_map(|(field, value)| Some((field, value?.trim().to_string())));
    for (field, value) in drift.chain(settings::drift()).filter(|(_, value)| !value.is_empty()) {
        facts.drift.insert(field.to_string(), value);
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

/// Whether this process was started with that signal ignored; `false` where there is no /proc to tell.
pub fn ignores_signal(signal: i32) -> bool {
    let mask = text("/proc/self/status").and_then(|status| parse::ignored_signals(&status)).unwrap_or(0);
    u32::try_from(signal - 1).ok().and_then(|bit| mask.checked_shr(bit)).is_some_and(|mask| mask & 1 == 1)
}

/// Our own largest resident size, bytes.
pub fn own_peak_bytes() -> Option<u64> {
    parse::peak_bytes(&text("/proc/self/status")?)
}

#[allow(clippy::disallowed_methods, reason = "the one door to /proc and /sys")]
fn text(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}
