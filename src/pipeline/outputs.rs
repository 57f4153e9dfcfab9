//! What is written: the reports of every run under `perf-results/`, the ones asked for, and last of all the verdict.

use crate::config::{Keep, Plan, ReportRequest, SuitePlan};
use crate::model::{Outcome, Run, Sample, Verdict, Work};
use crate::output::{Output, OutputError, Report};
use crate::record::{Rejected, Sink, Tee};
use crate::report::{self, Entry, Needs, Style};
use crate::target::{self, Pending, Target, TargetError};
use crate::terminal::Terminal;
use std::path::PathBuf;
use std::slice;
use std::thread;

/// A report could not be written. The verdict is then not to be trusted either: nobody could read why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFailed(pub String);

impl std::fmt::Display for OutputFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OutputFailed {}

impl From<OutputError> for OutputFailed {
    fn from(error: OutputError) -> Self {
        OutputFailed(error.0)
    }
}

impl From<TargetError> for OutputFailed {
    fn from(error: TargetError) -> Self {
        OutputFailed(error.to_string())
    }
}

impl From<report::UnknownReport> for OutputFailed {
    fn from(error: report::UnknownReport) -> Self {
        OutputFailed(error.to_string())
    }
}

/// An output with the place its bytes go to. Nothing appears there before `finish`.
pub struct Opened {
    /// What it is and where it goes, for errors.
    what: String,
    output: Box<dyn Output>,
    pending: Pending,
}

impl Opened {
    /// Opens a report on a place.
    pub fn new(entry: &Entry, target: &Target, style: &Style) -> Result<Opened, OutputFailed> {
        let (writer, pending) = target.open()?;
        let what = match target {
            Target::File(path) => format!("report {} to {}", entry.name, path.display()),
            Target::Stdout => format!("report {} to standard output", entry.name),
            Target::Stderr | Target::Buffer => format!("report {}", entry.name),
        };
        Ok(Opened { what, output: (entry.open)(writer, style), pending })
    }

    fn finish(mut self, report: &Report<'_>) -> Result<(), OutputFailed> {
        self.output.outcome(report).map_err(|error| OutputFailed(format!("{}: {}", self.what, error.0)))?;
        drop(self.output);
        self.pending.commit()?;
        Ok(())
    }
}

/// Outputs that want samples while they are made, beside the recorder.
#[derive(Default)]
pub struct Tap {
    opened: Vec<Opened>,
    failed: Option<OutputError>,
}

impl Tap {
    /// Adds an output.
    pub fn add(&mut self, opened: Opened) {
        self.opened.push(opened);
    }

    /// Whether no output wants samples: then the recorder needs nobody beside it on the hot path.
    pub fn is_idle(&self) -> bool {
        !self.opened.iter().any(|opened| opened.output.wants_samples())
    }

    /// A sink that hands everything to `sink`, and samples to the outputs first.
    pub fn beside<'a>(&'a mut self, sink: &'a mut dyn Sink) -> Tee<'a, impl FnMut(&Sample<'_>) -> Result<(), Rejected>> {
        Tee { first: |sample: &Sample<'_>| self.sample(sample), sink }
    }

    fn sample(&mut self, sample: &Sample<'_>) -> Result<(), Rejected> {
        for opened in self.opened.iter_mut().filter(|opened| opened.output.wants_samples()) {
            if let Err(error) = opened.output.sample(sample) {
                self.failed = Some(error.clone());
                return Err(Rejected(error.0));
            }
        }
        Ok(())
    }

    /// What an output could not take, if that is why measuring or reading ended.
    pub fn failure(&self) -> Option<OutputFailed> {
        self.failed.clone().map(OutputFailed::from)
    }

    /// Ends every output.
    pub fn finish(self, report: &Report<'_>) -> Result<(), OutputFailed> {
        self.opened.into_iter().try_for_each(|opened| opened.finish(report))
    }
}

/// Outputs of one measurement.
pub struct Taps<'a> {
    /// Those that the user asked for.
    pub asked: &'a mut Tap,
    /// Those that each suite of its kind has.
    pub own: &'a mut Tap,
}

