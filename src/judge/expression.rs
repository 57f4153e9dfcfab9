//! What people write for limits, durations and rates: `+5%`, `250ms`, `1m30s`, `2MB`, `500/s`. Pure; every mistake
//! has its column.

use std::fmt;
use std::time::Duration;

/// A number with what its unit says of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quantity {
    /// A signed percentage is a change, as a share: `+5%` is 0.05, `-50%` is −0.5.
    Change(f64),
    /// An unsigned percentage is a share of one: `1%` is 0.01.
    Share(f64),
    /// A time in ns: `250ms`, `1m30s`.
    Time(f64),
    /// A size in bytes: `2MB` is 2,000,000, `2MiB` is 2,097,152.
    Bytes(f64),
    /// Per second: `500/s`, `30/min`.
    Rate(f64),
    /// A number without unit.
    Plain(f64),
    /// `noise band`: what accepted runs differ among themselves.
    Band,
}

/// A text that is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// Characters from the start of the text, 1-based; one past the end where something is missing.
    pub column: usize,
    pub expected: String,
    pub found: String,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: expected {}, found {}", self.column, self.expected, self.found)
    }
}

impl std::error::Error for ExpressionError {}

/// Units of time in ns. A unit is compared as a whole, so the order does not matter.
const TIMES: &[(&str, f64)] =
    &[("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("min", 60e9), ("h", 3600e9)];
const SIZES: &[(&str, f64)] =
    &[("B", 1.0), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("KiB", 1024.0), ("MiB", 1_048_576.0), ("GiB", 1_073_741_824.0)];
const RATES: &[(&str, f64)] = &[("/s", 1.0), ("/min", 1.0 / 60.0), ("/m", 1.0 / 60.0), ("/h", 1.0 / 3600.0)];

const ANY_UNIT: &str = "a unit: `%`, ns, us, ms, s, m, h, B, kB, MB, GB, KiB, MiB, GiB or `/s`";
const BAND: &str = "noise band";
const LIMIT: &str = "a limit such as `+5%`, `1%`, `250ms`, `2MB`, a number, or `noise band`";
const DURATION: &str = "a duration such as `10s`, `1m30s` or `250ms`";
const RATE: &str = "a rate such as `500` (per second), `500/s` or `30/min`";

/// A limit or a floor.
pub fn parse_limit(text: &str) -> Result<Quantity, ExpressionError> {
    let mut cursor = Cursor::new(text);
    if text.starts_with("noise") {
        return cursor.words(BAND).map(|()| Quantity::Band);
    }
    let sign = cursor.sign();
    let number = cursor.number(LIMIT)?;
    let unit = cursor.unit();
    if let Some(sign) = sign {
        return change(&cursor, sign * number, &unit);
    }
    match unit.text {
        "" => cursor.end(ANY_UNIT).map(|()| Quantity::Plain(number)),
        "%" => cursor.end("nothing after `%`").map(|()| Quantity::Share(number / 100.0)),
        word => match (lookup(TIMES, word), lookup(SIZES, word), lookup(RATES, word)) {
            (Some(factor), _, _) => cursor.more_time(number * factor, factor).map(Quantity::Time),
            (_, Some(factor), _) => cursor.end("nothing after the unit").map(|()| Quantity::Bytes(number * factor)),
            (_, _, Some(factor)) => cursor.end("nothing after the unit").map(|()| Quantity::Rate(number * factor)),
            _ => Err(unit.error(ANY_UNIT)),
        },
    }
}

/// A duration below 2⁶⁴ ns, because the program counts in ns.
pub fn parse_duration(text: &str) -> Result<Duration, ExpressionError> {
    let ns = match parse_limit(text) {
        Ok(Quantity::Time(ns)) => ns,
        Ok(Quantity::Plain(_)) => {
            let column = text.chars().count() + 1;
            return Err(ExpressionError { column, expected: "a unit: ns, us, ms, s, m or h".into(), found: "the end".into() });
        }
        Ok(_) => return Err(ExpressionError { column: 1, expected: DURATION.into(), found: quoted(text) }),
        Err(error) if error.expected == LIMIT || error.expected == ANY_UNIT => {
            return Err(ExpressionError { expected: DURATION.into(), ..error });
        }
        Err(error) => return Err(error),
    };
    if ns >= u64::MAX as f64 {
        return Err(ExpressionError { column: 1, expected: "at most 584 years".into(), found: quoted(text) });
    }
    Ok(Duration::from_nanos(ns.round() as u64))
}

/// A rate per second; a bare number is per second already.
pub fn parse_rate(text: &str) -> Result<f64, ExpressionError> {
    match parse_limit(text) {
        Ok(Quantity::Plain(rate) | Quantity::Rate(rate)) => Ok(rate),
        Ok(_) => Err(ExpressionError { column: 1, expected: RATE.into(), found: quoted(text) }),
        Err(error) => Err(ExpressionError { expected: RATE.into(), ..error }),
    }
}

fn change(cursor: &Cursor<'_>, percent: f64, unit: &Word<'_>) -> Result<Quantity, ExpressionError> {
    if unit.text != "%" {
        return Err(unit.error("`%`: a signed number is a change in per cent"));
    }
    cursor.end("nothing after `%`")?;
    if percent <= -100.0 {
        return Err(ExpressionError { column: 1, expected: "a change above -100%".into(), found: quoted(cursor.text) });
    }
    Ok(Quantity::Change(percent / 100.0))
}

fn lookup(table: &[(&str, f64)], word: &str) -> Option<f64> {
    table.iter().find(|(name, _)| *name == word).map(|(_, factor)| *factor)
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "the end".to_string() } else { format!("`{text}`") }
}

/// A unit and where it began.
struct Word<'a> {
    text: &'a str,
    column: usize,
}

