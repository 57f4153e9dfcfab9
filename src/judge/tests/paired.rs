//! Base and head measured in alternation: what pairs prove, what they leave open, and what is not judged without them.

use super::{absolute, check, error_rule, facts, outcome, point, policy, relative, requests, rule, run_of, samples, usual};
use crate::compare::{compare, compare_pairs};
use crate::judge::{Design, Limit, Policy, Rule, Statistics, judge};
use crate::model::{
    BaselineKind, Before, Finding, Order, Pair, PairFacts, PairKey, PairLimits, PairThreshold, Percentile, Run, Series, SeriesKey, Sides,
    Statistic, SuiteOutcome, Verdict,
};
use Verdict::{Fail, NoVerdict, Pass, Unstable};

const P25: Statistic = Statistic::Percentile(Percentile::P25);
const P50: Statistic = Statistic::Percentile(Percentile::P50);
const P99: Statistic = Statistic::Percentile(Percentile::P99);

/// Pairs whose ratios scatter evenly around `factor` by ± `width`.
fn pairs(factor: f64, width: f64, count: u32) -> Vec<Pair> {
    let head = |i: u32| 1e6 * factor * (1.0 + width * (f64::from(i * 37 % 80) / 39.5 - 1.0));
    let order = |i: u32| if i.is_multiple_of(2) { Order::BaseFirst } else { Order::HeadFirst };
    let pair = |round| Pair { round, order: order(round), value: Sides { base: 1e6, head: head(round) }, wall: None, mean: None };
    (0..count).map(pair).collect()
}

fn paired(series: Vec<Series>, pairs: Vec<(&str, &str, Statistic, Vec<Pair>)>) -> Run {
    let key = |label: &str, metric: &str, statistic| PairKey { series: SeriesKey::new(label, metric), statistic };
    let pairs = pairs.into_iter().map(|(label, metric, statistic, pairs)| (key(label, metric, statistic), pairs)).collect();
    Run { pairs, ..run_of(series) }
}

fn sort(pairs: Vec<Pair>) -> Run {
    paired(vec![point("sort", "cpu_time", 1e6)], vec![("sort", "cpu_time", P50, pairs)])
}

/// The same run as it was on the other side.
fn base(run: &Run) -> Before {
    let base = Run { pairs: Default::default(), ..run.clone() };
    Before { facts: facts(BaselineKind::Interleaved, 1), runs: vec![base], elsewhere: Vec::new(), pinned: None }
}

fn judged(run: Run, policy: &Policy) -> SuiteOutcome {
    let limits = policy.pair_limits(&run);
    let mut comparison = compare(&base(&run), run, &policy.asked());
    compare_pairs(&mut comparison, &limits);
    judge(&comparison, policy)
}

/// The verdict of the suite, and a part of a sentence or note that must say why.
#[track_caller]
fn check_pairs(run: Run, policy: &Policy, verdict: Verdict, why: &str) -> SuiteOutcome {
    let outcome = judged(run, policy);
    let sentences = outcome.findings.iter().map(|finding| format!("{} {}", finding.verdict, finding.sentence));
    let said: Vec<String> = sentences.chain(outcome.notes.iter().map(|note| format!("note {}", note.text))).collect();
    assert_eq!(outcome.verdict, verdict, "{}", said.join("\n"));
    assert!(said.iter().any(|one| one.contains(why)), "nothing says {why:?}:\n{}", said.join("\n"));
    outcome
}

fn only(outcome: &SuiteOutcome) -> &Finding {
    let [finding] = outcome.findings.as_slice() else { panic!("{:?}", outcome.findings) };
    finding
}

/// As the program's own: of requests another one where base was measured in alternation.
fn defaults() -> Policy {
    let of = |metric: &str, rule: Rule| Rule { metric: Some(metric.into()), is_default: true, ..rule };
    let times = ["time", "cpu_time"].map(|metric| of(metric, rule(relative(0.05), relative(0.10))));
    let requests =
        ["latency", "cpu_per_request"].map(|metric| of(metric, Rule { design: Design::Interleaved, ..rule(None, relative(0.10)) }));
    let stored = Rule { design: Design::Stored, statistic: Some(Statistic::Percentile(Percentile::P95)), ..rule(None, relative(0.10)) };
    policy(times.into_iter().chain(requests).chain([of("latency", stored)]).collect())
}

