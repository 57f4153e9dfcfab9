//! The plan of a load test from the command line.

use super::{plan, refuses};
use crate::model::{Arrival, LoadWork, Stop, Work};
use std::time::Duration;

fn load(line: &str) -> LoadWork {
    let mut plan = plan("nonsense", &format!("neverslower|load|{line}"), &[]);
    assert_eq!((plan.suites[0].environment.as_deref(), plan.is_selection), (Some("default"), true));
    match plan.suites.remove(0).work.work {
        Work::Load { server: None, load } => load,
        other => panic!("{other:?}"),
    }
}

#[test]
fn load_alone_is_closed_with_fifty_connections_for_ten_seconds() {
    let load = load("http://h/a?b=1");
    assert_eq!((load.arrival, load.connections, load.stop), (Arrival::Closed, 50, Stop::After(Duration::from_secs(10))));
    assert_eq!((load.targets[0].label.as_str(), load.targets[0].url.as_str()), ("GET /a", "http://h/a?b=1"));
    assert_eq!(
        (load.timeout, load.grace, load.connect_timeout),
        (Duration::from_secs(10), Duration::from_secs(10), Duration::from_secs(5))
    );
    assert_eq!((load.warm_up, load.max_lag), (Duration::ZERO, Duration::from_millis(10)));
}

#[test]
fn load_takes_the_flags_of_its_kind() {
    assert_eq!(load("http://h/|-t|0.5").timeout, Duration::from_millis(500));
    let load = load("http://h/|-n|7|-c|3|-q|30/min|-H|A: b|-d|x|-t|5|--warm-up|1s");
    assert_eq!((load.arrival, load.connections, load.stop), (Arrival::Constant(0.5), 3, Stop::Requests(7)));
    assert_eq!((load.timeout, load.warm_up), (Duration::from_secs(5), Duration::from_secs(1)));
    let target = &load.targets[0];
    assert_eq!((target.method.as_str(), target.body.as_slice()), ("POST", b"x".as_slice()));
    assert_eq!(target.headers, [("A".to_string(), "b".to_string())]);
}

#[test]
fn load_takes_the_flags_of_connections() {
    let load =
        load("https://h/|-a|me:s3cret|-A|a/b|-U|me|--host|x|-r|3|--disable-keepalive|--compressed|-4|-k|--sni|y|--connect-timeout|2");
    assert_eq!(load.targets[0].headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Accept", "User-Agent", "Host"]);
    assert_eq!((load.transport.redirects, load.connect_timeout), (3, Duration::from_secs(2)));
    assert!(load.transport.connection_per_request && load.transport.compressed && load.transport.tls.insecure);
    assert!(!format!("{load:?}").contains("s3cret"));
}

#[test]
fn load_refuses_what_cannot_be_meant() {
    let check = |line: &str, expected: &str| refuses("", &format!("neverslower|load|{line}"), &[], expected);
    check("ftp://h/", "load: expected a URL such as `http://127.0.0.1:8080/`, found `ftp://h/`\n | ftp://h/\n | ^^^^^^^^");
    check("http://h/|-z|10", "--duration: expected a unit: ns, us, ms, s, m or h, found the end\n | 10\n |   ^");
    check("http://h/|-c|0", "--connections: expected a whole number from 1 to 65535, found `0`");
    check("http://h/|-n|0", "--requests: expected a whole number from 1 to 1000000000000, found `0`");
    check("http://h:{port}/", "load: expected a port, found `{port}`, which only a `server` of the configuration gets");
    check("http://h/|-a|s3cret", "--user: expected user:password, found something else (not shown)");
    check("http://h/|-A|x|-H|accept: y", "--accept: expected one `Accept` header, found another one by --header");
    check("http://h/|-D|none", "--data-file: expected a readable file, found none: no such file");
    check("http://h/|-m|get", "--method: expected a method in capitals such as `GET`, found `get`\n | get\n | ^^^");
}
