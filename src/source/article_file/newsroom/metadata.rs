//! Recognizes what a page prints around an article: view counters, dates, reading times.
//!
//! Newsrooms store such lines above the text because the page showed them there. They are no
//! section, author or role, so the header block drops them.

mod words;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

use crate::text;

/// What a line, or a part of a line between `•` or `|`, says about the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Metadata {
    /// Views or comments: `1 204`, `3,4 тыс. просмотров`, `12 рет қаралды`.
    Counter,
    /// A date or a time of day: `21 января 2026 г. 6:00`, `22:45 / 26.02.2025`.
    Date {
        /// Whether it has a year or a time; `9 мая` alone may be the name of a section.
        is_full: bool,
    },
    /// How long the article is, or how old: `3 мин оқу`, `15 часов назад`.
    Duration,
    /// A credit, also without a colon: `фото Игоря Ветрова`.
    Credit,
}

impl Metadata {
    /// What `part` is; `None` for a name or other text.
    pub(in crate::source) fn of(part: &str) -> Option<Metadata> {
        if is_credit(part) {
            return Some(Metadata::Credit);
        }
        let lower = part.to_lowercase();
        // Names, the most frequent lines, have no digits.
        if !has_digit(&lower) {
            return without_digits(&lower);
        }
        let tokens: Vec<Token<'_>> = tokens(&lower).filter(|token| !token.is_icon()).collect();
        if let Some(is_full) = date(&tokens) {
            return Some(Metadata::Date { is_full });
        }
        match () {
            () if is_counter(&tokens) => Some(Metadata::Counter),
            () if is_reading_time(&tokens) || is_age(&tokens) => Some(Metadata::Duration),
            () => None,
        }
    }
}

/// `көрсетілді`, `час назад`, `вчера` in lower case.
fn without_digits(lower: &str) -> Option<Metadata> {
    match lower {
        "" => None,
        day if words::is_day(day) => Some(Metadata::Date { is_full: false }),
        "оқу үшін" | "только что" | "жаңа ғана" | "just now" => {
            Some(Metadata::Duration)
        }
        _ if lower.split_whitespace().all(words::is_verb) => Some(Metadata::Counter),
        _ if words::AGE_ENDS.iter().any(|end| lower.ends_with(end)) => {
            let tokens: Vec<Token<'_>> = tokens(lower).collect();
            is_age(&tokens).then_some(Metadata::Duration)
        }
        _ => None,
    }
}

/// Whether `text` has nothing but dates, times, ages, counters and other numbers.
pub(in crate::source) fn is_numbers_and_dates(text: &str) -> bool {
    if text.len() > DATES_BYTES_MAX || !has_digit(text) {
        return false;
    }
    // The first words of nearly every headline say that it is none of these.
    let may_be_known = |token| match token {
        Token::Word(word) => may_stand_by_number(&word.to_lowercase()),
        Token::Number(_) | Token::Sign(_) => true,
    };
    if !tokens(text).all(may_be_known) {
        return false;
    }
    let lower = text.to_lowercase();
    let is_known = |token: &Token<'_>| match token {
        Token::Number(_) => true,
        // `Пятница, 13` is a headline.
        Token::Word(word) => {
            !text::is_weekday(word) && (words::is_of_date(word) || words::is_counted(word))
        }
        Token::Sign(sign) => *sign == ':' || DATE_SIGNS.contains(sign) || token.is_icon(),
    };
    let tokens: Vec<Token<'_>> = tokens(&lower).collect();
    tokens.iter().all(is_known) || date(&tokens).is_some() || is_age(&tokens)
}

/// Whether dates, ages and counters have this word, in lower case.
fn may_stand_by_number(word: &str) -> bool {
    words::is_of_date(word)
        || words::is_counted(word)
        || words::is_label(word)
        || words::is_unit(word)
        || words::is_of_age(word)
        || words::AGE_ENDS.contains(&word)
        || text::month(word).is_some()
        || matches!(word, "st" | "nd" | "rd" | "th")
}

