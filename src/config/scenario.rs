//! `[[suite.load.steps]]`: what one user does after another thing.

use super::error::ConfigError;
use super::load::{check_port, read_target_table};
use super::table::{Shape, Table};
use super::value::{parse_header_name, parse_placeholder};
use crate::judge::expression::{ExpressionError, parse_duration};
use crate::limits::{LOAD_REGEX_STEPS_MAX, LOAD_STEPS_MAX};
use crate::model::{Assertions, Extract, Extraction, ITERATION, Step, Target, pieces};
use fancy_regex::RegexBuilder;
use std::collections::BTreeSet;
use std::time::Duration;
use toml::Spanned;

/// One step.
pub const STEP: Shape = Shape { name: "steps", keys: &["label", "method", "url", "headers", "body", "assert", "extract", "think_time"] };

/// The steps in order; none where the key is absent. `common` are the assertions of the load.
pub fn read(load: &mut Table<'_>, has_server: bool, common: &Assertions) -> Result<Vec<Step>, ConfigError> {
    let tables = load.tables("steps", &STEP)?;
    if tables.len() > LOAD_STEPS_MAX {
        return Err(load.error(format!("at most {LOAD_STEPS_MAX} steps"), tables.len().to_string()));
    }
    let mut known: BTreeSet<String> = [ITERATION.to_string()].into();
    tables.into_iter().map(|table| read_step(table, has_server, common, &mut known)).collect()
}

fn read_step(mut table: Table<'_>, has_server: bool, common: &Assertions, known: &mut BTreeSet<String>) -> Result<Step, ConfigError> {
    let extract = read_extractions(&mut table)?;
    let think_time = table.expression("think_time", parse_duration)?.map_or(Duration::ZERO, Spanned::into_inner);
    let target = read_target_table(&mut table)?;
    check_port(table.document, &table.head(), &target, has_server)?;
    if let Some(name) = names(&target).find(|name| !known.contains(*name)) {
        let mut error = table.error("variables that a step before has extracted", format!("`{{{{{name}}}}}`"));
        if !known.is_empty() {
            error = error.hint(format!("known here: {}", known.iter().map(String::as_str).collect::<Vec<_>>().join(", ")));
        }
        return Err(error);
    }
    known.extend(extract.iter().map(|extraction| extraction.variable.clone()));
    let assertions = target.assertions.clone().or(common);
    Ok(Step { target: Target { assertions, ..target }, extract, think_time })
}

/// The variables that a request needs.
fn names(target: &Target) -> impl Iterator<Item = &str> {
    let body = str::from_utf8(&target.body).unwrap_or_default();
    let headers = target.headers.iter().map(|(_, value)| value.as_str());
    headers.chain([target.url.as_str(), body]).flat_map(pieces).filter_map(Result::err)
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
