//! `assert = { … }` of a load or of one of its targets, and `--expect-status`.

use super::error::ConfigError;
use super::table::{Shape, Table};
use super::value::parse_header_name;
use crate::judge::expression::{ExpressionError, Quantity, parse_limit};
use crate::model::{Assertions, HeaderAssertion, JsonAssertion, StatusSet};
use std::ops::RangeInclusive;
use toml::Spanned;

/// `assert = { … }`.
pub const ASSERT: Shape = Shape { name: "assert", keys: &["status", "headers", "body", "json", "size"] };

/// What `key` asserts; nothing where it is absent.
pub fn read(table: &mut Table<'_>, key: &'static str) -> Result<Assertions, ConfigError> {
    let Some(mut table) = table.table(key, &ASSERT)? else { return Ok(Assertions::default()) };
    let status = table.expression("status", parse_status_set)?.map(Spanned::into_inner);
    let headers = parsed(&mut table, "headers", parse_header)?;
    let json = parsed(&mut table, "json", parse_json)?;
    let body: Vec<String> = table.texts("body")?.into_iter().map(Spanned::into_inner).collect();
    let size = table.expression("size", parse_size_range)?.map(Spanned::into_inner);
    let assertions = Assertions { status, headers, body, json, size };
    if assertions == Assertions::default() {
        return Err(table.error("something to assert: `status`, `headers`, `body`, `json` or `size`", "nothing"));
    }
    Ok(assertions)
}

fn parsed<T>(table: &mut Table<'_>, key: &'static str, parse: fn(&str) -> Result<T, ExpressionError>) -> Result<Vec<T>, ConfigError> {
    let document = table.document;
    let texts = table.texts(key)?;
    let parse = |text: Spanned<String>| parse(text.get_ref()).map_err(|mistake| document.inside(&text.span(), text.get_ref(), mistake));
    texts.into_iter().map(parse).collect()
}

fn error(column: usize, expected: &str, found: &str) -> ExpressionError {
    let found = if found.is_empty() { "the end".to_string() } else { format!("`{}`", super::error::cut(found)) };
    ExpressionError { column, expected: expected.to_string(), found }
}

/// `200,204,3xx`.
pub fn parse_status_set(text: &str) -> Result<StatusSet, ExpressionError> {
    let mut column = 1;
    let mut ranges = Vec::new();
    for part in text.split(',') {
        let word = part.trim();
        let found = match word.strip_suffix("xx") {
            Some(class) => class.parse().ok().filter(|class| (1..=5).contains(class)).map(|class: u16| class * 100..=class * 100 + 99),
            None => word.parse().ok().filter(|status| (200..=599).contains(status)).map(|status: u16| status..=status),
        };
        let start = column + part.chars().take_while(|c| c.is_whitespace()).count();
        ranges.push(found.ok_or_else(|| error(start, "statuses such as `200`, `200,204` or `2xx,404`", word))?);
        column += part.chars().count() + 1;
    }
    Ok(StatusSet { text: text.trim().to_string(), ranges })
}

/// `Name: part of the value`, or the name alone.
fn parse_header(text: &str) -> Result<HeaderAssertion, ExpressionError> {
    let (name, value) = text.split_once(':').map_or((text, None), |(name, value)| (name, Some(value.trim())));
    let name = parse_header_name(name.trim())?;
    Ok(HeaderAssertion { name, contains: value.filter(|value| !value.is_empty()).map(str::to_string) })
}

/// `/pointer = value`, or the pointer alone. A value that is no JSON is a text.
fn parse_json(text: &str) -> Result<JsonAssertion, ExpressionError> {
    let (pointer, value) = text.split_once('=').map_or((text, None), |(pointer, value)| (pointer, Some(value.trim())));
    let pointer = pointer.trim();
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(error(1, "a JSON pointer such as `/items/0/id`, or `/items/0/id = 7`", text));
    }
    if value == Some("") {
        return Err(error(text.chars().count() + 1, "a value after `=`", ""));
    }
    let equals = value.map(|value| serde_json::from_str(value).unwrap_or_else(|_| value.into()));
    Ok(JsonAssertion { pointer: pointer.to_string(), equals })
}

