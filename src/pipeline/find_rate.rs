//! `load --find-rate`: one open-loop step after another, until it is known which arrival rate the service can take.

use super::{Surroundings, measure};
use crate::config::{Plan, RateSearch};
use crate::limits::FIND_RATE_STEPS_MAX;
use crate::model::humanize::quantity;
use crate::model::{
    Arrival, Condition, FOUND_RATE_SCHEMA, FoundRate, LoadFacts, LoadWork, Overall, Percentile, RateAnswer, RateStep, Run, Statistic,
    StepVerdict, SuiteWork, Unit, Work, metric,
};
use crate::stats::{Ceiling, Search, Trial};

/// Searches, and hands each step over as it ends. The error is the sentence of a service that could not be loaded at all.
pub fn find_rate(plan: &Plan, asked: &RateSearch, around: Surroundings<'_>, told: &mut dyn FnMut(&RateStep)) -> Result<FoundRate, String> {
    let mut search = Search::new(asked.lowest, asked.highest, asked.precision, FIND_RATE_STEPS_MAX);
    let mut steps = Vec::new();
    while let Some(rate) = search.next() {
        let run = step(plan, asked, rate, around)?;
        if run.partial {
            break;
        }
        let step = evidence(&run, rate, &asked.conditions);
        search.tell(match step.verdict {
            StepVerdict::Holds => Trial::Holds,
            StepVerdict::Fails => Trial::Fails,
            StepVerdict::GeneratorLate => Trial::Unclear,
        });
        told(&step);
        steps.push(step);
    }
    let targets: Vec<&str> = asked.work.targets.iter().map(|target| target.url.as_str()).collect();
    Ok(FoundRate {
        schema: FOUND_RATE_SCHEMA,
        target: targets.join(", "),
        conditions: asked.conditions.iter().map(Condition::to_string).collect(),
        connections: asked.work.connections,
        step_ns: u64::try_from(asked.step.as_nanos()).unwrap_or(u64::MAX),
        partial: search.next().is_some(),
        answer: answer(search.ceiling()),
        steps,
    })
}

fn step(plan: &Plan, asked: &RateSearch, rate: f64, around: Surroundings<'_>) -> Result<Run, String> {
    let load = LoadWork { arrival: Arrival::Constant(rate), ..asked.work.clone() };
    let work = SuiteWork {
        name: quantity(rate, &Unit::PerSecond),
        build: None,
        artefacts: Vec::new(),
        work: Work::Load { server: None, load: load.clone() },
        timeout: asked.step,
        directory: plan.root.clone(),
        environment: Vec::new(),
    };
    measure::only_load(plan, &work, &load, around)
}

fn answer(ceiling: Ceiling) -> RateAnswer {
    match ceiling {
        Ceiling::Between(rate, fails_at) => RateAnswer::Found { rate, fails_at },
        Ceiling::AtLeast(rate, not_made_at) => RateAnswer::AtLeast { rate, not_made_at },
        Ceiling::BelowLowest(rate) => RateAnswer::NotAtLowest { rate },
        Ceiling::Unknown => RateAnswer::Unknown,
    }
}

/// What a run at this rate shows. A late generator comes first: what it measured is nobody's limit.
fn evidence(run: &Run, rate: f64, conditions: &[Condition]) -> RateStep {
    let of = |metric: &str, percentile: Percentile| Overall::of(run, metric).and_then(|overall| overall.percentile(percentile));
    let latency = Overall::of(run, metric::LATENCY).unwrap_or_default();
    let late = run.load.as_ref().is_some_and(LoadFacts::is_generator_late);
    // Errors first: without answers there is no latency to speak of.
    let (of_errors, others): (Vec<_>, Vec<_>) = conditions.iter().partition(|condition| condition.statistic == Statistic::ErrorRate);
    let broken = of_errors.into_iter().chain(others).find_map(|condition| broken(condition, &latency, run));
    let (verdict, reason) = match broken {
        _ if late => (StepVerdict::GeneratorLate, "the generator could not keep this rate".to_string()),
        Some(reason) => (StepVerdict::Fails, reason),
        None => (StepVerdict::Holds, String::new()),
    };
    RateStep {
        rate,
        achieved: run.load.as_ref().and_then(|load| load.rate_achieved),
        requests: latency.count,
        errors: latency.errors,
        unsent: run.load.as_ref().map_or(0, |load| load.unsent),
        p50_ns: of(metric::LATENCY, Percentile::P50),
        p99_ns: of(metric::LATENCY, Percentile::P99),
        lag_p99_ns: of(metric::SCHEDULE_LAG, Percentile::P99),
        late: run.load.as_ref().map_or(0, |load| load.late),
        verdict,
        reason,
    }
}

