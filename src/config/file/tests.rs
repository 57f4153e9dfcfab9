use super::File;
use crate::config::Tables;
use crate::config::error::ConfigError;

mod example;
mod jenkins;
mod paces;
mod quarantine;
mod scrapes;
mod suites;
mod thresholds;

const TABLES: Tables<'_> = Tables { formats: &[("criterion", ""), ("jtl-csv", "")], reports: &[] };

fn parse(text: &str) -> Result<File, ConfigError> {
    File::parse("n.toml", text, &TABLES)
}

/// The error as people see it: place, message, the line, the caret.
fn refuses(text: &str, expected: &str) {
    match parse(text) {
        Ok(_) => panic!("understood: {text}"),
        Err(error) => assert_eq!(error.to_string(), expected),
    }
}

#[test]
fn an_empty_file_asks_for_nothing() {
    assert_eq!(parse(""), Ok(File::default()));
}

#[test]
fn unknown_keys_are_shown_with_the_nearest() {
    refuses(
        "[gaet]\nx = 1\n",
        "n.toml:1:2: expected a key of the file: `gate`, `suite`, `threshold`, `quarantine` or `jenkins`, found `gaet`; did you mean `gate`?\n\
         1 | [gaet]\n  |  ^^^^",
    );
    refuses(
        "[gate]\nstatistics = 'sound'\nkeep_run = 5 # five",
        "n.toml:3:1: expected a key of [gate]: `profile`, `strict`, `statistics`, `baseline`, `budget`, `versions`, `environment`, `require_baseline`, \
         `unknown_environment`, `results`, `baselines`, `keep_runs`, `builds`, `keep_builds`, `repeat`, `confirm` or `demonstration`, found `keep_run`; did you mean `keep_runs`?\n\
         3 | keep_run = 5 # five\n  | ^^^^^^^^",
    );
}

#[test]
fn a_misspelt_key_is_not_reported_as_a_missing_one() {
    refuses(
        "[[suite]]\nnmae = 'x'",
        "n.toml:2:1: expected a key of [[suite]]: `name`, `build`, `artefacts`, `timeout`, `expect`, `results`, `environment`, `benchmark`, \
         `command`, `tool`, `load` or `server`, found `nmae`; did you mean `name`?\n2 | nmae = 'x'\n  | ^^^^",
    );
}

#[test]
fn syntax_errors_have_their_place() {
    refuses("[gate", "n.toml:1:6: expected `]`, found unclosed table\n1 | [gate\n  |      ^");
    refuses("[gate]\na = 1\na = 2", "n.toml:3:1: expected TOML, found duplicate key\n3 | a = 2\n  | ^");
}

#[test]
fn values_of_the_gate_are_checked() {
    refuses(
        "[gate]\nstatistics = \"sond\"",
        "n.toml:2:14: expected `sound` or `plain`, found `\"sond\"`; did you mean `sound`?\n\
         2 | statistics = \"sond\"\n  |              ^^^^^^",
    );
    refuses(
        "[gate]\nkeep_runs = 0",
        "n.toml:2:13: expected a whole number from 1 to 1000 for `keep_runs`, found `0`\n2 | keep_runs = 0\n  |             ^",
    );
    refuses(
        "[gate]\nrequire_baseline = \"yes\"",
        "n.toml:2:20: expected `true` or `false` for `require_baseline`, found `\"yes\"`\n\
         2 | require_baseline = \"yes\"\n  |                    ^^^^^",
    );
    refuses(
        "[gate]\nresults = \"\"",
        "n.toml:2:11: expected a text that is not empty for `results`, found `\"\"`\n2 | results = \"\"\n  |           ^^",
    );
    refuses(
        "[gate]\nenvironment = \"lab 1\"",
        "n.toml:2:19: expected a name of letters, digits, `-`, `_` and `.`, because files are called by it, found ` 1`\n\
         2 | environment = \"lab 1\"\n  |                   ^^",
    );
}

#[test]
fn a_mistake_in_what_head_is_measured_against_has_its_place() {
    refuses(
        "gate.baseline = \"against:url:old\"",
        "n.toml:1:30: expected a URL such as `http://127.0.0.1:8080/`, found `old`\n1 | gate.baseline = \"against:url:old\"\n  |                              ^^^",
    );
}

#[test]
fn a_single_bracket_is_explained() {
    refuses(
        "[suite]\nname = \"x\"",
        "n.toml:1:1: expected `[[suite]]` with two brackets for `suite`, found `[suite]`\n1 | [suite]\n  | ^^^^^^^",
    );
    refuses("gate = 5", "n.toml:1:8: expected a table for `[gate]`, found `5`\n1 | gate = 5\n  |        ^");
}

#[test]
fn an_escaped_text_is_shown_as_a_whole() {
    refuses(
        "[[threshold]]\nfail = \"\\u002B5\"",
        "n.toml:2:8: expected `%`: a signed number is a change in per cent, found the end\n\
         2 | fail = \"\\u002B5\"\n  |        ^^^^^^^^^",
    );
}
