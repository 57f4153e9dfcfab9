//! One suite of an interleaved comparison: both versions of it, built, up, and ready to be measured again and again.

use super::pairing;
use super::unit::Unit;
use crate::compare::Levels;
use crate::config::{INTERLEAVED_PHASE, INTERLEAVED_WARM_UP, Plan, SHORT_RUN, SuitePlan};
use crate::judge::Policy;
use crate::limits::CALIBRATIONS;
use crate::measure::interleave::Turn;
use crate::measure::{Server, harness};
use crate::model::{CommandWork, HarnessWork, LoadModel, LoadWork, Order, PairKey, Run, Sides, Stop, Work};
use crate::pipeline::outputs::{Tap, Taps};
use crate::pipeline::{Surroundings, measure};

/// A variable that means nothing: it makes a process's environment larger.
const PADDING: &str = "NEVERSLOWER_PADDING";

/// A suite with both versions of it.
pub struct Contest<'a> {
    plan: &'a Plan,
    around: Surroundings<'a>,
    suites: Sides<SuitePlan>,
    servers: Sides<Option<Server>>,
    pub units: Vec<Unit>,
}

/// Why a pair could not be measured.
pub enum Stopped {
    Interrupted,
}

impl<'a> Contest<'a> {
    /// Both sides up, each measured so often that its series and the length of a pair are known. The error is a sentence.
    /// `around` is of nobody who watches: a comparison is too many measurements to tell of each.
    pub fn open(plan: &'a Plan, suites: Sides<SuitePlan>, policy: &Policy, around: Surroundings<'a>) -> Result<Contest<'a>, String> {
        let base = measure::server(plan, &suites.base, around).map_err(|error| format!("base: {error}"))?;
        let head = measure::server(plan, &suites.head, around)?;
        let mut contest = Contest { plan, around, suites, servers: Sides { base, head }, units: Vec::new() };
        contest.units = contest.calibrated(policy)?;
        Ok(contest)
    }

    /// What is measured as a whole, and what of it is judged.
    fn calibrated(&self, policy: &Policy) -> Result<Vec<Unit>, String> {
        let whole = shortened(&self.suites.head.work.work);
        let begun = self.around.clock.elapsed_ns();
        let times = if matches!(whole, Work::Command(_)) { CALIBRATIONS } else { 1 };
        let base = (0..times).map(|_| self.sample(&whole, Side::Base, 0)).collect::<Result<Vec<Run>, String>>();
        let base = base.map_err(|error| format!("base: {error}"))?;
        let pair_ns = 2 * (self.around.clock.elapsed_ns() - begun) / times;
        let head = self.sample(&whole, Side::Head, 0)?;
        let aside = pairing::set_aside(&base);
        let is_known = |key: &PairKey| base.iter().all(|run| run.series.contains_key(&key.series)) && !aside.contains(&key.series);
        let mut units: Vec<Unit> = Vec::new();
        for (key, limits) in policy.pairs_wanted(&head).into_iter().filter(|(key, _)| is_known(key)) {
            let narrowed = narrowed(&whole, &head, &key).map(Work::Benchmark);
            let label = narrowed.is_some().then(|| key.series.label.clone());
            if !units.iter().any(|unit| unit.label == label) {
                units.push(Unit::new(label.clone(), narrowed.unwrap_or_else(|| whole.clone()), pair_ns));
            }
            let unit = units.iter_mut().find(|unit| unit.label == label);
            unit.into_iter().for_each(|unit| _ = unit.limits.insert(key.clone(), limits));
        }
        if units.is_empty() {
            // What repeats exactly, errors and absolute limits take no pairs.
            units.push(Unit::new(None, whole, pair_ns));
        }
        Ok(units)
    }

    /// Measures one pair. The error is an interruption.
    pub fn measure(&mut self, turn: &Turn, levels: Levels) -> Result<(), Stopped> {
        let begun = self.around.clock.elapsed_ns();
        let Some(unit) = self.units.get(turn.unit) else { return Ok(()) };
        let sides = match turn.order {
            Order::BaseFirst => [Side::Base, Side::Head],
            Order::HeadFirst => [Side::Head, Side::Base],
        };
        let [first, second] = sides;
        let [padding, other] = turn.paddings;
        let sample = |side: Side, padding: u32| {
            let run = self.sample(&unit.work, side, padding)?;
            match &unit.label {
                Some(label) => harness::only(run, label).map_err(|error| error.to_string()),
                None => Ok(run),
            }
        };
        let measured = sample(first, padding).and_then(|one| Ok((one, sample(second, other)?)));
        if self.around.interrupt.exit_code().is_some() {
            return Err(Stopped::Interrupted);
        }
        let took_ns = self.around.clock.elapsed_ns() - begun;
        let Some(unit) = self.units.get_mut(turn.unit) else { return Ok(()) };
        unit.pair_ns = took_ns;
        match (measured, turn.order) {
            (Ok((base, head)), Order::BaseFirst) | (Ok((head, base)), Order::HeadFirst) => unit.take(turn, Sides { base, head }, levels),
            (Err(reason), _) => unit.reject(turn, reason),
        }
        Ok(())
    }

    /// One process run, or one phase of load, of one side.
    fn sample(&self, work: &Work, side: Side, padding: u32) -> Result<Run, String> {
        let (suite, server) = match side {
            Side::Base => (&self.suites.base, &self.servers.base),
            Side::Head => (&self.suites.head, &self.servers.head),
        };
        let mut suite = suite.clone();
        suite.work.environment.push((PADDING.to_string(), "x".repeat(padding as usize)));
        match (work, &suite.work.work) {
            (Work::Load { load, .. }, Work::Load { load: own, .. }) => {
                // The targets are the side's own.
                let phase = LoadWork { stop: load.stop, warm_up: load.warm_up, arrival: load.arrival.clone(), ..own.clone() };
                let run = measure::phase(self.plan, &suite, &phase, server.as_ref(), self.around)?;
                is_sound(&run).map(|()| run)
            }
            _ => {
                suite.work.work = work.clone();
                measure::suite(self.plan, &suite, self.around, &mut Taps { asked: &mut Tap::default(), own: &mut Tap::default() })
            }
        }
    }

    /// Stops the servers. A server that died made no measurement.
    pub fn close(self) -> Result<Vec<Unit>, String> {
        let Contest { servers, units, .. } = self;
        let stopped: Vec<_> = [servers.base, servers.head].into_iter().flatten().map(measure::stop).collect();
        stopped.into_iter().collect::<Result<(), String>>()?;
        Ok(units)
    }
}

