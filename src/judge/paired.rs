//! A change against base, measured in alternation: what the pairs prove.

use super::finding::{counted, quoted, subject};
use super::pairing::{is_possible, wanting};
use super::relative::is_compared;
use super::rule::{Kind, Limit, Statistics};
use super::selection::Selected;
use super::threshold::{Case, Found, Threshold};
use crate::model::humanize::{percent, quantity};
use crate::model::{BaselineKind, Better, Bound, Doubt, Finding, FindingKind, Note, PairKey, PairedChange, SeriesKey, Verdict};
use crate::stats::{benjamini_hochberg, student_quantile};

/// Share of the suspects of a suite that may be none.
const FALSE_SUSPECTS: f64 = 0.10;
/// Suspects that a note names.
const SUSPECTS_NAMED: usize = 5;
/// A mean over fewer series says nothing about a suite.
const SERIES_OF_A_SUITE: usize = 3;

pub struct Paired;

impl Threshold for Paired {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        for selected in case.selection.of_kind(Kind::Relative).filter(|selected| is_compared(selected) && is_paired(case, selected)) {
            match change(case, selected) {
                Some(change) => found.findings.push(finding(case, selected, change)),
                None if selected.rule.is_default => {
                    case.cannot_judge(selected, FindingKind::Relative, "base and head were not measured in pairs of it", found);
                }
                None => found.findings.push(unpaired(case, selected)),
            }
        }
        found.notes.extend(case.comparison.paired.iter().filter_map(|(key, change)| carried_over(key, change)));
        found.notes.extend(whole(case).map(Note::text));
    }
}

/// Whether pairs, and nothing else, may judge it: base was measured in alternation, and it does not repeat exactly.
pub fn is_paired(case: &Case<'_>, selected: &Selected<'_>) -> bool {
    let is_exact = selected.compared.is_some_and(|one| one.is_exact);
    case.comparison.baseline.kind == BaselineKind::Interleaved && case.policy.statistics == Statistics::Sound && !is_exact
}

/// What the pairs of it say.
pub fn change<'a>(case: &Case<'a>, selected: &Selected<'_>) -> Option<&'a PairedChange> {
    case.comparison.paired.get(&PairKey { series: selected.series.key.clone(), statistic: selected.statistic })
}

/// Middle of the head values, and what it would have been with base.
pub fn sides(change: &PairedChange) -> (f64, f64) {
    (change.head / change.estimate.exp(), change.head)
}

fn finding(case: &Case<'_>, selected: &Selected<'_>, change: &PairedChange) -> Finding {
    let points = |log: f64| 100.0 * log.exp_m1();
    let (before, after) = sides(change);
    let limit = limit(selected, change.bound);
    let worse = if selected.better() == Better::Higher { before - after } else { after - before };
    let floor = selected.rule.floor.filter(|floor| worse < *floor && change.verdict != Verdict::NoVerdict);
    let verdict = if floor.is_some() { Verdict::Pass } else { change.verdict };
    let reason = match floor {
        Some(floor) => format!("within the floor of {}", quantity(floor, &selected.unit())),
        None => reason(selected, change),
    };
    let text = limit.map(Limit::text).unwrap_or_default();
    let sentence = format!("{} {}, limit {text}: {reason}", subject(selected), moved(change));
    let is_judged = verdict != Verdict::NoVerdict;
    // Where higher is better the limit lies below, and so does what can be seen.
    let seen = |worse: f64| if selected.better() == Better::Higher { -points(-worse) } else { points(worse) };
    Finding {
        threshold: text.to_string(),
        before: Some(before),
        after: Some(after),
        change_percent: is_judged.then(|| points(change.estimate)),
        interval_percent: change.interval.filter(|_| is_judged).map(|(low, high)| (points(low), points(high))),
        detectable_percent: change.detectable.filter(|_| is_judged).map(seen),
        pairs_used: Some(change.pairs_used),
        ..case.finding(selected, FindingKind::Relative, verdict, sentence)
    }
}

fn limit<'a>(selected: &Selected<'a>, bound: Bound) -> Option<&'a Limit> {
    match bound {
        Bound::Unstable => selected.limits.unstable,
        Bound::Fail => selected.limits.fail,
    }
}

/// `rose by 3.6% (95%: +2.5% to +5.5%, 14 pairs)`.
fn moved(change: &PairedChange) -> String {
    let points = |log: f64| percent(100.0 * log.exp_m1());
    if change.verdict == Verdict::NoVerdict {
        return format!("has {}", counted(u64::from(change.pairs), "valid pair"));
    }
    let size = points(change.estimate);
    let how = match size.strip_prefix('+') {
        Some(size) => format!("rose by {size}"),
        None => size.strip_prefix('-').map_or_else(|| "did not change".to_string(), |size| format!("fell by {size}")),
    };
    let pairs = counted(u64::from(change.pairs_used), "pair");
    match change.interval {
        Some((low, high)) => format!("{how} (95%: {} to {}, {pairs})", points(low), points(high)),
        None => format!("{how} ({pairs})"),
    }
}

