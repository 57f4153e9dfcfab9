use super::{fill, parse_feed};
use crate::config::load::default_load;
use crate::config::value::new_target;
use crate::limits::FEED_COLUMNS_MAX;
use crate::model::{Extract, Extraction, FeedOrder, LoadWork, Scenario, Step, Target};
use std::time::Duration;

fn target(path: &str) -> Target {
    new_target("GET".to_string(), format!("http://h/{path}"))
}

/// A load of these targets with its feeders filled from files of these names and contents.
fn filled(files: &[(&str, &str)], load: LoadWork) -> Result<LoadWork, String> {
    let directory = tempfile::tempdir().unwrap();
    let mut load = load;
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).unwrap();
        load.feeders.push(parse_feed(name).unwrap());
    }
    fill(&mut load, directory.path()).map(|()| load).map_err(|error| error.to_string())
}

/// The rows of one file, values with `|` between them.
fn check(name: &str, text: &str, expected: &[&str]) {
    let columns = expected[0].split('|').map(|column| format!("{{{{{column}}}}}")).collect::<String>();
    let load = filled(&[(name, text)], default_load(vec![target(&columns)])).unwrap_or_else(|error| panic!("{error}"));
    let rows = &load.feeders[0].rows;
    let row = |row| (0..rows.columns().len()).map(|column| rows.value(row, column).unwrap()).collect::<Vec<_>>().join("|");
    let found: Vec<String> = std::iter::once(rows.columns().join("|")).chain((0..rows.len()).map(row)).collect();
    assert_eq!(found, expected, "{text}");
}

fn refuses(name: &str, text: &str, expected: &str) {
    assert_eq!(filled(&[(name, text)], default_load(vec![target("{{a}}")])).expect_err(text), expected);
}

#[test]
fn rows_stand_in_csv() {
    check("users.csv", "a,b\n1,x y\n2,\"p,\"\"q\"\n", &["a|b", "1|x y", "2|p,\"q"]);
    check("users.csv", "\u{feff}a;b\r\n1;x,y\r\n", &["a|b", "1|x,y"]);
    check("users", "a\tb\n\n1\t", &["a|b", "1|"]);
    check("users.csv", "\"a\", b-2\n{\"x\":1},2\n", &["a|b-2", "{\"x\":1}|2"]);
}

#[test]
fn rows_stand_in_json_lines() {
    let expected = ["a|b", "x \"y\"|7", "|true", "z|-1.5"];
    let text = "{\"b\":7,\"a\":\"x \\\"y\\\"\"}\n\n{\"a\":\"\",\"b\":true}\r\n{\"a\":\"z\",\"b\":-1.5}";
    check("users", text, &expected);
    check("users.jsonl", text, &expected);
}

#[test]
fn mistakes_in_rows_have_their_place() {
    let names = "the name of a variable: letters, digits, `-` and `_`";
    refuses("u.csv", "a,b c\n1,2\n", &format!("u.csv:1:3: expected {names}, found `b c`"));
    refuses("u.csv", "a,\n1,2\n", &format!("u.csv:1:3: expected {names}, found the end"));
    refuses("u.csv", "a,b,a\n", "u.csv:1:5: expected a name for each column, found `a` again");
    refuses("u.csv", "a,b\n1,2\n3\n", "u.csv:3:1: expected 2 values, as in the header, found 1");
    refuses("u.csv", "a,b\n", "u.csv: expected at least one row of values, found none");
    refuses("u.csv", "a\n\"1\"x\n", "u.csv:2:1: expected quotes around whole values, and doubled within them, found other ones");
    let what = "rows of values: CSV with a header line, or JSON lines";
    refuses("u.csv", "", &format!("u.csv: expected {what}, found nothing: the input is empty"));
    let row = "a row such as {\"user\":\"ann\",\"age\":7} in one line";
    refuses("u", "{\"a\":1}\n{\"a\":s3cret}\n", &format!("u:2:6: expected {row}, found another text"));
    refuses("u", "{\"a\":1}\n{\"a\":\n", &format!("u:2:5: expected {row}, found one that ends too early"));
    refuses("u", "{\"a\":1}\n{\"b\":1}\n", "u:2:1: expected the keys of the first row: a, found b");
    for value in ["null", "[1]", "12345678901234567890123"] {
        let expected = "u:1:1: expected a text, a number of up to 15 digits, true or false for `a`, found another value";
        refuses("u", &format!("{{\"a\":{value}}}"), expected);
    }
    let wide = (0..=FEED_COLUMNS_MAX).map(|column| format!("c{column}")).collect::<Vec<_>>().join(",");
    refuses("u.csv", &wide, &format!("u.csv:1:1: expected 1 to {FEED_COLUMNS_MAX} columns, found {}", FEED_COLUMNS_MAX + 1));
    let mut load = default_load(vec![target("{{a}}")]);
    load.feeders.push(parse_feed("none.csv").unwrap());
    assert_eq!(filled(&[], load).expect_err("no file"), format!("none.csv: expected {what}, found no such file"));
}

#[test]
fn variables_are_columns_or_taken_from_answers() {
    let users = ("u.csv", "user\nann\n");
    let unknown = "GET /{{usr}}: expected variables that are known by then, found `{{usr}}`; known here: iteration, user";
    assert_eq!(filled(&[users], default_load(vec![target("{{usr}}")])).unwrap_err(), unknown);
    let idle = "u.csv: expected a request with `{{user}}`, found none";
    assert_eq!(filled(&[users], default_load(vec![target("{{iteration}}")])).unwrap_err(), idle);
    let twice = "v.csv: expected columns that are no `iteration` and of no other feeder, found `user`";
    assert_eq!(filled(&[users, ("v.csv", "user\nbob\n")], default_load(vec![target("{{user}}")])).unwrap_err(), twice);
    let steps = |variable: &str| {
        let extract = vec![Extraction { variable: variable.to_string(), from: Extract::Header("A".to_string()) }];
        let step = |path: &str, extract| Step { target: target(path), extract, think_time: Duration::ZERO };
        let steps = vec![step("{{user}}", extract), step("{{user}}/{{id}}", Vec::new())];
        LoadWork { scenarios: vec![Scenario { name: String::new(), weight: 1, steps }], ..default_load(Vec::new()) }
    };
    assert!(filled(&[users], steps("id")).is_ok());
    let taken = "GET /{{user}}: expected names in `extract` that no feeder has, found `user`, which is a column";
    assert_eq!(filled(&[users], steps("user")).unwrap_err(), taken);
}

#[test]
fn a_feed_is_a_file_and_an_order() {
    for (text, path, order) in [
        ("u.csv", "u.csv", FeedOrder::Sequential),
        ("once:u.csv", "u.csv", FeedOrder::Once),
        ("random:C:\\u.csv", "C:\\u.csv", FeedOrder::Random { seed: 1 }),
        ("C:\\u.csv", "C:\\u.csv", FeedOrder::Sequential),
    ] {
        let feeder = parse_feed(text).unwrap();
        assert_eq!((feeder.path.to_str(), feeder.order), (Some(path), order));
    }
    let error = parse_feed("once:").unwrap_err().to_string();
    assert_eq!(error, "column 6: expected a file of rows, such as `users.csv`, found the end");
}