#[test]
fn what_pairs_prove() {
    check_pairs(sort(pairs(1.0, 0.02, 80)), &usual(), Pass, "limit +5%: proven not slower by as much");
    check_pairs(sort(pairs(1.06, 0.02, 80)), &usual(), Unstable, "limit +5%: proven slower, but not shown at +10%");
    let failed = check_pairs(sort(pairs(1.2, 0.02, 80)), &usual(), Fail, "limit +10%: proven slower");
    let finding = only(&failed);
    assert!(finding.sentence.starts_with("sort cpu_time p50 rose by 19"), "{}", finding.sentence);
    assert_eq!((finding.pairs_used, finding.threshold.as_str(), failed.compared), (Some(14), "+10%", 1));
    let (low, high) = finding.interval_percent.unwrap();
    let (change, seen) = (finding.change_percent.unwrap(), finding.detectable_percent.unwrap());
    assert!(low < change && change < high && (5.0..10.0).contains(&seen), "{low} {change} {high} {seen}");
    // Before and after tell the same change.
    assert!((100.0 * (finding.after.unwrap() / finding.before.unwrap() - 1.0) - change).abs() < 1e-9);
}

#[test]
fn what_they_leave_open() {
    check_pairs(sort(pairs(1.03, 0.6, 80)), &usual(), Unstable, "too noisy to tell; could see +");
    check_pairs(sort(pairs(1.03, 0.6, 30)), &usual(), Unstable, "too few pairs to tell; could see +");
    check_pairs(sort(pairs(1.03, 0.1, 20)), &usual(), Unstable, "pairs would be needed");
    check_pairs(sort(pairs(2.0, 0.1, 7)), &usual(), NoVerdict, "sort cpu_time p50 has 7 valid pairs, limit +5%: 8 pairs are the first");
    let mut void = pairs(1.0, 0.02, 40);
    void.iter_mut().take(5).for_each(|pair| pair.value = Sides::VOID);
    check_pairs(sort(void), &usual(), NoVerdict, "5 of 40 pairs are void");
    let mut ordered = pairs(1.2, 0.02, 40);
    ordered.iter_mut().for_each(|pair| pair.order = Order::HeadFirst);
    check_pairs(sort(ordered), &usual(), Unstable, "every pair began with the same side");
    let mut waiting = pairs(1.0, 0.02, 40);
    waiting.iter_mut().for_each(|pair| pair.wall = Some(Sides { base: 1e6, head: 1.3e6 }));
    check_pairs(sort(waiting), &usual(), Unstable, "slower in waiting");
    let mut tailed = pairs(1.0, 0.02, 40);
    tailed.iter_mut().for_each(|pair| pair.mean = Some(Sides { base: 1e6, head: 1.3e6 }));
    check_pairs(sort(tailed), &usual(), Unstable, "slower tail suspected");
}

#[test]
fn floors_rates_and_what_is_too_fast() {
    let floored = policy(vec![Rule { floor: Some(3e5), ..rule(None, relative(0.05)) }]);
    check_pairs(sort(pairs(1.2, 0.02, 80)), &floored, Pass, "within the floor of 300 µs");
    check_pairs(sort(pairs(1.5, 0.02, 80)), &floored, Fail, "proven slower");
    let rates = policy(vec![Rule { metric: Some("throughput".into()), ..rule(None, relative(-0.05)) }]);
    let rate = |factor| paired(vec![point("sort", "throughput", 1e6)], vec![("sort", "throughput", P50, pairs(factor, 0.02, 80))]);
    check_pairs(rate(1.2), &rates, Pass, "throughput p50 rose by");
    let dropped = check_pairs(rate(0.8), &rates, Fail, "throughput p50 fell by");
    assert!(only(&dropped).detectable_percent.unwrap() > 0.0);
    let suspicious = policy(vec![Rule { too_fast: relative(-0.9), ..rule(None, relative(0.05)) }]);
    check_pairs(sort(pairs(0.05, 0.02, 80)), &suspicious, Unstable, "usually broken");
    check_pairs(sort(pairs(0.5, 0.02, 80)), &suspicious, Pass, "proven not slower");
}

