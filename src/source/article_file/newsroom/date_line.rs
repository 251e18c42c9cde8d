//! Parses the date line: the word `date`, a day, perhaps a time, and the headline.
//!
//! A headline may begin with a number as well, so each form of a time has a condition: what does not
//! meet it belongs to the headline.

use super::body::DASHES;
use super::lines::TextLine;
use super::metadata;
use crate::model::article::{Refusal, Warning};
use crate::model::time::{DateError, WrittenDate};
use crate::text::{excerpt, latin_spelling};

/// The first line of an article.
pub(in crate::source) struct DateLine<'t> {
    pub(in crate::source) number: u32,
    pub(in crate::source) published: WrittenDate,
    /// The rest of the line; it may be empty, and may contain the lead as well.
    pub(in crate::source) headline: &'t str,
    /// Says that what looks like a time was read as part of the headline.
    pub(in crate::source) warning: Option<Warning>,
}

/// Parses the first line.
pub(in crate::source) fn read<'t>(lines: &[TextLine<'t>]) -> Result<DateLine<'t>, Refusal> {
    let Some(line) = lines.first() else {
        return Err(Refusal::new(None, "the file is empty", DATE_LINE_HINT));
    };
    let refuse = |reason: String| Refusal::new(line.number, reason, DATE_LINE_HINT);
    let (word, rest) = split_word(line.text);
    if !word.eq_ignore_ascii_case("date") {
        if latin_spelling(word).is_some_and(|latin| latin.eq_ignore_ascii_case("date")) {
            let reason = format!(
                "`{}` at the beginning of the first line has a letter that only looks Latin, or one that is not visible",
                excerpt(word)
            );
            return Err(Refusal::new(
                line.number,
                reason,
                "write the word in Latin letters, as in `date 2026-01-08 Headline`",
            ));
        }
        return Err(refuse(
            "the first line does not begin with `date`".to_owned(),
        ));
    }
    let opening = split_date(rest).map_err(|error| refuse(date_problem(rest, error)))?;
    let warning = opening.ambiguous.map(|time| {
        Warning::new(
            line.number,
            format!("`{time}` behind the date is read as part of the headline"),
            "write a time right behind the date, as in `2026-01-08T10:30`",
        )
    });
    Ok(DateLine {
        number: line.number,
        published: opening.date,
        headline: opening.headline,
        warning,
    })
}

/// Whether `text` has words that a crawled page does not print beside a date; a lone dash has none.
pub(in crate::source) fn is_headline(text: &str) -> bool {
    let is_sign = |c: char| {
        let is_general = matches!(c, '\u{2010}'..='\u{205e}' | '·' | '«' | '»');
        c.is_whitespace() || c.is_ascii_punctuation() || is_general
    };
    !text.chars().all(is_sign) && !metadata::is_numbers_and_dates(text)
}

pub(in crate::source) const DATE_LINE_HINT: &str = "begin the file with a line like \
                         `date 2026-01-08 Headline` or `date 2026-01-08 10:30 Headline`";

/// What is wrong with the date at the start of `text`.
pub(in crate::source) fn date_problem(text: &str, error: DateError) -> String {
    let (word, _) = split_word(text);
    match error {
        DateError::Shape if word.is_empty() => "there is no date".to_owned(),
        DateError::Shape => format!("`{}` is not a date", excerpt(word)),
        DateError::TwoDates => format!("`{}` could be two dates", excerpt(word)),
        DateError::NoSuchDay => format!("`{}`: there is no such day or time", excerpt(word)),
    }
}

/// The first word of `text`, and the rest without the space between them.
pub(in crate::source) fn split_word(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, rest.trim_start())
}

/// The parts of a date line behind the word `date`.
struct Opening<'t> {
    date: WrittenDate,
    headline: &'t str,
    /// A time that is read as part of the headline.
    ambiguous: Option<&'t str>,
}

fn split_date(text: &str) -> Result<Opening<'_>, DateError> {
    let (day, rest) = Day::split_off(text).ok_or(DateError::Shape)?;
    let opening = |time: Option<&Clock<'_>>, headline| {
        Ok(Opening {
            date: day.at(time)?,
            headline,
            ambiguous: None,
        })
    };
    if rest.starts_with(['T', 't']) && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
        let (clock, below) = Clock::split_off(&rest[1..]).ok_or(DateError::NoSuchDay)?;
        return opening(Some(&clock), without_dash(below));
    }
    let comma = rest.trim_start().strip_prefix(',');
    let spaced = comma.unwrap_or(rest);
    if !spaced.is_empty() && !spaced.starts_with(char::is_whitespace) {
        return Err(DateError::Shape);
    }
    let headline = without_dash(spaced);
    let Some((clock, below)) = Clock::split_off(headline) else {
        return opening(None, headline);
    };
    // `9.05` is a day or a number.
    if clock.has_dot && clock.zone.is_empty() {
        return opening(None, headline);
    }
    let is_exact = !clock.zone.is_empty() || clock.second.is_some();
    if !is_exact && begins_in_lower_case(without_dash(below)) {
        return Ok(Opening {
            ambiguous: Some(&headline[..headline.len() - below.len()]),
            ..opening(None, headline)?
        });
    }
    opening(Some(&clock), without_dash(below))
}

