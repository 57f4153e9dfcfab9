//! Conditions as people type them: `p99 < 250ms`, `error rate <= 0.1%`, several joined by `and`.

use super::{ExpressionError, Quantity, parse_limit, quoted};
use crate::model::Statistic;
use std::fmt;

/// How a statistic is held against a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// Whether `left` stands so to `right`.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Operator::Less => left < right,
            Operator::LessOrEqual => left <= right,
            Operator::Greater => left > right,
            Operator::GreaterOrEqual => left >= right,
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
        }
    }
}

/// `p99 < 250ms`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub statistic: Statistic,
    pub operator: Operator,
    pub quantity: Quantity,
    /// The quantity as it was typed.
    pub typed: String,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.statistic, self.operator.symbol(), self.typed)
    }
}

const STATISTIC: &str = "a statistic: p50, p99.9, mean, min, max, error rate or throughput";
const OPERATOR: &str = "`<`, `<=`, `>` or `>=`";

/// One condition or several joined by `and`; columns count from the start of the whole text.
pub fn parse_conditions(text: &str) -> Result<Vec<Condition>, ExpressionError> {
    let mut column = 0;
    let mut conditions = Vec::new();
    for part in text.split(JOINED) {
        conditions.push(parse_condition(part).map_err(|error| ExpressionError { column: column + error.column, ..error })?);
        column += part.chars().count() + JOINED.len();
    }
    Ok(conditions)
}

const JOINED: &str = " and ";

/// One condition.
pub fn parse_condition(text: &str) -> Result<Condition, ExpressionError> {
    let error = |offset: usize, expected: &str, found: &str| ExpressionError {
        column: text.get(..offset).map_or(0, |before| before.chars().count()) + 1,
        expected: expected.to_string(),
        found: quoted(found),
    };
    let start = text.len() - text.trim_start().len();
    let Some(at) = text.find(['<', '>', '=', '!']) else {
        let words = text.trim();
        // A word that is a statistic lacks the rest; any other is the mistake itself.
        let is_known = !words.is_empty() && words.parse::<Statistic>().is_ok();
        return Err(if is_known { error(text.len(), OPERATOR, "") } else { error(start, STATISTIC, words) });
    };
    let (left, rest) = text.split_at(at);
    let statistic = left.trim().parse().map_err(|()| error(start, STATISTIC, left.trim()))?;
    let symbol = rest.get(..rest.find(|c| !"<>=!".contains(c)).unwrap_or(rest.len())).unwrap_or_default();
    let operators = [Operator::Less, Operator::LessOrEqual, Operator::Greater, Operator::GreaterOrEqual];
    let operator = operators.into_iter().find(|operator| operator.symbol() == symbol).ok_or_else(|| error(at, OPERATOR, symbol))?;
    let right = rest.get(symbol.len()..).unwrap_or_default();
    let typed = right.trim();
    let value_at = text.len() - right.trim_start().len();
    let before = text.get(..value_at).map_or(0, |before| before.chars().count());
    let quantity = parse_limit(typed).map_err(|mistake| ExpressionError { column: before + mistake.column, ..mistake })?;
    let expected = match (statistic, quantity) {
        (_, Quantity::Change(_)) => Some("a value without a sign: there is nothing to compare with"),
        (Statistic::ErrorRate, Quantity::Share(_)) | (Statistic::Throughput, Quantity::Rate(_) | Quantity::Plain(_)) => None,
        (Statistic::ErrorRate, _) => Some("a share such as `1%`"),
        (Statistic::Throughput, _) => Some("a rate such as `500/s`"),
        (_, Quantity::Share(_) | Quantity::Rate(_)) => Some("a time such as `250ms`, or another value in the unit of the series"),
        _ => None,
    };
    match expected {
        Some(expected) => Err(error(value_at, expected, typed)),
        None => Ok(Condition { statistic, operator, quantity, typed: typed.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_conditions;

    /// The conditions as they are shown with their quantities, or the error.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match parse_conditions(text) {
            Ok(all) => all.iter().map(|one| format!("{one} {:?}", one.quantity)).collect::<Vec<_>>().join("; "),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn conditions_are_a_statistic_an_operator_and_a_value() {
        check("p99 < 250ms", "p99 < 250ms Time(250000000.0)");
        check("p99.9<=1s", "p99.9 <= 1s Time(1000000000.0)");
        check(" median > 5 ", "p50 > 5 Plain(5.0)");
        check("error rate < 0.1% and p95 < 20ms", "error rate < 0.1% Share(0.001); p95 < 20ms Time(20000000.0)");
        check("throughput >= 500/s", "throughput >= 500/s Rate(500.0)");
    }

    #[test]
    fn mistakes_have_their_column() {
        let statistic = "expected a statistic: p50, p99.9, mean, min, max, error rate or throughput";
        check("", &format!("column 1: {statistic}, found the end"));
        check("  fast < 1s", &format!("column 3: {statistic}, found `fast`"));
        check("p99", "column 4: expected `<`, `<=`, `>` or `>=`, found the end");
        check("p99 == 1s", "column 5: expected `<`, `<=`, `>` or `>=`, found `==`");
        check("p99 < 1parsec", "column 8: expected a unit: `%`, ns, us, ms, s, m, h, B, kB, MB, GB, KiB, MiB, GiB or `/s`, found `parsec`");
        check("p99 < +5%", "column 7: expected a value without a sign: there is nothing to compare with, found `+5%`");
        check("p99 < 5%", "column 7: expected a time such as `250ms`, or another value in the unit of the series, found `5%`");
        check("error rate < 5ms", "column 14: expected a share such as `1%`, found `5ms`");
        check("p99 < 1s and p50", "column 17: expected `<`, `<=`, `>` or `>=`, found the end");
        check("p99 < 1s and  fast < 1", &format!("column 15: {statistic}, found `fast`"));
    }
}
