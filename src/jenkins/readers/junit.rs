//! JUnit's XML: a sample per test case.

use super::Unread;
use super::xml::{Elements, attribute};
use crate::jenkins::arithmetic::{decimal, trunc};
use crate::jenkins::dates;
use crate::jenkins::fold::{Fold, Sample};
use crate::source::{Source, TagKind, XmlTag, quoted};

const MS_PER_S: f64 = 1000.0;

/// A test case that is not yet counted: it may still fail.
struct Case {
    label: String,
    start_ms: i64,
    duration_ms: i64,
}

impl Case {
    fn count(&self, is_ok: bool, fold: &mut Fold<'_>) -> Result<(), Unread> {
        fold.push(&Sample { label: &self.label, start_ms: self.start_ms, duration_ms: self.duration_ms, is_ok, ..Sample::default() })
    }
}

/// Reads test suites, nested or not.
pub(super) fn read(source: Source, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let mut elements = Elements::new(source)?;
    let path = elements.path().to_string();
    let mut open: Option<Case> = None;
    while let Some(tag) = elements.next()? {
        let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        let is_case = is("testcase");
        if tag.kind != TagKind::Close && is_case {
            if let Some(case) = open.take() {
                case.count(true, fold)?;
            }
            open = Some(case(&path, &tag)?);
        } else if tag.kind != TagKind::Close
            && (is("failure") || is("error"))
            && let Some(case) = open.take()
        {
            case.count(false, fold)?;
        }
        let is_end = tag.kind != TagKind::Open && (is_case || is("testsuite"));
        if is_end && let Some(case) = open.take() {
            case.count(true, fold)?;
        }
    }
    Ok(())
}

fn case(path: &str, tag: &XmlTag<'_>) -> Result<Case, Unread> {
    let name = |name: &str| attribute(tag, name).unwrap_or("null".into());
    let time = attribute(tag, "time").filter(|time| !time.is_empty());
    let seconds = match &time {
        None => 0.0,
        Some(text) => decimal(&text.replace(',', "")).ok_or_else(|| Unread::at(path, tag.line(), "a time in seconds", quoted(text)))?,
    };
    let start = attribute(tag, "timestamp").and_then(|text| dates::parse(&text, dates::JUNIT_PATTERN));
    Ok(Case {
        label: format!("{}.{}", name("classname"), name("name")),
        start_ms: start.unwrap_or(0),
        duration_ms: trunc(seconds * MS_PER_S),
    })
}
