//! Writes a step as the configuration of the profile: a line a parameter in the order of the documentation, a line to fill in for
//! what is no literal, a note for what the plugin does not know.

use super::Imported;
use super::literal::{Written, filled, one_line, quoted, shown, word, written};
use super::value::{Argument, Step, Value, class};
use crate::jenkins::settings::{ESCALATIONS, METERED, OPERATORS, PARAMETERS, Parameter, ParameterKind};

/// Fields of the plugin's objects that are its own bookkeeping, and parameters that it reads no more.
const NO_PARAMETERS: [&str; 17] = [
    "optionType",
    "xml",
    "xmlDir",
    "xmlfile",
    "modeRelativeThresholds",
    "success",
    "isSpecifiedTestCase",
    "specifiedTestCase",
    "resultMessage",
    "junitResult",
    "settings",
    "dfLong",
    "timeframeStart",
    "timeframeEnd",
    "choicePreviousResults",
    "previousResults",
    "constraints",
];

/// Where the values come from, and what becomes of them.
struct Sheet<'a> {
    /// Path of the source.
    name: &'a str,
    text: String,
    open: usize,
    notes: &'a mut Vec<String>,
}

/// The step as a whole file; notes are added to those there are.
pub fn write(name: &str, step: &Step, results: Option<String>, notes: &mut Vec<String>) -> Imported {
    let place = format!("{name}:{}", step.line);
    let mut sheet = Sheet { name, text: String::new(), open: 0, notes };
    sheet.row(&format!("# The step `{}` of {}, by `neverslower init --from-jenkins`.", step.name, one_line(&place)));
    sheet.row("# What each key means here, and what differs: docs/MIGRATING-FROM-JENKINS.md of neverslower.\n");
    sheet.row("[gate]\nprofile = \"jenkins\"");
    sheet.row("# strict = true    # fail where the plugin would pass without having looked");
    if let Some(results) = results {
        sheet.row(&format!("results = {}", quoted(&results)));
    }
    sheet.row("\n[jenkins]");
    sheet.absent(step);
    for parameter in &PARAMETERS {
        sheet.parameter(parameter, step);
    }
    for argument in &step.arguments {
        sheet.stranger(&step.name, argument);
    }
    for argument in step.arguments.iter().filter(|argument| argument.name == "constraints") {
        sheet.constraints(argument);
    }
    Imported { place, text: sheet.text, open: sheet.open }
}

/// What holds until a line is filled in.
const DEFAULT: &str = "the plugin's default holds";
const UNREAD: &str = "this entry is not read";
const UNJUDGED: &str = "the constraint judges nothing";

