//! Which runs may not become a baseline.

use crate::model::{Finding, FindingKind, Run, SuiteOutcome, Verdict};

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
}

/// Every reason against accepting a run, given its verdict; none means that it may be accepted.
pub fn refusals(run: &Run, outcome: &SuiteOutcome) -> Vec<Refusal> {
    let refusal =
        |by: Override, sentence: &str, way_out: &str| Refusal { sentence: sentence.to_string(), way_out: way_out.to_string(), by };
    let mut refusals = Vec::new();
    if run.is_empty() {
        refusals.push(refusal(Override::Never, "nothing was measured", "measure again"));
    }
    if run.partial {
        refusals.push(refusal(Override::Never, "the run is cut or was interrupted", "measure again, to the end"));
    }
    if run.shard.is_some() {
        refusals.push(refusal(Override::Never, "the run is one shard of a load test", "accept what `check` made of all shards"));
    }
    if outcome.findings.iter().any(|one| one.kind == FindingKind::ScheduleLag && one.verdict == Verdict::NoVerdict) {
        refusals.push(refusal(Override::Never, "the load generator was late, so its numbers are void", "lower the rate and measure again"));
    }
    let attempts = || run.series.values().filter(|one| one.counts_errors() && one.summary.count > 0);
    if attempts().next().is_some() && attempts().all(|one| one.summary.errors == one.summary.count) {
        refusals.push(refusal(Override::Never, "every attempt failed", "repair what is measured and measure again"));
    }
    let worst = |is_against: &dyn Fn(&&Finding) -> bool| outcome.findings.iter().find(is_against).map(|one| one.sentence.as_str());
    if let Some(sentence) = worst(&|one| one.kind == FindingKind::ErrorRate && one.verdict > Verdict::Pass) {
        refusals.push(refusal(Override::Force, sentence, "repair the errors, or accept them with `--force` and a reason"));
    }
    if let Some(sentence) = worst(&|one| one.kind == FindingKind::Relative && one.verdict == Verdict::Fail) {
        refusals.push(refusal(Override::AllowSlower, sentence, "accept it with `--allow-slower REASON`; the reason is stored"));
    }
    refusals
}
