//! One suite of an interleaved comparison: both versions of it, built, up, and ready to be measured again and again.

use super::pairing;
use super::unit::Unit;
use crate::compare::Levels;
use crate::config::{INTERLEAVED_PHASE, INTERLEAVED_WARM_UP, Plan, SHORT_RUN, SuitePlan};
use crate::judge::Policy;
use crate::limits::CALIBRATIONS;
use crate::measure::harness::{self, Program};
use crate::measure::interleave::Turn;
use crate::measure::{MeasureError, Server};
use crate::model::{CommandWork, HarnessWork, LoadModel, LoadWork, Order, PairKey, PairLimits, Run, Sides, Stop, Work};
use crate::pipeline::outputs::{Tap, Taps};
use crate::pipeline::{Surroundings, measure};
use std::collections::BTreeMap;

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
        if let Work::Benchmark(work) = &whole
            && let Some(units) = self.programs(work, policy)?
        {
            return Ok(units);
        }
        let times = if matches!(whole, Work::Command(_)) { CALIBRATIONS } else { 1 };
        let trial = self.trial(Sides { base: &whole, head: &whole }, times)?;
        let mut units: Vec<Unit> = Vec::new();
        for (key, limits) in trial.wanted(policy) {
            let narrowed = narrowed(&whole, &trial.head, &key).map(Work::Benchmark);
            let label = narrowed.is_some().then(|| key.series.label.clone());
            if !units.iter().any(|unit| unit.label == label) {
                let work = narrowed.unwrap_or_else(|| whole.clone());
                units.push(Unit::new(label.clone(), Sides { base: work.clone(), head: work }, trial.pair_ns));
            }
            let unit = units.iter_mut().find(|unit| unit.label == label);
            unit.into_iter().for_each(|unit| _ = unit.limits.insert(key.clone(), limits));
        }
        if units.is_empty() {
            // What repeats exactly, errors and absolute limits take no pairs.
            units.push(Unit::new(None, Sides { base: whole.clone(), head: whole }, trial.pair_ns));
        }
        Ok(units)
    }

    /// One by one the benchmarks of programs that can be started without their harness's front end; `None` where that is not
    /// known to work.
    fn programs(&self, work: &HarnessWork, policy: &Policy) -> Result<Option<Vec<Unit>>, String> {
        let base = measure::programs(self.plan, &self.suites.base, work, self.around)?;
        let head = measure::programs(self.plan, &self.suites.head, work, self.around)?;
        let labels = Sides { base: harness::held(&base), head: harness::held(&head) };
        let direct = |label: &str, usual_ns: Option<f64>, programs: &[Program]| {
            let benchmark = harness::Benchmark { format: "criterion", label, usual_ns };
            harness::direct(work, &benchmark, &SHORT_RUN, programs).map(Work::Benchmark)
        };
        let mut units = Vec::new();
        for label in labels.base.union(&labels.head).map(String::as_str) {
            let sides = [(&labels.base, &base, Side::Base), (&labels.head, &head, Side::Head)];
            let mut works = Vec::new();
            for (_, programs, side) in sides.into_iter().filter(|(held, ..)| held.contains(label)) {
                let Some(work) = direct(label, None, programs) else { return Ok(None) };
                works.push((work, side));
            }
            match works.as_slice() {
                [(base_work, _), (head_work, _)] => {
                    let Ok(trial) = self.trial(Sides { base: base_work, head: head_work }, 1) else { return Ok(None) };
                    let Ok(trial) = trial.only(label) else { return Ok(None) };
                    let usual_ns = trial.usual_ns();
                    let (Some(base), Some(head)) = (direct(label, usual_ns, &base), direct(label, usual_ns, &head)) else {
                        return Ok(None);
                    };
                    let mut unit = Unit::new(Some(label.to_string()), Sides { base, head }, trial.pair_ns);
                    unit.limits = trial.wanted(policy);
                    units.push(unit);
                }
                // Of a benchmark that is new or gone one run is enough to say so.
                [(work, side)] => {
                    let Ok(run) = self.sample(work, *side, 0) else { return Ok(None) };
                    let runs = match side {
                        Side::Base => Sides { base: vec![run], head: Vec::new() },
                        Side::Head => Sides { base: Vec::new(), head: vec![run] },
                    };
                    units.push(Unit::alone(label, runs));
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(units).filter(|units| !units.is_empty()))
    }

    /// A first look at both sides.
    fn trial(&self, works: Sides<&Work>, times: u64) -> Result<Trial, String> {
        let begun = self.around.clock.elapsed_ns();
        let base = (0..times).map(|_| self.sample(works.base, Side::Base, 0)).collect::<Result<Vec<Run>, String>>();
        let base = base.map_err(|error| format!("base: {error}"))?;
        let pair_ns = 2 * (self.around.clock.elapsed_ns() - begun) / times;
        Ok(Trial { base, head: self.sample(works.head, Side::Head, 0)?, pair_ns })
    }

    /// Measures one pair. The error is an interruption.
    pub fn measure(&mut self, turn: &Turn, levels: Levels) -> Result<(), Stopped> {
        let begun = self.around.clock.elapsed_ns();
        let Some(unit) = self.units.get(turn.unit) else { return Ok(()) };
        let Some(works) = &unit.works else { return Ok(()) };
        let sides = match turn.order {
            Order::BaseFirst => [Side::Base, Side::Head],
            Order::HeadFirst => [Side::Head, Side::Base],
        };
        let [first, second] = sides;
        let [padding, other] = turn.paddings;
        let sample = |side: Side, padding: u32| {
            let run = self.sample(if side == Side::Base { &works.base } else { &works.head }, side, padding)?;
            if run.partial {
                return Err("a process run ended before its time".to_string());
            }
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

/// What a first look told.
struct Trial {
    base: Vec<Run>,
    head: Run,
    pair_ns: u64,
}

impl Trial {
    /// What is judged by pairs: what limits want and both sides have. Which of wall and CPU time is decided by base alone.
    fn wanted(&self, policy: &Policy) -> BTreeMap<PairKey, PairLimits> {
        let aside = pairing::set_aside(&self.base);
        let is_known = |key: &PairKey| self.base.iter().all(|run| run.series.contains_key(&key.series)) && !aside.contains(&key.series);
        policy.pairs_wanted(&self.head).into_iter().filter(|(key, _)| is_known(key)).collect()
    }

    /// The same of one benchmark, which must be all there is.
    fn only(self, label: &str) -> Result<Trial, MeasureError> {
        let base = self.base.into_iter().map(|run| harness::only(run, label)).collect::<Result<_, _>>()?;
        Ok(Trial { base, head: harness::only(self.head, label)?, ..self })
    }

    /// How long one iteration takes, ns.
    fn usual_ns(&self) -> Option<f64> {
        let series = self.base.first()?.series.values().find(|series| series.unit.is_time())?;
        series.statistic(series.usual_statistic())
    }
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
