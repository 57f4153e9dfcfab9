//! From a suite's work to a `Run`: builds, starts what must be started, measures or lets measure, records.

use super::before::GIT_TIMEOUT;
use super::drive::{Asked, Driving};
use super::outputs::{Tap, Taps};
use super::{Surroundings, read, start};
use crate::config::{Plan, SuitePlan};
use crate::machine;
use crate::measure::harness::Program;
use crate::measure::{self, MeasureError, Server, Setting};
use crate::model::{CommandWork, HarnessWork, LoadWork, Note, Run, ServerWork, Shard, SuiteWork, ToolWork, Work};
use crate::record::{Keep, Recorder};
use crate::source::Input;
use crate::{target, terminal};
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

/// Builds one suite, where it has to be. The error is the sentence of a suite that could not be measured.
pub fn build(plan: &Plan, suite: &SuitePlan, around: Surroundings<'_>) -> Result<(), String> {
    Station { plan, work: &suite.work, around }.build()
}

/// Measures one suite that is built. The error is the sentence of a suite that could not be measured.
pub fn suite(plan: &Plan, suite: &SuitePlan, around: Surroundings<'_>, taps: &mut Taps<'_>) -> Result<Run, String> {
    let station = Station { plan, work: &suite.work, around };
    let (started, started_epoch) = (around.clock.elapsed_ns(), around.clock.epoch_ns());
    let mut run = match &suite.work.work {
        Work::Benchmark(work) => station.harness(work, taps.asked),
        Work::Command(work) => station.command(work),
        Work::Tool(work) => station.tool(work, taps.asked),
        Work::Load { server, load } => {
            if !around.terminal.is_live() {
                around.terminal.say(&format!("{}: load", suite.work.name));
            }
            station.load(server.as_ref(), load, taps.own)
        }
    }?;
    run.started_ns.get_or_insert(started_epoch);
    if run.duration_ns == 0 {
        run.duration_ns = around.clock.elapsed_ns() - started;
    }
    run.partial |= around.interrupt.exit_code().is_some();
    Ok(run)
}

/// The server of a suite, started and ready; `None` of a load of one that runs already, and of other work.
pub fn server(plan: &Plan, suite: &SuitePlan, around: Surroundings<'_>) -> Result<Option<Server>, String> {
    let Work::Load { server: Some(server), .. } = &suite.work.work else { return Ok(None) };
    let station = Station { plan, work: &suite.work, around };
    let log = station.log("server");
    Server::start(server, &station.setting(&log)).map(Some).map_err(|error| error.to_string())
}

/// The programs behind a suite's `cargo bench`; none where it is something else.
pub fn programs(plan: &Plan, suite: &SuitePlan, work: &HarnessWork, around: Surroundings<'_>) -> Result<Vec<Program>, String> {
    let station = Station { plan, work: &suite.work, around };
    let log = station.log("programs");
    measure::harness::programs(work, &station.setting(&log)).map_err(|error| error.to_string())
}

/// A phase of a suite's load, of a server that is up and stays up.
pub fn phase(plan: &Plan, suite: &SuitePlan, load: &LoadWork, server: Option<&Server>, around: Surroundings<'_>) -> Result<Run, String> {
    let recorded = start::recorded(load, &suite.work.directory)?;
    let mut run = Station { plan, work: &suite.work, around }.drive(
        server,
        &Asked { work: load, recorded, targets: RefCell::default() },
        &mut Tap::default(),
    )?;
    run.partial |= around.interrupt.exit_code().is_some();
    Ok(run)
}

/// One load test of a server that runs already, without outputs of its own.
pub fn only_load(plan: &Plan, work: &SuiteWork, load: &LoadWork, around: Surroundings<'_>) -> Result<Run, String> {
    Station { plan, work, around }.drive(
        None,
        &Asked { work: load, recorded: Arc::default(), targets: RefCell::default() },
        &mut Tap::default(),
    )
}

/// Stops a server. What was measured of one that died by itself is void.
pub fn stop(mut server: Server) -> Result<(), String> {
    let alive = server.check().map_err(|error| error.to_string());
    let stopped = server.stop().map_err(|error| error.to_string());
    alive?;
    stopped.map(drop)
}

/// The commit that is measured: the CI's word where it gives one, else git's.
pub fn commit(plan: &Plan, around: Surroundings<'_>) -> Option<String> {
    plan.commit.clone().or_else(|| {
        if plan.keep == crate::config::Keep::OnlyAsked {
            return None;
        }
        let log = plan.results.join("logs").join("git.log");
        let setting =
            Setting { directory: &plan.root, log: &log, timeout: GIT_TIMEOUT, interrupted: around.interrupt.flag(), environment: &[] };
        measure::git::commit(&setting)
    })
}

/// One suite being measured.
struct Station<'a> {
    plan: &'a Plan,
    work: &'a SuiteWork,
    around: Surroundings<'a>,
}

