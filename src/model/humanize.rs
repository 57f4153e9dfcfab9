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
    let size = value.abs();
    let sign = if value < 0.0 { "-" } else { "" };
    match size {
        0.0 => "0".to_string(),
        1e15.. => format!("{sign}{size:.2e}"),
        100.0..1e15 => thousandths(sign, size, 1),
        10.0..100.0 => thousandths(sign, size, 10),
        1.0..10.0 => thousandths(sign, size, 100),
        0.1..1.0 => thousandths(sign, size, 1000),
        _ => {
            let decimals = (2.0 - size.log10().floor()).clamp(0.0, 12.0) as usize;
            let text = format!("{size:.decimals$}");
            let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            if text == "0" { "0".to_string() } else { format!("{sign}{text}") }
        }
    }
}

/// A number of ordinary size, in whole numbers of 1/`scale`: reports hold tens of thousands of them.
fn thousandths(sign: &str, size: f64, scale: u64) -> String {
    let units = (size * scale as f64).round() as u64;
    let (whole, mut rest, mut width) = (units / scale, units % scale, scale.ilog10() as usize);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    while rest % 10 == 0 {
        (rest, width) = (rest / 10, width - 1);
    }
    format!("{sign}{whole}.{rest:0width$}")
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
        check(1234.5, Unit::PerSecond, "1235/s");
        check(19_000_012.0, Unit::Count, "19000012");
        check(3.0, Unit::Other("chars/op".into()), "3 chars/op");
    }

    #[test]
    fn every_size_keeps_three_digits() {
        for (value, shown) in [
            (0.1234, "0.123"),
            (0.9996, "1"),
            (9.996, "10"),
            (99.96, "100"),
            (10.04, "10"),
            (10.06, "10.1"),
            (1.005e9, "1005000000"),
            (1e14, "100000000000000"),
            (1e15, "1.00e15"),
            (-2.345e100, "-2.35e100"),
            (-0.25, "-0.25"),
            (0.012_345, "0.0123"),
            (1e-14, "0"),
        ] {
            check(value, Unit::Count, shown);
        }
    }

    #[test]
    fn changes_carry_their_sign() {
        let shown = [4805.4, 6.13, -50.0, 0.0, -0.0, f64::INFINITY].map(percent);
        assert_eq!(shown, ["+4805%", "+6.13%", "-50%", "0%", "0%", "+∞%"]);
    }
}
