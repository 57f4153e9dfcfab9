//! Voids an open-loop measurement whose generator was late: its numbers would tell of the generator, not of the server.

use super::threshold::{Case, Found, Threshold};
use crate::model::humanize::{percent, quantity};
use crate::model::{Finding, FindingKind, LoadFacts, LoadModel, Note, SeriesKey, Unit, Verdict, metric};

pub struct ScheduleLag;

impl Threshold for ScheduleLag {
    fn judge(&self, case: &Case<'_>, found: &mut Found) {
        let Some(load) = &case.comparison.run.load else { return };
        let Some(reason) = fault(load) else { return };
        match load.model {
            LoadModel::Closed => found.notes.push(Note::text(format!("{reason}; in a closed loop this is only a note"))),
            LoadModel::Open => {
                let sentence = format!(
                    "the load generator, not the server, was at fault: {reason}; lower the rate, or give the generator more of the machine"
                );
                let finding = case.suite_finding(Verdict::NoVerdict, sentence);
                let key = SeriesKey::new("", metric::SCHEDULE_LAG);
                found.findings.push(Finding { key, kind: FindingKind::ScheduleLag, unit: Unit::Ns, samples: load.planned, ..finding });
            }
        }
    }

    fn voids(&self) -> bool {
        true
    }
}

fn fault(load: &LoadFacts) -> Option<String> {
    if load.late as f64 > LoadFacts::TOLERATED * load.planned as f64 {
        let lag = quantity(load.max_lag_ns as f64, &Unit::Ns);
        return Some(format!("it handled {} of {} due requests more than {lag} late", load.late, load.planned));
    }
    let (planned, achieved) = (load.rate_planned?, load.rate_achieved?);
    let missed = achieved / planned - 1.0;
    // Written so that a rate of 0 or NaN counts as missed.
    let kept = missed.abs() <= LoadFacts::TOLERATED;
    (!kept).then(|| {
        let rate = |rate: f64| quantity(rate, &Unit::PerSecond);
        format!("it kept an arrival rate of {} where {} was asked ({})", rate(achieved), rate(planned), percent(missed * 100.0))
    })
}
