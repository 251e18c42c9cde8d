//! Instants, dates as articles write them, and the newsroom's time zone.
//!
//! All other code counts whole seconds since 1970 in UTC, and offsets appear only in documents. Only
//! this module uses `jiff`. Its zone database is compiled into the binary, so the same article has the
//! same offset on every machine.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset};
use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

/// Whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The wall clock. Only the publisher asks it; other code gets the time as a parameter.
    pub fn now() -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_second())
    }

    /// How long to sleep until the clock has reached this second; zero if it has. One millisecond is
    /// added against rounding.
    pub fn remaining(self) -> Duration {
        self.remaining_at(SystemTime::now())
    }

    fn remaining_at(self, now: SystemTime) -> Duration {
        let left = i128::from(self.0) * 1_000 - wall_milliseconds(now);
        if left <= 0 {
            return Duration::ZERO;
        }
        Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX).saturating_add(1))
    }

    /// 1 January of `year`, 00:00 UTC: the date of an empty feed.
    pub fn start_of_year(year: u16) -> Timestamp {
        let day = civil::date(i16::try_from(year).unwrap_or(9999), 1, 1);
        Timestamp(
            Offset::UTC
                .to_timestamp(day.at(0, 0, 0, 0))
                .map_or(0, |at| at.as_second()),
        )
    }

    /// This instant moved by `seconds`, stopping at the ends of the range.
    pub fn plus(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, for logs and lists.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(at) => write!(f, "{at}"),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

/// The milliseconds of a wall clock since 1970, rounded down; negative before.
pub fn wall_milliseconds(now: SystemTime) -> i128 {
    let nanoseconds = match now.duration_since(UNIX_EPOCH) {
        Ok(since) => i128::try_from(since.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
    };
    nanoseconds.div_euclid(1_000_000)
}

/// A date as an article writes it, before [`Zone::resolve`]. Two are equal if they mean the same, in
/// whatever offset they are written.
#[derive(Clone, Copy, Debug)]
pub enum WrittenDate {
    /// One instant, written without a place's time of day.
    Exact(Timestamp),
    /// Wall-clock time with an offset.
    WithOffset {
        /// The instant.
        at: Timestamp,
        /// The time of day as written.
        local: civil::DateTime,
    },
    /// Wall-clock time in the newsroom's zone.
    Local(civil::DateTime),
}

impl WrittenDate {
    /// Parses `YYYY-MM-DD`, optionally with `THH:MM[:SS[.fff]]` (or a space for the `T`), optionally
    /// with an offset (`Z`, `+05`, `+0500`, `+05:00`) after the time. A date alone means 00:00, and 24:00
    /// the start of the next day.
    pub fn parse(text: &str) -> Result<WrittenDate, DateError> {
        let (day, rest) = split_day(text)?;
        if rest.is_empty() {
            return Ok(WrittenDate::Local(day.at(0, 0, 0, 0)));
        }
        let rest = rest.strip_prefix(['T', 't', ' ']).ok_or(DateError::Shape)?;
        let clock_end = rest
            .find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.' || c == ','))
            .unwrap_or(rest.len());
        let (clock, zone) = rest.split_at(clock_end);
        let local = match parse_clock(clock) {
            // The end of a day is the start of the next one (ISO 8601).
            Err(DateError::NoSuchDay) if is_midnight_24(clock) => {
                let next = day.tomorrow().map_err(|_| DateError::NoSuchDay)?;
                next.at(0, 0, 0, 0)
            }
            time => day.to_datetime(time?),
        };
        if zone.is_empty() {
            return Ok(WrittenDate::Local(local));
        }
        let offset = parse_offset(zone)?;
        let at = offset
            .to_timestamp(local)
            .map_err(|_| DateError::NoSuchDay)?;
        Ok(WrittenDate::WithOffset {
            at: Timestamp(at.as_second()),
            local,
        })
    }

    /// Its instant, if it does not depend on a zone.
    fn instant(self) -> Option<Timestamp> {
        match self {
            WrittenDate::Exact(at) | WrittenDate::WithOffset { at, .. } => Some(at),
            WrittenDate::Local(_) => None,
        }
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The year.
    pub year: i16,
    /// The month, from 1.
    pub month: i8,
    /// The day of the month, from 1.
    pub day: i8,
}

/// A month of the calendar; displayed as `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// Parses `YYYY-MM`.
    pub fn parse(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-')?;
        let is_number = |text: &str, digits| {
            text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let month: i8 = month.parse().ok().filter(|_| is_number(month, 2))?;
        let year = year.parse().ok().filter(|_| is_number(year, 4))?;
        (1..=12).contains(&month).then_some(Month { year, month })
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl From<civil::DateTime> for Day {
    fn from(local: civil::DateTime) -> Day {
        Day {
            year: local.year(),
            month: local.month(),
            day: local.day(),
        }
    }
}

impl PartialEq for WrittenDate {
    fn eq(&self, other: &WrittenDate) -> bool {
        match (*self, *other) {
            (WrittenDate::Local(one), WrittenDate::Local(other)) => one == other,
            (one, other) => one.instant().is_some_and(|at| Some(at) == other.instant()),
        }
    }
}

impl Eq for WrittenDate {}

/// Why a date cannot be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not `YYYY-MM-DD` with an optional time and offset.
    #[error("a date is written `YYYY-MM-DD`, optionally with `THH:MM` and an offset")]
    Shape,
    /// Day and month could be meant in either order.
    #[error("it could be two dates, because day and month can change places")]
    TwoDates,
    /// The right form, but no such day or time exists.
    #[error("there is no such day or time")]
    NoSuchDay,
}

fn split_day(text: &str) -> Result<(civil::Date, &str), DateError> {
    let shape = text.len() >= 10
        && text.bytes().take(10).enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    if !shape {
        return Err(DateError::Shape);
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<i16>().unwrap_or(0);
    let (month, day) = (number(5..7) as i8, number(8..10) as i8);
    let date = civil::Date::new(number(0..4), month, day).map_err(|_| DateError::NoSuchDay)?;
    Ok((date, &text[10..]))
}

fn parse_clock(clock: &str) -> Result<civil::Time, DateError> {
    // Feeds use whole seconds, so fractions are dropped.
    let whole = clock.split(['.', ',']).next().unwrap_or(clock);
    let parts: Vec<&str> = whole.split(':').collect();
    if !(2..=3).contains(&parts.len()) || parts.iter().any(|p| p.len() != 2) {
        return Err(DateError::Shape);
    }
    let number = |i: usize| -> Result<i8, DateError> {
        parts
            .get(i)
            .map_or(Ok(0), |p| p.parse().map_err(|_| DateError::Shape))
    };
    civil::Time::new(number(0)?, number(1)?, number(2)?, 0).map_err(|_| DateError::NoSuchDay)
}

/// Whether a clock shows `24:00`, with or without seconds.
fn is_midnight_24(clock: &str) -> bool {
    let zeroes = clock.strip_prefix("24:00");
    zeroes.is_some_and(|rest| rest.chars().all(|c| matches!(c, '0' | ':' | '.' | ',')))
}

fn parse_offset(zone: &str) -> Result<Offset, DateError> {
    if zone.eq_ignore_ascii_case("z") {
        return Ok(Offset::UTC);
    }
    let (sign, digits) = match zone.split_at_checked(1) {
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return Err(DateError::Shape),
    };
    let digits = digits.replace(':', "");
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DateError::Shape);
    }
    let part = |range: std::ops::Range<usize>| {
        digits
            .get(range)
            .and_then(|p| p.parse::<i32>().ok())
            .unwrap_or(0)
    };
    Offset::from_seconds(sign * (part(0..2) * 3600 + part(2..4) * 60))
        .map_err(|_| DateError::NoSuchDay)
}

/// The seconds of most days.
pub const DAY_SECONDS: i64 = 86_400;

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// UTC, the default.
    pub const UTC: Zone = Zone(TimeZone::UTC);

    /// The zone with an IANA name such as `Asia/Almaty`; `None` when the bundled database has none.
    pub fn find(name: &str) -> Option<Zone> {
        TimeZone::get(name).ok().map(Zone)
    }

    /// The IANA name; `UTC` for a zone without one.
    pub fn name(&self) -> String {
        self.0.iana_name().unwrap_or("UTC").to_owned()
    }

    /// All zone names of the bundled database.
    pub fn names() -> Vec<String> {
        jiff::tz::db()
            .available()
            .map(|name| name.to_string())
            .collect()
    }

    /// The instant of a written date. A local time that a clock change skips gets the offset before
    /// the change; a local time that occurs twice means the first. After the end of the calendar it is
    /// `i64::MAX`.
    pub fn resolve(&self, date: WrittenDate) -> Timestamp {
        match date {
            WrittenDate::Exact(at) | WrittenDate::WithOffset { at, .. } => at,
            WrittenDate::Local(local) => self
                .0
                .to_ambiguous_timestamp(local)
                .compatible()
                .map_or(Timestamp(i64::MAX), |at| Timestamp(at.as_second())),
        }
    }

    /// The day that a date names, by its own offset; of an instant, its day in this zone.
    pub fn written_day(&self, date: WrittenDate) -> Day {
        match date {
            WrittenDate::Exact(at) => self.day(at),
            WrittenDate::WithOffset { local, .. } | WrittenDate::Local(local) => local.into(),
        }
    }

    /// The day in this zone at an instant.
    pub fn day(&self, at: Timestamp) -> Day {
        let instant = jiff::Timestamp::from_second(at.0).unwrap_or_default();
        self.0.to_datetime(instant).into()
    }

    /// The month in this zone at an instant.
    pub fn month(&self, at: Timestamp) -> Month {
        let Day { year, month, .. } = self.day(at);
        Month { year, month }
    }

    /// An instant that is before all those of a month by less than two days.
    pub fn before(&self, month: Month) -> Timestamp {
        let first = civil::Date::new(month.year, month.month, 1).unwrap_or(civil::Date::ZERO);
        let first = self.resolve(WrittenDate::Local(first.at(0, 0, 0, 0)));
        // Where clocks are set back at midnight, a month begins twice.
        first.plus(-DAY_SECONDS)
    }

    /// `at` with the offset that this zone has at that instant. Before zones had whole minutes (until 1924
    /// in Almaty) the offset is that of UTC: no format can write seconds in an offset.
    pub fn date_time(&self, at: Timestamp) -> DateTime<FixedOffset> {
        let offset = jiff::Timestamp::from_second(at.0)
            .map_or(0, |instant| self.0.to_offset(instant).seconds());
        let offset = if offset % 60 == 0 { offset } else { 0 };
        let offset = FixedOffset::east_opt(offset)
            .unwrap_or(FixedOffset::east_opt(0).expect("zero is an offset"));
        DateTime::from_timestamp(at.0, 0)
            .unwrap_or_default()
            .with_timezone(&offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn almaty() -> Zone {
        Zone::find("Asia/Almaty").expect("the bundled database knows Almaty")
    }

    fn rfc3339(date: &str) -> String {
        let date = WrittenDate::parse(date).expect("a date");
        almaty().date_time(almaty().resolve(date)).to_rfc3339()
    }

    #[test]
    fn clock_before_1970_runs_on() {
        let at = |milliseconds: i64| {
            let offset = Duration::from_millis(milliseconds.unsigned_abs());
            match milliseconds < 0 {
                true => UNIX_EPOCH - offset,
                false => UNIX_EPOCH + offset,
            }
        };
        for (clock, second, left) in [
            (-2_500, -1, 1_501),
            (-1_000, -1, 0),
            (-1, 0, 2),
            (0, 0, 0),
            (1_500, 2, 501),
            (3_000, 2, 0),
        ] {
            assert_eq!(wall_milliseconds(at(clock)), i128::from(clock));
            let remaining = Timestamp(second).remaining_at(at(clock));
            assert_eq!(remaining, Duration::from_millis(left), "{clock}, {second}");
        }
    }

    #[test]
    fn offsets_are_those_of_the_date() {
        assert_eq!(rfc3339("2024-02-29"), "2024-02-29T00:00:00+06:00");
        assert_eq!(rfc3339("2024-03-02"), "2024-03-02T00:00:00+05:00");
        assert_eq!(
            rfc3339("2026-01-08T10:30:15+03:00"),
            "2026-01-08T12:30:15+05:00"
        );
        assert_eq!(rfc3339("1923-01-08T05:07:48"), "1923-01-08T00:00:00+00:00");
    }

    #[test]
    fn all_forms_of_one_instant_are_equal() {
        let expected = WrittenDate::parse("2026-01-08T05:00:00Z");
        for form in [
            "2026-01-08T10:00+05:00",
            "2026-01-08T10:00:00+0500",
            "2026-01-08 10:00:00.250+05",
            "2026-01-08t05:00z",
        ] {
            assert_eq!(WrittenDate::parse(form), expected, "{form}");
        }
    }

    #[test]
    fn a_date_names_its_day_by_its_own_offset() {
        let zone = almaty();
        for (form, day) in [
            ("2026-03-05T23:30:00Z", 5),
            ("2026-03-05T23:30:00-08:00", 5),
            ("2026-03-05T00:10:00+14:00", 5),
            ("2026-03-05T23:30", 5),
            ("2026-03-05", 5),
        ] {
            let date = WrittenDate::parse(form).expect("a date");
            assert_eq!(zone.written_day(date).day, day, "{form}");
        }
        // 2026-03-05T23:30:00Z
        let instant = Timestamp(1_772_753_400);
        assert_eq!(zone.written_day(WrittenDate::Exact(instant)).day, 6);
    }

    #[test]
    fn malformed_dates_are_refused() {
        for (text, error) in [
            ("", DateError::Shape),
            ("8 января 2026", DateError::Shape),
            ("2026-1-8", DateError::Shape),
            ("2026-01-08T10", DateError::Shape),
            ("2026-01-08T10:00+5", DateError::Shape),
            ("2026-01-08x", DateError::Shape),
            ("2026-02-30", DateError::NoSuchDay),
            ("2026-01-08T25:00", DateError::NoSuchDay),
            ("2026-01-0яя", DateError::Shape),
        ] {
            assert_eq!(WrittenDate::parse(text), Err(error), "{text}");
        }
    }
}
