//! The straight line: measure or read → record → compare → judge → report. The only file that knows all stages.

mod before;
mod builds;
mod confirm;
mod doctor;
mod drive;
mod find_rate;
mod history;
mod interleave;
pub mod jenkins;
mod live;
mod measure;
mod outputs;
mod repeat;
mod start;

use crate::baseline;
use crate::clock::Clock;
use crate::compare;
use crate::config::{self, BaselineChoice, Plan, Profile, SuitePlan};
use crate::format;
use crate::interrupt::Interrupt;
use crate::judge::{self, Policy};
use crate::machine;
use crate::model::{BaselineKind, Before, Environment, Note, Outcome, Run, SuiteOutcome, Verdict};
use crate::output::Report;
use crate::record::{self, Keep, Recorder};
use crate::report::{Entry, Style};
use crate::source::Input;
use crate::target::Target;
use crate::terminal::Terminal;
use before::{Baselines, Early, Found};
use interleave::Comparing;
use outputs::{Opened, Tap, Taps};
use repeat::Measured;
use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::{panic, slice, thread};

pub use doctor::{checkup, keep_checkup};
pub use find_rate::find_rate;
pub use history::{history, report as report_history};
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
struct Judged {
    run: Option<Run>,
    outcome: SuiteOutcome,
    /// Further measurements, by their paths below `runs/`.
    further: Vec<(String, Run)>,
}

/// `run`: measures every suite of the plan, compares, judges, writes everything.
pub fn run(plan: &Plan, around: Surroundings<'_>) -> Result<Outcome, OutputFailed> {
    outputs::clear(plan)?;
    let names: Vec<&str> = plan.suites.iter().map(|suite| suite.work.name.as_str()).collect();
    let mut gate = Gate {
        plan,
        around,
        here: environment(plan.environment.as_deref()),
        commit: measure::commit(plan, around),
        baselines: Baselines::of_change(plan, &names, around),
        asked: outputs::requested_samples(plan)?,
        own: Vec::new(),
        remark: None,
    };
    let mut in_turn = gate.interleaved();
    let each = plan.suites.iter().map(|suite| in_turn.remove(suite.work.name.as_str()).unwrap_or_else(|| gate.suite(suite)));
    let mut judged: Vec<Judged> = each.collect();
    judged.iter_mut().take(1).for_each(|first| first.outcome.notes.extend(gate.remark.take()));
    let taps = gate.own.into_iter().chain([gate.asked]).collect();
    finish(plan, judged, taps, around)
}

/// Takes the suites of `run` one after the other.
struct Gate<'a> {
    plan: &'a Plan,
    around: Surroundings<'a>,
    here: Environment,
    commit: Option<String>,
    baselines: Baselines<'a>,
    /// Reports of samples that the user asked for.
    asked: Tap,
    /// Those of single suites.
    own: Vec<Tap>,
    /// What is said of the whole in the first suite.
    remark: Option<Note>,
}

impl<'a> Gate<'a> {
    fn is_interrupted(&self) -> bool {
        self.around.interrupt.exit_code().is_some()
    }

