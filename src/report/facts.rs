//! What more than one report says in the same words.

use super::Style;
use crate::model::humanize::{percent, quantity};
use crate::model::{BaselineFacts, BaselineKind, Edited, Finding, FindingKind, Note, Outcome, Run, Statistic, SuiteOutcome, Unit, Verdict};
use crate::output::Report;

/// Verdicts in the order in which they are told.
pub const GRAVEST_FIRST: [Verdict; 4] = [Verdict::Fail, Verdict::NoVerdict, Verdict::Unstable, Verdict::Pass];

/// The suites that the report is about, with their recordings where there are any.
pub fn suites<'a>(report: &Report<'a>, style: &Style) -> Vec<(&'a SuiteOutcome, Option<&'a Run>)> {
    let wanted = |name: &str| style.suite.as_deref().is_none_or(|only| only == name);
    let suites = report.outcome.suites.iter().filter(|suite| wanted(&suite.suite));
    suites.map(|suite| (suite, report.runs.iter().find(|run| run.suite == suite.suite))).collect()
}

/// Findings that did not pass, gravest first, otherwise as judged.
pub fn crossed<'a>(suites: &[(&'a SuiteOutcome, Option<&'a Run>)]) -> Vec<&'a Finding> {
    let mut found: Vec<_> = suites.iter().flat_map(|(suite, _)| &suite.findings).filter(|f| f.verdict != Verdict::Pass).collect();
    found.sort_by_key(|finding| GRAVEST_FIRST.iter().position(|verdict| *verdict == finding.verdict));
    found
}

/// Whether this is a first use: nothing was compared, because no baseline was ever accepted.
pub fn is_first_use(outcome: &Outcome) -> bool {
    outcome.compared() == 0 && !outcome.suites.is_empty() && outcome.suites.iter().all(|suite| suite.baseline.kind == BaselineKind::None)
}

/// What a first-time user does next; nothing where the change under test brings the first baseline itself.
pub fn next_steps(outcome: &Outcome) -> &[String] {
    let brings_one = outcome.suites.iter().any(|suite| suite.baseline.edited == Edited::Yes);
    if brings_one { &[] } else { &outcome.next_steps }
}

/// What a first use is told before the commands that change it.
pub const FIRST_USE: &str = "Nothing compared yet: no run has been accepted as a baseline. To change that:";

/// Findings of a suite that passed, those in quarantine not among them.
pub fn passed(suite: &SuiteOutcome) -> usize {
    suite.findings.iter().filter(|finding| finding.verdict == Verdict::Pass && finding.quarantined.is_none()).count()
}

/// The word for how a finding ended: its verdict, or that only its quarantine keeps it from another.
pub fn ending(finding: &Finding) -> &'static str {
    if finding.quarantined.is_some() { "QUARANTINE" } else { finding.verdict.word() }
}

/// Findings that would not have passed without their quarantine.
pub fn quarantined<'a>(suites: &[(&'a SuiteOutcome, Option<&'a Run>)]) -> Vec<&'a Finding> {
    suites.iter().flat_map(|(suite, _)| &suite.findings).filter(|finding| finding.quarantined.is_some()).collect()
}

/// The numbers behind the verdict: `1 failed, 1 unstable, 38 passed, 1 in quarantine; 41 series compared with a baseline`.
pub fn headline(outcome: &Outcome) -> String {
    let words = ["failed", "without verdict", "unstable", "passed"];
    let quarantined = outcome.findings().filter(|finding| finding.quarantined.is_some()).count();
    let count = |verdict: Verdict| outcome.count(verdict) - if verdict == Verdict::Pass { quarantined } else { 0 };
    let counted = GRAVEST_FIRST.iter().zip(words).map(|(verdict, word)| (count(*verdict), word));
    let counted = counted.chain([(quarantined, "in quarantine")]);
    let counts: Vec<_> = counted.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let counts = if counts.is_empty() { "nothing was judged".to_string() } else { counts.join(", ") };
    let compared = match outcome.compared() {
        0 if is_first_use(outcome) => "nothing compared yet".to_string(),
        0 => "nothing compared with a baseline".to_string(),
        n => format!("{n} series compared with a baseline"),
    };
    format!("{counts}; {compared}")
}

