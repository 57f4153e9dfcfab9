//! When the requests of a load start, as written: rates, stages, random starts, traces, shards, a common start. Pure;
//! every mistake has its column.

use super::load::{parse_some_rate, parse_some_time};
use crate::judge::expression::{ExpressionError, parse_rate};
use crate::limits;
use crate::model::{Arrival, Shard, Stage};
use std::time::Duration;

/// A stage of either kind of load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AnyStage {
    /// Arrivals per second.
    Rate(Stage<f64>),
    Connections(Stage<u32>),
}

/// `--shard`, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardChoice {
    One(Shard),
    /// What the CI's variables say, with the number of shards where they do not say it.
    Auto(Option<u32>),
}

fn error(column: usize, expected: impl Into<String>, found: &str) -> ExpressionError {
    let found = if found.is_empty() { "the end".to_string() } else { format!("`{}`", super::error::cut(found)) };
    ExpressionError { column, expected: expected.into(), found }
}

/// The same mistake, in a text that begins `skipped` characters earlier.
fn shifted<T>(part: Result<T, ExpressionError>, skipped: usize) -> Result<T, ExpressionError> {
    part.map_err(|mistake| ExpressionError { column: mistake.column + skipped, ..mistake })
}

/// `100:10s`, `100..500:30s`, `20c:10s`: a rate or a number of connections, or two between which it changes evenly, and for
/// how long.
pub fn parse_stage(text: &str) -> Result<AnyStage, ExpressionError> {
    let Some((what, time)) = text.split_once(':') else {
        return Err(error(1, "a stage such as `100:10s`, `100..500:30s` (arrivals per second) or `20c:10s` (connections)", text));
    };
    let duration = shifted(parse_some_time(time), what.chars().count() + 1)?;
    match what.strip_suffix('c') {
        Some(connections) => Ok(AnyStage::Connections(stage(parse_connections(connections)?, duration))),
        None => Ok(AnyStage::Rate(stage(parse_rates(what)?, duration))),
    }
}

/// What stays or changes, for as long.
pub fn stage<T>((from, to): (T, T), duration: Duration) -> Stage<T> {
    Stage { from, to, duration }
}

/// `100`, `100/s..500/s`: a rate of a stage, which may be 0, or two.
pub fn parse_rates(text: &str) -> Result<(f64, f64), ExpressionError> {
    range(text, |text| {
        let rate = parse_rate(text)?;
        if rate == 0.0 { Ok(rate) } else { parse_some_rate(text) }
    })
}

/// `20`, `20..100`: a number of connections, which may be 0, or two.
pub fn parse_connections(text: &str) -> Result<(u32, u32), ExpressionError> {
    let expected = || format!("a whole number of connections up to {}, or two such as `10..50`", limits::CONNECTIONS_MAX);
    range(text, |text| match text.parse() {
        Ok(connections) if u64::from(connections) <= limits::CONNECTIONS_MAX => Ok(connections),
        _ => Err(error(1, expected(), text)),
    })
}

fn range<T: Copy>(text: &str, parse: impl Fn(&str) -> Result<T, ExpressionError>) -> Result<(T, T), ExpressionError> {
    match text.split_once("..") {
        Some((from, to)) => Ok((parse(from)?, shifted(parse(to), from.chars().count() + 2)?)),
        None => parse(text).map(|value| (value, value)),
    }
}

/// All stages as one load. The error says which of them (from 0) is of another kind than the first, or one too many.
pub fn arrival(stages: &[AnyStage]) -> Result<Arrival, (usize, String)> {
    if stages.len() > limits::LOAD_STAGES_MAX {
        return Err((limits::LOAD_STAGES_MAX, format!("at most {} stages", limits::LOAD_STAGES_MAX)));
    }
    let (mut rates, mut connections) = (Vec::new(), Vec::new());
    for (index, stage) in stages.iter().enumerate() {
        match stage {
            AnyStage::Rate(stage) => rates.push(*stage),
            AnyStage::Connections(stage) => connections.push(*stage),
        }
        if !rates.is_empty() && !connections.is_empty() {
            return Err((index, "stages of one kind: rates (open loop) or connections (closed loop)".to_string()));
        }
    }
    let is_nothing =
        rates.iter().all(|stage| stage.from.max(stage.to) == 0.0) && connections.iter().all(|stage| stage.from.max(stage.to) == 0);
    if is_nothing {
        return Err((0, "at least one stage with more than 0".to_string()));
    }
    Ok(if connections.is_empty() { Arrival::Stages(rates) } else { Arrival::ClosedStages(connections) })
}

