//! Counters of the server: where they are read, and what cannot be.

use super::parse;
use crate::config::error::ConfigError;
use crate::model::{Arrival, Stop, Work};

/// Where counters are read and which; of an error, a part.
fn check(keys: &str, expected: Result<(&str, &[&str]), &str>) {
    let server = if keys.contains("{port}/ok") { "server = { command = 'x', ready = 'http://127.0.0.1:{port}/' }\n" } else { "" };
    let text = format!("[[suite]]\nname = 'a'\n{server}[suite.load]\ntargets = ['http://h/']\n{keys}\n");
    match (found(&text), expected) {
        (Ok(found), Ok((url, only))) => assert_eq!(found, (url.to_string(), only.iter().map(ToString::to_string).collect::<Vec<_>>())),
        (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
}

fn found(text: &str) -> Result<(String, Vec<String>), ConfigError> {
    let file = parse(text)?;
    let Some(Work::Load { load, .. }) = file.suites.into_iter().next().and_then(|suite| suite.work) else { panic!("no load") };
    Ok(load.scrape.map(|scrape| (scrape.url, scrape.only)).unwrap_or_default())
}

#[test]
fn the_address_and_the_choice_are_read() {
    check("", Ok(("", &[])));
    check("scrape = 'http://h:1/metrics'", Ok(("http://h:1/metrics", &[])));
    check("scrape = 'http://h:{port}/ok'\nscrape_match = ['sql_*', 'rows']", Ok(("http://h:{port}/ok", &["sql_*", "rows"])));
}

#[test]
fn what_cannot_be_read_is_refused() {
    check("scrape = 'https://h/metrics'", Err("without TLS"));
    check("scrape = 'h'", Err("scrape"));
    check("scrape = 'http://h:{port}/metrics'", Err("only for a `server`"));
    check("scrape_match = ['sql_*']", Err("`scrape` with `scrape_match`"));
    check("scrape = 'http://h/'\ntrace = 'x.txt'\nwarm_up = '1s'", Err("all three"));
}

/// Pace and length of the warm-up that is parted from a load, and whether the rest has its start.
#[track_caller]
fn check_apart(keys: &str, expected: Option<(Arrival, u32)>) {
    let file = parse(&format!("[[suite]]\nname = 'a'\n[suite.load]\ntargets = ['http://h/']\n{keys}\n")).unwrap();
    let Some(Work::Load { load, .. }) = file.suites.into_iter().next().and_then(|suite| suite.work) else { panic!("no load") };
    let (warm_up, rest) = load.apart();
    assert!(warm_up.iter().all(|one| one.stop == Stop::After(load.warm_up) && one.warm_up.is_zero() && one.abort_if.is_none()));
    assert_eq!(warm_up.map(|one| (one.arrival, one.connections)), expected);
    assert!(rest.warm_up.is_zero() && rest.arrival == load.arrival && rest.stop == load.stop);
}

#[test]
fn a_warm_up_is_parted_from_its_load() {
    check_apart("rate = 5\nconnections = 3", None);
    check_apart("rate = 5\nconnections = 3\nwarm_up = '1s'", Some((Arrival::Constant(5.0), 3)));
    check_apart("connections = 3\nwarm_up = '1s'\nabort_if = 'p99 > 1s'", Some((Arrival::Closed, 3)));
    check_apart("stages = ['7..9:1s']\nconnections = 3\nwarm_up = '1s'", Some((Arrival::Constant(7.0), 3)));
    check_apart("stages = ['0..9:1s']\nwarm_up = '1s'", None);
    check_apart("stages = [{ connections = '2..9', duration = '1s' }]\nwarm_up = '1s'", Some((Arrival::Closed, 2)));
}
