//! JUnit XML for the test reports of CI hosts. *Fail* and *unstable* are failures of different types, *no verdict* is an
//! error: broken, slow and unknown stay three words. With `Style::suite` it is the file of that one suite.

mod case;

use self::case::{Case, Ending};
use super::escape::xml;
use super::{Entry, Needs, Style, document, facts};
use crate::model::{Run, SuiteOutcome};
use crate::output::{Output, OutputError, Report};
use std::io::Write;

pub const ENTRY: Entry =
    Entry { name: "junit", about: "each judged series as a test case of JUnit XML", needs: Needs::Outcome, extension: "xml", open };

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::open(out, style, render)
}

/// Attributes that a suite and the whole share.
#[derive(Default)]
struct Totals {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    duration_ns: u64,
}

impl Totals {
    fn of(cases: &[Case], duration_ns: u64) -> Totals {
        let count = |wanted: fn(&Ending) -> bool| cases.iter().filter(|case| wanted(&case.ending)).count();
        Totals {
            tests: cases.len(),
            failures: count(|ending| matches!(ending, Ending::Failure(_))),
            errors: count(|ending| matches!(ending, Ending::Error)),
            skipped: count(|ending| matches!(ending, Ending::Skipped)),
            duration_ns,
        }
    }

    fn add(&mut self, other: &Totals) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
        self.duration_ns = self.duration_ns.saturating_add(other.duration_ns);
    }

    fn attributes(&self) -> String {
        let Totals { tests, failures, errors, skipped, duration_ns } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{}\"", seconds(*duration_ns))
    }
}

fn render(report: &Report<'_>, style: &Style) -> Result<String, OutputError> {
    let mut totals = Totals::default();
    let mut body = String::new();
    let suites = facts::suites(report, style);
    for (index, (suite, run)) in suites.iter().enumerate() {
        push_suite(&mut body, &mut totals, index, suite, *run);
    }
    // Runs that nobody judged (`convert`): their numbers, as cases that were skipped.
    let unjudged = report.runs.iter().filter(|run| style.suite.as_ref().is_none_or(|only| *only == run.suite));
    for (index, run) in unjudged.filter(|_| report.outcome.suites.is_empty()).enumerate() {
        push_cases(&mut body, &mut totals, index, &run.suite, Some(run), run.duration_ns, &[], &case::of_run(run));
    }
    body.push_str("</testsuites>\n");
    let head = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"neverslower\" {}>\n", totals.attributes());
    body.insert_str(0, &head);
    Ok(body)
}

fn push_suite(body: &mut String, totals: &mut Totals, index: usize, suite: &SuiteOutcome, run: Option<&Run>) {
    let mut properties = vec![
        ("verdict", suite.verdict.as_str().to_string()),
        ("compared", suite.compared.to_string()),
        ("baseline", facts::baseline(&suite.baseline)),
    ];
    if let Some(run) = run {
        properties.push(("measured", facts::recording(run)));
        properties.extend(Some(&run.environment.key).filter(|key| !key.is_empty()).map(|key| ("environment", key.clone())));
        properties.extend(run.commit.clone().map(|commit| ("commit", commit)));
    }
    properties.extend(facts::notes(suite).into_iter().map(|note| ("note", note)));
    push_cases(body, totals, index, &suite.suite, run, suite.duration_ns, &properties, &case::of_suite(suite));
}

#[allow(clippy::too_many_arguments, reason = "one caller for judged suites, one for unjudged runs; the parts have no common owner")]
fn push_cases(
    body: &mut String,
    totals: &mut Totals,
    index: usize,
    suite: &str,
    run: Option<&Run>,
    duration_ns: u64,
    properties: &[(&str, String)],
    cases: &[Case],
) {
    let suite_totals = Totals::of(cases, duration_ns);
    let shard = run.and_then(|run| run.shard);
    // Two suites of one name and id would be merged or dropped by Jenkins: shards differ in both.
    let name = shard.map_or_else(|| format!("perf.{suite}"), |shard| format!("perf.{suite}[{}/{}]", shard.index, shard.total));
    let id = shard.map_or(index, |shard| shard.index as usize);
    let timestamp = run.and_then(|run| run.started_ns).and_then(time).map_or_else(String::new, |time| format!(" timestamp=\"{time}\""));
    body.push_str(&format!("  <testsuite name=\"{}\" id=\"{id}\" {}{timestamp}>\n", xml(&name), suite_totals.attributes()));
    push_properties(body, "    ", properties);
    // Measured together: each case carries an even share, so that readers that add the cases up get the suite's time.
    let share = seconds(duration_ns / (cases.len().max(1) as u64));
    for case in cases {
        push_case(body, suite, case, &share);
    }
    body.push_str("  </testsuite>\n");
    totals.add(&suite_totals);
}

fn push_properties(body: &mut String, indent: &str, properties: &[(&str, String)]) {
    if properties.is_empty() {
        return;
    }
    body.push_str(&format!("{indent}<properties>\n"));
    for (name, value) in properties {
        body.push_str(&format!("{indent}  <property name=\"{name}\" value=\"{}\"/>\n", xml(value)));
    }
    body.push_str(&format!("{indent}</properties>\n"));
}

fn push_case(body: &mut String, suite: &str, case: &Case, share: &str) {
    let time = case.duration_ns.map_or_else(|| share.to_string(), seconds);
    body.push_str(&format!("    <testcase classname=\"perf.{}\" name=\"{}\" time=\"{time}\"", xml(suite), xml(&case.name)));
    if let Some(place) = &case.place {
        body.push_str(&format!(" file=\"{}\" line=\"{}\"", xml(&place.path.replace('\\', "/")), place.line));
    }
    let properties = case.properties.as_slice();
    if properties.is_empty() && case.ending == Ending::Passed {
        body.push_str("/>\n");
        return;
    }
    body.push_str(">\n");
    push_properties(body, "      ", properties);
    let message = xml(&case.message);
    let text = case.text();
    match case.ending {
        Ending::Passed => {}
        Ending::Failure(kind) => body.push_str(&format!("      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>\n")),
        Ending::Error => body.push_str(&format!("      <error type=\"no-verdict\" message=\"{message}\">{text}</error>\n")),
        Ending::Skipped => body.push_str(&format!("      <skipped message=\"{message}\"/>\n")),
    }
    body.push_str("    </testcase>\n");
}

/// Decimal seconds, to the microsecond.
fn seconds(ns: u64) -> String {
    format!("{}.{:06}", ns / 1_000_000_000, ns % 1_000_000_000 / 1000)
}

/// ISO 8601 in UTC, without the zone: what the schemas of JUnit ask for.
fn time(ns: u64) -> Option<String> {
    let time = jiff::Timestamp::from_nanosecond(i128::from(ns)).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}
