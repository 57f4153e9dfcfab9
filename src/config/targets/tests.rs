use super::{fill, stream};
use crate::config::error::ConfigError;
use crate::config::load::default_load;
use crate::config::value::new_target;
use crate::model::{LoadWork, Target, TargetFile};
use std::path::Path;

/// The targets of a file, with a header and a body that all of them have.
fn read(text: &[u8], has_server: bool) -> Result<Vec<Target>, String> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("targets"), text).unwrap();
    std::fs::write(directory.path().join("order.json"), "{\"n\":1}").unwrap();
    let mut common = new_target(String::new(), String::new());
    common.headers = vec![("Accept".to_string(), "any".to_string())];
    common.body = b"common".to_vec();
    let file = TargetFile { path: Path::new("targets").to_path_buf(), common, is_lazy: false };
    let mut load = LoadWork { targets_file: Some(file), ..default_load(Vec::new()) };
    let streamed = (!has_server).then(|| stream::open(load.targets_file.as_ref().unwrap(), directory.path()).unwrap());
    let filled = fill(&mut load, directory.path(), has_server);
    if let Some(streamed) = streamed {
        agree(&streamed.iter().collect::<Vec<_>>(), &load.targets, filled.as_ref().err());
    }
    assert_eq!(load.targets_file, None, "where it lies makes no other load of it");
    filled.map(|()| load.targets).map_err(|error| error.to_string())
}

/// A stream gives the same targets, one by one, and stops at the same mistake; that there are none is no mistake of a stream.
fn agree(streamed: &[Result<Target, String>], targets: &[Target], error: Option<&ConfigError>) {
    let mut expected: Vec<Result<Target, String>> = targets.iter().cloned().map(Ok).collect();
    expected.extend(error.filter(|error| error.found != "none").map(|error| Err(error.to_string())));
    let fine = streamed.iter().filter(|one| one.is_ok()).count();
    assert_eq!(streamed.get(if error.is_some() { fine.. } else { 0.. }), Some(expected.as_slice()));
}

/// Each target as `label|headers|body`.
fn check(text: &str, expected: &[&str]) {
    for ends in ["\n", "\r\n"] {
        let targets = read(text.replace('\n', ends).as_bytes(), text.contains("{port}")).unwrap_or_else(|error| panic!("{error}"));
        let shown = targets.iter().map(|target| {
            let headers: Vec<String> = target.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            format!("{} {}|{}|{}", target.method, target.url, headers.join(", "), String::from_utf8_lossy(&target.body))
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
    }
}

fn refuses(text: &str, expected: &str) {
    let error = read(text.as_bytes(), false).expect_err(text);
    assert_eq!(error.lines().next().unwrap_or_default(), expected);
}

#[test]
fn text_is_a_target_a_block() {
    check(
        "# what people do\n\nGET http://h/a\nX-A: 1\n  X-A: 2\n# not a header\naccept: json\n\nPOST  http://h:{port}/b\n@order.json\nGET http://h/c\nGET http://h/d",
        &[
            "GET http://h/a|X-A: 1, X-A: 2, accept: json|common",
            "POST http://h:{port}/b|Accept: any|{\"n\":1}",
            "GET http://h/c|Accept: any|common",
            "GET http://h/d|Accept: any|common",
        ],
    );
    // What vegeta takes for a header is a target to everybody else.
    check("GET http://h/a\nX: y\nGET http://h/b", &["GET http://h/a|X: y, Accept: any|common", "GET http://h/b|Accept: any|common"]);
}

#[test]
fn json_is_a_target_a_line() {
    check(
        "\n{\"method\":\"POST\",\"url\":\"http://h/a\",\"body\":\"aGk=\",\"header\":{\"Accept\":[\"x\",\"y\"]}}\n\n{\"method\":\"GET\",\"url\":\"http://h/b\"}\n",
        &["POST http://h/a|Accept: x, Accept: y|hi", "GET http://h/b|Accept: any|common"],
    );
}

#[test]
fn labels_are_without_the_query() {
    let labels: Vec<String> = read(b"GET http://h/a?b=1\nGET http://h/a?b=2\n", false).unwrap().into_iter().map(|one| one.label).collect();
    assert_eq!(labels, ["GET /a", "GET /a"]);
}

#[test]
fn mistakes_have_their_place() {
    refuses("", "targets: expected at least one target, such as `GET http://127.0.0.1:8080/`, found none");
    refuses("# GET http://h/\n", "targets: expected at least one target, such as `GET http://127.0.0.1:8080/`, found none");
    refuses("http://h/\n", "targets:1:1: expected a target such as `GET http://127.0.0.1:8080/`, found `http://h/`");
    refuses("GET http://h/\n\nget http://h/\n", "targets:3:1: expected a method in capitals such as `GET`, found `get`");
    refuses("GET  /x\n", "targets:1:6: expected a URL such as `http://127.0.0.1:8080/`, found `/x`");
    refuses("GET http://h/\n\tAccept\n", "targets:2:2: expected a header such as `Accept: text/html`, found `Accept`");
    refuses(
        "GET http://h/\nContent-Length: 5\n",
        "targets:2:1: expected a header that is not written by the load engine itself, found `Content-Length`",
    );
    refuses("POST http://h/\n@none.json\n", "targets:2:1: expected a readable file, found none.json: no such file");
    let port = "expected a port, because `{port}` is chosen only for a `server` of this suite, found `{port}`";
    refuses("GET http://h:{port}/\n", &format!("targets:1:1: {port}"));
    let json = "expected a target such as {\"method\":\"GET\",\"url\":\"http://127.0.0.1:8080/\"} with perhaps `body` and `header`";
    refuses("{\"method\":\"GET\"}\n", &format!("targets:1:16: {json}, found missing field `url`"));
    let unknown = "found unknown field `weight`, expected one of `method`, `url`, `body`, `header`";
    refuses("{\"method\":\"GET\",\"url\":\"http://h/\",\"weight\":1}\n", &format!("targets:1:42: {json}, {unknown}"));
    refuses("{\"method\":\"GET\",\"url\":\"http://h/\",\"body\":\"hi!\"}", "targets:1:1: expected a body in base64, found another one");
    refuses("{\"method\":\"get\",\"url\":\"http://h/\"}", "targets:1:1: expected a method in capitals such as `GET`, found `get`");
    assert_eq!(read(b"GET http://h/\n\xff\n", false), Err("targets:2: expected targets in UTF-8, found other bytes".to_string()));
}
