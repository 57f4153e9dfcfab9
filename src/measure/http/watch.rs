//! Whether a run is already lost: what has ended so far against the condition under which the user gives it up.

use crate::limits::LOAD_ABORT_REQUESTS_MIN;
use crate::model::humanize::quantity;
use crate::model::{Condition, Statistic, Unit};
use crate::stats::Histogram;

/// Latencies of the successful requests of all labels, beside the recorder's: it has no ear for questions while it records.
#[derive(Debug)]
pub struct Watch {
    condition: Condition,
    latencies: Histogram,
}

/// What has ended of the measured phase.
#[derive(Debug, Clone, Copy)]
pub struct SoFar {
    pub ended: u64,
    pub errors: u64,
    pub elapsed_ns: u64,
}

impl Watch {
    /// A watch that has seen nothing.
    pub fn new(condition: Condition) -> Watch {
        Watch { condition, latencies: Histogram::new() }
    }

    /// A request was answered successfully.
    pub fn add(&mut self, latency_ns: u64) {
        self.latencies.add(latency_ns, 1);
    }

    /// Why the run is lost, if it is. A few requests say nothing yet.
    pub fn loss(&self, so_far: SoFar) -> Option<String> {
        if so_far.ended < LOAD_ABORT_REQUESTS_MIN {
            return None;
        }
        let value = self.value(so_far).filter(|value| self.condition.holds(*value))?;
        let unit = match self.condition.statistic {
            Statistic::ErrorRate => Unit::Ratio,
            Statistic::Throughput => Unit::PerSecond,
            Statistic::Count => Unit::Count,
            _ => Unit::Ns,
        };
        let (value, time) = (quantity(value, &unit), quantity(so_far.elapsed_ns as f64, &Unit::Ns));
        Some(format!("{} held after {time} and {} requests: it was {value}", self.condition, so_far.ended))
    }

    /// Costs at most a walk over the buckets of one histogram.
    fn value(&self, so_far: SoFar) -> Option<f64> {
        let SoFar { ended, errors, elapsed_ns } = so_far;
        match self.condition.statistic {
            Statistic::ErrorRate => Some(errors as f64 / ended as f64),
            Statistic::Count => Some(ended as f64),
            Statistic::Throughput => (elapsed_ns > 0).then(|| ended.saturating_sub(errors) as f64 * 1e9 / elapsed_ns as f64),
            Statistic::Percentile(p) => self.latencies.value_at_rank(p.rank(self.latencies.total())).map(|ns| ns as f64),
            Statistic::Mean => self.latencies.moments().mean(),
            Statistic::Stddev => self.latencies.moments().stddev(),
            Statistic::Min => self.latencies.moments().min(),
            Statistic::Max => self.latencies.moments().max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SoFar, Watch};
    use crate::model::{Condition, Percentile, Side, Statistic};

    /// 30 requests in a second, one of them failed, the others of 1 to 29 ms.
    fn check(statistic: Statistic, side: Side, limit: f64, expected: Option<&str>) {
        let mut watch = Watch::new(Condition { statistic, side, limit, limit_text: "L".to_string() });
        (1..30).for_each(|ms| watch.add(ms * 1_000_000));
        let loss = watch.loss(SoFar { ended: 30, errors: 1, elapsed_ns: 1_000_000_000 });
        assert_eq!(loss.as_deref(), expected);
        assert_eq!(watch.loss(SoFar { ended: 19, errors: 19, elapsed_ns: 1 }), None, "too few requests to tell");
    }

    #[test]
    fn a_run_is_lost_when_its_condition_holds() {
        let held = |what: &str, value: &str| format!("{what} held after 1 s and 30 requests: it was {value}");
        let p99 = Statistic::Percentile(Percentile::P99);
        check(p99, Side::Above, 28e6, Some(&held("p99 > L", "29 ms")));
        check(p99, Side::Above, 30e6, None);
        check(Statistic::ErrorRate, Side::Above, 0.03, Some(&held("error rate > L", "3.33%")));
        check(Statistic::ErrorRate, Side::Above, 0.04, None);
        check(Statistic::Throughput, Side::Below, 30.0, Some(&held("throughput < L", "29/s")));
        check(Statistic::Throughput, Side::Below, 29.0, None);
        check(Statistic::Max, Side::Above, 28e6, Some(&held("max > L", "29 ms")));
        check(Statistic::Count, Side::Above, 29.0, Some(&held("count > L", "30")));
    }
}
