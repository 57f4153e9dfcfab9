//! `load = { … }` and `server = { … }` of a suite, and the same load from the command line.

use super::assertion;
use super::error::Document;
use super::error::{ConfigError, alternatives, typed};
use super::feed;
use super::material;
use super::pace::{self, Pace};
use super::plan::{self, Surroundings};
use super::scenario::{self, Around};
use super::scrape;
use super::table::{Shape, Table, TableOrText};
use super::targets;
use super::transport;
use super::value::{PORT, new_target, parse_header, parse_header_line, parse_method, parse_target, parse_url};
use crate::cli::LoadArgs;
use crate::judge::expression::{ExpressionError, parse_duration, parse_rate};
use crate::limits;
use crate::model::{Arrival, Assertions, Extract, LoadWork, ServerWork, Spacing, Start, Step, Stop, Target, TargetFile, Work};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;
use toml::Spanned;

/// `load = { … }`.
pub const LOAD: Shape = Shape {
    name: "load",
    keys: &[
        "targets",
        "targets_file",
        "steps",
        "scenarios",
        "feeders",
        "assert",
        "rate",
        "arrival",
        "seed",
        "stages",
        "trace",
        "connections",
        "think_time",
        "duration",
        "requests",
        "warm_up",
        "timeout",
        "connect_timeout",
        "grace",
        "max_lag",
        "abort_if",
        "scrape",
        "scrape_match",
        "unix_socket",
        "proxy",
        "connect_to",
        "resolve",
        "addresses",
        "local_address",
        "redirects",
        "keep_alive",
        "compressed",
        "http",
        "streams",
        "auth",
        "tls",
    ],
};
/// A target written as a table.
pub const TARGET: Shape = Shape { name: "targets", keys: &["label", "method", "url", "headers", "body", "weight", "assert"] };
/// `server = { … }`.
pub const SERVER: Shape = Shape { name: "server", keys: &["command", "ready", "ready_timeout", "stop_timeout"] };

/// A duration that is more than nothing.
pub fn parse_some_time(text: &str) -> Result<Duration, ExpressionError> {
    let duration = parse_duration(text)?;
    if duration.is_zero() {
        return Err(ExpressionError { column: 1, expected: "more than no time".into(), found: format!("`{text}`") });
    }
    Ok(duration)
}

/// A rate at which something comes.
pub fn parse_some_rate(text: &str) -> Result<f64, ExpressionError> {
    let rate = parse_rate(text)?;
    if rate <= 0.0 || rate > limits::RATE_MAX {
        let expected = format!("a rate above 0 and up to {} per second (leave it out for a closed loop)", limits::RATE_MAX);
        return Err(ExpressionError { column: 1, expected, found: format!("`{text}`") });
    }
    Ok(rate)
}

/// A duration key that is more than nothing, or the default.
pub fn some_time(table: &mut Table<'_>, key: &'static str, default: Duration) -> Result<Duration, ConfigError> {
    Ok(table.expression(key, parse_some_time)?.map_or(default, Spanned::into_inner))
}

/// A load that only lacks its targets, with every default.
pub fn default_load(targets: Vec<Target>) -> LoadWork {
    LoadWork {
        targets,
        scenarios: Vec::new(),
        feeders: Vec::new(),
        targets_file: None,
        arrival: Arrival::Closed,
        connections: plan::CONNECTIONS,
        stop: Stop::After(plan::LOAD_DURATION),
        warm_up: plan::LOAD_WARM_UP,
        timeout: plan::REQUEST_TIMEOUT,
        connect_timeout: plan::CONNECT_TIMEOUT,
        grace: plan::REQUEST_TIMEOUT,
        max_lag: plan::MAX_LAG,
        spacing: Spacing::Even,
        think_time: plan::THINK_TIME,
        shard: None,
        start: Start::AtOnce,
        abort_if: None,
        scrape: None,
        transport: transport::default_transport(),
    }
}

