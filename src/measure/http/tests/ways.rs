//! Ways to the server: proxies, sockets, detours, addresses, and what requests carry on them.

use super::{Arrival, HELLO, LoadWork, Report, Wire, read_head, refusing_port, run, serve, serve_bytes, serve_tcp, tls, work};
use crate::model::{Auth, ConnectTo, Proxy, Resolve, Secret};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

/// Heads of the requests that a server got.
pub type Seen = Arc<Mutex<Vec<String>>>;

/// A server that remembers what it was asked.
fn remembering() -> (Seen, impl Fn(&mut dyn Wire) + Clone + Send + 'static) {
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    let behave = move |stream: &mut dyn Wire| {
        while let Some(head) = read_head(stream) {
            kept.lock().expect("a lock").push(head);
            if stream.write_all(HELLO).is_err() {
                return;
            }
        }
    };
    (seen, behave)
}

/// Six requests over two connections, and the class that all of them end in.
fn check(port: u16, work: LoadWork, error: &str) -> Report {
    let report = run(&work, port);
    assert_eq!(report.errors(), [(error, 6)].into(), "{:?}", report.rows[0]);
    report
}

fn six(change: impl FnOnce(&mut LoadWork)) -> LoadWork {
    let mut work = work(Arrival::Closed, 2, 6);
    change(&mut work);
    work
}

pub fn proxy(port: u16, credentials: Option<&str>) -> Option<Proxy> {
    Some(Proxy { authority: format!("127.0.0.1:{port}"), credentials: credentials.map(|text| Secret(text.as_bytes().to_vec())) })
}

#[test]
fn a_proxy_gets_absolute_urls() {
    let (seen, behave) = remembering();
    let proxy_port = serve(behave);
    let (nobody, _held) = refusing_port();
    let report = check(nobody, six(|work| work.transport.proxy = proxy(proxy_port, Some("me:s3cret"))), "");
    assert_eq!(report.transport.addresses, [format!("127.0.0.1:{proxy_port}")]);
    let heads = seen.lock().expect("a lock");
    assert!(heads[0].starts_with(&format!("GET http://127.0.0.1:{nobody}/ HTTP/1.1\r\nHost: 127.0.0.1:{nobody}\r\n")), "{}", heads[0]);
    assert!(heads.iter().all(|head| head.contains("Proxy-Authorization: Basic bWU6czNjcmV0\r\n")));
}

/// A proxy that opens tunnels to one port, whatever it is asked for.
pub fn tunnels(to: u16) -> (Seen, u16) {
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    let port = serve_tcp(move |mut client| {
        let Some(head) = read_head(&mut client) else { return };
        kept.lock().expect("a lock").push(head);
        let server = TcpStream::connect(("127.0.0.1", to)).expect("a server");
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").expect("a write");
        let (mut from_server, mut to_client) = (server.try_clone().expect("a clone"), client.try_clone().expect("a clone"));
        std::thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
        let _ = std::io::copy(&mut client, &mut &server);
    });
    (seen, port)
}

#[test]
fn tls_goes_through_a_tunnel() {
    let (seen, behave) = remembering();
    let server = tls::serve(behave);
    let (asked, proxy_port) = tunnels(server);
    let report = check(server, tls::secured(six(|work| work.transport.proxy = proxy(proxy_port, None))), "");
    assert_eq!(report.transport.connects, 2);
    assert!(asked.lock().expect("a lock").iter().all(|head| head.starts_with(&format!("CONNECT 127.0.0.1:{server} HTTP/1.1\r\n"))));
    let heads = seen.lock().expect("a lock");
    assert!(heads.len() == 6 && heads.iter().all(|head| head.starts_with("GET / HTTP/1.1\r\n") && !head.contains("Proxy-")));
}

