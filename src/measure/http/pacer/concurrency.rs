//! How many connections a closed loop uses at a time: a pure function, like the schedule of an open loop.

use super::nanos;
use crate::model::{Shard, Stage};

/// Stages of concurrency. Before the first one its beginning holds, after the last one its end.
#[derive(Debug)]
pub struct Concurrency {
    /// Start of each stage, ns.
    stages: Vec<(u64, Stage<u32>)>,
    shard: Shard,
}

impl Concurrency {
    /// Stages that begin at `from_ns`, and a shard's part of them.
    pub fn new(stages: &[Stage<u32>], from_ns: u64, shard: Shard) -> Concurrency {
        let mut start_ns = from_ns;
        let begin = |stage: &Stage<u32>| {
            let begun_ns = start_ns;
            start_ns = start_ns.saturating_add(nanos(stage.duration));
            (begun_ns, *stage)
        };
        Concurrency { stages: stages.iter().map(begin).collect(), shard }
    }

    /// Connections that may be in use at a time.
    pub fn at(&self, time_ns: u64) -> u64 {
        let index = self.stages.partition_point(|(start_ns, _)| *start_ns <= time_ns).saturating_sub(1);
        let all = self.stages.get(index).map_or(0, |(start_ns, stage)| value_at(stage, time_ns.saturating_sub(*start_ns)));
        self.shard.share(all)
    }

    /// The next time at which there may be more or fewer; `None` after the last one.
    pub fn next_change_ns(&self, time_ns: u64) -> Option<u64> {
        let next = self.stages.partition_point(|(start_ns, _)| *start_ns <= time_ns);
        let next_stage_ns = self.stages.get(next).map(|(start_ns, _)| *start_ns);
        let (start_ns, stage) = self.stages.get(next.saturating_sub(1))?;
        let length_ns = nanos(stage.duration);
        let into_ns = time_ns.saturating_sub(*start_ns);
        // The ns from which the value is the next one: ⌈values · length / all values⌉.
        let steps = u128::from(stage.from.abs_diff(stage.to));
        let over = u128::from(into_ns) * (steps + 1) / u128::from(length_ns.max(1));
        if over >= steps {
            return next_stage_ns;
        }
        let change_ns = ((over + 1) * u128::from(length_ns)).div_ceil(steps + 1);
        let change_ns = start_ns.saturating_add(u64::try_from(change_ns).unwrap_or(u64::MAX));
        Some(next_stage_ns.map_or(change_ns, |next| next.min(change_ns)))
    }
}

/// The value after `into_ns` of a stage: each value from the first to the last has the same share of the time.
fn value_at(stage: &Stage<u32>, into_ns: u64) -> u64 {
    let (from, steps) = (u64::from(stage.from), u64::from(stage.from.abs_diff(stage.to)));
    let over = u128::from(into_ns) * u128::from(steps + 1) / u128::from(nanos(stage.duration).max(1));
    let over = u64::try_from(over).unwrap_or(u64::MAX).min(steps);
    if stage.to >= stage.from { from + over } else { from - over }
}

#[cfg(test)]
mod tests {
    use super::Concurrency;
    use crate::measure::http::pacer::WHOLE;
    use crate::model::{Shard, Stage};
    use std::time::Duration;

    fn stages() -> [Stage<u32>; 3] {
        let stage = |from, to, ns| Stage { from, to, duration: Duration::from_nanos(ns) };
        [stage(2, 2, 10), stage(2, 5, 30), stage(5, 1, 8)]
    }

    /// Every change from the beginning on: time and value.
    fn check(shard: Shard, expected: &[(u64, u64)]) {
        let concurrency = Concurrency::new(&stages(), 100, shard);
        let mut changes = vec![(0, concurrency.at(0))];
        let mut time_ns = 0;
        while let Some(next_ns) = concurrency.next_change_ns(time_ns) {
            assert!(next_ns > time_ns);
            for before_ns in time_ns..next_ns {
                assert_eq!(concurrency.at(before_ns), concurrency.at(time_ns), "nothing changes between two changes");
            }
            time_ns = next_ns;
            if concurrency.at(next_ns) != changes[changes.len() - 1].1 {
                changes.push((next_ns, concurrency.at(next_ns)));
            }
        }
        assert_eq!(changes, expected);
    }

    #[test]
    fn connections_follow_the_stages() {
        check(WHOLE, &[(0, 2), (118, 3), (125, 4), (133, 5), (142, 4), (144, 3), (145, 2), (147, 1)]);
        check(Shard::new(2, 2).expect("a shard"), &[(0, 1), (125, 2), (144, 1), (147, 0)]);
    }
}
