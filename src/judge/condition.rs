//! What people write to say when a load fails, `p99 > 200ms` or `throughput < 500/s`, and what has to hold, `p99 < 250ms and
//! error rate <= 0.1%`. Pure; every mistake has its column.

use super::expression::{ExpressionError, Quantity, parse_limit};
use crate::model::{Condition, Side, Statistic};

/// What a condition is typed for: that decides which side of a limit it can be about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// It is bad when it holds. Nobody fails a run for being fast, and a limit itself is always kept.
    Fails,
    /// It is bad when it does not.
    Holds,
}

/// When a load fails: a statistic, `>` or `<`, and a limit. Only what is worse may be asked for.
pub fn parse_condition(text: &str) -> Result<Condition, ExpressionError> {
    parse(text, Meaning::Fails)
}

/// What has to hold: a statistic, `<`, `<=`, `>` or `>=`, and a limit, several joined by `and`. Only what is better may be asked
/// for. Columns count from the start of the whole text.
pub fn parse_goals(text: &str) -> Result<Vec<Condition>, ExpressionError> {
    let mut before = 0;
    let mut goals = Vec::new();
    for part in text.split(JOINED) {
        goals.push(parse(part, Meaning::Holds).map_err(|error| ExpressionError { column: before + error.column, ..error })?);
        before += part.chars().count() + JOINED.len();
    }
    Ok(goals)
}

const JOINED: &str = " and ";
const SIGNS: [char; 4] = ['>', '<', '=', '!'];

fn parse(text: &str, meaning: Meaning) -> Result<Condition, ExpressionError> {
    let (words, rest) = text.find(SIGNS).and_then(|sign| text.split_at_checked(sign)).unwrap_or((text, ""));
    let name = words.trim();
    let statistic: Statistic = name.parse().map_err(|()| {
        let example = match meaning {
            Meaning::Fails => "`p99 > 200ms`, `error rate > 1%` or `throughput < 500/s`",
            Meaning::Holds => "`p99 < 200ms`, `error rate < 1%` or `throughput > 500/s`",
        };
        let expected = format!("a condition such as {example}, with a statistic in front");
        error(words, words.trim_start(), &expected, if name.is_empty() { text.trim() } else { name })
    })?;
    let (side, after) = side(text, rest, statistic, meaning)?;
    let limit_text = after.trim_start();
    let skipped = text.chars().count() - limit_text.chars().count();
    let limit_text = limit_text.trim_end();
    let quantity = parse_limit(limit_text).map_err(|mistake| ExpressionError { column: mistake.column + skipped, ..mistake })?;
    match limit(statistic, quantity) {
        Ok(limit) => Ok(Condition { statistic, side, limit, limit_text: limit_text.to_string() }),
        Err(expected) => Err(ExpressionError { column: skipped + 1, expected: expected.to_string(), found: format!("`{limit_text}`") }),
    }
}

/// The side that the sign at the start of `rest` names, and what comes after it.
fn side<'a>(text: &str, rest: &'a str, statistic: Statistic, meaning: Meaning) -> Result<(Side, &'a str), ExpressionError> {
    let is_higher_better = statistic == Statistic::Throughput;
    let (strict, or_equal) =
        if is_higher_better == (meaning == Meaning::Fails) { (Side::Below, Side::AtMost) } else { (Side::Above, Side::AtLeast) };
    let (sign, after) = rest.split_at(rest.find(|c| !SIGNS.contains(&c)).unwrap_or(rest.len()));
    if sign == strict.symbol() {
        return Ok((strict, after));
    }
    if sign == or_equal.symbol() && meaning == Meaning::Holds {
        return Ok((or_equal, after));
    }
    let expected = match meaning {
        Meaning::Fails if sign == or_equal.symbol() => format!("`{}` alone: a limit itself is always kept", strict.symbol()),
        Meaning::Fails => {
            format!("`{}`, because {} is worse for {statistic}", strict.symbol(), if is_higher_better { "less" } else { "more" })
        }
        Meaning::Holds => format!("`{}` or `{}`: what has to hold, not what fails", strict.symbol(), or_equal.symbol()),
    };
    Err(error(text, rest, &expected, rest.trim_end()))
}

/// The limit in the unit of the statistic, or what was expected.
fn limit(statistic: Statistic, quantity: Quantity) -> Result<f64, &'static str> {
    match (statistic, quantity) {
        (Statistic::ErrorRate, Quantity::Share(share)) => Ok(share),
        (Statistic::ErrorRate, _) => Err("a percentage such as `1%`"),
        (Statistic::Throughput, Quantity::Rate(rate) | Quantity::Plain(rate)) => Ok(rate),
        (Statistic::Throughput, _) => Err("a rate such as `500/s`"),
        (Statistic::Count, Quantity::Plain(count)) => Ok(count),
        (Statistic::Count, _) => Err("a number such as `1000`"),
        (_, Quantity::Time(ns)) => Ok(ns),
        _ => Err("a time such as `200ms`"),
    }
}

