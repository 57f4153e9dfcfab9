//! What the configuration names must come: a rule that judges nothing guards nothing.

use super::finding::quoted;
use super::rule::Rule;
use super::selection::is_glob;
use super::threshold::{Case, Found, Threshold};
use crate::model::{Finding, Verdict};
use std::collections::BTreeSet;

pub struct Expected;

impl Threshold for Expected {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let came: BTreeSet<&str> = case.comparison.run.series.keys().map(|key| key.label.as_str()).collect();
        for label in case.policy.expect.iter().filter(|label| !came.contains(label.as_str())) {
            let sentence = format!("{:?} is expected by the configuration but did not come", quoted(label));
            found.findings.push(case.suite_finding(Verdict::NoVerdict, sentence));
        }
        // A rule for several suites may find its series in another one: that is seen at the end, over all of them.
        for rule in case.selection.unmatched.iter().filter(|rule| !is_glob(&rule.suite)) {
            found.findings.push(unmatched(rule, case.suite_finding(Verdict::NoVerdict, String::new())));
        }
    }
}

/// The finding about a rule that matches no series, made from one of the suite it is shown in.
pub fn unmatched(rule: &Rule, finding: Finding) -> Finding {
    let metric = rule.metric.as_ref().map(|metric| format!(", metric {metric:?}")).unwrap_or_default();
    let statistic = rule.statistic.map(|statistic| format!(", statistic {statistic:?}", statistic = statistic.to_string()));
    let sentence = format!(
        "the threshold (suite {:?}, label {:?}{metric}{}) matches no series; correct it or remove it",
        rule.suite,
        quoted(&rule.label),
        statistic.unwrap_or_default()
    );
    Finding { verdict: Verdict::NoVerdict, statistic: rule.statistic, place: rule.place.clone(), sentence, ..finding }
}
