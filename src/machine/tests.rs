use super::processes::{Process, own_ns, process};
use super::{Pressure, Steal, environment, group_usage, machine_facts, parse, pressure, tree_usage};

const CPUINFO: &str = "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) CPU   E5-2673 v4 @ 2.30GHz\n\
                       flags\t\t: fpu vme hypervisor lahf_lm\n\nprocessor\t: 1\nmodel name\t: other\n";
const STAT: &str =
    "4242 (a (very) odd name) S 1 4200 4200 34816 4242 4194304 900 50 1 2 30 12 5 3 20 0 1 0 100 1000 300 18446744073709551615 0";

/// One worked example: what the pure function found in a text, and what stands there.
#[track_caller]
fn check<T: PartialEq + std::fmt::Debug>(found: T, expected: T) {
    assert_eq!(found, expected);
}

#[test]
fn the_processor_has_a_name() {
    check(parse::cpu_model(CPUINFO).as_deref(), Some("Intel(R) Xeon(R) CPU E5-2673 v4 @ 2.30GHz"));
    check(parse::cpu_model("CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n").as_deref(), Some("arm 0x41 0xd0c"));
    check(parse::cpu_model("model name\t:\n"), None);
    check(parse::cpu_model(""), None);
}

#[test]
fn keys_are_readable_directory_names() {
    check(parse::key("linux", "x86_64", "Intel(R) Xeon(R) Processor @ 2.50GHz", 2), "linux-x86_64-intel-xeon-processor-2c".to_string());
    check(parse::key("linux", "x86_64", "Intel(R) Xeon(R) CPU E5-2673 v4 @ 2.30GHz", 4), "linux-x86_64-intel-xeon-e5-2673-v4-4c".into());
    check(parse::key("macos", "aarch64", "unknown-cpu", 8), "macos-aarch64-unknown-cpu-8c".to_string());
    assert!(parse::key("linux", "x86_64", &"x".repeat(500), 64).ends_with("-64c"));
    check(parse::word("../Großer Runner/№ 5"), "gro-er-runner-5".to_string());
    check(parse::word("../.."), "unnamed".to_string());
    check(parse::word(&"x".repeat(500)).len(), crate::limits::ENVIRONMENT_KEY_CHARS_MAX);
}

#[test]
fn memory_is_rounded() {
    check(parse::memory("MemTotal:        4025236 kB\nMemFree: 1 kB\n").as_deref(), Some("4 GiB"));
    check(parse::memory("MemTotal:       16393532 kB\n").as_deref(), Some("16 GiB"));
    check(parse::memory("MemFree: 1 kB\n"), None);
}

#[test]
fn virtual_machines_and_containers_show() {
    check(parse::is_virtual_machine(CPUINFO), Some(true));
    check(parse::is_virtual_machine("flags: fpu vme\n"), Some(false));
    check(parse::is_virtual_machine("Features: fp asimd\n"), None);
    check(parse::is_container("12:cpu:/kubepods/besteffort/pod1\n"), true);
    check(parse::is_container("0::/init.scope\n"), false);
}

#[test]
fn pressure_is_read() {
    check(super::pressure::some_avg10("some avg10=1.95 avg60=1.66 avg300=2.13 total=39\nfull avg10=0.00 avg60=0\n"), Some(1.95));
    check(super::pressure::some_avg10("some avg10=NaN\n"), None);
    check(super::pressure::some_avg10(""), None);
    check(super::pressure::steal("cpu  10 1 20 300 4 0 5 60 7 0\ncpu0 1 1\n"), Some(Steal { stolen: 60, total: 400 }));
    check(super::pressure::steal("cpu  10 1 20 300\n"), None);
}

#[test]
fn settings_are_read() {
    check([parse::switch("1\n"), parse::switch("0"), parse::switch("")], [Some(true), Some(false), None]);
    check(parse::distinct(["b\n", "a", "b"].into_iter().map(str::to_string)).as_deref(), Some("a,b"));
    check([parse::list("2-3,7\n"), parse::list("\n")], ["2-3,7".to_string(), "none".to_string()]);
    check(parse::distinct([String::new()].into_iter()), None);
    check(parse::load_average("0.75 0.63 1.01 3/98 5737\n"), Some(0.75));
    check(parse::load_average(""), None);
    check(parse::swap_used_bytes("SwapTotal:  2048 kB\nSwapFree:  1024 kB\n"), Some(1024 * 1024));
    check(parse::swap_used_bytes("SwapTotal:  2048 kB\n"), None);
    check(parse::ports("32768\t60999\n"), Some((32768, 60999)));
    check([parse::ports("60999 32768"), parse::ports("1"), parse::ports("1 70000")], [None; 3]);
    check(parse::time_wait("sockets: used 20\nTCP: inuse 4 orphan 0 tw 7 alloc 4 mem 0\nUDP: inuse 0\n"), Some(7));
    check([parse::time_wait("TCP: inuse 4"), parse::time_wait("TCP: inuse 4 tw"), parse::time_wait("")], [None; 3]);
    let events = |names: &[&str]| parse::has_processor_events(names.iter().map(|name| name.to_string()));
    check([events(&["msr", "cpu"]), events(&["armv8_pmuv3_0"]), events(&["msr", "software"])], [true, true, false]);
}

