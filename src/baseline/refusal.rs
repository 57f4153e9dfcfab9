//! Which runs may not become a baseline.

use crate::model::{Finding, FindingKind, Run, SeriesKey, SuiteOutcome, Verdict};

/// What overrides a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Override {
    /// Nothing does.
    Never,
    /// `--force` with a reason.
    Force,
    /// `--allow-slower REASON`.
    AllowSlower,
}

/// Why a run may not become a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub sentence: String,
    pub way_out: String,
    pub by: Override,
    /// The series that it is about; none where it is about the run.
    pub keys: Vec<SeriesKey>,
}

/// Every reason against accepting the chosen series of a run, given its verdict; none means that they may be accepted.
pub fn refusals(run: &Run, outcome: &SuiteOutcome, is_chosen: &dyn Fn(&SeriesKey) -> bool) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = of_run(run, outcome);
    let crossed = |is_against: &dyn Fn(&Finding) -> bool| -> Vec<&Finding> {
        outcome.findings.iter().filter(|one| is_against(one) && is_chosen(&one.key)).collect()
    };
    let errors = crossed(&|one| one.kind == FindingKind::ErrorRate && one.verdict > Verdict::Pass);
    refusals.extend(of_series(Override::Force, &errors, "repair the errors, or accept them with `--force` and a reason"));
    let worse = crossed(&|one| is_limit(one.kind) && one.verdict == Verdict::Fail);
    refusals.extend(of_series(Override::AllowSlower, &worse, "accept it with `--allow-slower REASON`; the reason is stored"));
    refusals
}

/// Whether a failure of this kind says that a series is too slow or too large.
fn is_limit(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::Absolute | FindingKind::Relative | FindingKind::Pinned | FindingKind::WithinRun)
}

/// What no reason overrides.
fn of_run(run: &Run, outcome: &SuiteOutcome) -> Vec<Refusal> {
    let refusal = |sentence: &str, way_out: &str| Refusal {
        sentence: sentence.to_string(),
        way_out: way_out.to_string(),
        by: Override::Never,
        keys: Vec::new(),
    };
    let mut refusals = Vec::new();
    if run.is_empty() {
        refusals.push(refusal("nothing was measured", "measure again"));
    }
    if run.partial {
        refusals.push(refusal("the run is cut or was interrupted", "measure again, to the end"));
    }
    if run.shard.is_some() {
        refusals.push(refusal("the run is one shard of a load test", "accept what `check` made of all shards"));
    }
    if outcome.findings.iter().any(|one| one.kind == FindingKind::ScheduleLag && one.verdict == Verdict::NoVerdict) {
        refusals.push(refusal("the load generator was late, so its numbers are void", "lower the rate and measure again"));
    }
    let attempts = || run.series.values().filter(|one| one.counts_errors() && one.summary.count > 0);
    if attempts().next().is_some() && attempts().all(|one| one.summary.errors == one.summary.count) {
        refusals.push(refusal("every attempt failed", "repair what is measured and measure again"));
    }
    refusals
}

/// One refusal for all findings of a kind; the first of them is told.
fn of_series(by: Override, findings: &[&Finding], way_out: &str) -> Option<Refusal> {
    let sentence = match findings {
        [] => return None,
        [only] => only.sentence.clone(),
        [first, more @ ..] => format!("{}, and {} more", first.sentence, more.len()),
    };
    let keys = findings.iter().map(|one| one.key.clone()).collect();
    Some(Refusal { sentence, way_out: way_out.to_string(), by, keys })
}
