//! `[[quarantine]]`: series that do not fail for a while, each with a reason and a day.

use super::error::{ConfigError, Document};
use super::table::{Shape, Table};
use crate::judge::Quarantine;
use crate::judge::expression::ExpressionError;
use crate::limits::QUARANTINE_DAYS_MAX;
use crate::model::Place;
use jiff::civil::Date;
use toml::Spanned;

/// `[[quarantine]]`.
pub const QUARANTINE: Shape = Shape { name: "[[quarantine]]", keys: &["suite", "label", "metric", "reason", "until"] };

const DAY_NS: u64 = 24 * 3_600_000_000_000;

/// All entries in the order written, each with the place of its day, which is held against today by [`check_days`].
pub fn read_all(tables: Vec<Table<'_>>) -> Result<Vec<Spanned<Quarantine>>, ConfigError> {
    tables.into_iter().map(read).collect()
}

fn read(mut table: Table<'_>) -> Result<Spanned<Quarantine>, ConfigError> {
    let document = table.document;
    let line = document.line(table.span().start) as u64;
    if table.written(&["suite", "label", "metric"]).is_empty() {
        return Err(table.error("at least one of `suite`, `label` and `metric`: what is in quarantine", "none"));
    }
    let glob = |text: Option<String>| text.unwrap_or_else(|| "*".to_string());
    let (suite, label, metric) = (glob(table.string("suite")?), glob(table.string("label")?), glob(table.string("metric")?));
    let reason = table.required("reason")?.into_inner();
    let Some(until) = table.expression("until", parse_day)? else {
        return Err(table.error("`until`: the last day of the quarantine, such as `2026-12-31`", "none"));
    };
    let span = until.span();
    let (until_ns, until) = until.into_inner();
    let place = Some(Place { path: document.name.to_string(), line });
    Ok(Spanned::new(span, Quarantine { suite, label, metric, reason, until_ns, until, place }))
}

/// A day of the calendar, and the moment (UTC) at which it is over, ns since the epoch.
fn parse_day(text: &str) -> Result<(u64, String), ExpressionError> {
    let has_form = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = text.parse::<Date>().ok().filter(|_| has_form);
    let over = date.and_then(|date| date.tomorrow().ok()?.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok());
    let over = over.and_then(|over| u64::try_from(over.timestamp().as_nanosecond()).ok());
    let expected = "a day such as `2026-12-31`".to_string();
    over.map(|over| (over, text.to_string())).ok_or(ExpressionError { column: 1, expected, found: format!("`{text}`") })
}

/// Nothing is in quarantine for ever: refuses a day too far away. One that is over is no mistake of the file, but makes its
/// suites unstable.
pub fn check_days(entries: &[Spanned<Quarantine>], document: Document<'_>, now_ns: u64) -> Result<(), ConfigError> {
    let latest = now_ns.saturating_add((QUARANTINE_DAYS_MAX + 1) * DAY_NS);
    let Some(far) = entries.iter().find(|entry| entry.get_ref().until_ns > latest) else { return Ok(()) };
    let error = document.error(&far.span(), format!("a day at most {QUARANTINE_DAYS_MAX} days ahead"));
    Err(error.hint("a quarantine ends; whoever needs it longer says so again"))
}
