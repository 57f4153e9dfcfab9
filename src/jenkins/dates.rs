//! Dates as lenient Java reads them: the pattern must match a prefix, text behind it is ignored, fields out of range roll over.
//!
//! Read as UTC: times are only ever subtracted from each other (throughput), so the zone of the machine does not matter.

/// What JMeter's CSV writes, in the order tried.
pub(super) const CSV_PATTERNS: [&str; 4] =
    ["yyyy/MM/dd HH:mm:ss.SSS", "yyyy-MM-dd HH:mm:ss.SSS", "yyyy-MM-dd HH:mm:ss,SSS", "yyyy/mm/dd HH:mm:ss"];
/// JUnit's.
pub(super) const JUNIT_PATTERN: &str = "yyyy-MM-ddTHH:mm:ss";
/// Iago's; `mm` twice is the plugin's mistake: the month is read as minutes, then overwritten, so it is always January.
pub(super) const IAGO_PATTERN: &str = "yyyymmdd-HH:mm:ss.SSS";

const DAY_MS: i128 = 86_400_000;

/// The value of each field; a field that the pattern lacks is as in 1970-01-01 00:00.
#[derive(Debug, Clone, Copy)]
struct Fields {
    year: i128,
    month: i128,
    day: i128,
    hour: i128,
    minute: i128,
    second: i128,
    millisecond: i128,
}

/// Milliseconds since the epoch; `None` where the text does not begin with the pattern.
pub(super) fn parse(text: &str, pattern: &str) -> Option<i64> {
    let mut fields = Fields { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 };
    let (mut text, mut pattern) = (text, pattern.as_bytes());
    while let Some(letter) = pattern.first() {
        let width = pattern.iter().take_while(|other| *other == letter).count();
        let field = match letter {
            b'y' => &mut fields.year,
            b'M' => &mut fields.month,
            b'd' => &mut fields.day,
            b'H' => &mut fields.hour,
            b'm' => &mut fields.minute,
            b's' => &mut fields.second,
            b'S' => &mut fields.millisecond,
            literal => {
                text = text.strip_prefix(char::from(*literal))?;
                pattern = pattern.get(1..)?;
                continue;
            }
        };
        pattern = pattern.get(width..)?;
        // Only where fields stand side by side does their width count.
        let is_joined = pattern.first().is_some_and(u8::is_ascii_alphabetic) && pattern.first() != Some(&b'T');
        let (value, rest) = number(text, if is_joined { width } else { usize::MAX })?;
        (*field, text) = (value, rest);
    }
    Some(millis(&fields))
}

/// A number of at most `width` characters after blanks, and what follows.
fn number(text: &str, width: usize) -> Option<(i128, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let signed = text.strip_prefix('-').unwrap_or(text);
    let room = width.saturating_sub(text.len() - signed.len());
    let length = signed.bytes().take(room).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = signed.split_at_checked(length).filter(|(digits, _)| !digits.is_empty())?;
    // Java keeps fields in 32 bits.
    let value = digits.parse().unwrap_or(i64::MAX).min(i64::from(i32::MAX));
    Some((i128::from(if signed.len() < text.len() { -value } else { value }), rest))
}

fn millis(fields: &Fields) -> i64 {
    let months = fields.year * 12 + fields.month - 1;
    let days = days_before(months.div_euclid(12), months.rem_euclid(12)) + fields.day - 1;
    let seconds = (fields.hour * 60 + fields.minute) * 60 + fields.second;
    i64::try_from(days * DAY_MS + seconds * 1000 + fields.millisecond).unwrap_or(i64::MAX)
}

/// Days from 1970-01-01 to the first of a month (0 is January) of the Gregorian calendar, counted in years that begin in March so
/// that the leap day comes last.
fn days_before(year: i128, month: i128) -> i128 {
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 - 719_468
}

#[cfg(test)]
mod tests {
    use super::{CSV_PATTERNS, IAGO_PATTERN, JUNIT_PATTERN, parse};

    fn check(text: &str, pattern: &str, expected: Option<&str>) {
        let expected = expected.map(|time| time.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        assert_eq!(parse(text, pattern), expected, "{text:?} as {pattern:?}");
    }

    #[test]
    fn reads_what_tools_write() {
        check("2024/02/29 10:00:31.500", CSV_PATTERNS[0], Some("2024-02-29T10:00:31.500Z"));
        check("2024-03-05 10:00:31,500", CSV_PATTERNS[2], Some("2024-03-05T10:00:31.500Z"));
        check("2024-03-05 10:00:31,500", CSV_PATTERNS[1], None);
        check("1969-12-31 23:59:59.999", CSV_PATTERNS[1], Some("1969-12-31T23:59:59.999Z"));
        check("2024-03-05T10:00:31+02:00", JUNIT_PATTERN, Some("2024-03-05T10:00:31Z"));
    }

    #[test]
    fn the_month_read_as_minutes_is_january() {
        check("2024/03/05 10:20:31", CSV_PATTERNS[3], Some("2024-01-05T10:20:31Z"));
        check("20240305-10:00:00.000", IAGO_PATTERN, Some("2024-01-05T10:00:00Z"));
        check("2024035-10:00:00.000", IAGO_PATTERN, Some("2024-01-05T10:00:00Z"));
    }

    #[test]
    fn is_lenient_as_java_is() {
        check("2024/20/01 00:00:00.000", CSV_PATTERNS[0], Some("2025-08-01T00:00:00Z"));
        check("2024/02/30 25:61:61.1500 later", CSV_PATTERNS[0], Some("2024-03-02T02:02:02.500Z"));
        check("2024/ 2/3 4:5:6.7", CSV_PATTERNS[0], Some("2024-02-03T04:05:06.007Z"));
        check("2024/02/03 04:05:06", CSV_PATTERNS[0], None);
        check(" 2024/00/00 00:00:00.0", CSV_PATTERNS[0], Some("2023-11-30T00:00:00Z"));
        check("1700000000000", CSV_PATTERNS[0], None);
        check("", CSV_PATTERNS[0], None);
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_the_calendar(ms in -60_000_000_000_000i64..250_000_000_000_000) {
            let time = jiff::Timestamp::from_millisecond(ms).unwrap();
            let text = time.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S.%3f").to_string();
            proptest::prop_assert_eq!(parse(&text, CSV_PATTERNS[1]), Some(ms));
        }
    }
}
