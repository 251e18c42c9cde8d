//! The words of a date: numbers, names of months, a time, a zone.

use crate::model::time::DateError;
use crate::text;

/// A word of a date.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word<'w> {
    /// A weekday, `at`, `г.` and other words that say nothing more.
    Filler,
    /// A date in digits: year, month, day.
    Day(u16, u8, u8),
    /// The name of a month.
    Month(u8),
    /// A number with its digits, the year or the day of a date in words.
    Number(u16, usize),
    /// Hour, minute, second.
    Clock(u8, u8, u8),
    /// `PM` or `AM`.
    Afternoon(bool),
    /// An offset in the form of RFC 3339.
    Offset(String),
    /// A name of the IANA database.
    Zone(&'w str),
}

/// The words of a date in their order. A comment in parentheses at its end is left out.
pub(super) fn words(written: &str) -> impl Iterator<Item = Result<Word<'_>, DateError>> {
    let written = match written.split_once('(') {
        Some((date, comment)) if comment.ends_with(')') => date,
        _ => written,
    };
    let mut rest = written;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let (word, after) = split_word(rest)?;
        rest = after;
        Some(word)
    })
}

/// The first word of `rest` and what follows; `None` at the end.
fn split_word(rest: &str) -> Option<(Result<Word<'_>, DateError>, &str)> {
    let first = rest.chars().next()?;
    let end = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
    if first.is_ascii_digit() {
        let end = end(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | ':'));
        // A sign after a time begins its offset: `10:00-05:00`.
        let end = match rest[..end].split_once(':') {
            Some((hour, _)) => rest[hour.len()..end]
                .find('-')
                .map_or(end, |sign| hour.len() + sign),
            None => end,
        };
        let (word, after) = rest.split_at(end);
        let after = match after.strip_prefix(['T', 't']) {
            Some(clock) if clock.starts_with(|c: char| c.is_ascii_digit()) => clock,
            _ => after,
        };
        return Some((in_digits(word), without_ordinal(after)));
    }
    match first {
        '[' => {
            let (name, after) = rest[1..].split_once(']')?;
            Some((Ok(Word::Zone(name)), after))
        }
        '+' | '-' | '−' if rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit()) => {
            let digits = &rest[first.len_utf8()..];
            let end = digits
                .find(|c: char| !(c.is_ascii_digit() || c == ':'))
                .unwrap_or(digits.len());
            let (digits, after) = digits.split_at(end);
            let sign = if first == '+' { '+' } else { '-' };
            Some((Ok(Word::Offset(offset(sign, digits))), after))
        }
        '-' | '–' | '—' | '|' | '.' => Some((Ok(Word::Filler), &rest[first.len_utf8()..])),
        c if c.is_alphabetic() => {
            let end = end(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '.'));
            let end = match rest[..end].contains('/') {
                // `America/Port-au-Prince`
                true => rest
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '/' | '_' | '-' | '+')))
                    .unwrap_or(rest.len()),
                false => end,
            };
            let (word, after) = rest.split_at(end);
            Some(in_letters(word, after))
        }
        _ => Some((Err(DateError::Shape), "")),
    }
}

/// `5th` is `5`.
fn without_ordinal(after: &str) -> &str {
    let ends_word = |rest: &&str| !rest.starts_with(char::is_alphanumeric);
    let ordinals = ["st", "nd", "rd", "th"];
    let mut rest = ordinals.iter().filter_map(|end| after.strip_prefix(end));
    rest.find(ends_word).unwrap_or(after)
}

/// `+05`, `+0500` or `+05:00` of an offset such as `5`, `0500` or `05:00`.
fn offset(sign: char, digits: &str) -> String {
    match digits.len() {
        1 => format!("{sign}0{digits}"),
        _ => format!("{sign}{digits}"),
    }
}

