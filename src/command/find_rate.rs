//! `load --find-rate`: the search for the highest arrival rate, a row for each step.

use super::{Failure, Session};
use crate::cli::LoadArgs;
use crate::config::{self, Request};
use crate::model::humanize::quantity;
use crate::model::{FoundRate, RateAnswer, RateStep, StepVerdict, Unit, Verdict};
use crate::pipeline;
use crate::target::Target;
use std::io::Write;

/// Searches and prints the steps as they end; 0 when a rate was found.
pub fn find_rate(request: Request<'_>, arguments: &LoadArgs) -> Result<u8, Failure> {
    let (plan, search) = config::find_rate(request, arguments)?;
    let session = Session::measuring(&plan)?;
    let (mut out, pending) = Target::Stdout.open().map_err(|error| Failure::NoVerdict(error.to_string()))?;
    let (is_json, terminal) = (arguments.json, &session.terminal);
    // Rows are data for people: they give way to the document where one is asked for.
    let mut say = |line: &str| {
        if is_json {
            terminal.say(line);
        } else {
            // A reader that went away ends nothing that is being measured.
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        }
    };
    let conditions: Vec<String> = search.conditions.iter().map(ToString::to_string).collect();
    let step = quantity(search.step.as_nanos() as f64, &Unit::Ns);
    say(&format!("Highest arrival rate with {}; steps of {step}, {} connections", conditions.join(" and "), search.work.connections));
    say(&header());
    let found = pipeline::find_rate(&plan, &search, session.around(), &mut |step| say(&row(step))).map_err(Failure::NoVerdict)?;
    say("");
    say(&sentence(&found));
    if is_json {
        serde_json::to_writer_pretty(&mut out, &found).map_err(|error| Failure::NoVerdict(format!("standard output: {error}")))?;
        writeln!(out).map_err(|error| Failure::NoVerdict(format!("standard output: {error}")))?;
    }
    drop(out);
    pending.commit().map_err(|error| Failure::NoVerdict(error.to_string()))?;
    let verdict = if found.answer.is_found() { Verdict::Pass } else { Verdict::NoVerdict };
    Ok(session.interrupt.exit_code().unwrap_or(verdict.exit_code()))
}

fn header() -> String {
    columns(["rate", "achieved", "requests", "p50", "p99", "errors", "lag p99"].map(str::to_string), "step")
}

fn row(step: &RateStep) -> String {
    let rate = |rate: f64| quantity(rate, &Unit::PerSecond);
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_string());
    let ns = |value: Option<f64>| or_none(value.map(|ns| quantity(ns, &Unit::Ns)));
    let errors = quantity(step.errors as f64 / step.requests.max(1) as f64, &Unit::Ratio);
    let verdict = match step.verdict {
        StepVerdict::Holds => "holds".to_string(),
        StepVerdict::Fails => format!("fails: {}", step.reason),
        StepVerdict::GeneratorLate => format!("void: {}", step.reason),
    };
    let achieved = or_none(step.achieved.map(rate));
    let requests = step.requests.to_string();
    columns([rate(step.rate), achieved, requests, ns(step.p50_ns), ns(step.p99_ns), errors, ns(step.lag_p99_ns)], &verdict)
}

/// Rows come one at a time, so that widths are fixed.
fn columns(numbers: [String; 7], verdict: &str) -> String {
    let numbers: String = numbers.iter().map(|number| format!("{number:>9} ")).collect();
    format!("{numbers} {verdict}")
}

fn sentence(found: &FoundRate) -> String {
    let rate = |rate: f64| quantity(rate, &Unit::PerSecond);
    let what = found.conditions.join(" and ");
    let told = match found.answer {
        RateAnswer::Found { rate: held, fails_at } => format!("{}: there {what} held, and at {} it did not", rate(held), rate(fails_at)),
        RateAnswer::AtLeast { rate: held, not_made_at: Some(beyond) } => format!(
            "at least {}: there {what} held; {} is more than this generator could make, which says nothing about the service",
            rate(held),
            rate(beyond)
        ),
        RateAnswer::AtLeast { rate: held, not_made_at: None } => {
            format!("at least {}: there {what} held; nothing above was tried", rate(held))
        }
        RateAnswer::NotAtLowest { rate: lowest } => {
            format!("not even {}, the lowest rate tried; start lower with --rate", rate(lowest))
        }
        RateAnswer::Unknown => "unknown: no step could be measured".to_string(),
    };
    format!("{}{told}", if found.partial { "PARTIAL, interrupted: " } else { "" })
}

#[cfg(test)]
mod tests {
    use super::{header, row, sentence};
    use crate::model::{FOUND_RATE_SCHEMA, FoundRate, RateAnswer, RateStep, StepVerdict};

    #[track_caller]
    fn check(answer: RateAnswer, partial: bool, expected: &str) {
        let found = FoundRate {
            schema: FOUND_RATE_SCHEMA,
            target: "http://h/".into(),
            conditions: vec!["p99 < 250ms".into(), "error rate <= 1%".into()],
            connections: 50,
            step_ns: 3_000_000_000,
            partial,
            answer,
            steps: Vec::new(),
        };
        assert_eq!(sentence(&found), expected);
    }

    #[test]
    fn the_answer_names_its_evidence() {
        let held = "there p99 < 250ms and error rate <= 1% held";
        check(RateAnswer::Found { rate: 600.0, fails_at: 620.0 }, false, &format!("600/s: {held}, and at 620/s it did not"));
        let beyond = "620/s is more than this generator could make, which says nothing about the service";
        check(RateAnswer::AtLeast { rate: 600.0, not_made_at: Some(620.0) }, false, &format!("at least 600/s: {held}; {beyond}"));
        let none = format!("PARTIAL, interrupted: at least 20/s: {held}; nothing above was tried");
        check(RateAnswer::AtLeast { rate: 20.0, not_made_at: None }, true, &none);
        check(RateAnswer::NotAtLowest { rate: 10.0 }, false, "not even 10/s, the lowest rate tried; start lower with --rate");
        check(RateAnswer::Unknown, false, "unknown: no step could be measured");
    }

    #[test]
    fn rows_stand_below_their_titles() {
        let step = RateStep {
            rate: 640.0,
            achieved: Some(639.7),
            requests: 1920,
            errors: 48,
            unsent: 0,
            p50_ns: Some(1.2e6),
            p99_ns: None,
            lag_p99_ns: Some(3e4),
            late: 0,
            verdict: StepVerdict::Fails,
            reason: "error rate is 2.5%".into(),
        };
        assert_eq!(header(), "     rate  achieved  requests       p50       p99    errors   lag p99  step");
        assert_eq!(row(&step), "    640/s     640/s      1920    1.2 ms         -      2.5%     30 µs  fails: error rate is 2.5%");
    }
}