/// Why the condition does not hold; `None` where it does. What is not known holds nothing.
fn broken(condition: &Condition, latency: &Overall, run: &Run) -> Option<String> {
    let unit = match condition.statistic {
        Statistic::ErrorRate => Unit::Ratio,
        Statistic::Throughput => Unit::PerSecond,
        _ => Unit::Ns,
    };
    match latency.get(condition.statistic) {
        None => Some(format!("{} is not known: no request succeeded", condition.statistic)),
        Some(found) if condition.holds(found) => None,
        Some(found) => {
            let kind = if condition.statistic == Statistic::ErrorRate { most_frequent_error(run) } else { None };
            let kind = kind.map_or_else(String::new, |kind| format!(", mostly {kind}"));
            Some(format!("{} is {}{kind}", condition.statistic, quantity(found, &unit)))
        }
    }
}

fn most_frequent_error(run: &Run) -> Option<&str> {
    let kinds = run.series.values().flat_map(|series| &series.error_kinds);
    kinds.max_by_key(|(_, times)| **times).map(|(kind, _)| kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::evidence;
    use crate::judge::condition::parse_goals;
    use crate::model::{Better, LoadFacts, LoadModel, Percentile, Run, Series, SeriesKey, StepVerdict, Unit, metric};

    /// The verdict on a step of 1000 requests with that p99, that many errors and that many handled late.
    #[track_caller]
    fn check(conditions: &str, (p99_ms, errors, late): (f64, u64, u64), expected: (StepVerdict, &str)) {
        let mut latency = Series::point(SeriesKey::new("GET /", metric::LATENCY), Unit::Ns, Better::Lower, 1e6);
        latency.summary.count = 1000 - errors;
        latency.summary.percentiles.insert(Percentile::P99, p99_ms * 1e6);
        latency.summary_ok = Some(latency.summary.clone());
        (latency.summary.count, latency.summary.errors) = (1000, errors);
        let load = LoadFacts {
            model: LoadModel::Open,
            connections: 1,
            planned: 1000,
            completed: 1000,
            failed: 0,
            unsent: 0,
            rate_planned: Some(100.0),
            rate_achieved: Some(100.0),
            late,
            max_lag_ns: 1,
            reconnects: 0,
            client_cpu_ns: None,
            measured_ns: 1,
            schedule: None,
            transport: None,
        };
        let run = Run { series: [(latency.key.clone(), latency)].into(), load: Some(load), ..Run::default() };
        let step = evidence(&run, 100.0, &parse_goals(conditions).unwrap());
        assert_eq!((step.verdict, step.reason.as_str()), expected);
    }

    #[test]
    fn a_step_holds_only_when_every_condition_does() {
        let both = "p99 < 250ms and error rate <= 1%";
        check(both, (249.0, 10, 0), (StepVerdict::Holds, ""));
        check(both, (250.0, 0, 0), (StepVerdict::Fails, "p99 is 250 ms"));
        check(both, (1.0, 11, 0), (StepVerdict::Fails, "error rate is 1.1%"));
        check(both, (1.0, 1000, 0), (StepVerdict::Fails, "error rate is 100%"));
    }

    #[test]
    fn a_late_generator_is_never_the_limit_of_the_service() {
        check("p99 < 250ms", (900.0, 0, 11), (StepVerdict::GeneratorLate, "the generator could not keep this rate"));
        check("p99 < 250ms", (1.0, 0, 11), (StepVerdict::GeneratorLate, "the generator could not keep this rate"));
    }
}
