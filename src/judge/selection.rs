//! Which rule judges which series: the first match wins per statistic and kind.

use super::pairing::paired_value;
use super::rule::{Attempts, Design, Kind, Limit, Policy, Rule};
use super::threshold::Limits;
use crate::model::{BaselineKind, Better, ComparedSeries, Comparison, Run, Series, SeriesKey, Statistic, Unit, metric};
use std::collections::BTreeMap;
use wildmatch::WildMatch;

/// One rule on one statistic of one series.
#[derive(Debug, Clone, Copy)]
pub struct Selected<'a> {
    pub kind: Kind,
    pub rule: &'a Rule,
    pub limits: Limits<'a>,
    pub series: &'a Series,
    pub compared: Option<&'a ComparedSeries>,
    pub statistic: Statistic,
    /// The value now; `None` where the source does not tell the statistic.
    pub after: Option<f64>,
}

impl Selected<'_> {
    /// Unit of the statistic, which is not always the unit of the series.
    pub fn unit(&self) -> Unit {
        match self.statistic {
            Statistic::ErrorRate => Unit::Ratio,
            Statistic::Throughput => Unit::PerSecond,
            Statistic::Count => Unit::Count,
            _ => self.series.unit.clone(),
        }
    }

    /// Better direction of the statistic, which is not always that of the series.
    pub fn better(&self) -> Better {
        match self.statistic {
            Statistic::ErrorRate | Statistic::Stddev => Better::Lower,
            Statistic::Throughput => Better::Higher,
            Statistic::Count => Better::Unknown,
            _ => self.series.better,
        }
    }

    /// Whether failed attempts are among the values although they are known apart.
    pub fn mixes_failures(&self) -> bool {
        self.rule.of == Attempts::All && self.series.summary_ok.is_some() && self.series.summary.errors > 0
    }
}

/// All that the rules of a suite pick from its run.
pub struct Selection<'a> {
    pub selected: Vec<Selected<'a>>,
    /// The user's rules for this suite that picked no series.
    pub unmatched: Vec<&'a Rule>,
}

impl<'a> Selection<'a> {
    /// Picks from every series; a rule of another suite takes no part.
    pub fn new(comparison: &'a Comparison, policy: &'a Policy) -> Selection<'a> {
        let run = &comparison.run;
        let is_interleaved = comparison.baseline.kind == BaselineKind::Interleaved;
        let mut matchers = matchers(policy, &run.suite, is_interleaved);
        // Nearly always each series is judged once.
        let mut selected = Vec::with_capacity(run.series.len());
        for (key, series) in &run.series {
            let first = selected.len();
            let compared = comparison.series.get(key);
            for matcher in &mut matchers {
                if matcher.matches(run, series) {
                    matcher.matched = true;
                    let usual = series.usual_statistic();
                    let paired = if is_interleaved { paired_value(run, key).unwrap_or(usual) } else { usual };
                    pick(matcher.rule, series, compared, (usual, paired), first, &mut selected);
                }
            }
        }
        let unmatched = matchers.iter().filter(|one| !one.matched && !one.rule.is_default).map(|one| one.rule).collect();
        Selection { selected, unmatched }
    }

    /// What is of that kind, apart from error rates.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Selected<'a>> {
        self.selected.iter().filter(move |one| one.kind == kind && one.statistic != Statistic::ErrorRate)
    }

    /// What judges error rates.
    pub fn of_error_rates(&self) -> impl Iterator<Item = &Selected<'a>> {
        self.selected.iter().filter(|one| one.statistic == Statistic::ErrorRate)
    }
}

/// The user's rules that pick no series of any of these runs.
pub fn unmatched_everywhere<'a>(policy: &'a Policy, runs: &[&Run]) -> Vec<&'a Rule> {
    let picks = |rule: &Rule| runs.iter().any(|run| picks_any(rule, run));
    policy.rules.iter().filter(|rule| !rule.is_default && !picks(rule)).collect()
}

fn picks_any(rule: &Rule, run: &Run) -> bool {
    let matcher = Matcher::new(rule);
    WildMatch::new(&rule.suite).matches(&run.suite) && run.series.values().any(|series| matcher.matches(run, series))
}

/// Whether a pattern can match more than one name.
pub fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