impl Word<'_> {
    fn error(&self, expected: &str) -> ExpressionError {
        ExpressionError { column: self.column, expected: expected.to_string(), found: quoted(self.text) }
    }
}

struct Cursor<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Cursor { text, rest: text }
    }

    fn column(&self) -> usize {
        self.text.chars().count() - self.rest.chars().count() + 1
    }

    /// Takes characters as long as they please.
    fn take(&mut self, pleases: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !pleases(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Exactly these words; a mistake is where the text begins to differ.
    fn words(&mut self, words: &str) -> Result<(), ExpressionError> {
        let alike = self.rest.char_indices().zip(words.chars()).find(|((_, found), expected)| found != expected);
        let end = alike.map_or(words.len().min(self.rest.len()), |((offset, _), _)| offset);
        self.rest = self.rest.get(end..).unwrap_or_default();
        let missing = words.get(end..).filter(|missing| !missing.is_empty());
        self.end(&missing.map_or("nothing after it".to_string(), |_| format!("`{words}`")))?;
        missing.map_or(Ok(()), |_| Err(ExpressionError { column: self.column(), expected: format!("`{words}`"), found: quoted("") }))
    }

    fn sign(&mut self) -> Option<f64> {
        let (sign, rest) = [('+', 1.0), ('-', -1.0), ('−', -1.0)]
            .into_iter()
            .find_map(|(symbol, sign)| self.rest.strip_prefix(symbol).map(|rest| (sign, rest)))?;
        self.rest = rest;
        Some(sign)
    }

    fn number(&mut self, expected: &str) -> Result<f64, ExpressionError> {
        let (column, before) = (self.column(), self.rest);
        let digits = self.take(|c| c.is_ascii_digit() || c == '.');
        let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.ends_with(|c: char| c.is_ascii_digit());
        match digits.parse::<f64>() {
            Ok(number) if is_number && number.is_finite() => Ok(number),
            _ => Err(ExpressionError { column, expected: expected.to_string(), found: quoted(before) }),
        }
    }

    /// What stands between a number and the next digit; one may write a space before it.
    fn unit(&mut self) -> Word<'a> {
        self.take(|c| c == ' ');
        let column = self.column();
        Word { column, text: self.take(|c| !c.is_ascii_digit()) }
    }

    /// The smaller parts of a time such as `1m30s`.
    fn more_time(&mut self, mut total: f64, mut larger: f64) -> Result<f64, ExpressionError> {
        while !self.rest.is_empty() {
            let number = self.number(DURATION)?;
            let unit = self.unit();
            match lookup(TIMES, unit.text) {
                Some(factor) if factor < larger => {
                    total += number * factor;
                    larger = factor;
                }
                _ => return Err(unit.error("a smaller unit of time")),
            }
        }
        Ok(total)
    }

    fn end(&self, expected: &str) -> Result<(), ExpressionError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(ExpressionError { column: self.column(), expected: expected.to_string(), found: quoted(self.rest) })
    }
}

/// What parsing gave, or the words of its error: the check of every test that parses an expression.
#[cfg(test)]
#[track_caller]
pub fn check_parsed<T: std::fmt::Debug>(found: Result<T, ExpressionError>, expected: &str) {
    let found = found.map_or_else(|error| error.to_string(), |value| format!("{value:?}"));
    assert_eq!(found, expected);
}

#[cfg(test)]
mod tests {
    use super::{Quantity, parse_duration, parse_limit, parse_rate};
    use proptest::prelude::{prop_assert, proptest};

