//! Parses the date line with the headline, and the `updated` lines directly below it.

use super::lines::TextLine;
use crate::model::article::Refusal;
use crate::model::time::{DateError, WrittenDate};
use crate::source::article_file::excerpt;
use crate::text::Text;

pub(in crate::source) struct DateLine {
    pub(in crate::source) published: WrittenDate,
    pub(in crate::source) updated: Option<WrittenDate>,
    /// Never empty; may contain the lead as well.
    pub(in crate::source) headline: Text,
}

/// Parses the first lines and returns those below them.
pub(in crate::source) fn read<'a, 't>(
    lines: &'a [TextLine<'t>],
) -> Result<(DateLine, &'a [TextLine<'t>]), Refusal> {
    let Some((first, mut rest)) = lines.split_first() else {
        return Err(Refusal::new(None, "the file is empty", DATE_LINE_HINT));
    };
    let (published, headline) = read_date_line(first)?;
    let mut updated = None;
    while let Some((line, below)) = rest.split_first() {
        let Some(date) = updated_date(line) else {
            break;
        };
        updated = Some(read_updated(line, date)?);
        rest = below;
    }
    let opening = DateLine {
        published,
        updated,
        headline,
    };
    Ok((opening, rest))
}

const DATE_LINE_HINT: &str = "begin the file with a line like `date 2026-01-08 Headline` or \
                         `date 2026-01-08 10:30 Headline`";

const UPDATED_LINE_HINT: &str = "write it like `updated 2026-01-09 10:00`, or leave the line out";

fn read_date_line(line: &TextLine<'_>) -> Result<(WrittenDate, Text), Refusal> {
    let refuse = |reason: String| Refusal::new(line.number, reason, DATE_LINE_HINT);
    let rest = strip_word(line.text, "date")
        .ok_or_else(|| refuse("the first line does not begin with `date`".to_owned()))?;
    let (date, headline) = split_date(rest).map_err(|error| refuse(date_problem(rest, error)))?;
    let headline = Text::new(headline);
    if headline.is_empty() {
        return Err(refuse("there is no headline after the date".to_owned()));
    }
    Ok((date, headline))
}

/// Splits off the date at the start of `text`. The second word belongs to the date only if it is a
/// time of day: a headline may begin with another number.
fn split_date(text: &str) -> Result<(WrittenDate, &str), DateError> {
    let (day, rest) = split_word(text);
    let (time, after_time) = split_word(rest);
    match WrittenDate::parse(&format!("{day} {time}")) {
        Ok(date) => Ok((date, after_time)),
        Err(_) => WrittenDate::parse(day).map(|date| (date, rest)),
    }
}

/// The date of an `updated` line. Prose may begin with that word too, so a digit must follow it.
fn updated_date<'t>(line: &TextLine<'t>) -> Option<&'t str> {
    strip_word(line.text, "updated")
        .filter(|date| !line.after_blank && date.starts_with(|c: char| c.is_ascii_digit()))
}

fn read_updated(line: &TextLine<'_>, date: &str) -> Result<WrittenDate, Refusal> {
    WrittenDate::parse(Text::new(date).as_str())
        .map_err(|error| Refusal::new(line.number, date_problem(date, error), UPDATED_LINE_HINT))
}

fn date_problem(text: &str, error: DateError) -> String {
    let (word, _) = split_word(text);
    match error {
        DateError::Shape if word.is_empty() => "there is no date".to_owned(),
        DateError::Shape | DateError::TwoDates => format!("`{}` is not a date", excerpt(word)),
        DateError::NoSuchDay => format!("`{}`: there is no such day or time", excerpt(word)),
    }
}

/// The text after `word`, if `text` begins with it in any case.
fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (first, rest) = split_word(text);
    first.eq_ignore_ascii_case(word).then_some(rest)
}

/// The first word of `text`, and the rest without the space between them.
fn split_word(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, rest.trim_start())
}
