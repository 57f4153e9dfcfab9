//! `[[suite.load.steps]]` and `[[suite.load.scenarios]]`: what users do, one thing after another.

use super::error::ConfigError;
use super::load::{check_port, read_target_table};
use super::plan;
use super::table::{Shape, Table};
use super::value::{parse_header_name, parse_name, parse_placeholder};
use crate::judge::expression::{ExpressionError, parse_duration};
use crate::limits::{LOAD_REGEX_STEPS_MAX, LOAD_SCENARIOS_MAX, LOAD_STEPS_MAX, TARGET_WEIGHT_MAX};
use crate::model::{Assertions, Extract, Extraction, ITERATION, Scenario, Step, Target, variables};
use fancy_regex::RegexBuilder;
use std::collections::BTreeSet;
use std::time::Duration;
use toml::Spanned;

/// One step.
pub const STEP: Shape = Shape { name: "steps", keys: &["label", "method", "url", "headers", "body", "assert", "extract", "think_time"] };

/// One scenario of several.
pub const SCENARIO: Shape = Shape { name: "scenarios", keys: &["name", "weight", "steps"] };

/// What every step needs to know.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub has_server: bool,
    /// Rows of files bring variables too, whose names are not known yet.
    pub has_feeders: bool,
    /// The assertions of the load.
    pub common: &'a Assertions,
}

/// The scenarios of a load, or the only one as `steps`; none where both keys are absent.
pub fn read(load: &mut Table<'_>, around: Around<'_>) -> Result<Vec<Scenario>, ConfigError> {
    let only = read_steps(load, around)?;
    let tables = load.tables("scenarios", &SCENARIO)?;
    if tables.len() > LOAD_SCENARIOS_MAX {
        return Err(load.error(format!("at most {LOAD_SCENARIOS_MAX} scenarios"), tables.len().to_string()));
    }
    if !only.is_empty() {
        return Ok(vec![Scenario { name: String::new(), weight: plan::TARGET_WEIGHT, steps: only }]);
    }
    let mut scenarios: Vec<Scenario> = Vec::new();
    for table in tables {
        let head = table.head();
        let scenario = read_scenario(table, around)?;
        if scenarios.iter().any(|other| other.name == scenario.name) {
            return Err(load.document.error_found(&head, "a name that no other scenario has", format!("`{}`", scenario.name)));
        }
        scenarios.push(scenario);
    }
    Ok(scenarios)
}

fn read_scenario(mut table: Table<'_>, around: Around<'_>) -> Result<Scenario, ConfigError> {
    let name = table.expression("name", parse_name)?;
    let name = name.ok_or_else(|| table.error("`name` in scenarios", "none"))?.into_inner();
    let weight = table.integer("weight", 1..=TARGET_WEIGHT_MAX)?.and_then(|weight| u32::try_from(weight).ok());
    let steps = read_steps(&mut table, around)?;
    if steps.is_empty() {
        return Err(table.error("`[[suite.load.scenarios.steps]]` of the scenario", "none"));
    }
    Ok(Scenario { name, weight: weight.unwrap_or(plan::TARGET_WEIGHT), steps })
}

/// The steps in order; none where the key is absent.
fn read_steps(table: &mut Table<'_>, around: Around<'_>) -> Result<Vec<Step>, ConfigError> {
    let tables = table.tables("steps", &STEP)?;
    if tables.len() > LOAD_STEPS_MAX {
        return Err(table.error(format!("at most {LOAD_STEPS_MAX} steps"), tables.len().to_string()));
    }
    let mut known: BTreeSet<String> = [ITERATION.to_string()].into();
    tables.into_iter().map(|table| read_step(table, around, &mut known)).collect()
}

fn read_step(mut table: Table<'_>, around: Around<'_>, known: &mut BTreeSet<String>) -> Result<Step, ConfigError> {
    let extract = read_extractions(&mut table)?;
    let think_time = table.expression("think_time", parse_duration)?.map_or(Duration::ZERO, Spanned::into_inner);
    let target = read_target_table(&mut table)?;
    check_port(table.document, &table.head(), &target, around.has_server)?;
    if let Some(name) = variables(&target).find(|name| !around.has_feeders && !known.contains(*name)) {
        let error = table.error("variables that a step before has extracted", format!("`{{{{{name}}}}}`"));
        return Err(error.hint(format!("known here: {}", known.iter().map(String::as_str).collect::<Vec<_>>().join(", "))));
    }
    known.extend(extract.iter().map(|extraction| extraction.variable.clone()));
    let assertions = target.assertions.clone().or(around.common);
    Ok(Step { target: Target { assertions, ..target }, extract, think_time })
}

fn read_extractions(table: &mut Table<'_>) -> Result<Vec<Extraction>, ConfigError> {
    let document = table.document;
    let read = |(name, text): (Spanned<String>, Spanned<String>)| {
        let variable = parse_placeholder(name.get_ref()).map_err(|mistake| document.error(&name.span(), mistake.expected))?;
        let from = parse_extract(text.get_ref()).map_err(|mistake| document.inside(&text.span(), text.get_ref(), mistake))?;
        Ok(Extraction { variable, from })
    };
    table.pairs("extract")?.into_iter().map(read).collect()
}

/// `json:/pointer`, `header:Name` or `regex:…`.
fn parse_extract(text: &str) -> Result<Extract, ExpressionError> {
    let expected = "`json:/pointer`, `header:Name` or `regex:…`";
    let wrong = |column: usize, expected: &str, found: &str| ExpressionError {
        column,
        expected: expected.to_string(),
        found: format!("`{}`", super::error::cut(found)),
    };
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    let column = kind.chars().count() + 2;
    match kind {
        "json" if rest.is_empty() || rest.starts_with('/') => Ok(Extract::Json(rest.to_string())),
        "json" => Err(wrong(column, "a JSON pointer such as `/items/0/id`", rest)),
        "header" => parse_header_name(rest)
            .map(Extract::Header)
            .map_err(|mistake| ExpressionError { column: mistake.column + column - 1, ..mistake }),
        "regex" => match RegexBuilder::new(rest).backtrack_limit(LOAD_REGEX_STEPS_MAX).build() {
            Ok(_) if !rest.is_empty() => Ok(Extract::Regex(rest.to_string())),
            _ => Err(wrong(column, "a regular expression", rest)),
        },
        _ => Err(wrong(1, expected, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_extract;

    fn check(text: &str, expected: &str) {
        let found = match parse_extract(text) {
            Ok(extract) => format!("{extract:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn values_are_taken_from_three_places() {
        check("json:/a/0", "Json(\"/a/0\")");
        check("header:X-Id", "Header(\"X-Id\")");
        check("regex:id=(.*):", "Regex(\"id=(.*):\")");
        check("json:a", "column 6: expected a JSON pointer such as `/items/0/id`, found `a`");
        check("header:X Id", "column 8: expected the name of a header, found `X Id`");
        check("regex:(", "column 7: expected a regular expression, found `(`");
        check("/a", "column 1: expected `json:/pointer`, `header:Name` or `regex:…`, found `/a`");
    }
}