    /// The value as debug text, or the error as shown.
    fn check(text: &str, expected: &str) {
        let found = match parse_limit(text) {
            Ok(quantity) => format!("{quantity:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn units_decide_what_a_number_means() {
        check("+5%", "Change(0.05)");
        check("-50%", "Change(-0.5)");
        check("−50%", "Change(-0.5)");
        check("+0%", "Change(0.0)");
        check("1%", "Share(0.01)");
        check("0.5%", "Share(0.005)");
        check("250ms", "Time(250000000.0)");
        check("250 ms", "Time(250000000.0)");
        check("1.5µs", "Time(1500.0)");
        check("1m30s", "Time(90000000000.0)");
        check("1h2m3s4ms", "Time(3723004000000.0)");
        check("2MB", "Bytes(2000000.0)");
        check("2MiB", "Bytes(2097152.0)");
        check("30/min", "Rate(0.5)");
        check("1000", "Plain(1000.0)");
        check("noise band", "Band");
    }

    #[test]
    fn mistakes_have_their_column() {
        check("", "column 1: expected a limit such as `+5%`, `1%`, `250ms`, `2MB`, a number, or `noise band`, found the end");
        check("fast", "column 1: expected a limit such as `+5%`, `1%`, `250ms`, `2MB`, a number, or `noise band`, found `fast`");
        check("+", "column 2: expected a limit such as `+5%`, `1%`, `250ms`, `2MB`, a number, or `noise band`, found the end");
        check("1.2.3s", "column 1: expected a limit such as `+5%`, `1%`, `250ms`, `2MB`, a number, or `noise band`, found `1.2.3s`");
        check("+5", "column 3: expected `%`: a signed number is a change in per cent, found the end");
        check("+5ms", "column 3: expected `%`: a signed number is a change in per cent, found `ms`");
        check("5%%", "column 2: expected a unit: `%`, ns, us, ms, s, m, h, B, kB, MB, GB, KiB, MiB, GiB or `/s`, found `%%`");
        check("5%1", "column 3: expected nothing after `%`, found `1`");
        check("10MS", "column 3: expected a unit: `%`, ns, us, ms, s, m, h, B, kB, MB, GB, KiB, MiB, GiB or `/s`, found `MS`");
        check("µ5", "column 1: expected a limit such as `+5%`, `1%`, `250ms`, `2MB`, a number, or `noise band`, found `µ5`");
        check("1s1m", "column 4: expected a smaller unit of time, found `m`");
        check("1m30", "column 5: expected a smaller unit of time, found the end");
        check("noise bnd", "column 8: expected `noise band`, found `nd`");
        check("noise", "column 6: expected `noise band`, found the end");
        check("noise bands", "column 11: expected nothing after it, found `s`");
        check("-100%", "column 1: expected a change above -100%, found `-100%`");
    }

    #[test]
    fn durations_need_a_unit_of_time() {
        assert_eq!(parse_duration("1m30s").unwrap().as_secs(), 90);
        assert_eq!(parse_duration("0s").unwrap().as_nanos(), 0);
        let shown = |text: &str| parse_duration(text).unwrap_err().to_string();
        assert_eq!(shown("10"), "column 3: expected a unit: ns, us, ms, s, m or h, found the end");
        assert_eq!(shown("10parsecs"), "column 3: expected a duration such as `10s`, `1m30s` or `250ms`, found `parsecs`");
        assert_eq!(shown("2MB"), "column 1: expected a duration such as `10s`, `1m30s` or `250ms`, found `2MB`");
        assert_eq!(shown("99999999h"), "column 1: expected at most 584 years, found `99999999h`");
    }

    #[test]
    fn rates_are_per_second() {
        assert_eq!(parse_rate("500"), Ok(500.0));
        assert_eq!(parse_rate("30000/min"), Ok(500.0));
        assert_eq!(parse_rate("5ms").unwrap_err().column, 1);
        assert_eq!(parse_rate("5/week").unwrap_err().column, 2);
    }

    proptest! {
        #[test]
        fn any_text_gives_a_value_or_a_column_within_it(text in "[-+0-9a-zµ%./ ]{0,12}") {
            match parse_limit(&text) {
                Ok(Quantity::Change(v) | Quantity::Share(v) | Quantity::Time(v) | Quantity::Bytes(v)
                    | Quantity::Rate(v) | Quantity::Plain(v)) => prop_assert!(v.is_finite()),
                Ok(Quantity::Band) => prop_assert!(text == "noise band"),
                Err(error) => prop_assert!((1..=text.chars().count() + 1).contains(&error.column)),
            }
        }

        #[test]
        fn a_time_survives_being_written_in_parts(hours in 0u64..1000, minutes in 0u64..60, ms in 0u64..60_000) {
            let total = (hours * 3600 + minutes * 60) * 1000 + ms;
            let text = format!("{hours}h{minutes}m{ms}ms");
            prop_assert!(parse_duration(&text).unwrap().as_millis() == u128::from(total));
        }
    }
}
