//! The expert mode (5.4): only constraints judge, and none of them outweighs another.

use super::build::{Build, CurrentBuild};
use super::constraint::{BadBuilds, Base, Chosen, Evaluated, Measure, Relation, base, choose, keeps, keeps_relative, numbers};
use super::input::{Named, quoted};
use super::ledger::{Ledger, Subject, measured, of, stored};
use super::value::Values;
use crate::jenkins::arithmetic::{fixed, print_f64};
use crate::jenkins::{Builds, Constraint, ConstraintKind, Escalation, Metered, Operator, Settings};
use crate::model::{Finding, FindingKind, Verdict};

/// All that a constraint is evaluated with.
struct Bench<'a> {
    settings: &'a Settings,
    current: &'a CurrentBuild,
    reports: &'a [Named<'a>],
    earlier: &'a [Build],
}

/// A constraint on one label or a whole report of one file.
struct Clone<'a> {
    constraint: &'a Constraint,
    named: &'a Named<'a>,
    label: Option<String>,
}

/// Evaluates every constraint; `None` where the plugin stops before the first one, and so writes nothing.
pub fn judge(
    settings: &Settings,
    current: &CurrentBuild,
    reports: &[Named<'_>],
    earlier: &[Build],
    ledger: &mut Ledger,
) -> Option<Vec<Evaluated>> {
    let bench = Bench { settings, current, reports, earlier };
    for constraint in &settings.constraints {
        if let ConstraintKind::Relative { builds: builds @ Builds::Between { .. }, .. } = &constraint.kind
            && let Err(BadBuilds::Date(date)) = choose(builds, settings, current, earlier)
        {
            let verdict = if settings.strict { Verdict::NoVerdict } else { Verdict::Fail };
            ledger.step(verdict, format!("{} in a time frame is not a date like 2024-03-05 10:30, and the step fails", quoted(&date)));
            return None;
        }
    }
    let mut clones = Vec::new();
    for constraint in &settings.constraints {
        if !bench.expand(constraint, &mut clones, ledger) && !settings.strict {
            return None;
        }
    }
    Some(clones.iter().filter_map(|clone| bench.evaluate(clone, ledger)).collect())
}

impl<'a> Bench<'a> {
    /// One clone a label. `false` where the plugin gives up on the whole set.
    fn expand(&self, constraint: &'a Constraint, clones: &mut Vec<Clone<'a>>, ledger: &mut Ledger) -> bool {
        let name = &constraint.related_perf_report;
        let mut named: Vec<&Named<'_>> = self.reports.iter().filter(|named| named.name == *name).collect();
        if !self.settings.strict {
            // Stored under one name, the last copy is left.
            named.drain(..named.len().saturating_sub(1));
        }
        let is_every = constraint.test_case.as_deref() == Some("*");
        if named.is_empty() {
            let others = if is_every { ", and all constraints with it" } else { "" };
            let sentence = format!("a constraint on the unknown report {} is dropped{others}", quoted(name));
            ledger.fail_open(17, Some(Subject::report(name)), Verdict::NoVerdict, &sentence);
            return !is_every;
        }
        for named in named {
            let labels: Vec<Option<String>> = match constraint.test_case.as_deref() {
                None => vec![None],
                Some("*") => named.numbers.labels.iter().map(|label| Some(label.label.clone())).collect(),
                // Empty parts at the end do not count.
                Some(list) => list.trim_end_matches(',').split(',').map(|label| Some(label.trim().to_string())).collect(),
            };
            clones.extend(labels.into_iter().map(|label| Clone { constraint, named, label }));
        }
        true
    }

    /// `None` where the constraint is dropped.
    fn evaluate(&self, clone: &Clone<'_>, ledger: &mut Ledger) -> Option<Evaluated> {
        let (constraint, report) = (clone.constraint, clone.named.numbers);
        let subject = Subject { report: &clone.named.name, label: clone.label.as_deref() };
        let drop = |ledger: &mut Ledger, why: String| {
            ledger.fail_open(
                17,
                Some(subject),
                Verdict::NoVerdict,
                &format!("a constraint on {} is dropped: {why}", quoted(subject.name())),
            );
            None
        };
        let Some(numbers) = numbers(report, subject.label) else {
            return drop(ledger, format!("{} has no such label", quoted(subject.report)));
        };
        let known = Values::of(self.settings).value(numbers, constraint.metered_value);
        let kind = match constraint.kind {
            ConstraintKind::Absolute { .. } => FindingKind::Absolute,
            ConstraintKind::Relative { .. } => FindingKind::Relative,
        };
        let Some(value) = known else {
            let sentence = format!("{}: {} is not known here", quoted(subject.name()), words(constraint.metered_value));
            ledger.find(of(Some(subject), kind, Verdict::NoVerdict, sentence));
            return None;
        };
        let evaluated = |relation: Relation, is_met: bool| Evaluated {
            report: clone.named.name.clone(),
            label: clone.label.clone(),
            metered: constraint.metered_value,
            operator: constraint.operator,
            escalation: constraint.escalation_level,
            measured: value,
            relation,
            is_met,
        };
        let evaluated = match &constraint.kind {
            ConstraintKind::Absolute { value, .. } if *value < 0 => return drop(ledger, format!("its value {value} is negative")),
            ConstraintKind::Absolute { value: limit } => {
                evaluated(Relation::Absolute { value: *limit }, keeps(constraint.operator, value, *limit))
            }
            ConstraintKind::Relative { tolerance, .. } if *tolerance < 0.0 => {
                return drop(ledger, format!("its tolerance {tolerance} is negative"));
            }
            ConstraintKind::Relative { tolerance, builds } => match choose(builds, self.settings, self.current, self.earlier) {
                Ok(chosen) => {
                    let (measure, is_met) = self.compare(&chosen, clone, *tolerance, value, ledger)?;
                    evaluated(Relation::Relative { tolerance: *tolerance, measure }, is_met)
                }
                Err(BadBuilds::StartAfterEnd) => return drop(ledger, "its time frame starts after its end".to_string()),
                Err(BadBuilds::Position(position)) => return drop(ledger, format!("there is no build at position {position}")),
                Err(BadBuilds::Date(date)) => return drop(ledger, format!("{} is no date", quoted(&date))),
            },
        };
        ledger.find(finding(&evaluated, subject, numbers.samples));
        Some(evaluated)
    }

    /// Against the chosen builds; `None` where strict mode has no verdict.
    fn compare(
        &self,
        chosen: &Chosen<'_>,
        clone: &Clone<'_>,
        tolerance: f64,
        value: f64,
        ledger: &mut Ledger,
    ) -> Option<(Option<Measure>, bool)> {
        let subject = Subject { report: &clone.named.name, label: clone.label.as_deref() };
        let name = quoted(subject.name());
        let builds: &[&Build] = match chosen {
            Chosen::Earlier(builds) => builds,
            Chosen::Itself => &[],
        };
        if builds.is_empty() && *chosen != Chosen::Itself {
            let sentence = |why: &str| format!("{name}: {why}, so nothing is compared");
            if self.earlier.is_empty() {
                ledger.remark(20, &sentence("this is the only build of the job"), "a first build passes, too");
                return Some((None, true));
            }
            // A violation for the plugin.
            if ledger.is_strict {
                ledger.fail_open(18, Some(subject), Verdict::NoVerdict, &sentence("no earlier build is chosen"));
                return None;
            }
            return Some((None, false));
        }
        let metered = clone.constraint.metered_value;
        let base = base(Values::of(self.settings), builds, subject.report, subject.label, metered);
        if base.reports == 0 {
            let sentence = format!("{name}: no chosen build holds anything to compare with, so no rise can be seen");
            ledger.fail_open(18, Some(subject), Verdict::NoVerdict, &sentence);
            if ledger.is_strict {
                return None;
            }
        }
        remarks(&base, &name, ledger);
        let (limit, is_met) = keeps_relative(clone.constraint.operator, value, base.value, tolerance);
        Some((Some(Measure { base: base.value, limit, builds: builds.len() }), is_met))
    }
}

/// Cases 19 and 24.
fn remarks(base: &Base, name: &str, ledger: &mut Ledger) {
    if base.without_label > 0 {
        let sentence = format!("{name}: {} earlier reports are without it and count as 0", base.without_label);
        ledger.remark(19, &sentence, "they are left out");
    }
    if base.is_cut {
        ledger.remark(24, &format!("{name}: the mean of the earlier builds is cut to {}", print_f64(base.value)), "nothing is cut");
    }
}

fn finding(evaluated: &Evaluated, subject: Subject<'_>, samples: i64) -> Finding {
    let (metered, operator) = (evaluated.metered, evaluated.operator);
    let unit = if metered == Metered::ErrorPercent { "%" } else { "ms" };
    let (sign, direction) = match operator {
        Operator::NotGreater => ("<=", "+"),
        Operator::NotLess => (">=", "-"),
        Operator::NotEqual => ("!=", ""),
    };
    let (threshold, before, how) = match &evaluated.relation {
        Relation::Absolute { value } => (format!("{sign} {value}{unit}"), None, format!("{value} {unit}")),
        Relation::Relative { tolerance, measure } => {
            let how = measure.map_or("that of builds, of which there are none".to_string(), |measure| {
                let builds = if measure.builds == 1 { "1 build".to_string() } else { format!("{} builds", measure.builds) };
                let (limit, base) = (plain(measure.limit), plain(measure.base));
                format!("{limit} {unit}, {direction}{tolerance}% of {base} {unit} in {builds}; an exact rule without noise model")
            });
            (format!("{direction}{tolerance}%"), measure.map(|measure| measure.base), how)
        }
    };
    let verdict = match (evaluated.is_met, evaluated.escalation) {
        (true, _) | (false, Escalation::Information) => Verdict::Pass,
        (false, Escalation::Warning) => Verdict::Unstable,
        (false, Escalation::Error) => Verdict::Fail,
    };
    let violated = match (evaluated.is_met, evaluated.escalation) {
        (true, _) => "",
        (false, Escalation::Information) => " (violated, for information only)",
        (false, _) => " (violated)",
    };
    let name = quoted(subject.name());
    let value = plain(evaluated.measured);
    let sentence = format!("{name} {}: {value} {unit}, must {} {how}{violated}", words(metered), demand(operator));
    let kind = if matches!(evaluated.relation, Relation::Absolute { .. }) { FindingKind::Absolute } else { FindingKind::Relative };
    let change_percent = before.filter(|before| *before > 0.0).map(|before| (evaluated.measured / before - 1.0) * 100.0);
    let before = before.map(|before| stored(metered, before));
    Finding { verdict, threshold, before, change_percent, sentence, ..measured(subject, kind, metered, evaluated.measured, samples) }
}

/// As the plugin has it, a whole number without decimals.
fn plain(value: f64) -> String {
    if value.fract() == 0.0 { fixed(value, 0) } else { print_f64(value) }
}

/// The plugin's word for a metered value.
pub fn words(metered: Metered) -> &'static str {
    match metered {
        Metered::Average => "Average",
        Metered::Median => "Median",
        Metered::Line90 => "90% Line",
        Metered::Line95 => "95% Line",
        Metered::Maximum => "Maximum",
        Metered::Minimum => "Minimum",
        Metered::ErrorPercent => "Error %",
    }
}

/// The plugin's words for an operator.
pub fn demand(operator: Operator) -> &'static str {
    match operator {
        Operator::NotGreater => "not be greater than",
        Operator::NotLess => "not be less than",
        Operator::NotEqual => "not be equal to",
    }
}

/// The plugin's word for an escalation.
pub fn escalation(escalation: Escalation) -> &'static str {
    match escalation {
        Escalation::Information => "Information",
        Escalation::Warning => "Warning",
        Escalation::Error => "Error",
    }
}