impl Sheet<'_> {
    fn row(&mut self, row: &str) {
        self.text.push_str(row);
        self.text.push('\n');
    }

    fn place(&self, argument: &Argument) -> String {
        format!("{}:{}", self.name, argument.line)
    }

    /// A line to fill in, and what holds until then.
    fn todo(&mut self, key: &str, source: &str, argument: &Argument, until_then: &str) {
        let (place, source) = (self.place(argument), one_line(source));
        self.row(&format!("# TODO {key} = …    # {}: `{source}` has to be written as a value", one_line(&place)));
        self.notes
            .push(format!("{place}: fill in `{key}`, because `{source}` is no value that can be taken over; until then {until_then}"));
        self.open += 1;
    }

    /// Says which values nobody wrote.
    fn absent(&mut self, step: &Step) {
        let absent = step.arguments.iter().filter(|argument| matches!(argument.value, Value::Absent(_)));
        let names: Vec<&str> = absent.map(|argument| argument.name.as_str()).collect();
        if !names.is_empty() {
            let place = format!("{}:{}", self.name, step.line);
            self.notes
                .push(format!("{place}: Jenkins reads fields that are absent as 0 or false, so that is written for {}", names.join(", ")));
        }
    }

    fn parameter(&mut self, parameter: &Parameter, step: &Step) {
        if parameter.key == "source_data_files" {
            return self.sources(step);
        }
        for argument in step.arguments.iter().filter(|argument| argument.name == parameter.name) {
            match written(&argument.value, parameter.kind) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => self.row(&format!("{} = {value}", parameter.key)),
                Err(source) => self.todo(parameter.key, &source, argument, DEFAULT),
            }
        }
    }

    /// Entries of the step, then the globs of parsers as older versions had them. The plugin puts variables into them, we do not.
    fn sources(&mut self, step: &Step) {
        let mut entries: Vec<String> = Vec::new();
        for name in ["sourceDataFiles", "", "parsers", "filename"] {
            for argument in step.arguments.iter().filter(|argument| argument.name == name) {
                for source in globs(&argument.value) {
                    match source {
                        Value::Text(text) => {
                            for entry in text.split(';').filter(|entry| !entry.trim().is_empty()) {
                                if has_variable(entry) {
                                    self.todo("source_data_files", entry, argument, UNREAD);
                                } else {
                                    entries.push(quoted(entry));
                                }
                            }
                        }
                        Value::Nothing => {}
                        other => self.todo("source_data_files", &shown(other), argument, UNREAD),
                    }
                }
            }
        }
        if entries.is_empty() {
            self.row("# source_data_files = [\"**/*.jtl\"]    # none yet: name the result files");
        } else {
            self.row(&format!("source_data_files = [{}]", entries.join(", ")));
        }
    }

    /// Names an argument that is no parameter.
    fn stranger(&mut self, step: &str, argument: &Argument) {
        let is_known = PARAMETERS.iter().any(|parameter| parameter.name == argument.name);
        if is_known || ["", "parsers", "filename"].contains(&argument.name.as_str()) || NO_PARAMETERS.contains(&argument.name.as_str()) {
            return;
        }
        let (place, value) = (self.place(argument), one_line(&shown(&argument.value)));
        let name = one_line(&argument.name);
        self.row(&format!("# {}: `{name}: {value}` is no parameter of the plugin", one_line(&place)));
        self.notes.push(format!("{place}: `{name}` of `{step}` is no parameter of the plugin; it is left out"));
    }

    fn constraints(&mut self, argument: &Argument) {
        match &argument.value {
            Value::List(constraints) => constraints.iter().for_each(|constraint| self.constraint(constraint, argument)),
            Value::Nothing => {}
            other => self.todo("[[jenkins.constraint]]", &shown(other), argument, UNJUDGED),
        }
    }

    /// One constraint; commented out as a whole where a part of it is to be filled in.
    fn constraint(&mut self, constraint: &Value, list: &Argument) {
        let Value::Call { name, arguments } = constraint else {
            return self.todo("[[jenkins.constraint]]", &shown(constraint), list, UNJUDGED);
        };
        let kind = match class(name) {
            "absolute" | "AbsoluteConstraint" => "absolute",
            "relative" | "RelativeConstraint" => "relative",
            _ => return self.todo("[[jenkins.constraint]]", &shown(constraint), list, UNJUDGED),
        };
        let mut rows = vec![("kind", Ok(quoted(kind)))];
        rows.extend(fields(arguments));
        let own: &[&str] = if kind == "absolute" { &["value"] } else { &["tolerance"] };
        let required = ["related_perf_report", "metered_value", "operator", "escalation_level"].iter().chain(own);
        let missing: Vec<(&str, Written)> =
            required.filter(|key| !rows.iter().any(|(written, _)| written == *key)).map(|key| (*key, Err("nothing".to_string()))).collect();
        rows.extend(missing);
        if kind == "relative" {
            rows.extend(builds(arguments));
        }
        self.row("");
        let is_whole = rows.iter().all(|(_, value)| value.is_ok());
        let mark = if is_whole { "" } else { "# " };
        self.row(&format!("{mark}[[jenkins.constraint]]"));
        for (key, value) in rows {
            let line = arguments.iter().find(|argument| snake(&argument.name) == key).unwrap_or(list);
            match value {
                Ok(value) => self.row(&format!("{mark}{key} = {value}")),
                Err(source) => self.todo(key, &source, line, UNJUDGED),
            }
        }
        for argument in arguments.iter().filter(|argument| !IN_CONSTRAINTS.contains(&argument.name.as_str())) {
            self.stranger(kind, argument);
        }
    }
}

