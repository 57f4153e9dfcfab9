//! `performance.log`: what the constraints of a build came to.

use crate::jenkins::Escalation;
use crate::jenkins::arithmetic::{fixed, print_f64};
use crate::jenkins::gate::{CurrentBuild, Evaluated, Relation, demand, escalation, shown, words};
use std::fmt::Write;

const LINE: &str = "----------------------------------------------------------- \n";
const SHORT_LINE: &str = "-------------- \n";

/// The part of one build, to be appended. Only what Jenkins itself knows is missing: the link to the build.
pub fn text(current: &CurrentBuild, evaluated: &[Evaluated]) -> String {
    let violated: Vec<&Evaluated> = evaluated.iter().filter(|one| !one.is_met).collect();
    let worst = violated.iter().map(|one| one.escalation).max();
    let state = match worst {
        None | Some(Escalation::Information) => "SUCCESS",
        Some(Escalation::Warning) => "UNSTABLE",
        Some(Escalation::Error) => "FAILURE",
    };
    let relative = evaluated.iter().filter(|one| is_relative(one)).count();
    let at = |level: Escalation| violated.iter().filter(|one| one.escalation == level).count();
    let date = shown(current.started_ns, &current.zone);
    let mut text =
        format!("{LINE}Build Number: #{}\nBuild Date: {date}\nBuild State: {state}\nLink to build: unknown\n{SHORT_LINE}", current.number);
    let counts = [
        ("Number of all constraints", evaluated.len()),
        ("Relative constraints", relative),
        ("Absolute constraints", evaluated.len() - relative),
        ("Successful constraints", evaluated.len() - violated.len()),
        ("Violated constraints", violated.len()),
        ("->INFORMATION", at(Escalation::Information)),
        ("->UNSTABLE", at(Escalation::Warning)),
        ("->ERROR", at(Escalation::Error)),
    ];
    for (name, count) in counts {
        let _ = writeln!(text, "{name}: {count}");
    }
    text.push_str(SHORT_LINE);
    text.push_str(LINE);
    messages(&mut text, "relative", evaluated.iter().filter(|one| is_relative(one)));
    messages(&mut text, "absolute", evaluated.iter().filter(|one| !is_relative(one)));
    match worst {
        None => text.push_str("There were no failing Constraints!"),
        Some(level) => {
            let _ = write!(text, "The highest escalation: {}!", escalation(level));
        }
    }
    let _ = writeln!(text, " The build will be marked as {state}");
    if !violated.is_empty() {
        table(&mut text, evaluated, &violated);
    }
    text + "\n"
}

fn is_relative(one: &Evaluated) -> bool {
    matches!(one.relation, Relation::Relative { .. })
}

/// A foreign name, as one line.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn messages<'a>(text: &mut String, kind: &str, evaluated: impl Iterator<Item = &'a Evaluated>) {
    let mut evaluated = evaluated.peekable();
    let title = if evaluated.peek().is_none() {
        format!("There are no {kind} constraints to evaluate!")
    } else {
        format!("Evaluating all {kind} constraints!")
    };
    let _ = write!(text, "{title} \n{SHORT_LINE}");
    for one in evaluated {
        let result = if one.is_met { "successful" } else { "failed" };
        let kind = if is_relative(one) { "Relative" } else { "Absolute" };
        let _ = writeln!(text, "{kind} constraint {result}! - Report: {}", line(&one.report));
        let (limit, builds) = match &one.relation {
            Relation::Absolute { value } => (value.to_string(), None),
            Relation::Relative { measure: Some(measure), .. } => (print_f64(measure.limit), Some(measure.builds)),
            Relation::Relative { measure: None, .. } => {
                let _ = write!(text, "There were no builds found to evaluate!\n{SHORT_LINE}");
                continue;
            }
        };
        let (metered, subject) = (words(one.metered), line(one.label.as_deref().unwrap_or("all test cases")));
        let _ = writeln!(text, "The constraint says: {metered} of {subject} must {} {limit}", demand(one.operator));
        let _ = writeln!(text, "Measured value for {metered}: {}", print_f64(one.measured));
        if let Some(builds) = builds {
            let _ = writeln!(text, "Included builds: {builds} builds");
        }
        let _ = write!(text, "Escalation Level: {}\n{SHORT_LINE}", escalation(one.escalation));
    }
}

fn table(text: &mut String, evaluated: &[Evaluated], violated: &[&Evaluated]) {
    let label = |one: &Evaluated| line(one.label.as_deref().unwrap_or("*"));
    let widest =
        |least: usize, of: &dyn Fn(&Evaluated) -> String| evaluated.iter().map(|one| of(one).chars().count()).fold(least, usize::max);
    let (reports, labels) = (widest(6, &|one| line(&one.report)), widest(8, &label));
    text.push_str("\nSummary of failed constraints:\n");
    let mut row = |report: &str, label: &str, metric: &str, operator: &str, value: &str, level: &str| {
        let _ = writeln!(text, "{report:<reports$} {label:<labels$} {metric:<10} {operator:<20} {value:>10} {level:<20}");
    };
    row("Report", "Testcase", "Metric", "Operator", "Value", "Level");
    for one in violated {
        let value = match &one.relation {
            Relation::Absolute { value } => value.to_string(),
            Relation::Relative { tolerance, .. } => format!("{}%", fixed(*tolerance, 3)),
        };
        row(&line(&one.report), &label(one), words(one.metered), demand(one.operator), &value, escalation(one.escalation));
    }
}
