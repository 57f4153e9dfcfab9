//! The profile `jenkins`: the plugin's readers, numbers and gates in place of ours. Measuring, builds and reports are the same.

use super::outputs::{self, OutputFailed, Tap, Taps};
use super::{Ending, Surroundings, finish_with, measure};
use crate::baseline::builds;
use crate::config::{BaselineChoice, Plan, Step, SuitePlan};
use crate::jenkins::{self, Abort, Build, BuildResult, Collected, CurrentBuild, FileNumbers, Folder, Judged, Settings, WrittenFile};
use crate::judge;
use crate::model::{BaselineFacts, BaselineKind, Note, Outcome, Run, SuiteOutcome, Verdict, Work};
use crate::output::Report;
use crate::source::Input;
use crate::target::Target;
use std::path::Path;

/// The numbers of a kept build.
const NUMBERS: &str = "jenkins.json";
/// Folder of the results directory for what the plugin writes into that of the build.
const WRITTEN: &str = "jenkins";
/// Why a suite that writes no result file is not even measured.
const NO_FILES: &str = "the profile `jenkins` judges result files, and this suite writes none that it reads; give it a `tool` with `results`, or \
                        judge it by the profile `default`";
/// Why a suite that was measured has no verdict.
const UNREAD: &str = "no file that this suite wrote is among `source_data_files` of [jenkins], so nothing judges it; add its results there";

/// `check`: judges the files that were typed, or else those that the settings name.
pub fn check(plan: &Plan, step: &Step, around: Surroundings<'_>) -> Result<Outcome, OutputFailed> {
    outputs::clear(plan)?;
    judged(plan, step, Vec::new(), Vec::new(), around)
}

/// `run`: measures every suite, then judges the files that the settings name; where they name none, those that the suites wrote. A
/// suite of which no file is judged has no verdict: what it measured would otherwise pass unseen.
pub fn run(plan: &Plan, step: &Step, around: Surroundings<'_>) -> Result<Outcome, OutputFailed> {
    outputs::clear(plan)?;
    let (mut runs, mut unmeasured, mut written) = (Vec::new(), Vec::new(), Vec::new());
    for suite in &plan.suites {
        let files = written_by(plan, suite);
        let outcome = if files.is_empty() { Err(NO_FILES.to_string()) } else { measured(plan, suite, around)? };
        match outcome.and_then(|run| if is_judged(plan, step, &files)? { Ok(run) } else { Err(UNREAD.to_string()) }) {
            Ok(run) => {
                runs.push(run);
                written.extend(files);
            }
            Err(reason) => unmeasured.push(judge::no_verdict(&suite.work.name, reason, &plan.typed)),
        }
    }
    let mut step = step.clone();
    for settings in step.settings.iter_mut().filter(|settings| settings.source_data_files.is_empty()) {
        settings.source_data_files.clone_from(&written);
    }
    judged(plan, &step, runs, unmeasured, around)
}

/// Whether any of these files is among those that the settings name; where they name none, all are.
fn is_judged(plan: &Plan, step: &Step, files: &[String]) -> Result<bool, String> {
    let Some(settings) = step.settings.first().filter(|settings| !settings.source_data_files.is_empty()) else { return Ok(true) };
    let found = |entries: &[String]| jenkins::files(entries, &plan.root).map_err(|abort| abort.to_string());
    let named = found(&settings.source_data_files)?;
    Ok(found(files)?.iter().any(|file| named.contains(file)))
}

/// One suite, with its result file in place: that is what is judged. The inner error is a sentence.
fn measured(plan: &Plan, suite: &SuitePlan, around: Surroundings<'_>) -> Result<Result<Run, String>, OutputFailed> {
    if around.interrupt.exit_code().is_some() {
        return Ok(Err("interrupted before this suite began".to_string()));
    }
    let (mut asked, mut own) = (Tap::default(), outputs::of_work(plan, suite)?);
    let built = measure::build(plan, suite, around);
    let run = built.and_then(|()| measure::suite(plan, suite, around, &mut Taps { asked: &mut asked, own: &mut own }));
    let run = match run {
        Ok(run) => run,
        Err(reason) => return Ok(Err(reason)),
    };
    own.finish(&Report { outcome: &Outcome::of(Vec::new()), runs: &[] })?;
    Ok(if run.partial { Err("the run was interrupted".to_string()) } else { Ok(run) })
}

