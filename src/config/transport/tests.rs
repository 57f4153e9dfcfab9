use super::{parse_connect_to, parse_proxy, parse_resolve};
use crate::config::file::File;
use crate::config::load::default_load;
use crate::config::plan::Tables;
use crate::judge::expression::check_parsed as check;
use crate::model::{Auth, Family, Http, Origin, Transport, Work};

/// The transport of a load with these keys.
fn read(keys: &str) -> Result<Transport, String> {
    let text = format!("[[suite]]\nname = 'a'\n[suite.load]\ntargets = ['https://x/']\n{keys}");
    let file = File::parse("n.toml", &text, &Tables::default()).map_err(|error| error.to_string())?;
    match file.suites.into_iter().next().and_then(|suite| suite.work) {
        Some(Work::Load { load, .. }) => Ok(load.transport),
        other => panic!("{other:?}"),
    }
}

fn refuses(keys: &str, expected: &str) {
    let error = read(keys).expect_err(keys);
    assert!(error.contains(expected), "{error}");
}

#[test]
fn detours_are_written_as_curl_and_oha_do() {
    let shown = |host: &str, port: &str, to_host: &str, to_port: &str| {
        format!("ConnectTo {{ host: {host}, port: {port}, to_host: {to_host}, to_port: {to_port} }}")
    };
    check(parse_connect_to("a:80:b:8080"), &shown("Some(\"a\")", "Some(80)", "Some(\"b\")", "Some(8080)"));
    check(parse_connect_to("::b:"), &shown("None", "None", "Some(\"b\")", "None"));
    check(parse_connect_to("[::1]:80:[::2]:81"), &shown("Some(\"::1\")", "Some(80)", "Some(\"::2\")", "Some(81)"));
    let expected = "HOST:PORT:HOST2:PORT2 (empty parts match all, or stay)";
    for wrong in ["", "a:80", "a:80::", "a:80:b:0", "a:80:b:c", "a:1:b:2:c"] {
        check(parse_connect_to(wrong), &format!("column 1: expected {expected}, found `{wrong}`"));
    }
}

#[test]
fn addresses_are_written_as_curl_does() {
    check(parse_resolve("a:80:127.0.0.1,[::1]"), "Resolve { host: Some(\"a\"), port: 80, addresses: [127.0.0.1, ::1] }");
    check(parse_resolve("*:443:::1"), "Resolve { host: None, port: 443, addresses: [::1] }");
    check(parse_resolve("[::1]:80:127.0.0.1"), "Resolve { host: Some(\"::1\"), port: 80, addresses: [127.0.0.1] }");
    for wrong in ["", "a", "a:80", "a:80:", "a:80:b", ":80:127.0.0.1", "a:0:127.0.0.1"] {
        assert!(parse_resolve(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_proxy_is_spoken_to_by_http() {
    let shown = |authority: &str, credentials: &str| format!("Proxy {{ authority: {authority:?}, credentials: {credentials} }}");
    check(parse_proxy("http://p:3128/"), &shown("p:3128", "None"));
    check(parse_proxy("[::1]:3128"), &shown("[::1]:3128", "None"));
    check(parse_proxy("http://me:s3c@ret@p:1"), &shown("p:1", "Some(***)"));
    for wrong in ["socks5://p:1", "https://p:1", "http://", "p:x", "p:1/path", ""] {
        check(
            parse_proxy(wrong),
            &format!("column 1: expected an HTTP proxy such as `http://127.0.0.1:3128`, found {}", {
                if wrong.is_empty() { "``".to_string() } else { format!("`{wrong}`") }
            }),
        );
    }
}

#[test]
fn every_key_arrives() {
    let transport = read("addresses = 'ipv6'\nlocal_address = '::1'\nredirects = 3\nkeep_alive = false\ncompressed = true").unwrap();
    assert_eq!((transport.family, transport.local_address, transport.redirects), (Family::Ipv6, "::1".parse().ok(), 3));
    assert!(transport.connection_per_request && transport.compressed);
    let tls = read("tls = { ca = 'a', cert = 'b', key = 'c', server_name = 'd', resumption = true }").unwrap().tls;
    assert_eq!(tls.ca.map(|file| file.from), Some(Origin::File("a".into())));
    assert_eq!((tls.server_name.as_deref(), tls.insecure, tls.resumption), (Some("d"), false, true));
    let auth = |keys: &str| read(&format!("auth = {{ {keys} }}")).unwrap().auth.unwrap();
    assert!(matches!(auth("basic_env = 'A'"), Auth::Basic(material) if material.from == Origin::Environment("A".into())));
    assert!(matches!(auth("bearer_file = 'b'"), Auth::Bearer(material) if material.from == Origin::File("b".into())));
}

#[test]
fn http_2_has_streams() {
    assert_eq!(
        read("http = '2'\nstreams = 7\nredirects = 3").map(|transport| (transport.http, transport.redirects)),
        Ok((Http::Two { streams: 7 }, 3))
    );
    refuses("http = '1.1'\nstreams = 7", "expected `http = \"2\"` beside `streams`");
    refuses("http = '2'\nkeep_alive = false", "expected HTTP/2, or connections that are not kept, found both");
}

#[test]
fn plain_http_2_goes_through_no_proxy() {
    let mut load = crate::model::LoadWork { transport: read("http = '2'\nproxy = 'p:1'").expect("keys"), ..default_load(Vec::new()) };
    let mut check = |url: &str, version: Http, expected: Option<&str>| {
        load.targets = vec![crate::config::value::new_target("GET".to_string(), url.to_string())];
        load.transport.http = version;
        assert_eq!(super::check(&load).map_err(|error| error.to_string()).err().map(|error| error.replace('\n', " ")).as_deref(), expected);
    };
    let refused = "proxy: expected `https://` where HTTP/2 goes through a proxy, found `http://x/`; a proxy forwards `http://` in HTTP/1; \
                   leave out the proxy, or HTTP/2";
    check("http://x/", Http::Two { streams: 1 }, Some(refused));
    check("http://x/", Http::One, None);
    check("HTTPS://x/", Http::Two { streams: 1 }, None);
}

#[test]
fn contradictions_are_refused() {
    refuses("unix_socket = 'x'\nproxy = 'p:1'", "expected a unix socket, or settings of TCP");
    refuses("unix_socket = 'x'\naddresses = 'ipv4'", "expected a unix socket, or settings of TCP");
    refuses("proxy = 'p:1'\nconnect_to = ['::b:']", "expected a proxy or connect-to, found both");
    refuses("tls = { key = 'x' }", "expected `cert` with its `key`, found only `key`");
    refuses("tls = { ca = 'x', insecure = true }", "expected `ca` or `insecure = true`, found both");
    refuses("auth = { basic_env = 'A', bearer_env = 'B' }", "found `basic_env` and `bearer_env`");
    refuses("auth = { }", "found none");
    refuses("redirects = 101", "a whole number from 0 to 100");
    refuses("local_address = 'eth0'", "expected an IP address of this machine, found `eth0`");
    refuses("proxy = 'http://me:s3cret@p:1'", "expected a proxy without user and password (type them: --proxy), found some (not shown)");
}