/// Clears what an earlier run left, the verdict first: a stale one must never be taken for this run's.
pub fn clear(plan: &Plan) -> Result<(), OutputFailed> {
    if plan.keep == Keep::OnlyAsked {
        return Ok(());
    }
    target::remove_verdict(&plan.results)?;
    // Further measurements of each suite, before the folder that they lie in.
    let folders = format!("{}/runs/*", glob::Pattern::escape(&plan.results.display().to_string()));
    for folder in glob::glob(&folders).into_iter().flatten().flatten().filter(|path| path.is_dir()) {
        target::remove_earlier(&folder, "", &["[0-9]*.run.json", "confirm-*.run.json"])?;
        target::remove_if_empty(&folder);
    }
    OURS.iter().try_for_each(|(folder, names)| target::remove_earlier(&plan.results, folder, names))?;
    Ok(())
}

/// What we write into the results directory: folders, and globs of names in them. It may be a directory with other things
/// in it, such as `.`: those are nobody's to remove.
const OURS: [(&str, &[&str]); 9] = [
    ("", &["outcome.json", "report.md"]),
    ("runs", &["*.run.json"]),
    ("pairs", &["*.jsonl"]),
    ("junit", &["TEST-*.xml"]),
    ("jtl", &["*.jtl"]),
    ("jenkins/archive", &["*.xml"]),
    ("jenkins/performance-results", &["performance.log"]),
    ("jenkins", &["*.csv"]),
    (
        "logs",
        &["git.log", "git.in", "git.out", "*.build.log", "*.programs.*", "*.benchmark.*", "*.command.log", "*.tool.log", "*.server.log"],
    ),
];

/// The outputs that see a suite's samples while it is measured: the JTL of a load test.
pub fn of_work(plan: &Plan, suite: &SuitePlan) -> Result<Tap, OutputFailed> {
    let mut tap = Tap::default();
    if let (Keep::Everything, Work::Load { load, .. }) = (plan.keep, &suite.work.work) {
        let path = plan.results.join("jtl").join(format!("{}.jtl", suite.work.name));
        tap.add(Opened::new(report::by_name("jtl")?, &Target::File(path), &Style { workers: load.connections, ..Style::default() })?);
    }
    Ok(tap)
}

/// The reports that the user asked for and that want samples, opened before anything is read.
pub fn requested_samples(plan: &Plan) -> Result<Tap, OutputFailed> {
    let mut tap = Tap::default();
    for request in &plan.reports {
        let entry = report::by_name(&request.kind)?;
        if entry.needs == Needs::Samples {
            tap.add(Opened::new(entry, &place(request.path.as_ref()), &Style::default())?);
        }
    }
    Ok(tap)
}

fn place(path: Option<&PathBuf>) -> Target {
    path.map_or(Target::Stdout, |path| Target::File(path.clone()))
}

/// Writes what was asked for. Where nothing was measured there is no recording to show; the verdict says why.
pub fn write_asked(plan: &Plan, report: &Report<'_>, terminal: &Terminal) -> Result<(), OutputFailed> {
    for request in &plan.reports {
        let needs = report::by_name(&request.kind)?.needs;
        if needs == Needs::Outcome || (needs == Needs::Run && !report.runs.is_empty()) {
            write(report, &request.kind, &place(request.path.as_ref()), &asked(request, style(terminal)))?;
        }
    }
    Ok(())
}

/// With what was typed behind the kind.
fn asked(request: &ReportRequest, style: Style) -> Style {
    Style { edges_ns: request.edges_ns.clone(), ..style }
}

fn style(terminal: &Terminal) -> Style {
    Style { width: terminal.width(), verbose: terminal.is_verbose(), ..Style::default() }
}