#[test]
fn a_proxy_that_opens_no_tunnel_is_no_connection() {
    let with = |port: u16| tls::secured(six(|work| work.transport.proxy = proxy(port, None)));
    let refuses = serve_bytes(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    let report = check(1, with(refuses), "connect");
    assert!(report.rows.iter().all(|row| row.detail.contains("407 Proxy Authentication Required") && row.code.is_empty()));
    check(1, with(serve(|stream| drop(read_head(stream)))), "connect");
    check(1, with(serve_bytes(b"220 smtp.example ready\r\n")), "protocol");
    check(1, with(serve_bytes(b"HTTP/1.1 200 OK\r\n\r\nand more")), "protocol");
    let silent = serve_tcp(|mut stream| while stream.read(&mut [0; 1000]).is_ok_and(|got| got > 0) {});
    let work = LoadWork { connect_timeout: std::time::Duration::from_millis(30), ..with(silent) };
    assert!(check(1, work, "timeout-connect").rows.iter().all(|row| row.detail.contains("no tunnel through the proxy")));
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_a_way_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("s.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || while read_head(&mut stream).is_some() && stream.write_all(HELLO).is_ok() {});
        }
    });
    let report = check(1, six(|work| work.transport.unix_socket = Some(path.clone())), "");
    assert_eq!((report.transport.addresses, report.transport.connects), (vec![format!("unix:{}", path.display())], 2));
    check(1, six(|work| work.transport.unix_socket = Some(directory.path().join("none"))), "connect");
}

#[test]
fn a_detour_keeps_the_host_header() {
    let (seen, behave) = remembering();
    let port = serve(behave);
    let detour = ConnectTo { host: Some("shop.test".into()), port: Some(80), to_host: Some("127.0.0.1".into()), to_port: Some(port) };
    let work = six(|work| {
        work.targets[0].url = "http://shop.test/".to_string();
        work.transport.connect_to = vec![detour];
    });
    assert_eq!(check(port, work, "").transport.addresses, [format!("127.0.0.1:{port}")]);
    assert!(seen.lock().expect("a lock").iter().all(|head| head.contains("\r\nHost: shop.test\r\n")));
}

#[test]
fn connections_are_spread_over_all_addresses_and_pass_over_dead_ones() {
    let port = serve_bytes(HELLO);
    let resolve = |addresses: &[&str]| {
        let addresses = addresses.iter().map(|one| one.parse().expect("an address")).collect();
        six(|work| {
            work.targets[0].url = "http://shop.test:{port}/".to_string();
            work.transport.resolve = vec![Resolve { host: Some("shop.test".into()), port, addresses }];
        })
    };
    // Nobody listens at the second one.
    let report = check(port, resolve(&["127.0.0.1", "127.0.0.9"]), "");
    assert_eq!(report.transport.addresses, [format!("127.0.0.1:{port}"), format!("127.0.0.9:{port}")]);
    check(port, resolve(&["127.0.0.9"]), "connect");
}

#[cfg(target_os = "linux")]
#[test]
fn connections_come_from_the_local_address() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let port = serve_tcp(move |mut stream| {
        kept.lock().expect("a lock").push(stream.peer_addr().expect("a peer").ip().to_string());
        while read_head(&mut stream).is_some() && stream.write_all(HELLO).is_ok() {}
    });
    check(port, six(|work| work.transport.local_address = "127.0.0.7".parse().ok()), "");
    assert_eq!(*seen.lock().expect("a lock"), ["127.0.0.7", "127.0.0.7"]);
    check(port, six(|work| work.transport.local_address = "192.0.2.1".parse().ok()), "connect");
}

#[test]
fn a_connection_per_request_is_closed_after_it() {
    let (seen, behave) = remembering();
    let report = check(serve(behave), six(|work| work.transport.connection_per_request = true), "");
    assert_eq!((report.transport.connects, report.load.reconnects), (6, 4));
    assert!(report.rows.iter().all(|row| row.connect_ns.is_some()));
    // This server keeps its end open, whatever it is told.
    assert!(seen.lock().expect("a lock").iter().all(|head| head.contains("\r\nConnection: close\r\n")));
}

#[test]
fn requests_carry_what_they_were_given() {
    let (seen, behave) = remembering();
    let work = six(|work| {
        work.transport.compressed = true;
        work.transport.auth = Some(Auth::Bearer(tls::material("t0ken")));
    });
    check(serve(behave), work, "");
    let heads = seen.lock().expect("a lock");
    assert!(heads.iter().all(|head| head.contains("\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer t0ken\r\n")), "{}", heads[0]);
}