#[test]
fn without_pairs_nothing_is_proven() {
    let unpaired =
        || paired(vec![point("sort", "time", 1e6), point("sort", "cpu_time", 1e6)], vec![("sort", "cpu_time", P50, pairs(1.0, 0.02, 8))]);
    check_pairs(unpaired(), &usual(), Unstable, "sort p50: base and head were not measured in pairs of it");
    let defaults = defaults();
    let outcome = check_pairs(unpaired(), &defaults, Pass, "sort p50: base and head were not measured in pairs of it, so the default");
    assert_eq!(outcome.findings.len(), 1);
    let banded = policy(vec![rule(None, Some(Limit::Band { text: "noise band".into() }))]);
    check_pairs(sort(pairs(1.0, 0.02, 80)), &banded, NoVerdict, "a noise band is of accepted runs");
    let absurd = policy(vec![Rule { metric: Some("throughput".into()), ..rule(None, relative(-1.0)) }]);
    let rate = paired(vec![point("sort", "throughput", 1e6)], vec![("sort", "throughput", P50, pairs(1.0, 0.02, 80))]);
    check_pairs(rate, &absurd, NoVerdict, "its limit can never be reached");
    // What repeats exactly, absolute limits and errors go their usual way.
    let mut counted = sort(pairs(1.0, 0.02, 80));
    counted.series.insert(SeriesKey::new("sort", "allocations"), point("sort", "allocations", 100.0));
    check_pairs(counted, &policy(vec![Rule { metric: Some("*".into()), ..rule(relative(0.05), None) }]), Pass, "exact: it repeats");
    check_pairs(sort(pairs(1.0, 0.02, 80)), &policy(vec![rule(None, absolute(5.0, "5ns"))]), Fail, "limit 5ns");
    // A plain percentage needs no pairs.
    let plain = Policy { statistics: Statistics::Plain, ..usual() };
    check_pairs(sort(pairs(1.2, 0.02, 80)), &plain, Pass, "without noise model");
    // The same run beside a stored baseline is judged as any other.
    let stored = Before { facts: facts(BaselineKind::Committed, 1), ..base(&sort(Vec::new())) };
    check(stored.clone(), sort(Vec::new()), &usual(), Unstable, "accepted run");
    assert_eq!(outcome_of(&stored).pairs_used, None);
}

fn outcome_of(before: &Before) -> Finding {
    only(&outcome(before, sort(Vec::new()), &usual())).clone()
}

#[test]
fn percentiles_of_requests_need_requests() {
    let latency = |count: u64, statistic: Statistic| {
        let series = requests("GET /", 1e6, count, 0, "");
        let run = paired(vec![series.clone()], vec![("GET /", "latency", P50, pairs(1.0, 0.02, 80))]);
        let tail =
            policy(vec![error_rule(), Rule { metric: Some("latency".into()), statistic: Some(statistic), ..rule(None, relative(0.5)) }]);
        (run, tail)
    };
    let (run, tail) = latency(80 * 800, P99);
    check_pairs(run, &tail, Unstable, "a phase needs 10000 requests");
    let wanted = |count: u64| {
        let (run, tail) = latency(count, P99);
        let mut trial = Run { pairs: Default::default(), ..run };
        trial.series.values_mut().for_each(|one| {
            one.summary.percentiles.insert(Percentile::P99, 1e6);
            if let Some(ok) = &mut one.summary_ok {
                ok.percentiles.insert(Percentile::P99, 1e6);
            }
        });
        tail.pairs_wanted(&trial).len()
    };
    assert_eq!((wanted(9_999), wanted(10_000)), (0, 1));
}

