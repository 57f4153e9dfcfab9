//! From a suite's work to a `Run`: builds, starts what must be started, measures or lets measure, records.

use super::outputs::{Tap, jtl_of_suite};
use super::{Surroundings, read};
use crate::config::{Plan, SuitePlan};
use crate::measure::child::{self, Setting};
use crate::measure::http::{self, Drive, Phase, Progress};
use crate::measure::server::Server;
use crate::measure::{command, harness, tool};
use crate::model::{CommandWork, HarnessWork, LoadWork, Run, Series, SeriesKey, ServerWork, SuiteWork, ToolWork, Unit, Work, metric};
use crate::record::{Keep, Recorder};
use crate::source::Input;
use crate::terminal;
use std::path::{Path, PathBuf};

/// Measures one suite. The error is the sentence of a suite that could not be measured.
pub fn suite(plan: &Plan, suite: &SuitePlan, around: Surroundings<'_>) -> Result<Run, String> {
    let bench = Bench { plan, work: &suite.work, around };
    bench.build()?;
    let started = around.clock.elapsed_ns();
    let started_epoch = around.clock.epoch_ns();
    let mut run = match &suite.work.work {
        Work::Benchmark(work) => bench.harness(work),
        Work::Command(work) => bench.command(work),
        Work::Tool(work) => bench.tool(work),
        Work::Load { server, load } => bench.load(server.as_ref(), load),
    }?;
    run.started_ns.get_or_insert(started_epoch);
    if run.duration_ns == 0 {
        run.duration_ns = around.clock.elapsed_ns() - started;
    }
    run.partial |= around.interrupt.is_set();
    Ok(run)
}

/// The commit that is measured: the CI's word where it gives one, else git's.
pub fn commit(plan: &Plan) -> Option<String> {
    plan.commit.clone().or_else(|| child::first_line(&["git", "rev-parse", "HEAD"], &plan.root))
}

struct Bench<'a> {
    plan: &'a Plan,
    work: &'a SuiteWork,
    around: Surroundings<'a>,
}

impl Bench<'_> {
    fn logs(&self) -> PathBuf {
        self.plan.results.join("logs")
    }

    fn log(&self, what: &str) -> PathBuf {
        self.logs().join(format!("{}.{what}.log", self.work.name))
    }

    fn build(&self) -> Result<(), String> {
        let Some(command) = &self.work.build else { return Ok(()) };
        let phase = self.around.terminal.phase(&format!("{}: building", self.work.name));
        let built = child::run_to_end(command, &self.work.directory, &self.log("build"), self.work.timeout, self.around.interrupt.flag());
        built.map_err(|error| format!("the build did not succeed: {error}"))?;
        phase.done("built");
        Ok(())
    }

    fn harness(&self, work: &HarnessWork) -> Result<Run, String> {
        let phase = self.around.terminal.phase(&format!("{}: measuring", self.work.name));
        let fresh = self.plan.results.join("criterion").join(&self.work.name);
        let harvest = harness::run(work, self.work, &self.logs(), &fresh, self.around.interrupt.flag()).map_err(|error| error.to_string())?;
        let input = harvest.results.or(harvest.criterion).unwrap_or(harvest.stdout);
        let run = self.read(&[input], work.format.as_deref())?;
        phase.done(&series_count(&run));
        Ok(run)
    }

    fn tool(&self, work: &ToolWork) -> Result<Run, String> {
        let phase = self.around.terminal.phase(&format!("{}: measuring", self.work.name));
        let harvest = tool::run(work, self.work, &self.logs(), self.around.interrupt.flag()).map_err(|error| error.to_string())?;
        let mut run = self.read(&harvest.results, work.format.as_deref())?;
        run.notes.extend(harvest.notes);
        phase.done(&series_count(&run));
        Ok(run)
    }

    fn read(&self, paths: &[PathBuf], format: Option<&str>) -> Result<Run, String> {
        let mut recorder = Recorder::new(Keep::Exact);
        for path in paths {
            format::read(&Input::File(path.clone()), format, &mut recorder).map_err(|error| error.to_string())?;
        }
        Ok(recorder.finish(&self.work.name))
    }

    fn command(&self, work: &CommandWork) -> Result<Run, String> {
        let phase = self.around.terminal.phase(&format!("{}: measuring", self.work.name));
        let mut recorder = Recorder::new(Keep::Exact);
        let mut progress = |done: u64, total: u64| phase.at(done, Some(total), "");
        command::run(work, self.work, &self.logs(), self.around.interrupt.flag(), &mut progress, &mut recorder).map_err(|error| error.to_string())?;
        let run = recorder.finish(&self.work.name);
        phase.done(&format!("{} runs", work.repeat));
        Ok(run)
    }

    fn load(&self, server: Option<&ServerWork>, work: &LoadWork) -> Result<Run, String> {
        let Some(server) = server else { return self.drive(work, None) };
        let phase = self.around.terminal.phase(&format!("{}: starting the server", self.work.name));
        let mut server = Server::start(server, &self.work.directory, &self.log("server"), self.around.interrupt.flag()).map_err(|error| error.to_string())?;
        drop(phase);
        let measured = self.drive(work, Some(&mut server));
        let check = server.check().map_err(|error| error.to_string());
        server.stop();
        check?;
        measured
    }

    fn drive(&self, work: &LoadWork, mut server: Option<&mut Server>) -> Result<Run, String> {
        let phase = self.around.terminal.phase(&format!("{}: load", self.work.name));
        let mut progress = |progress: Progress| show(&phase, &progress);
        let mut recorder = Recorder::new(Keep::Histogram);
        let mut tap = Tap::new(vec![jtl_of_suite(self.plan, &self.work.name)?]);
        let before = server.as_mut().and_then(|server| server.usage());
        let drive = Drive { work, port: server.as_ref().map(|server| server.port()), interrupted: self.around.interrupt.flag(), progress: &mut progress };
        http::drive(drive, &mut tap.beside(&mut recorder)).map_err(|error| error.to_string())?;
        if let Some(failed) = tap.failed() {
            return Err(failed.0);
        }
        let after = server.as_mut().and_then(|server| server.usage());
        let run = recorder.finish(&self.work.name);
        phase.done(&requests(&run));
        Ok(run)
    }
}

fn show(phase: &crate::terminal::Phase, progress: &Progress) {
    let word = match progress.phase {
        Phase::WarmUp => "warm-up",
        Phase::Measuring => "measuring",
        Phase::Draining => "waiting for the last answers",
    };
    let (done, total) = match (progress.planned, progress.total_ns) {
        (_, Some(total_ns)) => (progress.elapsed_ns, Some(total_ns)),
        (Some(planned), None) => (progress.done, Some(planned)),
        (None, None) => (progress.done, None),
    };
    phase.at(done, total, &format!("{word}, {} requests, {} errors", progress.done, progress.errors));
}

fn series_count(run: &Run) -> String {
    format!("{} series", run.series.len())
}

fn requests(run: &Run) -> String {
    run.load.as_ref().map_or_else(String::new, |load| format!("{} of {} requests answered, {} failed, {} unsent", load.completed, load.planned, load.failed, load.unsent))
}
