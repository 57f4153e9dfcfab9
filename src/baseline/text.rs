//! How a baseline is written, `neverslower.baseline.v2` (`docs/BASELINES.md`): JSON in fixed lines. One block a series and one
//! line an accepted run, so that git merges branches that touch different series; members and series sorted; the same
//! contents always give the same bytes.

use super::layout::{BASELINE_SCHEMA, Block, Differences, Entry, Kept, NEW_LEVEL, StoredBaseline};
use super::seal::Seal;
use super::summary::{number, summary_value};
use crate::model::{SeriesKey, Unit};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The line that begins the list of series, and the one that ends it.
pub const SERIES_BEGIN: &str = "  \"series\": [";
pub const SERIES_END: &str = "  ],";
/// The lines of a block around its entries; what stands behind `BETTER` and so on is a JSON text.
pub const BLOCK_BEGIN: &str = "    {";
pub const BETTER: &str = "      \"better\": ";
pub const ENTRIES_BEGIN: &str = "      \"entries\": [";
pub const ENTRY: &str = "        ";
pub const ENTRIES_END: &str = "      ],";
pub const LABEL: &str = "      \"label\": ";
pub const METRIC: &str = "      \"metric\": ";
pub const SEAL: &str = "      \"seal\": ";
pub const UNIT: &str = "      \"unit\": ";
pub const BLOCK_END: &str = "    }";

impl StoredBaseline {
    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = String::from("{\n  \"environment\": {\n");
        fields("drift", &self.environment.drift, &mut text);
        fields("hard", &self.environment.hard, &mut text);
        text.push_str(&format!("    \"key\": {}\n  }},\n  \"schema\": {}", quoted(&self.environment.key), quoted(BASELINE_SCHEMA)));
        text.push_str(&format!(",\n{SERIES_BEGIN}\n"));
        for (index, (key, block)) in self.blocks.iter().enumerate() {
            block.write(key, &mut text);
            text.push_str(if index + 1 < self.blocks.len() { ",\n" } else { "\n" });
        }
        text.push_str(&format!("{SERIES_END}\n  \"suite\": {}\n}}\n", quoted(&self.suite)));
        text
    }
}

impl Block {
    fn write(&self, key: &SeriesKey, text: &mut String) {
        let mut lines = vec![format!("{BETTER}{},", quoted(self.better.as_str())), ENTRIES_BEGIN.to_string()];
        for (index, entry) in self.entries.iter().enumerate() {
            let comma = if index + 1 < self.entries.len() { "," } else { "" };
            lines.push(format!("{ENTRY}{}{comma}", entry.value(&self.unit)));
        }
        lines.push(ENTRIES_END.to_string());
        lines.push(format!("{LABEL}{},", quoted(&key.label)));
        lines.push(format!("{METRIC}{},", quoted(&key.metric)));
        let unit = format!("{UNIT}{}", quoted(self.unit.as_str()));
        let mut seal = Seal::default();
        lines.iter().chain([&unit]).for_each(|line| seal.line(line));
        lines.push(format!("{SEAL}{},", quoted(&seal.text())));
        lines.push(unit);
        text.push_str(BLOCK_BEGIN);
        for line in &lines {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text.push_str(BLOCK_END);
    }
}

impl Entry {
    /// One line, its members sorted.
    pub(super) fn value(&self, unit: &Unit) -> Value {
        let mut map = Map::new();
        let mut member = |name: &str, value: Option<Value>| map.extend(value.map(|value| (name.to_string(), value)));
        member("commit", self.commit.as_ref().map(|commit| json!(commit)));
        member("drift", differences(&self.drift));
        member("error_kinds", (!self.error_kinds.is_empty()).then(|| json!(self.error_kinds)));
        member("evidence", Some(json!(self.evidence.as_str())));
        member("hard", differences(&self.hard));
        member("level", self.is_new_level.then(|| json!(NEW_LEVEL)));
        member("pin", self.pin.as_str().map(|pin| json!(pin)));
        member("reason", self.reason.as_ref().map(|reason| json!(reason)));
        member("recorded", Some(json!(timestamp(self.recorded_ns))));
        member("session", self.session_ns.map(|ns| json!(timestamp(ns))));
        match &self.kept {
            Kept::Nothing => {}
            Kept::Values(values) => member("samples", Some(values.iter().map(|value| number(*value, unit)).collect())),
            Kept::Sketch(sketch) => member("sketch", Some(json!(sketch.as_str()))),
        }
        // Most runs have no failures, and their summaries need not be written twice.
        let all = summary_value(&self.summary, unit);
        let ok = self.summary_ok.as_ref().map(|ok| summary_value(ok, unit));
        member("summary_ok", ok.map(|ok| if ok == all { json!(true) } else { ok }));
        member("summary", Some(all));
        Value::Object(map)
    }
}

fn differences(differences: &Differences) -> Option<Value> {
    (!differences.is_empty()).then(|| json!(differences))
}

/// A member whose fields take a line each.
fn fields(name: &str, fields: &BTreeMap<String, String>, text: &mut String) {
    let lines: Vec<String> = fields.iter().map(|(name, value)| format!("\n      {}: {}", quoted(name), quoted(value))).collect();
    let end = if lines.is_empty() { "" } else { "\n    " };
    text.push_str(&format!("    \"{name}\": {{{}{end}}},\n", lines.join(",")));
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// RFC 3339 in UTC.
fn timestamp(ns: u64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(ns)).map(|time| time.to_string()).unwrap_or_default()
}