/// The load that was typed.
pub fn from_arguments(args: &LoadArgs, around: &Surroundings) -> Result<LoadWork, ConfigError> {
    let target = typed_target(args, around)?;
    let load = match &args.targets {
        Some(path) => LoadWork {
            targets_file: Some(TargetFile { path: path.clone(), common: target, is_lazy: args.lazy }),
            ..default_load(Vec::new())
        },
        None => default_load(vec![target]),
    };
    let pace = pace::from_arguments(args)?;
    let (shard, start) = pace::part(args, around)?;
    let timeout = args.timeout.as_deref().map(|text| typed("--timeout", &with_seconds(text), parse_some_time)).transpose()?;
    let connect_timeout = args.transport.connect_timeout.as_deref();
    let connect_timeout = connect_timeout.map(|text| typed("--connect-timeout", &with_seconds(text), parse_some_time)).transpose()?;
    let warm_up = args.warm_up.as_deref().map(|text| typed("--warm-up", text, parse_duration)).transpose()?;
    let mut load = LoadWork {
        warm_up: warm_up.unwrap_or(load.warm_up),
        timeout: timeout.unwrap_or(load.timeout),
        grace: timeout.unwrap_or(load.grace),
        connect_timeout: connect_timeout.unwrap_or(load.connect_timeout),
        transport: transport::from_arguments(&args.transport, &args.header_flags)?,
        scrape: scrape::from_arguments(args)?,
        feeders: args.feed.iter().map(|text| typed("--feed", text, feed::parse_feed)).collect::<Result<_, _>>()?,
        shard,
        start,
        ..paced(load, pace)
    };
    if let Some((expected, found)) = scrape::contradiction(&load) {
        return Err(ConfigError::new("--scrape", expected, found));
    }
    if args.lazy && load.scrape.is_some() && !load.warm_up.is_zero() {
        // The warm-up is then a load of its own, and would take the targets of the measured phase.
        return Err(ConfigError::new("--lazy", "no --warm-up beside --scrape where each target is for one request", "both"));
    }
    targets::fill(&mut load, &around.directory, false)?;
    feed::fill(&mut load, &around.directory)?;
    transport::check(&load)?;
    material::fill(&mut load, Path::new("."), around)?;
    Ok(load)
}

/// The target of the flags; its method and URL mean nothing where targets are read from a file.
fn typed_target(args: &LoadArgs, around: &Surroundings) -> Result<Target, ConfigError> {
    let default_method = if args.data.is_some() || args.data_file.is_some() { "POST" } else { "GET" };
    let method = typed("--method", args.method.as_deref().unwrap_or(default_method), parse_method)?;
    let url = args.url.as_deref().map(|url| typed("load", url, parse_url)).transpose()?.unwrap_or_default();
    if url.contains(PORT) {
        return Err(ConfigError::new("load", "a port", format!("`{PORT}`, which only a `server` of the configuration gets")));
    }
    let mut target = new_target(method, url);
    target.headers = typed_headers(args)?;
    target.body = match &args.data_file {
        Some(path) => material::bytes("--data-file", &around.directory, path, limits::BODY_BYTES_MAX)?,
        None => args.data.clone().unwrap_or_default().into_bytes(),
    };
    let status = args.expect_status.as_deref();
    target.assertions.status = status.map(|text| typed("--expect-status", text, assertion::parse_status_set)).transpose()?;
    Ok(target)
}

/// Headers as lines and as flags of their own; one header is given in one way.
fn typed_headers(args: &LoadArgs) -> Result<Vec<(String, String)>, ConfigError> {
    let lines = args.headers.iter().map(|line| typed("--header", line, parse_header_line));
    let mut headers: Vec<(String, String)> = lines.collect::<Result<_, _>>()?;
    for (flag, (name, value)) in transport::headers(&args.header_flags)? {
        if headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name)) {
            return Err(ConfigError::new(flag, format!("one `{name}` header"), "another one by --header"));
        }
        headers.push((name, value));
    }
    Ok(headers)
}

/// A bare number is seconds, as in hey.
fn with_seconds(text: &str) -> String {
    if text.ends_with(|c: char| c.is_ascii_digit()) { format!("{text}s") } else { text.to_string() }
}

/// The load with its schedule.
fn paced(load: LoadWork, pace: Pace) -> LoadWork {
    let Pace { arrival, connections, stop, spacing, think_time, abort_if } = pace;
    LoadWork { arrival, connections, stop, spacing, think_time, abort_if, ..load }
}

/// The load of a suite with the server it may start.
pub fn read(mut table: Table<'_>, server: Option<Table<'_>>) -> Result<Work, ConfigError> {
    let server = server.map(read_server).transpose()?;
    let common = assertion::read(&mut table, "assert")?;
    let requested = read_requested(&mut table, server.is_some(), &common)?;
    let default = LoadWork { feeders: feed::read(&mut table)?, ..requested };
    let pace = pace::read(&mut table)?;
    let warm_up = table.expression("warm_up", parse_duration)?.map_or(default.warm_up, Spanned::into_inner);
    let timeout = some_time(&mut table, "timeout", default.timeout)?;
    let load = LoadWork {
        warm_up,
        timeout,
        connect_timeout: some_time(&mut table, "connect_timeout", default.connect_timeout)?,
        grace: some_time(&mut table, "grace", timeout)?,
        max_lag: some_time(&mut table, "max_lag", default.max_lag)?,
        transport: transport::read(&mut table)?,
        scrape: scrape::read(&mut table, server.is_some())?,
        ..paced(default, pace)
    };
    if let Some((expected, found)) = scrape::contradiction(&load) {
        return Err(table.error(expected, found));
    }
    let of_body = |step: &Step| {
        step.target.assertions.need_body() || step.extract.iter().any(|extraction| !matches!(extraction.from, Extract::Header(_)))
    };
    let need_body = common.need_body()
        || load.scenarios.iter().flat_map(|scenario| &scenario.steps).any(of_body)
        || load.targets.iter().any(|target| target.assertions.need_body());
    if load.transport.compressed && need_body {
        return Err(table.error("no `compressed` where bodies are looked into, which is done as they come", "both"));
    }
    Ok(Work::Load { server, load })
}

