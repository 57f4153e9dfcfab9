//! The table for the terminal: the verdict first, then why, then the numbers. Understood without colour, in 80 columns.

use super::super::Style;
use super::super::escape::{log, shorten};
use super::super::facts::{day, note};
use super::super::page::Page;
use super::super::table::{self, Column};
use super::words;
use crate::limits::{QUOTED_CHARS_MAX, TEXT_ROWS_MAX, TEXT_SENTENCES_MAX};
use crate::model::humanize::percent;
use crate::model::{History, Percentile, Statistic, SuiteHistory, Trend, Verdict};

const COLUMNS: [Column; 7] = [
    column("label", false, Some(12)),
    column("metric", false, Some(11)),
    column("runs", true, None),
    column("first", true, None),
    column("last", true, None),
    column("since pin", true, None),
    column("trend", false, None),
];

const fn column(title: &'static str, is_number: bool, least: Option<usize>) -> Column {
    Column { title, is_number, least, is_optional: false }
}

/// Columns of a spark line, and from which width of the page it may have more.
const SPARK: usize = 12;
const SPARK_WIDE: usize = 24;
const WIDE: usize = 100;
const SPARKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// A spark line is at least so high, as a share of its middle: less would draw noise as if it were a change.
const SPARK_SPAN: f64 = 0.05;

pub fn render(history: &History, style: &Style) -> String {
    let mut page = Page { text: String::new(), style };
    page.told(history.verdict, &format!("{}: {}", history.verdict.word(), headline(history)));
    if history.exit_code != history.verdict.exit_code() {
        let own = history.verdict.exit_code();
        page.wrapped("", &format!("Exits with {} as asked; the verdict's own code is {own}.", history.exit_code));
    }
    reasons(&mut page, history);
    history.suites.iter().for_each(|suite| of_suite(&mut page, suite));
    page.text.push('\n');
    page.wrapped("", words::METHOD);
    if !history.notes.is_empty() {
        page.text.push_str("\nNotes\n");
        history.notes.iter().for_each(|one| page.wrapped("  ", &note(one)));
    }
    if !style.files.is_empty() {
        page.text.push_str("\nFiles\n");
        style.files.iter().for_each(|file| page.command("", file));
    }
    page.text
}

fn headline(history: &History) -> String {
    let creep = history.trends().filter(|trend| trend.creeps()).count();
    let open = history.trends().filter(|trend| trend.open_changes().next().is_some()).count();
    let series = history.trends().count();
    let mut parts = Vec::new();
    if creep > 0 {
        parts.push(format!("{creep} of {series} series not certainly within their limit since the pinned run"));
    }
    if open > 0 {
        parts.push(format!("{open} of {series} series changed for the worse and nobody said why"));
    }
    if parts.is_empty() {
        let changed = history.trends().filter(|trend| !trend.changes.is_empty()).count();
        let is_judged = history.suites.iter().any(|suite| suite.is_accepted);
        let end = if is_judged { "none that would have to be explained" } else { "shown and not judged" };
        parts.push(format!("{series} series, {changed} with a change point; {end}"));
    }
    parts.join(", ")
}

/// What made the verdict, in a sentence each.
fn reasons(page: &mut Page<'_>, history: &History) {
    let mut sentences = Vec::new();
    for (suite, trend) in history.suites.iter().flat_map(|suite| suite.trends.iter().map(move |trend| (suite, trend))) {
        let prefix = if history.suites.len() > 1 { format!("{}: ", suite.suite) } else { String::new() };
        if let Some(creep) = trend.creep.as_ref().filter(|_| trend.creeps()) {
            sentences.push(format!("{prefix}{}", creep.sentence));
        }
        for change in trend.open_changes() {
            let (subject, moved) = (subject(trend), words::sentence(trend, change));
            sentences.push(format!("{prefix}{subject} {moved}: {}", words::meaning(change).unwrap_or_default()));
        }
    }
    let shown = sentences.len().min(page.rows(TEXT_SENTENCES_MAX));
    for sentence in sentences.iter().take(shown) {
        page.text.push('\n');
        page.told(Verdict::Unstable, &format!("{}: {sentence}", Verdict::Unstable.word()));
    }
    if sentences.len() > shown {
        page.text.push('\n');
        page.wrapped("", &format!("And {} more; -v lists them.", sentences.len() - shown));
    }
}

fn subject(trend: &Trend) -> String {
    format!("{} {}", shorten(&trend.key.label, QUOTED_CHARS_MAX), words::measure(trend))
}

