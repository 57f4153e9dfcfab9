//! A pull request whose merge base cannot be read may have raised its own bar: then nobody may call it a pass.

use super::threshold::{Case, Found, Threshold};
use crate::model::{self, Verdict};

pub struct Edited;

impl Threshold for Edited {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let facts = &case.comparison.baseline;
        if facts.edited == model::Edited::Unknown {
            let why = facts.why_unknown.as_deref().unwrap_or("its merge base cannot be read");
            let sentence = format!("nobody can see whether this change edits the baseline that judges it: {why}");
            found.findings.push(case.suite_finding(Verdict::Unstable, sentence));
        }
    }
}
