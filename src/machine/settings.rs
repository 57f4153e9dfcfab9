//! How this machine is set up, and what it has to do just now; read, never changed.

use super::{cgroup, parse, pressure, text};
use crate::limits::CPUS_MAX;
use crate::model::MachineFacts;
use std::path::{Path, PathBuf};

const CPUS: &str = "/sys/devices/system/cpu";
const COUNTERS: &str = "/sys/bus/event_source/devices";

/// Everything that can be read; `programs` are the directories in which programs are looked for. What happens during a
/// measurement (throttling, steal) is left to whoever measures.
pub fn machine_facts(programs: &[PathBuf]) -> MachineFacts {
    let cores = std::thread::available_parallelism().ok().and_then(|cores| u32::try_from(cores.get()).ok());
    let meminfo = text("/proc/meminfo").unwrap_or_default();
    let pressed = |what: &str| pressure::some_avg10(&text(format!("/proc/pressure/{what}"))?);
    MachineFacts {
        cores,
        governor: governors(cores.unwrap_or(1)),
        turbo: turbo(),
        smt: text(format!("{CPUS}/smt/active")).and_then(|active| parse::switch(&active)),
        isolated_cpus: text(format!("{CPUS}/isolated")).map(|list| parse::list(&list)),
        virtualisation: virtualisation(),
        load_average: text("/proc/loadavg").and_then(|loadavg| parse::load_average(&loadavg)),
        cpu_pressure_percent: pressed("cpu"),
        memory_pressure_percent: pressed("memory"),
        io_pressure_percent: pressed("io"),
        cpu_limit: cpu_limit(cores),
        swap_used_bytes: parse::swap_used_bytes(&meminfo),
        clock_source: clock_source(),
        timer_resolution_ns: timer_resolution_ns(),
        descriptors: descriptors(),
        ports: text("/proc/sys/net/ipv4/ip_local_port_range").and_then(|range| parse::ports(&range)),
        time_wait: text("/proc/net/sockstat").and_then(|sockets| parse::time_wait(&sockets)),
        aslr: aslr(),
        perf_event_paranoid: text("/proc/sys/kernel/perf_event_paranoid").and_then(|level| level.trim().parse().ok()),
        hardware_counters: hardware_counters(),
        valgrind: (!programs.is_empty()).then(|| programs.iter().any(|folder| folder.join("valgrind").is_file())),
        ..MachineFacts::default()
    }
}

/// What of it can move a time and stays the same from run to run: stored with every run, a note where it differs.
pub(super) fn drift() -> Vec<(&'static str, String)> {
    let on = |is_on: bool| if is_on { "on" } else { "off" }.to_string();
    let fields = [
        ("aslr", aslr().map(|level| on(level > 0))),
        ("clock_source", clock_source()),
        ("cpu_limit", cpu_limit(None).map(|cpus| if cpus.is_finite() { cpus.to_string() } else { "none".to_string() })),
        ("governor", governors(1)),
        ("isolated_cpus", text(format!("{CPUS}/isolated")).map(|list| parse::list(&list))),
        ("smt", text(format!("{CPUS}/smt/active")).and_then(|active| parse::switch(&active)).map(on)),
        ("turbo", turbo().map(on)),
        ("virtualisation", virtualisation()),
    ];
    fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
}

/// Governors of the first CPUs, each named once.
fn governors(cpus: u32) -> Option<String> {
    let of = |cpu: u32| text(format!("{CPUS}/cpu{cpu}/cpufreq/scaling_governor"));
    parse::distinct((0..cpus.min(CPUS_MAX)).filter_map(of))
}

/// The driver of Intel's processors says what is off; the others, what is on.
fn turbo() -> Option<bool> {
    let intel = || text(format!("{CPUS}/intel_pstate/no_turbo")).and_then(|off| parse::switch(&off)).map(|off| !off);
    intel().or_else(|| parse::switch(&text(format!("{CPUS}/cpufreq/boost"))?))
}

/// CPUs that our cgroup may use; `all` of them where it has no quota, or infinite.
fn cpu_limit(all: Option<u32>) -> Option<f64> {
    let limit = cgroup::cpu_limit(text)?;
    Some(all.map_or(limit, |all| limit.min(f64::from(all))))
}

fn clock_source() -> Option<String> {
    let source = text("/sys/devices/system/clocksource/clocksource0/current_clocksource")?;
    Some(source.trim().to_string()).filter(|source| !source.is_empty())
}

fn aslr() -> Option<u64> {
    text("/proc/sys/kernel/randomize_va_space")?.trim().parse().ok()
}

/// Whether there is a source of events that is a processor; `None` where there are no sources at all.
fn hardware_counters() -> Option<bool> {
    let names = std::fs::read_dir(COUNTERS).ok()?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    Some(parse::has_processor_events(names))
}

fn virtualisation() -> Option<String> {
    let marks = ["/.dockerenv", "/run/.containerenv"];
    let cgroup = text("/proc/1/cgroup").unwrap_or_default();
    let container = marks.iter().any(|mark| Path::new(mark).exists()) || parse::is_container(&cgroup);
    let machine = parse::is_virtual_machine(&text("/proc/cpuinfo")?)?;
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

#[cfg(unix)]
fn timer_resolution_ns() -> Option<u64> {
    let step = rustix::time::clock_getres(rustix::time::ClockId::Monotonic);
    u64::try_from(step.tv_sec).ok()?.checked_mul(1_000_000_000)?.checked_add(u64::try_from(step.tv_nsec).ok()?)
}

#[cfg(unix)]
fn descriptors() -> Option<u64> {
    Some(rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX))
}

#[cfg(not(unix))]
fn timer_resolution_ns() -> Option<u64> {
    None
}

#[cfg(not(unix))]
fn descriptors() -> Option<u64> {
    None
}
