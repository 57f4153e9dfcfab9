//! What users do: scenarios, of steps in order, each with what it takes from the answer for later ones.

use super::Target;
use std::time::Duration;

/// What some users of a load do.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Empty where it is the only one.
    pub name: String,
    /// How often it begins, in relation to the others.
    pub weight: u32,
    pub steps: Vec<Step>,
}

/// One request of a session. `{{name}}` in its URL, headers and body stands for a variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub target: Target,
    pub extract: Vec<Extraction>,
    /// Pause after its answer, before the next step.
    pub think_time: Duration,
}

/// A variable and where its value stands in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extraction {
    pub variable: String,
    pub from: Extract,
}

/// A place in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extract {
    /// A JSON pointer (RFC 6901) into the body.
    Json(String),
    Header(String),
    /// The first group of a regular expression over the body, or the whole match where it has none.
    Regex(String),
}

/// A variable that every session has: the number of its iteration, from 0, over all shards.
pub const ITERATION: &str = "iteration";

/// The variables that stand in a request; a body that is no text has none.
pub fn variables(target: &Target) -> impl Iterator<Item = &str> {
    let body = str::from_utf8(&target.body).unwrap_or_default();
    let headers = target.headers.iter().map(|(_, value)| value.as_str());
    headers.chain([target.url.as_str(), body]).flat_map(pieces).filter_map(Result::err)
}

/// The texts around the placeholders of a template, and their names: `Ok(text)`, `Err(name)`, in order.
pub fn pieces(template: &str) -> impl Iterator<Item = Result<&str, &str>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let name = rest.strip_prefix("{{").and_then(|inner| inner.split_once("}}"));
        if let Some((name, after)) = name {
            rest = after;
            return Some(Err(name.trim()));
        }
        // A brace that begins no placeholder is text.
        let end = rest.char_indices().skip(1).find(|(at, _)| rest.get(*at..).is_some_and(|tail| tail.starts_with("{{")));
        let (text, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(Ok(text))
    })
}

#[cfg(test)]
mod tests {
    use super::pieces;

    fn check(template: &str, expected: &[Result<&str, &str>]) {
        assert_eq!(pieces(template).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_template_is_texts_and_names() {
        check("", &[]);
        check("http://h:{port}/a", &[Ok("http://h:{port}/a")]);
        check("/{{ id }}/x{{b}}", &[Ok("/"), Err("id"), Ok("/x"), Err("b")]);
        check("{{a}}{{b}}", &[Err("a"), Err("b")]);
        check("ü{{", &[Ok("ü"), Ok("{{")]);
    }
}