/// A longer text is a headline.
const DATES_BYTES_MAX: usize = 200;

fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// The pieces of a line in lower case. White space parts them and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    /// ASCII digits.
    Number(&'t str),
    /// Letters and marks.
    Word(&'t str),
    Sign(char),
}

impl Token<'_> {
    /// A picture beside a number: the eye of views, the bubble of comments, a calendar, a clock.
    fn is_icon(self) -> bool {
        matches!(
            self,
            Token::Sign(
                '\u{231a}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}',
            )
        )
    }
}

fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let is_none = move |c: char| match c {
        '!'..='~' => false,
        c => c.is_whitespace() || (!text::is_letter(c) && ignorable.contains(c)),
    };
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_none);
        let first = rest.chars().next()?;
        let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let end = match first {
            _ if first.is_ascii_digit() => run(|c| c.is_ascii_digit()),
            _ if text::is_letter(first) => {
                run(|c| text::is_letter(c) || matches!(c, '\'' | '’' | '‘'))
            }
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(match first {
            _ if first.is_ascii_digit() => Token::Number(token),
            _ if text::is_letter(first) => Token::Word(token),
            sign => Token::Sign(sign),
        })
    })
}

/// `12`, `просмотров: 1 204`, `3,4 тыс.`, `2 мың рет`, `12 просм.`.
fn is_counter(tokens: &[Token<'_>]) -> bool {
    let counted = skip_words(tokens, words::is_counted);
    let number = skip_signs(counted, &[':']);
    let Some(below) = skip_number(number) else {
        return false;
    };
    let below = skip_words(below, words::is_multiplier);
    let below = skip_signs(below, &['.']);
    let below = skip_words(below, words::is_counted);
    skip_signs(below, &['.']).is_empty()
}

/// A number with separators between its groups, or a decimal one.
fn skip_number<'a, 't>(tokens: &'a [Token<'t>]) -> Option<&'a [Token<'t>]> {
    let (Token::Number(_), mut rest) = tokens.split_first()? else {
        return None;
    };
    loop {
        rest = match rest {
            [Token::Number(_), below @ ..]
            | [Token::Sign('.' | ','), Token::Number(_), below @ ..] => below,
            _ => return Some(rest),
        };
    }
}

fn skip_signs<'a, 't>(tokens: &'a [Token<'t>], signs: &[char]) -> &'a [Token<'t>] {
    let is_sign = |token: &Token<'_>| matches!(token, Token::Sign(sign) if signs.contains(sign));
    let count = tokens.iter().take_while(|token| is_sign(token)).count();
    &tokens[count..]
}

fn skip_words<'a, 't>(tokens: &'a [Token<'t>], is: impl Fn(&str) -> bool) -> &'a [Token<'t>] {
    let is_word = |token: &Token<'_>| matches!(token, Token::Word(word) if is(word));
    let count = tokens.iter().take_while(|token| is_word(token)).count();
    &tokens[count..]
}