#[test]
fn what_is_measured_in_pairs() {
    let trial = run_of(vec![
        samples("sort", (1..=50).map(f64::from).collect()),
        point("sort", "cpu_time", 1e6),
        point("sort", "allocations", 3.0),
        requests("GET /", 1e6, 800, 0, ""),
        point("server", "cpu_per_request", 1e4),
    ]);
    let cpu = |mut run: Run| {
        run.series.values_mut().filter(|one| one.key.metric == "cpu_per_request").for_each(|one| one.unit = crate::model::Unit::Ns);
        run
    };
    let wanted = defaults().pairs_wanted(&cpu(trial));
    let limits: Vec<(String, Statistic, PairLimits)> =
        wanted.into_iter().map(|(key, limits)| (format!("{} {}", key.series.label, key.series.metric), key.statistic, limits)).collect();
    let lower = |unstable, fail| PairLimits { unstable, fail, better: crate::model::Better::Lower };
    let (both, one) = (lower(Some(0.05), Some(0.10)), lower(None, Some(0.10)));
    let expected =
        [("GET / latency", P50, one), ("server cpu_per_request", P50, one), ("sort cpu_time", P50, both), ("sort time", P25, both)];
    assert_eq!(limits, expected.map(|(name, statistic, limits)| (name.to_string(), statistic, limits)));
    assert!(Policy { statistics: Statistics::Plain, ..usual() }.pairs_wanted(&sort(Vec::new())).is_empty());
}

#[test]
fn a_suite_as_a_whole() {
    let labels = ["a", "b", "c", "d"];
    let series = || labels.map(|label| point(label, "cpu_time", 1e6)).to_vec();
    let run = |slow: f64| {
        let factor = |label: &str| if label == "c" { slow } else { 1.0 };
        paired(series(), labels.map(|label| (label, "cpu_time", P50, pairs(factor(label), 0.02, 20))).to_vec())
    };
    check_pairs(run(1.2), &usual(), Fail, "4 paired times together: +4.");
    check_pairs(run(1.2), &usual(), Fail, "perhaps slower (one such suspicion in ten is false): c cpu_time");
    check_pairs(run(1.0), &usual(), Pass, "none is suspected of being slower");
}

#[test]
fn what_one_run_leaves_to_the_next_is_told() {
    let mut carried = pairs(1.0, 0.005, 14);
    carried.iter_mut().filter(|pair| pair.order == Order::HeadFirst).for_each(|pair| pair.value.head *= 1.1);
    check_pairs(sort(carried), &policy(vec![rule(None, relative(0.3))]), Pass, "proven not slower");
    let mut carried = pairs(1.06, 0.005, 80);
    carried.iter_mut().filter(|pair| pair.order == Order::HeadFirst).for_each(|pair| pair.value.head *= 1.2);
    check_pairs(sort(carried), &policy(vec![rule(None, relative(0.05))]), Fail, "one run leaves something to the next");
}

#[test]
fn stored_limits_come_behind_the_users_own() {
    let told = |fail: &str| PairFacts {
        series: Some(100),
        thresholds: vec![PairThreshold {
            label: "s*".into(),
            metric: None,
            statistic: None,
            unstable: None,
            fail: Some(fail.into()),
            floor: None,
        }],
    };
    let run = |fail: &str| Run { pair_facts: told(fail), ..sort(pairs(1.2, 0.02, 80)) };
    let replaying = |policy: Policy, fail: &str| policy.replaying(&told(fail));
    check_pairs(run("+3%"), &replaying(defaults(), "+3%").unwrap(), Fail, "limit +3%");
    check_pairs(run("+50%"), &replaying(defaults(), "+50%").unwrap(), Pass, "limit +50%");
    check_pairs(run("+50%"), &replaying(usual(), "+50%").unwrap(), Fail, "limit +10%");
    // A hundred series could fail: the first look that can is the third.
    assert_eq!(only(&judged(run("+3%"), &usual())).pairs_used, Some(20));
    assert!(replaying(usual(), "250ms").unwrap_err().contains("found \"250ms\""));
    let stored = usual().pair_thresholds(&run("+3%"));
    assert_eq!((stored.len(), stored[0].label.as_str(), stored[0].fail.as_deref()), (1, "*", Some("+10%")));
}
