//! What the server gets: every request that was asked for, and the rows that they are filled from.

use crate::project::{Answer, Project};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

/// Request lines in the order they came, without the version.
type Seen = Arc<Mutex<Vec<String>>>;

/// A server that answers everything with 200 and remembers it; its URL without a path.
fn serve() -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, seen) = (listener.local_addr().unwrap().port(), Seen::default());
    let kept = Arc::clone(&seen);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let kept = Arc::clone(&kept);
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                while let Some(first) = lines.next() {
                    kept.lock().unwrap().push(first.trim_end_matches(" HTTP/1.1").to_string());
                    let _ = lines.find(String::is_empty);
                    if stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").is_err() {
                        return;
                    }
                }
            });
        }
    });
    (format!("http://127.0.0.1:{port}"), seen)
}

fn stored(answer: &Answer) -> Value {
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", answer.stdout, answer.stderr))
}

/// What a load of one connection requested.
fn check(project: &Project, arguments: &[&str], expected: &[&str]) -> Value {
    let (url, seen) = serve();
    let url = format!("{url}/{{{{user}}}}?p={{{{password}}}}");
    let answer = project.call(&[&["load", &url, "-c", "1", "--json"], arguments].concat()).expect(0);
    assert_eq!(*seen.lock().unwrap(), expected);
    let run = stored(&answer);
    let labels = run["series"].as_array().unwrap().iter().map(|series| series["label"].as_str().unwrap());
    assert!(labels.into_iter().all(|label| label == "GET /{{user}}"), "a value of a file is in no label");
    run
}

fn users() -> Project {
    let project = Project::new();
    project.write("users.csv", "user,password\nann,s-1\nbob,s 2\n");
    project
}

#[test]
fn more_connections_than_divide_the_requests_send_all_of_them() {
    for arguments in [&["-n", "1000", "-c", "300"][..], &["-n", "1000", "-c", "300", "-q", "5000"]] {
        let (url, seen) = serve();
        let run = stored(&Project::new().call(&[&["load", &url, "--json"], arguments].concat()));
        assert_eq!(seen.lock().unwrap().len(), 1000, "{arguments:?}");
        assert_eq!((run["load"]["planned"].as_u64(), run["load"]["completed"].as_u64()), (Some(1000), Some(1000)));
    }
}

#[test]
fn requests_are_filled_from_rows() {
    let project = users();
    check(&project, &["--feed", "users.csv", "-n", "3"], &["GET /ann?p=s-1", "GET /bob?p=s%202", "GET /ann?p=s-1"]);
    let run = check(&project, &["--feed", "once:users.csv", "-z", "60s"], &["GET /ann?p=s-1", "GET /bob?p=s%202"]);
    assert_eq!(run["load"]["planned"], 2);
    let notes = run["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["text"] == "the load ended before its time: the 2 rows of users.csv were used up"), "{notes:?}");
    project.write("names", "{\"user\":\"eve\"}\n");
    project.write("passwords", "password\nx\n");
    check(&project, &["--feed", "names", "--feed", "random:passwords", "-n", "1"], &["GET /eve?p=x"]);
}

#[test]
fn an_endless_stream_of_targets_is_read_as_it_is_needed() {
    let (project, (url, seen)) = (Project::new(), serve());
    let arguments = ["load", "--targets", "-", "--lazy", "-n", "3000", "-c", "2", "--json"];
    let mut child = project.command(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stream = child.stdin.take().unwrap();
    // Ends only when nobody reads any more.
    let writer = std::thread::spawn(move || {
        let ends = (0u64..).find(|n| write!(stream, "GET {url}/?n={n}\n\nPUT {url}/\nX-N: {n}\n").is_err());
        ends.unwrap()
    });
    let run = stored(&Answer::of(child.wait_with_output().unwrap()));
    assert_eq!((run["load"]["planned"].as_u64(), run["load"]["completed"].as_u64()), (Some(3000), Some(3000)));
    assert!(writer.join().unwrap() < 100_000, "no more is read than is needed");
    let seen = seen.lock().unwrap();
    assert!(seen.iter().filter(|line| *line == "PUT /").count() == 1500 && seen.contains(&"GET /?n=1499".to_string()));
    // A stream that ends ends the load; a mistake in it is no verdict, with its place.
    project.write("targets.txt", "GET http://127.0.0.1:1/\n\n\nget http://127.0.0.1:1/\n");
    project.call(&["load", "--targets", "targets.txt", "--lazy"]).expect(4).says("targets.txt:4:1: expected a method in capitals");
    project.call(&["load", "--lazy", "http://127.0.0.1:1/"]).expect(2).says("--lazy");
}

#[test]
fn mistakes_of_rows_are_mistakes_of_usage() {
    let project = users();
    let load = |url: &str, feed: &str, code| project.call(&["load", url, "-n", "5", "-c", "1", "--feed", feed]).expect(code);
    load("http://127.0.0.1:1/{{usr}}", "users.csv", 2).says("expected variables that are known by then, found `{{usr}}`");
    load("http://127.0.0.1:1/", "users.csv", 2).says("users.csv: expected a request with `{{user}}` or `{{password}}`, found none");
    load("http://127.0.0.1:1/{{user}}", "nobody.csv", 2).says("nobody.csv: expected rows of values");
    project.write("broken.csv", "user,password\nann\n");
    load("http://127.0.0.1:1/{{user}}", "broken.csv", 2).says("broken.csv:2:1: expected 2 values, as in the header, found 1");
    load("http://127.0.0.1:1/{{user}}", "once:users.csv", 4).says("the load needs 5 rows (warm-up included), and users.csv has 2");
}

#[test]
fn a_suite_of_several_scenarios_takes_its_rows() {
    let (project, (url, seen)) = (users(), serve());
    project.write(
        "neverslower.toml",
        format!(
            r#"
[[suite]]
name = "visitors"
[suite.load]
requests = 8
connections = 1
feeders = [{{ file = "users.csv" }}]
[[suite.load.scenarios]]
name = "look"
weight = 3
steps = [{{ url = "{url}/look/{{{{user}}}}" }}]
[[suite.load.scenarios]]
name = "buy"
steps = [{{ url = "{url}/login/{{{{user}}}}" }}, {{ url = "{url}/buy/{{{{password}}}}" }}]
"#
        ),
    );
    let run = stored(&project.call(&["run", "--report", "run-json"]).expect(0));
    let round = ["GET /look/ann", "GET /look/bob", "GET /login/ann", "GET /buy/s-1", "GET /look/bob"];
    assert_eq!(*seen.lock().unwrap(), [round, round].concat());
    let notes: Vec<&str> = run["notes"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap()).collect();
    for told in ["scenario look: 6 iterations planned, 6 completed", "scenario buy: 2 iterations planned, 2 completed"] {
        assert!(notes.iter().any(|note| note.starts_with(told)), "{notes:?}");
    }
    assert_eq!((run["load"]["planned"].as_u64(), run["load"]["completed"].as_u64()), (Some(10), Some(10)));
}
