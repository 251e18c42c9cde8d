//! Dates as articles of any system write them.
//!
//! Editors, generators and databases write the same day in many forms. Each form that can mean only one
//! date is read; one that could be two dates, as `03/05/2026`, is refused, because a wrong date publishes
//! an embargoed article or hides a new one. The forms are rewritten to the one that [`WrittenDate::parse`]
//! reads, so there is one place that makes dates.

mod words;

use chrono::DateTime;

use self::words::Word;
use crate::model::time::{DateError, Timestamp, WrittenDate, Zone};

/// The most bytes of a date, with the name of its zone in parentheses as JavaScript writes it.
const DATE_BYTES_MAX: usize = 100;

/// Parses a date in any of these forms, each optionally with a weekday, a time and a zone:
///
/// - `2026-03-05`, `2026-3-5`, `2026/03/05`, `2026.03.05`, `20260305`, `2026-03-05T10:00:00+05:00`
///   (RFC 3339) and its loose relatives, `[Asia/Almaty]` behind it (RFC 9557);
/// - `05.03.2026`, and `25/12/2026` where only one order of day and month is possible;
/// - `5 March 2026`, `March 5, 2026`, `Thu, 05 Mar 2026 10:00:00 +0500` (RFC 5322), `5 марта 2026 г.`,
///   `2026 жылғы 5 наурыз`;
/// - `Thu, 05 Mar 26 10:00:00 GMT` (RFC 822), and no other date whose year has two digits;
/// - 10 digits are seconds and 13 digits milliseconds since 1970; 14 digits are a day and a time.
///
/// The zone is `Z`, `UTC`, an offset, a name of the IANA database, or one of the abbreviations of RFC 5322.
pub fn parse(written: &str) -> Result<WrittenDate, DateError> {
    let written = written.trim();
    if let Ok(date) = WrittenDate::parse(written) {
        return Ok(date);
    }
    if written.len() > DATE_BYTES_MAX {
        return Err(DateError::Shape);
    }
    if let Some(at) = unix_seconds(written) {
        return Ok(WrittenDate::Exact(Timestamp(at)));
    }
    // A day and a time without anything between them.
    if written.len() == 14 && written.bytes().all(|b| b.is_ascii_digit()) {
        let (day, clock) = written.split_at(8);
        return Parts::read(&format!("{day}T{clock}"))?.date();
    }
    let date = Parts::read(written).and_then(Parts::date);
    date.or_else(|error| rfc822(written).ok_or(error))
}

/// A date of RFC 822 with a year of two digits. Only its whole shape can mean one date alone: the day first, the
/// month in letters, a time and a zone. RFC 5322, section 4.3: up to 49 is of this century.
fn rfc822(written: &str) -> Option<WrittenDate> {
    let date = DateTime::parse_from_rfc2822(written).ok()?;
    WrittenDate::parse(&date.to_rfc3339()).ok()
}

/// Whether a date has no digit but zero, as databases write a missing one.
pub fn is_zero(written: &str) -> bool {
    let is_part = |c: char| matches!(c, '0' | '-' | ':' | '.' | '/' | '+' | 'T' | 'Z' | ' ');
    written.contains('0') && written.chars().all(is_part)
}

/// The date at the front of a file's name, or of its folder's name for a file `index`; `path` is below
/// the folder of articles.
pub fn at_front(path: &str) -> Option<WrittenDate> {
    let mut names = path.rsplit('/');
    let name = names.next()?;
    let stem = name.split('.').next().unwrap_or(name);
    let name = match stem {
        "index" => names.next()?,
        _ => name,
    };
    split_front(name).map(|(date, _)| date)
}

/// A name such as `2026-03-05-title` as its date and the rest, without what parts the two.
pub fn split_front(name: &str) -> Option<(WrittenDate, &str)> {
    let is_of_day = |c: char| c.is_ascii_digit() || c == '-';
    let end = name.find(|c| !is_of_day(c)).unwrap_or(name.len());
    let mut numbers = name[..end].split('-');
    let [year, month, day] = [numbers.next()?, numbers.next()?, numbers.next()?];
    let is_day = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    let at = year.len() + month.len() + day.len() + 2;
    let rest = &name[at..];
    let title = rest.trim_start_matches(['-', '_', ' ']);
    if !is_day || (title.len() == rest.len() && !(rest.is_empty() || rest.starts_with('.'))) {
        return None;
    }
    let day = format!("{year}-{month:0>2}-{day:0>2}");
    WrittenDate::parse(&day).ok().map(|date| (date, title))
}

