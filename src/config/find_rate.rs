//! `load --find-rate`: what has to hold, from which rate on, and how long each step takes.

use super::build::Request;
use super::error::{ConfigError, typed};
use super::load::{self, parse_some_time};
use super::plan::{self, Plan};
use crate::cli::LoadArgs;
use crate::judge::condition::parse_goals;
use crate::limits;
use crate::model::{Arrival, Condition, FeedOrder, LoadWork, Statistic, Stop};
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
        conditions.extend(breakable(text)?);
    }
    if !conditions.iter().any(|condition| condition.statistic == Statistic::ErrorRate) {
        conditions.push(plan::find_rate_errors());
    }
    let mut work = load::from_arguments(args, request.around)?;
    if work.feeders.iter().any(|feeder| feeder.order == FeedOrder::Once) {
        let error = ConfigError::new("--find-rate", "no --feed of rows to be used once, because each step takes them again", "one");
        return Err(error);
    }
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
    let of_time = |condition: &&Condition| !matches!(condition.statistic, Statistic::ErrorRate | Statistic::Throughput);
    let longest = conditions.iter().filter(of_time).map(|condition| condition.limit).fold(0.0, f64::max);
    let longest = Duration::from_nanos(longest as u64);
    (longest * plan::FIND_RATE_STEP_LATENCIES).clamp(plan::FIND_RATE_STEP, plan::FIND_RATE_STEP_MAX)
}

/// Conditions that a higher rate breaks: a limit of a latency, of errors, or of the throughput.
fn breakable(text: &str) -> Result<Vec<Condition>, ConfigError> {
    let conditions = typed("--find-rate", text, parse_goals)?;
    match conditions.iter().find(|condition| matches!(condition.statistic, Statistic::Count | Statistic::Stddev)) {
        Some(condition) => {
            let expected = "a condition about a percentile, mean, max, error rate or throughput";
            Err(ConfigError::new("--find-rate", expected, format!("`{condition}`")))
        }
        None => Ok(conditions),
    }
}

#[cfg(test)]
mod tests {
    use super::{breakable, usual_step};

    /// The conditions and the usual length of a step in seconds, or the error.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = breakable(text).map_or_else(
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
        let wrong = "--find-rate: expected `<` or `<=`: what has to hold, not what fails, found `> 250ms`";
        check("p99 > 250ms", &format!("{wrong}\n | p99 > 250ms\n |     ^^^^^^^"));
        let expected = "a condition about a percentile, mean, max, error rate or throughput";
        check("count < 5", &format!("--find-rate: expected {expected}, found `count < 5`"));
    }
}
