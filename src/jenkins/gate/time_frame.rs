//! Dates of time frames, `yyyy-MM-dd HH:mm`, as leniently as the plugin reads them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// From when to when a build must have started; milliseconds since the Unix epoch, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeFrame {
    pub start_ms: i64,
    pub end_ms: i64,
}

impl TimeFrame {
    /// A frame as written: a day alone begins at 00:00 and ends at 23:59; the end may be `now`. `Err` is the date that is none.
    pub fn parse(start: &str, end: &str, zone: &TimeZone, now_ns: u64) -> Result<TimeFrame, String> {
        let at = |text: &str, time: &str| {
            let text = if text.chars().count() == 10 { format!("{text} {time}") } else { text.to_string() };
            millis(&text, zone).ok_or(text)
        };
        let start_ms = at(start, "00:00")?;
        let end_ms = if end == "now" { ms(now_ns) } else { at(end, "23:59")? };
        Ok(TimeFrame { start_ms, end_ms })
    }

    /// Whether a build that started then is within.
    pub fn holds(&self, started_ns: u64) -> bool {
        (self.start_ms..=self.end_ms).contains(&ms(started_ns))
    }
}

fn ms(ns: u64) -> i64 {
    (ns / 1_000_000) as i64
}

/// A prefix must match, what follows is ignored; fields out of range roll over.
fn millis(text: &str, zone: &TimeZone) -> Option<i64> {
    let mut rest = text;
    let mut field = |literal: &str| -> Option<i64> {
        let start = rest.trim_start_matches([' ', '\t']);
        let digits = start.strip_prefix('-').unwrap_or(start);
        let after = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = start.strip_suffix(after)?.parse().ok()?;
        rest = after.strip_prefix(literal)?;
        Some(number)
    };
    let (year, month, day, hour, minute) = (field("-")?, field("-")?, field(" ")?, field(":")?, field("")?);
    let span = |build: fn(Span, i64) -> Result<Span, jiff::Error>, value: i64| build(Span::new(), value).ok();
    let date = Date::new(i16::try_from(year).ok()?, 1, 1).ok()?.at(0, 0, 0, 0);
    let date = date.checked_add(span(Span::try_months, month.checked_sub(1)?)?).ok()?;
    let date = date.checked_add(span(Span::try_days, day.checked_sub(1)?)?).ok()?;
    let date = date.checked_add(span(Span::try_hours, hour)?).ok()?.checked_add(span(Span::try_minutes, minute)?).ok()?;
    Some(zone.to_ambiguous_timestamp(date).compatible().ok()?.as_millisecond())
}

/// A time as Java prints dates: `Mon Nov 23 20:42:24 UTC 2026`.
pub fn shown(ns: u64, zone: &TimeZone) -> String {
    let time = Timestamp::from_nanosecond(i128::from(ns)).map(|time| time.to_zoned(zone.clone()));
    time.map(|time| time.strftime("%a %b %d %H:%M:%S %Z %Y").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{TimeFrame, millis, shown};
    use jiff::tz::{TimeZone, offset};

    fn check(text: &str, expected: Option<&str>) {
        let zone = TimeZone::fixed(offset(1));
        let expected = expected.map(|time| time.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        assert_eq!(millis(text, &zone), expected, "{text}");
    }

    #[test]
    fn dates_are_read_in_the_local_zone_and_roll_over() {
        check("2024-03-05 10:30", Some("2024-03-05T09:30:00Z"));
        check("2024-03-05 10:30:59 and more", Some("2024-03-05T09:30:00Z"));
        check("2024-20-05 10:30", Some("2025-08-05T09:30:00Z"));
        check("2024-02-30 25:61", Some("2024-03-02T01:01:00Z"));
        check("2024-00-00 00:00", Some("2023-11-29T23:00:00Z"));
        for text in ["2024-03-05", "2024/03/05 10:30", "", "yesterday", "2024-03-05 10", "99999-01-01 00:00"] {
            check(text, None);
        }
    }

    #[test]
    fn both_ends_are_within() {
        let at = |time: &str| u64::try_from(time.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap();
        let frame = TimeFrame::parse("2024-03-05", "2024-03-06", &TimeZone::UTC, 0).unwrap();
        for (time, is_within) in [
            ("2024-03-04T23:59:59.999Z", false),
            ("2024-03-05T00:00:00Z", true),
            ("2024-03-06T23:59:00.0005Z", true),
            ("2024-03-06T23:59:00.001Z", false),
        ] {
            assert_eq!(frame.holds(at(time)), is_within, "{time}");
        }
        let now = at("2024-03-05T12:00:00Z");
        let frame = TimeFrame::parse("2024-03-05", "now", &TimeZone::UTC, now).unwrap();
        assert!(frame.holds(now) && !frame.holds(now + 1_000_000));
        assert_eq!(TimeFrame::parse("2024-03-05", "Now", &TimeZone::UTC, now), Err("Now".to_string()));
        assert_eq!(shown(now, &TimeZone::UTC), "Tue Mar 05 12:00:00 UTC 2024");
    }
}