/// A phase whose generator was late tells of the generator.
fn is_sound(run: &Run) -> Result<(), String> {
    let Some(load) = run.load.as_ref().filter(|load| load.model == LoadModel::Open && load.is_generator_late()) else { return Ok(()) };
    Err(format!("the load generator itself handled {} of {} due requests late, or missed its rate", load.late, load.planned))
}

/// The benchmark of a series run by itself, where that is known to be possible.
fn narrowed(whole: &Work, run: &Run, key: &PairKey) -> Option<HarnessWork> {
    let Work::Benchmark(work) = whole else { return None };
    let usual_ns =
        run.series.get(&key.series).filter(|series| series.unit.is_time()).and_then(|series| series.statistic(series.usual_statistic()));
    let format = work.format.as_deref().or(run.format)?;
    harness::narrowed(work, &harness::Benchmark { format, label: &key.series.label, usual_ns }, &SHORT_RUN)
}

/// Which version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Base,
    Head,
}

/// The work as one sample of it: a program is run once, load lasts no longer than a phase.
fn shortened(work: &Work) -> Work {
    match work {
        Work::Command(work) => Work::Command(CommandWork { repeat: 1, warm_up: 0, ..work.clone() }),
        Work::Load { server, load } => {
            let stop = match load.stop {
                Stop::After(duration) => Stop::After(duration.min(INTERLEAVED_PHASE)),
                requests => requests,
            };
            let warm_up = load.warm_up.min(INTERLEAVED_WARM_UP);
            Work::Load { server: server.clone(), load: LoadWork { stop, warm_up, ..load.clone() } }
        }
        Work::Benchmark(_) | Work::Tool(_) => work.clone(),
    }
}
