//! JUnit XML for the test reports of CI hosts. *Fail* and *unstable* are failures of different types, *no verdict* is an
//! error: broken, slow and unknown stay three words. With `Style::suite` it is the file of that one suite.

mod case;

use self::case::{Case, Ending};
use super::escape::xml;
use super::{Entry, Needs, Style, document, facts};
use crate::model::{Run, Shard, SuiteOutcome};
use crate::output::{Output, OutputError, Report};
use std::fmt::Write as _;
use std::io::Write;

pub const ENTRY: Entry =
    Entry { name: "junit", about: "each judged series as a test case of JUnit XML", needs: Needs::Outcome, extension: "xml", open };

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::written(out, style, write)
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

/// A `<testsuite>` before it is written: its totals stand in front of it, and those of all suites in front of everything.
struct Suite<'a> {
    index: usize,
    name: &'a str,
    run: Option<&'a Run>,
    totals: Totals,
    properties: Vec<(&'static str, String)>,
    cases: Vec<Case>,
}

fn write(report: &Report<'_>, style: &Style, out: &mut dyn Write) -> Result<(), OutputError> {
    let judged = facts::suites(report, style).into_iter().enumerate().map(|(index, (suite, run))| judged(index, suite, run));
    // Runs that nobody judged (`convert`): their numbers, as cases that were skipped.
    let unjudged = report.runs.iter().filter(|run| style.suite.as_ref().is_none_or(|only| *only == run.suite));
    let unjudged = unjudged.filter(|_| report.outcome.suites.is_empty()).enumerate().map(|(index, run)| unjudged_suite(index, run));
    let suites: Vec<Suite<'_>> = judged.chain(unjudged).collect();
    let mut totals = Totals::default();
    suites.iter().for_each(|suite| totals.add(&suite.totals));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"neverslower\" {}>", totals.attributes())?;
    suites.iter().try_for_each(|suite| suite.write(out))?;
    Ok(out.write_all(b"</testsuites>\n")?)
}

fn judged<'a>(index: usize, suite: &'a SuiteOutcome, run: Option<&'a Run>) -> Suite<'a> {
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
    let cases = case::of_suite(suite);
    Suite { index, name: &suite.suite, run, totals: Totals::of(&cases, suite.duration_ns), properties, cases }
}

fn unjudged_suite(index: usize, run: &Run) -> Suite<'_> {
    let cases = case::of_run(run);
    Suite { index, name: &run.suite, run: Some(run), totals: Totals::of(&cases, run.duration_ns), properties: Vec::new(), cases }
}

impl Suite<'_> {
    fn write(&self, out: &mut dyn Write) -> Result<(), OutputError> {
        let shard = self.run.and_then(|run| run.shard);
        // Two suites of one name and id would be merged or dropped by Jenkins: shards differ in both.
        let of_shard = |shard: Shard| format!("perf.{}[{}/{}]", self.name, shard.index, shard.total);
        let name = shard.map_or_else(|| format!("perf.{}", self.name), of_shard);
        let id = shard.map_or(self.index, |shard| shard.index as usize);
        let started = self.run.and_then(|run| run.started_ns).and_then(time);
        let timestamp = started.map_or_else(String::new, |time| format!(" timestamp=\"{time}\""));
        let mut text = format!("  <testsuite name=\"{}\" id=\"{id}\" {}{timestamp}>\n", xml(&name), self.totals.attributes());
        push_properties(&mut text, "    ", &self.properties);
        // Measured together: each case carries an even share, so that readers that add the cases up get the suite's time.
        let share = seconds(self.totals.duration_ns / (self.cases.len().max(1) as u64));
        for case in &self.cases {
            push_case(&mut text, self.name, case, &share);
            // Case by case: the whole may be large.
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        text.push_str("  </testsuite>\n");
        Ok(out.write_all(text.as_bytes())?)
    }
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
    // Writing into a string never fails.
    let _ = write!(body, "    <testcase classname=\"perf.{}\" name=\"{}\" time=\"{time}\"", xml(suite), xml(&case.name));
    if let Some(place) = &case.place {
        let _ = write!(body, " file=\"{}\" line=\"{}\"", xml(&place.path.replace('\\', "/")), place.line);
    }
    let properties = case.properties.as_slice();
    if properties.is_empty() && case.ending == Ending::Passed {
        body.push_str("/>\n");
        return;
    }
    body.push_str(">\n");
    push_properties(body, "      ", properties);
    let message = xml(&case.message);
    let text = || case.text(&message);
    let _ = match case.ending {
        Ending::Passed => Ok(()),
        Ending::Failure(kind) => writeln!(body, "      <failure type=\"{kind}\" message=\"{message}\">{}</failure>", text()),
        Ending::Error => writeln!(body, "      <error type=\"no-verdict\" message=\"{message}\">{}</error>", text()),
        Ending::Skipped => writeln!(body, "      <skipped message=\"{message}\"/>"),
    };
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
