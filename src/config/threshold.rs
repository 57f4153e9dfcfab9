//! `[[threshold]]`: rules as written, checked as far as they can be without a run.

use super::error::{ConfigError, Document, alternatives, did_you_mean};
use super::shadow;
use super::table::{Shape, Table};
use crate::judge::expression::{ExpressionError, Quantity, parse_limit};
use crate::judge::{Attempts, Limit, Rule};
use crate::model::{Better, Place, STATISTIC_WORDS, Statistic, Unit, metric};
use std::ops::Range;
use toml::Spanned;

/// `[[threshold]]`.
pub const THRESHOLD: Shape =
    Shape { name: "[[threshold]]", keys: &["suite", "label", "metric", "statistic", "unstable", "fail", "floor", "against", "of"] };

/// A quantity as understood and as written.
type Written = Spanned<(Quantity, String)>;

/// All rules, in the order written; the first match wins, so one that can never match is an error.
pub fn read_all(tables: Vec<Table<'_>>) -> Result<Vec<Rule>, ConfigError> {
    let mut rules: Vec<Rule> = Vec::new();
    for table in tables {
        let (document, head) = (table.document, table.head());
        let rule = read(table)?;
        if let Some(line) = rules.iter().find(|earlier| shadow::covers(earlier, &rule)).and_then(|rule| rule.place.as_ref()) {
            let error = document.error_found(&head, "a threshold that can match", format!("one that line {} always beats", line.line));
            return Err(error.hint("the first match wins for a statistic: put the narrower threshold first, or delete one"));
        }
        rules.push(rule);
    }
    Ok(rules)
}

fn read(mut table: Table<'_>) -> Result<Rule, ConfigError> {
    let document = table.document;
    let span = table.span();
    let suite = table.string("suite")?.unwrap_or_else(|| "*".to_string());
    let label = table.string("label")?.unwrap_or_else(|| "*".to_string());
    let metric = table.string("metric")?;
    let statistic = read_statistic(&mut table)?;
    let against = table.text("against")?;
    let of = table.word("of", &[("ok", Attempts::Ok), ("all", Attempts::All)])?.unwrap_or(Attempts::Ok);
    let judged = Judged::new(document, statistic, metric.as_deref(), against.is_some());
    let unstable = table.expression("unstable", parse_written)?;
    let fail = table.expression("fail", parse_written)?;
    let floor = table.expression("floor", parse_written)?;
    let unstable = unstable.map(|written| judged.limit(written)).transpose()?;
    let fail = fail.map(|written| judged.limit(written)).transpose()?;
    if unstable.is_none() && fail.is_none() {
        return Err(table.error("at least one of `unstable` and `fail`", "none"));
    }
    if let (Some(unstable), Some(fail)) = (&unstable, &fail) {
        judged.order(unstable, fail)?;
    }
    let is_relative = [&unstable, &fail].into_iter().flatten().any(|limit| matches!(limit.get_ref(), Limit::Relative { .. }));
    let floor = floor.map(|written| judged.floor(&written, is_relative)).transpose()?;
    if let Some(against) = against.as_ref().filter(|against| *against.get_ref() == label) {
        return Err(document.error(&against.span(), "another label than the threshold's own"));
    }
    Ok(Rule {
        suite,
        label,
        metric,
        statistic,
        unstable: unstable.map(Spanned::into_inner),
        fail: fail.map(Spanned::into_inner),
        floor,
        too_fast: None,
        widen_to: None,
        against: against.map(Spanned::into_inner),
        of,
        is_default: false,
        place: Some(Place { path: document.name.to_string(), line: document.line(span.start) as u64 }),
    })
}

fn parse_written(text: &str) -> Result<(Quantity, String), ExpressionError> {
    parse_limit(text).map(|quantity| (quantity, text.to_string()))
}

fn read_statistic(table: &mut Table<'_>) -> Result<Option<Statistic>, ConfigError> {
    let Some(text) = table.text("statistic")? else { return Ok(None) };
    text.get_ref().parse().map(Some).map_err(|()| {
        let words = || STATISTIC_WORDS.iter().map(|(word, _)| *word);
        let error = table.document.error(&text.span(), format!("a statistic: {}", alternatives(words())));
        error.hint(did_you_mean(text.get_ref(), words().chain(["median", "average"])))
    })
}

/// What a threshold judges, as far as it is known before any run.
struct Judged<'a> {
    document: Document<'a>,
    /// `None` where globs or a tool's own metric leave it open.
    unit: Option<Unit>,
    better: Better,
    is_within_run: bool,
}