/// Seconds since 1970 from 10 digits, or from 13 digits that are milliseconds. Shorter numbers are years,
/// days and counters.
fn unix_seconds(written: &str) -> Option<i64> {
    let (whole, fraction) = written.split_once('.').unwrap_or((written, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = || whole.parse::<i64>().ok();
    match whole.len() {
        _ if !is_number(whole) || !is_number(fraction) => None,
        10 => number(),
        13 => number().map(|milliseconds| milliseconds.div_euclid(1_000)),
        _ => None,
    }
}

/// What the words of a date say.
#[derive(Default)]
struct Parts {
    day: Option<(u16, u8, u8)>,
    /// The numbers of a date in words, such as `5 March 2026`.
    year: Option<u16>,
    month: Option<u8>,
    day_of_month: Option<u8>,
    clock: Option<(u8, u8, u8)>,
    is_afternoon: Option<bool>,
    /// The zone in the form of RFC 3339.
    offset: Option<String>,
    zone: Option<Zone>,
}

impl Parts {
    fn read(written: &str) -> Result<Parts, DateError> {
        let mut parts = Parts::default();
        for word in words::words(written) {
            parts.add(word?)?;
        }
        Ok(parts)
    }

    /// Adds a word; no part may be named twice.
    fn add(&mut self, word: Word<'_>) -> Result<(), DateError> {
        match word {
            Word::Filler => Ok(()),
            Word::Day(year, month, day) => set(&mut self.day, (year, month, day)),
            Word::Month(month) => set(&mut self.month, month),
            Word::Clock(hour, minute, second) => set(&mut self.clock, (hour, minute, second)),
            Word::Afternoon(is_afternoon) => set(&mut self.is_afternoon, is_afternoon),
            Word::Offset(offset) => match self.offset.is_some() || self.zone.is_some() {
                // `GMT+0500 (+05)`
                true => Ok(()),
                false => set(&mut self.offset, offset),
            },
            Word::Zone(name) => match (&self.offset, Zone::find(name)) {
                // `2026-03-05T10:00:00+05:00[Asia/Almaty]`: the offset says the instant.
                (Some(_), Some(_)) => Ok(()),
                (None, Some(zone)) => set(&mut self.zone, zone),
                (_, None) => Err(DateError::Shape),
            },
            Word::Number(number, digits) => self.add_number(number, digits),
        }
    }

    fn add_number(&mut self, number: u16, digits: usize) -> Result<(), DateError> {
        match digits {
            4 => set(&mut self.year, number),
            // `T10` is ten o'clock (ISO 8601).
            1 | 2 if self.day.is_some() => set(&mut self.clock, (small(number), 0, 0)),
            1 | 2 => set(&mut self.day_of_month, small(number)),
            _ => Err(DateError::Shape),
        }
    }

    fn date(self) -> Result<WrittenDate, DateError> {
        let in_words = match (self.year, self.month, self.day_of_month) {
            (Some(year), Some(month), Some(day)) => Some((year, month, day)),
            (None, None, None) => None,
            _ => return Err(DateError::Shape),
        };
        let ((Some((year, month, day)), None) | (None, Some((year, month, day)))) =
            (self.day, in_words)
        else {
            return Err(DateError::Shape);
        };
        let day = format!("{year:04}-{month:02}-{day:02}");
        let Some((hour, minute, second)) = self.clock else {
            let has_time = self.is_afternoon.is_some() || self.offset.is_some();
            return match has_time || self.zone.is_some() {
                true => Err(DateError::Shape),
                false => WrittenDate::parse(&day),
            };
        };
        let hour = match (self.is_afternoon, hour) {
            (None, hour) => hour,
            (Some(_), 0 | 13..) => return Err(DateError::NoSuchDay),
            (Some(is_afternoon), hour) => hour % 12 + 12 * u8::from(is_afternoon),
        };
        let local = format!("{day}T{hour:02}:{minute:02}:{second:02}");
        match (self.offset, self.zone) {
            (Some(offset), _) => WrittenDate::parse(&format!("{local}{offset}")),
            (None, Some(zone)) => {
                let at = zone.resolve(WrittenDate::parse(&local)?);
                WrittenDate::parse(&zone.date_time(at).to_rfc3339())
            }
            (None, None) => WrittenDate::parse(&local),
        }
    }
}

fn set<T>(part: &mut Option<T>, value: T) -> Result<(), DateError> {
    match part.replace(value) {
        None => Ok(()),
        Some(_) => Err(DateError::Shape),
    }
}

/// A number of at most two digits.
fn small(number: u16) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;
