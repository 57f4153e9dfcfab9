//! The schedule's part of a load: when requests start, how many connections there are, and when it ends.

use super::error::{ConfigError, typed};
use super::load::{parse_some_rate, parse_some_time};
use super::plan::{self, Surroundings};
use super::schedule::{self, AnyStage, ShardChoice, parse_connections, parse_moment, parse_rates, parse_shard, parse_stage};
use super::shard;
use super::table::{Shape, Table, TableOrText};
use crate::cli::LoadArgs;
use crate::judge::condition::parse_condition;
use crate::judge::expression::parse_duration;
use crate::limits;
use crate::model::{Arrival, Condition, Shard, Spacing, Stage, Start, Stop};
use std::path::PathBuf;
use std::time::Duration;
use toml::Spanned;

/// A stage written as a table.
pub const STAGE: Shape = Shape { name: "stages", keys: &["rate", "connections", "duration"] };

/// Every part with its default.
#[derive(Debug)]
pub struct Pace {
    pub arrival: Arrival,
    pub connections: u32,
    pub stop: Stop,
    pub spacing: Spacing,
    pub think_time: Duration,
    pub abort_if: Option<Condition>,
}

/// What is said of the schedule, whichever way.
struct Said {
    arrival: Arrival,
    connections: Option<u64>,
    stop: Option<Stop>,
    is_random: Option<bool>,
    seed: Option<u64>,
    think_time: Option<Duration>,
    abort_if: Option<Condition>,
}

