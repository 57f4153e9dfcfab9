//! The plugin's primitive rules: Java's rounding, number texts and printing, bit for bit.

/// To an integer towards zero; saturating, NaN is 0.
pub fn trunc(x: f64) -> i64 {
    x as i64
}

/// The nearest integer, ties towards +infinity; saturating, NaN is 0. Not `floor(x + 0.5)`: that addition itself rounds.
pub fn round(x: f64) -> i64 {
    let below = x.floor();
    if x - below >= 0.5 { (below as i64).saturating_add(1) } else { below as i64 }
}

/// A quotient that is never NaN for numbers: by zero it is infinite, also zero by zero.
pub fn div(a: f64, b: f64) -> f64 {
    match b {
        _ if a.is_nan() || b.is_nan() => f64::NAN,
        0.0 if a < 0.0 => f64::NEG_INFINITY,
        0.0 => f64::INFINITY,
        _ => a / b,
    }
}

/// To two decimals, half away from zero, of the shortest decimal text of `x`: what a reader of the number would do by hand.
pub fn round2(x: f64) -> f64 {
    let text = x.clamp(f64::MIN, f64::MAX).to_string();
    let Some((whole, decimals)) = text.split_once('.').filter(|(_, decimals)| decimals.len() > 2) else { return x };
    let (kept, rest) = decimals.split_at_checked(2).unwrap_or_default();
    let digits = format!("{}{kept}", whole.trim_start_matches('-'));
    let (Ok(hundredths), sign) = (digits.parse::<u128>(), if whole.starts_with('-') { "-" } else { "" }) else { return x };
    let hundredths = hundredths + u128::from(rest.starts_with(['5', '6', '7', '8', '9']));
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100).parse().unwrap_or(x)
}

/// Whether `a` is beyond the limit: strictly, but for what no measurement resolves.
pub fn breach(a: f64, limit: f64) -> bool {
    a - limit > 1e-79
}

/// A number as Java prints a `double`: always a decimal, an exponent from 1e7 and below 1e-3.
pub fn print_f64(x: f64) -> String {
    if x.is_nan() {
        return "NaN".to_string();
    }
    if x.is_infinite() {
        return if x > 0.0 { "Infinity".to_string() } else { "-Infinity".to_string() };
    }
    if x == 0.0 || (1e-3..1e7).contains(&x.abs()) {
        return format!("{x:?}");
    }
    let text = format!("{x:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

/// The shortest decimal text of `x`, rounded half away from zero to so many decimals: Java's `%.nf`.
pub fn fixed(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return print_f64(x);
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

/// An optional sign and decimal digits, nothing else, as a 64-bit integer.
pub(super) fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// A decimal number with blanks around it; exponents, `NaN` and `Infinity` are numbers too, and so is a type letter behind.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let text = java_trim(text);
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(bare, "NaN" | "Infinity") {
        return text.parse().ok();
    }
    let digits = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let is_plain = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if is_plain { digits.parse().ok() } else { None }
}

/// Only `true` in any case is true.
pub(super) fn boolean(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

/// Without the control characters and blanks at both ends, which is what Java takes for space.
pub(super) fn java_trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

#[cfg(test)]
mod tests {
    use super::{boolean, breach, decimal, div, fixed, integer, print_f64, round, round2, trunc};
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

    fn check<T: PartialEq + std::fmt::Debug>(found: T, expected: T) {
        assert_eq!(found, expected);
    }

    #[test]
    fn whole_numbers() {
        check([trunc(-1.9), trunc(1.9), trunc(f64::NAN), trunc(1e300), trunc(-1e300)], [-1, 1, 0, i64::MAX, i64::MIN]);
        check([round(0.5), round(-0.5), round(-1.5), round(2.5), round(-12.5)], [1, 0, -1, 3, -12]);
        check([round(0.49999999999999994), round(f64::NAN), round(f64::INFINITY)], [0, 0, i64::MAX]);
        check(round(4503599627370497.5), 4503599627370498);
    }

    #[test]
    fn quotients() {
        check([div(1.0, 0.0), div(0.0, 0.0), div(-1.0, 0.0), div(3.0, 2.0)], [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, 1.5]);
        check(div(f64::NAN, 0.0).is_nan() && div(1.0, f64::NAN).is_nan(), true);
        check(round(div(0.0, 0.0)) as f64 / 100.0, 9.223372036854776E16);
    }

    #[test]
    fn two_decimals() {
        check([round2(1.005), round2(-1.005), round2(2.344), round2(0.995), round2(1.5)], [1.01, -1.01, 2.34, 1.0, 1.5]);
        check([round2(1e300), round2(0.0), round2(1e-9), round2(1023.999)], [1e300, 0.0, 0.0, 1024.0]);
    }

    #[test]
    fn limits_are_strict() {
        check([breach(2.0, 2.0), breach(2.0000001, 2.0), breach(1.0, 2.0), breach(f64::NAN, 2.0)], [false, true, false, false]);
    }

    #[test]
    fn prints_like_java() {
        let check = |x: f64, text: &str| check(print_f64(x).as_str(), text);
        check(0.0, "0.0");
        check(5.0, "5.0");
        check(28.571, "28.571");
        check(0.001, "0.001");
        check(0.0001, "1.0E-4");
        check(1e7, "1.0E7");
        check(9999999.0, "9999999.0");
        check(-12345678.5, "-1.23456785E7");
        check(9.223372036854776E16, "9.223372036854776E16");
        check(f64::NAN, "NaN");
        check(f64::NEG_INFINITY, "-Infinity");
    }

    #[test]
    fn prints_so_many_decimals() {
        let check = |x: f64, decimals: usize, text: &str| check(fixed(x, decimals).as_str(), text);
        check(2.5, 0, "3");
        check(0.5, 0, "1");
        check(99.95, 1, "100.0");
        check(5.0, 3, "5.000");
        check(1.005, 2, "1.01");
        check(-0.25, 1, "-0.3");
        check(330.0, 0, "330");
        check(f64::INFINITY, 3, "Infinity");
    }

    #[test]
    fn number_texts() {
        check(["5", "+5", "-5", "", " 5", "5.0", "5\r", "1e3"].map(integer), [Some(5), Some(5), Some(-5), None, None, None, None, None]);
        check([" 1e3 ", "1.", ".5", "2d", "-Infinity"].map(decimal), [1e3, 1.0, 0.5, 2.0, f64::NEG_INFINITY].map(Some));
        check(["", ".", "inf", "nan", "1,5", "N/A", "0x1", "1dd"].map(decimal), [None; 8]);
        check(decimal("NaN").is_some_and(f64::is_nan), true);
        check(["true", "TRUE", " true", "1", "false", ""].map(boolean), [true, true, false, false, false, false]);
    }

    proptest! {
        #[test]
        fn rounding_is_within_half(x in -1e9f64..1e9) {
            prop_assert!((round(x) as f64 - x).abs() <= 0.5 && round(x) as f64 > x - 0.5);
            prop_assert!((round2(x) - x).abs() <= 0.0050001);
        }

        #[test]
        fn printing_loses_nothing(x in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
            prop_assert_eq!(decimal(&print_f64(x)), Some(x));
        }
    }
}
