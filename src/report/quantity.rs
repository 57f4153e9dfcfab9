//! Numbers for people. Stands in for `model::humanize` until that is there.

use crate::model::Unit;

/// A value with its unit, to three significant digits: `20.6 ms`, `1.21 MB`, `500/s`.
pub fn quantity(value: f64, unit: &Unit) -> String {
    match unit {
        Unit::Ns => scaled(value, &[("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]),
        Unit::Bytes => scaled(value, &[("B", 1.0), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9)]),
        Unit::Count | Unit::Ratio => digits(value),
        Unit::PerSecond => format!("{}/s", digits(value)),
        Unit::Other(word) => format!("{} {word}", digits(value)),
    }
}

/// Percent of percent points: 6.14 is `6.1%`.
pub fn percent(x: f64) -> String {
    let decimals = match x.abs() {
        small if small > 0.0 && small < 0.1 => 2,
        middle if middle < 99.95 => 1,
        _ => 0,
    };
    format!("{x:.decimals$}%")
}

fn scaled(value: f64, steps: &[(&str, f64)]) -> String {
    // Compared as it will be rounded, so that 999.96 µs is 1.00 ms.
    let fits = |step: f64| value.abs() >= step * 0.9995;
    let (name, step) = steps.iter().rev().copied().find(|(_, step)| fits(*step)).or(steps.first().copied()).unwrap_or(("", 1.0));
    format!("{} {name}", digits(value / step))
}

/// Three significant digits, whole numbers in full.
fn digits(value: f64) -> String {
    let size = value.abs();
    if size.fract() == 0.0 || size >= 99.95 {
        return format!("{value:.0}");
    }
    let decimals = match size {
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        s if s >= 0.001 => 3,
        _ => 6,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::{percent, quantity};
    use crate::model::Unit;

    #[track_caller]
    fn check(value: f64, unit: &Unit, expected: &str) {
        assert_eq!(quantity(value, unit), expected);
    }

    #[test]
    fn every_number_carries_its_unit() {
        check(0.0, &Unit::Ns, "0 ns");
        check(0.25, &Unit::Ns, "0.250 ns");
        check(412.0, &Unit::Ns, "412 ns");
        check(999_960.0, &Unit::Ns, "1.00 ms");
        check(20_600_000.0, &Unit::Ns, "20.6 ms");
        check(72_340_000_000.0, &Unit::Ns, "72.3 s");
        check(1_210_000.0, &Unit::Bytes, "1.21 MB");
        check(41.0, &Unit::Count, "41");
        check(499.97, &Unit::PerSecond, "500/s");
        check(12.34, &Unit::Other("chars/op".into()), "12.3 chars/op");
    }

    #[test]
    fn percent_takes_percent_points() {
        let shown = [0.0, 0.04, 6.14, 99.97, 250.0, -3.0].map(percent);
        assert_eq!(shown, ["0.0%", "0.04%", "6.1%", "100%", "250%", "-3.0%"]);
    }
}
