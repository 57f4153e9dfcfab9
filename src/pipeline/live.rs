//! The live view of a load test: what the generator does now and how the latencies stand, from state of fixed size.

use crate::limits::{LIVE_CELL_NS, LIVE_CELLS, LIVE_ROWS};
use crate::measure::http::{Phase, Progress};
use crate::model::humanize::quantity;
use crate::model::{LoadWork, Percentile, Sample, Unit};
use crate::stats::Coarse;
use std::collections::VecDeque;
use std::time::Duration;

/// Columns of the progress bar and of the longest bar of the histogram.
const BAR: usize = 24;
/// Heights of a cell in a line of cells.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Latencies of the successful requests, as a sink between the engine and the recorder sees them.
#[derive(Debug, Default)]
pub struct Seen {
    all: Coarse,
    /// Since the current cell began.
    recent: Coarse,
}

impl Seen {
    /// Looks at a sample.
    #[inline]
    pub fn see(&mut self, sample: &Sample<'_>) {
        if let Sample::Request(request) = sample
            && request.is_ok()
        {
            self.all.add(request.latency_ns);
            self.recent.add(request.latency_ns);
        }
    }
}

/// A stretch of time that is over.
#[derive(Debug, Clone, Copy)]
struct Cell {
    rate: f64,
    p99_ns: Option<f64>,
}

/// What the view remembers from frame to frame.
#[derive(Debug)]
pub struct Board<'a> {
    work: &'a LoadWork,
    title: String,
    cells: VecDeque<Cell>,
    /// Elapsed time and requests done where the current cell began.
    from: (u64, u64),
    /// Over the last full cell.
    rate: Option<f64>,
}

impl<'a> Board<'a> {
    /// An empty board.
    pub fn new(suite: &str, work: &'a LoadWork) -> Board<'a> {
        let target = work.targets.first().map(|target| format!("{} {}", target.method, target.url)).unwrap_or_default();
        let more = if work.targets.len() > 1 { format!(" and {} more", work.targets.len() - 1) } else { String::new() };
        Board {
            work,
            title: format!("{suite}: {target}{more}").chars().filter(|c| !c.is_control()).collect(),
            cells: VecDeque::with_capacity(LIVE_CELLS),
            from: (0, 0),
            rate: None,
        }
    }

    /// Takes note of the progress; gives the lines to show.
    pub fn frame(&mut self, progress: &Progress, seen: &mut Seen) -> Vec<String> {
        let (from_ns, from_done) = self.from;
        let passed_ns = progress.elapsed_ns.saturating_sub(from_ns);
        if passed_ns >= LIVE_CELL_NS {
            let rate = progress.done.saturating_sub(from_done) as f64 * 1e9 / passed_ns as f64;
            if self.cells.len() >= LIVE_CELLS {
                self.cells.pop_front();
            }
            self.cells.push_back(Cell { rate, p99_ns: percentile(&seen.recent, Percentile::P99) });
            seen.recent.clear();
            self.rate = Some(rate);
            self.from = (progress.elapsed_ns, progress.done);
        }
        let mut lines = vec![self.title.clone(), clock(progress), self.counts(progress), self.latency(seen)];
        lines.extend(self.history());
        lines.extend(shape(&seen.all));
        lines
    }

    fn counts(&self, progress: &Progress) -> String {
        let rate = |rate: f64| quantity(rate, &Unit::PerSecond);
        let now = self.rate.map_or_else(|| "-".to_string(), rate);
        let planned = self
            .work
            .rate_after(Duration::from_nanos(progress.elapsed_ns))
            .map_or_else(String::new, |planned| format!(" of {} planned", rate(planned)));
        let share = progress.errors as f64 / progress.done.max(1) as f64;
        let waiting = if progress.waiting > 0 { format!(", {} waiting", progress.waiting) } else { String::new() };
        format!(
            "  rate {now}{planned}   in flight {} of {}{waiting}   done {}   errors {} ({})",
            progress.in_flight,
            self.work.shard.map_or(self.work.connections.into(), |shard| shard.share(self.work.connections.into())),
            progress.done,
            progress.errors,
            quantity(share, &Unit::Ratio)
        )
    }

    fn latency(&self, seen: &Seen) -> String {
        let of = |p: Percentile| percentile(&seen.all, p).map_or_else(|| "-".to_string(), |ns| quantity(ns, &Unit::Ns));
        format!("  latency so far   p50 {}   p95 {}   p99 {}", of(Percentile::P50), of(Percentile::P95), of(Percentile::P99))
    }

    /// The last seconds, a cell for each half.
    fn history(&self) -> Vec<String> {
        if self.cells.is_empty() {
            return Vec::new();
        }
        let rates: Vec<f64> = self.cells.iter().map(|cell| cell.rate).collect();
        let p99s: Vec<f64> = self.cells.iter().map(|cell| cell.p99_ns.unwrap_or(0.0)).collect();
        let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        vec![
            format!("  rate {}  up to {}", cells(&rates), quantity(most(&rates), &Unit::PerSecond)),
            format!("  p99  {}  up to {}", cells(&p99s), quantity(most(&p99s), &Unit::Ns)),
        ]
    }
}

/// The phase, and how far the run is.
fn clock(progress: &Progress) -> String {
    let word = match progress.phase {
        Phase::WarmUp => "warm-up, not recorded",
        Phase::Measuring => "measuring",
        Phase::Draining => "waiting for the last answers",
    };
    let seconds = |ns: u64| format!("{:.1} s", ns as f64 / 1e9);
    let elapsed = seconds(progress.elapsed_ns);
    let (share, of) = match (progress.total_ns, progress.planned) {
        (Some(total_ns), _) => (progress.elapsed_ns as f64 / total_ns.max(1) as f64, format!("{elapsed} of {}", seconds(total_ns))),
        (None, Some(planned)) => (progress.done as f64 / planned.max(1) as f64, format!("{elapsed}, {} of {planned}", progress.done)),
        (None, None) => (0.0, elapsed),
    };
    let full = ((share.min(1.0) * BAR as f64) as usize).min(BAR);
    format!("  [{}{}] {of}   {word}", "=".repeat(full), " ".repeat(BAR - full))
}

fn percentile(coarse: &Coarse, percentile: Percentile) -> Option<f64> {
    coarse.value_at_rank(percentile.rank(coarse.total())).map(|ns| ns as f64)
}

/// A line of cells, each as high as its value against the largest.
fn cells(values: &[f64]) -> String {
    let most = values.iter().copied().fold(0.0, f64::max);
    let height = |value: &f64| {
        let step = if most > 0.0 { (value / most * (HEIGHTS.len() - 1) as f64).round() as usize } else { 0 };
        HEIGHTS.get(step).copied().unwrap_or('▁')
    };
    values.iter().map(height).collect()
}

/// A histogram of a few rows.
fn shape(all: &Coarse) -> Vec<String> {
    let rows = all.rows(LIVE_ROWS);
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let line = |(end, count): &(u64, u64)| {
        let columns = (*count as f64 / most.max(1) as f64 * BAR as f64).round() as usize;
        let bar = "■".repeat(columns.max(usize::from(*count > 0)));
        let share = quantity(*count as f64 / all.total().max(1) as f64, &Unit::Ratio);
        format!("  < {:>8}  {bar:<BAR$}  {share}", quantity(*end as f64, &Unit::Ns))
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests;