fn matchers<'a>(policy: &'a Policy, suite: &str, is_interleaved: bool) -> Vec<Matcher<'a>> {
    let other = if is_interleaved { Design::Stored } else { Design::Interleaved };
    let is_for = |rule: &&Rule| rule.design != other && WildMatch::new(&rule.suite).matches(suite);
    policy.rules.iter().filter(is_for).map(Matcher::new).collect()
}

/// The first rule with a relative limit for each statistic of each series of an interleaved run; `usual` says which statistic is
/// meant where none is named.
pub fn relative_picks<'a>(
    policy: &'a Policy,
    run: &'a Run,
    usual: impl Fn(&Series) -> Option<Statistic>,
) -> BTreeMap<(&'a SeriesKey, Statistic), &'a Rule> {
    let mut picked = BTreeMap::new();
    let matchers = matchers(policy, &run.suite, true);
    for (key, series) in &run.series {
        let is_relative = |matcher: &&Matcher<'_>| matcher.rule.kinds().any(|kind| kind == Kind::Relative);
        for matcher in matchers.iter().filter(is_relative).filter(|matcher| matcher.matches(run, series)) {
            if let Some(statistic) = matcher.rule.statistic.or_else(|| usual(series)) {
                picked.entry((key, statistic)).or_insert(matcher.rule);
            }
        }
    }
    picked
}

/// A rule with its patterns compiled once; `None` matches everything.
struct Matcher<'a> {
    rule: &'a Rule,
    label: Option<WildMatch>,
    metric: Option<WildMatch>,
    matched: bool,
}

impl<'a> Matcher<'a> {
    fn new(rule: &'a Rule) -> Matcher<'a> {
        let compiled = |pattern: &str| (pattern != "*").then(|| WildMatch::new(pattern));
        Matcher { rule, label: compiled(&rule.label), metric: rule.metric.as_deref().and_then(compiled), matched: false }
    }

    fn matches(&self, run: &Run, series: &Series) -> bool {
        let key = &series.key;
        let is_named = self.rule.metric.is_some();
        let fits = match self.rule.statistic {
            Some(Statistic::ErrorRate) => series.counts_errors() && (is_named || is_primary(run, key)),
            _ => is_named || is_time_like(series),
        };
        fits && !self.rule.is_measure(&key.label)
            && self.label.as_ref().is_none_or(|label| label.matches(&key.label))
            && self.metric.as_ref().is_none_or(|metric| metric.matches(&key.metric))
    }
}

fn is_time_like(series: &Series) -> bool {
    series.unit.is_time() && series.better == Better::Lower && !metric::is_auxiliary(&series.key.metric)
}

/// Attempts are counted once per label, although each of its metrics knows them.
fn is_primary(run: &Run, key: &SeriesKey) -> bool {
    let is_main = |name: &str| matches!(name, metric::LATENCY | metric::TIME);
    let has = |name: &str| run.series.get(&SeriesKey::new(key.label.as_str(), name)).is_some_and(Series::counts_errors);
    is_main(&key.metric) || (!metric::is_auxiliary(&key.metric) && !has(metric::LATENCY) && !has(metric::TIME))
}

/// Adds the rule's limits, each kind that no earlier rule has taken for this series; its entries start at `first`. Where it names
/// no statistic, the usual one is meant, and for changes the paired one.
fn pick<'a>(
    rule: &'a Rule,
    series: &'a Series,
    compared: Option<&'a ComparedSeries>,
    (usual, paired): (Statistic, Statistic),
    first: usize,
    selected: &mut Vec<Selected<'a>>,
) {
    for kind in [Kind::Absolute, Kind::Relative, Kind::WithinRun] {
        let statistic = rule.statistic.unwrap_or(if kind == Kind::Relative { paired } else { usual });
        let of_kind = |limit: &'a Option<Limit>| limit.as_ref().filter(|limit| rule.kind_of(limit) == kind);
        let limits = Limits { unstable: of_kind(&rule.unstable), fail: of_kind(&rule.fail) };
        let taken = selected.iter().skip(first).any(|one| one.kind == kind && one.statistic == statistic);
        if !taken && limits.strictest().is_some() {
            let after = match rule.of {
                Attempts::Ok => series.statistic(statistic),
                Attempts::All => series.summary.get(statistic),
            };
            selected.push(Selected { kind, rule, limits, series, compared, statistic, after });
        }
    }
}
