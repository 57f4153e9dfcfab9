//! Base and head measured in turn: round → record → enough? What pairs prove is a pure function of `compare`; here it is only
//! asked whether it needs more of them.

mod contest;
mod pairing;
mod unit;
mod whole;

use super::before::GIT_TIMEOUT;
use super::{Judged, Surroundings, environment_of, judge_run, unmeasured};
use crate::compare::Levels;
use crate::config::{INTERLEAVED_PAIRS_EXPECTED, Plan, SuitePlan};
use crate::judge::Policy;
use crate::limits::PAIRS_MAX;
use crate::measure::Setting;
use crate::measure::interleave::{Rounds, Turn};
use crate::measure::versions::{self, Identical, Version, VersionError, Versions};
use crate::model::humanize::quantity;
use crate::model::{
    Against, BaselineFacts, BaselineKind, Before, Environment, Finding, Note, PairFacts, Run, Sides, SuiteOutcome, SuiteWork,
    Unit as Measure, Verdict,
};
use crate::terminal::{Talk, Terminal};
use contest::{Contest, Stopped};
use std::collections::BTreeMap;
use std::time::Duration;
use unit::Unit;

/// What a comparison needs besides its plan.
pub struct Comparing<'a> {
    pub plan: &'a Plan,
    pub against: &'a Against,
    /// This machine.
    pub here: &'a Environment,
    pub around: Surroundings<'a>,
}

/// One suite on its way.
struct Entry<'a> {
    suite: &'a SuitePlan,
    policy: Policy,
    stand: Stand<'a>,
}

enum Stand<'a> {
    Open(Box<Contest<'a>>),
    /// There is nothing to measure.
    Ended(Box<SuiteOutcome>),
}

