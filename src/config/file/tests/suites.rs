use super::{parse, refuses};
use crate::model::{Arrival, LoadWork, Stop, Work};
use std::time::Duration;

#[test]
fn a_suite_needs_a_name_that_files_can_have() {
    refuses("[[suite]]\nbenchmark = 'x'", "n.toml:1:1: expected `name` in [[suite]], found none\n1 | [[suite]]\n  | ^^^^^^^^^");
    refuses(
        "[[suite]]\nname = \"a/b\"",
        "n.toml:2:10: expected a name of letters, digits, `-`, `_` and `.`, because files are called by it, found `/b`\n\
         2 | name = \"a/b\"\n  |          ^^",
    );
    refuses(
        "[[suite]]\nname = 'a'\nbenchmark = 'x'\n[[suite]]\nname = 'A'\nbenchmark = 'x'",
        "n.toml:5:8: expected a name that no other suite has (case is ignored), found `'A'`\n5 | name = 'A'\n  |        ^^^",
    );
}

#[test]
fn a_suite_has_one_kind_of_work() {
    refuses(
        "[[suite]]\nname = 'a'",
        "n.toml:1:1: expected one of `benchmark`, `command`, `tool`, `load`, or `results` for `check`, found none\n\
         1 | [[suite]]\n  | ^^^^^^^^^",
    );
    refuses(
        "[[suite]]\nname = 'a'\nbenchmark = 'x'\ncommand = 'y'",
        "n.toml:1:1: expected one kind of work: `benchmark`, `command`, `tool` or `load`, found `benchmark` and `command`\n\
         1 | [[suite]]\n  | ^^^^^^^^^",
    );
    refuses(
        "[[suite]]\nname = 'a'\nbenchmark = 'x'\nserver = { command = 'x', ready = 'http://x/' }",
        "n.toml:4:10: expected a `load` for the server, found none\n\
         4 | server = { command = 'x', ready = 'http://x/' }\n  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    );
    let check_only = parse("[[suite]]\nname = 'a'\nresults = ['*.jtl']").unwrap();
    assert_eq!(check_only.suites[0].work, None);
}

/// A mistake in the third line of a suite called `a`.
fn line(line: &str, column: usize, width: usize, message: &str) {
    let expected = format!("n.toml:3:{column}: {message}\n3 | {line}\n  | {}{}", " ".repeat(column - 1), "^".repeat(width));
    refuses(&format!("[[suite]]\nname = 'a'\n{line}"), &expected);
}

#[test]
fn formats_and_globs_are_checked() {
    let message = "expected a format of `neverslower list formats`, found `'critrion'`; did you mean `criterion`?";
    line("benchmark = { command = 'x', format = 'critrion' }", 39, 10, message);
    let message = "expected a command with `{label}`, where the name of the benchmark goes, found `'y'`";
    line("benchmark = { command = 'x', single = 'y' }", 39, 3, message);
    line("tool = { run = 'x' }", 8, 13, "expected `results`: globs of the files that the tool writes, found none");
    line("tool = { run = 'x', results = ['out/[a'] }", 37, 2, "expected a glob (invalid range pattern), found `[a`");
    line("results = []", 11, 2, "expected a list of texts for `results`, found `[]`");
    line("expect = 'home'", 10, 6, "expected a list of texts for `expect`, found `'home'`");
    line("expect = ['']", 11, 2, "expected a text that is not empty for `expect`, found `''`");
}

#[test]
fn commands_are_checked() {
    line("command = { repeat = 5 }", 11, 14, "expected `run` in command, found none");
    line("command = 5", 11, 1, "expected a text or a table for `command`, found `5`");
    let message = "expected a whole number from 1 to 1000000 for `repeat`, found `0`";
    line("command = { run = 'x', repeat = 0 }", 33, 1, message);
    line("timeout = '0s'", 12, 2, "expected more than no time, found `0s`");
    line("timeout = 30", 13, 1, "expected a unit: ns, us, ms, s, m or h, found the end");
}

#[test]
fn targets_are_checked() {
    line("load = { targets = [] }", 20, 2, "expected a list of texts or tables for `targets`, found `[]`");
    line("load = { rate = 5 }", 8, 12, "expected `targets`: a list such as [\"GET http://127.0.0.1:8080/\"], found none");
    let message = "expected a URL such as `http://127.0.0.1:8080/`, found `ftp://x/`";
    line("load = { targets = ['GET ftp://x/'] }", 26, 8, message);
    line("load = { targets = [{ url = 'ftp://x/' }] }", 30, 8, message);
    line("load = { targets = [{ body = 'x' }] }", 21, 14, "expected `url` of the target, found none");
    let message = "expected a port, because `{port}` is chosen only for a `server` of this suite, found `{port}`";
    line("load = { targets = ['GET http://x:{port}/'] }", 21, 22, message);
    let message = "expected the name of a header, found `'A B'`";
    line("load = { targets = [{ url = 'http://x/', headers = { 'A B' = 'c' } }] }", 54, 5, message);
    let message = "expected a text for `headers`, found `5`";
    line("load = { targets = [{ url = 'http://x/', headers = { A = 5 } }] }", 58, 1, message);
}

#[test]
fn steps_are_checked() {
    let step = |rest: &str, column, width, message: &str| line(&format!("load = {{ steps = [{rest}] }}"), column, width, message);
    step("{ body = 'x' }", 19, 14, "expected `url` of the target, found none");
    let one = "{ url = 'http://x/', extract = { a = 'json:/a' } }";
    let message = "expected variables that a step before has extracted, found `{{a}}`; known here: iteration";
    step("{ url = 'http://x/{{a}}', extract = { a = 'json:/a' } }", 19, 55, message);
    let message = "expected variables that a step before has extracted, found `{{b}}`; known here: a, iteration";
    step(&format!("{one}, {{ url = 'http://x/{{{{a}}}}', body = '{{{{b}}}}' }}"), 71, 42, message);
    step(
        "{ url = 'http://x/', extract = { a = 'html:/a' } }",
        57,
        7,
        "expected `json:/pointer`, `header:Name` or `regex:…`, found `html:/a`",
    );
    let message = "expected the name of a variable: letters, digits, `-` and `_`, found `'a b'`";
    step("{ url = 'http://x/', extract = { 'a b' = 'json:/a' } }", 52, 5, message);
    let one = "expected one of `targets`, `targets_file`, `steps` and `scenarios`, found";
    let message = format!("{one} `targets` and `steps`");
    line("load = { targets = ['http://x/'], steps = [{ url = 'http://x/' }] }", 8, 60, &message);
    let both = "load = { targets_file = 'x', targets = ['http://x/'] }";
    line(both, 8, 47, &format!("{one} `targets` and `targets_file`"));
    let none = "expected no `compressed` where bodies are looked into, which is done as they come, found both";
    line("load = { targets = ['http://x/'], assert = { body = ['x'] }, compressed = true }", 8, 73, none);
}

#[test]
fn scenarios_are_checked() {
    let scenario = |rest: &str, column, width, message: &str| line(&format!("load = {{ scenarios = [{rest}] }}"), column, width, message);
    let steps = "steps = [{ url = 'http://x/' }]";
    scenario(&format!("{{ {steps} }}"), 23, 35, "expected `name` in scenarios, found none");
    scenario("{ name = 'a' }", 23, 14, "expected `[[suite.load.scenarios.steps]]` of the scenario, found none");
    let message = "expected a whole number from 1 to 10000 for `weight`, found `0`";
    scenario(&format!("{{ name = 'a', weight = 0, {steps} }}"), 46, 1, message);
    let one = format!("{{ name = 'a', {steps} }}");
    scenario(&format!("{one}, {one}"), 72, 47, "expected a name that no other scenario has, found `a`");
    // What one scenario extracts is not known in another one.
    let other = "{ name = 'b', steps = [{ url = 'http://x/{{a}}' }] }";
    let extracting = "{ name = 'a', steps = [{ url = 'http://x/', extract = { a = 'json:/a' } }] }";
    let both = parse(&format!("[[suite]]\nname = 'a'\nload = {{ scenarios = [{extracting}, {other}] }}")).unwrap_err();
    assert_eq!((both.expected.as_str(), both.found.as_str()), ("variables that a step before has extracted", "`{{a}}`"));
}

#[test]
fn feeders_are_checked() {
    let feeder = |rest: &str, column, width, message: &str| {
        line(&format!("load = {{ targets = ['http://x/'], feeders = [{{ {rest} }}] }}"), column, width, message);
    };
    feeder("order = 'once'", 46, 18, "expected `file` in feeders, found none");
    feeder("file = 'a', order = 'twice'", 68, 7, "expected `sequential`, `random` or `once`, found `'twice'`");
    feeder("file = 'a', seed = 3", 46, 24, "expected no `seed` unless `order` is `random`, found `seed`");
}

#[test]
fn the_pace_of_a_load_is_checked() {
    let load = |rest: &str, column, width, message: &str| {
        line(&format!("load = {{ targets = ['http://x/'], {rest} }}"), column, width, message);
    };
    load("duration = '10 parsecs'", 50, 7, "expected a duration such as `10s`, `1m30s` or `250ms`, found `parsecs`");
    load("duration = '0s'", 47, 2, "expected more than no time, found `0s`");
    load("duration = '1s', requests = 5", 8, 58, "expected one of `duration` and `requests`, found both");
    load("requests = 0", 46, 1, "expected a whole number from 1 to 1000000000000 for `requests`, found `0`");
    let rate = "expected a rate above 0 and up to 10000000 per second (leave it out for a closed loop)";
    load("rate = 0", 42, 1, &format!("{rate}, found `0`"));
    load("rate = 1000000000", 42, 10, &format!("{rate}, found `1000000000`"));
    load("rate = '5/week'", 44, 5, "expected a rate such as `500` (per second), `500/s` or `30/min`, found `/week`");
    load("connections = 0", 49, 1, "expected a whole number from 1 to 65535 for `connections`, found `0`");
    load("max_lag = '0ms'", 46, 3, "expected more than no time, found `0ms`");
}

fn load(rest: &str) -> LoadWork {
    let text = format!("[[suite]]\nname = 'a'\nload = {{ targets = ['http://x/'], {rest} }}");
    match parse(&text).unwrap().suites.remove(0).work {
        Some(Work::Load { load, .. }) => load,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_load_is_closed_without_a_rate_and_waits_as_long_as_a_request_may_take() {
    let default = load("");
    assert_eq!((default.arrival, default.connections, default.stop), (Arrival::Closed, 50, Stop::After(Duration::from_secs(10))));
    let asked = load("rate = '30000/min', requests = 7, timeout = '3s', warm_up = '0s'");
    assert_eq!((asked.arrival, asked.stop, asked.warm_up), (Arrival::Constant(500.0), Stop::Requests(7), Duration::ZERO));
    assert_eq!((asked.timeout, asked.grace), (Duration::from_secs(3), Duration::from_secs(3)));
    assert_eq!(load("timeout = '3s', grace = '1s'").grace, Duration::from_secs(1));
}
