//! TLS: who is trusted, what a handshake costs and how it fails.

use super::{Arrival, HELLO, LoadWork, Report, Wire, read_request, run, serve_tcp, work};
use crate::model::{Material, Origin, Secret};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// An authority, a server and a client that it knows; PEM.
struct Pki {
    ca: String,
    server: (String, String),
    client: (String, String),
}

fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(|| {
        let mut params = CertificateParams::new(Vec::new()).expect("names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        let issue = |names: &[&str]| {
            let key = KeyPair::generate().expect("a key");
            let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
            let cert = CertificateParams::new(names).expect("names").signed_by(&key, &ca).expect("a certificate");
            (cert.pem(), key.serialize_pem())
        };
        Pki { server: issue(&["127.0.0.1", "shop.test"]), client: issue(&["client.test"]), ca: ca.pem() }
    })
}

pub fn material(pem: &str) -> Material {
    Material { from: Origin::File("x.pem".into()), content: Secret(pem.as_bytes().to_vec()) }
}

/// The same work over TLS, with the authority of the tests trusted.
pub fn secured(mut work: LoadWork) -> LoadWork {
    for target in &mut work.targets {
        target.url = target.url.replace("http://", "https://");
    }
    work.transport.tls.ca = Some(material(&pki().ca));
    work
}

fn server_config(wants_client: bool) -> Arc<ServerConfig> {
    let builder =
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().expect("TLS");
    let builder = if wants_client {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pki().ca.as_bytes()).expect("PEM")).expect("an authority");
        let provider = Arc::new(ring::default_provider());
        builder
            .with_client_cert_verifier(WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("a verifier"))
    } else {
        builder.with_no_client_auth()
    };
    let chain = vec![CertificateDer::from_pem_slice(pki().server.0.as_bytes()).expect("PEM")];
    let key = PrivateKeyDer::from_pem_slice(pki().server.1.as_bytes()).expect("PEM");
    let mut config = builder.with_single_cert(chain, key).expect("a server");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

/// How the TLS server leaves.
#[derive(Clone, Copy)]
enum Leaves {
    /// By the end that TLS has.
    Saying,
    Silently,
}

fn serve_with(config: Arc<ServerConfig>, leaves: Leaves, behave: impl Fn(&mut dyn Wire) + Clone + Send + 'static) -> u16 {
    serve_tcp(move |socket| {
        let session = ServerConnection::new(Arc::clone(&config)).expect("a session");
        let mut stream: StreamOwned<ServerConnection, TcpStream> = StreamOwned::new(session, socket);
        behave(&mut stream);
        if matches!(leaves, Leaves::Saying) {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    })
}

/// The same that agrees to these protocols.
pub fn serve_alpn(protocols: &[&str], behave: impl Fn(&mut dyn Wire) + Clone + Send + 'static) -> u16 {
    let mut config = ServerConfig::clone(&server_config(false));
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    serve_with(Arc::new(config), Leaves::Saying, behave)
}

/// A TLS server that the authority of the tests vouches for.
pub fn serve(behave: impl Fn(&mut dyn Wire) + Clone + Send + 'static) -> u16 {
    serve_with(server_config(false), Leaves::Saying, behave)
}

fn hello(stream: &mut dyn Wire) {
    while read_request(stream) && stream.write_all(HELLO).is_ok() {}
}

/// Ten requests over two connections of a server that says hello, and the class that all of them end in.
fn check(port: u16, change: impl Fn(&mut LoadWork), error: &str, detail: &str) -> Report {
    let mut work = secured(work(Arrival::Closed, 2, 10));
    work.connect_timeout = Duration::from_secs(20);
    change(&mut work);
    let report = run(&work, port);
    assert_eq!(report.errors(), [(error, 10)].into(), "{:?}", report.rows[0]);
    assert!(report.rows.iter().all(|row| row.detail.contains(detail)), "{:?}", report.rows[0]);
    report
}

#[test]
fn a_known_server_is_trusted_and_the_handshake_is_a_phase() {
    let report = check(serve(hello), |_| {}, "", "");
    let tls = report.transport.tls.expect("TLS");
    assert_eq!((tls.version.as_str(), tls.verified, tls.resumption, tls.resumed), ("TLSv1.3", true, false, 0));
    assert!(tls.cipher.starts_with("TLS13_"), "{}", tls.cipher);
    assert_eq!((report.transport.protocol.as_str(), report.transport.connects), ("http/1.1", 2));
    // Told by the first request of each connection.
    let handshakes: Vec<_> = report.rows.iter().filter(|row| row.tls_ns.is_some()).collect();
    assert!(handshakes.len() == 2 && handshakes.iter().all(|row| row.tls_ns > Some(0) && row.connect_ns.is_some()));
    assert!(report.notes.is_empty() && report.rows.iter().all(|row| row.bytes_in == Some(HELLO.len() as u64)));
}

#[test]
fn an_unknown_server_is_refused_unless_nothing_is_verified() {
    let public = |work: &mut LoadWork| work.transport.tls.ca = None;
    let report = check(serve(hello), public, "tls", "--cacert");
    assert_eq!((report.load.completed, report.load.failed), (0, 10));
    let insecure = |work: &mut LoadWork| (work.transport.tls.ca, work.transport.tls.insecure) = (None, true);
    let report = check(serve(hello), insecure, "", "");
    assert!(report.notes.len() == 1 && report.notes[0].contains("NOT verified"));
    assert!(!report.transport.tls.expect("TLS").verified);
}

#[test]
fn the_name_is_verified() {
    let to = |host: &'static str| {
        move |work: &mut LoadWork| {
            work.targets[0].url = format!("https://{host}:{{port}}/");
            work.transport.connect_to = vec![crate::model::ConnectTo {
                host: Some(host.to_string()),
                port: None,
                to_host: Some("127.0.0.1".to_string()),
                to_port: None,
            }];
        }
    };
    check(serve(hello), to("shop.test"), "", "");
    check(serve(hello), to("other.test"), "tls", "--sni");
    let renamed = |work: &mut LoadWork| {
        to("other.test")(work);
        work.transport.tls.server_name = Some("shop.test".to_string());
    };
    check(serve(hello), renamed, "", "");
}

