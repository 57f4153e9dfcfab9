//! Whether an answer is what the user asserted. Pure; looks only at what was kept.

use super::failure::{ErrorClass, Failure};
use super::kept::Kept;
use super::parser::Response;
use crate::limits::QUOTED_CHARS_MAX;
use crate::model::{Assertions, HeaderAssertion, JsonAssertion};
use memchr::memmem;
use serde_json::Value;

/// The first thing that an answer is not; the status comes before everything else, because an error page has another body.
pub fn unmet(assertions: &Assertions, response: &Response) -> Option<Failure> {
    let status = response.status();
    match &assertions.status {
        Some(set) if !set.contains(status) => return Some(broken(format!("expected the status {}, found {status}", set.text))),
        Some(_) => {}
        None => {
            if let Some(class) = ErrorClass::of_status(status) {
                return Some(Failure::new(class, ""));
            }
        }
    }
    let kept = &response.kept;
    let header = assertions.headers.iter().find(|header| !has(kept, header));
    if let Some(header) = header {
        let found = kept.values(&header.name).next().map_or("none".to_string(), quoted);
        return Some(broken(format!("expected the header {header}, found {found}")));
    }
    if let Some(size) = assertions.size.as_ref().filter(|size| !size.contains(&kept.size())) {
        return Some(broken(format!("expected a body of {}..{} bytes, found {}", size.start(), size.end(), kept.size())));
    }
    if assertions.need_body() { of_body(assertions, kept).err().map(broken) } else { None }
}

fn broken(detail: String) -> Failure {
    Failure::owned(ErrorClass::Assertion, detail)
}

fn has(kept: &Kept, header: &HeaderAssertion) -> bool {
    let holds = |value: &[u8]| header.contains.as_ref().is_none_or(|text| memmem::find(value, text.as_bytes()).is_some());
    kept.values(&header.name).any(holds)
}

fn of_body(assertions: &Assertions, kept: &Kept) -> Result<(), String> {
    let body = kept.whole_body()?;
    if let Some(text) = assertions.body.iter().find(|text| memmem::find(body, text.as_bytes()).is_none()) {
        return Err(format!("expected {} in the body, found {}", quoted(text.as_bytes()), quoted(body)));
    }
    if assertions.json.is_empty() {
        return Ok(());
    }
    let document: Value =
        serde_json::from_slice(body).map_err(|error| format!("expected a body of JSON, found {} ({error})", quoted(body)))?;
    assertions.json.iter().try_for_each(|assertion| in_document(assertion, &document))
}

fn in_document(assertion: &JsonAssertion, document: &Value) -> Result<(), String> {
    let found = document.pointer(&assertion.pointer);
    if found.is_some_and(|found| assertion.holds(found)) {
        return Ok(());
    }
    let expected = assertion.equals.as_ref().map_or("a value".to_string(), |value| quoted(value.to_string().as_bytes()));
    let found = found.map_or("none".to_string(), |value| quoted(value.to_string().as_bytes()));
    Err(format!("expected {expected} at {:?} of the body, found {found}", assertion.pointer))
}

/// A foreign text, cut.
fn quoted(bytes: &[u8]) -> String {
    let head = bytes.get(..4 * QUOTED_CHARS_MAX).unwrap_or(bytes);
    let text: String = String::from_utf8_lossy(head).chars().take(QUOTED_CHARS_MAX).collect();
    format!("`{}`", text.escape_debug())
}
