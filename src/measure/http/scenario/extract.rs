//! Values out of answers, and into requests.

use crate::limits::{LOAD_REGEX_STEPS_MAX, LOAD_VALUE_BYTES_MAX};
use crate::measure::http::kept::Kept;
use crate::model::Extract;
use fancy_regex::{Regex, RegexBuilder};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where a value stands, ready to be looked up.
#[derive(Debug)]
pub enum Source {
    Json(String),
    Header(String),
    Regex(Box<Regex>),
}

impl Source {
    /// An error where a regular expression is none.
    pub fn new(from: &Extract) -> Result<Source, String> {
        match from {
            Extract::Json(pointer) => Ok(Source::Json(pointer.clone())),
            Extract::Header(name) => Ok(Source::Header(name.clone())),
            Extract::Regex(text) => {
                let regex = RegexBuilder::new(text).backtrack_limit(LOAD_REGEX_STEPS_MAX).build();
                regex.map(|regex| Source::Regex(Box::new(regex))).map_err(|error| format!("{text:?} is no regular expression: {error}"))
            }
        }
    }

    /// Whether the body is looked into.
    pub fn is_of_body(&self) -> bool {
        !matches!(self, Source::Header(_))
    }

    /// The value, or why there is none.
    pub fn find(&self, kept: &Kept) -> Result<String, String> {
        let value = match self {
            Source::Header(name) => {
                let value = kept.values(name).next().ok_or_else(|| format!("there is no header {name}"))?;
                String::from_utf8_lossy(value).into_owned()
            }
            Source::Json(pointer) => {
                let document: Value =
                    serde_json::from_slice(kept.whole_body()?).map_err(|error| format!("the body is no JSON ({error})"))?;
                match document.pointer(pointer) {
                    None | Some(Value::Null) => return Err(format!("nothing at {pointer:?} of the body")),
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                }
            }
            Source::Regex(regex) => {
                let text = String::from_utf8_lossy(kept.whole_body()?);
                let captures = regex.captures(text.as_ref()).map_err(|error| error.to_string())?;
                let found = captures.as_ref().and_then(|captures| captures.get(1).or_else(|| captures.get(0)));
                found.ok_or_else(|| format!("{:?} is not in the body", regex.as_str()))?.as_str().to_string()
            }
        };
        if value.len() > LOAD_VALUE_BYTES_MAX {
            return Err(format!("it is longer than {LOAD_VALUE_BYTES_MAX} bytes"));
        }
        Ok(value)
    }
}

/// Takes every `Set-Cookie` of an answer in.
pub fn cookies(kept: &Kept, jar: &mut BTreeMap<String, String>) {
    kept.values("set-cookie").for_each(|header| cookie(header, jar));
}

/// Takes a `Set-Cookie` in: name and value, or its end. Its other attributes are not looked at: a session is short and of one
/// server.
fn cookie(header: &[u8], jar: &mut BTreeMap<String, String>) {
    let text = String::from_utf8_lossy(header);
    let mut parts = text.split(';').map(str::trim);
    let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
    let is_over = parts
        .filter_map(|part| part.split_once('='))
        .any(|(name, value)| name.trim().eq_ignore_ascii_case("max-age") && value.trim().parse::<i64>().is_ok_and(|seconds| seconds <= 0));
    if is_over {
        jar.remove(name.trim());
    } else {
        jar.insert(name.trim().to_string(), value.trim().to_string());
    }
}

/// A jar as the value of a `Cookie` header.
pub fn cookie_line(jar: &BTreeMap<String, String>) -> String {
    jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// A value as it may stand in a URL: what cannot is percent-encoded, what separates stays as it is.
pub fn in_url(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Source, cookie, in_url};
    use crate::measure::http::kept::{Keep, Kept};
    use crate::model::Extract;
    use std::collections::BTreeMap;

    fn check(from: Extract, body: &str, expected: Result<&str, &str>) {
        let mut kept = Kept::default();
        kept.begin(Keep::Body);
        kept.add_headers([("X-Id", b"7".as_slice())].into_iter());
        kept.add_body(body.as_bytes());
        let found = Source::new(&from).and_then(|source| source.find(&kept));
        assert_eq!(found.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn values_stand_in_headers_and_bodies() {
        let json = |pointer: &str| Extract::Json(pointer.to_string());
        check(Extract::Header("x-id".to_string()), "", Ok("7"));
        check(Extract::Header("x-no".to_string()), "", Err("there is no header x-no"));
        check(json("/a/0"), "{\"a\":[\"b\"]}", Ok("b"));
        check(json("/a"), "{\"a\":7}", Ok("7"));
        check(json("/b"), "{\"a\":7}", Err("nothing at \"/b\" of the body"));
        check(json(""), "x", Err("the body is no JSON (expected value at line 1 column 1)"));
        let regex = |text: &str| Extract::Regex(text.to_string());
        check(regex("id=(\\d+)"), "x id=42 y", Ok("42"));
        check(regex("\\d+"), "x id=42 y", Ok("42"));
        check(regex("id=(\\d+)"), "x", Err("\"id=(\\\\d+)\" is not in the body"));
        assert!(Source::new(&regex("(")).unwrap_err().starts_with("\"(\" is no regular expression"));
        check(regex("x+"), &"x".repeat(70_000), Err("it is longer than 65536 bytes"));
    }

    #[test]
    fn a_jar_keeps_and_forgets() {
        let mut jar = BTreeMap::new();
        for header in ["a=1; Path=/; HttpOnly", "b=x=y", "a=2", "nonsense", "c=3", "c=; Max-Age=0"] {
            cookie(header.as_bytes(), &mut jar);
        }
        assert_eq!(jar, [("a".to_string(), "2".to_string()), ("b".to_string(), "x=y".to_string())].into());
    }

    #[test]
    fn values_break_no_url() {
        assert_eq!(in_url("/a?b=c&d e#ü"), "/a?b=c&d%20e%23%C3%BC");
    }
}
