//! What a person is shown before a series becomes part of a baseline: what it was and what it is, as a diff, with the words
//! and the colour of better and worse. Pure: who asks is `accept`.

use crate::model::humanize::{percent, quantity};
use crate::model::{Better, Percentile, Run, Series, SeriesKey, Statistic, Unit};
use similar::{ChangeTag, TextDiff};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A series of the pending runs beside its newest accepted run.
#[derive(Debug, Clone, Copy)]
pub struct Reviewed<'a> {
    pub key: &'a SeriesKey,
    /// `None` for a new series.
    pub before: Option<&'a Series>,
    /// `None` for one that is gone.
    pub after: Option<&'a Series>,
}

/// Whether colour is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Color,
}

/// Every series that was accepted or waits, in order. `accepted` and `pending` are newest first.
pub fn beside<'a>(accepted: &'a [Run], pending: &[&'a Run]) -> Vec<Reviewed<'a>> {
    let mut before: BTreeMap<&SeriesKey, &Series> = BTreeMap::new();
    accepted.iter().rev().for_each(|run| before.extend(&run.series));
    let mut after: BTreeMap<&SeriesKey, &Series> = BTreeMap::new();
    pending.iter().rev().for_each(|run| after.extend(&run.series));
    let keys: BTreeSet<&SeriesKey> = before.keys().chain(after.keys()).copied().collect();
    keys.into_iter().map(|key| Reviewed { key, before: before.get(key).copied(), after: after.get(key).copied() }).collect()
}

impl Reviewed<'_> {
    /// Whether a person would see any difference.
    pub fn is_changed(&self) -> bool {
        self.lines(self.before) != self.lines(self.after) || self.before.map(|one| &one.unit) != self.after.map(|one| &one.unit)
    }

    /// The name, what happened to it in a word, and the statistics as a diff.
    pub fn text(&self, paint: Paint) -> String {
        let (what, side) = self.verdict();
        let name = format!("{} {}", self.key.label.escape_debug(), self.key.metric);
        let mut text = format!("{name}: {}\n", side.paint(&what, paint));
        let (old, new) = (self.lines(self.before), self.lines(self.after));
        for change in TextDiff::from_lines(&old, &new).iter_all_changes() {
            let line = change.value().trim_end();
            let _ = match change.tag() {
                ChangeTag::Equal => writeln!(text, "   {line}"),
                ChangeTag::Delete => writeln!(text, "  -{line}"),
                ChangeTag::Insert => writeln!(text, "{}", self.inserted(line, paint)),
            };
        }
        text
    }

    /// A new line with how far it lies from the old one.
    fn inserted(&self, line: &str, paint: Paint) -> String {
        let moved = STATISTICS.into_iter().find(|statistic| line.starts_with(&format!("{statistic} ")));
        let values = moved.and_then(|statistic| Some((value(self.before?, statistic)?, value(self.after?, statistic)?, statistic)));
        let Some((before, after, statistic)) = values else { return format!("  +{line}") };
        let side = self.side(before, after, statistic);
        let change = if before > 0.0 { percent(100.0 * (after / before - 1.0)) } else { "from nothing".to_string() };
        side.paint(&format!("  +{line}  {change} {}", side.word()), paint)
    }

    /// In a word what happened, by the first statistic that differs to the eye.
    fn verdict(&self) -> (String, Side) {
        let (before, after) = match (self.before, self.after) {
            (None, _) => return ("new".to_string(), Side::Neither),
            (_, None) => return ("gone; its history ends".to_string(), Side::Neither),
            (Some(before), Some(after)) if before.unit != after.unit => {
                return (format!("{} instead of {}; its history begins anew", after.unit, before.unit), Side::Neither);
            }
            (Some(before), Some(after)) => (before, after),
        };
        let shown = |series: &Series, statistic| value(series, statistic).map(|value| quantity(value, &unit(series, statistic)));
        let differs = |statistic: &Statistic| shown(before, *statistic) != shown(after, *statistic);
        let moved = STATISTICS.into_iter().find(differs).and_then(|it| Some(self.side(value(before, it)?, value(after, it)?, it)));
        let side = moved.unwrap_or(Side::Neither);
        (side.word().to_string(), side)
    }

    fn side(&self, before: f64, after: f64, statistic: Statistic) -> Side {
        let better = match statistic {
            Statistic::ErrorRate => Better::Lower,
            Statistic::Throughput => Better::Higher,
            _ => self.after.map_or(Better::Unknown, |series| series.better),
        };
        match better {
            Better::Lower if after > before => Side::Worse,
            Better::Lower if after < before => Side::Better,
            Better::Higher if after < before => Side::Worse,
            Better::Higher if after > before => Side::Better,
            _ => Side::Neither,
        }
    }

    /// A statistic a line.
    fn lines(&self, series: Option<&Series>) -> String {
        let line = |statistic| {
            let series = series?;
            Some(format!("{statistic} {}\n", quantity(value(series, statistic)?, &unit(series, statistic))))
        };
        STATISTICS.into_iter().filter_map(line).collect()
    }
}

