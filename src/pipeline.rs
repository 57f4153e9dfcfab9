//! The straight line: measure or read → record → compare → judge → report. The only file that knows all stages.

mod find_rate;
mod live;
mod measure;
mod outputs;

use crate::baseline::{self, Store};
use crate::clock::Clock;
use crate::compare;
use crate::config::{self, BaselineChoice, Plan};
use crate::format;
use crate::interrupt::Interrupt;
use crate::judge::{self, Policy};
use crate::machine;
use crate::model::{BaselineKind, Before, Environment, Note, Outcome, Run, SuiteOutcome, Verdict};
use crate::output::Report;
use crate::record::{Keep, Recorder};
use crate::report::{Entry, Style};
use crate::source::Input;
use crate::target::Target;
use crate::terminal::Terminal;
use outputs::{Opened, Tap};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::slice;

pub use find_rate::find_rate;
pub use outputs::OutputFailed;

/// What the gate needs besides its plan.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    pub clock: &'a Clock,
    pub interrupt: &'a Interrupt,
    pub terminal: &'a Terminal,
}

/// One suite of `check`: the files that are repetitions of it, and where they were measured.
#[derive(Debug, Clone)]
pub struct CheckedSuite {
    pub name: String,
    pub inputs: Vec<Input>,
    /// Name of the measured environment.
    pub environment: String,
    /// Labels that must come.
    pub expect: Vec<String>,
}

/// One suite's part: what was measured, if anything, and what is said of it.
type Judged = (Option<Run>, SuiteOutcome);

/// `run`: measures every suite of the plan, compares, judges, writes everything.
pub fn run(plan: &Plan, around: Surroundings<'_>) -> Result<Outcome, OutputFailed> {
    outputs::clear(plan)?;
    let mut tap = outputs::requested_samples(plan)?;
    let here = environment(plan.environment.as_deref());
    let commit = measure::commit(plan, around);
    let mut judged = Vec::new();
    let mut own = Vec::new();
    for suite in &plan.suites {
        let name = &suite.work.name;
        if around.interrupt.exit_code().is_some() {
            judged.push(unmeasured(name, "interrupted before this suite began", &plan.policy(name, &[])));
            continue;
        }
        judged.push(match measure::suite(plan, suite, around, &mut tap) {
            Ok((mut run, jtl)) => {
                run.environment = suite.environment.as_deref().map_or_else(|| here.clone(), |name| environment(Some(name)));
                run.commit.clone_from(&commit);
                own.push(jtl);
                gate(plan, run, &plan.policy(name, &suite.expect))
            }
            Err(reason) => unmeasured(name, &reason, &plan.policy(name, &[])),
        });
    }
    own.push(tap);
    finish(plan, judged, own, around)
}

/// `check`: the same from result files of other tools.
pub fn check(plan: &Plan, suites: &[CheckedSuite], format: Option<&str>, around: Surroundings<'_>) -> Result<Outcome, OutputFailed> {
    outputs::clear(plan)?;
    let mut tap = outputs::requested_samples(plan)?;
    let mut judged = Vec::new();
    for suite in suites {
        let policy = Policy { reproduce: plan.typed.clone(), ..plan.policy(&suite.name, &suite.expect) };
        judged.push(match read(&suite.name, &suite.inputs, format, &mut tap) {
            Ok(mut run) => {
                if run.environment.key.is_empty() {
                    run.environment = environment(Some(&suite.environment));
                }
                gate(plan, run, &policy)
            }
            Err(reason) => unmeasured(&suite.name, &reason, &policy),
        });
    }
    finish(plan, judged, vec![tap], around)
}