fn in_digits(word: &str) -> Result<Word<'static>, DateError> {
    let word = word.trim_end_matches('.');
    if word.contains(':') {
        return clock(word);
    }
    let number = |text: &str| text.parse::<u16>().map_err(|_| DateError::Shape);
    let short = |text: &str| match text.len() {
        1 | 2 => text.parse::<u8>().map_err(|_| DateError::Shape),
        _ => Err(DateError::Shape),
    };
    if let Some(separator) = ['-', '/', '.'].into_iter().find(|c| word.contains(*c)) {
        let parts: Vec<&str> = word.split(separator).collect();
        return match parts[..] {
            [year, month, day] if year.len() == 4 => {
                Ok(Word::Day(number(year)?, short(month)?, short(day)?))
            }
            [day, month, year] if year.len() == 4 && separator == '.' => {
                Ok(Word::Day(number(year)?, short(month)?, short(day)?))
            }
            [first, second, year] if year.len() == 4 => {
                one_of_two(number(year)?, short(first)?, short(second)?)
            }
            _ => Err(DateError::Shape),
        };
    }
    match word.len() {
        1..=4 => Ok(Word::Number(number(word)?, word.len())),
        // A time without colons behind a `T`.
        6 => clock(&format!("{}:{}:{}", &word[..2], &word[2..4], &word[4..])),
        8 => Ok(Word::Day(
            number(&word[..4])?,
            short(&word[4..6])?,
            short(&word[6..])?,
        )),
        _ => Err(DateError::Shape),
    }
}

/// A date whose first two numbers are day and month in either order: read if only one order is possible.
fn one_of_two(year: u16, first: u8, second: u8) -> Result<Word<'static>, DateError> {
    match (first, second) {
        (13.., 1..=12) => Ok(Word::Day(year, second, first)),
        (1..=12, 13..) => Ok(Word::Day(year, first, second)),
        (first, second) if first == second => Ok(Word::Day(year, first, second)),
        _ => Err(DateError::TwoDates),
    }
}

/// Hours and minutes with optional seconds, whose fraction is dropped.
fn clock(word: &str) -> Result<Word<'static>, DateError> {
    let whole = word.split('.').next().unwrap_or(word);
    let parts: Vec<&str> = whole.split(':').collect();
    let number = |text: &str, lengths: &[usize]| match lengths.contains(&text.len()) {
        true => text.parse::<u8>().map_err(|_| DateError::Shape),
        false => Err(DateError::Shape),
    };
    match parts[..] {
        [hour, minute] => Ok(Word::Clock(
            number(hour, &[1, 2])?,
            number(minute, &[2])?,
            0,
        )),
        [hour, minute, second] => Ok(Word::Clock(
            number(hour, &[1, 2])?,
            number(minute, &[2])?,
            number(second, &[2])?,
        )),
        _ => Err(DateError::Shape),
    }
}

/// A word in letters; `after` is what follows it.
fn in_letters<'w>(word: &'w str, after: &'w str) -> (Result<Word<'w>, DateError>, &'w str) {
    if word.contains('/') {
        return (Ok(Word::Zone(word)), after);
    }
    let lower = word.trim_end_matches('.').to_lowercase();
    let has_offset = || {
        let mut rest = after.chars();
        matches!(rest.next(), Some('+' | '-')) && rest.next().is_some_and(|c| c.is_ascii_digit())
    };
    let offset = |text: &str| Ok(Word::Offset(text.to_owned()));
    let word = match lower.as_str() {
        // `UTC+05:00` is an offset with a word in front.
        "utc" | "gmt" if has_offset() => Ok(Word::Filler),
        "z" | "utc" | "gmt" | "ut" => offset("Z"),
        // RFC 5322, section 4.3.
        "edt" => offset("-04:00"),
        "est" | "cdt" => offset("-05:00"),
        "cst" | "mdt" => offset("-06:00"),
        "mst" | "pdt" => offset("-07:00"),
        "pst" => offset("-08:00"),
        "msk" | "мск" => offset("+03:00"),
        "am" | "a.m" => Ok(Word::Afternoon(false)),
        "pm" | "p.m" => Ok(Word::Afternoon(true)),
        "at" | "of" | "в" | "г" | "год" | "года" | "ж" | "жыл" | "жылы" | "жылғы" | "сағат" => {
            Ok(Word::Filler)
        }
        lower if text::is_weekday(lower) => Ok(Word::Filler),
        lower => text::month(lower).map(Word::Month).ok_or(DateError::Shape),
    };
    (word, after)
}