/// What about the run as a whole changes how its verdict is to be read.
pub fn caveats(outcome: &Outcome) -> Vec<String> {
    let mut caveats = Vec::new();
    if outcome.partial {
        caveats.push("Interrupted: this is what was measured until then.".to_string());
    } else if outcome.exit_code != outcome.verdict.exit_code() {
        caveats.push(format!("Exits with {} as asked; the verdict's own code is {}.", outcome.exit_code, outcome.verdict.exit_code()));
    }
    let edited = |is_first: bool| {
        let is_meant =
            move |one: &&SuiteOutcome| one.baseline.edited == Edited::Yes && (one.baseline.kind == BaselineKind::None) == is_first;
        outcome.suites.iter().filter(is_meant).map(|one| one.suite.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (changed, added) = (edited(false), edited(true));
    if !changed.is_empty() {
        caveats.push(format!("This change edits the baseline of {changed}; it is judged by what stood there before."));
    }
    if !added.is_empty() {
        caveats
            .push(format!("This change edits the baseline of {added}: none stood there before, so it judges nothing until it is merged."));
    }
    caveats
}

/// `latency p95`; for a paired or a whole-suite finding without a statistic, the metric alone.
pub fn measure(finding: &Finding) -> String {
    match finding.statistic {
        // A rate of errors is one of attempts, whichever metric they were timed by.
        Some(Statistic::ErrorRate) => "error rate".to_string(),
        Some(Statistic::Throughput) if finding.key.metric == "throughput" => "throughput".to_string(),
        Some(statistic) => format!("{} {statistic}", finding.key.metric),
        None => finding.key.metric.clone(),
    }
}

/// The value before, with its unit.
pub fn before(finding: &Finding) -> Option<String> {
    finding.before.and_then(|before| value(finding, before))
}

/// The value after, with its unit.
pub fn after(finding: &Finding) -> Option<String> {
    finding.after.and_then(|after| value(finding, after))
}

/// In the unit of the statistic, which is not always the unit of the series. What is no number is not shown.
fn value(finding: &Finding, value: f64) -> Option<String> {
    value.is_finite().then(|| match finding.statistic {
        Some(Statistic::ErrorRate) => quantity(value, &Unit::Ratio),
        Some(Statistic::Throughput) => quantity(value, &Unit::PerSecond),
        Some(Statistic::Count) => quantity(value, &Unit::Count),
        _ => quantity(value, &finding.unit),
    })
}

/// `+6.1%`.
pub fn change(finding: &Finding) -> Option<String> {
    finding.change_percent.and_then(signed)
}

/// `+4.9% to +7.4%`.
pub fn interval(finding: &Finding) -> Option<String> {
    let (low, high) = finding.interval_percent?;
    Some(format!("{} to {}", signed(low)?, signed(high)?))
}

/// The smallest slowdown that would have failed.
pub fn detectable(finding: &Finding) -> Option<String> {
    finding.detectable_percent.and_then(signed)
}

/// Percent points with their sign.
fn signed(points: f64) -> Option<String> {
    points.is_finite().then(|| percent(points))
}

/// The kind of a rule, where two rules on the same statistic must be told apart.
pub fn kind(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Suite => "suite",
        FindingKind::ErrorRate => "error-rate",
        FindingKind::Missing => "missing",
        FindingKind::Absolute => "absolute",
        FindingKind::Relative => "relative",
        FindingKind::Pinned => "pinned",
        FindingKind::WithinRun => "within-run",
        FindingKind::TooFast => "too-fast",
        FindingKind::ScheduleLag => "schedule-lag",
    }
}

/// How far times against such a baseline can be trusted: only base and head measured in alternation prove anything.
fn trust(kind: BaselineKind) -> &'static str {
    match kind {
        BaselineKind::None | BaselineKind::OtherEnvironment => "",
        BaselineKind::Committed | BaselineKind::File | BaselineKind::Build(_) => "; times against it are hints",
        BaselineKind::Interleaved => "; its pairs are proof",
    }
}

