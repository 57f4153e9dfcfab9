//! HTTP/2 against servers that are not ours: nghttpd and nginx.

use crate::project::{Project, component};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server in the folder of a project; it ends with the test.
struct Server(Child);

impl Server {
    /// Started, and listening.
    fn start(command: &mut Command, port: u16) -> Server {
        let mut server = Server(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let listens = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(listens, "nobody listens; the server ended as {:?}", server.0.try_wait());
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The stored run of a load, and the facts of its connections.
fn loaded(project: &Project, url: &str, arguments: &[&str], code: i32) -> (Value, Value) {
    let answer = project.call(&[&["load", url, "--http2", "--json"], arguments].concat()).expect(code);
    let run: Value = serde_json::from_str(&answer.stdout).unwrap();
    let transport = run["load"]["transport"].clone();
    (run, transport)
}

/// Planned, completed and failed requests.
fn counts(run: &Value) -> [Option<u64>; 3] {
    ["planned", "completed", "failed"].map(|name| run["load"][name].as_u64())
}

fn labels<'a>(run: &'a Value, metric: &str) -> Vec<&'a str> {
    let series = run["series"].as_array().unwrap().iter().filter(|series| series["metric"] == metric);
    series.map(|series| series["label"].as_str().unwrap()).collect()
}

#[test]
fn nghttpd_is_spoken_to() {
    let Some(nghttpd) = component("nghttpd") else { return };
    let (project, port) = (Project::new(), free_port());
    project.write("hello", "Hello world");
    let mut command = Command::new(nghttpd);
    let _server = Server::start(command.args(["--no-tls", "--address=127.0.0.1", &port.to_string(), "-d"]).arg(project.path(".")), port);
    // More at a time than the hundred streams that the server allows on a connection.
    let (run, transport) = loaded(&project, &format!("http://127.0.0.1:{port}/hello"), &["-c", "2", "-p", "150", "-n", "3000"], 0);
    assert_eq!((counts(&run), run["load"]["reconnects"].as_u64()), ([Some(3000), Some(3000), Some(0)], Some(0)));
    assert_eq!((transport["protocol"].as_str(), transport["streams"].as_u64()), (Some("h2c"), Some(150)));
}

/// What nginx answers: a login that sets a cookie, a cart for who shows it, and a redirect.
const SHOP: &str = r#"
    location = / { add_header Server-Timing "app;dur=1.5"; return 200 "Hello world"; }
    location = /login { add_header Set-Cookie "user=7; Path=/"; return 200 '{"cart":"c-1"}'; }
    location = /cart/c-1 { if ($cookie_user != 7) { return 403; } return 200 "two things"; }
    location = /moved { return 302 /; }
"#;

/// nginx, which says goodbye after a hundred requests on each connection: over h2c, TLS, and TLS without HTTP/2.
fn nginx(project: &Project) -> Option<(Server, [u16; 3])> {
    let nginx = component("nginx")?;
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_string()]).unwrap();
    project.write("cert.pem", cert.pem());
    project.write("key.pem", signing_key.serialize_pem());
    let [plain, secured, old] = [free_port(), free_port(), free_port()];
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| format!("{kind}_temp_path {kind};"));
    let config = format!(
        "daemon off; master_process off; pid pid; error_log error.log; events {{ worker_connections 1024; }} http {{ access_log off; \
         keepalive_requests 100; {} ssl_certificate cert.pem; ssl_certificate_key key.pem; \
         server {{ listen 127.0.0.1:{plain} http2; listen 127.0.0.1:{secured} ssl http2; {SHOP} }} \
         server {{ listen 127.0.0.1:{old} ssl; {SHOP} }} }}",
        temporary.concat()
    );
    project.write("nginx.conf", config);
    let mut command = Command::new(nginx);
    command.arg("-p").arg(project.path("")).arg("-c").arg(project.path("nginx.conf"));
    Some((Server::start(&mut command, old), [plain, secured, old]))
}

#[test]
fn nginx_is_spoken_to() {
    let project = Project::new();
    let Some((_server, [plain, secured, old])) = nginx(&project) else { return };
    for (url, protocol, arguments) in [
        (format!("http://127.0.0.1:{plain}/"), "h2c", [].as_slice()),
        (format!("https://127.0.0.1:{secured}/"), "h2", &["--cacert", "cert.pem"]),
    ] {
        let (run, transport) = loaded(&project, &url, &[&["-c", "2", "-p", "20", "-n", "2000"], arguments].concat(), 0);
        assert_eq!((counts(&run), transport["protocol"].as_str()), ([Some(2000), Some(2000), Some(0)], Some(protocol)));
        assert!(run["load"]["reconnects"].as_u64().unwrap() >= 10, "a goodbye after every hundred requests: {}", run["load"]);
        assert_eq!(labels(&run, "server_timing"), ["GET / [app]"]);
        let moved = [&["-n", "40", "-c", "2", "--redirect", "1", "--expect-status", "200"], arguments].concat();
        let (run, transport) = loaded(&project, &format!("{url}moved"), &moved, 0);
        assert_eq!((counts(&run), transport["redirects"].as_u64()), ([Some(40), Some(40), Some(0)], Some(40)));
    }
    let insecure = ["-n", "20", "-c", "2", "--insecure"];
    let (run, transport) = loaded(&project, &format!("https://127.0.0.1:{old}/"), &insecure, 4);
    assert_eq!((counts(&run), transport["protocol"].as_str()), ([Some(20), Some(0), Some(20)], Some("none")));
}

#[test]
fn sessions_at_nginx_go_over_streams() {
    let project = Project::new();
    let Some((_server, [plain, ..])) = nginx(&project) else { return };
    let suite = |cart: &str| {
        format!(
            "[[suite]]\nname = \"buying\"\n[suite.load]\nrequests = 200\nconnections = 2\nhttp = \"2\"\nstreams = 5\n\
             [[suite.load.steps]]\nlabel = \"login\"\nurl = \"http://127.0.0.1:{plain}/login\"\nextract = {{ cart = \"json:/cart\" }}\n\
             [[suite.load.steps]]\nlabel = \"cart\"\nurl = \"http://127.0.0.1:{plain}/cart/{cart}\"\nassert = {{ body = [\"two things\"] }}\n"
        )
    };
    project.write("neverslower.toml", suite("{{cart}}"));
    let run: Value = serde_json::from_str(&project.call(&["run", "--report", "run-json"]).expect(0).stdout).unwrap();
    assert_eq!((counts(&run), labels(&run, "latency")), ([Some(400), Some(400), Some(0)], vec!["cart", "login"]));
    project.write("neverslower.toml", suite("none"));
    project.call(&["run"]).expect(1).says("error rate is 100%");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let refused = |arguments: &[&str]| Project::new().call(&[&["load", "http://127.0.0.1:1/"], arguments].concat()).expect(2);
    refused(&["-p", "10"]).says("--http2");
    refused(&["--http2", "-p", "0"]).says("--streams: expected 1 to");
    refused(&["--http2", "--disable-keepalive"]).says("HTTP/2");
    refused(&["--http2", "-x", "127.0.0.1:2"]).says("expected `https://` where HTTP/2 goes through a proxy");
}
