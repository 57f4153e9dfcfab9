//! Numbers as people read them. The one formatter of every sentence and report.

use super::Unit;

/// A value of a series with its unit: `20.6 ms`, `1.5 MB`, `2.5%`, `1230/s`, `19000012`.
pub fn quantity(value: f64, unit: &Unit) -> String {
    match unit {
        Unit::Ns => scaled(value, &[(1e9, " s"), (1e6, " ms"), (1e3, " µs"), (1.0, " ns")]),
        Unit::Bytes => scaled(value, &[(1e9, " GB"), (1e6, " MB"), (1e3, " kB"), (1.0, " B")]),
        Unit::Ratio => format!("{}%", digits(value * 100.0)),
        Unit::PerSecond => format!("{}/s", digits(value)),
        Unit::Count => digits(value),
        Unit::Other(word) => format!("{} {word}", digits(value)),
    }
}

/// A signed change, given in per cent: `+6.1%`, `-50%`, `0%`.
pub fn percent(change: f64) -> String {
    let text = digits(change);
    let sign = if change > 0.0 && text != "0" { "+" } else { "" };
    format!("{sign}{text}%")
}

/// The value in the largest unit in which it is at least one (after rounding), else in the smallest.
fn scaled(value: f64, units: &[(f64, &str)]) -> String {
    let fits = |factor: f64| (value / factor).abs() >= 0.9995;
    let chosen = units.iter().find(|(factor, _)| fits(*factor)).or(units.last());
    chosen.map_or_else(|| digits(value), |(factor, suffix)| format!("{}{suffix}", digits(value / factor)))
}

/// Three significant digits, but never fewer than the integer part has, and no trailing zeros.
fn digits(value: f64) -> String {
    if !value.is_finite() {
        return "∞".to_string();
    }
    if value == 0.0 {
        return "0".to_string();
    }
    let integer_digits = value.abs().log10().floor() + 1.0;
    let decimals = (3.0 - integer_digits).clamp(0.0, 12.0) as usize;
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::{percent, quantity};
    use crate::model::Unit;

    fn check(value: f64, unit: Unit, expected: &str) {
        assert_eq!(quantity(value, &unit), expected);
    }

    #[test]
    fn values_take_the_unit_that_reads_best() {
        check(420_000.0, Unit::Ns, "420 µs");
        check(20_583_111.0, Unit::Ns, "20.6 ms");
        check(999_960.0, Unit::Ns, "1 ms");
        check(0.42, Unit::Ns, "0.42 ns");
        check(0.0, Unit::Ns, "0 ns");
        check(75e9, Unit::Ns, "75 s");
        check(-2_500.0, Unit::Ns, "-2.5 µs");
        check(1_500_000.0, Unit::Bytes, "1.5 MB");
        check(0.025, Unit::Ratio, "2.5%");
        check(0.000_26, Unit::Ratio, "0.026%");
        check(1234.5, Unit::PerSecond, "1234/s");
        check(19_000_012.0, Unit::Count, "19000012");
        check(3.0, Unit::Other("chars/op".into()), "3 chars/op");
    }

    #[test]
    fn changes_carry_their_sign() {
        let shown = [4805.4, 6.13, -50.0, 0.0, -0.0, f64::INFINITY].map(percent);
        assert_eq!(shown, ["+4805%", "+6.13%", "-50%", "0%", "0%", "+∞%"]);
    }
}
