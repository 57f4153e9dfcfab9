//! Counters of the server that are read before and after a load: `scrape` and `scrape_match`, and the same as typed.

use super::error::{ConfigError, typed};
use super::table::Table;
use super::value::{PORT, parse_url};
use crate::cli::LoadArgs;
use crate::judge::expression::ExpressionError;
use crate::model::{Arrival, LoadWork, Scrape};
use toml::Spanned;

/// A URL where counters are read: plain HTTP.
fn parse_scrape(text: &str) -> Result<String, ExpressionError> {
    let url = parse_url(text)?;
    if url.starts_with("http://") {
        return Ok(url);
    }
    Err(ExpressionError { column: 1, expected: "an `http://` URL; counters are read without TLS".into(), found: format!("`{text}`") })
}

/// The keys of a load. `{port}` stands for that of the suite's server.
pub fn read(table: &mut Table<'_>, has_server: bool) -> Result<Option<Scrape>, ConfigError> {
    let url = table.expression("scrape", parse_scrape)?;
    let only: Vec<String> = table.texts("scrape_match")?.into_iter().map(Spanned::into_inner).collect();
    let Some(url) = url else {
        return if only.is_empty() { Ok(None) } else { Err(table.error("`scrape` with `scrape_match`", "only `scrape_match`")) };
    };
    if url.get_ref().contains(PORT) && !has_server {
        let expected = format!("a port, because `{PORT}` is chosen only for a `server` of this suite");
        return Err(table.document.error_found(&url.span(), expected, format!("`{PORT}`")));
    }
    Ok(Some(Scrape { url: url.into_inner(), only }))
}

/// What contradicts reading counters: what was expected, what was found.
pub fn contradiction(load: &LoadWork) -> Option<(&'static str, &'static str)> {
    load.scrape.as_ref()?;
    let is_trace = matches!(load.arrival, Arrival::Trace(_));
    // Counters are read between the warm-up and the rest, and a trace is not interrupted.
    (is_trace && !load.warm_up.is_zero()).then_some(("`trace` and `scrape` without `warm_up`", "all three"))
}

/// The same as typed.
pub fn from_arguments(args: &LoadArgs) -> Result<Option<Scrape>, ConfigError> {
    let Some(url) = &args.scrape else { return Ok(None) };
    let url = typed("--scrape", url, parse_scrape)?;
    if url.contains(PORT) {
        return Err(ConfigError::new("--scrape", "a port", format!("`{PORT}`, which only a `server` of the configuration gets")));
    }
    if args.shard.is_some() {
        let error = ConfigError::new("--scrape", "no --shard beside it", "one");
        return Err(error.hint("counters rise by the requests of all shards; read them in a load of one generator"));
    }
    Ok(Some(Scrape { url, only: args.scrape_match.clone() }))
}
