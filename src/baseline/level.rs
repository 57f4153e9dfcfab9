//! When a series has moved to another level. Its accepted runs then say nothing of it any more: among them the new value would
//! pass for noise, and the way back to the old one for nothing at all.

use crate::model::{Better, Finding, FindingKind, SeriesKey, SuiteOutcome};
use std::collections::BTreeSet;

/// Series that certainly changed against their accepted runs, for the worse or the better: by at least what would have failed
/// as a slowdown. Metrics that repeat exactly are compared with their newest run only and have no level.
pub fn moved(outcome: &SuiteOutcome) -> BTreeSet<SeriesKey> {
    let of_level = outcome.findings.iter().filter(|finding| finding.kind == FindingKind::Relative);
    of_level.filter(|finding| has_moved(finding)).map(|finding| finding.key.clone()).collect()
}

fn has_moved(finding: &Finding) -> bool {
    let (Some(change), Some(detectable)) = (finding.change_percent, finding.detectable_percent) else { return false };
    // Logarithms, so that a factor is as far up as down; of what should be high the slowdown is a drop.
    let seen = if finding.better == Better::Higher { -(-detectable / 100.0).ln_1p() } else { (detectable / 100.0).ln_1p() };
    (change / 100.0).ln_1p().abs() >= seen
}
