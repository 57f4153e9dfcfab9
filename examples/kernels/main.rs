//! A benchmark program that measures itself as an interleaved comparison likes it: many short batches of wall and CPU time, printed
//! in neverslower's plain format. `kernels [--kernel NAME] [--slower PERCENT] [--batches N]`.
#![allow(clippy::disallowed_methods, clippy::print_stderr, clippy::print_stdout, reason = "a program of its own")]
#![allow(clippy::indexing_slicing, reason = "a panic is its failure")]

mod kernel;

use kernel::{KERNELS, Kernel, slower};
use std::fmt::Write as _;
use std::time::Instant;

/// Batches that are not printed: they fill caches and wake the processor.
const WARM_UP: u32 = 2;

struct Options {
    kernel: Option<String>,
    slower_percent: f64,
    batches: u32,
}

fn options() -> Option<Options> {
    let mut options = Options { kernel: None, slower_percent: 0.0, batches: 48 };
    let mut words = std::env::args().skip(1);
    while let Some(option) = words.next() {
        let value = words.next()?;
        match option.as_str() {
            "--kernel" => options.kernel = Some(value),
            "--slower" => options.slower_percent = value.parse().ok()?,
            "--batches" => options.batches = value.parse().ok()?,
            _ => return None,
        }
    }
    Some(options)
}

/// CPU time of this process, ns; `None` where the system does not tell.
#[cfg(unix)]
fn cpu_ns() -> Option<i64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(time.tv_sec * 1_000_000_000 + time.tv_nsec)
}

#[cfg(not(unix))]
fn cpu_ns() -> Option<i64> {
    None
}

fn measure(kernel: &Kernel, options: &Options, text: &mut String) {
    let units = slower(kernel.units, options.slower_percent);
    let mut work = (kernel.prepare)();
    (0..WARM_UP).for_each(|_| work(units));
    for _ in 0..options.batches {
        let (start, start_cpu_ns) = (Instant::now(), cpu_ns());
        work(units);
        let (end_cpu_ns, wall_ns) = (cpu_ns(), start.elapsed().as_nanos());
        let _ = writeln!(text, "{} {wall_ns} ns", kernel.name);
        if let (Some(start_ns), Some(end_ns)) = (start_cpu_ns, end_cpu_ns) {
            let _ = writeln!(text, "{} cpu_time {} ns", kernel.name, end_ns - start_ns);
        }
    }
}

fn main() {
    let Some(options) = options() else {
        eprintln!("usage: kernels [--kernel NAME] [--slower PERCENT] [--batches N]");
        std::process::exit(2);
    };
    let is_wanted = |kernel: &&Kernel| options.kernel.as_ref().is_none_or(|wanted| wanted == kernel.name);
    let mut text = String::from("# neverslower plain v1\n");
    KERNELS.iter().filter(is_wanted).for_each(|kernel| measure(kernel, &options, &mut text));
    print!("{text}");
}
