//! What `doctor` prints: facts by what they are about, how steadily the machine works, and what that means. 80 columns, no colour.

use crate::model::humanize::quantity;
use crate::model::{Checkup, Jitter, MachineFacts, Sign, Times, Unit, Weight};

const WIDTH: usize = 80;
/// Where values begin.
const VALUES: usize = 20;

/// One fact: the member it is, its title, its value where there is one.
type Row = (&'static str, &'static str, Option<String>);

/// The whole checkup as text.
pub fn text(checkup: &Checkup) -> String {
    let mut page = Page { text: String::new(), checkup };
    page.wrapped("", "", &headline(checkup));
    page.section("Processor", &processor(&checkup.facts));
    page.section("What else runs here", &neighbours(&checkup.facts));
    page.section("Clock, sockets, counters", &means(&checkup.facts));
    if let Some(jitter) = &checkup.jitter {
        page.section(&format!("Steadiness, measured for {}", ns(jitter.measured_ns)), &steadiness(jitter));
        page.text.push_str(&batches(jitter, page.is_noisy("wall") || page.is_noisy("between")));
        page.wrapped("  ", "  ", "Spread of single batches, and of the p50 of the repetitions.");
    }
    page.advice();
    page.text
}

fn headline(checkup: &Checkup) -> String {
    let noisy = checkup.signs.iter().filter(|sign| sign.weight == Weight::Noisy).count();
    let told = match (checkup.verdict, noisy) {
        ("no-verdict", _) => "NO VERDICT: nothing could be read or measured here".to_string(),
        (_, 0) => "PASS: nothing here makes numbers noisy".to_string(),
        (_, 1) => "UNSTABLE: 1 thing makes numbers noisy here".to_string(),
        (_, noisy) => format!("UNSTABLE: {noisy} things make numbers noisy here"),
    };
    format!("{told} ({})", checkup.environment)
}

fn processor(facts: &MachineFacts) -> Vec<Row> {
    let switch = |is_on: Option<bool>| is_on.map(|is_on| if is_on { "on" } else { "off" }.to_string());
    let quota = facts
        .cpu_limit
        .zip(facts.cores)
        .map(|(limit, cores)| if limit < f64::from(cores) { format!("{limit} of {cores} CPUs") } else { "none".to_string() });
    vec![
        ("cores", "CPUs", facts.cores.map(|cores| cores.to_string())),
        ("virtualisation", "virtualisation", facts.virtualisation.clone()),
        ("governor", "governor", facts.governor.clone()),
        ("turbo", "turbo", switch(facts.turbo)),
        ("smt", "SMT", switch(facts.smt)),
        ("isolated_cpus", "isolated CPUs", facts.isolated_cpus.clone()),
        ("cpu_limit", "CPU quota", quota),
    ]
}

fn neighbours(facts: &MachineFacts) -> Vec<Row> {
    let percent = |percent: Option<f64>| percent.map(|percent| quantity(percent / 100.0, &Unit::Ratio));
    let load = facts.load_average.map(|load| format!("{load} tasks in the last minute"));
    let waited = |share: Option<f64>| percent(share).map(|share| format!("in {share} of the last ten seconds"));
    vec![
        ("load_average", "load average", load),
        ("cpu_pressure_percent", "waits for a CPU", waited(facts.cpu_pressure_percent)),
        ("memory_pressure_percent", "waits for memory", waited(facts.memory_pressure_percent)),
        ("io_pressure_percent", "waits for a disk", waited(facts.io_pressure_percent)),
        ("steal_percent", "steal", percent(facts.steal_percent).map(|share| format!("{share} of the CPU time, while measuring"))),
        ("throttled_periods", "throttled", facts.throttled_periods.map(|periods| format!("in {periods} periods, while measuring"))),
        ("swap_used_bytes", "swap used", facts.swap_used_bytes.map(|bytes| quantity(bytes as f64, &Unit::Bytes))),
    ]
}

fn means(facts: &MachineFacts) -> Vec<Row> {
    let descriptors = facts.descriptors.map(|most| if most == u64::MAX { "unlimited".to_string() } else { most.to_string() });
    let ports = facts.ports.map(|(first, last)| format!("{first} to {last}"));
    let waiting = facts.time_wait.map(|waiting| format!("{waiting} connections"));
    let aslr = facts.aslr.map(|level| if level == 0 { "off" } else { "on" }.to_string());
    let counters = facts.hardware_counters.map(|is_shown| if is_shown { "counters show" } else { "counters are hidden" });
    let paranoid = facts.perf_event_paranoid.map(|level| format!("perf_event_paranoid {level}"));
    let perf: Vec<String> = [counters.map(str::to_string), paranoid].into_iter().flatten().collect();
    let valgrind = facts.valgrind.map(|is_found| if is_found { "found" } else { "not found" }.to_string());
    vec![
        ("clock_source", "clock source", facts.clock_source.clone()),
        ("timer_resolution_ns", "step of the clock", facts.timer_resolution_ns.map(ns)),
        ("descriptors", "file descriptors", descriptors),
        ("ports", "ports", ports),
        ("time_wait", "in TIME_WAIT", waiting),
        ("perf_event_paranoid", "perf", Some(perf.join(", ")).filter(|words| !words.is_empty())),
        ("valgrind", "valgrind", valgrind),
        ("aslr", "ASLR", aslr),
    ]
}