/// `convert`: any input into the recorder and, while it is read, into the report. The error is a sentence.
pub fn convert(plan: &Plan, name: &str, input: Input, format: Option<&str>, entry: &Entry, target: &Target) -> Result<(), OutputFailed> {
    let mut tap = Tap::default();
    let edges_ns = plan.reports.first().map(|to| to.edges_ns.clone()).unwrap_or_default();
    tap.add(Opened::new(entry, target, &Style { edges_ns, ..Style::default() })?);
    let run = read(name, &[input], format, &mut tap).map_err(OutputFailed)?;
    let nothing = baseline::from_runs(String::new(), Vec::new(), &run.environment);
    let policy = plan.policy(name, &[]);
    let (run, judged) = judge_run(run, &nothing, &policy);
    let outcome = judge::conclude(&policy, &[&run], vec![judged]);
    tap.finish(&Report { outcome: &outcome, runs: slice::from_ref(&run) })
}

/// A run that an earlier call stored.
pub fn read_stored(path: &Path) -> Result<Run, String> {
    let mut recorder = Recorder::new(Keep::Exact);
    format::read(&Input::File(path.to_path_buf()), Some("run"), &mut recorder).map_err(|error| error.to_string())?;
    let suite = recorder.suite().unwrap_or_default().to_string();
    Ok(recorder.finish(&suite))
}

/// Reads one suite's files, as repetitions of each other, into a run. The error is a sentence with its place.
pub fn read(name: &str, inputs: &[Input], format: Option<&str>, tap: &mut Tap) -> Result<Run, String> {
    let mut recorder = Recorder::new(Keep::Exact);
    for input in inputs {
        let outcome = if tap.is_idle() {
            format::read(input, format, &mut recorder)
        } else {
            format::read(input, format, &mut tap.beside(&mut recorder))
        };
        if let Some(failure) = tap.failure() {
            return Err(failure.0);
        }
        outcome.map_err(|error| error.to_string())?;
        recorder.end_repetition();
    }
    Ok(recorder.finish(name))
}

/// Compares a run with its baseline and judges it; a baseline that cannot be read judges nothing.
fn gate(plan: &Plan, run: Run, policy: &Policy) -> Judged {
    match before(plan, &run) {
        Ok(before) => {
            // Not freed, like the runs in `finish`.
            let before = ManuallyDrop::new(before);
            let (run, outcome) = judge_run(run, &before, policy);
            (Some(run), outcome)
        }
        Err(reason) => {
            let (_, outcome) = unmeasured(&run.suite, &reason, policy);
            (Some(run), outcome)
        }
    }
}

/// The same for whoever must not go on without a judgement, such as `accept`. The error is a sentence.
pub fn review(plan: &Plan, run: Run, policy: &Policy) -> Result<(Run, SuiteOutcome), String> {
    let before = before(plan, &run)?;
    Ok(judge_run(run, &before, policy))
}

fn judge_run(run: Run, before: &Before, policy: &Policy) -> (Run, SuiteOutcome) {
    let comparison = compare::compare(before, run, &policy.asked());
    let outcome = judge::judge(&comparison, policy);
    (comparison.run, outcome)
}

fn unmeasured(suite: &str, reason: &str, policy: &Policy) -> Judged {
    (None, judge::no_verdict(suite, reason, &policy.reproduce))
}

/// The accepted runs that this run is compared with. The error is a sentence: a baseline that cannot be read judges nothing.
fn before(plan: &Plan, run: &Run) -> Result<Before, String> {
    let committed = |store: &Path| {
        baseline::find(&Store::Directory(store.to_path_buf()), &run.environment, &run.suite).map_err(|error| error.to_string())
    };
    match &plan.baseline {
        BaselineChoice::Auto | BaselineChoice::Committed => committed(&plan.baselines),
        BaselineChoice::Path(path) if path.is_dir() => committed(path).and_then(|before| match before.facts.kind {
            // Whoever names a directory does not mean a first use.
            BaselineKind::None => Err(format!(
                "{}: expected a baseline of {:?} below this directory, found none; correct the path, or use `baseline = \"auto\"`",
                path.display(),
                run.suite
            )),
            _ => Ok(before),
        }),
        BaselineChoice::Path(path) => named(path, run),
        BaselineChoice::Previous | BaselineChoice::Build(_) => Err("earlier builds cannot be compared with yet".to_string()),
    }
}