fn read_server(mut table: Table<'_>) -> Result<ServerWork, ConfigError> {
    let command = table.required("command")?.into_inner();
    let ready = table.expression("ready", parse_url)?;
    let server = ServerWork {
        command,
        ready: ready.ok_or_else(|| table.error("`ready`: a URL that answers when the server is ready", "none"))?.into_inner(),
        ready_timeout: some_time(&mut table, "ready_timeout", plan::READY_TIMEOUT)?,
        stop_timeout: some_time(&mut table, "stop_timeout", plan::STOP_TIMEOUT)?,
    };
    Ok(server)
}

/// A load of what is to be requested, and of nothing else but defaults.
fn read_requested(load: &mut Table<'_>, has_server: bool, common: &Assertions) -> Result<LoadWork, ConfigError> {
    const KINDS: [&str; 4] = ["targets", "targets_file", "steps", "scenarios"];
    let written = load.written(&KINDS);
    let path = load.string("targets_file")?;
    let has_feeders = !load.written(&["feeders"]).is_empty();
    let scenarios = scenario::read(load, Around { has_server, has_feeders, common })?;
    if written.len() > 1 {
        let expected = format!("one of {}", alternatives(KINDS).replace(" or ", " and "));
        return Err(load.error(expected, format!("`{}`", written.join("` and `"))));
    }
    if let Some(path) = path {
        let common = Target { assertions: common.clone(), ..new_target(String::new(), String::new()) };
        return Ok(LoadWork { targets_file: Some(TargetFile { path: path.into(), common, is_lazy: false }), ..default_load(Vec::new()) });
    }
    if scenarios.is_empty() {
        return Ok(default_load(read_targets(load, has_server, common)?));
    }
    Ok(LoadWork { scenarios, ..default_load(Vec::new()) })
}

fn read_targets(load: &mut Table<'_>, has_server: bool, common: &Assertions) -> Result<Vec<Target>, ConfigError> {
    let expected = "`targets`: a list such as [\"GET http://127.0.0.1:8080/\"]";
    let written = load.tables_or_texts("targets", &TARGET)?;
    if written.is_empty() {
        return Err(load.error(expected, "none"));
    }
    let own = |target: Target| Target { assertions: target.assertions.clone().or(common), ..target };
    written.into_iter().map(|target| read_target(load, target, has_server).map(own)).collect()
}

fn read_target(load: &Table<'_>, written: TableOrText<'_>, has_server: bool) -> Result<Target, ConfigError> {
    let (target, span) = match written {
        TableOrText::Text(text) => {
            let parsed = parse_target(text.get_ref());
            let target = parsed.map_err(|mistake| load.document.inside(&text.span(), text.get_ref(), mistake))?;
            (target, text.span())
        }
        TableOrText::Table(mut table) => {
            let span = table.span();
            let weight = table.integer("weight", 1..=limits::TARGET_WEIGHT_MAX)?;
            let target = read_target_table(&mut table)?;
            (Target { weight: weight.and_then(|weight| u32::try_from(weight).ok()).unwrap_or(target.weight), ..target }, span)
        }
    };
    check_port(load.document, &span, &target, has_server)?;
    Ok(target)
}

/// A port that nobody chooses is a mistake.
pub fn check_port(document: Document<'_>, span: &Range<usize>, target: &Target, has_server: bool) -> Result<(), ConfigError> {
    if target.url.contains(PORT) && !has_server {
        let expected = format!("a port, because `{PORT}` is chosen only for a `server` of this suite");
        return Err(document.error_found(span, expected, format!("`{PORT}`")));
    }
    Ok(())
}

/// What a target and a step have in common.
pub fn read_target_table(table: &mut Table<'_>) -> Result<Target, ConfigError> {
    let label = table.string("label")?;
    let method = table.expression("method", parse_method)?;
    let url = table.expression("url", parse_url)?;
    let body = table.string("body")?.unwrap_or_default();
    let default_method = if body.is_empty() { "GET" } else { "POST" };
    let headers = table.pairs("headers")?;
    let assertions = assertion::read(table, "assert")?;
    let document = table.document;
    let url = url.ok_or_else(|| table.error("`url` of the target", "none"))?.into_inner();
    let method = method.map_or(default_method.to_string(), Spanned::into_inner);
    let mut target = Target { body: body.into_bytes(), assertions, ..new_target(method, url) };
    target.label = label.unwrap_or(target.label);
    for (name, value) in headers {
        let header = parse_header(name.get_ref(), value.get_ref());
        target.headers.push(header.map_err(|mistake| document.error(&name.span(), mistake.expected))?);
    }
    Ok(target)
}
