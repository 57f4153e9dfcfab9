//! What the facts of a machine and its jitter mean for who measures there, and what to do. Pure; the levels are those of common
//! advice for benchmarking (pyperf, LLVM) and stand below.

use crate::model::humanize::quantity;
use crate::model::{Jitter, MachineFacts, Sign, Unit, Verdict, Weight};

/// Tasks per CPU that were runnable in the last minute.
const LOAD_PER_CPU: f64 = 0.3;
/// Shares of the last ten seconds in which tasks waited for a CPU, for memory, for a disk; percent.
const CPU_WAIT_PERCENT: f64 = 10.0;
const MEMORY_WAIT_PERCENT: f64 = 1.0;
const IO_WAIT_PERCENT: f64 = 10.0;
/// CPU time taken by the hypervisor, percent.
const STEAL_PERCENT: f64 = 1.0;
/// Memory moved out to disk, below which it is what nobody has asked for since the machine started.
const SWAP_BYTES: u64 = 256 * 1024 * 1024;
/// Clocks that are read without asking the kernel.
const QUICK_CLOCKS: [&str; 4] = ["tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page"];
/// Step of the clock: a batch of half a millisecond must hold a thousand of them.
const CLOCK_STEP_NS: u64 = 500;
/// Descriptors that a load test with some hundreds of connections needs beside its files.
const DESCRIPTORS: u64 = 1024;
/// Share of the ports that wait to be free.
const WAITING_PORTS: f64 = 0.5;
/// Level above which a user may not count events of his own processes.
const PERF_OWN: i64 = 2;
/// Lag of one start in a hundred with which a load generator spoils latencies of milliseconds.
const LATE_NS: u64 = 1_000_000;
/// By how much the median batch may be longer than the lower quartile.
const UNEVEN: f64 = 0.05;
/// Share of batches in which somebody else had the CPU.
const INTERRUPTED: f64 = 0.05;
/// Differences between repetitions beyond which a benchmark is not worth much here.
const BETWEEN: f64 = 0.03;

const AGAINST: &str = "compare base and head on one machine: `neverslower run --against merge-base`";

/// What it means, the noisy signs first; pass where none is, no verdict where nothing is known.
pub fn checkup(facts: &MachineFacts, jitter: Option<&Jitter>) -> (Verdict, Vec<Sign>) {
    let mut signs: Vec<Sign> = [setup(facts), pressure(facts), clock(facts), network(facts), witnesses(facts)].concat();
    signs.extend(jitter.into_iter().flat_map(steadiness));
    signs.sort_by_key(|sign| sign.weight == Weight::Note);
    let is_known = jitter.is_some() || *facts != MachineFacts { cores: facts.cores, ..MachineFacts::default() };
    let verdict = match signs.first() {
        _ if !is_known => Verdict::NoVerdict,
        Some(Sign { weight: Weight::Noisy, .. }) => Verdict::Unstable,
        _ => Verdict::Pass,
    };
    (verdict, signs)
}

fn noisy(about: &'static str, means: String, remedy: &str) -> Sign {
    Sign { about, weight: Weight::Noisy, means, remedy: remedy.to_string() }
}

fn note(about: &'static str, means: String, remedy: &str) -> Sign {
    Sign { weight: Weight::Note, ..noisy(about, means, remedy) }
}

