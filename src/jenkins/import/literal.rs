//! Values as TOML, and as people read them.

use super::value::Value;
use crate::jenkins::settings::ParameterKind;
use crate::limits;
use std::fmt::Write as _;

/// A value as TOML, or why it is none: the source as written.
pub type Written = Result<String, String>;

/// A text that is not blank.
pub fn filled(value: &Value) -> Written {
    match value {
        Value::Text(text) if !text.trim().is_empty() => Ok(quoted(text)),
        other => Err(shown(other)),
    }
}

pub fn word<'a>(value: &Value, mut words: impl Iterator<Item = &'a str>) -> Written {
    match value {
        Value::Text(text) if words.any(|word| word == text) => Ok(quoted(text)),
        other => Err(shown(other)),
    }
}

/// The value as TOML; empty where the plugin takes it as not given.
pub fn written(value: &Value, kind: ParameterKind) -> Written {
    let text = match value {
        Value::Nothing => return Ok(String::new()),
        Value::Text(text) | Value::Number(text) | Value::Absent(text) => text.as_str(),
        Value::Boolean(word) => {
            if *word {
                "true"
            } else {
                "false"
            }
        }
        other => return Err(shown(other)),
    };
    let trimmed = text.trim();
    let number = || trimmed.parse::<f64>().ok().filter(|number| number.is_finite());
    let plain = match kind {
        ParameterKind::Text => Some(quoted(text)),
        ParameterKind::Texts(separator) => {
            let parts: Vec<String> = text.split(separator).filter(|part| !part.trim().is_empty()).map(quoted).collect();
            Some(if parts.is_empty() { String::new() } else { format!("[{}]", parts.join(", ")) })
        }
        ParameterKind::Boolean => ["true", "false"].contains(&trimmed).then(|| trimmed.to_string()),
        ParameterKind::Integer => trimmed.parse::<i64>().ok().map(|number| number.to_string()),
        // An integer stays one, so that the line reads as the source does.
        ParameterKind::Number => {
            trimmed.parse::<i64>().ok().map(|number| number.to_string()).or(number().map(|number| format!("{number:?}")))
        }
    };
    plain.ok_or_else(|| shown(value))
}

/// As people would write it, for comments and notes.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Number(text) | Value::Absent(text) | Value::Code(text) => text.clone(),
        Value::Boolean(word) => word.to_string(),
        Value::Nothing => "null".to_string(),
        Value::List(values) => format!("[{}]", values.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Call { name, arguments } => {
            let inner = arguments.iter().map(|argument| match argument.name.as_str() {
                "" => shown(&argument.value),
                name => format!("{name}: {}", shown(&argument.value)),
            });
            format!("{name}({})", inner.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Foreign text in a comment stays on its line.
pub fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(limits::QUOTED_CHARS_MAX).collect();
    plain
}

/// A basic string of TOML.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