impl<'a> Judged<'a> {
    fn new(document: Document<'a>, statistic: Option<Statistic>, metric: Option<&str>, is_within_run: bool) -> Self {
        let (unit, better) = match (statistic, metric) {
            (Some(Statistic::ErrorRate), _) => (Some(Unit::Ratio), Better::Lower),
            (Some(Statistic::Throughput), _) => (Some(Unit::PerSecond), Better::Higher),
            (Some(Statistic::Count), _) => (Some(Unit::Count), Better::Unknown),
            (_, None) => (Some(Unit::Ns), Better::Lower),
            (_, Some(name)) => metric::known(name).map_or((None, Better::Unknown), |known| (Some(known.unit.clone()), known.better)),
        };
        Judged { document, unit, better, is_within_run }
    }

    fn limit(&self, written: Written) -> Result<Spanned<Limit>, ConfigError> {
        let span = written.span();
        let (quantity, text) = written.into_inner();
        if let Quantity::Change(change) = quantity {
            return self.relative(&span, change, text);
        }
        if self.is_within_run {
            let error = self.document.error(&span, "a change such as `+5%` or `-50%` against the other series");
            return Err(error.hint("absolute limits go into a threshold without `against`"));
        }
        match self.absolute(quantity) {
            Some(value) => Ok(Spanned::new(span, Limit::Absolute { value, text })),
            None if matches!(quantity, Quantity::Share(_)) => {
                let error = self.document.error(&span, format!("a change such as `+{text}`, or {}", self.example()));
                Err(error.hint("only `error rate` has limits that are percentages without a sign"))
            }
            None => Err(self.document.error(&span, format!("a change such as `+5%`, or {}", self.example()))),
        }
    }

    fn relative(&self, span: &Range<usize>, change: f64, text: String) -> Result<Spanned<Limit>, ConfigError> {
        if change < 0.0 && !self.is_within_run && self.better == Better::Lower {
            let error = self.document.error(span, "a change for the worse such as `+5%`, because less is better here");
            return Err(error.hint("to ask for less than another series of the same run, name it with `against`"));
        }
        Ok(Spanned::new(span.clone(), Limit::Relative { change, text }))
    }

    /// The number in the unit of the series, where the quantity can be of that unit.
    fn absolute(&self, quantity: Quantity) -> Option<f64> {
        match (quantity, &self.unit) {
            (Quantity::Time(ns), None | Some(Unit::Ns)) => Some(ns),
            (Quantity::Bytes(bytes), None | Some(Unit::Bytes)) => Some(bytes),
            (Quantity::Rate(rate), None | Some(Unit::PerSecond)) => Some(rate),
            (Quantity::Share(share), Some(Unit::Ratio)) => Some(share),
            (Quantity::Plain(number), None | Some(Unit::Count | Unit::Bytes | Unit::PerSecond)) => Some(number),
            _ => None,
        }
    }

    fn example(&self) -> &'static str {
        match &self.unit {
            Some(Unit::Ns) => "a time such as `250ms`",
            Some(Unit::Bytes) => "a size such as `2MB`",
            Some(Unit::Ratio) => "a percentage such as `1%`",
            Some(Unit::PerSecond) => "a rate such as `500/s`",
            Some(Unit::Count) => "a number such as `1000`",
            Some(Unit::Other(_)) | None => "a value such as `250ms`, `2MB` or `1000`",
        }
    }

    /// *fail* must not be reached before *unstable*.
    fn order(&self, unstable: &Spanned<Limit>, fail: &Spanned<Limit>) -> Result<(), ConfigError> {
        let (sooner, later, is_change) = match (unstable.get_ref(), fail.get_ref()) {
            (Limit::Absolute { value: unstable, .. }, Limit::Absolute { value: fail, .. }) => (*unstable, *fail, false),
            (Limit::Relative { change: unstable, .. }, Limit::Relative { change: fail, .. }) => (*unstable, *fail, true),
            _ => {
                let error = self.document.error(&fail.span(), "limits of one kind in a threshold");
                return Err(error.hint("write two thresholds: one for the change, one for the absolute limit"));
            }
        };
        let is_worse = match self.better {
            // Without a direction, or against an earlier run where either sign may be the bad one, the larger change is worse.
            _ if is_change && !self.is_within_run => sooner * later >= 0.0 && later.abs() >= sooner.abs(),
            Better::Lower => later >= sooner,
            Better::Higher => later <= sooner,
            Better::Unknown => true,
        };
        if is_worse {
            return Ok(());
        }
        let expected = format!("a limit that is crossed after `unstable` ({})", unstable.get_ref().text());
        Err(self.document.error(&fail.span(), expected))
    }

    fn floor(&self, written: &Written, is_relative: bool) -> Result<f64, ConfigError> {
        let error = |expected: &str| Err(self.document.error(&written.span(), expected));
        if !is_relative {
            return error("a `floor` only beside changes such as `+5%`");
        }
        match self.absolute(written.get_ref().0) {
            Some(floor) => Ok(floor),
            None => error(&format!("{} for `floor`", self.example())),
        }
    }
}
