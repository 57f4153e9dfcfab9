//! HTTP/2 against a server that is not ours: nghttpd.

use crate::project::{Project, component};
use serde_json::Value;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn nghttpd_is_spoken_to() {
    let Some(nghttpd) = component("nghttpd") else { return };
    let project = Project::new();
    project.write("hello", "Hello world");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let mut server = Command::new(nghttpd)
        .args(["--no-tls", "--address=127.0.0.1", &port, "-d"])
        .arg(project.path("."))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let listens = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        TcpStream::connect(("127.0.0.1", port.parse().unwrap())).is_ok()
    });
    // More at a time than the hundred streams that the server allows on a connection.
    let url = format!("http://127.0.0.1:{port}/hello");
    let answer = project.call(&["load", &url, "--http2", "-c", "2", "-p", "150", "-n", "3000", "--json"]);
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(listens);
    let run: Value = serde_json::from_str(&answer.expect(0).stdout).unwrap();
    let (load, transport) = (&run["load"], &run["load"]["transport"]);
    assert_eq!((load["planned"].as_u64(), load["completed"].as_u64(), load["reconnects"].as_u64()), (Some(3000), Some(3000), Some(0)));
    assert_eq!((transport["protocol"].as_str(), transport["streams"].as_u64()), (Some("h2c"), Some(150)));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let refused = |arguments: &[&str]| Project::new().call(&[&["load", "http://127.0.0.1:1/"], arguments].concat()).expect(2);
    refused(&["-p", "10"]).says("--http2");
    refused(&["--http2", "-p", "0"]).says("--streams: expected 1 to");
    refused(&["--http2", "-r", "3"]).says("HTTP/2");
    refused(&["--http2", "--disable-keepalive"]).says("HTTP/2");
}
