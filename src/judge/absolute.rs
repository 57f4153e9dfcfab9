//! A value against a fixed limit: `p99 < 250ms`.

use super::finding::subject;
use super::rule::{Kind, Limit, Statistics};
use super::selection::Selected;
use super::threshold::{Case, Found, Reading, Threshold};
use crate::model::humanize::quantity;
use crate::model::{Better, Finding, FindingKind, Percentile, Statistic, Verdict, metric};
use crate::stats::{lower_rank, upper_rank};

/// One-sided error of a bound that may fail a run, and of one that may pass it (`docs/STATISTICS.md`, absolute limits).
const FAIL_TAIL: f64 = 0.001;
const PASS_TAIL: f64 = 0.05;

/// Requests of one run queue behind each other: so many must be expected beyond a percentile before a bound that takes
/// them for independent may pass a limit.
const BEYOND_MIN: f64 = 100.0;

pub struct Absolute;

impl Threshold for Absolute {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        for selected in case.selection.of_kind(Kind::Absolute) {
            match (selected.after, selected.better()) {
                (None, _) => case.cannot_judge(selected, FindingKind::Absolute, "the source does not tell this statistic", found),
                (_, Better::Unknown) => {
                    case.cannot_judge(selected, FindingKind::Absolute, "nobody says whether more of it is better or worse", found);
                }
                (Some(after), better) => found.findings.push(finding(case, selected, after, better)),
            }
        }
    }
}

fn finding(case: &Case<'_>, selected: &Selected<'_>, after: f64, better: Better) -> Finding {
    let bounds = match selected.statistic {
        Statistic::Percentile(p) if case.policy.statistics == Statistics::Sound && !selected.mixes_failures() => {
            Bounds::of(selected, p, better)
        }
        _ => None,
    };
    let bounds = bounds.unwrap_or(Bounds { best: Some(after), worst: Some(after), ..Bounds::default() });
    let is_worse = |value: f64, limit: f64| if better == Better::Higher { value < limit } else { value > limit };
    let read = |limit: &Limit| match limit {
        Limit::Absolute { value, .. } if bounds.best.is_some_and(|best| is_worse(best, *value)) => Reading::Crossed,
        Limit::Absolute { value, .. } if bounds.worst.is_some_and(|worst| !is_worse(worst, *value)) => Reading::Within,
        _ => Reading::Unclear,
    };
    let (verdict, text) = selected.limits.decide(read);
    let is_crossed = selected.limits.is_crossed(read);
    let unit = selected.unit();
    let side = if better == Better::Higher { "lower" } else { "upper" };
    let shown = |bound: Option<f64>| bound.map(|value| quantity(value, &unit));
    let reason = match (verdict, shown(bounds.best), shown(bounds.worst)) {
        _ if bounds.count == 0 => String::new(),
        (_, Some(best), _) if is_crossed => format!("; with 99.9% certainty it is beyond {best}"),
        (Verdict::Pass, _, Some(worst)) => format!("; with 95% certainty it is within {worst}"),
        (_, _, None) => {
            format!("; {} values give no {side} bound of {}: at least {} are needed", bounds.count, selected.statistic, bounds.needed)
        }
        (Verdict::Unstable, _, Some(worst)) if bounds.wanted > bounds.count => format!(
            "; {} requests, which wait for each other, show that it is within only where all of them are, and the worst is {worst}: \
             {} are needed to say more",
            bounds.count, bounds.wanted
        ),
        (_, best, Some(worst)) => {
            format!("; its values only show that it lies between {} and {worst}", best.unwrap_or_else(|| "0".to_string()))
        }
    };
    let sentence = format!("{} is {}, limit {text}{reason}", subject(selected), quantity(after, &unit));
    Finding { threshold: text.to_string(), ..case.finding(selected, FindingKind::Absolute, verdict, sentence) }
}

/// How good and how bad the true value can be; the value itself where nothing is known of the others.
#[derive(Default)]
struct Bounds {
    /// The bound that must be beyond the limit to fail.
    best: Option<f64>,
    /// The bound that must be within the limit to pass.
    worst: Option<f64>,
    /// Values that the bounds rest on; 0 where only the number itself is known.
    count: u64,
    /// Values needed for the bound that passes.
    needed: u64,
    /// Requests needed before that bound is more than the worst of them.
    wanted: u64,
}

impl Bounds {
    /// Order statistics of the percentile; `None` where the values are not known, or where it is the minimum or maximum itself.
    fn of(selected: &Selected<'_>, percentile: Percentile, better: Better) -> Option<Bounds> {
        let distribution = &selected.series.distribution;
        let (n, p) = (distribution.count(), percentile.fraction());
        if n == 0 || p <= 0.0 || p >= 1.0 {
            return None;
        }
        let low_edge = 1.0 - distribution.relative_width();
        let low = |rank: u64| distribution.value_at_rank(rank).map(|value| value * low_edge);
        let high = |rank: u64| distribution.value_at_rank(rank);
        let (below, above) = (|tail: f64| lower_rank(n, p, tail), |tail: f64| upper_rank(n, p, tail));
        // The share of the values that may be worse than the percentile.
        let (best, worst, rare) = match better {
            Better::Higher => (above(FAIL_TAIL).and_then(high), below(PASS_TAIL), p),
            _ => (below(FAIL_TAIL).and_then(low), above(PASS_TAIL), 1.0 - p),
        };
        let wanted = if metric::is_of_requests(&selected.series.key.metric) { (BEYOND_MIN / rare - 1e-6).ceil() as u64 } else { 0 };
        let worst = match better {
            Better::Higher => worst.map(|rank| if n < wanted { 1 } else { rank }).and_then(low),
            _ => worst.map(|rank| if n < wanted { n } else { rank }).and_then(high),
        };
        Some(Bounds { best, worst, count: n, needed: (PASS_TAIL.ln() / (1.0 - rare).ln()).ceil() as u64, wanted })
    }
}