fn setup(facts: &MachineFacts) -> Vec<Sign> {
    let governor = facts.governor.as_ref().filter(|names| *names != "performance").map(|names| {
        let means = format!("the clock rate follows the load (governor {names}): short benchmarks run while it rises");
        noisy("governor", means, "`sudo cpupower frequency-set -g performance` while you measure")
    });
    let turbo = facts.turbo.filter(|is_on| *is_on).map(|_| {
        let means = "the clock rate rises while the processor is cool and its other cores are idle".to_string();
        note("turbo", means, "for changes of a few per cent switch it off, and never compare on with off")
    });
    let smt = facts.smt.filter(|is_on| *is_on).map(|_| {
        let means = "two hardware threads share each core: whoever runs on the other one slows yours".to_string();
        note("smt", means, "pin the benchmark (`taskset`) and leave the sibling idle, or switch SMT off")
    });
    let isolated = facts.isolated_cpus.as_ref().filter(|list| *list != "none").map(|list| {
        let remedy = format!("run the benchmark there: `taskset -c {list} neverslower run`");
        note("isolated_cpus", format!("the scheduler keeps the CPUs {list} free for who is pinned to them"), &remedy)
    });
    let guest = facts.virtualisation.as_ref().filter(|word| word.contains("virtual machine")).map(|_| {
        let cores = facts.cores.map_or("this machine's CPUs".to_string(), |cores| format!("{cores} virtual CPUs"));
        let means = format!("{cores} share a processor with neighbours that cannot be seen from here, and change from day to day");
        note("virtualisation", means, &format!("for changes of a few per cent {AGAINST}"))
    });
    [governor, turbo, smt, isolated, guest].into_iter().flatten().collect()
}

fn pressure(facts: &MachineFacts) -> Vec<Sign> {
    let percent = |percent: f64| quantity(percent / 100.0, &Unit::Ratio);
    let load = facts.load_average.zip(facts.cores).filter(|(load, cores)| *load > LOAD_PER_CPU * f64::from(*cores)).map(|(load, cores)| {
        let means = format!("{load} tasks on {cores} CPUs were running or waiting in the last minute, before this began");
        noisy("load_average", means, "wait until they are done, or measure where nothing else runs")
    });
    let waiting = [
        (
            "cpu_pressure_percent",
            facts.cpu_pressure_percent,
            CPU_WAIT_PERCENT,
            "a CPU",
            "stop what else runs here, or give this machine more CPUs",
        ),
        (
            "memory_pressure_percent",
            facts.memory_pressure_percent,
            MEMORY_WAIT_PERCENT,
            "memory",
            "free memory: times now depend on what is moved out",
        ),
        (
            "io_pressure_percent",
            facts.io_pressure_percent,
            IO_WAIT_PERCENT,
            "a disk",
            "wait until the disk is quiet, or keep the benchmark's files in memory",
        ),
    ];
    let waiting = waiting.into_iter().filter_map(|(about, found, most, what, remedy)| {
        let share = percent(found.filter(|found| *found > most)?);
        Some(noisy(about, format!("in {share} of the last ten seconds some task waited for {what}, before this began"), remedy))
    });
    let quota = facts.cpu_limit.zip(facts.cores).filter(|(limit, cores)| *limit < f64::from(*cores)).map(|(limit, cores)| {
        let means = format!("the cgroup may use {limit} of {cores} CPUs; who uses more stands still until the next period");
        note("cpu_limit", means, "raise the quota (`--cpus`, `resources.limits.cpu`), or use fewer threads")
    });
    let throttled = facts.throttled_periods.filter(|periods| *periods > 0).map(|periods| {
        let means = format!("the cgroup's quota was used up and it stood still in {periods} periods of this measurement");
        noisy("throttled_periods", means, "raise the quota (`--cpus`, `resources.limits.cpu`), or use fewer threads")
    });
    let steal = facts.steal_percent.filter(|share| *share >= STEAL_PERCENT).map(|share| {
        let means = format!("the hypervisor took {} of the CPU time for other machines", percent(share));
        noisy("steal_percent", means, &format!("{AGAINST}, or rent a machine that is not shared"))
    });
    let swap = facts.swap_used_bytes.filter(|bytes| *bytes >= SWAP_BYTES).map(|bytes| {
        let means = format!("{} of memory lie on disk", quantity(bytes as f64, &Unit::Bytes));
        note("swap_used_bytes", means, "free memory before you measure: who is brought back is slow once")
    });
    [load].into_iter().flatten().chain(waiting).chain([quota, throttled, steal, swap].into_iter().flatten()).collect()
}

