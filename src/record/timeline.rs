//! Requests over time, in a fixed number of windows.

use super::buckets::Buckets;
use crate::limits::{WINDOW_WIDTH_NS, WINDOWS_MAX};
use crate::model::Window;

/// Counts requests by the window in which they started. Rows come in order of completion, so earlier starts may follow later
/// ones. When the windows do not suffice their width doubles: memory never grows with the length of a run.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// Start of the first window, ns since the epoch.
    origin_ns: Option<u64>,
    doublings: u32,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, Default)]
struct Cell {
    count: u64,
    errors: u64,
    latency_ns_sum: u128,
    latency_ns_max: u64,
    latencies: Buckets,
}

impl Cell {
    fn with(mut self, other: Cell) -> Cell {
        self.latencies.merge(&other.latencies);
        Cell {
            count: self.count + other.count,
            errors: self.errors + other.errors,
            latency_ns_sum: self.latency_ns_sum + other.latency_ns_sum,
            latency_ns_max: self.latency_ns_max.max(other.latency_ns_max),
            latencies: self.latencies,
        }
    }
}

impl Timeline {
    /// Counts one request.
    #[inline]
    pub(super) fn add(&mut self, start_ns: u64, latency_ns: u64, errors: u64) {
        let index = match self.origin_ns {
            Some(origin) if start_ns >= origin => ((start_ns - origin) / WINDOW_WIDTH_NS) >> self.doublings,
            _ => u64::MAX,
        };
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        if index >= self.cells.len() {
            return self.add_outside(start_ns, latency_ns, errors);
        }
        if let Some(cell) = self.cells.get_mut(index) {
            cell.count += 1;
            cell.errors += errors;
            cell.latency_ns_sum += u128::from(latency_ns);
            cell.latency_ns_max = cell.latency_ns_max.max(latency_ns);
            cell.latencies.add(latency_ns);
        }
    }

    /// Makes room for a start before or behind the windows, then counts it.
    fn add_outside(&mut self, start_ns: u64, latency_ns: u64, errors: u64) {
        let origin = *self.origin_ns.get_or_insert(start_ns);
        loop {
            let before = origin.saturating_sub(start_ns).div_ceil(self.width_ns());
            let index = start_ns.saturating_sub(origin) / self.width_ns();
            let needed = before + index.max(self.cells.len().saturating_sub(1) as u64) + 1;
            match usize::try_from(needed) {
                Ok(needed) if needed <= WINDOWS_MAX => {
                    let missing = needed.saturating_sub(self.cells.len());
                    let at = if before > 0 { 0 } else { self.cells.len() };
                    self.cells.splice(at..at, std::iter::repeat_n(Cell::default(), missing));
                    break self.origin_ns = Some(origin.saturating_sub(before * self.width_ns()));
                }
                _ => self.double(),
            }
        }
        self.add(start_ns, latency_ns, errors);
    }

    fn width_ns(&self) -> u64 {
        WINDOW_WIDTH_NS << self.doublings
    }

    fn double(&mut self) {
        self.doublings += 1;
        let mut cells = std::mem::take(&mut self.cells).into_iter();
        while let Some(first) = cells.next() {
            self.cells.push(match cells.next() {
                Some(second) => first.with(second),
                None => first,
            });
        }
    }

    /// All windows from the first start to the last one; quiet ones in between are there with count 0.
    pub(super) fn windows(&self) -> Vec<Window> {
        let window = |(index, cell): (usize, &Cell)| Window {
            start_ns: index as u64 * self.width_ns(),
            width_ns: self.width_ns(),
            count: cell.count,
            errors: cell.errors,
            latency_mean_ns: if cell.count == 0 { 0.0 } else { cell.latency_ns_sum as f64 / cell.count as f64 },
            latency_max_ns: cell.latency_ns_max,
            latency_p50_ns: cell.latencies.value_at(0.5).map(|ns| ns.min(cell.latency_ns_max)),
            latency_p99_ns: cell.latencies.value_at(0.99).map(|ns| ns.min(cell.latency_ns_max)),
        };
        self.cells.iter().enumerate().map(window).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Timeline;
    use crate::limits::WINDOWS_MAX;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    const MS: u64 = 1_000_000;

    /// Starts in ms → width in ms and the count of each window.
    fn check(starts_ms: &[u64], width_ms: u64, counts: &[u64]) {
        let mut timeline = Timeline::default();
        starts_ms.iter().for_each(|start| timeline.add(start * MS, 5, 0));
        let windows = timeline.windows();
        assert_eq!(windows.iter().map(|window| window.count).collect::<Vec<_>>(), counts, "{starts_ms:?}");
        assert!(windows.iter().enumerate().all(|(index, window)| window.start_ns == index as u64 * width_ms * MS), "{windows:?}");
    }

    #[test]
    fn windows_follow_the_starts() {
        check(&[1000, 1249, 1250, 1999], 250, &[2, 1, 0, 1]);
        check(&[1000, 999, 500], 250, &[1, 1, 1]);
        check(&[1000, 750, 1000 + 60_000], 500, &{
            let mut counts = [0; 122];
            counts[0] = 2;
            counts[120] = 1;
            counts[..121].to_vec()
        });
    }

    #[test]
    fn a_window_tells_how_its_latencies_lie() {
        let mut timeline = Timeline::default();
        (0..2000u64).for_each(|request| timeline.add(1000 * MS + request * MS / 8, (request % 100 + 1) * MS, 0));
        timeline.add(1600 * MS, 7, 0);
        let shown: Vec<_> = timeline.windows().iter().map(|window| (window.latency_p50_ns, window.latency_p99_ns)).collect();
        let near = |found: Option<u64>, expected: u64| found.is_some_and(|found| found.abs_diff(expected) < expected / 30);
        assert!(near(shown[0].0, 50 * MS) && near(shown[0].1, 99 * MS), "{shown:?}");
        assert_eq!(shown[1..], [(None, None), (Some(7), Some(7))], "a quiet window has none, and none is beyond the largest");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_grows(starts in proptest::collection::vec(0u64..u64::MAX / 2, 1..50)) {
            let mut timeline = Timeline::default();
            starts.iter().for_each(|start| timeline.add(*start, 7, 1));
            let windows = timeline.windows();
            prop_assert!(windows.len() <= WINDOWS_MAX);
            prop_assert_eq!(windows.iter().map(|window| window.count).sum::<u64>(), starts.len() as u64);
            prop_assert_eq!(windows.iter().map(|window| window.errors).sum::<u64>(), starts.len() as u64);
        }
    }
}
