//! A configuration file and, in its first line, an expression: a value or an error that has its place, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neverslower::config::{File, Tables};
use neverslower::judge::expression;

fuzz_target!(|text: &str| {
    let known = Tables { formats: &[("jtl", "")], reports: &[("junit", "")] };
    if let Err(error) = File::parse("fuzz.toml", text, &known) {
        assert!(error.to_string().contains("fuzz.toml"), "an error without its place: {error}");
    }
    let line = text.lines().next().unwrap_or_default();
    for error in [expression::parse_limit(line).err(), expression::parse_duration(line).err(), expression::parse_rate(line).err()] {
        let columns = 1..=line.chars().count() + 1;
        assert!(error.is_none_or(|error| columns.contains(&error.column)), "a column outside of {line:?}");
    }
});