/// `3 мин оқу`, `время чтения: 5 минут`, `6 дақиқада ўқилади`, `4 min read`.
fn is_reading_time(tokens: &[Token<'_>]) -> bool {
    let (mut numbers, mut minutes) = (0, 0);
    for token in tokens {
        match token {
            Token::Number(_) => numbers += 1,
            Token::Word(word) if words::is_minute(word) => minutes += 1,
            Token::Word(word) if words::is_of_reading(word) => {}
            Token::Sign(':' | '-' | '.' | '~' | '≈') => {}
            Token::Word(_) | Token::Sign(_) => return false,
        }
    }
    (numbers, minutes) == (1, 1)
}

/// `около 15 часов назад`, `час назад`, `3 күн бұрын`, `2 hours ago`.
fn is_age(tokens: &[Token<'_>]) -> bool {
    let tokens = match tokens.split_last() {
        Some((Token::Word(label), before)) if words::is_label(label) => before,
        _ => tokens,
    };
    let Some((Token::Word(end), before)) = tokens.split_last() else {
        return false;
    };
    let mut has_unit = false;
    words::AGE_ENDS.contains(end)
        && before.iter().all(|token| match token {
            Token::Number(_) | Token::Sign(',' | '.' | ':' | '~' | '≈') => true,
            Token::Word(word) if words::is_unit(word) => {
                has_unit = true;
                true
            }
            Token::Word(word) => words::is_of_age(word) || words::is_label(word),
            Token::Sign(_) => false,
        })
        && has_unit
}

/// Whether a date or time that is all of `tokens` has a year or a time; `None` for other text.
fn date(tokens: &[Token<'_>]) -> Option<bool> {
    let (mut has_day, mut has_year, mut has_time) = (false, false, false);
    let mut rest = tokens;
    while !rest.is_empty() {
        rest = match rest {
            [
                Token::Number(_),
                Token::Sign(one),
                Token::Number(_),
                Token::Sign(two),
                Token::Number(_),
                below @ ..,
            ] if one == two && matches!(one, '.' | '/' | '-') => {
                (has_day, has_year) = (true, true);
                below
            }
            [
                Token::Number(hour),
                Token::Sign(':'),
                Token::Number(minute),
                below @ ..,
            ] if hour.len() <= 2 && minute.len() == 2 => {
                has_time = true;
                without_seconds_and_offset(below)
            }
            [Token::Number(day), Token::Word(month), below @ ..]
            | [
                Token::Number(day),
                Token::Word("st" | "nd" | "rd" | "th"),
                Token::Word(month),
                below @ ..,
            ]
            | [
                Token::Number(day),
                Token::Sign('-'),
                Token::Word(month),
                below @ ..,
            ]
            | [Token::Word(month), Token::Number(day), below @ ..]
            | [
                Token::Word(month),
                Token::Sign('.'),
                Token::Number(day),
                below @ ..,
            ] if day.len() <= 2 && text::month(month).is_some() => {
                has_day = true;
                below
            }
            [Token::Number(year), below @ ..] if !has_year && is_year(year, has_day) => {
                has_year = true;
                below
            }
            [
                Token::Word("gmt" | "utc"),
                Token::Sign('+' | '-'),
                Token::Number(_),
                below @ ..,
            ] => below,
            [Token::Word(word), below @ ..] if words::is_of_date(word) => below,
            // The label of a date: `Опубликовано: 21 января`.
            [Token::Sign(':'), below @ ..] if !has_day && !has_time => below,
            [Token::Sign(sign), below @ ..] if DATE_SIGNS.contains(sign) => below,
            _ => return None,
        };
    }
    (has_day || has_time).then_some(has_year || has_time)
}

/// A year behind its day has four digits; before it, `2026 жылғы 21 қаңтар`, it is no other number.
fn is_year(number: &str, has_day: bool) -> bool {
    number.len() == 4 && (has_day || number.starts_with("19") || number.starts_with("20"))
}

/// What follows the seconds and the offset of a time, as in `:00.5+05:00`.
fn without_seconds_and_offset<'a, 't>(tokens: &'a [Token<'t>]) -> &'a [Token<'t>] {
    let seconds = match tokens {
        [Token::Sign(':'), Token::Number(_), below @ ..] => below,
        below => below,
    };
    let fraction = match seconds {
        [Token::Sign('.'), Token::Number(_), below @ ..] => below,
        below => below,
    };
    match fraction {
        [Token::Sign('+' | '-'), Token::Number(_), below @ ..] => match below {
            [Token::Sign(':'), Token::Number(_), below @ ..] => below,
            below => below,
        },
        below => below,
    }
}

const DATE_SIGNS: [char; 11] = [',', '.', '/', '|', '•', '·', '-', '–', '—', '(', ')'];

/// Whether a line is a credit; in the header block none has to have a colon.
fn is_credit(part: &str) -> bool {
    text::after_credit_word(part.trim_start_matches(['©', ' '])).is_some()
}

#[cfg(test)]
mod tests;
