//! Sessions against a shop that knows its users by a cookie.

use super::http2::{service, two};
use super::{Arrival, LoadWork, Report, Stop, Wire, read_head, run, serve, target, work};
use crate::model::{Assertions, Extract, Extraction, Scenario, StatusSet, Step};
use std::time::Duration;

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Logs users in by number; the cart is only for who is logged in, and only under its own address. Every `odd` user has none.
pub fn shop(odd: u64) -> impl Fn(&mut dyn Wire) + Clone + Send + 'static {
    move |stream| {
        while let Some(head) = read_head(stream) {
            let path = head.split(' ').nth(1).unwrap_or_default();
            let has = |text: &str| head.contains(text);
            let reply = if let Some(user) = path.strip_prefix("/login?user=") {
                assert!(!has("Cookie"), "a new user has an empty jar");
                answer("200 OK", &format!("Set-Cookie: user={user}; Path=/\r\nX-Cart: /cart {user}\r\n"), "{\"token\":\"t-1\"}")
            } else if let Some(user) = path.strip_prefix("/cart%20") {
                let is_known = has(&format!("Cookie: user={user}\r\n")) && has("Authorization: Bearer t-1\r\n");
                let is_odd = odd > 0 && user.parse::<u64>().is_ok_and(|user| user % odd == 1);
                if is_known && !is_odd { answer("200 OK", "", "total=<b>7</b>") } else { answer("403 Forbidden", "", "") }
            } else {
                answer(if path == "/pay/7" { "200 OK" } else { "404 Not Found" }, "", "")
            };
            if stream.write_all(&reply).is_err() {
                return;
            }
        }
    }
}

fn step(path: &str, extract: &[(&str, Extract)]) -> Step {
    let extract = extract.iter().map(|(variable, from)| Extraction { variable: variable.to_string(), from: from.clone() }).collect();
    Step { target: target("GET", path), extract, think_time: Duration::ZERO }
}

pub fn steps() -> Vec<Step> {
    let (token, cart) = (Extract::Json("/token".to_string()), Extract::Header("X-Cart".to_string()));
    let total = Extract::Regex("<b>(\\d+)</b>".to_string());
    let mut steps = vec![
        step("/login?user={{iteration}}", &[("token", token), ("cart", cart)]),
        step("{{cart}}", &[("total", total)]),
        step("/pay/{{total}}", &[]),
    ];
    steps[1].target.headers = vec![("Authorization".to_string(), "Bearer {{token}}".to_string())];
    for (step, label) in steps.iter_mut().zip(["login", "cart", "pay"]) {
        step.target.label = label.to_string();
    }
    steps
}

pub fn scenario(steps: Vec<Step>, arrival: Arrival, connections: u32, iterations: u64) -> LoadWork {
    let scenarios = vec![Scenario { name: String::new(), weight: 1, steps }];
    LoadWork { targets: Vec::new(), scenarios, ..work(arrival, connections, iterations) }
}

/// How often each step ended with each error.
fn counts(report: &Report) -> Vec<(&str, &str, usize)> {
    let mut counts: Vec<(&str, &str, usize)> = Vec::new();
    for row in &report.rows {
        let key = (row.label.as_str(), row.error.as_str());
        match counts.iter_mut().find(|(label, error, _)| (*label, *error) == key) {
            Some((.., count)) => *count += 1,
            None => counts.push((key.0, key.1, 1)),
        }
    }
    counts.sort_unstable();
    counts
}

/// How every request ended, and what became of the iterations: over HTTP/1.1, and over HTTP/2 with one stream a connection.
fn check(work: &LoadWork, behave: impl Fn(&mut dyn Wire) + Clone + Send + 'static, expected: &[(&str, &str, usize)], note: &str) {
    let reports = [run(work, serve(behave.clone())), run(&two(work.clone(), 1), service::serve(behave, None))];
    for report in &reports {
        told(report, expected, note);
    }
}

pub fn told(report: &Report, expected: &[(&str, &str, usize)], note: &str) {
    let details: Vec<&str> = report.rows.iter().map(|row| row.detail.as_str()).filter(|detail| !detail.is_empty()).collect();
    assert_eq!(counts(report), expected, "{details:?}");
    assert_eq!(report.notes, [format!("scenario: {note}")]);
}