/// Where a suite's result files are, relative to where the configuration stands.
fn written_by(plan: &Plan, suite: &SuitePlan) -> Vec<String> {
    match &suite.work.work {
        Work::Tool(tool) => tool.results.clone(),
        Work::Load { .. } => {
            let path = plan.results.join("jtl").join(format!("{}.jtl", suite.work.name));
            vec![path.strip_prefix(&plan.root).unwrap_or(&path).display().to_string()]
        }
        // Neither makes a file that the plugin reads.
        Work::Benchmark(_) | Work::Command(_) => Vec::new(),
    }
}

fn judged(
    plan: &Plan,
    step: &Step,
    runs: Vec<Run>,
    unmeasured: Vec<SuiteOutcome>,
    around: Surroundings<'_>,
) -> Result<Outcome, OutputFailed> {
    let inputs: Vec<Input> = step.files.iter().map(|file| Input::of_word(file)).collect();
    let first = step.settings.first().ok_or_else(|| OutputFailed("the profile `jenkins` has no step".to_string()))?;
    let collected = match inputs.as_slice() {
        // Old files are no evidence where nothing could be measured.
        [] if runs.is_empty() && !unmeasured.is_empty() => None,
        [] => Some(jenkins::collect(first, &plan.root)),
        inputs => Some(jenkins::collect_inputs(first, inputs)),
    };
    // The numbers asked for are no report of ours: nothing else of the program knows them.
    let (numbers, reports) = plan.reports.iter().cloned().partition(|request| request.kind == jenkins::REPORT.0);
    let plan = &Plan { reports, ..plan.clone() };
    let (mut outcome, documents, files) = match collected {
        None => (Outcome::of(Vec::new()), Vec::new(), Vec::new()),
        Some(Ok(collected)) => {
            let text = jenkins::to_json(&collected);
            for request in &numbers {
                write(request.path.as_deref().map_or(Target::Stdout, |path| Target::File(path.to_path_buf())), &text)?;
            }
            let judged = of_steps(plan, step, &collected)?;
            let files = judged.files.clone();
            (judged.outcome(&plan.typed), vec![(NUMBERS, text)], files)
        }
        Some(Err(abort)) => (aborted(first, &abort, &plan.typed), Vec::new(), Vec::new()),
    };
    if !unmeasured.is_empty() {
        outcome = Outcome { notes: outcome.notes, ..Outcome::of(unmeasured.into_iter().chain(outcome.suites).collect()) };
    }
    for file in files {
        write(Target::File(place(plan, &file)), &file.text)?;
    }
    finish_with(plan, Ending { outcome, runs, further: Vec::new(), taps: Vec::new(), documents }, around)
}

/// An error that the plugin does not catch fails its build; in strict mode, and where the error is ours, there is no verdict.
fn aborted(settings: &Settings, abort: &Abort, reproduce: &str) -> Outcome {
    let mut suite = judge::no_verdict("jenkins", abort.to_string(), reproduce);
    if abort.is_plugins && !settings.strict {
        suite.verdict = Verdict::Fail;
        suite.findings.iter_mut().for_each(|finding| {
            finding.verdict = Verdict::Fail;
            finding.sentence.push_str("; the plugin's step ends here and the build fails, although nothing was judged");
        });
    }
    Outcome::of(vec![suite])
}

