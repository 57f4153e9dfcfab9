//! Which runs may not become a baseline.

use super::super::{Override, refusals};
use super::run;
use crate::model::{Finding, FindingKind, Run, SeriesKey, SuiteOutcome, Verdict};

/// Which overrides the reasons against a run have, given one finding.
#[track_caller]
fn check_refusals(run: Run, finding: Option<(FindingKind, Verdict)>, expected: &[Override]) {
    let finding = finding.map(|(kind, verdict)| Finding {
        key: SeriesKey::new("sort", "time"),
        kind,
        ..Finding::of_suite("shop", verdict, "sort rose")
    });
    let outcome = SuiteOutcome { findings: finding.into_iter().collect(), ..SuiteOutcome::new("shop", Verdict::Pass) };
    let found = refusals(&run, &outcome, &|_| true);
    assert_eq!(found.iter().map(|refusal| refusal.by).collect::<Vec<_>>(), expected, "{found:?}");
    assert!(found.iter().all(|refusal| !refusal.way_out.is_empty()));
}

#[test]
fn runs_that_may_not_become_a_baseline() {
    check_refusals(run(1), None, &[]);
    check_refusals(run(1), Some((FindingKind::Suite, Verdict::NoVerdict)), &[]);
    check_refusals(run(1), Some((FindingKind::Relative, Verdict::Unstable)), &[]);
    check_refusals(run(1), Some((FindingKind::Missing, Verdict::Unstable)), &[]);
    check_refusals(run(1), Some((FindingKind::Relative, Verdict::Fail)), &[Override::AllowSlower]);
    for kind in [FindingKind::Absolute, FindingKind::WithinRun, FindingKind::Pinned] {
        check_refusals(run(1), Some((kind, Verdict::Fail)), &[Override::AllowSlower]);
        check_refusals(run(1), Some((kind, Verdict::Unstable)), &[]);
    }
    check_refusals(run(1), Some((FindingKind::ErrorRate, Verdict::Unstable)), &[Override::Force]);
    check_refusals(run(1), Some((FindingKind::ScheduleLag, Verdict::NoVerdict)), &[Override::Never]);
    check_refusals(Run { partial: true, ..run(1) }, None, &[Override::Never]);
    check_refusals(Run { series: Default::default(), ..run(1) }, None, &[Override::Never]);
    let mut failed = run(1);
    failed.series.values_mut().for_each(|one| one.summary.errors = one.summary.count);
    check_refusals(failed, None, &[Override::Never]);
}