fn steadiness(jitter: &Jitter) -> Vec<Row> {
    let lag = jitter
        .timer_lag
        .map(|lag| format!("p50 {}, p99 {}, longest {} ({} sleeps)", ns(lag.p50_ns), ns(lag.p99_ns), ns(lag.max_ns), lag.sleeps));
    let interrupted = jitter.interrupted_share.map(|found| format!("{} of the batches (CPU time below 0.9 of wall time)", share(found)));
    let work = format!("{} batches, {} repetitions, one CPU, no memory", jitter.batches, jitter.repetitions);
    vec![("timer_lag", "timer lag", lag), ("interrupted_share", "interrupted", interrupted), ("batches", "fixed work", Some(work))]
}

/// Times of the batches: a line of titles, and one for each clock.
fn batches(jitter: &Jitter, is_noisy: bool) -> String {
    let line = |mark: &str, title: &str, cells: [String; 5]| {
        let [low, p50, p99, spread, between] = cells;
        format!("{mark} {title:<VALUES$} {low:>14} {p50:>8} {p99:>8} {spread:>8} {between:>11}\n")
    };
    let of = |times: Times| {
        let [low, p50, p99] = [times.lower_quartile_ns, times.p50_ns, times.p99_ns].map(ns);
        [low, p50, p99, share(times.spread), share(times.between)]
    };
    let titles = ["lower quartile", "p50", "p99", "spread", "repetitions"].map(str::to_string);
    let wall = line(if is_noisy { "!" } else { " " }, "  wall time", of(jitter.wall));
    let cpu = jitter.cpu.map(|cpu| line(" ", "  CPU time", of(cpu))).unwrap_or_default();
    format!("{}{wall}{cpu}", line(" ", "", titles))
}

fn ns(value: u64) -> String {
    quantity(value as f64, &Unit::Ns)
}

/// Tenths of a per cent are all that a few seconds tell.
fn share(share: f64) -> String {
    if share < 0.0005 { "<0.1%".to_string() } else { quantity((share * 1000.0).round() / 1000.0, &Unit::Ratio) }
}

struct Page<'a> {
    text: String,
    checkup: &'a Checkup,
}

impl Page<'_> {
    fn is_noisy(&self, about: &str) -> bool {
        self.checkup.signs.iter().any(|sign| sign.about == about && sign.weight == Weight::Noisy)
    }

    /// Rows that have a value; then the names of those that have none.
    fn section(&mut self, title: &str, rows: &[Row]) {
        self.text.push_str(&format!("\n{title}\n\n"));
        for (about, title, value) in rows {
            let Some(value) = value else { continue };
            let mark = if self.is_noisy(about) { "!" } else { " " };
            let (room, hang) = (VALUES + 1, " ".repeat(VALUES + 3));
            self.wrapped(&format!("{mark} {title:<room$}"), &hang, value);
        }
        let absent: Vec<&str> = rows.iter().filter(|(.., value)| value.is_none()).map(|(_, title, _)| *title).collect();
        if !absent.is_empty() {
            self.wrapped("  ", "  ", &format!("Not readable here: {}", absent.join(", ")));
        }
    }

    fn advice(&mut self) {
        self.text.push_str("\nWhat this means for you\n\n");
        if self.checkup.signs.is_empty() {
            self.wrapped("  ", "  ", "Nothing to be changed.");
        }
        for Sign { weight, means, remedy, .. } in &self.checkup.signs {
            let mark = if *weight == Weight::Noisy { "! noisy  " } else { "  note   " };
            self.wrapped(mark, "         ", means);
            self.wrapped("         → ", "           ", remedy);
        }
        let Some(jitter) = &self.checkup.jitter else { return };
        let between = share(jitter.wall.between);
        let seen = ns(jitter.measured_ns);
        let noise = format!(
            "Noise between runs: at least {between}, as the same work differed within {seen}. Minutes are not days: other \
                             neighbours, another kernel, work that waits for memory or the network bring more."
        );
        let prior = self.checkup.prior.as_ref().map(|prior| format!(" With this checkup {prior}.")).unwrap_or_default();
        self.text.push('\n');
        self.wrapped("  ", "  ", &format!("{noise}{prior}"));
    }

    /// Words after a start, broken between words; further lines begin with `hang`.
    fn wrapped(&mut self, start: &str, hang: &str, words: &str) {
        let mut line = start.to_string();
        let mut is_empty = true;
        for word in words.split_whitespace() {
            if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.text.push_str(line.trim_end());
                self.text.push('\n');
                line = hang.to_string();
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests;