    /// The suites that are measured against another version, in turn with it.
    fn interleaved(&mut self) -> BTreeMap<&'a str, Judged> {
        let plan = self.plan;
        let is_checkout = self.commit.is_some();
        let facts = |suite: &SuitePlan| config::AutoFacts {
            is_checkout,
            compares: self.baselines.compares(&suite.work.name, &environment_of(suite, &self.here)),
        };
        let wanted = |suite: &&SuitePlan| config::interleaved(plan, suite, facts(suite)).is_some();
        let suites: Vec<&SuitePlan> = plan.suites.iter().filter(wanted).collect();
        let against = suites.first().and_then(|suite| config::interleaved(plan, suite, facts(suite)));
        let Some(against) = against else { return BTreeMap::new() };
        let comparing = Comparing { plan, against, here: &self.here, around: self.around };
        match comparing.versions() {
            Ok(versions) => comparing.suites(&suites, &versions),
            Err(error) if matches!(plan.baseline, BaselineChoice::Against(_)) => comparing.unmeasured(&suites, &error.to_string()),
            // Nobody asked for it, and the stored baselines say what that means.
            Err(error) => {
                self.remark = Some(Note::text(format!("not measured against the merge base: {error}")));
                BTreeMap::new()
            }
        }
    }

    /// Builds, measures, judges; measures again what failed, where that is wanted.
    fn suite(&mut self, suite: &SuitePlan) -> Judged {
        let name = &suite.work.name;
        let policy = self.plan.policy(name, &suite.expect);
        if self.is_interrupted() {
            return unmeasured(name, "interrupted before this suite began", &policy);
        }
        let mut own = Tap::default();
        let opened =
            measure::build(self.plan, suite, self.around).and_then(|()| outputs::of_work(self.plan, suite).map_err(|error| error.0));
        let measured = opened.map(|tap| {
            own = tap;
            let mut asked = std::mem::take(&mut self.asked);
            let measured = self.measured(suite, &mut Taps { asked: &mut asked, own: &mut own });
            self.asked = asked;
            measured
        });
        let Measured { whole, parts } = measured.unwrap_or_else(|reason| Measured { whole: Err(reason), parts: Vec::new() });
        let judged = match whole {
            Ok(run) => {
                self.own.push(own);
                let judged = judge_against(&self.baselines, Early::Nothing, run, &policy);
                self.confirmed(suite, judged, &policy)
            }
            Err(reason) => unmeasured(name, &reason, &policy),
        };
        let parts = (1..).zip(parts).map(|(time, part): (u32, Run)| (format!("{name}/{time}"), part));
        let further = parts.chain(judged.further).collect();
        Judged { run: judged.run, outcome: judged.outcome, further }
    }

    /// As often in a row as the plan says.
    fn measured(&self, suite: &SuitePlan, taps: &mut Taps<'_>) -> Measured {
        repeat::measured(
            self.plan.repeat,
            || self.is_interrupted(),
            |_| {
                let run = measure::suite(self.plan, suite, self.around, taps)?;
                Ok(Run { environment: environment_of(suite, &self.here), commit: self.commit.clone(), ..run })
            },
        )
    }

    /// Measures a failing suite again, until nothing failed each time or as often as the plan says.
    fn confirmed(&self, suite: &SuitePlan, first: Judged, policy: &Policy) -> Judged {
        let (mut again, mut further) = (Vec::new(), first.further);
        for time in 1..=self.plan.confirm {
            if self.is_interrupted() || !confirm::is_open(&first.outcome, &again) {
                break;
            }
            self.around.terminal.say(&format!("{}: failed, so it is measured again ({time} of {})", suite.work.name, self.plan.confirm));
            // What outputs hold is of the run that is judged.
            let (mut asked, mut own) = (Tap::default(), Tap::default());
            let Measured { whole, .. } = self.measured(suite, &mut Taps { asked: &mut asked, own: &mut own });
            again.push(whole.and_then(|run| {
                let is_cut = run.partial;
                let Judged { run, outcome, .. } = judge_against(&self.baselines, Early::Nothing, run, policy);
                further.extend(run.map(|run| (format!("{}/confirm-{time}", suite.work.name), run)));
                if is_cut { Err("the run is cut".to_string()) } else { Ok(outcome) }
            }));
        }
        Judged { run: first.run, outcome: confirm::confirmed(first.outcome, again), further }
    }
}

