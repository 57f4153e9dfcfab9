//! What vegeta's results have in common, however they are encoded. Layout: `vegeta encode` of vegeta 12.

use super::ReadError;
use super::failure::{class_of_code, class_of_transport};
use super::oddities::Oddities;
use crate::model::{Request, RunFacts, Sample, error_kind};
use crate::record::Sink;

/// One request as vegeta records it.
#[derive(Debug, Default)]
pub(super) struct Hit<'a> {
    pub(super) attack: &'a str,
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    /// 0: no answer.
    pub(super) code: &'a str,
    /// Actual send, ns since the epoch.
    pub(super) start_ns: Option<u64>,
    pub(super) latency_ns: u64,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    pub(super) error: &'a str,
}

const UNREADABLE: &str = "a result that cannot be read: not counted";
const CUT: &str = "the input ends within its last result, which is not counted";

/// Takes the results of one input to the sink.
pub(super) struct Hits<'s> {
    path: String,
    sink: &'s mut dyn Sink,
    oddities: Oddities,
    counted: u64,
    is_partial: bool,
    label: String,
}

impl<'s> Hits<'s> {
    pub(super) fn new(path: String, sink: &'s mut dyn Sink) -> Hits<'s> {
        Hits { path, sink, oddities: Oddities::default(), counted: 0, is_partial: false, label: String::new() }
    }

    pub(super) fn unreadable(&mut self, line: u64) {
        self.oddities.add(UNREADABLE, || line);
        self.is_partial = true;
    }

    pub(super) fn cut(&mut self, line: u64) {
        self.oddities.add(CUT, || line);
        self.is_partial = true;
    }

    pub(super) fn push(&mut self, hit: &Hit<'_>, line: u64) -> Result<(), ReadError> {
        self.label.clear();
        if hit.attack.is_empty() {
            self.label.extend([hit.method, " ", path_of(hit.url)]);
        } else {
            self.label.push_str(hit.attack);
        }
        let request = Request {
            label: &self.label,
            start_ns: hit.start_ns,
            latency_ns: hit.latency_ns,
            bytes_in: Some(hit.bytes_in),
            bytes_out: Some(hit.bytes_out),
            code: hit.code,
            error: class(hit.code, hit.error),
            error_detail: hit.error,
            method: hit.method,
            url: hit.url,
            ..Request::default()
        };
        self.counted += 1;
        self.sink.sample(&Sample::Request(&request)).map_err(|rejected| ReadError::rejected(&self.path, line, rejected))
    }

    pub(super) fn finish(self) -> Result<(), ReadError> {
        if self.counted == 0 {
            let found = if self.oddities.text().is_empty() { "none".to_string() } else { format!("none, but {}", self.oddities.text()) };
            return Err(ReadError::at(&self.path, 0, "results of an attack", found, "did the attack run?"));
        }
        self.sink.facts(RunFacts { partial: self.is_partial, ..RunFacts::default() });
        self.oddities.notes(&self.path).for_each(|note| self.sink.note(note));
        Ok(())
    }
}

/// The path without host, query and fragment: a route, as far as one can tell.
fn path_of(url: &str) -> &str {
    let behind_host = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"));
    behind_host.split(['?', '#']).next().unwrap_or_default()
}

/// vegeta's own rule: 200 to 399 is success, unless reading the answer failed.
fn class(code: &str, error: &str) -> Option<&'static str> {
    match code.as_bytes() {
        [b'2' | b'3', _, _] if error.is_empty() => None,
        [b'2' | b'3', _, _] => Some(error_kind::TRUNCATED_BODY),
        [b'0'] => Some(class_of_transport(error)),
        [b'4' | b'5', _, _] => Some(class_of_code(code)),
        _ => Some(error_kind::FAILED),
    }
}

#[cfg(test)]
mod tests {
    use super::{class, path_of};

    #[test]
    fn labels_and_classes() {
        let check = |url: &str, want: &str| assert_eq!(path_of(url), want, "{url}");
        check("http://127.0.0.1:8080/items/7?page=1#x", "/items/7");
        check("http://127.0.0.1:8080", "/");
        check("/plain?x", "/plain");
        let check = |code: &str, error: &str, want: Option<&str>| assert_eq!(class(code, error), want, "{code} {error}");
        check("200", "", None);
        check("304", "", None);
        check("404", "404 Not Found", Some("http-4xx"));
        check("503", "", Some("http-5xx"));
        check("0", "dial tcp: connection refused", Some("connect"));
        check("200", "unexpected EOF", Some("truncated-body"));
        check("101", "", Some("failed"));
    }
}