impl Said {
    /// Applies the defaults. The error names what was said in vain, in the words of `name`.
    fn pace(self, name: impl Fn(&'static str) -> String) -> Result<Pace, (String, String)> {
        let is_open = !matches!(self.arrival, Arrival::Closed | Arrival::ClosedStages(_));
        let has_own_length = !matches!(self.arrival, Arrival::Closed | Arrival::Constant(_));
        let in_vain = |key: &'static str, where_: &str| Err((format!("no {} {where_}", name(key)), name(key)));
        if has_own_length && self.stop.is_some() {
            return in_vain("duration or requests", "beside stages or a trace, which say how long they last");
        }
        if !is_open && (self.is_random.is_some() || self.seed.is_some()) {
            return in_vain("arrival or seed", "in a closed loop, where answers decide when requests start");
        }
        if matches!(self.arrival, Arrival::Trace(_)) && self.is_random.is_some() {
            return in_vain("arrival", "beside a trace, which says when requests start");
        }
        if self.is_random != Some(true) && self.seed.is_some() {
            return in_vain("seed", "unless arrivals are `poisson`");
        }
        if is_open && self.think_time.is_some() {
            return in_vain("think_time", "in an open loop, where requests start whatever became of those before");
        }
        let of_stages = schedule::connections_of(&self.arrival);
        if of_stages.is_some() && self.connections.is_some() {
            return in_vain("connections", "beside stages of connections");
        }
        let spacing = match self.is_random {
            Some(true) => Spacing::Poisson { seed: self.seed.unwrap_or(plan::SEED) },
            _ => Spacing::Even,
        };
        let connections = self.connections.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        Ok(Pace {
            arrival: self.arrival,
            connections: of_stages.or(connections).unwrap_or(plan::CONNECTIONS),
            stop: self.stop.unwrap_or(Stop::After(plan::LOAD_DURATION)),
            spacing,
            think_time: self.think_time.unwrap_or(plan::THINK_TIME),
            abort_if: self.abort_if,
        })
    }
}

/// The words of `arrival`.
const ARRIVALS: [(&str, bool); 2] = [("even", false), ("poisson", true)];

/// From `load = { … }`.
pub fn read(table: &mut Table<'_>) -> Result<Pace, ConfigError> {
    if table.written(&["rate", "stages", "trace"]).len() > 1 {
        return Err(table.error("one of `rate`, `stages` and `trace`", "more of them"));
    }
    if table.written(&["duration", "requests"]).len() > 1 {
        return Err(table.error("one of `duration` and `requests`", "both"));
    }
    let rate = table.expression("rate", parse_some_rate)?.map(|rate| Arrival::Constant(rate.into_inner()));
    let trace = table.string("trace")?.map(|path| Arrival::Trace(PathBuf::from(path)));
    let requests = table.integer("requests", 1..=limits::REQUESTS_MAX)?.map(Stop::Requests);
    let duration = table.expression("duration", parse_some_time)?.map(|time| Stop::After(time.into_inner()));
    let said = Said {
        arrival: rate.or(trace).or(read_stages(table)?).unwrap_or(Arrival::Closed),
        connections: table.integer("connections", 1..=limits::CONNECTIONS_MAX)?,
        stop: requests.or(duration),
        is_random: table.word("arrival", &ARRIVALS)?,
        seed: table.integer("seed", 0..=i64::MAX as u64)?,
        think_time: table.expression("think_time", parse_duration)?.map(Spanned::into_inner),
        abort_if: table.expression("abort_if", parse_condition)?.map(Spanned::into_inner),
    };
    let written = |key: &'static str| format!("`{}`", key.replace(" or ", "` or `"));
    said.pace(written).map_err(|(expected, found)| table.error(expected, found))
}

fn read_stages(table: &mut Table<'_>) -> Result<Option<Arrival>, ConfigError> {
    let document = table.document;
    let (mut stages, mut spans) = (Vec::new(), Vec::new());
    for written in table.tables_or_texts("stages", &STAGE)? {
        match written {
            TableOrText::Text(text) => {
                let parsed = parse_stage(text.get_ref());
                stages.push(parsed.map_err(|mistake| document.inside(&text.span(), text.get_ref(), mistake))?);
                spans.push(text.span());
            }
            TableOrText::Table(table) => {
                spans.push(table.head());
                stages.push(read_stage(table)?);
            }
        }
    }
    if stages.is_empty() {
        return Ok(None);
    }
    let arrival = schedule::arrival(&stages);
    arrival.map(Some).map_err(|(index, expected)| document.error(spans.get(index).unwrap_or(&table.head()), expected))
}

fn read_stage(mut table: Table<'_>) -> Result<AnyStage, ConfigError> {
    let rate = table.expression("rate", parse_rates)?.map(Spanned::into_inner);
    let connections = table.expression("connections", parse_connections)?.map(Spanned::into_inner);
    let duration = table.expression("duration", parse_some_time)?.map(Spanned::into_inner);
    let Some(duration) = duration else { return Err(table.error("`duration` of the stage", "none")) };
    match (rate, connections) {
        (Some((from, to)), None) => Ok(AnyStage::Rate(Stage { from, to, duration })),
        (None, Some((from, to))) => Ok(AnyStage::Connections(Stage { from, to, duration })),
        _ => Err(table.error("one of `rate` and `connections` in a stage", if rate.is_some() { "both" } else { "none" })),
    }
}

/// From what was typed.
pub fn from_arguments(args: &LoadArgs) -> Result<Pace, ConfigError> {
    let rate = args.rate.as_deref().map(|text| typed("--rate", text, parse_some_rate)).transpose()?.map(Arrival::Constant);
    let trace = args.trace.clone().map(Arrival::Trace);
    let stages: Vec<AnyStage> = args.stages.iter().map(|text| typed("--stage", text, parse_stage)).collect::<Result<_, _>>()?;
    let stages = if stages.is_empty() { None } else { Some(schedule::arrival(&stages)) };
    let stages = stages.transpose().map_err(|(index, expected)| {
        ConfigError::new("--stage", expected, args.stages.get(index).map(|text| format!("`{text}`")).unwrap_or_default())
    })?;
    let time = |flag: &str, text: &Option<String>| text.as_deref().map(|text| typed(flag, text, parse_some_time)).transpose();
    let requests = args.requests.map(|count| bounded("--requests", count, limits::REQUESTS_MAX)).transpose()?.map(Stop::Requests);
    let said = Said {
        arrival: rate.or(trace).or(stages).unwrap_or(Arrival::Closed),
        connections: args.connections.map(|count| bounded("--connections", count, limits::CONNECTIONS_MAX)).transpose()?,
        stop: requests.or(time("--duration", &args.duration)?.map(Stop::After)),
        is_random: args.arrival.map(|word| word == crate::cli::ArrivalWord::Poisson),
        seed: args.seed,
        think_time: time("--think-time", &args.think_time)?,
        abort_if: args.abort_if.as_deref().map(|text| typed("--abort-if", text, parse_condition)).transpose()?,
    };
    let flags = |key: &'static str| format!("--{}", key.replace('_', "-").replace(" or ", " or --"));
    said.pace(flags).map_err(|(expected, found)| ConfigError::new("load", expected, found))
}

/// Which part of the load is this generator's, and when it starts.
pub fn part(args: &LoadArgs, around: &Surroundings) -> Result<(Option<Shard>, Start), ConfigError> {
    let choice = args.shard.as_deref().map(|text| typed("--shard", text, parse_shard)).transpose()?;
    let shard = match choice {
        None => None,
        Some(ShardChoice::One(shard)) => Some(shard),
        Some(ShardChoice::Auto(total)) => Some(shard::detect(around, total)?),
    };
    let start = match (&args.start_at, &args.barrier) {
        (Some(text), _) => Start::At(typed("--start-at", text, parse_moment)?),
        (None, Some(path)) => Start::Barrier(path.clone()),
        (None, None) => Start::AtOnce,
    };
    Ok((shard, start))
}

fn bounded(flag: &str, count: u64, max: u64) -> Result<u64, ConfigError> {
    if (1..=max).contains(&count) {
        return Ok(count);
    }
    Err(ConfigError::new(flag, format!("a whole number from 1 to {max}"), format!("`{count}`")))
}