/// What a suite was compared with, to stand after the word *baseline*.
pub fn baseline(facts: &BaselineFacts) -> String {
    let runs = match facts.runs {
        0 => None,
        1 => Some("1 accepted run".to_string()),
        n => Some(format!("{n} accepted runs")),
    };
    let newest = facts.accepted_ns.and_then(day).map(|day| format!("newest of {day}"));
    let commit = facts.commit.as_ref().map(|commit| format!("commit {}", commit.chars().take(10).collect::<String>()));
    let details = [runs, newest, commit.clone()].into_iter().flatten();
    let with = |what: &str| [what.to_string()].into_iter().chain(details).collect::<Vec<_>>().join(", ");
    let edited = match facts.edited {
        Edited::Yes if facts.kind == BaselineKind::None => " before this change, which adds one",
        Edited::Yes => "; this change edits it, and is judged by the one from before",
        Edited::Unknown => "; whether this change edits it cannot be seen",
        Edited::Unasked | Edited::No => "",
    };
    let what = match facts.kind {
        BaselineKind::None => "none yet".to_string(),
        BaselineKind::OtherEnvironment if facts.environments.is_empty() => "none for this environment".to_string(),
        BaselineKind::OtherEnvironment => format!("none for this environment, only for {}", facts.environments.join(", ")),
        BaselineKind::Committed => with("committed"),
        BaselineKind::File => with("given"),
        BaselineKind::Interleaved => {
            ["measured in alternation with this run".to_string()].into_iter().chain(commit).collect::<Vec<_>>().join(", ")
        }
        BaselineKind::Build(number) => {
            let of = facts.accepted_ns.and_then(day).map(|day| format!(" of {day}")).unwrap_or_default();
            [format!("build {number}{of}")].into_iter().chain(commit).collect::<Vec<_>>().join(", ")
        }
    };
    format!("{what}{edited}{}", trust(facts.kind))
}

/// How a run was measured, in a few words.
pub fn recording(run: &Run) -> String {
    let seconds = quantity(run.duration_ns as f64, &Unit::Ns);
    match &run.load {
        Some(load) => {
            let rate = load.rate_planned.map_or_else(String::new, |rate| format!(" at {}", quantity(rate, &Unit::PerSecond)));
            let seconds = quantity(load.measured_ns as f64, &Unit::Ns);
            format!("{} requests{rate} in {seconds}, {} failed, {} connections", load.planned, load.failed, load.connections)
        }
        // Result files seldom tell how long it took.
        None if run.duration_ns == 0 => format!("{} series", run.series.len()),
        None => format!("{} series in {seconds}", run.series.len()),
    }
}

/// How often it was measured, and how often it failed.
pub fn confirmation(finding: &Finding) -> Option<String> {
    finding.confirmation.map(|counted| format!("failed in {} of {}", counted.failed, counted.measured))
}

/// A note with its place in front.
pub fn note(note: &Note) -> String {
    match (&note.path, note.line) {
        (Some(path), Some(line)) => format!("{path}:{line}: {}", note.text),
        (Some(path), None) => format!("{path}: {}", note.text),
        _ => note.text.clone(),
    }
}

/// Everything of a suite that is to be noted: series that came or went, what else differs, and what was odd.
pub fn notes(suite: &SuiteOutcome) -> Vec<String> {
    let mut notes = Vec::new();
    for (keys, what) in [(&suite.new, "new, not in the baseline"), (&suite.missing, "missing, but in the baseline")] {
        let names: Vec<_> = keys.iter().take(3).map(|key| format!("{} {}", key.label, key.metric)).collect();
        let more = keys.len().saturating_sub(names.len());
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        if !names.is_empty() {
            notes.push(format!("{what}: {}{rest}", names.join(", ")));
        }
    }
    notes.extend(suite.baseline.drift.iter().map(|(name, before, after)| format!("{name} was {before}, is {after}")));
    notes.extend(suite.baseline.reasons.iter().map(|reason| format!("accepted although worse: {reason}")));
    notes.extend(suite.notes.iter().map(note));
    notes
}

/// `hello: ` before what is said about that suite; nothing where there is only one.
pub fn prefix(suite: &str, outcome: &Outcome) -> String {
    if outcome.suites.len() > 1 { format!("{suite}: ") } else { String::new() }
}

/// Day of a time in ns since the epoch, UTC.
pub fn day(ns: u64) -> Option<String> {
    let time = jiff::Timestamp::from_nanosecond(i128::from(ns)).ok()?;
    Some(time.strftime("%Y-%m-%d").to_string())
}
