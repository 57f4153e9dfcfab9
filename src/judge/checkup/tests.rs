use super::checkup;
use crate::model::{Jitter, MachineFacts, TimerLag, Times, Verdict, Weight};

fn quiet() -> Jitter {
    let times =
        Times { lower_quartile_ns: 500_000, p50_ns: 501_000, p99_ns: 520_000, spread: 0.01, between: 0.002, between_lower_quartile: 0.001 };
    Jitter {
        measured_ns: 5_000_000_000,
        timer_lag: Some(TimerLag { sleeps: 900, p50_ns: 60_000, p99_ns: 200_000, max_ns: 3_000_000 }),
        repetitions: 16,
        batches: 8000,
        wall: times,
        cpu: Some(times),
        interrupted_share: Some(0.01),
    }
}

/// A machine that nobody could find fault with.
fn tuned() -> MachineFacts {
    MachineFacts {
        cores: Some(8),
        governor: Some("performance".to_string()),
        turbo: Some(false),
        smt: Some(false),
        isolated_cpus: Some("none".to_string()),
        virtualisation: Some("none".to_string()),
        load_average: Some(0.2),
        cpu_pressure_percent: Some(0.5),
        memory_pressure_percent: Some(0.0),
        io_pressure_percent: Some(1.0),
        cpu_limit: Some(8.0),
        throttled_periods: Some(0),
        steal_percent: Some(0.0),
        swap_used_bytes: Some(0),
        clock_source: Some("tsc".to_string()),
        timer_resolution_ns: Some(1),
        descriptors: Some(1_048_576),
        ports: Some((32768, 60999)),
        time_wait: Some(12),
        aslr: Some(2),
        perf_event_paranoid: Some(2),
        hardware_counters: Some(true),
        valgrind: Some(true),
    }
}

/// The verdict, and each sign as `about: means, remedy`, by a part of it.
#[track_caller]
fn check(facts: &MachineFacts, jitter: Option<&Jitter>, verdict: Verdict, signs: &[(&str, Weight, &str)]) {
    let (found, told) = checkup(facts, jitter);
    assert_eq!(
        told.iter().map(|sign| (sign.about, sign.weight)).collect::<Vec<_>>(),
        signs.iter().map(|(about, weight, _)| (*about, *weight)).collect::<Vec<_>>()
    );
    for (sign, (_, _, part)) in told.iter().zip(signs) {
        assert!(format!("{}, {}", sign.means, sign.remedy).contains(part), "{sign:?} does not say {part:?}");
    }
    assert_eq!(found, verdict);
}

#[test]
fn a_quiet_machine_passes_and_one_that_tells_nothing_has_no_verdict() {
    check(&tuned(), Some(&quiet()), Verdict::Pass, &[]);
    check(&tuned(), None, Verdict::Pass, &[]);
    check(&MachineFacts::default(), Some(&quiet()), Verdict::Pass, &[]);
    check(&MachineFacts { cores: Some(2), ..MachineFacts::default() }, None, Verdict::NoVerdict, &[]);
}

#[test]
fn every_noisy_fact_is_a_sign_with_a_remedy() {
    let noisy =
        |facts: MachineFacts, about: &str, part: &str| check(&facts, Some(&quiet()), Verdict::Unstable, &[(about, Weight::Noisy, part)]);
    noisy(MachineFacts { governor: Some("performance,powersave".into()), ..tuned() }, "governor", "governor performance,powersave");
    noisy(MachineFacts { load_average: Some(2.5), ..tuned() }, "load_average", "2.5 tasks on 8 CPUs");
    noisy(MachineFacts { cpu_pressure_percent: Some(12.0), ..tuned() }, "cpu_pressure_percent", "in 12% of the last ten seconds");
    noisy(MachineFacts { memory_pressure_percent: Some(2.0), ..tuned() }, "memory_pressure_percent", "waited for memory");
    noisy(MachineFacts { io_pressure_percent: Some(20.0), ..tuned() }, "io_pressure_percent", "waited for a disk");
    noisy(MachineFacts { throttled_periods: Some(3), ..tuned() }, "throttled_periods", "stood still in 3 periods");
    noisy(
        MachineFacts { steal_percent: Some(4.2), ..tuned() },
        "steal_percent",
        "took 4.2% of the CPU time for other machines, compare base",
    );
    noisy(MachineFacts { clock_source: Some("hpet".into()), ..tuned() }, "clock_source", "clock source hpet");
    noisy(MachineFacts { timer_resolution_ns: Some(4_000_000), ..tuned() }, "timer_resolution_ns", "steps of 4 ms");
    noisy(MachineFacts { descriptors: Some(256), ..tuned() }, "descriptors", "256 files and sockets");
    noisy(MachineFacts { time_wait: Some(20_000), ..tuned() }, "time_wait", "20000 of 28232 ports");
}

#[test]
fn what_is_worth_knowing_is_no_fault() {
    let noted = |facts: MachineFacts, about: &str, part: &str| check(&facts, Some(&quiet()), Verdict::Pass, &[(about, Weight::Note, part)]);
    noted(MachineFacts { turbo: Some(true), ..tuned() }, "turbo", "never compare on with off");
    noted(MachineFacts { smt: Some(true), ..tuned() }, "smt", "taskset");
    noted(MachineFacts { isolated_cpus: Some("6-7".into()), ..tuned() }, "isolated_cpus", "taskset -c 6-7");
    noted(
        MachineFacts { virtualisation: Some("container in a virtual machine".into()), ..tuned() },
        "virtualisation",
        "8 virtual CPUs share",
    );
    noted(MachineFacts { cpu_limit: Some(1.5), ..tuned() }, "cpu_limit", "1.5 of 8 CPUs");
    noted(MachineFacts { swap_used_bytes: Some(500_000_000), ..tuned() }, "swap_used_bytes", "500 MB");
    noted(MachineFacts { perf_event_paranoid: Some(4), ..tuned() }, "perf_event_paranoid", "refuses it to users, `valgrind` is here");
    let hidden = MachineFacts { hardware_counters: Some(false), valgrind: None, ..tuned() };
    noted(hidden, "perf_event_paranoid", "counters are hidden, install `valgrind`");
    noted(MachineFacts { aslr: Some(0), ..tuned() }, "aslr", "the same in every process");
}

#[test]
fn jitter_has_signs_of_its_own_and_noisy_ones_come_first() {
    let noisy =
        |jitter: Jitter, about: &str, part: &str| check(&tuned(), Some(&jitter), Verdict::Unstable, &[(about, Weight::Noisy, part)]);
    let lag = quiet().timer_lag.map(|lag| TimerLag { p99_ns: 1_500_000, ..lag });
    noisy(Jitter { timer_lag: lag, ..quiet() }, "timer_lag", "ends 1.5 ms late");
    noisy(Jitter { wall: Times { p50_ns: 600_000, ..quiet().wall }, ..quiet() }, "wall", "takes 20% longer");
    noisy(Jitter { interrupted_share: Some(0.3), ..quiet() }, "interrupted_share", "in 30% of the batches");
    noisy(Jitter { wall: Times { between: 0.041, ..quiet().wall }, ..quiet() }, "between", "differs by 4.1%");
    let shaky = Jitter { interrupted_share: Some(0.3), ..quiet() };
    let guest = MachineFacts { turbo: Some(true), steal_percent: Some(1.0), ..tuned() };
    let signs = [("steal_percent", Weight::Noisy, ""), ("interrupted_share", Weight::Noisy, ""), ("turbo", Weight::Note, "")];
    check(&guest, Some(&shaky), Verdict::Unstable, &signs);
}
