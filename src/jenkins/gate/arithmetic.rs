//! The plugin's own rounding, and its numbers as text.

/// Nearest integer, ties towards +infinity, saturating; NaN is 0.
pub fn round(x: f64) -> i64 {
    let floor = x.floor();
    // Not floor(x + 0.5): the sum would round once more.
    (if x - floor >= 0.5 { floor + 1.0 } else { floor }) as i64
}

/// Division in which a zero divisor gives an infinity with the sign of the dividend, +infinity for 0/0 too.
pub fn div(a: f64, b: f64) -> f64 {
    match (a.is_nan() || b.is_nan(), b == 0.0) {
        (true, _) => f64::NAN,
        (_, true) if a < 0.0 => f64::NEG_INFINITY,
        (_, true) => f64::INFINITY,
        _ => a / b,
    }
}

/// Strictly greater.
pub fn breach(a: f64, limit: f64) -> bool {
    a - limit > 1e-79
}

/// A decimal as Java prints it: at least one decimal, exponent form from 1e7 and below 1e-3.
pub fn decimal(x: f64) -> String {
    if x.is_nan() {
        return "NaN".to_string();
    }
    if x.is_infinite() {
        return if x > 0.0 { "Infinity" } else { "-Infinity" }.to_string();
    }
    if x == 0.0 || (1e-3..1e7).contains(&x.abs()) {
        let text = x.to_string();
        return if text.contains('.') { text } else { text + ".0" };
    }
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{point}E{exponent}")
}

/// The shortest decimal text of `x`, rounded half away from zero to so many decimals: Java's `%.nf`.
pub fn fixed(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return decimal(x);
    }
    let text = x.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let kept = fraction.chars().chain(std::iter::repeat('0')).take(decimals);
    let mut digits: Vec<char> = whole.chars().chain(kept).collect();
    let mut carry = fraction.chars().nth(decimals).is_some_and(|next| next >= '5');
    for digit in digits.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == '9';
        *digit = if carry { '0' } else { char::from_digit(digit.to_digit(10).unwrap_or(0) + 1, 10).unwrap_or('0') };
    }
    if carry {
        digits.insert(0, '1');
    }
    if decimals > 0 {
        digits.insert(digits.len() - decimals, '.');
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    sign.chars().chain(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::{breach, decimal, div, fixed, round};

    fn check<T: PartialEq + std::fmt::Debug>(found: T, expected: T) {
        assert_eq!(found, expected);
    }

    #[test]
    fn ties_go_up_and_nothing_rounds_twice() {
        check(round(-12.5), -12);
        check(round(12.5), 13);
        check(round(0.499_999_999_999_999_94), 0);
        check(round(f64::NAN), 0);
        check(round(f64::INFINITY), i64::MAX);
    }

    #[test]
    fn nothing_divided_by_nothing_is_infinite() {
        check(div(0.0, 0.0), f64::INFINITY);
        check(div(-1.0, 0.0), f64::NEG_INFINITY);
        check(div(3.0, 2.0), 1.5);
        check(breach(2.0, 2.0), false);
        check(breach(2.000_001, 2.0), true);
    }

    #[test]
    fn numbers_read_as_java_prints_them() {
        for (x, shown) in [
            (0.0, "0.0"),
            (412.0, "412.0"),
            (28.571, "28.571"),
            (9.223372036854776e16, "9.223372036854776E16"),
            (1e7, "1.0E7"),
            (9_999_999.0, "9999999.0"),
            (0.001, "0.001"),
            (0.0005, "5.0E-4"),
            (-1.0, "-1.0"),
            (f64::INFINITY, "Infinity"),
        ] {
            check(decimal(x).as_str(), shown);
        }
        for (x, decimals, shown) in [
            (2.5, 0, "3"),
            (0.5, 0, "1"),
            (99.95, 1, "100.0"),
            (5.0, 3, "5.000"),
            (1.005, 2, "1.01"),
            (-0.25, 1, "-0.3"),
            (330.0, 0, "330"),
            (f64::INFINITY, 3, "Infinity"),
        ] {
            check(fixed(x, decimals).as_str(), shown);
        }
    }
}