impl Comparing<'_> {
    /// Finds base, and checks it out where it is a commit.
    pub fn versions(&self) -> Result<Versions, VersionError> {
        let Plan { root, results, versions, pull_request, shared, is_ci, .. } = self.plan;
        let Some(cache) = versions else {
            let way_out = "name a directory outside of the repository with `versions` of [gate] or NEVERSLOWER_VERSIONS";
            return Err(VersionError::NoCheckout(format!(
                "there is no place to check base out: this user has no cache directory; {way_out}"
            )));
        };
        let log = results.join("logs").join("git.log");
        let setting =
            Setting { directory: root, log: &log, timeout: GIT_TIMEOUT, interrupted: self.around.interrupt.flag(), environment: &[] };
        let shared: Vec<(String, String)> = shared.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        let (against, pull_request) = (self.against, pull_request.as_ref());
        versions::check_out(&setting, &versions::Request { against, pull_request, is_ci: *is_ci, cache, shared: &shared })
    }

    /// No verdict of any of them. The reason is a sentence.
    pub fn unmeasured<'s>(&self, suites: &[&'s SuitePlan], reason: &str) -> BTreeMap<&'s str, Judged> {
        let judged = |suite: &'s SuitePlan| unmeasured(&suite.work.name, reason, &self.policy(suite));
        suites.iter().map(|suite| (suite.work.name.as_str(), judged(suite))).collect()
    }

    /// Measures the suites against the other version, all of them together, because every round visits each; judges them.
    pub fn suites<'s>(&self, suites: &[&'s SuitePlan], versions: &Versions) -> BTreeMap<&'s str, Judged> {
        self.around.terminal.say(&versions.how);
        let quiet = Terminal::new(Talk::Quiet, Some(false));
        let mut entries: Vec<Entry<'_>> = suites.iter().map(|suite| self.entry(suite, versions, &quiet)).collect();
        let series = entries.iter().flat_map(|entry| entry.stand.units()).map(Unit::undecided).sum::<usize>();
        let series = u32::try_from(series).unwrap_or(u32::MAX);
        if entries.iter().any(|entry| !entry.stand.units().is_empty()) {
            self.announce(&entries, series);
            self.rounds(&mut entries, Levels::of(series));
        }
        let names = suites.iter().map(|suite| suite.work.name.as_str());
        names.zip(entries.into_iter().map(|entry| self.judged(entry, versions, series))).collect()
    }

    fn policy(&self, suite: &SuitePlan) -> Policy {
        let Plan { program, seed, .. } = self.plan;
        let name = &suite.work.name;
        let reproduce = format!("{program} run {name} --against {} --seed {seed}", self.against);
        Policy { reproduce, ..self.plan.policy(name, &suite.expect) }
    }

    /// Builds both sides of a suite and brings them up.
    fn entry<'b>(&'b self, suite: &'b SuitePlan, versions: &Versions, quiet: &'b Terminal) -> Entry<'b> {
        let policy = self.policy(suite);
        let stand = self.stand(suite, versions, &policy, quiet).unwrap_or_else(|reason| {
            let outcome = crate::judge::no_verdict(&suite.work.name, reason, &policy.reproduce);
            Stand::Ended(Box::new(outcome))
        });
        Entry { suite, policy, stand }
    }

    fn stand<'b>(&'b self, suite: &'b SuitePlan, versions: &Versions, policy: &Policy, quiet: &'b Terminal) -> Result<Stand<'b>, String> {
        if self.around.interrupt.exit_code().is_some() {
            return Err("interrupted before this suite began".to_string());
        }
        let phase = self.around.terminal.phase(&format!("{}: building base and head", suite.work.name));
        for version in [&versions.base, &versions.head] {
            let log = self.plan.results.join("logs").join(format!("{}.{}.build.log", suite.work.name, version.name));
            let setting = Setting {
                directory: &version.directory,
                log: &log,
                timeout: suite.work.timeout,
                interrupted: self.around.interrupt.flag(),
                environment: &version.environment,
            };
            versions::build(version, &suite.work, &setting).map_err(|error| error.to_string())?;
        }
        drop(phase);
        if let Some(identical) = versions.identical(&suite.work).map_err(|error| error.to_string())? {
            return Ok(Stand::Ended(Box::new(self.identical(suite, versions, policy, identical))));
        }
        let phase = self.around.terminal.phase(&format!("{}: a first look at both", suite.work.name));
        let side = |version: &Version| {
            let work = versions.work(version, &suite.work).map_err(|error| error.to_string())?;
            // Each has logs of its own.
            let work = SuiteWork { name: format!("{}.{}", suite.work.name, version.name), ..work };
            Ok::<SuitePlan, String>(SuitePlan { work, ..suite.clone() })
        };
        let suites = Sides { base: side(&versions.base)?, head: side(&versions.head)? };
        let contest = Contest::open(self.plan, suites, policy, Surroundings { terminal: quiet, ..self.around })?;
        drop(phase);
        Ok(Stand::Open(Box::new(contest)))
    }

    /// A suite that runs the same in both versions passes without being measured, and that is said.
    fn identical(&self, suite: &SuitePlan, versions: &Versions, policy: &Policy, identical: Identical) -> SuiteOutcome {
        let what = match identical {
            Identical::Tree => "every file is the same in base and head",
            Identical::Artefacts => "what it runs is the same, byte by byte, in base and head",
        };
        let name = &suite.work.name;
        let sentence = format!("identical, not measured: {what}");
        let finding = Finding { reproduce: policy.reproduce.clone(), ..Finding::of_suite(name, Verdict::Pass, sentence) };
        let notes = vec![Note::text(finding.sentence.clone())];
        SuiteOutcome { baseline: facts(versions), findings: vec![finding], notes, ..SuiteOutcome::new(name, Verdict::Pass) }
    }

    /// What is about to be measured, and how long that takes.
    fn announce(&self, entries: &[Entry<'_>], series: u32) {
        let units = || entries.iter().flat_map(|entry| entry.stand.units());
        let round_ns: u64 = units().map(|unit| unit.pair_ns).sum();
        if round_ns == 0 {
            return;
        }
        let time = |pairs: u64| quantity(round_ns.saturating_mul(pairs) as f64, &Measure::Ns);
        let (expected, most) = (INTERLEAVED_PAIRS_EXPECTED, PAIRS_MAX as u64);
        let budget = quantity(self.plan.budget.as_nanos() as f64, &Measure::Ns);
        self.around.terminal.say(&format!(
            "{series} series to judge: about {expected} pairs of each in {}, at most {most} in {}; budget {budget}",
            time(expected),
            time(most)
        ));
    }

    /// Round after round, until all is decided or the time is over.
    fn rounds(&self, entries: &mut [Entry<'_>], levels: Levels) {
        let places: Vec<(usize, usize)> =
            entries.iter().enumerate().flat_map(|(entry, one)| (0..one.stand.units().len()).map(move |unit| (entry, unit))).collect();
        let mut rounds = Rounds::new(self.plan.seed);
        let begun_ns = self.around.clock.elapsed_ns();
        let budget_ns = u64::try_from(self.plan.budget.as_nanos()).unwrap_or(u64::MAX);
        let phase = self.around.terminal.phase("measuring base and head in turn");
        loop {
            let spent_ns = self.around.clock.elapsed_ns() - begun_ns;
            let is_open = |place: usize| {
                let unit = places.get(place).and_then(|(entry, unit)| entries.get(*entry)?.stand.units().get(*unit));
                unit.is_some_and(|unit| unit.is_open() && spent_ns.saturating_add(unit.pair_ns) <= budget_ns)
            };
            let Some(turn) = rounds.turn(places.len(), is_open) else { break };
            let Some((entry, unit)) = places.get(turn.unit) else { break };
            let Some(Stand::Open(contest)) = entries.get_mut(*entry).map(|entry| &mut entry.stand) else { break };
            if let Err(Stopped::Interrupted) = contest.measure(&Turn { unit: *unit, ..turn }, levels) {
                break;
            }
            let open: usize = entries.iter().flat_map(|entry| entry.stand.units()).map(Unit::undecided).sum();
            let left = Duration::from_nanos(budget_ns.saturating_sub(spent_ns)).as_secs();
            phase.at(spent_ns, Some(budget_ns), &format!("round {}, {open} series open, {left} s left", turn.round));
        }
        phase.done("done");
    }

    fn judged(&self, entry: Entry<'_>, versions: &Versions, series: u32) -> Judged {
        let Entry { suite, policy, stand } = entry;
        let units = match stand {
            Stand::Ended(outcome) => return Judged { run: None, outcome: *outcome, further: Vec::new() },
            Stand::Open(contest) => match contest.close() {
                Ok(units) => units,
                Err(reason) => return unmeasured(&suite.work.name, &reason, &policy),
            },
        };
        if let Some(unit) = units.iter().find(|unit| unit.runs.base.is_empty() && unit.runs.head.is_empty()) {
            let what = unit.label.as_deref().unwrap_or(&suite.work.name);
            let reason = unit.void.last().map_or("the time was over before its first pair", String::as_str);
            return unmeasured(&suite.work.name, &format!("{what}: no pair could be measured: {reason}"), &policy);
        }
        let name = &suite.work.name;
        let mut head = whole::run(name, &units, |unit| &unit.runs.head);
        let base = whole::run(name, &units, |unit| &unit.runs.base);
        let environment =
            |run: Run, commit: &Option<String>| Run { environment: environment_of(suite, self.here), commit: commit.clone(), ..run };
        head.partial = self.around.interrupt.exit_code().is_some();
        head.pair_facts = PairFacts { series: Some(series), ..PairFacts::default() };
        for unit in units {
            if let Some(reason) = unit.void.last() {
                let text = format!("void pairs, which are not judged: {}, the last one because: {reason}", unit.void.len());
                head.notes.push(Note::text(text));
            }
            head.pairs.extend(unit.pairs);
        }
        let base = environment(base, &versions.base.commit);
        let before = Before { facts: facts(versions), runs: vec![base], elsewhere: Vec::new(), pinned: None };
        let (run, mut outcome) = judge_run(environment(head, &versions.head.commit), &before, &policy);
        outcome.notes.push(Note::text(format!("{}; order drawn from seed {}", versions.how, self.plan.seed)));
        outcome.notes.extend(versions.notes.iter().cloned());
        Judged { run: Some(run), outcome, further: Vec::new() }
    }
}

impl Stand<'_> {
    fn units(&self) -> &[Unit] {
        match self {
            Stand::Open(contest) => &contest.units,
            Stand::Ended(_) => &[],
        }
    }
}

fn facts(versions: &Versions) -> BaselineFacts {
    BaselineFacts { kind: BaselineKind::Interleaved, commit: versions.base.commit.clone(), runs: 1, ..BaselineFacts::default() }
}