/// `11`, `1KB..2MB`, `1KB..` or `..2MB`.
fn parse_size_range(text: &str) -> Result<RangeInclusive<u64>, ExpressionError> {
    const SIZE: &str = "a size such as `11`, `2KB` or `1KB..2MB`";
    let size = |text: &str, column: usize| match parse_limit(text.trim()) {
        Ok(Quantity::Plain(bytes) | Quantity::Bytes(bytes)) if bytes >= 0.0 && bytes.fract() == 0.0 => Ok(bytes as u64),
        _ => Err(error(column, SIZE, text.trim())),
    };
    let Some((from, to)) = text.split_once("..") else { return size(text, 1).map(|bytes| bytes..=bytes) };
    let to_column = from.chars().count() + 3;
    if from.trim().is_empty() && to.trim().is_empty() {
        return Err(error(1, SIZE, text));
    }
    let start = if from.trim().is_empty() { 0 } else { size(from, 1)? };
    let end = if to.trim().is_empty() { u64::MAX } else { size(to, to_column)? };
    if start > end {
        return Err(error(to_column, "a size that is not below the first", to.trim()));
    }
    Ok(start..=end)
}

#[cfg(test)]
mod tests {
    use super::{error, parse_header, parse_json, parse_size_range, parse_status_set};
    use crate::judge::expression::check_parsed as check;

    #[test]
    fn statuses_are_numbers_and_classes() {
        check(parse_status_set("200, 3xx").map(|set| set.ranges), "[200..=200, 300..=399]");
        let set = parse_status_set("2xx,404").expect("a set");
        assert_eq!([200, 299, 300, 404, 405].map(|status| set.contains(status)), [true, true, false, true, false]);
        let expected = "statuses such as `200`, `200,204` or `2xx,404`";
        check(parse_status_set("200, 20"), &format!("column 6: expected {expected}, found `20`"));
        check(parse_status_set("6xx"), &format!("column 1: expected {expected}, found `6xx`"));
        check(parse_status_set("200,"), &format!("column 5: expected {expected}, found the end"));
        assert_eq!(error(1, expected, ""), parse_status_set("").unwrap_err());
    }

    #[test]
    fn headers_have_a_name_and_perhaps_a_value() {
        check(parse_header("ETag").map(|header| header.to_string()), "\"ETag\"");
        check(parse_header("Content-Type:  json ").map(|header| header.to_string()), "\"Content-Type: json\"");
        check(parse_header(": json"), "column 1: expected the name of a header, found the end");
    }

    #[test]
    fn pointers_may_have_a_value() {
        check(parse_json("/a/0"), "JsonAssertion { pointer: \"/a/0\", equals: None }");
        check(parse_json("/a = 7"), "JsonAssertion { pointer: \"/a\", equals: Some(Number(7)) }");
        check(parse_json("/a=\"7\""), "JsonAssertion { pointer: \"/a\", equals: Some(String(\"7\")) }");
        check(parse_json("/a = a = b"), "JsonAssertion { pointer: \"/a\", equals: Some(String(\"a = b\")) }");
        check(parse_json("= true"), "JsonAssertion { pointer: \"\", equals: Some(Bool(true)) }");
        check(parse_json("a"), "column 1: expected a JSON pointer such as `/items/0/id`, or `/items/0/id = 7`, found `a`");
        check(parse_json("/a ="), "column 5: expected a value after `=`, found the end");
    }

    #[test]
    fn sizes_are_one_or_a_range() {
        check(parse_size_range("11"), "11..=11");
        check(parse_size_range("1KB..2KiB"), "1000..=2048");
        check(parse_size_range("1.."), &format!("1..={}", u64::MAX));
        check(parse_size_range("..5"), "0..=5");
        let expected = "a size such as `11`, `2KB` or `1KB..2MB`";
        check(parse_size_range(".."), &format!("column 1: expected {expected}, found `..`"));
        check(parse_size_range("1..5ms"), &format!("column 4: expected {expected}, found `5ms`"));
        check(parse_size_range("7..5"), "column 4: expected a size that is not below the first, found `5`");
    }
}