impl Station<'_> {
    fn log(&self, what: &str) -> PathBuf {
        self.plan.results.join("logs").join(format!("{}.{what}.log", self.work.name))
    }

    fn setting<'a>(&'a self, log: &'a PathBuf) -> Setting<'a> {
        Setting {
            directory: &self.work.directory,
            log,
            timeout: self.work.timeout,
            interrupted: self.around.interrupt.flag(),
            environment: &self.work.environment,
        }
    }

    fn phase(&self, what: &str) -> terminal::Phase {
        self.around.terminal.phase(&format!("{}: {what}", self.work.name))
    }

    fn build(&self) -> Result<(), String> {
        let Some(command) = &self.work.build else { return Ok(()) };
        let phase = self.phase("building");
        let built = measure::run_to_end(command, &self.setting(&self.log("build")));
        built.map_err(|error| format!("the build did not succeed: {error}"))?;
        phase.done("done");
        Ok(())
    }

    fn harness(&self, work: &HarnessWork, tap: &mut Tap) -> Result<Run, String> {
        let phase = self.phase("measuring");
        let log = self.log("benchmark");
        let fresh = log.with_extension("criterion");
        // That of an earlier measurement of this call.
        let name = format!("{}.benchmark.criterion", glob::Pattern::escape(&self.work.name));
        target::remove_earlier(&self.plan.results, "logs", &[&name]).map_err(|error| error.to_string())?;
        let harvest = measure::harness::run(work, &fresh, &self.setting(&log)).map_err(|error| error.to_string())?;
        let input = harvest.results.or(harvest.criterion).unwrap_or(harvest.stdout);
        let mut run = read(&self.work.name, &[Input::File(input)], work.format.as_deref(), tap)?;
        run.notes.extend(harvest.notes);
        phase.done(&format!("{} series", run.series.len()));
        Ok(run)
    }

    fn tool(&self, work: &ToolWork, tap: &mut Tap) -> Result<Run, String> {
        let phase = self.phase("measuring");
        let harvest = measure::tool::run(work, &self.setting(&self.log("tool"))).map_err(|error| error.to_string())?;
        let inputs: Vec<Input> = harvest.paths.into_iter().map(Input::File).collect();
        let mut run = read(&self.work.name, &inputs, work.format.as_deref(), tap)?;
        run.notes.extend(harvest.notes);
        phase.done(&format!("{} series", run.series.len()));
        Ok(run)
    }

    fn command(&self, work: &CommandWork) -> Result<Run, String> {
        let phase = self.phase("measuring");
        let mut recorder = Recorder::new(Keep::Exact);
        let mut progress = |done: u32, total: u32| phase.at(u64::from(done), Some(u64::from(total)), "runs");
        match measure::command::run(work, &self.setting(&self.log("command")), &mut progress, &mut recorder) {
            Ok(()) | Err(MeasureError::Interrupted) => {}
            Err(error) => return Err(error.to_string()),
        }
        let run = recorder.finish(&self.work.name);
        phase.done(&format!("{} runs", work.repeat));
        Ok(run)
    }

    fn load(&self, server: Option<&ServerWork>, work: &LoadWork, tap: &mut Tap) -> Result<Run, String> {
        let recorded = start::recorded(work, &self.work.directory)?;
        let targets = start::streamed(work, &self.work.directory)?.into();
        let work = Asked { work, recorded, targets };
        let Some(server) = server else { return self.drive(None, &work, tap) };
        let phase = self.phase("starting the server");
        let log = self.log("server");
        let server = Server::start(server, &self.setting(&log)).map_err(|error| error.to_string())?;
        drop(phase);
        let measured = self.drive(Some(&server), &work, tap);
        stop(server)?;
        measured
    }

    fn drive(&self, server: Option<&Server>, asked: &Asked<'_>, tap: &mut Tap) -> Result<Run, String> {
        start::at_barrier(&asked.work.start, self.around);
        let pressure = machine::pressure();
        let mut recorder = Recorder::new(Keep::Histogram);
        let driving = Driving { server, around: self.around, name: &self.work.name };
        let used = driving.drive(asked, &mut tap.beside(&mut recorder));
        let used = used.map_err(|error| tap.failure().map_or(error, |failure| failure.0))?;
        let mut run = recorder.finish(&self.work.name);
        let fingerprint = || asked.work.fingerprint(env!("CARGO_PKG_VERSION"), &asked.recorded);
        run.shard = asked.work.shard.map(|shard| Shard { fingerprint: fingerprint(), ..shard });
        used.add_to(&mut run, asked.work)?;
        let signs = machine::pressure().zip(pressure).map(|(after, before)| after.since(&before)).filter(|signs| !signs.is_empty());
        run.notes.extend(signs.map(|signs| Note::text(format!("this machine was pressed while it measured: {}", signs.join("; ")))));
        Ok(run)
    }
}
