//! `load --find-rate`: what has to hold, from which rate on, and how long each step takes.

use super::build::Request;
use super::error::{ConfigError, typed};
use super::load::{self, parse_some_time};
use super::plan::{self, Plan};
use crate::cli::LoadArgs;
use crate::judge::expression::{Condition, ExpressionError, Operator, Quantity, parse_conditions};
use crate::limits;
use crate::model::{Arrival, LoadWork, Statistic, Stop};
use std::time::Duration;

/// A search for the highest arrival rate.
#[derive(Debug, Clone, PartialEq)]
pub struct RateSearch {
    /// Everything but the rate.
    pub work: LoadWork,
    pub conditions: Vec<Condition>,
    pub lowest: f64,
    pub highest: f64,
    /// Gap, as a share of the rate, at which the search ends.
    pub precision: f64,
    pub step: Duration,
}

/// The search that was typed, with the plan of everything around it.
pub fn from_arguments(request: Request<'_>, args: &LoadArgs) -> Result<(Plan, RateSearch), ConfigError> {
    if let Some(report) = request.options.report.first() {
        let error = ConfigError::new("--find-rate", "no --report: it prints its steps, or all of them with --json", format!("`{report}`"));
        return Err(error);
    }
    let plan = Plan::for_load(request, args)?;
    let mut conditions = Vec::new();
    for text in &args.find_rate {
        conditions.extend(typed("--find-rate", text, conditions_of_latency)?);
    }
    if !conditions.iter().any(|condition| condition.statistic == Statistic::ErrorRate) {
        conditions.push(plan::find_rate_errors());
    }
    let mut work = load::from_arguments(args)?;
    let lowest = if let Arrival::Constant(rate) = work.arrival { rate } else { plan::FIND_RATE_LOWEST };
    let step = args.step.as_deref().map(|text| typed("--step", text, parse_some_time)).transpose()?;
    let step = step.unwrap_or_else(|| usual_step(&conditions));
    work.stop = Stop::After(step);
    if lowest * step.as_secs_f64() < 1.0 {
        let found = format!("{lowest} per second for {step:?}");
        return Err(ConfigError::new("--find-rate", "a step with at least one request in it", found).hint("raise --rate or --step"));
    }
    let (highest, precision) = (limits::FIND_RATE_MAX.max(lowest), plan::FIND_RATE_PRECISION);
    Ok((plan, RateSearch { work, conditions, lowest, highest, precision, step }))
}

/// A queue that grows must have the time to show in the latencies that are asked for.
fn usual_step(conditions: &[Condition]) -> Duration {
    let times = conditions.iter().filter_map(|condition| if let Quantity::Time(ns) = condition.quantity { Some(ns) } else { None });
    let longest = Duration::from_nanos(times.fold(0.0, f64::max) as u64);
    (longest * plan::FIND_RATE_STEP_LATENCIES).clamp(plan::FIND_RATE_STEP, plan::FIND_RATE_STEP_MAX)
}

/// Conditions that a higher rate breaks: an upper bound of a latency or of errors, a lower one of the throughput.
fn conditions_of_latency(text: &str) -> Result<Vec<Condition>, ExpressionError> {
    let conditions = parse_conditions(text)?;
    for condition in &conditions {
        let is_upper = matches!(condition.operator, Operator::Less | Operator::LessOrEqual);
        let expected = match (condition.statistic, condition.quantity) {
            (Statistic::Throughput, _) if is_upper => Some("`throughput >` a rate: what has to hold"),
            (Statistic::Throughput, _) => None,
            (Statistic::Count | Statistic::Stddev, _) => Some("a percentile, mean, max, error rate or throughput"),
            (_, _) if !is_upper => Some("`<` or `<=`: what has to hold, not what fails"),
            (Statistic::ErrorRate, _) | (_, Quantity::Time(_)) => None,
            (_, _) => Some("a time, as in `p99 < 250ms`"),
        };
        if let Some(expected) = expected {
            return Err(ExpressionError { column: 1, expected: expected.into(), found: format!("`{condition}`") });
        }
    }
    Ok(conditions)
}

#[cfg(test)]
mod tests {
    use super::{conditions_of_latency, usual_step};

    /// The conditions and the usual length of a step in seconds, or the error.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = conditions_of_latency(text).map_or_else(
            |error| error.to_string(),
            |all| format!("{}; {}", all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "), usual_step(&all).as_secs_f64()),
        );
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn a_step_lasts_long_enough_for_a_queue_to_show() {
        check("p99 < 250ms", "p99 < 250ms; 5");
        check("p99 < 1ms and error rate < 0.1%", "p99 < 1ms, error rate < 0.1%; 3");
        check("max <= 1m", "max <= 1m; 60");
        check("throughput > 500/s", "throughput > 500/s; 3");
    }

    #[test]
    fn what_a_higher_rate_cannot_break_is_refused() {
        check("p99 > 250ms", "column 1: expected `<` or `<=`: what has to hold, not what fails, found `p99 > 250ms`");
        check("throughput < 5/s", "column 1: expected `throughput >` a rate: what has to hold, found `throughput < 5/s`");
        check("count < 5", "column 1: expected a percentile, mean, max, error rate or throughput, found `count < 5`");
        check("p99 < 250", "column 1: expected a time, as in `p99 < 250ms`, found `p99 < 250`");
    }
}
