//! `history`: earlier runs → trends → what the gate says of them. Nothing is measured and nothing is changed.

mod sources;

use super::{OutputFailed, Surroundings};
use crate::compare;
use crate::config::{HistoryQuery, Plan};
use crate::judge::{self, Watched};
use crate::model::{Earlier, Finding, FindingKind, History, Run, SeriesKey, Statistic, SuiteHistory, Trend, Verdict, metric};
use crate::report::{self, Style};
use crate::target::Target;
use sources::{Gathered, Suite};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use wildmatch::WildMatch;

/// What the gate says against the pinned run.
type Creeps<'a> = BTreeMap<(&'a SeriesKey, Statistic), &'a Finding>;

/// Reads what is asked for and says what became of it. The error is a sentence: nothing could be read.
pub fn history(plan: &Plan, query: &HistoryQuery) -> Result<History, String> {
    let Gathered { suites, notes, .. } = sources::gather(plan, query)?;
    let suites: Vec<SuiteHistory> = suites.iter().map(|suite| of_suite(plan, query, suite)).collect();
    if suites.iter().all(|suite| suite.trends.is_empty()) {
        return Err(nothing_shown(query, &suites));
    }
    let shown: Vec<SuiteHistory> = suites.into_iter().filter(|suite| !suite.trends.is_empty()).collect();
    let verdict = shown.iter().map(SuiteHistory::verdict).max().unwrap_or(Verdict::NoVerdict);
    Ok(History { verdict, exit_code: plan.exit.code(verdict), suites: shown, notes })
}

fn nothing_shown(query: &HistoryQuery, suites: &[SuiteHistory]) -> String {
    let asked = [("--label", &query.label), ("--metric", &query.metric)].into_iter();
    let asked = asked.filter_map(|(flag, glob)| Some(format!("{flag} {:?}", glob.as_ref()?)));
    let asked: Vec<String> = asked.chain(query.statistic.map(|statistic| format!("--statistic {statistic}"))).collect();
    let hidden: usize = suites.iter().map(|suite| suite.hidden).sum();
    match hidden {
        0 => format!("expected a series with {}, found none in {} suites; show all of them without it", asked.join(" and "), suites.len()),
        hidden => format!("expected a series to show, found {hidden} of phases and parts only; show them with `--metric '*'`"),
    }
}

fn of_suite(plan: &Plan, query: &HistoryQuery, suite: &Suite) -> SuiteHistory {
    let policy = plan.policy(&suite.suite, &[]);
    let comparison = compare::compare(&suite.before, suite.newest(), &policy.asked());
    let watched = judge::watched(&comparison, &policy);
    let outcome = judge::judge(&comparison, &policy);
    let globs = (query.label.as_deref().map(WildMatch::new), query.metric.as_deref().map(WildMatch::new));
    let mut by_key: BTreeMap<&SeriesKey, Vec<&Watched>> = BTreeMap::new();
    watched.iter().for_each(|one| by_key.entry(&one.key).or_default().push(one));
    let pinned = outcome.findings.iter().filter(|finding| finding.kind == FindingKind::Pinned);
    let creeps: Creeps<'_> = pinned.filter_map(|finding| Some(((&finding.key, finding.statistic?), finding))).collect();
    let (mut trends, mut hidden) = (Vec::new(), 0);
    for (key, earlier) in &suite.series {
        let is_wanted =
            globs.0.as_ref().is_none_or(|glob| glob.matches(&key.label)) && globs.1.as_ref().is_none_or(|glob| glob.matches(&key.metric));
        let of_series = by_key.remove(key).unwrap_or_default();
        if is_wanted && query.metric.is_none() && metric::is_auxiliary(&key.metric) && of_series.is_empty() {
            hidden += 1;
        } else if is_wanted {
            let statistics = statistics(query, earlier, &of_series);
            // Nobody could say of stored runs that they are meant.
            let judged = if suite.is_accepted { of_series } else { Vec::new() };
            trends.extend(statistics.into_iter().filter_map(|statistic| trend(key, earlier, statistic, &judged, &creeps)));
        }
    }
    let starts = || suite.starts.iter().copied();
    SuiteHistory {
        suite: suite.suite.clone(),
        environment: suite.of.key.clone(),
        source: suite.source.clone(),
        is_accepted: suite.is_accepted,
        runs: suite.runs,
        first_ns: starts().min(),
        last_ns: starts().max(),
        trends,
        hidden,
    }
}

/// What was asked for; else what limits look at; else the usual one.
fn statistics(query: &HistoryQuery, earlier: &[Earlier], watched: &[&Watched]) -> BTreeSet<Statistic> {
    let usual = || earlier.last().map(|newest| newest.series.usual_statistic());
    match query.statistic {
        Some(statistic) => [statistic].into(),
        None if watched.is_empty() => usual().into_iter().collect(),
        None => watched.iter().map(|one| one.statistic).collect(),
    }
}

fn trend(key: &SeriesKey, earlier: &[Earlier], statistic: Statistic, watched: &[&Watched], creeps: &Creeps<'_>) -> Option<Trend> {
    let mut trend = compare::trend(key, earlier, statistic)?;
    if let Some(watched) = watched.iter().find(|one| one.statistic == statistic) {
        watched.judge(&mut trend);
    }
    // A run that was pinned last has not crept anywhere.
    let is_moved = trend.last().is_some_and(|last| !last.is_pinned);
    trend.creep = creeps.get(&(key, statistic)).filter(|_| is_moved).map(|finding| (*finding).clone());
    Some(trend)
}

impl Suite {
    /// Of each series what is newest, as one run: series may have been accepted one by one.
    fn newest(&self) -> Run {
        let newest = |(key, earlier): (&SeriesKey, &Vec<Earlier>)| Some((key.clone(), earlier.last()?.series.clone()));
        let series: BTreeMap<_, _> = self.series.iter().filter_map(newest).collect();
        Run { suite: self.suite.clone(), environment: self.of.clone(), series, ..Run::default() }
    }
}

/// Writes the reports that were asked for, the table for people in any case, and the last line.
pub fn report(plan: &Plan, history: &History, around: Surroundings<'_>) -> Result<(), OutputFailed> {
    let terminal = around.terminal;
    let mut is_data = false;
    let mut files = Vec::new();
    let style = Style { width: terminal.width(), verbose: terminal.is_verbose(), ..Style::default() };
    let mut has_text = false;
    for request in &plan.reports {
        let target = request.path.as_ref().map_or(Target::Stdout, |path| Target::File(path.clone()));
        is_data |= request.path.is_none();
        has_text |= request.path.is_none() && request.kind == "text";
        files.extend(request.path.as_ref().map(|path| path.display().to_string()));
        write(&request.kind, history, &style, &target)?;
    }
    if !has_text && (terminal.is_talking() || history.verdict != Verdict::Pass) {
        // The table is what was asked for, unless something else was.
        let (target, color) = if is_data { (Target::Stderr, terminal.color()) } else { (Target::Stdout, terminal.color_of_data()) };
        write("text", history, &Style { files, color, ..style }, &target)?;
    }
    terminal.line(&history.verdict_line());
    Ok(())
}

fn write(kind: &str, history: &History, style: &Style, target: &Target) -> Result<(), OutputFailed> {
    let text = report::history::render(kind, history, style).unwrap_or_default();
    let (mut writer, pending) = target.open()?;
    writer.write_all(text.as_bytes()).map_err(|error| OutputFailed(format!("report {kind}: {error}")))?;
    drop(writer);
    pending.commit()?;
    Ok(())
}
