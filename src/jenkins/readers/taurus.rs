//! Taurus' final statistics: totals of the whole report and of each label.

use super::Unread;
use super::xml::{Elements, attribute};
use crate::jenkins::arithmetic::{decimal, integer, trunc};
use crate::jenkins::fold::Fold;
use crate::jenkins::names::key;
use crate::jenkins::numbers::Percentiles;
use crate::jenkins::taurus_totals::{Group, Totals};
use crate::limits::LABELS_MAX;
use crate::source::{Source, TagKind, XmlTag, quoted};
use std::collections::BTreeMap;

const MS_PER_S: f64 = 1000.0;
/// The parameters of percentiles that are used, exactly so.
const PERCENTILES: [&str; 5] = ["0.0", "50.0", "90.0", "95.0", "100.0"];
/// What the filter sees as the label of the whole report.
const WHOLE: &str = "SUMMARY";

/// A group that is open: the value of each kind of element within it, the first one of each.
struct OpenGroup {
    label: String,
    line: u64,
    depth: usize,
    /// Groups before it in the file.
    before: usize,
    /// By element, or for `perc` by its parameter.
    values: BTreeMap<String, String>,
}

/// Reads a report.
pub(super) fn read(source: Source, fold: &mut Fold<'_>) -> Result<(), Unread> {
    let mut elements = Elements::new(source)?;
    let path = elements.path().to_string();
    let mut totals = Totals::default();
    let mut groups: Vec<OpenGroup> = Vec::new();
    // A group within another is whole before it, but stands behind it.
    let mut whole: Vec<OpenGroup> = Vec::new();
    let (mut depth, mut count) = (0_usize, 0_usize);
    while let Some(tag) = elements.next()? {
        let is_open = tag.kind == TagKind::Open;
        if tag.kind == TagKind::Close {
            depth = depth.saturating_sub(1);
            whole.extend(groups.pop_if(|group| group.depth == depth));
            if groups.is_empty() {
                finish(&path, &mut whole, &mut totals, fold)?;
            }
            continue;
        }
        let is_group = depth > 0 && tag.name == "Group";
        let is_duration = is_open && tag.name == "TestDuration" && totals.duration_ms.is_none();
        groups.iter_mut().for_each(|group| group.take(&tag));
        if is_group {
            groups.push(OpenGroup {
                label: attribute(&tag, "label").unwrap_or_default().into_owned(),
                line: tag.line(),
                depth,
                before: count,
                values: BTreeMap::new(),
            });
            count += 1;
        }
        if is_group && !is_open {
            whole.extend(groups.pop());
            if groups.is_empty() {
                finish(&path, &mut whole, &mut totals, fold)?;
            }
        }
        depth += usize::from(is_open);
        if is_duration {
            let line = tag.line();
            let text = elements.text()?;
            let seconds = decimal(&text).ok_or_else(|| Unread::at(&path, line, "a duration in seconds", quoted(&text)))?;
            totals.duration_ms = Some(trunc(seconds * MS_PER_S));
        }
    }
    fold.totals = Some(totals);
    Ok(())
}

impl OpenGroup {
    fn take(&mut self, tag: &XmlTag<'_>) {
        let name = match tag.name {
            "succ" | "fail" | "avg_rt" | "bytes" | "throughput" => tag.name.to_string(),
            "perc" => match attribute(tag, "param").as_deref() {
                Some(param) if PERCENTILES.contains(&param) => format!("perc {param}"),
                _ => return,
            },
            _ => return,
        };
        self.values.entry(name).or_insert_with(|| attribute(tag, "value").unwrap_or_default().into_owned());
    }

    /// What the elements say; a required one that is missing or no number drops the file.
    fn group(&self, path: &str) -> Result<Group, Unread> {
        let value = |name: &str| self.values.get(name).map(String::as_str);
        let count = |name: &str| {
            let found = value(name).and_then(integer);
            found.ok_or_else(|| Unread::text(path, self.line, &format!("a whole number in <{name}> of this group"), value(name)))
        };
        let ms = |name: &str| {
            let found = value(name).and_then(decimal).map(|seconds| trunc(seconds * MS_PER_S));
            found.ok_or_else(|| Unread::text(path, self.line, &format!("seconds in <{name}> of this group"), value(name)))
        };
        let percentile = |param: &str| {
            let name = format!("perc {param}");
            if value(&name).is_some() { ms(&name) } else { Ok(0) }
        };
        Ok(Group {
            succeeded: count("succ")?,
            failed: count("fail")?,
            average_ms: ms("avg_rt")?,
            percentiles_ms: Percentiles {
                p0: percentile("0.0")?,
                p50: percentile("50.0")?,
                p90: percentile("90.0")?,
                p95: percentile("95.0")?,
                p100: percentile("100.0")?,
            },
            bytes: count("bytes")?,
            throughput: if value("throughput").is_some() { count("throughput")? } else { 0 },
        })
    }
}

/// Adds groups that are read, in the order in which they begin.
fn finish(path: &str, groups: &mut Vec<OpenGroup>, totals: &mut Totals, fold: &mut Fold<'_>) -> Result<(), Unread> {
    groups.sort_by_key(|group| group.before);
    for open in groups.drain(..) {
        let group = open.group(path)?;
        let is_whole = open.label.is_empty();
        if !fold.keeps(if is_whole { WHOLE } else { &open.label })? {
            continue;
        }
        if totals.labels.len() == LABELS_MAX {
            return Err(Unread::Abort(format!("{path}: expected at most {LABELS_MAX} labels in a file, found more")));
        }
        match is_whole {
            true => totals.whole = Some(group),
            false => totals.push(key(&open.label), &open.label, group),
        }
    }
    Ok(())
}
