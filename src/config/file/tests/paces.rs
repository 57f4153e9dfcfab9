//! The schedule of a load, as written in the file.

use super::parse;
use crate::model::{Arrival, LoadWork, Spacing, Work};
use std::time::Duration;

/// The load, or the error without its excerpt.
fn load(rest: &str) -> Result<LoadWork, String> {
    let text = format!("[[suite]]\nname = 'a'\nload = {{ targets = ['http://x/'], {rest} }}");
    let mut file = parse(&text).map_err(|error| error.to_string().lines().next().unwrap_or_default().to_string())?;
    match file.suites.remove(0).work {
        Some(Work::Load { load, .. }) => Ok(load),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check(rest: &str, expected: &str) {
    let found = load(rest).map(|load| format!("{:?} {:?} {} {:?}", load.arrival, load.spacing, load.connections, load.think_time));
    assert_eq!(found.unwrap_or_else(|error| error), expected);
}

#[test]
fn schedules_are_understood() {
    let stages = "stages = [{ rate = 5, duration = '2s' }, '5..9:1s']";
    let expected = "Stages([Stage { from: 5.0, to: 5.0, duration: 2s }, Stage { from: 5.0, to: 9.0, duration: 1s }])";
    check(stages, &format!("{expected} Even 50 0ns"));
    check(&format!("{stages}, arrival = 'poisson', seed = 3"), &format!("{expected} Poisson {{ seed: 3 }} 50 0ns"));
    check("rate = 5, arrival = 'poisson', connections = 7", "Constant(5.0) Poisson { seed: 1 } 7 0ns");
    let connections = "stages = [{ connections = '1..80', duration = '2s' }], think_time = '5ms'";
    check(connections, "ClosedStages([Stage { from: 1, to: 80, duration: 2s }]) Even 80 5ms");
    check("trace = 'a.txt'", "Trace(\"a.txt\") Even 50 0ns");
    let lost = load("abort_if = 'p99 > 2s'").unwrap();
    assert_eq!((lost.abort_if.map(|condition| condition.to_string()), lost.spacing), (Some("p99 > 2s".to_string()), Spacing::Even));
    assert_eq!((lost.arrival, lost.think_time), (Arrival::Closed, Duration::ZERO));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let at = |column: u32, message: &str| format!("n.toml:3:{column}: expected {message}");
    check("rate = 5, trace = 'x'", &at(8, "one of `rate`, `stages` and `trace`, found more of them"));
    check(
        "trace = 'x', duration = '1s'",
        &at(8, "no `duration` or `requests` beside stages or a trace, which say how long they last, found `duration` or `requests`"),
    );
    check(
        "seed = 5",
        &at(8, "no `arrival` or `seed` in a closed loop, where answers decide when requests start, found `arrival` or `seed`"),
    );
    check("rate = 5, seed = 5", &at(8, "no `seed` unless arrivals are `poisson`, found `seed`"));
    check(
        "rate = 5, think_time = '1s'",
        &at(8, "no `think_time` in an open loop, where requests start whatever became of those before, found `think_time`"),
    );
    check("connections = 5, stages = ['5c:1s']", &at(8, "no `connections` beside stages of connections, found `connections`"));
    check("stages = ['5:1s', '5c:1s']", &at(53, "stages of one kind: rates (open loop) or connections (closed loop), found `'5c:1s'`"));
    check("stages = ['5:1 s x']", &at(50, "a duration such as `10s`, `1m30s` or `250ms`, found `s x`"));
    check("stages = [{ rate = 5 }]", &at(45, "`duration` of the stage, found none"));
    check("stages = [{ rate = 5, connections = 5, duration = '1s' }]", &at(45, "one of `rate` and `connections` in a stage, found both"));
    check("abort_if = 'p99 < 2s'", &at(51, "`>`, because more is worse for p99, found `< 2s`"));
}