fn of_suite(page: &mut Page<'_>, suite: &SuiteHistory) {
    page.text.push('\n');
    let days: Vec<String> = [suite.first_ns, suite.last_ns].into_iter().flatten().filter_map(day).collect();
    let days = if days.is_empty() { String::new() } else { format!(", {}", days.join(" to ")) };
    let runs = if suite.runs == 1 { "1 run".to_string() } else { format!("{} runs", suite.runs) };
    page.wrapped("", &format!("{} in {}: {runs}{days}", suite.suite, suite.environment));
    page.wrapped("  ", &format!("Runs: {}", suite.source));
    if suite.is_accepted {
        page.wrapped("  ", &format!("Pinned: {}", pinned(suite)));
    } else {
        page.wrapped("  ", "Stored runs are shown and not judged: nobody accepted them.");
    }
    table(page, suite);
    changes(page, suite);
    for (count, text) in [
        (suite.trends.iter().filter(|trend| !trend.is_searched).count(), "with fewer than 8 runs: too few for a change point to be seen"),
        (suite.hidden, "of phases and parts not shown; `--metric '*'` shows them"),
    ] {
        if count > 0 {
            page.wrapped("  ", &format!("{count} series {text}"));
        }
    }
}

fn pinned(suite: &SuiteHistory) -> String {
    let newest = suite.trends.iter().filter_map(Trend::pinned).max_by_key(|(_, point)| point.started_ns);
    newest.map_or_else(
        || "nothing, so that creep cannot be seen; `accept --pin` pins a run".to_string(),
        |(_, point)| {
            Some(words::origin(point).join(", ")).filter(|text| !text.is_empty()).unwrap_or_else(|| "a run of unknown day".to_string())
        },
    )
}

/// Those of which there is something to tell come before those that are left out.
fn table(page: &mut Page<'_>, suite: &SuiteHistory) {
    let rank = |trend: &&Trend| (!trend.creeps() && trend.open_changes().next().is_none(), trend.changes.is_empty());
    let mut listed: Vec<&Trend> = suite.trends.iter().collect();
    let left_out = listed.len().saturating_sub(page.rows(TEXT_ROWS_MAX));
    if left_out > 0 {
        listed.sort_by_key(rank);
        listed.truncate(page.rows(TEXT_ROWS_MAX));
    }
    let width = if page.width() >= WIDE { SPARK_WIDE } else { SPARK };
    let rows: Vec<_> = listed.iter().map(|trend| row(trend, (suite.runs, width))).collect();
    let limit = (!page.style.verbose).then_some(page.width());
    table::lines(&COLUMNS, &rows, limit).iter().for_each(|line| page.line(line));
    if left_out > 0 {
        page.line(&format!("  and {left_out} more; -v lists them, --label and --metric choose"));
    }
}

fn row(trend: &Trend, (runs, spark_width): (usize, usize)) -> Vec<Option<String>> {
    let value = |value: f64| log(&words::value(trend, value));
    vec![
        Some(shorten(&log(&trend.key.label), QUOTED_CHARS_MAX).into_owned()),
        Some(log(&metric(trend))),
        (trend.points.len() != runs).then(|| trend.points.len().to_string()),
        trend.points.first().map(|point| value(point.value)),
        trend.last().map(|point| value(point.value)),
        trend.creep_percent.map(percent),
        Some(spark(trend, spark_width)),
    ]
}

fn changes(page: &mut Page<'_>, suite: &SuiteHistory) {
    let all: Vec<_> = suite.trends.iter().flat_map(|trend| trend.changes.iter().map(move |change| (trend, change))).collect();
    let shown = all.len().min(page.rows(TEXT_ROWS_MAX));
    if shown > 0 {
        page.line("  Change points");
    }
    for (trend, change) in all.iter().take(shown) {
        let meaning = words::meaning(change).map(|meaning| format!(" ({meaning})")).unwrap_or_default();
        page.wrapped("    ", &format!("{} {}{meaning}", subject(trend), words::sentence(trend, change)));
    }
    if all.len() > shown {
        page.line(&format!("    and {} more change points; -v lists them", all.len() - shown));
    }
}

/// The metric alone where the statistic is the usual one.
fn metric(trend: &Trend) -> String {
    if trend.statistic == Statistic::Percentile(Percentile::P50) { trend.key.metric.clone() } else { words::measure(trend) }
}

/// Points as heights of blocks; of many, neighbours share one.
fn spark(trend: &Trend, width: usize) -> String {
    let values: Vec<f64> = trend.points.iter().map(|point| point.value).collect();
    let columns = values.len().min(width);
    let bounds = |column: usize| column * values.len() / columns.max(1);
    let means = (0..columns).filter_map(|column| {
        let part = values.get(bounds(column)..bounds(column + 1))?;
        Some(part.iter().sum::<f64>() / part.len() as f64)
    });
    let means: Vec<f64> = means.collect();
    let (low, high) = means.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mean| (low.min(*mean), high.max(*mean)));
    let span = (high - low).max(SPARK_SPAN * 0.5 * (high + low).abs());
    let top = SPARKS.len() as f64 - 1.0;
    let block = |mean: &f64| if span > 0.0 { ((mean - low) / span * top).round() as usize } else { 0 };
    means.iter().filter_map(|mean| SPARKS.get(block(mean))).collect()
}