#[test]
fn users_carry_cookies_and_values_from_step_to_step() {
    let all = |count| [("cart", "", count), ("login", "", count), ("pay", "", count)];
    let note = |count| {
        format!("{count} iterations planned, {count} completed, 0 failed, 0 unsent; 0 later requests of failed iterations not started")
    };
    check(&scenario(steps(), Arrival::Closed, 3, 20), shop(0), &all(20), &note(20));
    check(&scenario(steps(), Arrival::Constant(2000.0), 4, 40), shop(0), &all(40), &note(40));
    let mut thinking = steps();
    thinking[0].think_time = Duration::from_millis(5);
    check(&scenario(thinking, Arrival::Closed, 2, 6), shop(0), &all(6), &note(6));
}

#[test]
fn a_failed_step_ends_its_iteration() {
    // Users 1, 5, 9 … have no cart; nobody pays for them.
    let expected = [("cart", "", 15), ("cart", "http-4xx", 5), ("login", "", 20), ("pay", "", 15)];
    let note = "20 iterations planned, 15 completed, 5 failed, 0 unsent; 5 later requests of failed iterations not started";
    check(&scenario(steps(), Arrival::Closed, 3, 20), shop(4), &expected, note);
    let mut lost = steps();
    lost[0].extract[0].from = Extract::Json("/none".to_string());
    let note = "4 iterations planned, 0 completed, 4 failed, 0 unsent; 8 later requests of failed iterations not started";
    check(&scenario(lost, Arrival::Closed, 1, 4), shop(0), &[("login", "assertion", 4)], note);
}

#[test]
fn a_connection_may_close_between_two_steps() {
    let behave = shop(0);
    let once = move |stream: &mut dyn Wire| behave(&mut Once { stream, is_answered: false });
    let note = "5 iterations planned, 5 completed, 0 failed, 0 unsent; 0 later requests of failed iterations not started";
    let mut thinking = steps();
    thinking.iter_mut().for_each(|step| step.think_time = Duration::from_millis(20));
    // A pause before the next iteration too: a server that closes while a request is under way would be a reset.
    let work = LoadWork { think_time: Duration::from_millis(20), ..scenario(thinking, Arrival::Closed, 2, 5) };
    check(&work, once, &[("cart", "", 5), ("login", "", 5), ("pay", "", 5)], note);
}

#[test]
fn an_end_between_two_steps_is_told() {
    // Both users think longer than the run waits for them.
    let mut thinking = steps();
    thinking[0].think_time = Duration::from_secs(3600);
    let (stop, grace) = (Stop::After(Duration::from_millis(50)), Duration::from_millis(50));
    let work = LoadWork { stop, grace, ..scenario(thinking, Arrival::Closed, 2, 0) };
    let note = "2 iterations planned, 0 completed, 2 failed, 0 unsent; 4 later requests of failed iterations not started";
    check(&work, shop(0), &[("login", "", 2)], note);
}

#[test]
fn what_is_due_and_never_starts_is_an_iteration_of_one_request() {
    // The only connection is held by the first user; the others never get one.
    let mut thinking = steps();
    thinking[0].think_time = Duration::from_secs(3600);
    let work = LoadWork { grace: Duration::from_millis(50), ..scenario(thinking, Arrival::Constant(1000.0), 1, 5) };
    let note = "5 iterations planned, 0 completed, 1 failed, 4 unsent; 2 later requests of failed iterations not started";
    check(&work, shop(0), &[("login", "", 1), ("login", "unsent", 4)], note);
}

/// A shop whose login leads over another server (with a cookie of its own) to a page that greets who is logged in.
fn moving(other: u16) -> impl Fn(&mut dyn Wire) + Clone + Send + 'static {
    move |stream| {
        while let Some(head) = read_head(stream) {
            let moved = |headers: String| answer("302 Found", &headers, "");
            let cookie = head.lines().find_map(|line| line.strip_prefix("Cookie: ")).unwrap_or("none");
            let reply = match head.split(' ').nth(1).unwrap_or_default() {
                "/login" => moved("Set-Cookie: user=ann\r\nLocation: /twice\r\n".to_string()),
                "/twice" => moved(format!("Set-Cookie: seen={cookie}!\r\nLocation: http://127.0.0.1:{other}/\r\n")),
                _ => answer("200 OK", "", cookie),
            };
            if stream.write_all(&reply).is_err() {
                return;
            }
        }
    }
}