/// A mistake where `rest` begins in `text`.
fn error(text: &str, rest: &str, expected: &str, found: &str) -> ExpressionError {
    let found = if found.is_empty() { "the end".to_string() } else { format!("`{found}`") };
    ExpressionError { column: text.chars().count() - rest.chars().count() + 1, expected: expected.to_string(), found }
}

#[cfg(test)]
mod tests {
    use super::{parse_condition, parse_goals};

    fn check(text: &str, expected: &str) {
        let found = match parse_condition(text) {
            Ok(condition) => format!("{condition} = {}", condition.limit),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn conditions_are_a_statistic_and_its_limit() {
        check("p99 > 200ms", "p99 > 200ms = 200000000");
        check(" error_rate>1% ", "error rate > 1% = 0.01");
        check("error rate > 50%", "error rate > 50% = 0.5");
        check("throughput < 500/s", "throughput < 500/s = 500");
        check("throughput < 500", "throughput < 500 = 500");
        check("average > 1m30s", "mean > 1m30s = 90000000000");
        check("count > 1000", "count > 1000 = 1000");
    }

    #[test]
    fn mistakes_have_their_column() {
        let form = "a condition such as `p99 > 200ms`, `error rate > 1%` or `throughput < 500/s`, with a statistic in front";
        check("", &format!("column 1: expected {form}, found the end"));
        check("> 200ms", &format!("column 1: expected {form}, found `> 200ms`"));
        check(" p101 > 200ms", &format!("column 2: expected {form}, found `p101`"));
        check("p99", "column 4: expected `>`, because more is worse for p99, found the end");
        check("p99 < 200ms", "column 5: expected `>`, because more is worse for p99, found `< 200ms`");
        check("throughput > 5", "column 12: expected `<`, because less is worse for throughput, found `> 5`");
        check("p99 >= 2s", "column 5: expected `>` alone: a limit itself is always kept, found `>= 2s`");
        check("p99 == 2s", "column 5: expected `>`, because more is worse for p99, found `== 2s`");
        check("p99 >< 2s", "column 5: expected `>`, because more is worse for p99, found `>< 2s`");
        check("p99 >  1%", "column 8: expected a time such as `200ms`, found `1%`");
        check("p99 > 20", "column 7: expected a time such as `200ms`, found `20`");
        check("error rate > 3", "column 14: expected a percentage such as `1%`, found `3`");
        check("p99 > 2 x", "column 9: expected a unit: `%`, ns, us, ms, s, m, h, B, kB, MB, GB, KiB, MiB, GiB or `/s`, found `x`");
        check("p99 > ", "column 7: expected a limit such as `+5%`, `1%`, `250ms`, `2MB`, a number, or `noise band`, found the end");
    }

    /// What has to hold with its limits, or the error.
    #[track_caller]
    fn check_goals(text: &str, expected: &str) {
        let shown = match parse_goals(text) {
            Ok(all) => all.iter().map(|one| format!("{one} = {}", one.limit)).collect::<Vec<_>>().join("; "),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn goals_are_what_has_to_hold() {
        check_goals("p99 < 250ms", "p99 < 250ms = 250000000");
        check_goals("p99.9<=1s", "p99.9 <= 1s = 1000000000");
        check_goals("error rate < 0.1% and p95 < 20ms", "error rate < 0.1% = 0.001; p95 < 20ms = 20000000");
        check_goals("throughput >= 500/s", "throughput >= 500/s = 500");
    }

    #[test]
    fn mistakes_in_goals_have_their_column() {
        let form = "a condition such as `p99 < 200ms`, `error rate < 1%` or `throughput > 500/s`, with a statistic in front";
        check_goals("", &format!("column 1: expected {form}, found the end"));
        check_goals("p99 < 1s and  fast < 1", &format!("column 15: expected {form}, found `fast`"));
        check_goals("p99 > 250ms", "column 5: expected `<` or `<=`: what has to hold, not what fails, found `> 250ms`");
        check_goals("throughput < 5/s", "column 12: expected `>` or `>=`: what has to hold, not what fails, found `< 5/s`");
        check_goals("p99 < 1s and p50", "column 17: expected `<` or `<=`: what has to hold, not what fails, found the end");
        check_goals("p99 < +5%", "column 7: expected a time such as `200ms`, found `+5%`");
        check_goals("p99 < 250", "column 7: expected a time such as `200ms`, found `250`");
        check_goals("error rate < 5ms", "column 14: expected a percentage such as `1%`, found `5ms`");
        check_goals("p99 < 1s and p50 < 2", "column 20: expected a time such as `200ms`, found `2`");
    }
}