#[test]
fn two_readings_say_what_happened_between() {
    let reading = |stolen, total, throttled| Pressure {
        cpu_some_avg10_percent: Some(total as f64 / 20.0),
        steal: Some(Steal { stolen, total }),
        throttled_periods: Some(throttled),
    };
    let (before, after) = (reading(10, 1000, 2), reading(30, 1400, 5));
    let taken = "the hypervisor took 5.0% of its CPU time".to_string();
    let waiting = "in 70% of the last ten seconds some task waited for a CPU".to_string();
    check(after.since(&before), vec![taken, "its cgroup was throttled in 3 periods".to_string(), waiting.clone()]);
    check(after.since(&Pressure::default()), vec![waiting]);
    check(reading(10, 900, 2).since(&reading(9, 600, 2)), Vec::<String>::new());
}

#[test]
fn a_process_line_survives_odd_names() {
    check(process(STAT), Some(Process { parent: 1, group: 4200, own_ticks: 42, reaped_ticks: 8, is_living: true }));
    check(process(&STAT.replace(") S", ") Z")).map(|process| process.is_living), Some(false));
    check(process("1 (cut) S 1 2 3"), None);
    check(process(""), None);
    check(parse::peak_bytes("Name:\tx\nVmHWM:\t    1444 kB\n"), Some(1444 * 1024));
    check(parse::peak_bytes("Name:\tx\nState:\tZ (zombie)\n"), None);
}

#[test]
fn the_scheduler_is_believed_where_it_agrees_with_the_ticks() {
    const TICK: u64 = 10_000_000;
    check(parse::ran_ns("398449 60611 2\n"), Some(398_449));
    check(parse::ran_ns(""), None);
    check(own_ns(3, TICK, Some(41_234_567)), (41_234_567, 1));
    check(own_ns(3, TICK, None), (30_000_000, TICK));
    // A thread that ended took its time with it; one that is counted elsewhere too brought some.
    check(own_ns(3, TICK, Some(29_999_999)), (30_000_000, TICK));
    check(own_ns(3, TICK, Some(50_000_001)), (30_000_000, TICK));
}

#[test]
fn a_named_environment_is_its_name() {
    let facts = environment(Some("Big Runner"));
    check(facts.key.as_str(), "big-runner");
    check(facts.hard.into_iter().collect::<Vec<_>>(), vec![("name".to_string(), "Big Runner".to_string())]);
    check(facts.drift.get("os").map(String::as_str), Some(std::env::consts::OS));
}

#[test]
fn this_machine_has_a_key_of_its_hard_facts() {
    let facts = environment(None);
    check(facts.hard.keys().map(String::as_str).collect::<Vec<_>>(), vec!["arch", "cores", "cpu", "os"]);
    assert!(facts.key.starts_with(std::env::consts::OS), "{}", facts.key);
    check(facts.key.clone(), parse::word(&facts.key));
    check(facts.drift.get("neverslower").map(String::as_str), Some(env!("CARGO_PKG_VERSION")));
}

#[test]
#[cfg(target_os = "linux")]
fn linux_tells_how_it_is_set_up() {
    let facts = machine_facts(&[]);
    assert!(facts.cores.is_some_and(|cores| cores > 0) && facts.load_average.is_some_and(|load| load >= 0.0), "{facts:?}");
    assert!(facts.timer_resolution_ns.is_some_and(|ns| ns > 0) && facts.descriptors.is_some_and(|most| most > 0), "{facts:?}");
    check((facts.valgrind, facts.steal_percent, facts.throttled_periods), (None, None, None));
    check(machine_facts(&["/nowhere".into()]).valgrind, Some(false));
    // What changes with every run must not be told as a difference each time.
    let facts = [environment(None), environment(None)];
    check(facts[0].drift.clone(), facts[1].drift.clone());
    assert!(facts[0].drift.values().all(|value| !value.is_empty() && value.trim() == value), "{:?}", facts[0].drift);
}

#[test]
#[cfg(target_os = "linux")]
fn linux_tells_of_itself_and_of_its_processes() {
    assert!(pressure().and_then(|pressure| pressure.steal).is_some_and(|steal| steal.total > 0));
    assert!(super::own_peak_bytes().is_some_and(|bytes| bytes > 100_000));
    let own = super::text("/proc/self/stat").and_then(|stat| process(&stat)).unwrap();
    let usage = group_usage(own.group).unwrap();
    assert!(usage.living >= 1 && usage.peak_bytes > 100_000, "{usage:?}");
    assert!(tree_usage(own.group).is_some_and(|tree| tree.living >= usage.living));
    check(tree_usage(u32::MAX).map(|usage| usage.living), Some(0));
    check(group_usage(u32::MAX).map(|usage| (usage.cpu_ns, usage.peak_bytes, usage.living)), Some((0, 0, 0)));
}

#[test]
fn ignored_signals_are_a_mask() {
    check(parse::ignored_signals("Name:\tx\nSigIgn:\t0000000000001001\n"), Some(0x1001));
    check(parse::ignored_signals("Name:\tx\n"), None);
}