/// Every step on the same files; the worst verdict decides.
fn of_steps(plan: &Plan, step: &Step, collected: &Collected) -> Result<Judged, OutputFailed> {
    let mut history = history(plan)?;
    let newest = history.iter().map(|build| build.number).max().unwrap_or(0);
    let current =
        CurrentBuild { number: plan.build_number.unwrap_or(newest + 1), started_ns: plan.now_ns, zone: jiff::tz::TimeZone::system() };
    if let (BaselineChoice::Path(path), Some(settings)) = (&plan.baseline, step.settings.first()) {
        history = vec![named(settings, path, current.number.saturating_sub(1))?];
    }
    let mut judged = step.settings.iter().map(|settings| jenkins::judge(settings, collected, &current, &history));
    let first = judged.next().ok_or_else(|| OutputFailed("the profile `jenkins` has no step".to_string()))?;
    let judged = judged.fold(first, Judged::and);
    Ok(match &plan.baseline {
        BaselineChoice::Path(path) if judged.baseline.kind != BaselineKind::None => {
            let path = Some(path.display().to_string());
            Judged { baseline: BaselineFacts { kind: BaselineKind::File, path, runs: 1, ..BaselineFacts::default() }, ..judged }
        }
        BaselineChoice::Path(_) => judged,
        _ => with_number(plan, step, judged),
    })
}

/// A build without a number is not kept: whoever compares builds should know.
fn with_number(plan: &Plan, step: &Step, mut judged: Judged) -> Judged {
    let compares = step.settings.iter().any(|settings| settings.mode_of_threshold || settings.mode_evaluation);
    if compares && plan.build_number.is_none() {
        judged
            .notes
            .push(Note::text("this build has no number, so that no later one can be compared with it; give one by `--build-number N`"));
    }
    judged
}

/// The kept builds with their numbers, newest first.
fn history(plan: &Plan) -> Result<Vec<Build>, OutputFailed> {
    let failed = |error: crate::baseline::BaselineError| OutputFailed(error.to_string());
    let mut history = Vec::new();
    for build in builds::list(&plan.builds).map_err(failed)? {
        let text = build.document(NUMBERS).map_err(failed)?;
        let reports = text.map(|text| numbers(&text)).transpose();
        let reports = reports.map_err(|error| OutputFailed(format!("{}/{NUMBERS}: {error}", build.path().display())))?;
        let result = match build.facts.verdict {
            _ if build.facts.aborted => None,
            Verdict::Pass => Some(BuildResult::Success),
            Verdict::Unstable => Some(BuildResult::Unstable),
            Verdict::NoVerdict | Verdict::Fail => Some(BuildResult::Failure),
        };
        let started_ns = build.facts.started_ns.unwrap_or(0);
        history.push(Build { number: build.facts.number, result, started_ns, reports: reports.unwrap_or_default() });
    }
    Ok(history)
}

/// The numbers that a build kept; what it dropped is not among them.
fn numbers(text: &str) -> Result<Vec<FileNumbers>, serde_json::Error> {
    let files: Vec<serde_json::Value> = serde_json::from_str(text)?;
    files.into_iter().filter(|file| file.get("dropped").is_none()).map(serde_json::from_value).collect()
}

/// A result file that the user named stands for the build before.
fn named(settings: &Settings, path: &Path, number: u64) -> Result<Build, OutputFailed> {
    let refused = |why: String| OutputFailed(format!("the baseline {}: {why}", path.display()));
    let collected = jenkins::collect_inputs(settings, &[Input::File(path.to_path_buf())]).map_err(|abort| refused(abort.to_string()))?;
    if let Some(dropped) = collected.parsers.iter().find_map(|parser| parser.dropped.first()) {
        return Err(refused(dropped.reason.clone()));
    }
    let reports: Vec<FileNumbers> = collected.parsers.into_iter().flat_map(|parser| parser.reports).collect();
    if reports.is_empty() {
        return Err(refused("holds no results; name another".to_string()));
    }
    Ok(Build { number, result: Some(BuildResult::Success), started_ns: 0, reports })
}

fn place(plan: &Plan, file: &WrittenFile) -> std::path::PathBuf {
    match file.folder {
        Folder::Build => plan.results.join(WRITTEN).join(&file.path),
        Folder::Workspace => plan.root.join(&file.path),
    }
}

fn write(target: Target, text: &str) -> Result<(), OutputFailed> {
    let (mut writer, pending) = target.open()?;
    writer.write_all(text.as_bytes()).map_err(|error| OutputFailed(error.to_string()))?;
    drop(writer);
    pending.commit()?;
    Ok(())
}
