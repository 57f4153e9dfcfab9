use super::{Row, push_number};
use crate::model::{Outcome, Request, Sample};
use crate::output::Report;
use crate::report::fixtures::written;
use crate::report::{Entry, Needs, Style, by_name};
use proptest::prelude::{any, proptest};

/// A request of 20 ms that started at 1 s, changed, and one field of its row.
#[track_caller]
fn check<T: PartialEq + std::fmt::Debug>(change: impl Fn(&mut Request<'_>), field: impl Fn(&Row<'_>) -> T, expected: T) {
    let mut request = Request { label: "GET /", start_ns: Some(1_000_000_000), latency_ns: 20_000_000, code: "200", ..Request::default() };
    change(&mut request);
    assert_eq!(field(&Row::of(&request, 1).unwrap()), expected);
}

#[test]
fn times_are_whole_milliseconds_from_the_intended_start() {
    check(|r| r.start_ns = Some(1_699_999_999_999_999_999), |row| row.start_ms, 1_699_999_999_999);
    check(|r| r.latency_ns = 499_999, |row| row.elapsed_ms, 0);
    check(|r| r.latency_ns = 500_000, |row| row.elapsed_ms, 1);
    check(|r| r.first_byte_ns = Some(7_000_000), |row| row.first_byte_ms.unwrap(), 7);
    check(|r| (r.service_time_ns, r.first_byte_ns) = (Some(15_000_000), Some(10_000_000)), |row| row.first_byte_ms.unwrap(), 15);
    check(|r| r.first_byte_ns = Some(u64::MAX), |row| row.first_byte_ms.unwrap(), 20);
    check(|r| r.connect_ns = Some(3_000_000), |row| row.connect_ms.unwrap(), 3);
}

#[test]
fn a_request_without_an_answer_has_code_000_and_a_class() {
    for (error, class) in
        [("timeout-connect", "timeout"), ("dns", "connect"), ("tls", "tls"), ("read-reset", "reset"), ("unsent", "unsent")]
    {
        for code in ["", "0", "000"] {
            check(
                |r| (r.code, r.message, r.error) = (code, "text", Some(error)),
                |row| (row.code.to_string(), row.message.to_string(), row.is_ok),
                ("000".to_string(), class.to_string(), false),
            );
        }
    }
    check(|r| (r.code, r.error) = ("503", Some("http-5xx")), |row| row.code.to_string(), "503".to_string());
    check(|r| r.error = Some("assertion"), |row| row.failure.to_string(), "assertion".to_string());
    check(|r| (r.error, r.error_detail) = (Some("tls"), "expired"), |row| row.failure.to_string(), "expired".to_string());
}

#[test]
fn no_row_looks_like_a_transaction_controller() {
    let message = "Number of samples in transaction : 2";
    check(|r| r.message = message, |row| row.message.to_string(), format!("transaction: {message}"));
}

fn reports() -> impl Iterator<Item = &'static Entry> {
    ["jtl", "jtl-xml"].into_iter().map(|name| by_name(name).unwrap())
}

#[test]
fn what_a_jtl_cannot_hold_is_named() {
    let outcome = Outcome::of(Vec::new());
    let report = Report { outcome: &outcome, runs: &[] };
    let unit = crate::model::Unit::Ns;
    let value =
        crate::model::Value { label: "sort", metric: "time", unit: &unit, better: crate::model::Better::Lower, value: 1.0, failed: false };
    let request = Request { label: "GET /", ..Request::default() };
    for entry in reports() {
        assert_eq!(entry.needs, Needs::Samples);
        let error = |samples: &[Sample<'_>]| written(entry, &Style::default(), samples, &report).unwrap_err().0;
        assert_eq!(error(&[]), "a JTL holds requests; this input holds no single requests; use --to csv or json");
        assert_eq!(error(&[Sample::Value(&value)]), "a JTL holds requests; this input holds benchmark values; use --to csv or json");
        assert_eq!(error(&[Sample::Request(&request)]), "a JTL needs timestamps, \"GET /\" has none; use --to csv or json");
        let timed = Request { start_ns: Some(1), ..request.clone() };
        written(entry, &Style::default(), &[Sample::Value(&value), Sample::Request(&timed)], &report).unwrap();
    }
}

#[test]
fn rows_beyond_one_buffer_come_out_whole() {
    let outcome = Outcome::of(Vec::new());
    let report = Report { outcome: &outcome, runs: &[] };
    let request = Request { label: "GET /", start_ns: Some(1), ..Request::default() };
    let samples = vec![Sample::Request(&request); 100_000];
    for entry in reports() {
        let text = written(entry, &Style::default(), &samples, &report).unwrap();
        assert_eq!(text.lines().filter(|line| line.contains("GET /")).count(), samples.len(), "{}", entry.name);
    }
}

proptest! {
    #[test]
    fn a_number_is_written_as_the_formatter_would(number in any::<u64>()) {
        let mut out = Vec::new();
        push_number(&mut out, number);
        assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
    }
}
