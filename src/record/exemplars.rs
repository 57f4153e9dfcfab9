//! The requests that are kept whole: the slowest, the first failed ones, and the first of each class of failures.

use crate::limits::{ERROR_KINDS_MAX, EXEMPLARS_MAX};
use crate::model::{Exemplar, Request};

#[derive(Debug, Default)]
pub(super) struct Exemplars {
    slowest: Vec<Exemplar>,
    failed: Vec<Exemplar>,
    /// Classes that `failed` holds one of.
    kinds: Vec<String>,
    /// Once the slowest are complete: latency of the fastest among them.
    floor_ns: Option<u64>,
}

impl Exemplars {
    /// Keeps the request if it is one of the slowest or an early failure.
    #[inline]
    pub(super) fn offer(&mut self, request: &Request<'_>) {
        match request.error {
            None if self.floor_ns.is_none_or(|floor| request.latency_ns > floor) => self.keep_slow(request),
            Some(kind) => self.offer_failed(request, kind),
            None => {}
        }
    }

    fn offer_failed(&mut self, request: &Request<'_>, kind: &str) {
        let is_new = !self.kinds.iter().any(|known| known == kind) && self.kinds.len() < ERROR_KINDS_MAX;
        if is_new {
            self.kinds.push(kind.to_string());
        }
        if is_new || self.failed.len() < EXEMPLARS_MAX {
            self.failed.push(exemplar(request));
        }
    }

    fn keep_slow(&mut self, request: &Request<'_>) {
        self.slowest.push(exemplar(request));
        self.slowest.sort_by_key(|kept| std::cmp::Reverse(kept.latency_ns));
        self.slowest.truncate(EXEMPLARS_MAX);
        if self.slowest.len() == EXEMPLARS_MAX {
            self.floor_ns = self.slowest.last().map(|kept| kept.latency_ns);
        }
    }

    /// The slowest first, then the failed ones in the order they came.
    pub(super) fn finish(self) -> Vec<Exemplar> {
        [self.slowest, self.failed].concat()
    }
}

fn exemplar(request: &Request<'_>) -> Exemplar {
    let detail = if request.error_detail.is_empty() { request.message } else { request.error_detail };
    Exemplar {
        label: request.label.to_string(),
        start_ns: request.start_ns,
        latency_ns: request.latency_ns,
        code: request.code.to_string(),
        error: request.error.map(str::to_string),
        detail: detail.to_string(),
        trace_id: None,
    }
}