#[test]
fn a_client_shows_its_certificate() {
    let port = || serve_with(server_config(true), Leaves::Saying, hello);
    check(port(), |_| {}, "tls", "ertificate");
    let pki = pki();
    let apart = |work: &mut LoadWork| {
        (work.transport.tls.cert, work.transport.tls.key) = (Some(material(&pki.client.0)), Some(material(&pki.client.1)));
    };
    check(port(), apart, "", "");
    let together = |work: &mut LoadWork| work.transport.tls.cert = Some(material(&format!("{}{}", pki.client.0, pki.client.1)));
    check(port(), together, "", "");
}

#[test]
fn what_is_no_tls_is_a_failed_handshake() {
    let plain = serve_tcp(|mut stream| {
        let _ = stream.read(&mut [0; 1000]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    check(plain, |_| {}, "tls", "does the server speak TLS there?");
    let greets = serve_tcp(|mut stream| stream.write_all(b"220 smtp.example ready\r\n").expect("a write"));
    check(greets, |_| {}, "tls", "does the server speak TLS there?");
    check(serve_tcp(drop), |_| {}, "tls", "");
    let silent = serve_tcp(|mut stream| while stream.read(&mut [0; 1000]).is_ok_and(|got| got > 0) {});
    let report = check(silent, |work| work.connect_timeout = Duration::from_millis(30), "timeout-connect", "no TLS handshake");
    assert!(report.rows.iter().all(|row| row.latency_ns >= 30_000_000 && row.code.is_empty()));
}

#[test]
fn sessions_are_resumed_only_where_that_is_asked_for() {
    for (resumption, least) in [(false, 0), (true, 1)] {
        let each = |work: &mut LoadWork| {
            work.transport.connection_per_request = true;
            work.transport.tls.resumption = resumption;
        };
        let report = check(serve(hello), each, "", "");
        let tls = report.transport.tls.expect("TLS");
        assert!(tls.resumption == resumption && tls.resumed >= least && (resumption || tls.resumed == 0), "{tls:?}");
        assert_eq!(report.transport.connects, 10);
        assert!(report.rows.iter().all(|row| row.tls_ns.is_some()));
    }
}

#[test]
fn a_body_that_only_the_close_ends_needs_the_end_of_tls() {
    let once = |stream: &mut dyn Wire| {
        let _ = read_request(stream) && stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nHello").is_ok();
    };
    check(serve(once), |_| {}, "", "");
    check(serve_with(server_config(false), Leaves::Silently, once), |_| {}, "truncated-body", "TLS requires");
    // Whose length is known needs no end.
    let known = |stream: &mut dyn Wire| {
        let _ = read_request(stream) && stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").is_ok();
    };
    let report = run(&secured(work(Arrival::Closed, 1, 1)), serve_with(server_config(false), Leaves::Silently, known));
    assert_eq!(report.errors(), [("", 1)].into());
}

#[test]
fn an_open_loop_goes_over_tls_too() {
    let report = run(&secured(work(Arrival::Constant(1000.0), 4, 100)), serve(hello));
    assert_eq!(report.errors(), [("", 100)].into());
}
