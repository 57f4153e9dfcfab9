//! The JUnit file of the expert mode.

use super::escape::xml;
use crate::jenkins::Metered;
use crate::jenkins::arithmetic::fixed;
use crate::jenkins::gate::{Evaluated, Relation, demand, escalation, words};
use std::fmt::Write;

/// One test case a constraint. A relative one without builds is counted and has none.
pub fn text(evaluated: &[Evaluated]) -> String {
    let violated = evaluated.iter().filter(|one| !one.is_met).count();
    let mut text = format!("<testsuite tests=\"{}\" failures=\"{violated}\" >\n", evaluated.len());
    for one in evaluated {
        let unit = if one.metered == Metered::ErrorPercent { "percent" } else { "milliseconds" };
        let metered = words(one.metered);
        let measured = format!("Measured value for {metered}: {} {unit}", fixed(one.measured, 0));
        let (limit, failure) = match &one.relation {
            Relation::Absolute { value } => (format!("{value} {unit}"), measured),
            Relation::Relative { measure: None, .. } => continue,
            Relation::Relative { tolerance, measure: Some(measure) } => {
                let deviation = (one.measured / measure.base - 1.0) * 100.0;
                let previous = format!("Previous value: {} {unit}. Deviation: {} %", fixed(measure.base, 0), fixed(deviation, 3));
                (format!("{} percent above/below previous", fixed(*tolerance, 3)), format!("{measured}. {previous}"))
            }
        };
        let subject = one.label.as_deref().unwrap_or("all test cases");
        let name = xml(&format!("{metered} of {subject} must {} {limit}", demand(one.operator)));
        let _ = writeln!(text, "<testcase classname=\"{}\" name=\"{name}\">", xml(&one.report));
        if !one.is_met {
            let _ = writeln!(text, "    <failure type=\"{}\">{failure}</failure>", escalation(one.escalation));
        }
        text.push_str("</testcase>\n");
    }
    text + "</testsuite>"
}
