//! Numbers as result files write them.

/// An unsigned integer in plain digits, at most 19 of them.
#[inline]
pub fn digits(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    let mut value: u64 = 0;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

/// A finite decimal number; `NaN`, infinities, `-` and nothing are absent.
pub fn decimal(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{decimal, digits};

    #[test]
    fn takes_plain_numbers_only() {
        let check = |text: &str, integer: Option<u64>, number: Option<f64>| {
            assert_eq!((digits(text), decimal(text)), (integer, number), "{text:?}")
        };
        check("0", Some(0), Some(0.0));
        check("1795456134541", Some(1_795_456_134_541), Some(1_795_456_134_541.0));
        check("9999999999999999999", Some(9_999_999_999_999_999_999), Some(1e19));
        check("-5", None, Some(-5.0));
        check("1.25", None, Some(1.25));
        check("", None, None);
        check("NaN", None, None);
        check("+Inf", None, None);
        check("12 ", None, None);
    }
}