/// The most connections that the stages ask for; `None` where they are rates.
pub fn connections_of(arrival: &Arrival) -> Option<u32> {
    match arrival {
        Arrival::ClosedStages(stages) => stages.iter().map(|stage| stage.from.max(stage.to)).max(),
        _ => None,
    }
}

/// `2/3`, `auto`, `auto/3`.
pub fn parse_shard(text: &str) -> Result<ShardChoice, ExpressionError> {
    let expected = "a shard such as `2/3` (the second of three), `auto` or `auto/3`";
    let (index, total) = text.split_once('/').map_or((text, None), |(index, total)| (index, Some(total)));
    let parsed = total.map(|total| match total.parse() {
        Ok(total) if (1..=limits::SHARDS_MAX).contains(&u64::from(total)) => Ok(total),
        _ => Err(error(index.chars().count() + 2, format!("a number of shards from 1 to {}", limits::SHARDS_MAX), total)),
    });
    let parsed: Option<u32> = parsed.transpose()?;
    match (index, parsed) {
        ("auto", total) => Ok(ShardChoice::Auto(total)),
        (_, None) => Err(error(1, expected, text)),
        (index, Some(total)) => match index.parse().ok().and_then(|index| Shard::new(index, total)) {
            Some(shard) => Ok(ShardChoice::One(shard)),
            None => Err(error(1, format!("a shard from 1 to {total}"), index)),
        },
    }
}

/// A moment as RFC 3339, in ns since the Unix epoch.
pub fn parse_moment(text: &str) -> Result<u64, ExpressionError> {
    let parsed: Option<jiff::Timestamp> = text.parse().ok();
    let ns = parsed.and_then(|moment| u64::try_from(moment.as_nanosecond()).ok());
    ns.ok_or_else(|| error(1, "a moment such as `2026-11-23T10:00:00Z`", text))
}

#[cfg(test)]
mod tests {
    use super::{arrival, parse_moment, parse_shard, parse_stage};
    use crate::judge::expression::check_parsed as check;

    #[test]
    fn stages_are_rates_or_connections() {
        check(parse_stage("100:10s"), "Rate(Stage { from: 100.0, to: 100.0, duration: 10s })");
        check(parse_stage("0..30/min:1m30s"), "Rate(Stage { from: 0.0, to: 0.5, duration: 90s })");
        check(parse_stage("20c:10s"), "Connections(Stage { from: 20, to: 20, duration: 10s })");
        check(parse_stage("1..50c:10s"), "Connections(Stage { from: 1, to: 50, duration: 10s })");
    }

    #[test]
    fn mistakes_in_stages_have_their_column() {
        let form = "a stage such as `100:10s`, `100..500:30s` (arrivals per second) or `20c:10s` (connections)";
        check(parse_stage("100"), &format!("column 1: expected {form}, found `100`"));
        check(parse_stage("100:0s"), "column 5: expected more than no time, found `0s`");
        let rate = "a rate such as `500` (per second), `500/s` or `30/min`";
        check(parse_stage("1..x:10s"), &format!("column 4: expected {rate}, found `x`"));
        let expected = "a whole number of connections up to 65535, or two such as `10..50`";
        check(parse_stage("1..70000c:10s"), &format!("column 4: expected {expected}, found `70000`"));
        let stages = ["100:1s", "5c:1s"].map(|text| parse_stage(text).unwrap());
        assert_eq!(arrival(&stages).unwrap_err().0, 1);
        assert_eq!(arrival(&[parse_stage("0:1s").unwrap()]).unwrap_err().1, "at least one stage with more than 0");
    }

    #[test]
    fn shards_count_from_one() {
        check(parse_shard("2/3"), "One(Shard { index: 2, total: 3, fingerprint: 0 })");
        check(parse_shard("auto"), "Auto(None)");
        check(parse_shard("auto/7"), "Auto(Some(7))");
        check(parse_shard("0/3"), "column 1: expected a shard from 1 to 3, found `0`");
        check(parse_shard("4/3"), "column 1: expected a shard from 1 to 3, found `4`");
        check(parse_shard("1/0"), "column 3: expected a number of shards from 1 to 10000, found `0`");
        check(parse_shard("2"), "column 1: expected a shard such as `2/3` (the second of three), `auto` or `auto/3`, found `2`");
    }

    #[test]
    fn moments_have_a_time_zone() {
        check(parse_moment("1970-01-01T01:00:02.5+01:00"), "2500000000");
        check(parse_moment("2026-11-23 10:00"), "column 1: expected a moment such as `2026-11-23T10:00:00Z`, found `2026-11-23 10:00`");
    }
}