/// Why the verdict is what it is; of an open one also what it could have seen, and how many pairs it would need.
fn reason(selected: &Selected<'_>, change: &PairedChange) -> String {
    let open = || {
        let worst = if selected.better() == Better::Higher { -1.0 } else { 1.0 };
        let seen = change.detectable.map(|log| percent(100.0 * (worst * log).exp_m1()));
        let seen = seen.map(|seen| format!("could see {seen}")).into_iter();
        let needed = change.pairs_needed.map(|pairs| format!("about {pairs} pairs would be needed"));
        seen.chain(needed).collect::<Vec<_>>().join(", ")
    };
    match (change.doubt, change.verdict) {
        (Some(Doubt::Void), _) => format!("{} of {} pairs are void (a failed or empty run)", change.void, change.pairs + change.void),
        (_, Verdict::NoVerdict) => format!("{} pairs are the first that can tell", change.pairs_needed.unwrap_or_default()),
        (Some(Doubt::TooFew), _) => format!("too few pairs to tell; {}", open()),
        (Some(Doubt::Spread), _) => format!("too noisy to tell; {}", open()),
        (Some(Doubt::TwoModes), _) => format!("its process runs fall into two groups, so they do not tell; {}", open()),
        (Some(Doubt::Waiting), _) => format!("it waits for more than a tenth of its time, which CPU time does not see; {}", open()),
        (Some(Doubt::OneOrder), _) => {
            "slower, but every pair began with the same side: what nobody randomised proves no slowdown".to_string()
        }
        (Some(Doubt::Tail), _) => "it passes, but the mean of the same runs fails at twice the limit: slower tail suspected".to_string(),
        (Some(Doubt::SlowerInWaiting), _) => {
            "it passes, but wall time of the same runs fails at twice the limit: slower in waiting (sleeps, locks, I/O)".to_string()
        }
        (Some(Doubt::Unconfirmed), _) => "slower, but not again on fresh processes, and its instructions did not move".to_string(),
        (None, Verdict::Unstable) => match selected.limits.fail {
            Some(fail) => format!("proven slower, but not shown at {}", fail.text()),
            None => "proven slower".to_string(),
        },
        (None, Verdict::Fail) => "proven slower".to_string(),
        (None, Verdict::Pass) if change.is_improved => "proven faster".to_string(),
        (None, Verdict::Pass) => "proven not slower by as much".to_string(),
    }
}

/// The user's rule on what no pairs were measured of.
fn unpaired(case: &Case<'_>, selected: &Selected<'_>) -> Finding {
    let limits = [selected.limits.unstable, selected.limits.fail];
    if let Some(reason) = limits.into_iter().flatten().find_map(|limit| unprovable(limit, selected.better())) {
        return case.no_verdict(selected, FindingKind::Relative, reason);
    }
    let phases = case.comparison.run.pairs.values().map(Vec::len).max().unwrap_or(1) as u64;
    let reason = match wanting(selected.series, selected.statistic, phases) {
        Some(requests) => format!("a phase needs {requests} requests before pairs of it can be judged; make the phases longer"),
        None => "base and head were not measured in pairs of it, so it is not judged".to_string(),
    };
    case.finding(selected, FindingKind::Relative, Verdict::Unstable, format!("{}: {reason}", subject(selected)))
}

/// Why pairs cannot be held against a limit.
fn unprovable(limit: &Limit, better: Better) -> Option<&'static str> {
    match limit {
        _ if better == Better::Unknown => Some("nobody says whether more of it is better or worse"),
        Limit::Band { .. } => Some("a noise band is of accepted runs, and here base was measured together with head; give it a percentage"),
        Limit::Relative { change, .. } if !is_possible(*change, better) => {
            Some("its limit can never be reached; where higher is better a drop is less than 100%")
        }
        Limit::Relative { .. } | Limit::Absolute { .. } => None,
    }
}

/// A run that leaves something to the next shows in the order; told, never judged.
fn carried_over(key: &PairKey, change: &PairedChange) -> Option<Note> {
    let (base_first, head_first) = change.by_order?;
    let (low, high) = change.interval?;
    let is_apart = (base_first - head_first).abs() > high - low && change.pairs_used >= 14;
    let points = |log: f64| percent(100.0 * log.exp_m1());
    is_apart.then(|| {
        Note::text(format!(
            "{} {}: head looks {} where base ran first ({} of {} pairs) and {} where head did: one run leaves something to the next",
            quoted(&key.series.label),
            key.series.metric,
            points(base_first),
            change.base_first,
            change.pairs_used,
            points(head_first)
        ))
    })
}

/// What all series together say: the geometric mean of their ratios with Student's interval, and which of them may be slower.
fn whole(case: &Case<'_>) -> Option<String> {
    let is_time =
        |key: &SeriesKey| case.comparison.run.series.get(key).is_some_and(|one| one.unit.is_time() && one.better == Better::Lower);
    let judged = |change: &PairedChange| change.verdict != Verdict::NoVerdict;
    let times: Vec<(&PairKey, &PairedChange)> =
        case.comparison.paired.iter().filter(|(key, change)| is_time(&key.series) && judged(change)).collect();
    if times.len() < SERIES_OF_A_SUITE {
        return None;
    }
    let n = times.len() as f64;
    let mean = times.iter().map(|(_, change)| change.estimate).sum::<f64>() / n;
    let square = times.iter().map(|(_, change)| (change.estimate - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let error = student_quantile(0.975, n - 1.0) * (square / n).sqrt();
    let points = |log: f64| percent(100.0 * log.exp_m1());
    let adjusted = benjamini_hochberg(&times.iter().map(|(_, change)| change.p_fail).collect::<Vec<_>>());
    let suspects: Vec<String> = times
        .iter()
        .zip(adjusted)
        .filter(|(_, p)| *p <= FALSE_SUSPECTS)
        .map(|((key, _), _)| format!("{} {}", quoted(&key.series.label), key.series.metric))
        .collect();
    let more = suspects.len().saturating_sub(SUSPECTS_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let suspects = match suspects.get(..SUSPECTS_NAMED.min(suspects.len())) {
        Some(named @ [_, ..]) => format!("; perhaps slower (one such suspicion in ten is false): {}{more}", named.join(", ")),
        _ => "; none is suspected of being slower".to_string(),
    };
    let (low, high) = (points(mean - error), points(mean + error));
    Some(format!("{} paired times together: {} (95%: {low} to {high}){suspects}", times.len(), points(mean)))
}