fn clock(facts: &MachineFacts) -> Vec<Sign> {
    let source = facts.clock_source.as_ref().filter(|name| !QUICK_CLOCKS.contains(&name.as_str())).map(|name| {
        let means = format!("every look at the clock asks the kernel (clock source {name}): benchmarks of nanoseconds measure that");
        noisy("clock_source", means, "find out why the kernel gave up `tsc` (`dmesg | grep -i clocksource`)")
    });
    let step = facts.timer_resolution_ns.filter(|ns| *ns > CLOCK_STEP_NS).map(|ns| {
        let means = format!("the clock goes in steps of {}", quantity(ns as f64, &Unit::Ns));
        noisy("timer_resolution_ns", means, "make each measured piece of work a thousand times as long")
    });
    [source, step].into_iter().flatten().collect()
}

fn network(facts: &MachineFacts) -> Vec<Sign> {
    let descriptors = facts.descriptors.filter(|most| *most < DESCRIPTORS).map(|most| {
        let means = format!("a process may hold {most} files and sockets open: a load test with as many connections fails");
        noisy("descriptors", means, "`ulimit -n 65536` in the shell that starts the gate")
    });
    let ports = facts.ports.zip(facts.time_wait).and_then(|((first, last), waiting)| {
        let ports = u64::from(last - first) + 1;
        let means = format!("{waiting} of {ports} ports wait to be free again: new connections may find none");
        let remedy = "keep connections alive, wait a minute between load tests, or widen net.ipv4.ip_local_port_range";
        (waiting as f64 > WAITING_PORTS * ports as f64).then(|| noisy("time_wait", means, remedy))
    });
    [descriptors, ports].into_iter().flatten().collect()
}

/// What can be counted instead of timed, and what is drawn anew in every process.
fn witnesses(facts: &MachineFacts) -> Vec<Sign> {
    let is_refused = facts.perf_event_paranoid.is_some_and(|level| level > PERF_OWN);
    let perf = (is_refused || facts.hardware_counters == Some(false)).then(|| {
        let why = if is_refused { "the kernel refuses it to users" } else { "the processor's counters are hidden" };
        let remedy = match facts.valgrind {
            Some(true) => "`valgrind` is here and counts them, slowly",
            _ => "install `valgrind`, which counts them, slowly",
        };
        note("perf_event_paranoid", format!("`perf` cannot count instructions here: {why}"), remedy)
    });
    let aslr = facts.aslr.filter(|level| *level == 0).map(|_| {
        let means = "addresses are the same in every process: one placement, lucky or not, is measured every time".to_string();
        note("aslr", means, "leave it on and run several processes, so that placements average out")
    });
    [perf, aslr].into_iter().flatten().collect()
}

fn steadiness(jitter: &Jitter) -> Vec<Sign> {
    // Tenths of a per cent are all that a few seconds tell.
    let share = |share: f64| quantity((share * 1000.0).round() / 1000.0, &Unit::Ratio);
    let lag = jitter.timer_lag.filter(|lag| lag.p99_ns > LATE_NS).map(|lag| {
        let means = format!(
            "one in a hundred sleeps ends {} late or more: a load generator here is late as well",
            quantity(lag.p99_ns as f64, &Unit::Ns)
        );
        noisy("timer_lag", means, "send the load from another machine, or leave the generator a CPU of its own")
    });
    let wall = jitter.wall;
    let longer = wall.p50_ns as f64 / wall.lower_quartile_ns.max(1) as f64 - 1.0;
    let uneven = (longer > UNEVEN).then(|| {
        let means = format!("the median batch of the same work takes {} longer than the lower quartile", share(longer));
        noisy("wall", means, "judge CPU time or a low percentile, or compare interleaved (`--against`)")
    });
    let interrupted = jitter.interrupted_share.filter(|found| *found > INTERRUPTED).map(|found| {
        let means = format!("in {} of the batches somebody else had the CPU for a tenth of the time or more", share(found));
        noisy("interrupted_share", means, "judge CPU time where the work is single-threaded, or leave a CPU free")
    });
    let between = (wall.between > BETWEEN).then(|| {
        let means = format!("the same work differs by {} from one repetition to the next, within seconds", share(wall.between));
        noisy("between", means, &format!("no stored time is worth a narrow limit here; {AGAINST}"))
    });
    [lag, uneven, interrupted, between].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