/// `check`: the same from result files of other tools.
pub fn check(plan: &Plan, suites: &[CheckedSuite], format: Option<&str>, around: Surroundings<'_>) -> Result<Outcome, OutputFailed> {
    outputs::clear(plan)?;
    let mut tap = outputs::requested_samples(plan)?;
    let names: Vec<&str> = suites.iter().map(|suite| suite.name.as_str()).collect();
    let baselines = Baselines::of_change(plan, &names, around);
    let mut judged = Vec::new();
    for suite in suites {
        let policy = Policy { reproduce: plan.typed.clone(), ..plan.policy(&suite.name, &suite.expect) };
        let (run, early) = thread::scope(|scope| {
            let early = scope.spawn(|| baselines.early(&suite.name));
            (read(&suite.name, &suite.inputs, format, &mut tap), early.join().unwrap_or_else(|bug| panic::resume_unwind(bug)))
        });
        judged.push(match run {
            Ok(mut run) => {
                if run.environment.key.is_empty() {
                    run.environment = environment(Some(&suite.environment));
                }
                if run.started_ns.is_none() {
                    // Who accepts it must be able to tell it from the same numbers measured again.
                    run.session_ns.get_or_insert(plan.now_ns);
                }
                match policy.clone().replaying(&run.pair_facts) {
                    Ok(policy) => judge_against(&baselines, early, run, &policy),
                    Err(reason) => unmeasured(&suite.name, &reason, &policy),
                }
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

/// Reads one suite's files into a run: as repetitions of each other, or as the shards of one test. The error is a sentence
/// with its place.
pub fn read(name: &str, inputs: &[Input], format: Option<&str>, tap: &mut Tap) -> Result<Run, String> {
    let mut recorder = Recorder::new(Keep::Exact);
    let (mut shards, mut reader) = (Vec::new(), None);
    for input in inputs {
        let outcome = if tap.is_idle() {
            format::read(input, format, &mut recorder)
        } else {
            format::read(input, format, &mut tap.beside(&mut recorder))
        };
        if let Some(failure) = tap.failure() {
            return Err(failure.0);
        }
        reader = Some(outcome.map_err(|error| error.to_string())?);
        recorder.end_repetition();
        if recorder.has_shard() || !shards.is_empty() {
            shards.push(std::mem::replace(&mut recorder, Recorder::new(Keep::Exact)).finish(name));
        }
    }
    let run = if shards.is_empty() { recorder.finish(name) } else { record::join_shards(shards)? };
    Ok(Run { format: reader, ..run })
}

/// Compares a run with its baseline and judges it; a baseline that cannot be read judges nothing.
fn judge_against(baselines: &Baselines<'_>, early: Early, run: Run, policy: &Policy) -> Judged {
    match baselines.of(&run, early) {
        Ok(Found { before, notes }) => {
            // Not freed, like the runs in `finish`.
            let before = ManuallyDrop::new(before);
            let (run, mut outcome) = judge_run(run, &before, policy);
            outcome.notes.extend(notes);
            Judged { run: Some(run), outcome, further: Vec::new() }
        }
        Err(reason) => Judged { run: Some(run.clone()), ..unmeasured(&run.suite, &reason, policy) },
    }
}

/// The same for whoever must not go on without a judgement, such as `accept`. The error is a sentence.
pub fn review(plan: &Plan, run: Run, policy: &Policy) -> Result<(Run, SuiteOutcome), String> {
    let Found { before, .. } = Baselines::at_hand(plan).of(&run, Early::Nothing)?;
    Ok(judge_run(run, &before, policy))
}

fn judge_run(run: Run, before: &Before, policy: &Policy) -> (Run, SuiteOutcome) {
    let limits = policy.pair_limits(&run);
    let mut comparison = compare::compare(before, run, &policy.asked());
    compare::compare_pairs(&mut comparison, &limits);
    let outcome = judge::judge(&comparison, policy);
    let mut run = comparison.run;
    // What is stored with the pairs has to say what they were judged by.
    run.pair_facts.series = run.pair_facts.series.or(u32::try_from(limits.len()).ok()).filter(|_| !run.pairs.is_empty());
    run.pair_facts.thresholds = policy.pair_thresholds(&run);
    (run, outcome)
}

fn unmeasured(suite: &str, reason: &str, policy: &Policy) -> Judged {
    Judged { run: None, outcome: judge::no_verdict(suite, reason, &policy.reproduce), further: Vec::new() }
}

/// Makes the outcome of the suites, and ends with it.
fn finish(plan: &Plan, judged: Vec<Judged>, taps: Vec<Tap>, around: Surroundings<'_>) -> Result<Outcome, OutputFailed> {
    let (mut runs, mut suites, mut further) = (Vec::new(), Vec::new(), Vec::new());
    for judged in judged {
        runs.push(judged.run);
        suites.push(judged.outcome);
        further.extend(judged.further);
    }
    let runs: Vec<Run> = runs.into_iter().flatten().collect();
    let measured: Vec<&Run> = runs.iter().collect();
    let outcome = judge::conclude(&Policy { reproduce: plan.typed.clone(), ..plan.policy("", &[]) }, &measured, suites);
    finish_with(plan, Ending { outcome, runs, further, taps, documents: Vec::new() }, around)
}

/// What is written at the end.
struct Ending {
    outcome: Outcome,
    runs: Vec<Run>,
    /// Further measurements, by their paths below `runs/`.
    further: Vec<(String, Run)>,
    taps: Vec<Tap>,
    /// Kept with a numbered build, by their file names.
    documents: Vec<(&'static str, String)>,
}

/// Writes every report, and last of all the verdict.
fn finish_with(plan: &Plan, ending: Ending, around: Surroundings<'_>) -> Result<Outcome, OutputFailed> {
    let Ending { mut outcome, runs, further, taps, documents } = ending;
    // The process ends soon after: to free many series one by one would take longer than to write them.
    let runs = ManuallyDrop::new(runs);
    close(plan, &mut outcome, around);
    let report = Report { outcome: &outcome, runs: &runs };
    let told = taps.into_iter().try_for_each(|tap| tap.finish(&report));
    let asked = outputs::write_asked(plan, &report, around.terminal);
    let kept = outputs::write_kept(plan, &report).and(outputs::write_further(plan, &report, &further));
    let mut failures: Vec<OutputFailed> = [told, asked, kept].into_iter().filter_map(Result::err).collect();
    distrust(plan, &mut outcome, &failures, around);
    // With the verdict that stands after everything else was written.
    if let Err(failure) = builds::keep(plan, &outcome, &runs, &documents) {
        distrust(plan, &mut outcome, slice::from_ref(&failure), around);
        failures.push(failure);
    }
    outputs::conclude(plan, &Report { outcome: &outcome, runs: &runs }, &failures, around.terminal)?;
    Ok(outcome)
}

/// Who waits for what could not be written must not read a pass elsewhere.
fn distrust(plan: &Plan, outcome: &mut Outcome, failures: &[OutputFailed], around: Surroundings<'_>) {
    if !failures.is_empty() {
        outcome.verdict = outcome.verdict.max(Verdict::NoVerdict);
        outcome.notes.extend(failures.iter().map(|failure| Note::text(failure.to_string())));
        close(plan, outcome, around);
    }
}

/// The exit code, and what a first-time user does next.
fn close(plan: &Plan, outcome: &mut Outcome, around: Surroundings<'_>) {
    outcome.exit_code = plan.exit.code(outcome.verdict);
    if let Some(code) = around.interrupt.exit_code() {
        outcome.partial = true;
        outcome.exit_code = code;
    }
    let is_first_use = outcome.suites.iter().all(|suite| suite.baseline.kind == BaselineKind::None);
    let is_shown =
        plan.profile == Profile::Default && is_first_use && outcome.verdict < Verdict::NoVerdict && plan.keep == config::Keep::Everything;
    outcome.next_steps = if is_shown { plan.next_steps() } else { Vec::new() };
}

/// The environment of a suite: the target that it names, else this machine.
fn environment_of(suite: &SuitePlan, here: &Environment) -> Environment {
    suite.environment.as_deref().map_or_else(|| here.clone(), |name| environment(Some(name)))
}

/// The environment of this machine, or the one that a name stands for.
fn environment(name: Option<&str>) -> Environment {
    let machine::Facts { key, hard, drift } = machine::environment(name);
    Environment { key, hard, drift }
}