/// What the second step is greeted with, after the first one was led around.
fn check_greeting(own: Option<&str>, greeting: &str) {
    let home = std::sync::Arc::new(std::sync::OnceLock::new());
    let known = std::sync::Arc::clone(&home);
    let other = serve(move |stream| {
        while let Some(head) = read_head(stream) {
            assert!(!head.contains("Cookie"), "another server gets no cookie: {head}");
            let headers = format!("Set-Cookie: user=eve\r\nLocation: http://127.0.0.1:{}/back\r\n", known.get().expect("a port"));
            if stream.write_all(&answer("302 Found", &headers, "")).is_err() {
                return;
            }
        }
    });
    let port = serve(moving(other));
    home.set(port).expect("once");
    let body = |step: &mut Step, text: &str| step.target.assertions.body = vec![text.to_string()];
    let mut steps = vec![step("/login", &[]), step("/page", &[])];
    body(&mut steps[0], greeting);
    body(&mut steps[1], greeting);
    let headers: Vec<_> = own.into_iter().map(|own| ("Cookie".to_string(), own.to_string())).collect();
    steps.iter_mut().for_each(|step| step.target.headers.clone_from(&headers));
    let mut work = scenario(steps, Arrival::Closed, 1, 3);
    work.transport.redirects = 3;
    let report = run(&work, port);
    let details: Vec<&str> = report.rows.iter().map(|row| row.detail.as_str()).collect();
    assert_eq!(counts(&report), [("GET /login", "", 3), ("GET /page", "", 3)], "{details:?}");
    assert_eq!(report.transport.redirects, 9);
}

#[test]
fn cookies_go_along_with_redirects_and_stay_at_home() {
    check_greeting(None, "seen=user=ann!; user=ann");
}

#[test]
fn a_status_that_is_expected_is_no_error_of_a_step() {
    let mut steps = vec![step("/nothing", &[]), step("/login?user=1", &[])];
    steps[0].target.assertions =
        Assertions { status: Some(StatusSet { text: "404".to_string(), ranges: vec![404..=404] }), ..Assertions::default() };
    let note = "3 iterations planned, 3 completed, 0 failed, 0 unsent; 0 later requests of failed iterations not started";
    check(&scenario(steps, Arrival::Closed, 1, 3), shop(0), &[("GET /login?user=1", "", 3), ("GET /nothing", "", 3)], note);
}

#[test]
fn scenarios_come_as_often_as_their_weights_say() {
    let named = |name: &str, weight, steps| Scenario { name: name.to_string(), weight, steps };
    let look = vec![step("/pay/7", &[])];
    let mut fail = vec![step("/none", &[]), step("/pay/7", &[])];
    fail[0].target.label = "none".to_string();
    let scenarios = vec![named("look", 3, look), named("fail", 1, fail)];
    for arrival in [Arrival::Closed, Arrival::Constant(2000.0)] {
        let work = LoadWork { scenarios: scenarios.clone(), ..scenario(Vec::new(), arrival, 2, 40) };
        let report = run(&work, serve(shop(0)));
        assert_eq!(counts(&report), [("GET /pay/7", "", 30), ("none", "http-4xx", 10)]);
        let note = |name: &str, planned, completed, failed, lost| {
            format!(
                "scenario {name}: {planned} iterations planned, {completed} completed, {failed} failed, 0 unsent; {lost} later requests \
                     of failed iterations not started"
            )
        };
        assert_eq!(report.notes, [note("look", 30, 30, 0, 0), note("fail", 10, 0, 10, 10)]);
    }
}

/// A connection that ends after one answer.
struct Once<'a> {
    stream: &'a mut dyn Wire,
    is_answered: bool,
}

impl std::io::Read for Once<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.is_answered { Ok(0) } else { self.stream.read(buffer) }
    }
}

impl std::io::Write for Once<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.is_answered = true;
        self.stream.write_all(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}
