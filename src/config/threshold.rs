//! `[[threshold]]`: rules as written, checked as far as they can be without a run.

use super::error::{ConfigError, alternatives, did_you_mean};
use super::judged::{Judged, usual_too_fast};
use super::shadow;
use super::table::{Shape, Table};
use crate::judge::expression::{ExpressionError, Quantity, parse_limit};
use crate::judge::{Attempts, Design, Limit, Rule, Statistics};
use crate::model::{Place, STATISTIC_WORDS, Statistic};
use toml::Spanned;

/// `[[threshold]]`.
pub const THRESHOLD: Shape = Shape {
    name: "[[threshold]]",
    keys: &["suite", "label", "metric", "statistic", "unstable", "fail", "floor", "too_fast", "widen_to", "against", "of"],
};

/// All rules, in the order written; the first match wins, so one that can never match is an error.
pub fn read_all(tables: Vec<Table<'_>>, statistics: Statistics) -> Result<Vec<Rule>, ConfigError> {
    let mut rules: Vec<Rule> = Vec::new();
    for table in tables {
        let (document, head) = (table.document, table.head());
        let rule = read(table, statistics)?;
        if let Some(line) = rules.iter().find(|earlier| shadow::covers(earlier, &rule)).and_then(|rule| rule.place.as_ref()) {
            let error = document.error_found(&head, "a threshold that can match", format!("one that line {} always beats", line.line));
            return Err(error.hint("the first match wins for a statistic: put the narrower threshold first, or delete one"));
        }
        rules.push(rule);
    }
    Ok(rules)
}

fn read(mut table: Table<'_>, statistics: Statistics) -> Result<Rule, ConfigError> {
    let document = table.document;
    let span = table.span();
    let suite = table.string("suite")?.unwrap_or_else(|| "*".to_string());
    let label = table.string("label")?.unwrap_or_else(|| "*".to_string());
    let metric = table.string("metric")?;
    let statistic = read_statistic(&mut table)?;
    let against = table.text("against")?;
    let of = table.word("of", &[("ok", Attempts::Ok), ("all", Attempts::All)])?.unwrap_or(Attempts::Ok);
    let judged = Judged::new(document, statistics, statistic, metric.as_deref(), against.is_some());
    let unstable = table.expression("unstable", parse_written)?;
    let fail = table.expression("fail", parse_written)?;
    let floor = table.expression("floor", parse_written)?;
    let too_fast = table.expression("too_fast", parse_written)?;
    let widen_to = table.expression("widen_to", parse_written)?;
    let unstable = unstable.map(|written| judged.limit(written)).transpose()?;
    let fail = fail.map(|written| judged.limit(written)).transpose()?;
    if unstable.is_none() && fail.is_none() {
        return Err(table.error("at least one of `unstable` and `fail`", "none"));
    }
    if let (Some(unstable), Some(fail)) = (&unstable, &fail) {
        judged.order(unstable, fail)?;
    }
    let is_relative = [&unstable, &fail].into_iter().flatten().any(|limit| !matches!(limit.get_ref(), Limit::Absolute { .. }));
    let strictest = unstable.as_ref().or(fail.as_ref()).map(Spanned::get_ref);
    let floor = floor.map(|written| judged.floor(&written, is_relative)).transpose()?;
    let too_fast = too_fast.map(|written| judged.too_fast(&written, strictest)).transpose()?;
    let default_too_fast = || usual_too_fast(metric.as_deref(), statistic).filter(|_| is_relative && against.is_none());
    let too_fast = too_fast.or_else(default_too_fast);
    let widen_to = widen_to.map(|written| judged.widest(&written, strictest)).transpose()?;
    if let Some(against) = against.as_ref().filter(|against| *against.get_ref() == label) {
        return Err(document.error(&against.span(), "another label than the threshold's own"));
    }
    Ok(Rule {
        suite,
        label,
        too_fast,
        widen_to,
        metric,
        statistic,
        unstable: unstable.map(Spanned::into_inner),
        fail: fail.map(Spanned::into_inner),
        floor,
        against: against.map(Spanned::into_inner),
        of,
        design: Design::Any,
        is_default: false,
        place: Some(Place { path: document.name.to_string(), line: document.line(span.start) as u64 }),
    })
}

fn parse_written(text: &str) -> Result<(Quantity, String), ExpressionError> {
    parse_limit(text).map(|quantity| (quantity, text.to_string()))
}

fn read_statistic(table: &mut Table<'_>) -> Result<Option<Statistic>, ConfigError> {
    let Some(text) = table.text("statistic")? else { return Ok(None) };
    text.get_ref().parse().map(Some).map_err(|()| {
        let words = || STATISTIC_WORDS.iter().map(|(word, _)| *word);
        let error = table.document.error(&text.span(), format!("a statistic: {}", alternatives(words())));
        error.hint(did_you_mean(text.get_ref(), words().chain(["median", "average"])))
    })
}