/// What is shown of a series, what is looked at first in front.
const STATISTICS: [Statistic; 6] = [
    Statistic::ErrorRate,
    Statistic::Percentile(Percentile::P50),
    Statistic::Percentile(Percentile::P95),
    Statistic::Percentile(Percentile::P99),
    Statistic::Mean,
    Statistic::Throughput,
];

fn value(series: &Series, statistic: Statistic) -> Option<f64> {
    match statistic {
        // Where nothing failed, now or ever, it is not worth a line.
        Statistic::ErrorRate if series.summary.errors == 0 => None,
        // One value is said once.
        Statistic::Percentile(percentile) if percentile != Percentile::P50 && series.judged().count <= 1 => None,
        // The mean speaks where nothing else does.
        Statistic::Mean if series.usual_statistic() != Statistic::Mean => None,
        other => series.statistic(other),
    }
}

fn unit(series: &Series, statistic: Statistic) -> Unit {
    match statistic {
        Statistic::ErrorRate => Unit::Ratio,
        Statistic::Throughput => Unit::PerSecond,
        _ => series.unit.clone(),
    }
}

/// Which way a number went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Better,
    Worse,
    Neither,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Side::Better => "better",
            Side::Worse => "worse",
            Side::Neither => "changed",
        }
    }

    fn paint(self, text: &str, paint: Paint) -> String {
        let code = match self {
            _ if paint == Paint::Plain => return text.to_string(),
            Side::Better => 32,
            Side::Worse => 31,
            Side::Neither => return text.to_string(),
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// The diff of the files as they are and would be.
pub fn of_files(name: &str, before: Option<&str>, after: &str) -> String {
    let diff = TextDiff::from_lines(before.unwrap_or_default(), after);
    diff.unified_diff().context_radius(3).header(if before.is_some() { name } else { "(new)" }, name).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Paint, beside};
    use crate::model::{Better, Run, Series, SeriesKey, Unit};

    fn run(better: Better, values: &[(&str, f64)]) -> Run {
        let series = values.iter().map(|(label, value)| Series::point(SeriesKey::new(*label, "time"), Unit::Ns, better, *value));
        Run { series: series.map(|series| (series.key.clone(), series)).collect(), ..Run::default() }
    }

    /// What is shown of the changed series.
    #[track_caller]
    fn check(better: Better, before: &[(&str, f64)], after: &[(&str, f64)], paint: Paint, expected: &str) {
        let (before, after) = ([run(better, before)], run(better, after));
        let reviewed = beside(&before, &[&after]);
        let shown: String = reviewed.iter().filter(|one| one.is_changed()).map(|one| one.text(paint)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn only_what_changes_is_shown_and_said_in_words() {
        use Better::{Higher, Lower, Unknown};
        let (old, new) = ([("map", 50.0), ("sort", 1e6)], [("map", 50.0), ("sort", 4e6)]);
        check(Lower, &old, &new, Paint::Plain, "sort time: worse\n  -p50 1 ms\n  +p50 4 ms  +300% worse\n");
        check(Lower, &new, &old, Paint::Plain, "sort time: better\n  -p50 4 ms\n  +p50 1 ms  -75% better\n");
        check(Higher, &old, &new, Paint::Plain, "sort time: better\n  -p50 1 ms\n  +p50 4 ms  +300% better\n");
        check(Unknown, &old, &new, Paint::Plain, "sort time: changed\n  -p50 1 ms\n  +p50 4 ms  +300% changed\n");
        check(Lower, &old, &old, Paint::Plain, "");
    }

    #[test]
    fn worse_is_red_and_better_is_green() {
        let (old, new) = ([("sort", 1e6)], [("sort", 4e6)]);
        let red = "sort time: \u{1b}[31mworse\u{1b}[0m\n  -p50 1 ms\n\u{1b}[31m  +p50 4 ms  +300% worse\u{1b}[0m\n";
        check(Better::Lower, &old, &new, Paint::Color, red);
        check(Better::Higher, &old, &new, Paint::Color, &red.replace("31m", "32m").replace("worse", "better"));
    }

    #[test]
    fn series_come_and_go() {
        let expected = "map time: gone; its history ends\n  -p50 50 ns\nsort time: new\n  +p50 1 ms\n";
        check(Better::Lower, &[("map", 50.0)], &[("sort", 1e6)], Paint::Plain, expected);
    }
}