/// A file that the user named: a baseline, or any result file. What it is not, is said of both.
fn named(path: &Path, run: &Run) -> Result<Before, String> {
    let refused = match baseline::load_file(path, &run.environment) {
        Ok(before) => return Ok(before),
        Err(error) if !path.exists() => return Err(error.to_string()),
        Err(error) => error,
    };
    let mut earlier = read(&run.suite, &[Input::File(path.to_path_buf())], None, &mut Tap::default())
        .map_err(|error| format!("{refused}; nor is it a result file: {error}"))?;
    if earlier.partial {
        return Err(format!("{}: expected whole results to compare with, found a cut or interrupted run; name another", path.display()));
    }
    if earlier.environment.key.is_empty() {
        // Nobody said where the file was measured; naming it as the baseline says that it compares.
        earlier.environment = run.environment.clone();
    }
    Ok(baseline::from_runs(path.display().to_string(), vec![earlier], &run.environment))
}

/// The newest accepted run of the same suite and environment.
pub fn newest_accepted(plan: &Plan, run: &Run) -> Result<Option<Run>, String> {
    let before =
        baseline::find(&Store::Directory(plan.baselines.clone()), &run.environment, &run.suite).map_err(|error| error.to_string())?;
    Ok(before.runs.into_iter().next())
}

/// Makes the outcome, writes every report, and last of all the verdict.
fn finish(plan: &Plan, judged: Vec<Judged>, taps: Vec<Tap>, around: Surroundings<'_>) -> Result<Outcome, OutputFailed> {
    let (runs, suites): (Vec<Option<Run>>, Vec<SuiteOutcome>) = judged.into_iter().unzip();
    // The process ends soon after: to free many series one by one would take longer than to write them.
    let runs: ManuallyDrop<Vec<Run>> = ManuallyDrop::new(runs.into_iter().flatten().collect());
    let measured: Vec<&Run> = runs.iter().collect();
    let mut outcome = judge::conclude(&Policy { reproduce: plan.typed.clone(), ..plan.policy("", &[]) }, &measured, suites);
    close(plan, &mut outcome, around);
    let report = Report { outcome: &outcome, runs: &runs };
    let told = taps.into_iter().try_for_each(|tap| tap.finish(&report));
    let asked = outputs::write_asked(plan, &report, around.terminal);
    let kept = outputs::write_kept(plan, &report);
    let failures: Vec<OutputFailed> = [told, asked, kept].into_iter().filter_map(Result::err).collect();
    if !failures.is_empty() {
        // Who waits for that report must not read a pass elsewhere.
        outcome.verdict = outcome.verdict.max(Verdict::NoVerdict);
        outcome.notes.extend(failures.iter().map(|failure| Note::text(failure.to_string())));
        close(plan, &mut outcome, around);
    }
    outputs::conclude(plan, &Report { outcome: &outcome, runs: &runs }, &failures, around.terminal)?;
    Ok(outcome)
}

/// The exit code, and what a first-time user does next.
fn close(plan: &Plan, outcome: &mut Outcome, around: Surroundings<'_>) {
    outcome.exit_code = plan.exit.code(outcome.verdict);
    if let Some(code) = around.interrupt.exit_code() {
        outcome.partial = true;
        outcome.exit_code = code;
    }
    let is_first_use = outcome.suites.iter().all(|suite| suite.baseline.kind == BaselineKind::None);
    let is_shown = is_first_use && outcome.verdict < Verdict::NoVerdict && plan.keep == config::Keep::Everything;
    outcome.next_steps = if is_shown { plan.next_steps() } else { Vec::new() };
}

/// The environment of this machine, or the one that a name stands for.
fn environment(name: Option<&str>) -> Environment {
    let machine::Facts { key, hard, drift } = machine::environment(name);
    Environment { key, hard, drift }
}