/// Arguments of constraints that become keys.
const IN_CONSTRAINTS: [&str; 11] = [
    "relatedPerfReport",
    "testCaseBlock",
    "meteredValue",
    "operator",
    "escalationLevel",
    "value",
    "tolerance",
    "previousResultsBlock",
    "previousResultsString",
    "timeframeStartString",
    "timeframeEndString",
];

/// The keys that stand in a constraint as in its table.
fn fields(arguments: &[Argument]) -> Vec<(&'static str, Written)> {
    let mut rows = Vec::new();
    for argument in arguments {
        let value = &argument.value;
        rows.push(match argument.name.as_str() {
            "relatedPerfReport" => ("related_perf_report", filled(value)),
            "meteredValue" => ("metered_value", word(value, METERED.iter().map(|(word, _)| *word))),
            "operator" => ("operator", word(value, OPERATORS.iter().map(|(word, _)| *word))),
            "escalationLevel" => ("escalation_level", word(value, ESCALATIONS.iter().map(|(word, _)| *word))),
            "value" => ("value", written(value, ParameterKind::Integer)),
            "tolerance" => ("tolerance", written(value, ParameterKind::Number)),
            // Without a block, or with an empty one, the whole report is meant.
            "testCaseBlock" => match value {
                Value::Call { arguments, .. } => match arguments.iter().find(|inner| inner.name.is_empty() || inner.name == "testCase") {
                    Some(inner) => ("test_case", filled(&inner.value)),
                    None => continue,
                },
                Value::Nothing => continue,
                Value::Text(text) if text.trim().is_empty() => continue,
                other => ("test_case", Err(shown(other))),
            },
            _ => continue,
        });
    }
    rows
}

/// Which builds a relative constraint looks at.
fn builds(arguments: &[Argument]) -> Vec<(&'static str, Written)> {
    let block = arguments.iter().find(|argument| argument.name == "previousResultsBlock").map(|argument| &argument.value);
    let Some(Value::Call { arguments, .. }) = block else {
        return vec![("previous_results", Err(block.map_or("nothing".to_string(), shown)))];
    };
    let find = |names: &[&str]| arguments.iter().find(|argument| names.contains(&argument.name.as_str())).map(|argument| &argument.value);
    let text = |name: &str| find(&[name]).map_or(Err("nothing".to_string()), filled);
    let choice = find(&["value", "choicePreviousResults"]);
    match choice {
        Some(Value::Boolean(true)) => vec![("previous_results", text("previousResultsString"))],
        Some(Value::Text(choice)) if choice == "true" => vec![("previous_results", text("previousResultsString"))],
        Some(Value::Text(choice)) if choice == "BASELINE" => vec![("baseline", Ok("true".to_string()))],
        Some(Value::Boolean(false)) => timeframe(text("timeframeStartString"), text("timeframeEndString")),
        Some(Value::Text(choice)) if choice == "false" => timeframe(text("timeframeStartString"), text("timeframeEndString")),
        other => vec![("previous_results", Err(other.map_or("nothing".to_string(), shown)))],
    }
}

fn timeframe(start: Written, end: Written) -> Vec<(&'static str, Written)> {
    vec![("timeframe_start", start), ("timeframe_end", end)]
}

/// The texts in a value that names files: itself, or the globs of parsers.
fn globs(value: &Value) -> Vec<&Value> {
    match value {
        Value::List(values) => values.iter().flat_map(globs).collect(),
        Value::Call { arguments, .. } => {
            let glob = arguments.iter().find(|argument| argument.name == "glob" || argument.name.is_empty());
            vec![glob.map_or(value, |argument| &argument.value)]
        }
        other => vec![other],
    }
}

/// Whether the plugin would put a variable of the build into the text.
fn has_variable(text: &str) -> bool {
    let mut parts = text.split('$').skip(1);
    parts.any(|after| after.starts_with(|c: char| c == '{' || c == '_' || c.is_alphabetic()))
}

/// `relatedPerfReport` as `related_perf_report`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}
