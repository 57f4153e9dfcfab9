//! What people write to say when a load fails: `p99 > 200ms`, `error rate > 1%`, `throughput < 500/s`. Pure; every mistake
//! has its column.

use super::expression::{ExpressionError, Quantity, parse_limit};
use crate::model::{Condition, Side, Statistic};

/// A statistic, `>` or `<`, and a limit. Only what is worse may be asked for: nobody fails a run for being fast.
pub fn parse_condition(text: &str) -> Result<Condition, ExpressionError> {
    let sign = text.find(['>', '<']);
    let (words, rest) = sign.and_then(|sign| text.split_at_checked(sign)).unwrap_or((text, ""));
    let name = words.trim();
    let statistic: Statistic = name.parse().map_err(|()| {
        let expected = "a condition such as `p99 > 200ms`, `error rate > 1%` or `throughput < 500/s`, with a statistic in front";
        error(words, words.trim_start(), expected, if name.is_empty() { text.trim() } else { name })
    })?;
    let is_higher_better = statistic == Statistic::Throughput;
    let (side, symbol) = if is_higher_better { (Side::Below, '<') } else { (Side::Above, '>') };
    let Some(limit_text) = rest.strip_prefix(symbol) else {
        let more = if is_higher_better { "less" } else { "more" };
        return Err(error(text, rest, &format!("`{symbol}`, because {more} is worse for {statistic}"), rest));
    };
    let before = |trimmed: &str| text.chars().count() - trimmed.chars().count();
    let limit_text = limit_text.trim_start();
    let skipped = before(limit_text);
    let limit_text = limit_text.trim_end();
    if limit_text.starts_with('=') {
        return Err(error(text, limit_text, &format!("`{symbol}` alone: a limit itself is always kept"), limit_text));
    }
    let quantity = parse_limit(limit_text).map_err(|mistake| ExpressionError { column: mistake.column + skipped, ..mistake })?;
    let (limit, example) = match (statistic, quantity) {
        (Statistic::ErrorRate, Quantity::Share(share)) => (Some(share), "a percentage such as `1%`"),
        (Statistic::ErrorRate, _) => (None, "a percentage such as `1%`"),
        (Statistic::Throughput, Quantity::Rate(rate) | Quantity::Plain(rate)) => (Some(rate), ""),
        (Statistic::Throughput, _) => (None, "a rate such as `500/s`"),
        (Statistic::Count, Quantity::Plain(count)) => (Some(count), ""),
        (Statistic::Count, _) => (None, "a number such as `1000`"),
        (_, Quantity::Time(ns)) => (Some(ns), ""),
        _ => (None, "a time such as `200ms`"),
    };
    match limit {
        Some(limit) => Ok(Condition { statistic, side, limit, limit_text: limit_text.to_string() }),
        None => Err(ExpressionError { column: skipped + 1, expected: example.to_string(), found: format!("`{limit_text}`") }),
    }
}

/// A mistake where `rest` begins in `text`.
fn error(text: &str, rest: &str, expected: &str, found: &str) -> ExpressionError {
    let found = if found.is_empty() { "the end".to_string() } else { format!("`{found}`") };
    ExpressionError { column: text.chars().count() - rest.chars().count() + 1, expected: expected.to_string(), found }
}

#[cfg(test)]
mod tests {
    use super::parse_condition;

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
        check("p99 >= 2s", "column 6: expected `>` alone: a limit itself is always kept, found `= 2s`");
        check("p99 >  1%", "column 8: expected a time such as `200ms`, found `1%`");
        check("p99 > 20", "column 7: expected a time such as `200ms`, found `20`");
        check("error rate > 3", "column 14: expected a percentage such as `1%`, found `3`");
        check("p99 > 2 x", "column 9: expected a unit: `%`, ns, us, ms, s, m, h, B, kB, MB, GB, KiB, MiB, GiB or `/s`, found `x`");
        check("p99 > ", "column 7: expected a limit such as `+5%`, `1%`, `250ms`, `2MB`, a number, or `noise band`, found the end");
    }
}