/// `text` without the dash that parts a date or a time from the headline.
fn without_dash(text: &str) -> &str {
    let text = text.trim_start();
    text.strip_prefix(DASHES)
        .or(text.strip_prefix('|'))
        .filter(|rest| ends_word(rest))
        .map_or(text, str::trim_start)
}

/// Whether the first word is all in lower case, as in `2:30 ночи`; `iPhone` is not.
fn begins_in_lower_case(text: &str) -> bool {
    let text = text.trim_start_matches(['"', '«', '“', '„', '(', '[']);
    let (word, _) = split_word(text);
    word.starts_with(char::is_lowercase) && !word.contains(char::is_uppercase)
}

/// The digits of a date.
struct Day<'t> {
    year: &'t str,
    month: &'t str,
    day: &'t str,
}

impl<'t> Day<'t> {
    /// The day at the start of `text`, and the rest.
    fn split_off(text: &'t str) -> Option<(Day<'t>, &'t str)> {
        let (year, rest) = digits(text, 4, 4)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        Some((Day { year, month, day }, rest))
    }

    fn at(&self, clock: Option<&Clock<'_>>) -> Result<WrittenDate, DateError> {
        let Some(clock) = clock else {
            return self.parse("");
        };
        // A leap second counts as the one before it.
        let second = clock.second.map(|second| second.replace("60", "59"));
        let (hour, minute, zone) = (clock.hour, clock.minute, clock.zone);
        let second = second.as_deref().unwrap_or("00");
        self.parse(&format!("T{hour:0>2}:{minute}:{second}{zone}"))
    }

    fn parse(&self, time: &str) -> Result<WrittenDate, DateError> {
        let Day { year, month, day } = self;
        WrittenDate::parse(&format!("{year}-{month:0>2}-{day:0>2}{time}"))
    }
}

/// The digits of a time with its zone.
struct Clock<'t> {
    hour: &'t str,
    minute: &'t str,
    second: Option<&'t str>,
    /// Whether a dot parts hours from minutes.
    has_dot: bool,
    /// An offset as [`WrittenDate::parse`] takes it, or nothing.
    zone: &'t str,
}

impl<'t> Clock<'t> {
    /// The time at the start of `text`, and the rest; white space or the end must follow it.
    fn split_off(text: &'t str) -> Option<(Clock<'t>, &'t str)> {
        let (hour, rest) = digits(text, 1, 2)?;
        let separator = rest.chars().next().filter(|c| matches!(c, ':' | '.'))?;
        let (minute, mut rest) = digits(&rest[1..], 2, 2)?;
        let mut second = None;
        if let Some((digits, below)) = rest
            .strip_prefix(separator)
            .and_then(|below| digits(below, 2, 2))
        {
            second = Some(digits);
            rest = without_fraction(below);
        }
        let (zone, rest) = zone(rest);
        let clock = Clock {
            hour,
            minute,
            second,
            has_dot: separator == '.',
            zone,
        };
        ends_word(rest).then_some((clock, rest))
    }
}

/// `least` to `most` ASCII digits at the start of `text`, with no further one, and the rest.
fn digits(text: &str, least: usize, most: usize) -> Option<(&str, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    (least..=most).contains(&end).then(|| text.split_at(end))
}

/// Feeds use whole seconds.
fn without_fraction(text: &str) -> &str {
    text.strip_prefix(['.', ','])
        .and_then(|fraction| digits(fraction, 1, 9))
        .map_or(text, |(_, rest)| rest)
}

/// The zone right behind a time, or behind one space, and the rest. Behind a space an offset needs its
/// minutes: `09:05 +15 градусов` is a headline.
fn zone(text: &str) -> (&str, &str) {
    let spaced = text.strip_prefix(char::is_whitespace);
    let glued = offset(text, false);
    let found = glued.or_else(|| spaced.and_then(|text| offset(text, true)));
    found
        .filter(|(_, rest)| ends_word(rest))
        .unwrap_or(("", text))
}

fn offset(text: &str, needs_minutes: bool) -> Option<(&str, &str)> {
    for name in ["Z", "z", "UTC", "GMT"] {
        if let Some(rest) = text.strip_prefix(name) {
            return Some(("Z", rest));
        }
    }
    let hours = text.strip_prefix(['+', '-'])?;
    let end = hours
        .bytes()
        .take_while(|b| b.is_ascii_digit() || *b == b':')
        .count();
    let number = |range: std::ops::Range<usize>| hours.get(range)?.parse::<u8>().ok();
    let is_offset = match end {
        2 => !needs_minutes,
        4 => number(2..4).is_some_and(|minutes| minutes < 60),
        5 => hours[2..].starts_with(':') && number(3..5).is_some_and(|minutes| minutes < 60),
        _ => false,
    };
    let is_offset = is_offset && number(0..2).is_some_and(|hours| hours <= 14);
    is_offset.then(|| text.split_at(end + 1))
}

fn ends_word(rest: &str) -> bool {
    rest.chars().next().is_none_or(char::is_whitespace)
}
