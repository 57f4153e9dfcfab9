//! Everything right of `Run` through one door: accepted runs and a run go in, a verdict and its sentence come out.

mod creep;
mod laws;
mod limits;
mod paired;
mod prior;
mod quarantine;
mod requests;
mod situations;

use super::{Limit, Policy, Rule, Statistics, UnknownEnvironment, judge};
use crate::compare::compare;
use crate::model::{
    BaselineFacts, BaselineKind, Before, Better, Distribution, Environment, Evidence, LoadFacts, LoadModel, Percentile, Place, Run, Series,
    SeriesKey, Statistic, SuiteOutcome, Summary, Unit, Verdict,
};

const P95: Statistic = Statistic::Percentile(Percentile::P95);
const MS: f64 = 1e6;

/// A bare number: everything that can be asked of it is that number.
fn point(label: &str, metric: &str, value: f64) -> Series {
    let percentiles = [Percentile::P50, Percentile::P95].map(|p| (p, value)).into_iter().collect();
    let is_throughput = metric == "throughput";
    Series {
        key: SeriesKey::new(label, metric),
        unit: if matches!(metric, "time" | "latency" | "cpu_time") { Unit::Ns } else { Unit::Count },
        better: if is_throughput { Better::Higher } else { Better::Lower },
        evidence: Evidence::Point,
        summary: Summary { count: 1, mean: Some(value), percentiles, ..Summary::default() },
        summary_ok: None,
        distribution: Distribution::Unknown,
        error_kinds: Default::default(),
    }
}

/// Single values.
fn samples(label: &str, values: Vec<f64>) -> Series {
    let distribution = Distribution::Values(values);
    let percentiles = Percentile::STANDARD.iter().filter_map(|p| Some((*p, distribution.percentile(*p)?))).collect();
    let summary = Summary { count: distribution.count(), percentiles, ..Summary::default() };
    Series { evidence: Evidence::Samples, summary, distribution, ..point(label, "time", 1.0) }
}

/// Requests of which some failed; the good ones took `latency_ns`.
fn requests(label: &str, latency_ns: f64, count: u64, errors: u64, kind: &str) -> Series {
    let bare = point(label, "latency", latency_ns);
    let ok = if errors < count { Summary { count: count - errors, ..bare.summary.clone() } } else { Summary::default() };
    let error_kinds = if errors > 0 { [(kind.to_string(), errors)].into() } else { Default::default() };
    Series { summary: Summary { count, errors, ..bare.summary.clone() }, summary_ok: Some(ok), error_kinds, ..bare }
}

fn run_of(series: Vec<Series>) -> Run {
    Run {
        suite: "shop".to_string(),
        environment: Environment { key: "lab".to_string(), ..Environment::default() },
        series: series.into_iter().map(|one| (one.key.clone(), one)).collect(),
        ..Run::default()
    }
}

fn facts(kind: BaselineKind, runs: usize) -> BaselineFacts {
    let environments = if kind == BaselineKind::None { Vec::new() } else { vec!["lab".to_string()] };
    BaselineFacts { kind, runs: runs as u32, environments, ..BaselineFacts::default() }
}

/// Accepted runs of this environment, newest first.
fn accepted(runs: Vec<Run>) -> Before {
    Before { facts: facts(BaselineKind::Committed, runs.len()), runs, elsewhere: Vec::new(), pinned: None }
}

/// The same number accepted several times.
fn accepted_points(values: &[f64]) -> Before {
    accepted(values.iter().map(|value| run_of(vec![point("sort", "time", *value)])).collect())
}

fn nothing() -> Before {
    Before { facts: facts(BaselineKind::None, 0), runs: Vec::new(), elsewhere: Vec::new(), pinned: None }
}

/// Accepted runs of another environment only.
fn elsewhere(runs: Vec<Run>) -> Before {
    Before { facts: facts(BaselineKind::OtherEnvironment, 0), runs: Vec::new(), elsewhere: runs, pinned: None }
}

fn relative(change: f64) -> Option<Limit> {
    Some(Limit::Relative { change, text: format!("{:+}%", (change * 100.0).round()) })
}

fn absolute(value: f64, text: &str) -> Option<Limit> {
    Some(Limit::Absolute { value, text: text.to_string() })
}

/// A user's rule for everything, in line 7 of the configuration.
fn rule(unstable: Option<Limit>, fail: Option<Limit>) -> Rule {
    Rule { unstable, fail, place: Some(Place { path: "neverslower.toml".to_string(), line: 7 }), ..Rule::everywhere() }
}

fn error_rule() -> Rule {
    Rule { statistic: Some(Statistic::ErrorRate), is_default: true, ..rule(absolute(0.01, "1%"), absolute(0.03, "3%")) }
}

fn policy(rules: Vec<Rule>) -> Policy {
    Policy {
        rules,
        statistics: Statistics::Sound,
        unknown_environment: UnknownEnvironment::Unstable,
        require_baseline: false,
        expect: Vec::new(),
        measured_noise: None,
        quarantine: Vec::new(),
        now_ns: 0,
        reproduce: "neverslower run shop".to_string(),
        is_selection: false,
    }
}

/// +5% unstable, +10% fail.
fn usual() -> Policy {
    policy(vec![error_rule(), rule(relative(0.05), relative(0.10))])
}

fn load(model: LoadModel, late: u64, rate_achieved: f64) -> Option<LoadFacts> {
    Some(LoadFacts {
        model,
        connections: 10,
        planned: 1000,
        completed: 1000,
        failed: 0,
        unsent: 0,
        rate_planned: Some(100.0),
        rate_achieved: Some(rate_achieved),
        late,
        max_lag_ns: 10_000_000,
        reconnects: 0,
        client_cpu_ns: None,
        measured_ns: 10_000_000_000,
        schedule: None,
        transport: None,
    })
}

fn outcome(before: &Before, run: Run, policy: &Policy) -> SuiteOutcome {
    judge(&compare(before, run, &policy.asked()), policy)
}

/// The verdict, and a part of a sentence or note that must say why.
#[track_caller]
fn check(before: Before, run: Run, policy: &Policy, verdict: Verdict, why: &str) {
    let outcome = outcome(&before, run, policy);
    let findings = outcome.findings.iter().map(|finding| format!("{} {}", finding.verdict, finding.sentence));
    let notes = outcome.notes.iter().map(|note| format!("note {}", note.text));
    let said: Vec<String> = findings.chain(notes).chain([format!("baseline {:?}", outcome.baseline.kind)]).collect();
    assert_eq!(outcome.verdict, verdict, "{}", said.join("\n"));
    assert!(said.iter().any(|sentence| sentence.contains(why)), "nothing says {why:?}:\n{}", said.join("\n"));
}
