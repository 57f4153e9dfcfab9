//! Numbers as result files write them.

/// An unsigned integer in plain digits, at most 19 of them.
#[inline]
pub fn digits(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 19 {
        return None;
    }
    let (mut value, rest) = match bytes.split_first_chunk::<8>() {
        Some((first, rest)) => (eight_digits(*first)?, rest),
        None => (0, bytes),
    };
    for byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

/// Eight digits at once: neighbours are joined to pairs, pairs to fours, fours to the value. Timestamps are the longest numbers of
/// a result file and stand in every row.
#[inline]
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    let value = u64::from_le_bytes(text).wrapping_sub(0x3030_3030_3030_3030);
    if (value | value.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = value.wrapping_mul(10).wrapping_add(value >> 8);
    let low = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = ((pairs >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    Some(low.wrapping_add(high) >> 32)
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
            assert_eq!((digits(text.as_bytes()), decimal(text)), (integer, number), "{text:?}")
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
        check("12345678", Some(12_345_678), Some(12_345_678.0));
        check("1234567x", None, None);
        check("/2345678", None, None);
        check("x2345678901", None, None);
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_the_standard_library(text in "[0-9]{0,19}|[ -~]{0,12}") {
            let standard = if text.starts_with('+') { None } else { text.parse().ok() };
            proptest::prop_assert_eq!(digits(text.as_bytes()), standard);
        }
    }
}
