use super::text;
use crate::model::{CHECKUP_SCHEMA, Checkup, Jitter, MachineFacts, Sign, TimerLag, Times, Weight};
use std::collections::BTreeMap;

fn checkup() -> Checkup {
    let times =
        Times { lower_quartile_ns: 500_000, p50_ns: 510_000, p99_ns: 750_000, spread: 0.137, between: 0.049, between_lower_quartile: 0.02 };
    let cpu = Times { spread: 0.0001, between: 0.004, ..times };
    let sign = |about, weight, means: &str, remedy: &str| Sign { about, weight, means: means.to_string(), remedy: remedy.to_string() };
    Checkup {
        schema: CHECKUP_SCHEMA,
        verdict: "unstable",
        exit_code: 3,
        recorded: "2026-11-23T10:00:00Z".to_string(),
        environment: "lab".to_string(),
        hard: BTreeMap::new(),
        facts: MachineFacts {
            cores: Some(4),
            turbo: Some(true),
            cpu_limit: Some(1.5),
            load_average: Some(2.5),
            ports: Some((32768, 60999)),
            descriptors: Some(u64::MAX),
            aslr: Some(2),
            hardware_counters: Some(false),
            perf_event_paranoid: Some(4),
            ..MachineFacts::default()
        },
        jitter: Some(Jitter {
            measured_ns: 5_000_000_000,
            timer_lag: Some(TimerLag { sleeps: 926, p50_ns: 79_000, p99_ns: 123_000, max_ns: 517_000 }),
            repetitions: 16,
            batches: 7373,
            wall: times,
            cpu: Some(cpu),
            interrupted_share: Some(0.003),
        }),
        signs: vec![
            sign(
                "load_average",
                Weight::Noisy,
                "2.5 tasks on 4 CPUs were running or waiting in the last minute, before this began",
                "wait",
            ),
            sign("turbo", Weight::Note, "the clock rate rises", "switch it off"),
        ],
        prior: Some("a young baseline is judged so".to_string()),
    }
}

/// Every line fits, and these stand among them.
#[track_caller]
fn check(checkup: &Checkup, lines: &[&str]) {
    let text = text(checkup);
    assert!(text.lines().all(|line| line.chars().count() <= 80 && line == line.trim_end()), "{text}");
    for line in lines {
        assert!(text.lines().any(|found| found == *line), "{line:?} is missing:\n{text}");
    }
}

#[test]
fn facts_stand_in_rows_and_what_is_absent_is_named() {
    let lines = [
        "UNSTABLE: 1 thing makes numbers noisy here (lab)",
        "  turbo                on",
        "  CPU quota            1.5 of 4 CPUs",
        "  Not readable here: virtualisation, governor, SMT, isolated CPUs",
        "! load average         2.5 tasks in the last minute",
        "  file descriptors     unlimited",
        "  perf                 counters are hidden, perf_event_paranoid 4",
        "  timer lag            p50 79 µs, p99 123 µs, longest 517 µs (926 sleeps)",
        "                       lower quartile      p50      p99   spread repetitions",
        "    wall time                  500 µs   510 µs   750 µs    13.7%        4.9%",
        "    CPU time                   500 µs   510 µs   750 µs    <0.1%        0.4%",
        "! noisy  2.5 tasks on 4 CPUs were running or waiting in the last minute, before",
        "         this began",
        "         → wait",
        "  note   the clock rate rises",
    ];
    check(&checkup(), &lines);
    assert!(text(&checkup()).ends_with("With this checkup a young baseline is judged\n  so.\n"), "{}", text(&checkup()));
}

#[test]
fn a_quiet_and_a_silent_machine_say_so() {
    let quiet = Checkup { verdict: "pass", signs: Vec::new(), ..checkup() };
    check(&quiet, &["PASS: nothing here makes numbers noisy (lab)", "  Nothing to be changed."]);
    let silent = Checkup { verdict: "no-verdict", facts: MachineFacts::default(), jitter: None, ..quiet };
    check(&silent, &["NO VERDICT: nothing could be read or measured here (lab)"]);
}