/// The files of the results directory. They do not depend on each other, and large ones take their time, so each is written
/// by a thread of its own.
pub fn write_kept(plan: &Plan, report: &Report<'_>) -> Result<(), OutputFailed> {
    if plan.keep == Keep::OnlyAsked {
        return Ok(());
    }
    let of_suite = |suite: &str| Style { suite: Some(suite.to_string()), ..Style::default() };
    let runs = report.runs.iter().map(|run| ("run-json", format!("runs/{}.run.json", run.suite), of_suite(&run.suite)));
    let paired = report.runs.iter().filter(|run| !run.pairs.is_empty());
    let pairs = paired.map(|run| ("pairs", format!("pairs/{}.jsonl", run.suite), of_suite(&run.suite)));
    let suites = report.outcome.suites.iter().map(|suite| ("junit", format!("junit/TEST-{}.xml", suite.suite), of_suite(&suite.suite)));
    let whole = [("json", "outcome.json"), ("markdown", "report.md")].map(|(kind, name)| (kind, name.to_string(), Style::default()));
    thread::scope(|scope| {
        let write = |(kind, name, style): (&'static str, String, Style)| {
            scope.spawn(move || write(report, kind, &Target::File(plan.results.join(name)), &style))
        };
        let writers: Vec<_> = suites.chain(runs).chain(pairs).chain(whole).map(write).collect();
        writers.into_iter().try_for_each(|writer| writer.join().unwrap_or_else(|bug| std::panic::resume_unwind(bug)))
    })
}

/// Measurements beside the runs that were judged, each as a stored run at its path below `runs/`.
pub fn write_further(plan: &Plan, report: &Report<'_>, further: &[(String, Run)]) -> Result<(), OutputFailed> {
    for (path, run) in further.iter().filter(|_| plan.keep == Keep::Everything) {
        let target = Target::File(plan.results.join("runs").join(format!("{path}.run.json")));
        write(&Report { outcome: report.outcome, runs: slice::from_ref(run) }, "run-json", &target, &Style::default())?;
    }
    Ok(())
}

/// The last words: the text for people, what could not be written, and the verdict at the very end.
pub fn conclude(plan: &Plan, report: &Report<'_>, failures: &[OutputFailed], terminal: &Terminal) -> Result<(), OutputFailed> {
    if terminal.is_talking() || report.outcome.verdict != Verdict::Pass {
        let kept = if plan.keep == Keep::Everything {
            vec![shown(plan, "report.md"), shown(plan, "outcome.json"), shown(plan, "junit/")]
        } else {
            Vec::new()
        };
        let asked = plan.reports.iter().filter_map(|request| Some(request.path.as_ref()?.display().to_string()));
        let files = if failures.is_empty() { kept.into_iter().chain(asked).collect() } else { Vec::new() };
        write(report, "text", &Target::Stderr, &Style { files, color: terminal.color(), ..style(terminal) })?;
    }
    if plan.keep == Keep::Everything && !failures.is_empty() {
        // The one written before did not know of them.
        write(report, "json", &Target::File(plan.results.join("outcome.json")), &Style::default())?;
    }
    for failure in failures {
        terminal.line(&format!("neverslower: {failure}"));
    }
    write_verdict(plan, report.outcome, terminal)
}

fn write(report: &Report<'_>, kind: &str, target: &Target, style: &Style) -> Result<(), OutputFailed> {
    Opened::new(report::by_name(kind)?, target, style)?.finish(report)
}

fn shown(plan: &Plan, name: &str) -> String {
    let path = plan.results.join(name);
    path.strip_prefix(&plan.root).unwrap_or(&path).display().to_string()
}

/// The last word, in the file and on standard error.
fn write_verdict(plan: &Plan, outcome: &Outcome, terminal: &Terminal) -> Result<(), OutputFailed> {
    let line = outcome.verdict_line();
    if plan.keep == Keep::Everything {
        target::write_verdict(&plan.results, &line)?;
    }
    terminal.line(&line);
    Ok(())
}
