//! Counters of the server: where they are read, and what cannot be.

use super::parse;
use crate::config::error::ConfigError;
use crate::model::Work;

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
